//! The claims of a state token, as a service would declare them for a JWT library: owned, for serde to fill.

use crate::sample;
use authflow::{
    testkit::forge,
    token::{DeviceDigest, Stage},
};
use serde::{Deserialize, Serialize};

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
    /// The claims of authflow's own token of the sample.
    pub fn sample() -> Self {
        Self::of(&sample::state_claims())
    }

    pub fn varied() -> Vec<Self> {
        sample::varied_state_claims(256).iter().map(Self::of).collect()
    }

    fn of(claims: &forge::StateClaims) -> Self {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
        let digest = |digest: &DeviceDigest| URL_SAFE_NO_PAD.encode(digest.as_bytes());
        Self {
            aud: claims.audience.client_id.as_str().into(),
            tid: claims.audience.tenant.map(|tenant| tenant.as_str().into()),
            sub: claims.account.as_str().into(),
            rev: claims.revision.as_u64(),
            dev: digest(&claims.device.fingerprint),
            ip: claims.device.ip.as_ref().map(digest),
            os: claims.device.os.as_ref().map(digest),
            ua: claims.device.agent.as_ref().map(digest),
            step: match claims.stage {
                Stage::PasswordExpiring => "warn",
                Stage::PasswordExpired => "expired",
                Stage::FactorRequired => "factor",
            }
            .into(),
            done: claims.factors.iter().map(|factor| 1 << factor as u8).sum(),
            start: claims.auth_start.as_unix(),
            jti: URL_SAFE_NO_PAD.encode(claims.id.as_bytes()),
            iat: claims.issued_at.as_unix(),
            exp: claims.expires_at.as_unix(),
        }
    }
}
