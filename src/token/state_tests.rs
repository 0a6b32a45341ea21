use super::*;
use crate::token::{Key, SessionToken, VerifyWindow};
use alloc::{format, string::ToString, vec::Vec};
use proptest::prelude::*;

const NOW: Timestamp = Timestamp::from_unix(1_700_000_000);

fn ring() -> KeyRing {
    KeyRing::new(Key::without_id([7; 32]).unwrap())
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
        stage: Stage::PasswordExpiring,
        factors: FactorSet::EMPTY.with(crate::factor::Factor::Password),
        auth_start: NOW,
        id: TokenId::from_bytes([9; 16]),
        issued_at: NOW,
        expires_at: NOW.plus_seconds(600),
    }
}

fn verify(text: &str) -> Result<StateToken, TokenError> {
    ring().state_tokens().verify(Untrusted::new(text), NOW)
}

/// A token over any payload, with a right tag.
fn sealed(payload: &[u8]) -> String {
    let ring = ring();
    let keys = ring.signer();
    let mut text = String::new();
    jwt::seal(&keys.header, &keys.state, payload, &mut text);
    text
}

#[test]
fn the_one_spelling() {
    let payload = String::from_utf8(claims().write().bytes().to_vec()).unwrap();
    assert_eq!(
        payload,
        concat!(
            r#"{"aud":"DRrYIqauawN0I8myTMoDTPys6ezGZxnm","tid":"08f770f51f80d2f40f38c00cb199fd21","sub":"erin","#,
            r#""rev":3,"dev":"AQEBAQEBAQEBAQEBAQEBAQ","os":"AgICAgICAgICAgICAgICAg","step":"warn","done":1,"#,
            r#""start":1700000000,"jti":"CQkJCQkJCQkJCQkJCQkJCQ","iat":1700000000,"exp":1700000600}"#
        )
    );
    assert_eq!(StateClaims::read(payload.as_bytes()), Some(claims()));
}

#[test]
fn a_token_begins_as_the_samples_do_and_verifies() {
    let text = ring().state_tokens().mint(&claims());
    assert!(text.expose().starts_with("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."));
    assert_eq!(*verify(text.expose()).unwrap().claims(), claims());
}

/// Every claim gone, doubled, moved, or of another type is another spelling, and no other spelling is read.
#[test]
fn every_other_spelling_is_malformed_even_with_a_right_tag() {
    let payload = String::from_utf8(claims().write().bytes().to_vec()).unwrap();
    let inner = payload.trim_matches(['{', '}']);
    let members: Vec<_> = inner.split(',').collect();
    let spell = |members: &[&str]| format!("{{{}}}", members.join(","));
    let mut others = alloc::vec![
        format!(" {payload}"),
        format!("{payload} "),
        format!("{payload}{payload}"),
        payload.replace(':', ": "),
        payload.replace("erin", "\\u0065rin"),
        payload.replace("\"rev\":3", "\"rev\":03"),
        payload.replace("\"rev\":3", "\"rev\":\"3\""),
        payload.replace("\"rev\":3", "\"rev\":3.0"),
        payload.replace("warn", "skip"),
        payload.replace("\"done\":1", "\"done\":16"),
        payload.replace("\"done\":1", "\"done\":257"),
        payload.replace("1700000600", "253402300800"),
        payload.replace("AQEBAQEBAQEBAQEBAQEBAQ", "AQEBAQEBAQEBAQEBAQEBAR"),
        payload.replace("\"sub\":\"erin\"", "\"sub\":\"\""),
    ];
    let of_number = ["-1", "1.0", "1e1", "18446744073709551616", "00", "+1", "\"1\"", "\"\""];
    let of_text = ["0", "\"\"", "\"\\ud800\"", "\"\\u0000\"", "\"a\u{1}\"", "\"a\"b"];
    for at in 0..members.len() {
        let (name, value) = members[at].split_once(':').unwrap();
        let mistyped = if value.starts_with('"') { &of_text[..] } else { &of_number[..] };
        for other in mistyped.iter().chain(&["null", "true", "[]", "{}", "", &*format!("[{value}]")]) {
            let mut changed = members.clone();
            let member = format!("{name}:{other}");
            changed[at] = &member;
            others.push(spell(&changed));
        }
        let mut doubled = members.clone();
        doubled.insert(at, members[at]);
        others.push(spell(&doubled));
        if !members[at].starts_with("\"tid\"") && !members[at].starts_with("\"os\"") {
            let mut shorter = members.clone();
            shorter.remove(at);
            others.push(spell(&shorter));
        }
        for other in at + 1..members.len() {
            let mut swapped = members.clone();
            swapped.swap(at, other);
            others.push(spell(&swapped));
        }
    }
    for other in others {
        assert_ne!(other, payload);
        assert_eq!(verify(&sealed(other.as_bytes())).unwrap_err(), TokenError::Malformed, "{other}");
    }
    assert!(verify(&sealed(payload.as_bytes())).is_ok(), "the control");
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
    let rotated = KeyRing::new(Key::new("next", [8; 32]).unwrap())
        .with_verifier(Key::without_id([7; 32]).unwrap(), VerifyWindow { from: NOW, until })
        .unwrap();
    let at = |ring: &KeyRing, now| ring.state_tokens().verify(text.presented(), now).map(|_| ());
    assert_eq!(at(&rotated, until.minus_seconds(1)), Ok(()));
    assert_eq!(at(&rotated, until), Err(TokenError::KeyOutsideWindow));
    assert_eq!(at(&KeyRing::new(Key::new("next", [8; 32]).unwrap()), NOW), Err(TokenError::Malformed));
    assert_eq!(at(&KeyRing::new(Key::without_id([8; 32]).unwrap()), NOW), Err(TokenError::Forged));
    let next = rotated.state_tokens().mint(&claims());
    assert_eq!(old.state_tokens().verify(next.presented(), NOW).unwrap_err(), TokenError::Malformed);
}

#[test]
fn the_longest_claims_fit() {
    let id = "\"".repeat(64);
    let ring = KeyRing::new(Key::new(&"k".repeat(20), [7; 32]).unwrap());
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
        stage: Stage::PasswordExpired,
        factors: FactorSet::from_bits(15).unwrap(),
        auth_start: Timestamp::MAX,
        id: TokenId::from_bytes([0xFF; 16]),
        issued_at: Timestamp::MAX.minus_seconds(1),
        expires_at: Timestamp::MAX,
    };
    let text = ring.state_tokens().mint(&longest);
    assert!(text.expose().len() <= MAX_TEXT, "{}", text.expose().len());
    let verified = ring.state_tokens().verify(text.presented(), Timestamp::MAX.minus_seconds(1)).unwrap();
    assert_eq!(*verified.claims(), longest);
}

#[test]
fn the_longest_payload_fits_and_one_byte_more_does_not() {
    let ring = KeyRing::new(Key::new(&"k".repeat(20), [7; 32]).unwrap());
    let length = |payload| {
        let (keys, mut text) = (ring.signer(), String::new());
        jwt::seal(&keys.header, &keys.state, &alloc::vec![b'x'; payload], &mut text);
        text.len()
    };
    assert!(length(MAX_PAYLOAD) <= MAX_TEXT && length(MAX_PAYLOAD + 1) > MAX_TEXT);
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

/// What is presented and what is handed out print their kind; what a token is bound to prints nothing.
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
        digests: [[u8; 16]; 4], bound: [bool; 3], stage in 0..3_usize, factors in 0..16_u8, id: [u8; 16],
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
    /// Reading is the inverse of writing, and the spelling is plain JSON to everybody else.
    #[test]
    fn all_claims_are_read_back(claims in any_claims()) {
        let written = claims.write();
        prop_assert_eq!(StateClaims::read(written.bytes()), Some(claims));
        let json: serde_json::Value = serde_json::from_slice(written.bytes()).unwrap();
        prop_assert_eq!(json["sub"].as_str(), Some(claims.account.as_str()));
        prop_assert_eq!(json["exp"].as_u64(), Some(claims.expires_at.as_unix()));
    }

    /// Whatever the reader accepts is what the writer writes: there is one spelling.
    #[test]
    fn whatever_is_read_is_written_alike(claims in any_claims(), at: prop::sample::Index, byte: u8) {
        let mut bytes = claims.write().bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Some(read) = StateClaims::read(&bytes) {
            let written = read.write();
            prop_assert_eq!(written.bytes(), &bytes[..]);
        }
    }

    #[test]
    fn no_bytes_are_a_token(bytes: Vec<u8>, payload in "[A-Za-z0-9_-]{0,400}", tag in "[A-Za-z0-9_-]{43}") {
        prop_assert!(ring().state_tokens().verify(Untrusted::new(&bytes), NOW).is_err());
        let shaped = format!("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.{payload}.{tag}");
        prop_assert_eq!(verify(&shaped).unwrap_err(), TokenError::Forged);
    }

    /// Behind a right tag there is still only one spelling.
    #[test]
    fn no_payload_but_ours_is_read(payload: Vec<u8>) {
        prop_assert_eq!(verify(&sealed(&payload)).unwrap_err(), TokenError::Malformed);
    }
}
