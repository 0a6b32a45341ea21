//! The keys of the fuzz rings, and tokens signed with them by hand.

use authflow::{
    Audience, Timestamp,
    token::{self, KeyRing, VerifyWindow},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::sync::LazyLock;

/// The moment at which texts are presented that have no moment themselves.
pub const NOW: Timestamp = Timestamp::from_unix(1_700_000_000);

/// A secret of the fuzz rings.
pub struct Key {
    /// Its id in tokens.
    pub id: Option<&'static str>,
    secret: [u8; 32],
}

/// One key without an id, as the family's samples show it, and one whose id is as long as an id may be.
pub const KEYS: [Key; 2] = [
    Key { id: None, secret: *b"q8Wz1fT0pL6sXn4Vb9Rk3Jd7Hc2Gm5Ya" },
    Key { id: Some("2026-11_a.key-of-20b"), secret: *b"Zt6Yc0Ke3Nh9Vu5Bq1Wf8Dm4Xr7Jp2Gs" },
];

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
        self.compact(&self.state_key(), payload)
    }

    /// An id token of an application over any payload.
    pub fn id_token(&self, audience: &Audience, payload: &[u8]) -> String {
        self.compact(&self.id_token_key(audience), payload)
    }

    /// A session token over any bytes.
    pub fn session_token(&self, signed: &[u8]) -> String {
        self.opaque("LGT", "authflow/v1/session", signed)
    }

    /// A reference to a session over any bytes.
    pub fn reference(&self, signed: &[u8]) -> String {
        self.opaque("LGT", "authflow/v2/session", signed)
    }

    /// The byte by which such a token names the key.
    pub fn mark(&self) -> u8 {
        self.derived(b"authflow/v2/key")[0]
    }

    /// The digest of an application and tenant in such a token.
    pub fn audience_digest(&self, audience: &Audience) -> [u8; 16] {
        let tenant = audience.tenant.as_ref().map_or("", |tenant| tenant.as_str());
        let parts = [audience.client_id.as_str(), tenant].map(str::as_bytes);
        *hmac(&self.derived(b"authflow/v2/audience"), &list(&parts)).first_chunk().unwrap()
    }

    /// A captcha token over any bytes.
    pub fn captcha_token(&self, signed: &[u8]) -> String {
        self.opaque("captcha-", "authflow/v1/captcha", signed)
    }

    /// A ticket over any bytes.
    pub fn ticket(&self, signed: &[u8]) -> String {
        self.opaque("ssoTicket-", "authflow/v1/ticket", signed)
    }

    /// The key that state tokens are signed with.
    pub fn state_key(&self) -> [u8; 32] {
        self.derived(b"authflow/v2/state")
    }

    /// The key that the id tokens of an application are signed with.
    pub fn id_token_key(&self, audience: &Audience) -> [u8; 32] {
        let counted = |text: &str| [&[u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
        let tenant = audience.tenant.as_ref().map_or("", |tenant| tenant.as_str());
        let parts = [b"authflow/v1/id/".to_vec(), counted(audience.client_id.as_str()), counted(tenant)];
        self.derived(&parts.concat())
    }

    /// The digest of a property that a device names.
    pub fn device_digest(&self, what: &str, value: &[u8]) -> [u8; 16] {
        let tag = hmac(&self.derived(b"authflow/v1/device"), &list(&[what.as_bytes(), value]));
        *tag.first_chunk().unwrap()
    }

    /// The stored form of a code: the tag over the code and the texts that it is bound to, and the key's id.
    pub fn code_digest(&self, bound: &[&[u8]], code: &str) -> Vec<u8> {
        let parts = [bound, &[code.as_bytes()]].concat();
        let tag = hmac(&self.derived(b"authflow/v1/code"), &list(&parts));
        [&tag, self.id.unwrap_or_default().as_bytes()].concat()
    }

    /// A code, drawn from a moment and the texts that it is bound to.
    pub fn draw_code(&self, now: Timestamp, entropy: &[u8; 32], bound: &[&[u8]]) -> String {
        let now = now.as_unix().to_be_bytes();
        let parts = [&[&entropy[..], &now, b"code"], bound].concat();
        let drawn = hmac(&self.derived(b"authflow/v1/random"), &list(&parts));
        format!("{:06}", u128::from_be_bytes(*drawn.first_chunk().unwrap()) % 1_000_000)
    }

    /// A JWS in its compact form (RFC 7515 §7.1).
    fn compact(&self, key: &[u8; 32], payload: &[u8]) -> String {
        let header = match self.id {
            Some(id) => format!(r#"{{"alg":"HS256","kid":"{id}","typ":"JWT"}}"#),
            None => r#"{"alg":"HS256","typ":"JWT"}"#.into(),
        };
        let signed = format!("{}.{}", base64url(header.as_bytes()), base64url(payload));
        let tag = hmac(key, signed.as_bytes());
        format!("{signed}.{}", base64url(&tag))
    }

    fn opaque(&self, prefix: &str, label: &str, signed: &[u8]) -> String {
        let tag = hmac(&self.derived(label.as_bytes()), signed);
        format!("{prefix}{}", base64url(&[signed, &tag].concat()))
    }

    /// The key that HKDF-Expand (RFC 5869 §2.3) derives for a label.
    fn derived(&self, label: &[u8]) -> [u8; 32] {
        hmac(&self.secret, &[label, &[1]].concat())
    }
}

/// Parts, each after its length in eight bytes.
pub fn list(parts: &[&[u8]]) -> Vec<u8> {
    parts.iter().flat_map(|part| [&(part.len() as u64).to_be_bytes()[..], part].concat()).collect()
}

/// HMAC-SHA256.
pub fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.chain_update(message).finalize().into_bytes().into()
}

/// Base64url without padding.
pub fn base64url(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}
