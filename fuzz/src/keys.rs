//! The keys of the fuzz rings, and tokens signed with them by hand.

use authflow::{
    Timestamp,
    token::{self, KeyRing, VerifyWindow},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::sync::LazyLock;

/// The moment at which texts are presented that have no moment of their own.
pub const NOW: Timestamp = Timestamp::from_unix(1_700_000_000);

/// A secret of the fuzz rings.
pub struct Key {
    /// Its id in tokens.
    pub id: Option<&'static str>,
    secret: [u8; 32],
}

/// One key without an id, as the family's samples show it, and one whose id is as long as an id may be.
pub const KEYS: [Key; 2] =
    [Key { id: None, secret: [7; 32] }, Key { id: Some("2026-11_a.key-of-20b"), secret: [9; 32] }];

/// From this second on, a ring's other key no longer verifies.
pub const WINDOW_ENDS: Timestamp = Timestamp::from_unix(1_700_001_000);

/// The ring at a place signs with the key at that place, and still verifies the other.
pub static RINGS: LazyLock<[KeyRing; 2]> = LazyLock::new(|| {
    let window = VerifyWindow { from: Timestamp::from_unix(0), until: WINDOW_ENDS };
    let ring =
        |signer: &Key, other: &Key| KeyRing::new(signer.key()).with_verifier(other.key(), window).unwrap();
    [ring(&KEYS[0], &KEYS[1]), ring(&KEYS[1], &KEYS[0])]
});

impl Key {
    fn key(&self) -> token::Key {
        match self.id {
            Some(id) => token::Key::new(id, self.secret).unwrap(),
            None => token::Key::without_id(self.secret).unwrap(),
        }
    }

    /// A state token over any payload.
    pub fn state_token(&self, payload: &[u8]) -> String {
        let header = match self.id {
            Some(id) => format!(r#"{{"alg":"HS256","kid":"{id}","typ":"JWT"}}"#),
            None => r#"{"alg":"HS256","typ":"JWT"}"#.into(),
        };
        let signed = format!("{}.{}", base64url(header.as_bytes()), base64url(payload));
        let tag = self.tag(b"authflow/v1/state", signed.as_bytes());
        format!("{signed}.{}", base64url(&tag))
    }

    /// A session token over any bytes.
    pub fn session_token(&self, signed: &[u8]) -> String {
        let tag = self.tag(b"authflow/v1/session", signed);
        format!("LGT{}", base64url(&[signed, &tag].concat()))
    }

    /// HMAC-SHA256 under the key that HKDF-Expand (RFC 5869 §2.3) derives for a label.
    fn tag(&self, label: &[u8], message: &[u8]) -> [u8; 32] {
        hmac(&hmac(&self.secret, &[label, &[1]].concat()), message)
    }
}

fn hmac(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    let mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.chain_update(message).finalize().into_bytes().into()
}

/// Base64url without padding.
pub fn base64url(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}
