use super::*;
use crate::{
    AccountId, ClientId, SessionId, TenantId,
    account::Profile,
    factor::FactorSet,
    token::{IdentityClaims, Key},
};
use alloc::{
    format,
    string::{String, ToString},
};
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp::from_unix(1_700_000_000);

fn ring() -> KeyRing {
    KeyRing::new(Key::new("2026-11", crate::token::known_secret(7)).unwrap())
}

fn issuer() -> Issuer {
    Issuer::new("https://id.example.com").unwrap()
}

fn audience() -> Audience {
    Audience { client_id: ClientId::new("web").unwrap(), tenant: TenantId::new("acme").ok() }
}

fn claims() -> IdClaims {
    IdClaims {
        account: AccountId::new("erin").unwrap(),
        session: SessionId::from_bytes([1; 16]),
        auth_time: NOW,
        factors: FactorSet::EMPTY.with(crate::factor::Factor::Password),
        issued_at: NOW,
        expires_at: NOW.plus_seconds(7_200),
        identity: IdentityClaims::TopLevel(Profile::default()),
    }
}

fn keys() -> OutsideKeys {
    let window = VerifyWindow { from: NOW, until: NOW.plus_seconds(100) };
    OutsideKeys::new(OutsideKey::new("rsa", SignatureAlgorithm::Rs256).unwrap())
        .with_verifier(OutsideKey::new("ec", SignatureAlgorithm::Es256).unwrap(), window)
        .unwrap()
}

fn minted(signature: &[u8]) -> String {
    let (ring, issuer, audience, keys) = (ring(), issuer(), audience(), keys());
    let unsigned = keys.id_tokens(&ring, &issuer, &audience).prepare(&claims());
    assert_eq!(unsigned.key_id().as_str(), "rsa");
    assert!(unsigned.bytes().starts_with(b"eyJ") && !unsigned.bytes().ends_with(b"."));
    unsigned.signed(signature).unwrap().expose().to_string()
}

fn open(text: &str, now: Timestamp) -> Result<Unverified, TokenError> {
    keys().id_tokens(&ring(), &issuer(), &audience()).open(Untrusted::new(text), now)
}

fn accept(unverified: Unverified, audience: &Audience, now: Timestamp) -> Result<IdToken, TokenError> {
    keys().id_tokens(&ring(), &issuer(), audience).accept(unverified, now)
}

fn decoded(segment: &str) -> Value {
    let mut buffer = [0; 1024];
    serde_json::from_slice(base64url::decode(segment.as_bytes(), &mut buffer).unwrap()).unwrap()
}

#[test]
fn what_is_signed_is_what_is_presented_and_names_its_key() {
    let text = minted(b"signature");
    let (signed, _) = text.rsplit_once('.').unwrap();
    let (header, payload) = signed.split_once('.').unwrap();
    assert_eq!(decoded(header), json!({ "alg": "RS256", "kid": "rsa", "typ": "JWT" }));
    assert_eq!(decoded(payload)["sub"], "erin");
    let unverified = open(&text, NOW).unwrap();
    assert_eq!((unverified.bytes(), unverified.signature()), (signed.as_bytes(), &b"signature"[..]));
    assert_eq!(unverified.key_id().as_str(), "rsa");
    let token = accept(unverified, &audience(), NOW).unwrap();
    assert_eq!(token.account().as_str(), "erin");
}

#[test]
fn claims_are_judged_here_whoever_signed() {
    let text = minted(b"signature");
    let at = |audience: &Audience, now| accept(open(&text, now).unwrap(), audience, now).map(|_| ());
    let other = Audience { tenant: None, ..audience() };
    assert_eq!(at(&other, NOW), Err(TokenError::WrongAudience));
    assert_eq!(at(&audience(), NOW.plus_seconds(7_199)), Ok(()));
    assert_eq!(at(&audience(), NOW.plus_seconds(7_200)), Err(TokenError::Expired));
}

#[test]
fn a_header_is_one_of_the_keys_own_or_the_token_is_not_ours() {
    let text = minted(b"signature");
    let (_, rest) = text.split_once('.').unwrap();
    let encoded = |header: &str| format!("{}.{rest}", base64url::text(header.as_bytes()));
    for header in [
        r#"{"alg":"none"}"#,
        r#"{"alg":"HS256","typ":"JWT"}"#,
        r#"{"alg":"HS256","kid":"rsa","typ":"JWT"}"#,
        r#"{"alg":"RS256","kid":"other","typ":"JWT"}"#,
        r#"{"kid":"rsa","alg":"RS256","typ":"JWT"}"#,
    ] {
        assert_eq!(open(&encoded(header), NOW).err(), Some(TokenError::Malformed), "{header}");
    }
    assert!(open(&encoded(r#"{"alg":"RS256","kid":"rsa","typ":"JWT"}"#), NOW).is_ok(), "the control");
}

#[test]
fn a_verifier_counts_within_its_window() {
    let text = minted(b"signature");
    let (_, rest) = text.split_once('.').unwrap();
    let by_ec = format!("{}{rest}", jwt_header("ES256", Some(&KeyId::new("ec").unwrap())));
    assert_eq!(open(&by_ec, NOW.minus_seconds(1)).err(), Some(TokenError::KeyOutsideWindow));
    assert!(open(&by_ec, NOW).is_ok() && open(&by_ec, NOW.plus_seconds(99)).is_ok());
    assert_eq!(open(&by_ec, NOW.plus_seconds(100)).err(), Some(TokenError::KeyOutsideWindow));
}

#[test]
fn a_signature_is_strict_base64url_of_a_bounded_length() {
    let text = minted(b"signature");
    let (signed, _) = text.rsplit_once('.').unwrap();
    for signature in ["", "A", "AB", "AA=", "A+AA", "AA AA", &"A".repeat(1368)] {
        assert_eq!(
            open(&format!("{signed}.{signature}"), NOW).err(),
            Some(TokenError::Malformed),
            "{signature}"
        );
    }
    assert_eq!(open(signed, NOW).err(), Some(TokenError::Malformed), "two parts");
    let four = format!("{signed}.AA.AA");
    assert_eq!(open(&four, NOW).err(), Some(TokenError::Malformed), "four parts, before the host is asked");
    assert_eq!(open("", NOW).err(), Some(TokenError::Malformed));
    assert_eq!(open(&"A".repeat(1 << 20), NOW).err(), Some(TokenError::Malformed));
    let keys = keys();
    let unsigned = || keys.id_tokens(&ring(), &issuer(), &audience()).prepare(&claims());
    assert!(unsigned().signed(b"").is_none() && unsigned().signed(&[0; 1025]).is_none());
    assert!(unsigned().signed(&[0; 1024]).is_some());
}

#[test]
fn a_text_of_the_cap_is_made_and_read_and_one_byte_more_is_not() {
    let header = jwt_header("RS256", Some(&KeyId::new("rsa").unwrap()));
    let of_length = |length: usize| format!("{header}{}.AA", "A".repeat(length - header.len() - 3));
    assert!(open(&of_length(MAX_TEXT), NOW).is_ok());
    assert_eq!(open(&of_length(MAX_TEXT + 1), NOW).err(), Some(TokenError::Malformed));
    let signed = |length| {
        let key_id = KeyId::new("rsa").unwrap();
        Unsigned { key_id, text: vec![b'A'; length - 3] }.signed(&[0]).map(|text| text.expose().len())
    };
    assert_eq!((signed(MAX_TEXT), signed(MAX_TEXT + 1)), (Some(MAX_TEXT), None));
}

#[test]
fn a_key_says_its_id_and_how_it_signs() {
    let algorithms = [
        (SignatureAlgorithm::Rs256, "RS256"),
        (SignatureAlgorithm::Ps256, "PS256"),
        (SignatureAlgorithm::Es256, "ES256"),
        (SignatureAlgorithm::EdDsa, "EdDSA"),
    ];
    for (algorithm, name) in algorithms {
        let key = OutsideKey::new("2026-12", algorithm).unwrap();
        assert_eq!((key.id().as_str(), key.algorithm()), ("2026-12", algorithm));
        assert_eq!(algorithm.as_str(), name);
    }
}

#[test]
fn an_id_stands_once_and_a_window_is_not_empty() {
    let ec = || OutsideKey::new("ec", SignatureAlgorithm::EdDsa).unwrap();
    let window = VerifyWindow { from: NOW, until: NOW.plus_seconds(1) };
    assert!(matches!(keys().with_verifier(ec(), window), Err(RingError::DuplicateId(Some(_)))));
    for until in [NOW, NOW.minus_seconds(1)] {
        let empty = VerifyWindow { from: NOW, until };
        let other = OutsideKey::new("other", SignatureAlgorithm::Ps256).unwrap();
        assert!(matches!(keys().with_verifier(other, empty), Err(RingError::EmptyWindow)));
    }
}
