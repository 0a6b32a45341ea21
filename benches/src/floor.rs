//! The floor: HMAC-SHA256 of the same bytes under a prepared key, by the crates that authflow uses.

use crate::{operation::Operation, sample, skip::Skip};
use authflow::testkit::forge::Forge;
use authflow::token::KeyRing;
use hmac::{Hmac, KeyInit, Mac as _};
use sha2::Sha256;
use std::hint::black_box;

/// A prepared key.
#[derive(Clone)]
pub struct Floor(Hmac<Sha256>);

impl Default for Floor {
    fn default() -> Self {
        Self::new(&sample::SECRET)
    }
}

impl Floor {
    pub fn new(secret: &[u8]) -> Self {
        Self(Hmac::new_from_slice(secret).expect("any length"))
    }

    pub fn tag(&self, bytes: &[u8]) -> [u8; 32] {
        let mut mac = self.0.clone();
        mac.update(bytes);
        mac.finalize().into_bytes().into()
    }
}

/// The part of a JWT that its tag signs.
pub fn signed(token: &str) -> &str {
    token.rsplit_once('.').expect("a JWT").0
}

/// The floors of all rows that have one.
pub fn operations(ring: &KeyRing) -> Vec<Operation> {
    let floor = Floor::default();
    let state_token = Forge::of(ring).state_tokens().mint(&sample::state_claims());
    let state = signed(state_token.expose()).to_owned();
    let of_state = |row| {
        let (floor, state) = (floor.clone(), state.clone());
        Operation::new(row, "floor", move || {
            black_box(floor.tag(black_box(state.as_bytes())));
        })
    };
    let mut operations: Vec<_> =
        ["verify", "verify, ring of 64", "mint into a buffer", "mint", "bad tag", "device headers"]
            .map(of_state)
            .into();

    let varied: Vec<_> = sample::varied_state_claims(256)
        .iter()
        .map(|claims| signed(Forge::of(ring).state_tokens().mint(claims).expose()).to_owned())
        .collect();
    let mut next = (0..varied.len()).cycle();
    let of_varied = floor.clone();
    operations.push(Operation::new("verify, varied", "floor", move || {
        let signed = &varied[next.next().expect("a cycle")];
        black_box(of_varied.tag(black_box(signed.as_bytes())));
    }));

    let of_forged = floor.clone();
    let forged = sample::forged(state_token.expose(), sample::LONGEST);
    operations.push(Operation::new("forged, our shape", "floor", move || {
        black_box(of_forged.tag(black_box(signed(&forged).as_bytes())));
    }));

    // The token's text is three letters, then base64url of the signed bytes and of a tag of 32 bytes.
    let session = Forge::of(ring).session_tokens().mint(&sample::session_claims());
    let session = vec![0xA5_u8; (session.expose().len() - 3) * 3 / 4 - 32];
    let of_session = floor.clone();
    operations.push(Operation::new("verify a session", "floor", move || {
        black_box(of_session.tag(black_box(&session)));
    }));

    // The reference's signed bytes, and the list of an audience. In the list, each item follows its length of eight bytes.
    let audience = vec![0xA5_u8; 16 + sample::CLIENT.len() + sample::TENANT.len()];
    for row in ["verify a reference", "mint a reference"] {
        let (floor, audience) = (floor.clone(), audience.clone());
        operations.push(Operation::new(row, "floor", move || {
            black_box(floor.tag(black_box(&[0xA5_u8; 59])));
            black_box(floor.tag(black_box(&audience)));
        }));
    }

    operations.push(skip(floor, ring));
    operations
}

/// The MACs of a skip step: over the state token, the device (judged, and written into the session token), the session's id, the
/// session token and the id token.
fn skip(floor: Floor, ring: &KeyRing) -> Operation {
    let skip = Skip::new(ring.clone());
    let reply = skip.run(skip.account());
    let reply: serde_json::Value = serde_json::from_slice(reply.body()).expect("JSON");
    let text = |member: &str| reply[member].as_str().expect("a token").to_owned();
    let state = signed(skip.state_token()).to_owned();
    let id = signed(&text("id_token")).to_owned();
    let session = vec![0xA5_u8; (text("session_token").len() - 3) * 3 / 4 - 32];
    // Lists, in which each item follows its length of eight bytes. One has `fingerprint` and its value. The other has entropy,
    // time, purpose and the spent id.
    let device = [0xA5_u8; 8 + 11 + 8 + 15];
    let draw = [0xA5_u8; 8 + 32 + 8 + 8 + 8 + 7 + 8 + 16];
    Operation::new("skip step", "floor", move || {
        for bytes in [state.as_bytes(), &device, &draw, &session, id.as_bytes()] {
            black_box(floor.tag(black_box(bytes)));
        }
    })
}
