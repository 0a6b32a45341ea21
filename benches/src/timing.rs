//! The comparisons of secrets that are timed. Each is timed for two classes of input, which differ only in the place of the
//! first wrong byte: at the front, or at the back. A comparison that stops early takes longer for the second class.
//!
//! Both classes are written into the same place before the clock starts. So no address tells them apart.

use crate::{code, floor, sample};
use authflow::testkit::forge::Forge;
use authflow::token::{IdToken, Issuer, KeyRing, SessionToken, StateToken, Ticket, Untrusted};
use std::{
    hint::black_box,
    time::{Duration, Instant},
};

/// One comparison.
pub struct Comparison {
    pub name: &'static str,
    /// Whether it is a control, which the test must detect.
    pub leaks: bool,
    time: Box<dyn FnMut(usize) -> Duration>,
}

impl Comparison {
    /// A comparison that `time` makes. `time` is given the class, 0 or 1.
    pub fn new(name: &'static str, time: impl FnMut(usize) -> Duration + 'static) -> Self {
        Self { name, leaks: false, time: Box::new(time) }
    }

    /// Runs the comparison once for the class 0 or 1, and times it.
    pub fn time(&mut self, class: usize) -> Duration {
        (self.time)(class)
    }
}

/// All comparisons, the control first.
pub fn comparisons() -> Vec<Comparison> {
    let ring = sample::ring();
    vec![
        stops_early(&ring),
        state_tag(&ring),
        session_tag(&ring),
        reference_tag(&ring),
        ticket_tag(&ring),
        id_token_tag(&ring),
        device_digest(),
        code::digest(),
    ]
}

/// Compares byte after byte up to the first that differs, after the same MAC as a state token's. The library must not do so.
fn stops_early(ring: &KeyRing) -> Comparison {
    let token = Forge::of(ring).state_tokens().mint(&sample::state_claims());
    let (signed, tag) = token.expose().rsplit_once('.').expect("a JWT");
    let (floor, signed, tag) = (floor::Floor::default(), signed.to_owned(), tag.to_owned());
    let time = of_text(&tag.clone(), move |presented| {
        black_box(floor.tag(black_box(signed.as_bytes())));
        presented.iter().zip(tag.as_bytes()).all(|(one, other)| black_box(one) == black_box(other))
    });
    Comparison { leaks: true, ..Comparison::new("control: stops early", time) }
}

fn state_tag(ring: &KeyRing) -> Comparison {
    let (ring, token) = (ring.clone(), Forge::of(ring).state_tokens().mint(&sample::state_claims()));
    let verify = move |text: &[u8]| {
        Forge::of(&ring).state_tokens().verify(Untrusted::<StateToken>::new(text), sample::NOW).is_ok()
    };
    Comparison::new("state token's tag", of_text(token.expose(), verify))
}

fn session_tag(ring: &KeyRing) -> Comparison {
    let (ring, token) = (ring.clone(), Forge::of(ring).session_tokens().mint(&sample::session_claims()));
    let audience = sample::audience();
    let verify = move |text: &[u8]| {
        let sessions = Forge::of(&ring).session_tokens().for_application(&audience);
        sessions.verify(Untrusted::<SessionToken>::new(text), sample::NOW).is_ok()
    };
    Comparison::new("session token's tag", of_text(token.expose(), verify))
}

fn reference_tag(ring: &KeyRing) -> Comparison {
    let token = Forge::of(ring).session_references().mint(&sample::reference_claims(ring));
    let (ring, audience) = (ring.clone(), sample::audience());
    let verify = move |text: &[u8]| {
        let references = Forge::of(&ring).session_references().for_application(&audience);
        references.verify(Untrusted::<SessionToken>::new(text), sample::NOW).is_ok()
    };
    Comparison::new("session reference's tag", of_text(token.expose(), verify))
}

fn ticket_tag(ring: &KeyRing) -> Comparison {
    let (ring, token) = (ring.clone(), Forge::of(ring).tickets().mint(&sample::ticket_claims()));
    let verify = move |text: &[u8]| {
        Forge::of(&ring).tickets().verify(Untrusted::<Ticket>::new(text), sample::NOW).is_ok()
    };
    Comparison::new("ticket's tag", of_text(token.expose(), verify))
}

fn id_token_tag(ring: &KeyRing) -> Comparison {
    let (ring, audience) = (ring.clone(), sample::audience());
    let issuer = Issuer::new(crate::skip::ISSUER).expect("an issuer");
    let token = Forge::of(&ring).id_tokens(&issuer, &audience).mint(&sample::id_claims());
    let verify = move |text: &[u8]| {
        let tokens = Forge::of(&ring).id_tokens(&issuer, &audience);
        tokens.verify(Untrusted::<IdToken>::new(text), sample::NOW).is_ok()
    };
    Comparison::new("id token's tag", of_text(token.expose(), verify))
}

fn device_digest() -> Comparison {
    use authflow::token::DeviceDigest;
    let right = [0x5A; 16];
    let wrong = [0, 15].map(|at| {
        let mut wrong = right;
        wrong[at] ^= 1;
        wrong
    });
    let mut presented = right;
    Comparison::new("device digest", move |class| {
        presented.copy_from_slice(&wrong[class]);
        let [one, other] = black_box([right, presented]).map(DeviceDigest::from_bytes);
        refused(|| one == other)
    })
}

/// A comparison of a text that ends in a tag, with a wrong character at the front or the back of the tag. Tags are 32 bytes.
/// Of the last 43 characters, all but the first and the last belong to the tag alone, whatever stands before it.
fn of_text(
    right: &str,
    accepts: impl Fn(&[u8]) -> bool + 'static,
) -> impl FnMut(usize) -> Duration + 'static {
    let right = right.as_bytes().to_vec();
    assert!(accepts(&right), "the right one is taken");
    let wrong = [42, 2].map(|from_end| {
        let (mut wrong, at) = (right.clone(), right.len() - from_end);
        wrong[at] = if wrong[at] == b'A' { b'B' } else { b'A' };
        wrong
    });
    let mut presented = right;
    move |class| {
        presented.copy_from_slice(&wrong[class]);
        refused(|| accepts(black_box(&presented)))
    }
}

/// Runs it once, and times it.
pub fn timed<T>(run: impl FnOnce() -> T) -> (T, Duration) {
    let began = Instant::now();
    let result = black_box(run());
    (result, began.elapsed())
}

fn refused(compare: impl FnOnce() -> bool) -> Duration {
    let (same, taken) = timed(compare);
    assert!(!same, "what differs is not the same");
    taken
}
