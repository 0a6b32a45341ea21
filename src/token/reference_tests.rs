use super::*;
use crate::{
    AccountId, ClientId, TenantId,
    account::Revision,
    device::Device,
    factor::FactorSet,
    token::{Key, SessionClaims, StateToken, VerifiedSession, VerifyWindow, known_secret},
};
use alloc::{string::String, vec::Vec};
use proptest::prelude::*;

const NOW: Timestamp = Timestamp::from_unix(1_700_000_000);
const ALWAYS: VerifyWindow = VerifyWindow { from: Timestamp::from_unix(0), until: Timestamp::MAX };

fn ring_of(number: u8) -> KeyRing {
    KeyRing::new(key(number))
}

fn key(number: u8) -> Key {
    Key::new(&alloc::format!("key-{number}"), known_secret(number)).unwrap()
}

fn ring() -> KeyRing {
    ring_of(7)
}

fn audience(client: &str, tenant: &str) -> Audience {
    Audience { client_id: ClientId::new(client).unwrap(), tenant: TenantId::new(tenant).ok() }
}

fn claims_under(ring: &KeyRing) -> ReferenceClaims {
    ReferenceClaims {
        session: SessionId::from_bytes([1; 16]),
        generation: 3,
        expires_at: NOW.plus_seconds(43_200),
        audience: ring.session_references().digest(&audience("web", "acme")),
        device: DeviceDigest::from_bytes([2; 16]),
    }
}

fn mint(ring: &KeyRing) -> String {
    ring.session_references().mint(&claims_under(ring)).expose().into()
}

fn verify(ring: &KeyRing, text: &[u8], now: Timestamp) -> Result<ReferenceClaims, TokenError> {
    ring.session_references().verify(Untrusted::new(text), now).map(|reference| *reference.claims())
}

/// The bytes that a signature covers.
fn signed(ring: &KeyRing) -> Vec<u8> {
    claims_under(ring).signed(ring.signer()).written().to_vec()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(opaque::text(PREFIX, bytes)).unwrap()
}

fn sealed(ring: &KeyRing, bytes: &[u8]) -> String {
    text(&[bytes, &ring.signer().reference.tag(&[bytes])].concat())
}

/// tests/session_references.py made the vectors.
#[test]
fn the_vectors_from_outside() {
    let counting = |from: u8| SessionId::from_bytes(core::array::from_fn(|at| from + at as u8));
    let (x, y) = ("x".repeat(64), "y".repeat(64));
    for (number, session, generation, seconds, (client, tenant), fingerprint, expected) in [
        (
            7,
            SessionId::from_bytes([1; 16]),
            0,
            1_700_043_200,
            ("web", "acme"),
            "156aysdna213sac",
            "LGTAmgBAQEBAQEBAQEBAQEBAQEBAAAAAABlVJnAt6hm97ylp6HxvTVyRrlMjFOtCY-Bgno-JU_ti22VBQaxVWaMf2PatQIEj8Q2EJLjaawu4MxVZoj1pch1qToJXw",
        ),
        (
            7,
            counting(0),
            u32::MAX,
            253_402_300_799,
            ("app", ""),
            "f",
            "LGTAmgAAQIDBAUGBwgJCgsMDQ4P_____zr_9EF_UMHEQgkuXHmrIvSQOL_mmL4Piezvd4MyLp5XWtHjOimfvI2yLiAaMWQTIAVQ_G1SxmnBSvJ_P6RWHtYU8i9Sbg",
        ),
        (
            8,
            counting(100),
            65_538,
            1_700_000_001,
            (&*x, &*y),
            "Gerät",
            "LGTAlBkZWZnaGlqa2xtbm9wcXJzAAEAAgBlU_EBdTIqE6ScNZbt-D-PL3AbhuOBz0L7bveNN1HJBSQIR3zg0bwIaejDO0epG2tcWFvZKmgFq_tLndf50krZENtrCA",
        ),
    ] {
        let (ring, expires_at) = (ring_of(number), Timestamp::from_unix(seconds));
        let device = Device::new("Android 10", fingerprint, "app/1", None).unwrap().digest(ring.signer());
        let audience = ring.session_references().digest(&audience(client, tenant));
        let claims = ReferenceClaims { session, generation, expires_at, audience, device };
        assert_eq!(ring.session_references().mint(&claims).expose(), expected);
        assert_eq!(verify(&ring, expected.as_bytes(), NOW), Ok(claims));
        assert_eq!(expected.len(), 125);
    }
}

#[test]
fn a_reference_verifies_to_the_second_of_its_expiry_and_does_not_say_when_it_was_minted() {
    let text = mint(&ring());
    let at = |now| verify(&ring(), text.as_bytes(), now);
    assert_eq!(at(NOW.plus_seconds(43_199)), Ok(claims_under(&ring())));
    assert_eq!(at(NOW.plus_seconds(43_200)), Err(TokenError::Expired));
    assert_eq!(at(Timestamp::from_unix(0)), Ok(claims_under(&ring())));
}

#[test]
fn every_changed_bit_every_length_and_every_other_spelling_is_refused() {
    let good = mint(&ring());
    for at in 0..good.len() {
        for bit in 0..8 {
            let mut bytes = good.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            assert!(verify(&ring(), &bytes, NOW).is_err(), "{at} {bit}");
        }
        assert_eq!(verify(&ring(), &good.as_bytes()[..at], NOW), Err(TokenError::Malformed), "{at}");
    }
    for tail in ["A", "=", " ", "\n", "AAAA"] {
        let longer = alloc::format!("{good}{tail}");
        assert_eq!(verify(&ring(), longer.as_bytes(), NOW), Err(TokenError::Malformed));
    }
    // 728 bits are 121 characters and a third. Four bits of the last character encode nothing, and must be zero.
    let (body, last) = good.split_at(124);
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for character in alphabet.iter().filter(|character| last.as_bytes() != [**character]) {
        let other = [body.as_bytes(), &[*character]].concat();
        let refused = verify(&ring(), &other, NOW).unwrap_err();
        let is_tag = b"AQgw".contains(character);
        assert_eq!(refused, if is_tag { TokenError::Forged } else { TokenError::Malformed });
    }
}

#[test]
fn a_right_tag_over_a_wrong_body_is_malformed() {
    let ring = ring();
    let refused = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = signed(&ring);
        change(&mut bytes);
        verify(&ring, sealed(&ring, &bytes).as_bytes(), NOW).map(|_| ())
    };
    assert_eq!(refused(&|_| ()), Ok(()), "the control");
    for version in [0, 1, 3, 255] {
        assert_eq!(refused(&|bytes| bytes[0] = version), Err(TokenError::Malformed), "{version}");
    }
    assert_eq!(
        refused(&|bytes| bytes[1] ^= 1),
        Err(TokenError::Malformed),
        "no key of the ring has this byte"
    );
    assert_eq!(refused(&|bytes| bytes.push(0)), Err(TokenError::Malformed));
    assert_eq!(refused(&|bytes| bytes.truncate(58)), Err(TokenError::Malformed));
    let ends =
        |seconds: u64| move |bytes: &mut Vec<u8>| bytes[22..27].copy_from_slice(&seconds.to_be_bytes()[3..]);
    assert_eq!(refused(&ends(Timestamp::MAX.as_unix())), Ok(()));
    assert_eq!(refused(&ends(Timestamp::MAX.as_unix() + 1)), Err(TokenError::Malformed));
    assert_eq!(refused(&ends((1 << 40) - 1)), Err(TokenError::Malformed));
    assert_eq!(refused(&ends(NOW.as_unix())), Err(TokenError::Expired));
}

/// Two of the known keys, which have the same byte.
fn alike() -> (u8, u8) {
    let mark = |number| ring_of(number).signer().mark;
    let pairs =
        (0..=u8::MAX).flat_map(|one| (one.saturating_add(1)..=u8::MAX).map(move |other| (one, other)));
    pairs.filter(|(one, other)| one != other).find(|(one, other)| mark(*one) == mark(*other)).unwrap()
}

#[test]
fn every_key_of_the_ring_that_has_the_byte_is_tried_within_its_window() {
    let (one, other) = alike();
    let text = mint(&ring_of(one));
    let until = NOW.plus_seconds(10);
    let beside = |window| ring_of(other).with_verifier(key(one), window).unwrap();
    let verified = beside(ALWAYS).session_references().verify(Untrusted::new(text.as_bytes()), NOW).unwrap();
    assert_eq!(verified.key(), crate::token::Place::Verifier(0));
    let limited = VerifyWindow { from: NOW, until };
    assert!(verify(&beside(limited), text.as_bytes(), NOW).is_ok());
    // The signer has the same byte but is the wrong key, and the right key no longer counts.
    assert_eq!(verify(&beside(limited), text.as_bytes(), until), Err(TokenError::Forged));
    assert_eq!(verify(&ring_of(other), text.as_bytes(), NOW), Err(TokenError::Forged));
    let apart = ring_of(one.wrapping_add(100)).with_verifier(key(one), limited).unwrap();
    assert!(verify(&apart, text.as_bytes(), NOW).is_ok());
    assert_eq!(verify(&apart, text.as_bytes(), until), Err(TokenError::KeyOutsideWindow));
    assert_eq!(verify(&ring_of(one.wrapping_add(100)), text.as_bytes(), NOW), Err(TokenError::Malformed));
    // The right key is also found among several verifiers, at any place.
    let many = beside(ALWAYS).with_verifier(key(one.wrapping_add(100)), ALWAYS).unwrap();
    assert!(verify(&many, text.as_bytes(), NOW).is_ok());
}

#[test]
fn each_form_refuses_the_other() {
    let (ring, audience) = (ring(), audience("web", "acme"));
    let reference = mint(&ring);
    let as_whole = ring.session_tokens().verify(Untrusted::new(&reference), NOW);
    assert_eq!(as_whole.unwrap_err(), TokenError::Malformed);
    // These are the shortest tokens of the other form. Their key has no id, and their ids have one character.
    let nameless = KeyRing::new(Key::without_id(known_secret(7)).unwrap());
    let shortest = nameless.session_tokens().mint(&SessionClaims {
        session: SessionId::from_bytes([1; 16]),
        generation: 3,
        account: AccountId::new("a").unwrap(),
        audience: Audience { client_id: ClientId::new("w").unwrap(), tenant: None },
        device: DeviceDigest::from_bytes([2; 16]),
        revision: Revision::new(3).unwrap(),
        auth_time: NOW,
        factors: FactorSet::EMPTY,
        issued_at: NOW,
        expires_at: NOW.plus_seconds(60),
    });
    assert!(shortest.expose().len() > CHARACTERS, "so that the length tells them apart");
    assert_eq!(verify(&nameless, shortest.expose().as_bytes(), NOW), Err(TokenError::Malformed));
    let either = |text: &str| VerifiedSession::verify(&nameless, Untrusted::new(text), NOW);
    assert!(matches!(either(shortest.expose()), Ok(VerifiedSession::SelfContained(_))));
    assert!(matches!(either(&reference), Ok(VerifiedSession::NeedsRecord(_))), "an id makes no other key");
    // Each form is forged under the key of the other form.
    let bytes = signed(&ring);
    let text = text(&[&bytes[..], &ring.signer().session.tag(&[&bytes])].concat());
    assert_eq!(verify(&ring, text.as_bytes(), NOW), Err(TokenError::Forged));
    let as_state = ring.state_tokens().verify(Untrusted::<StateToken>::new(&reference), NOW);
    assert_eq!(as_state.unwrap_err(), TokenError::Malformed);
    assert!(either(&reference).unwrap().is_of(&audience, &nameless));
}

#[test]
fn it_is_of_one_application_and_tenant_whose_ids_may_join_alike() {
    let ring = ring();
    let all =
        [("web", "acme"), ("weba", "cme"), ("web", ""), ("webacme", ""), ("web", "acmf"), ("app", "acme")];
    let all = all.map(|(client, tenant)| audience(client, tenant));
    for (at, own) in all.iter().enumerate() {
        let claims =
            ReferenceClaims { audience: ring.session_references().digest(own), ..claims_under(&ring) };
        let text = ring.session_references().mint(&claims);
        let reference = ring.session_references().verify(text.presented(), NOW).unwrap();
        for (other, audience) in all.iter().enumerate() {
            assert_eq!(reference.is_of(audience, &ring), at == other, "{own:?} {audience:?}");
            assert!(!reference.is_of(audience, &ring_of(9)), "in another ring it is of nobody");
        }
    }
}

proptest! {
    #[test]
    fn all_claims_are_read_back(
        session: [u8; 16], generation: u32, seconds in NOW.as_unix() + 1..=Timestamp::MAX.as_unix(), audience: [u8; 16], device: [u8; 16],
    ) {
        let claims = ReferenceClaims {
            session: SessionId::from_bytes(session),
            generation,
            expires_at: Timestamp::from_unix(seconds),
            audience: AudienceDigest::from_bytes(audience),
            device: DeviceDigest::from_bytes(device),
        };
        let text = ring().session_references().mint(&claims);
        prop_assert_eq!(text.expose().len(), CHARACTERS);
        prop_assert_eq!(verify(&ring(), text.expose().as_bytes(), NOW), Ok(claims));
    }

    #[test]
    fn no_bytes_are_a_reference(bytes: Vec<u8>, body in proptest::collection::vec(any::<u8>(), BYTES)) {
        prop_assert!(verify(&ring(), &bytes, NOW).is_err());
        let refused = verify(&ring(), text(&body).as_bytes(), NOW).unwrap_err();
        let own = body.starts_with(&[VERSION, ring().signer().mark]);
        prop_assert_eq!(refused, if own { TokenError::Forged } else { TokenError::Malformed });
        let marked = [&[VERSION, ring().signer().mark], &body[2..]].concat();
        prop_assert_eq!(verify(&ring(), text(&marked).as_bytes(), NOW), Err(TokenError::Forged));
    }
}
