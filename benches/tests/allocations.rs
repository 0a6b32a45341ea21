//! The exact allocations of each operation. Each number here is a promise of the README's. A lower one is a reason to change
//! the README, and a higher one is a reason to ask why.

use authflow::testkit::forge::Forge;
use authflow::{
    device::Caller,
    token::{ReferenceClaims, SessionToken, StateToken, Untrusted},
};
use authflow_bench::{
    counting::{Counting, allocations},
    sample,
    skip::Skip,
};
use std::hint::black_box;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Ids are inline, and the payload is decoded into a buffer on the stack.
#[test]
fn verifying_a_state_token_allocates_nothing() {
    let ring = sample::ring();
    for claims in sample::varied_state_claims(256).iter().chain([&sample::state_claims()]) {
        let token = Forge::of(&ring).state_tokens().mint(claims);
        let count = allocations(|| {
            let verified = Forge::of(&ring).state_tokens().verify(token.presented(), sample::NOW).unwrap();
            assert_eq!(black_box(verified.claims()), claims);
        });
        assert_eq!(count, 0, "{claims:?}");
    }
}

#[test]
fn minting_a_state_token_allocates_its_text_or_nothing() {
    let ring = sample::ring();
    let mut buffer = Vec::with_capacity(sample::LONGEST);
    for claims in sample::varied_state_claims(256).iter().chain([&sample::state_claims()]) {
        buffer.clear();
        assert_eq!(
            allocations(|| Forge::of(&ring).state_tokens().mint_into(claims, &mut buffer)),
            0,
            "{claims:?}"
        );
        // The text is allocated once, with room for all of it.
        assert_eq!(
            allocations(|| drop(black_box(Forge::of(&ring).state_tokens().mint(claims)))),
            1,
            "{claims:?}"
        );
    }
}

#[test]
fn refusing_a_state_token_allocates_nothing() {
    let ring = sample::ring();
    let token = Forge::of(&ring).state_tokens().mint(&sample::state_claims());
    let header = token.expose().split('.').next().unwrap();
    let forged = format!("{header}.{}.{}", "A".repeat(600), "A".repeat(43));
    let junk = "A".repeat(1 << 20);
    for presented in [&sample::with_bad_tag(token.expose()), &forged, &junk, &junk[..1024], "", ".."] {
        let presented = Untrusted::<StateToken>::new(presented);
        let count =
            allocations(|| assert!(Forge::of(&ring).state_tokens().verify(presented, sample::NOW).is_err()));
        assert_eq!(count, 0, "{presented:?}");
    }
    let count = allocations(|| {
        assert!(Forge::of(&ring).state_tokens().verify(token.presented(), sample::EXPIRES_AT).is_err())
    });
    assert_eq!(count, 0, "expired");
}

#[test]
fn verifying_a_session_token_allocates_nothing() {
    let (ring, audience) = (sample::ring(), sample::audience());
    let token = Forge::of(&ring).session_tokens().mint(&sample::session_claims());
    let sessions = Forge::of(&ring).session_tokens().for_application(&audience);
    let count = allocations(|| {
        let verified = sessions.verify(token.presented(), sample::NOW).unwrap();
        assert_eq!(black_box(verified.claims()), &sample::session_claims());
    });
    assert_eq!(count, 0);
    let forged = sample::with_bad_tag(token.expose());
    let forged = Untrusted::<SessionToken>::new(&forged);
    assert_eq!(allocations(|| assert!(sessions.verify(forged, sample::NOW).is_err())), 0);
}

#[test]
fn verifying_a_reference_to_a_session_allocates_nothing_and_minting_one_its_text() {
    let (ring, audience) = (sample::ring(), sample::audience());
    let (claims, forge) = (sample::reference_claims(&ring), Forge::of(&ring));
    let token = forge.session_references().mint(&claims);
    let references = forge.session_references().for_application(&audience);
    let count = allocations(|| {
        let verified = references.verify(token.presented(), sample::NOW).unwrap();
        assert_eq!(black_box(verified.claims()), &claims);
    });
    assert_eq!(count, 0);
    let forged = sample::with_bad_tag(token.expose());
    let forged = Untrusted::<SessionToken>::new(&forged);
    assert_eq!(allocations(|| assert!(references.verify(forged, sample::NOW).is_err())), 0);
    let count = allocations(|| {
        let audience = forge.session_references().digest(&audience);
        drop(black_box(forge.session_references().mint(&ReferenceClaims { audience, ..claims })));
    });
    assert_eq!(count, 1);
}

/// Questions carry the texts of the device (operating system, fingerprint, agent). They are one text, put together on the stack. A
/// text that is too long for that is put together in an allocation of its own first.
#[test]
fn reading_the_device_headers_allocates_one_text() {
    let allocated =
        |headers: &[(&str, &str)]| allocations(|| drop(black_box(Caller::from_headers(headers).unwrap())));
    assert_eq!(allocated(&sample::HEADERS), 1);
    let agent = "x".repeat(1024);
    let long = sample::HEADERS.map(|(name, value)| (name, if name == "X-agent" { &agent } else { value }));
    assert_eq!(allocated(&long), 2);
}

/// These are the library's allocations. The account is the host's, and the host's answers allocate nothing.
#[test]
fn the_whole_skip_step() {
    let skip = Skip::new(sample::ring());
    let account = skip.account();
    let count = allocations(|| assert_eq!(black_box(skip.run(account)).status(), 200));
    assert_eq!(count, 13);
}
