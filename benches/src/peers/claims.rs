//! The claims of a state token, as a service would declare them for a JWT library: owned, for serde to fill.

use crate::sample;
use authflow::token::KeyRing;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

#[derive(Clone, Serialize, Deserialize)]
pub struct StateClaims {
    pub aud: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tid: Option<String>,
    pub sub: String,
    pub rev: u64,
    pub dev: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub os: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ua: Option<String>,
    pub step: String,
    pub done: u8,
    pub start: u64,
    pub jti: String,
    pub iat: u64,
    pub exp: u64,
}

impl StateClaims {
    /// What authflow's own token of the sample says, word for word.
    pub fn sample(ring: &KeyRing) -> Self {
        payload(ring.state_tokens().mint(&sample::state_claims()).expose())
    }

    pub fn varied(ring: &KeyRing) -> Vec<Self> {
        let claims = sample::varied_state_claims(256);
        claims.iter().map(|claims| payload(ring.state_tokens().mint(claims).expose())).collect()
    }
}

/// The claims of a JWT, unverified.
pub fn payload<T: DeserializeOwned>(token: &str) -> T {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let payload = token.split('.').nth(1).expect("a JWT");
    let payload = URL_SAFE_NO_PAD.decode(payload).expect("base64url");
    serde_json::from_slice(&payload).expect("the claims")
}
