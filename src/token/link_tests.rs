use super::*;
use crate::{
    ClientId, TenantId,
    social::Provider,
    text::base64url,
    token::{DeviceDigest, Key, jwt},
};
use alloc::{format, string::ToString as _};
use proptest::prelude::*;

const NOW: Timestamp = Timestamp::from_unix(1_700_000_000);

fn ring() -> KeyRing {
    KeyRing::new(Key::without_id(crate::token::known_secret(7)).unwrap())
}

fn identity(provider: &str, uid: &str) -> SocialIdentity {
    SocialIdentity::new(Provider::new(provider).unwrap(), uid).unwrap()
}

fn claims() -> LinkClaims {
    let digest = |byte| DeviceDigest::from_bytes([byte; 16]);
    LinkClaims {
        audience: Audience { client_id: ClientId::new("web").unwrap(), tenant: TenantId::new("acme").ok() },
        identity: identity("weixin", "oWgGz1FmK9"),
        is_bound: false,
        device: DeviceDigests { fingerprint: digest(1), ip: None, os: Some(digest(2)), agent: None },
        id: TokenId::from_bytes([9; 16]),
        issued_at: NOW,
        expires_at: NOW.plus_seconds(600),
    }
}

fn payload(claims: &LinkClaims) -> Vec<u8> {
    let mut payload = Writer::new();
    dated::write::<_, MAX_FIELDS, MAX_PAYLOAD>(claims, &mut payload);
    payload.written().to_vec()
}

fn read(payload: &[u8]) -> Option<LinkClaims> {
    dated::read(payload, &mut [0; MAX_FIELDS])
}

/// Verifies a token over any payload, with a right tag.
fn verify_sealed(payload: &[u8]) -> Result<LinkToken, TokenError> {
    let ring = ring();
    let text = jwt::sealed(&ring.signer().header, &ring.signer().link, payload);
    ring.link_tokens().verify(Untrusted::new(&text), NOW)
}

#[test]
fn a_token_begins_as_the_samples_do_and_verifies_in_its_time() {
    let text = ring().link_tokens().mint(&claims());
    assert!(text.expose().starts_with("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."));
    let at = |now| ring().link_tokens().verify(text.presented(), now).map(|it| it.claims().clone());
    assert_eq!(at(NOW), Ok(claims()));
    assert_eq!(at(NOW.plus_seconds(599)), Ok(claims()));
    assert_eq!(at(NOW.plus_seconds(600)), Err(TokenError::Expired));
    assert_eq!(at(NOW.minus_seconds(31)), Err(TokenError::NotYetValid));
    assert_eq!(format!("{text:?}"), "TokenText<link_token>(…)");
}

#[test]
fn the_longest_claims_fit_and_no_more_is_read() {
    let id = "x".repeat(64);
    let ring = KeyRing::new(Key::new(&"k".repeat(20), crate::token::known_secret(7)).unwrap());
    let digest = DeviceDigest::from_bytes([0xFF; 16]);
    let longest = LinkClaims {
        audience: Audience { client_id: ClientId::new(&id).unwrap(), tenant: TenantId::new(&id).ok() },
        identity: identity(&"p".repeat(32), &"u".repeat(128)),
        is_bound: true,
        device: DeviceDigests {
            fingerprint: digest,
            ip: Some(digest),
            os: Some(digest),
            agent: Some(digest),
        },
        id: TokenId::from_bytes([0xFF; 16]),
        issued_at: Timestamp::MAX.minus_seconds(1),
        expires_at: Timestamp::MAX,
    };
    let text = ring.link_tokens().mint(&longest).expose().to_string();
    const LONGEST: usize = dated::longest(MAX_FIELDS);
    assert_eq!(text.len(), LONGEST);
    const { assert!(LONGEST <= crate::token::LONGEST_STATE_TOKEN, "they come in one header") };
    let verify =
        |text: &str| ring.link_tokens().verify(Untrusted::new(text), Timestamp::MAX.minus_seconds(1));
    assert_eq!(*verify(&text).unwrap().claims(), longest);
    assert_eq!(verify(&format!("{text}A")).unwrap_err(), TokenError::Malformed);
}

prop_compose! {
    fn any_claims()(
        client in "[\\PC]{1,16}", tenant in proptest::option::of("[\\PC]{1,16}"), provider in "[a-z0-9_-]{1,32}",
        uid in "[\\PC]{1,32}", digests: [[u8; 16]; 4], bound: [bool; 3], is_bound: bool, id: [u8; 16],
        times in [0..=Timestamp::MAX.as_unix(), 0..=Timestamp::MAX.as_unix()],
    ) -> LinkClaims {
        let optional = |at: usize| bound[at].then_some(DeviceDigest::from_bytes(digests[at + 1]));
        LinkClaims {
            audience: Audience {
                client_id: ClientId::new(&client).unwrap(),
                tenant: tenant.map(|tenant| TenantId::new(&tenant).unwrap()),
            },
            identity: identity(&provider, &uid),
            is_bound,
            device: DeviceDigests {
                fingerprint: DeviceDigest::from_bytes(digests[0]), ip: optional(0), os: optional(1), agent: optional(2),
            },
            id: TokenId::from_bytes(id),
            issued_at: Timestamp::from_unix(times[0]),
            expires_at: Timestamp::from_unix(times[1]),
        }
    }
}

proptest! {
    #[test]
    fn all_claims_are_read_back(claims in any_claims()) {
        prop_assert_eq!(read(&payload(&claims)), Some(claims));
    }

    /// The writer writes the same payload that the reader reads, so there is only one spelling.
    #[test]
    fn whatever_is_read_is_written_alike(claims in any_claims(), at: prop::sample::Index, byte: u8) {
        let mut written = Writer::<MAX_FIELDS>::new();
        claims.write_fields(&mut written);
        let mut fields = written.written().to_vec();
        let at = at.index(fields.len());
        fields[at] = byte;
        let presented = format!(r#"{{"exp":1700000600,"s":"{}"}}"#, base64url::text(&fields)).into_bytes();
        if let Some(read) = read(&presented) {
            prop_assert_eq!(payload(&read), presented);
        }
    }

    #[test]
    fn no_payload_but_ours_is_read(payload: Vec<u8>) {
        prop_assert_eq!(verify_sealed(&payload).unwrap_err(), TokenError::Malformed);
    }
}
