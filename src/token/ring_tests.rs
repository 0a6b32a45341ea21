use super::*;
use crate::{ClientId, TenantId};
use alloc::format;

const ALWAYS: VerifyWindow = VerifyWindow { from: Timestamp::from_unix(0), until: Timestamp::MAX };

fn ring(verifiers: usize) -> KeyRing {
    (0..verifiers).fold(KeyRing::new(Key::without_id(crate::token::known_secret(0)).unwrap()), |ring, at| {
        // The ids have many lengths, so that headers and ids sort differently.
        let id = format!("{}{at}", "z".repeat(at % 7));
        ring.with_verifier(Key::new(&id, crate::token::known_secret(at as u8 + 1)).unwrap(), ALWAYS).unwrap()
    })
}

/// Every key and its place.
fn places(ring: &KeyRing) -> Vec<(Place, &Keys)> {
    let places = core::iter::once(Place::Signer).chain((0..ring.verifiers.len()).map(Place::Verifier));
    places.map(|place| (place, ring.at(place).unwrap())).collect()
}

#[test]
fn every_key_is_found_by_header_and_by_id_and_nothing_else_is() {
    let ring = ring(64);
    let now = Timestamp::from_unix(1);
    for (place, keys) in places(&ring) {
        let id = keys.id.as_ref().map(|id| id.as_str().as_bytes());
        for rest in ["", "e30", "\u{FF}", "."] {
            let text = format!("{}{rest}", keys.header);
            assert_eq!(ring.by_header(text.as_bytes(), now).unwrap().0, place, "{text}");
        }
        for other in
            [keys.header.replace('.', ""), keys.header.replace('.', "A."), format!("A{}", keys.header)]
        {
            assert_eq!(ring.by_header(other.as_bytes(), now).unwrap_err(), TokenError::Malformed, "{other}");
        }
        assert_eq!(ring.by_id(id, now).unwrap().0, place);
    }
    for other in ["", ".", "eyJhbGciOiJub25lIn0.", "AAAA", "zzzz"] {
        assert_eq!(ring.by_header(other.as_bytes(), now).unwrap_err(), TokenError::Malformed, "{other}");
    }
    assert_eq!(ring.by_id(Some(b"unknown"), now).unwrap_err(), TokenError::Malformed);
    assert_eq!(ring.by_id(Some(b""), now).unwrap_err(), TokenError::Malformed);
}

#[test]
fn a_known_audience_has_its_key_at_hand_and_every_other_has_the_same_derived() {
    let audience = |client, tenant: Option<&str>| Audience {
        client_id: ClientId::new(client).unwrap(),
        tenant: tenant.map(|tenant| TenantId::new(tenant).unwrap()),
    };
    let known = [audience("web", None), audience("isv", Some("a"))];
    let issuers = ["https://a.example", "https://b.example"].map(|issuer| Issuer::new(issuer).unwrap());
    let ring = ring(2).with_audiences(&issuers[0], known);
    for (place, keys) in places(&ring) {
        for audience in known.iter().chain([&audience("isv", None), &audience("isv", Some("b"))]) {
            let mac = ring.id_token_mac(keys, audience);
            let is_known = known.contains(audience) && place == Place::Signer;
            assert_eq!(matches!(mac, Cow::Borrowed(_)), is_known, "{audience:?}");
            assert_eq!(mac.tag(&[b"x"]), keys.id_token_mac(audience).tag(&[b"x"]));
            for issuer in &issuers {
                let begun = ring.begun_id_tokens(issuer, audience);
                let is_known = known.contains(audience) && *issuer == issuers[0];
                assert_eq!((matches!(begun, Cow::Borrowed(_)), begun.issuer()), (is_known, issuer));
            }
        }
    }
}

#[test]
fn a_window_counts_from_its_first_second_to_before_its_last() {
    let window = VerifyWindow { from: Timestamp::from_unix(10), until: Timestamp::from_unix(20) };
    let ring = ring(0).with_verifier(Key::new("k", crate::token::known_secret(9)).unwrap(), window).unwrap();
    for (now, counts) in [(9, false), (10, true), (19, true), (20, false)] {
        assert_eq!(ring.by_id(Some(b"k"), Timestamp::from_unix(now)).is_ok(), counts, "{now}");
    }
    assert!(ring.by_id(None, Timestamp::from_unix(0)).is_ok(), "the signer has no window");
}

#[test]
fn the_skew_is_half_a_minute_unless_told_and_two_minutes_at_most() {
    let now = Timestamp::from_unix(1000);
    let issued_ahead =
        |ring: &KeyRing, seconds| ring.check_time(now.plus_seconds(seconds), Timestamp::MAX, now).is_ok();
    assert!(issued_ahead(&ring(0), 30) && !issued_ahead(&ring(0), 31));
    let tolerant = ring(0).with_clock_skew(120).unwrap();
    assert!(issued_ahead(&tolerant, 120) && !issued_ahead(&tolerant, 121));
    assert_eq!(ring(0).with_clock_skew(121).unwrap_err(), RingError::ClockSkew);
    assert_eq!(tolerant.check_time(now, now, now), Err(TokenError::Expired), "no skew at the end of a life");
}

/// A secret is refused if the signer or another verifier has it, even with zero bytes added at its end, which make no difference to HMAC (RFC 2104
/// §2).
#[test]
fn a_secret_stands_once() {
    let (old, with_noughts) =
        (crate::token::known_secret(1), [&crate::token::known_secret(1)[..], &[0; 7]].concat());
    let signed_by_it = KeyRing::new(Key::new("a", old).unwrap());
    let verified_by_it = ring(0).with_verifier(Key::new("a", old).unwrap(), ALWAYS).unwrap();
    for ring in [signed_by_it, verified_by_it] {
        for key in [Key::new("b", old), Key::without_id(old), Key::new("b", with_noughts.clone())] {
            let key = key.unwrap();
            let expected = RingError::DuplicateSecret(KeyId::new("a").ok(), key.id);
            assert_eq!(ring.clone().with_verifier(key, ALWAYS).unwrap_err(), expected);
        }
        let other = Key::new("b", crate::token::known_secret(2)).unwrap();
        assert!(ring.with_verifier(other, ALWAYS).is_ok(), "the control");
    }
}

#[test]
fn an_id_stands_once_and_a_window_is_not_empty() {
    let again = ring(3).with_verifier(Key::new("z1", crate::token::known_secret(9)).unwrap(), ALWAYS);
    assert_eq!(again.unwrap_err(), RingError::DuplicateId(Some(KeyId::new("z1").unwrap())));
    let again = ring(0).with_verifier(Key::without_id(crate::token::known_secret(9)).unwrap(), ALWAYS);
    let refused = again.unwrap_err();
    assert_eq!(refused, RingError::DuplicateId(None));
    let text = "each key must have an id of its own, and the ring has one without an id";
    assert_eq!(alloc::string::ToString::to_string(&refused), text);
    let secret = RingError::DuplicateSecret(KeyId::new("a").ok(), None);
    let text = r#"each key must have a secret of its own, and the one with the id "a" has that of the one without an id"#;
    assert_eq!(alloc::string::ToString::to_string(&secret), text);
    for until in [5, 4] {
        let empty = VerifyWindow { from: Timestamp::from_unix(5), until: Timestamp::from_unix(until) };
        let refused = ring(0).with_verifier(Key::new("k", crate::token::known_secret(9)).unwrap(), empty);
        assert_eq!(refused.unwrap_err(), RingError::EmptyWindow);
    }
}
