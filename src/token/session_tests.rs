use super::*;
use crate::{
    ClientId, TenantId,
    text::base64url,
    token::{Key, StateToken, VerifyWindow, opaque::sealed_bytes},
};
use alloc::{string::ToString, vec::Vec};
use proptest::prelude::*;

const NOW: Timestamp = Timestamp::from_unix(1_700_000_000);

fn ring() -> KeyRing {
    KeyRing::new(Key::new("2026-11", crate::token::known_secret(7)).unwrap())
}

fn audience(client: &str, tenant: Option<&str>) -> Audience {
    Audience {
        client_id: ClientId::new(client).unwrap(),
        tenant: tenant.map(|tenant| TenantId::new(tenant).unwrap()),
    }
}

fn claims() -> SessionClaims {
    SessionClaims {
        session: SessionId::from_bytes([1; 16]),
        generation: 0,
        account: AccountId::new("erin").unwrap(),
        audience: audience("web", Some("acme")),
        device: DeviceDigest::from_bytes([2; 16]),
        revision: Revision::new(3).unwrap(),
        auth_time: NOW,
        factors: FactorSet::EMPTY.with(crate::factor::Factor::Password),
        issued_at: NOW,
        expires_at: NOW.plus_seconds(43_200),
    }
}

fn verify(ring: &KeyRing, text: &[u8], now: Timestamp) -> Result<SessionClaims, TokenError> {
    let audience = audience("web", Some("acme"));
    let verified = ring.session_tokens().for_application(&audience).verify(Untrusted::new(text), now);
    verified.map(|token| *token.claims())
}

#[test]
fn a_token_begins_with_lgt_and_verifies_until_its_expiry() {
    let text = ring().session_tokens().mint(&claims());
    assert!(text.expose().starts_with("LGT"));
    let at = |now| verify(&ring(), text.expose().as_bytes(), now);
    assert_eq!(at(NOW.plus_seconds(43_199)), Ok(claims()));
    assert_eq!(at(NOW.plus_seconds(43_200)), Err(TokenError::Expired));
    assert_eq!(at(NOW.minus_seconds(31)), Err(TokenError::NotYetValid));
}

#[test]
fn another_application_or_tenant_is_another_audience() {
    let text = ring().session_tokens().mint(&claims());
    for other in [audience("web", None), audience("web", Some("acme2")), audience("app", Some("acme"))] {
        let refused = ring().session_tokens().for_application(&other).verify(text.presented(), NOW);
        assert_eq!(refused.unwrap_err(), TokenError::WrongAudience);
    }
}

#[test]
fn every_changed_bit_and_every_prefix_is_refused() {
    let text = ring().session_tokens().mint(&claims()).expose().to_string();
    for at in 0..text.len() {
        for bit in 0..8 {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            assert!(verify(&ring(), &bytes, NOW).is_err(), "{at} {bit}");
        }
        assert!(verify(&ring(), &text.as_bytes()[..at], NOW).is_err(), "a prefix of {at}");
    }
    for tail in ["A", "=", " ", "\n"] {
        assert!(verify(&ring(), alloc::format!("{text}{tail}").as_bytes(), NOW).is_err());
    }
}

#[test]
fn the_key_must_be_in_the_ring_and_in_its_window() {
    let text = ring().session_tokens().mint(&claims());
    let until = NOW.plus_seconds(10);
    let rotated = KeyRing::new(Key::without_id(crate::token::known_secret(8)).unwrap())
        .with_verifier(
            Key::new("2026-11", crate::token::known_secret(7)).unwrap(),
            VerifyWindow { from: NOW, until },
        )
        .unwrap();
    let at = |ring: &KeyRing, now| verify(ring, text.expose().as_bytes(), now).map(|_| ());
    assert_eq!(at(&rotated, NOW), Ok(()));
    assert_eq!(at(&rotated, until), Err(TokenError::KeyOutsideWindow));
    assert_eq!(
        at(&KeyRing::new(Key::new("2026-11", crate::token::known_secret(8)).unwrap()), NOW),
        Err(TokenError::Forged)
    );
    assert_eq!(
        at(&KeyRing::new(Key::new("2026-12", crate::token::known_secret(7)).unwrap()), NOW),
        Err(TokenError::Malformed)
    );
}

#[test]
fn a_right_tag_over_a_wrong_body_is_malformed() {
    let ring = ring();
    let keys = ring.signer();
    let body = opaque::signed_bytes(keys, &claims());
    let refused = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = body.clone();
        change(&mut bytes);
        let tag = keys.session.tag(&[&bytes]);
        verify(&ring, sealed_bytes::<SessionClaims>(&bytes, tag).as_bytes(), NOW).map(|_| ())
    };
    assert_eq!(refused(&|_| ()), Ok(()), "the control");
    assert_eq!(refused(&|bytes| bytes.push(0)), Err(TokenError::Malformed));
    assert_eq!(refused(&|bytes| bytes.truncate(bytes.len() - 1)), Err(TokenError::Malformed));
    assert_eq!(refused(&|bytes| bytes[0] = 2), Err(TokenError::Malformed));
    let factors = body.len() - 17;
    assert_eq!(refused(&|bytes| bytes[factors] = 32), Err(TokenError::Malformed));
}

#[test]
fn the_longest_claims_fit() {
    let id = "x".repeat(64);
    let ring = KeyRing::new(Key::new(&"k".repeat(20), crate::token::known_secret(7)).unwrap());
    let longest = SessionClaims {
        account: AccountId::new(&id).unwrap(),
        audience: audience(&id, Some(&id)),
        ..claims()
    };
    let text = ring.session_tokens().mint(&longest);
    assert_eq!(text.expose().len(), "LGT".len() + base64url::encoded_len(MAX_BYTES));
    let verified =
        ring.session_tokens().for_application(&longest.audience).verify(text.presented(), NOW).unwrap();
    assert_eq!(*verified.claims(), longest);
    let longer = alloc::format!("{}A", text.expose());
    assert_eq!(verify(&ring, longer.as_bytes(), NOW), Err(TokenError::Malformed));
}

#[test]
fn a_session_token_is_no_state_token() {
    let text = ring().session_tokens().mint(&claims());
    let refused = ring().state_tokens().verify(Untrusted::<StateToken>::new(text.expose()), NOW);
    assert_eq!(refused.unwrap_err(), TokenError::Malformed);
}

proptest! {
    #[test]
    fn all_claims_are_read_back(
        session: [u8; 16], generation: u32, account in "[\\PC]{1,16}", tenant in proptest::option::of("[\\PC]{1,16}"),
        device: [u8; 16], revision in 0..=i64::MAX.unsigned_abs(), factors in 0..16_u8, auth_time in 0..=Timestamp::MAX.as_unix(),
    ) {
        let claims = SessionClaims {
            session: SessionId::from_bytes(session),
            generation,
            account: AccountId::new(&account).unwrap(),
            audience: audience("web", tenant.as_deref()),
            device: DeviceDigest::from_bytes(device),
            revision: Revision::new(revision).unwrap(),
            auth_time: Timestamp::from_unix(auth_time),
            factors: FactorSet::from_bits(factors).unwrap(),
            ..claims()
        };
        let text = ring().session_tokens().mint(&claims);
        let verified = ring().session_tokens().for_application(&claims.audience).verify(text.presented(), NOW).unwrap();
        prop_assert_eq!(*verified.claims(), claims);
    }

    #[test]
    fn no_bytes_are_a_token(bytes: Vec<u8>) {
        prop_assert!(verify(&ring(), &bytes, NOW).is_err());
        let prefixed = sealed_bytes::<SessionClaims>(&bytes, [0; 32]);
        prop_assert!(verify(&ring(), prefixed.as_bytes(), NOW).is_err());
        let named = [&[1, 7][..], b"2026-11", &bytes].concat();
        let tagged = |tag| sealed_bytes::<SessionClaims>(&named, tag);
        let forged = verify(&ring(), tagged([0; 32]).as_bytes(), NOW);
        prop_assert_eq!(forged.unwrap_err(), TokenError::Forged);
        let right = ring().signer().session.tag(&[&named]);
        let malformed = verify(&ring(), tagged(right).as_bytes(), NOW);
        prop_assert_eq!(malformed.unwrap_err(), TokenError::Malformed);
    }
}

/// These bytes were recorded before tickets had the same form. They must still verify, so that an open session stays open.
#[test]
fn a_token_is_what_it_has_always_been() {
    assert_eq!(
        ring().session_tokens().mint(&claims()).expose(),
        "LGTAQcyMDI2LTExAQEBAQEBAQEBAQEBAQEBAQAAAAAEZXJpbgN3ZWIEYWNtZQICAgICAgICAgICAgICAgIAAAAAAAAAAwAAAABlU_EAAQAAAABl\
         U_EAAAAAAGVUmcD8Qy7NgCwCO-3pVXgMVQgYojkgp_CPHzAoRHiDB5Ft8g"
    );
}
