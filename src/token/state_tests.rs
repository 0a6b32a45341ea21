use super::*;
use crate::{
    ClientId, TenantId,
    token::{Key, SessionToken, VerifyWindow, jwt},
};
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::str;
use proptest::prelude::*;

const NOW: Timestamp = Timestamp::from_unix(1_700_000_000);

fn ring() -> KeyRing {
    KeyRing::new(Key::without_id(crate::token::known_secret(7)).unwrap())
}

fn claims() -> StateClaims {
    let digest = |byte| DeviceDigest([byte; 16]);
    StateClaims {
        audience: Audience {
            client_id: ClientId::new("DRrYIqauawN0I8myTMoDTPys6ezGZxnm").unwrap(),
            tenant: Some(TenantId::new("08f770f51f80d2f40f38c00cb199fd21").unwrap()),
        },
        account: AccountId::new("erin").unwrap(),
        revision: Revision::new(3).unwrap(),
        device: DeviceDigests { fingerprint: digest(1), ip: None, os: Some(digest(2)), agent: None },
        link: None,
        stage: Stage::PasswordExpiring,
        factors: FactorSet::EMPTY.with(crate::factor::Factor::Password),
        auth_start: NOW,
        id: TokenId::from_bytes([9; 16]),
        issued_at: NOW,
        expires_at: NOW.plus_seconds(600),
    }
}

fn identity(provider: &str, uid: &str) -> SocialIdentity {
    SocialIdentity::new(Provider::new(provider).unwrap(), uid).unwrap()
}

fn pending(provider: &str, uid: &str, [is_bound, is_vouched]: [bool; 2]) -> PendingIdentity {
    PendingIdentity { identity: identity(provider, uid), is_bound, is_vouched }
}

fn verify(text: &str) -> Result<StateToken, TokenError> {
    ring().state_tokens().verify(Untrusted::new(text), NOW)
}

fn payload(claims: &StateClaims) -> Vec<u8> {
    let mut payload = Writer::new();
    dated::write::<_, MAX_FIELDS, MAX_PAYLOAD>(claims, &mut payload);
    payload.written().to_vec()
}

fn read(payload: &[u8]) -> Option<StateClaims> {
    dated::read(payload, &mut [0; MAX_FIELDS])
}

fn fields(claims: &StateClaims) -> Vec<u8> {
    let mut fields = Writer::<MAX_FIELDS>::new();
    claims.write_fields(&mut fields);
    fields.written().to_vec()
}

/// A token over any payload, with a right tag.
fn sealed(payload: &[u8]) -> String {
    let ring = ring();
    let keys = ring.signer();
    jwt::sealed(&keys.header, &keys.state, payload)
}

/// The payload of [`claims`] and its token, computed independently of this library. A changed label or layout would refuse every pending login.
const PAYLOAD: &str = concat!(
    r#"{"exp":1700000600,"s":""#,
    "BGVyaW4gRFJyWUlxYXVhd04wSThteVRNb0RUUHlzNmV6R1p4bm0gMDhmNzcwZjUxZjgwZDJmNDBmMzhjMDBjYjE5OWZkMjEAAAAA",
    "AAAAAwEBAQEBAQEBAQEBAQEBAQECAgICAgICAgICAgICAgICAgEBAAAAAGVT8QAJCQkJCQkJCQkJCQkJCQkJAAAAAGVT8QA",
    r#""}"#
);

#[test]
fn the_one_spelling() {
    assert_eq!(str::from_utf8(&payload(&claims())), Ok(PAYLOAD));
    assert_eq!(read(PAYLOAD.as_bytes()), Some(claims()));
    assert_eq!(
        ring().state_tokens().mint(&claims()).expose(),
        concat!(
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJleHAiOjE3MDAwMDA2MDAsInMiOiJCR1Z5YVc0Z1JGSnlXVWx4WVhWaGQwNHd",
            "TVGh0ZVZSTmIwUlVVSGx6Tm1WNlIxcDRibTBnTURobU56Y3daalV4Wmpnd1pESm1OREJtTXpoak1EQmpZakU1T1daa01qRUFBQUF",
            "BQUFBQUF3RUJBUUVCQVFFQkFRRUJBUUVCQVFFQ0FnSUNBZ0lDQWdJQ0FnSUNBZ0lDQWdFQkFBQUFBR1ZUOFFBSkNRa0pDUWtKQ1F",
            "rSkNRa0pDUWtKQUFBQUFHVlQ4UUEifQ.1Xy-NlKhI3PwdhLs1Ib7DaTsjSE5B7cGa3HUAzpGNZE",
        )
    );
}

/// A token of the first form has the same content in ten JSON claims. The first form had another label, so the tag counts as forged. Its payload is
/// malformed in this form, even under a right tag.
#[test]
fn a_token_of_the_first_form_is_refused() {
    let old = concat!(
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJhdWQiOiJEUnJZSXFhdWF3TjBJOG15VE1vRFRQeXM2ZXpHWnhubSIsInRpZCI",
        "6IjA4Zjc3MGY1MWY4MGQyZjQwZjM4YzAwY2IxOTlmZDIxIiwic3ViIjoiZXJpbiIsInJldiI6MywiZGV2IjoiQVFFQkFRRUJBUUV",
        "CQVFFQkFRRUJBUSIsIm9zIjoiQWdJQ0FnSUNBZ0lDQWdJQ0FnSUNBZyIsInN0ZXAiOiJ3YXJuIiwiZG9uZSI6MSwic3RhcnQiOjE",
        "3MDAwMDAwMDAsImp0aSI6IkNRa0pDUWtKQ1FrSkNRa0pDUWtKQ1EiLCJpYXQiOjE3MDAwMDAwMDAsImV4cCI6MTcwMDAwMDYwMH0",
        ".0yDJcxk16rn_z-xgmCcMmaZxb4yTkYWAhswncI6lWsI",
    );
    assert_eq!(verify(old).unwrap_err(), TokenError::Forged);
    let mut buffer = [0; 512];
    let payload = base64url::decode(old.split('.').nth(1).unwrap().as_bytes(), &mut buffer).unwrap();
    assert_eq!(verify(&sealed(payload)).unwrap_err(), TokenError::Malformed);
}

#[test]
fn a_token_begins_as_the_samples_do_and_verifies() {
    let text = ring().state_tokens().mint(&claims());
    assert!(text.expose().starts_with("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."));
    assert_eq!(*verify(text.expose()).unwrap().claims(), claims());
}

/// Other JSON with the same meaning is another spelling, and is refused. So is other base64 that decodes to the same fields.
#[test]
fn every_other_spelling_is_malformed_even_with_a_right_tag() {
    let (before, after) = PAYLOAD.split_once("1700000600").unwrap();
    let fields = after.strip_prefix(r#","s":""#).unwrap().strip_suffix(r#""}"#).unwrap();
    let expiring = |digits: &str| format!("{before}{digits}{after}");
    let saying = |fields: &str| format!(r#"{{"exp":1700000600,"s":"{fields}"}}"#);
    let mut others = alloc::vec![
        format!(" {PAYLOAD}"),
        format!("{PAYLOAD} "),
        format!("{PAYLOAD}\0"),
        format!("{PAYLOAD}{PAYLOAD}"),
        PAYLOAD.replace(':', ": "),
        PAYLOAD.replace("exp", "\\u0065xp"),
        PAYLOAD.replace("exp", "EXP"),
        format!(r#"{{"s":"{fields}","exp":1700000600}}"#),
        format!(r#"{{"exp":1700000600,"exp":1700000600,"s":"{fields}"}}"#),
        format!(r#"{{"exp":1700000600,"s":"{fields}","s":"{fields}"}}"#),
        format!(r#"{{"exp":1700000600,"x":1,"s":"{fields}"}}"#),
        format!(r#"{{"exp":1700000600,"s":"{fields}","x":1}}"#),
        format!(r#"{{"exp":"1700000600","s":"{fields}"}}"#),
        format!(r#"{{"s":"{fields}"}}"#),
        format!(r#"["{fields}"]"#),
        r#"{"exp":1700000600}"#.into(),
        "{}".into(),
        saying(""),
        saying(&format!("{fields}=")),
        saying(&format!("{fields}A")),
        saying(&format!(" {fields}")),
        saying(&fields[1..]),
        saying(&fields[..fields.len() - 1]),
        saying(&fields.replacen('B', "\\u0042", 1)),
        // The last bits decode to nothing.
        saying(&format!("{}B", &fields[..fields.len() - 1])),
    ];
    let numbers = ["", "-1", "+1", "01", "00", "1.0", "1e1", "0x1", "null", "true", "[1]", "\u{661}"];
    others.extend(numbers.map(expiring));
    others.extend(["253402300800", "999999999999", "1700000600000", "18446744073709551616"].map(expiring));
    for other in others {
        assert_ne!(other, PAYLOAD);
        assert_eq!(verify(&sealed(other.as_bytes())).unwrap_err(), TokenError::Malformed, "{other}");
    }
    assert!(verify(&sealed(PAYLOAD.as_bytes())).is_ok(), "the control");
    for (digits, error) in [("0", Err(TokenError::Expired)), ("253402300799", Ok(()))] {
        assert_eq!(verify(&sealed(expiring(digits).as_bytes())).map(|_| ()), error, "{digits}");
    }
}

#[test]
fn every_change_of_one_character_is_refused() {
    let text = ring().state_tokens().mint(&claims()).expose().to_string();
    for at in 0..text.len() {
        for bit in 0..8 {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            let refused = ring().state_tokens().verify(Untrusted::new(&bytes), NOW).unwrap_err();
            assert!(matches!(refused, TokenError::Malformed | TokenError::Forged), "{at} {bit}");
        }
        let prefix = text.get(..at).unwrap();
        assert!(verify(prefix).is_err(), "a prefix of {at}");
    }
    assert!(verify(&format!("{text}A")).is_err());
    assert!(verify(&format!("{text}=")).is_err());
    assert!(verify(&format!(" {text}")).is_err());
}

#[test]
fn expired_from_the_very_second_and_not_yet_valid_beyond_the_skew() {
    let text = ring().state_tokens().mint(&claims());
    let at = |now| ring().state_tokens().verify(text.presented(), now).map(|_| ());
    assert_eq!(at(NOW.plus_seconds(599)), Ok(()));
    assert_eq!(at(NOW.plus_seconds(600)), Err(TokenError::Expired));
    assert_eq!(at(NOW.minus_seconds(30)), Ok(()));
    assert_eq!(at(NOW.minus_seconds(31)), Err(TokenError::NotYetValid));
}

#[test]
fn rotation_keeps_old_tokens_until_their_key_retires() {
    let old = ring();
    let text = old.state_tokens().mint(&claims());
    let until = NOW.plus_seconds(300);
    let rotated = KeyRing::new(Key::new("next", crate::token::known_secret(8)).unwrap())
        .with_verifier(
            Key::without_id(crate::token::known_secret(7)).unwrap(),
            VerifyWindow { from: NOW, until },
        )
        .unwrap();
    let at = |ring: &KeyRing, now| ring.state_tokens().verify(text.presented(), now).map(|_| ());
    assert_eq!(at(&rotated, until.minus_seconds(1)), Ok(()));
    assert_eq!(at(&rotated, until), Err(TokenError::KeyOutsideWindow));
    assert_eq!(
        at(&KeyRing::new(Key::new("next", crate::token::known_secret(8)).unwrap()), NOW),
        Err(TokenError::Malformed)
    );
    assert_eq!(
        at(&KeyRing::new(Key::without_id(crate::token::known_secret(8)).unwrap()), NOW),
        Err(TokenError::Forged)
    );
    let next = rotated.state_tokens().mint(&claims());
    assert_eq!(old.state_tokens().verify(next.presented(), NOW).unwrap_err(), TokenError::Malformed);
}

#[test]
fn the_longest_claims_fit() {
    let id = "x".repeat(64);
    let ring = KeyRing::new(Key::new(&"k".repeat(20), crate::token::known_secret(7)).unwrap());
    let digest = DeviceDigest([0xFF; 16]);
    let longest = StateClaims {
        audience: Audience {
            client_id: ClientId::new(&id).unwrap(),
            tenant: Some(TenantId::new(&id).unwrap()),
        },
        account: AccountId::new(&id).unwrap(),
        revision: Revision::new(i64::MAX.unsigned_abs()).unwrap(),
        device: DeviceDigests {
            fingerprint: digest,
            ip: Some(digest),
            os: Some(digest),
            agent: Some(digest),
        },
        link: Some(Box::new(pending(&"p".repeat(32), &"u".repeat(128), [true; 2]))),
        stage: Stage::PasswordExpired,
        factors: FactorSet::from_bits(31).unwrap(),
        auth_start: Timestamp::MAX,
        id: TokenId::from_bytes([0xFF; 16]),
        issued_at: Timestamp::MAX.minus_seconds(1),
        expires_at: Timestamp::MAX,
    };
    let text = ring.state_tokens().mint(&longest);
    assert_eq!((text.expose().len(), LONGEST), (982, 982));
    let now = Timestamp::MAX.minus_seconds(1);
    let verified = ring.state_tokens().verify(text.presented(), now).unwrap();
    assert_eq!(*verified.claims(), longest);
    let longer = format!("{}A", text.expose());
    assert_eq!(ring.state_tokens().verify(Untrusted::new(&longer), now).unwrap_err(), TokenError::Malformed);
}

#[test]
fn digests_differ_in_every_bit() {
    let digest = [0x5A; 16];
    assert_eq!(DeviceDigest::from_bytes(digest), DeviceDigest::from_bytes(digest));
    for bit in 0..128 {
        let mut other = digest;
        other[bit / 8] ^= 1 << (bit % 8);
        assert_ne!(DeviceDigest::from_bytes(digest), DeviceDigest::from_bytes(other), "{bit}");
    }
}

/// Presented tokens and minted ones print their kind. Digests print nothing.
#[test]
fn neither_a_token_nor_a_digest_is_printed() {
    let text = ring().state_tokens().mint(&claims());
    assert_eq!(format!("{text:?}"), "TokenText<state_token>(…)");
    let presented = format!("Untrusted<state_token>({} bytes)", text.expose().len());
    assert_eq!(format!("{:?}", text.presented()), presented);
    assert_eq!(format!("{:?}", claims().device.fingerprint), "DeviceDigest(…)");
}

#[test]
fn text_over_the_cap_is_malformed_and_a_session_token_is_no_state_token() {
    assert_eq!(verify(&"A".repeat(1 << 20)).unwrap_err(), TokenError::Malformed);
    let padded =
        format!("{}.{}.{}", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9", "A".repeat(2000), "A".repeat(43));
    assert_eq!(verify(&padded).unwrap_err(), TokenError::Malformed);
    let state = ring().state_tokens().mint(&claims());
    let as_session = Untrusted::<SessionToken>::new(state.expose());
    let refused = ring().session_tokens().for_application(&claims().audience).verify(as_session, NOW);
    assert_eq!(refused.unwrap_err(), TokenError::Malformed);
}

fn text_id() -> impl Strategy<Value = String> {
    "[\\PC]{1,16}"
}

prop_compose! {
    fn any_claims()(
        client in text_id(), tenant in proptest::option::of(text_id()), account in text_id(), revision in 0..=i64::MAX.unsigned_abs(),
        digests: [[u8; 16]; 4], bound: [bool; 3],
        link in proptest::option::of(("[\\PC]{1,16}", any::<[bool; 2]>())), stage in 0..3_usize, factors in 0..32_u8, id: [u8; 16],
        times in [0..=Timestamp::MAX.as_unix(), 0..=Timestamp::MAX.as_unix(), 0..=Timestamp::MAX.as_unix()],
    ) -> StateClaims {
        let optional = |at: usize| bound[at].then_some(DeviceDigest(digests[at + 1]));
        StateClaims {
            audience: Audience {
                client_id: ClientId::new(&client).unwrap(),
                tenant: tenant.map(|tenant| TenantId::new(&tenant).unwrap()),
            },
            account: AccountId::new(&account).unwrap(),
            revision: Revision::new(revision).unwrap(),
            device: DeviceDigests {
                fingerprint: DeviceDigest(digests[0]), ip: optional(0), os: optional(1), agent: optional(2),
            },
            link: link.map(|(uid, trust)| Box::new(pending("weixin", &uid, trust))),
            stage: Stage::ALL[stage],
            factors: FactorSet::from_bits(factors).unwrap(),
            auth_start: Timestamp::from_unix(times[0]),
            id: TokenId::from_bytes(id),
            issued_at: Timestamp::from_unix(times[1]),
            expires_at: Timestamp::from_unix(times[2]),
        }
    }
}

proptest! {
    /// Reading is the inverse of writing. To all other readers, the payload is JSON that says when the token expires.
    #[test]
    fn all_claims_are_read_back(claims in any_claims()) {
        let written = payload(&claims);
        prop_assert_eq!(read(&written), Some(claims.clone()));
        let json: serde_json::Value = serde_json::from_slice(&written).unwrap();
        prop_assert_eq!(json.as_object().unwrap().len(), 2);
        prop_assert_eq!(json["exp"].as_u64(), Some(claims.expires_at.as_unix()));
        let mut buffer = [0; MAX_FIELDS];
        let decoded = base64url::decode(json["s"].as_str().unwrap().as_bytes(), &mut buffer);
        prop_assert_eq!(decoded.unwrap(), fields(&claims));
    }

    /// The writer writes every payload that the reader accepts, so there is only one spelling.
    #[test]
    fn whatever_is_read_is_written_alike(claims in any_claims(), at: prop::sample::Index, byte: u8) {
        let mut bytes = payload(&claims);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Some(read) = read(&bytes) {
            prop_assert_eq!(payload(&read), bytes);
        }
    }

    #[test]
    fn no_bytes_are_a_token(bytes: Vec<u8>, payload in "[A-Za-z0-9_-]{0,400}", tag in "[A-Za-z0-9_-]{43}") {
        prop_assert!(ring().state_tokens().verify(Untrusted::new(&bytes), NOW).is_err());
        let shaped = format!("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.{payload}.{tag}");
        prop_assert_eq!(verify(&shaped).unwrap_err(), TokenError::Forged);
    }

    /// The same holds for the fields. A change behind base64 is seldom right by chance, so the fields are changed directly.
    #[test]
    fn whatever_fields_are_read_are_written_alike(claims in any_claims(), at: prop::sample::Index, byte: u8) {
        let mut bytes = fields(&claims);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Some(read) = StateClaims::read_fields(&mut Fields::new(&bytes), claims.expires_at) {
            prop_assert_eq!(fields(&read), bytes);
        }
    }

    /// Even a right tag allows only one spelling.
    #[test]
    fn no_payload_but_ours_is_read(payload: Vec<u8>) {
        prop_assert_eq!(verify(&sealed(&payload)).unwrap_err(), TokenError::Malformed);
    }
}
