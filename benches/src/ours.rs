//! authflow's side of every row.

use crate::{operation::Operation, sample, skip::Skip};
use authflow::testkit::forge::Forge;
use authflow::{
    device::Caller,
    token::{KeyRing, ReferenceClaims, StateToken, Untrusted},
};
use std::hint::black_box;

const WHO: &str = "authflow";

pub fn operations(ring: &KeyRing) -> Vec<Operation> {
    let token = Forge::of(ring).state_tokens().mint(&sample::state_claims()).expose().to_owned();
    let verify = |row, ring: &KeyRing, token: &str| {
        let (ring, token) = (ring.clone(), token.to_owned());
        Operation::new(row, WHO, move || {
            let presented = Untrusted::<StateToken>::new(black_box(token.as_str()));
            let verified = Forge::of(&ring).state_tokens().verify(presented, sample::NOW);
            black_box(verified.expect("a good token").claims());
        })
    };
    let refuse = |row, text: String| {
        let ring = ring.clone();
        Operation::new(row, WHO, move || {
            let presented = Untrusted::<StateToken>::new(black_box(text.as_str()));
            let verified = Forge::of(&ring).state_tokens().verify(presented, sample::NOW);
            assert!(black_box(&verified).is_err());
        })
    };
    vec![
        verify("verify", ring, &token),
        verify("verify, ring of 64", &sample::ring_of(64), &token),
        varied(ring.clone()),
        mint_into(ring.clone()),
        mint(ring.clone()),
        refuse("bad tag", sample::with_bad_tag(&token)),
        refuse("junk, 1 KiB", sample::junk(1 << 10)),
        refuse("junk, 1 MiB", sample::junk(1 << 20)),
        refuse("forged, our shape", sample::forged(&token, sample::LONGEST)),
        verify_session(ring.clone()),
        verify_reference(ring.clone()),
        mint_reference(ring.clone()),
        skip(ring.clone()),
        device_headers(),
    ]
}

fn varied(ring: KeyRing) -> Operation {
    let claims = sample::varied_state_claims(256);
    let tokens: Vec<_> = claims.iter().map(|claims| Forge::of(&ring).state_tokens().mint(claims)).collect();
    let mut next = (0..tokens.len()).cycle();
    Operation::new("verify, varied", WHO, move || {
        let token = &tokens[next.next().expect("a cycle")];
        let verified = Forge::of(&ring).state_tokens().verify(black_box(token.presented()), sample::NOW);
        black_box(verified.expect("a good token").claims());
    })
}

fn mint_into(ring: KeyRing) -> Operation {
    let claims = sample::state_claims();
    let mut buffer = Vec::with_capacity(sample::LONGEST);
    Operation::new("mint into a buffer", WHO, move || {
        buffer.clear();
        Forge::of(&ring).state_tokens().mint_into(black_box(&claims), &mut buffer);
        black_box(&buffer);
    })
}

fn mint(ring: KeyRing) -> Operation {
    let claims = sample::state_claims();
    Operation::new("mint", WHO, move || {
        drop(black_box(Forge::of(&ring).state_tokens().mint(black_box(&claims))))
    })
}

fn verify_session(ring: KeyRing) -> Operation {
    let audience = sample::audience();
    let token = Forge::of(&ring).session_tokens().mint(&sample::session_claims());
    Operation::new("verify a session", WHO, move || {
        let sessions = Forge::of(&ring).session_tokens().for_application(&audience);
        let verified = sessions.verify(black_box(token.presented()), sample::NOW);
        black_box(verified.expect("a good token").claims());
    })
}

fn verify_reference(ring: KeyRing) -> Operation {
    let audience = sample::audience();
    let token = Forge::of(&ring).session_references().mint(&sample::reference_claims(&ring));
    Operation::new("verify a reference", WHO, move || {
        let references = Forge::of(&ring).session_references().for_application(&audience);
        let verified = references.verify(black_box(token.presented()), sample::NOW);
        black_box(verified.expect("a good token").claims());
    })
}

fn mint_reference(ring: KeyRing) -> Operation {
    let audience = sample::audience();
    let claims = sample::reference_claims(&ring);
    Operation::new("mint a reference", WHO, move || {
        let references = Forge::of(&ring).session_references();
        let audience = references.digest(black_box(&audience));
        drop(black_box(references.mint(black_box(&ReferenceClaims { audience, ..claims }))));
    })
}

fn skip(ring: KeyRing) -> Operation {
    let skip = std::rc::Rc::new(Skip::new(ring));
    let host = skip.clone();
    Operation::consuming(
        "skip step",
        WHO,
        move || host.account(),
        move |account| {
            let reply = skip.run(account);
            assert_eq!(reply.status(), 200);
            black_box(reply);
        },
    )
}

fn device_headers() -> Operation {
    Operation::new("device headers", WHO, || {
        let caller = Caller::from_headers(black_box(&sample::HEADERS));
        drop(black_box(caller.expect("good headers")));
    })
}
