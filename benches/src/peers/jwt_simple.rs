//! `jwt-simple`, on RustCrypto.

use super::{Tokens, claims::StateClaims};
use crate::sample;
use jwt_simple::prelude::*;

/// The claims that the library does not have itself.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Others {
    #[serde(skip_serializing_if = "Option::is_none")]
    tid: Option<String>,
    rev: u64,
    dev: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    os: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ua: Option<String>,
    step: String,
    done: u8,
    start: u64,
}

pub(super) struct JwtSimple {
    key: HS256Key,
    options: VerificationOptions,
}

impl JwtSimple {
    pub(super) fn new() -> Self {
        let options = VerificationOptions { max_token_length: Some(1024), ..VerificationOptions::default() };
        Self { key: HS256Key::from_bytes(&sample::SECRET), options }
    }
}

impl Tokens for JwtSimple {
    type Claims = JWTClaims<Others>;

    const WHO: &'static str = "jwt-simple";

    fn claims(&self, claims: &StateClaims) -> Self::Claims {
        let StateClaims { aud, tid, sub, rev, dev, ip, os, ua, step, done, start, jti, iat, exp } =
            claims.clone();
        let others = Others { tid, rev, dev, ip, os, ua, step, done, start };
        let mut claims = Claims::with_custom_claims(others, Duration::from_secs(exp - iat))
            .with_audience(aud)
            .with_subject(sub)
            .with_jwt_id(jti);
        claims.issued_at = Some(UnixTimeStamp::from_secs(iat));
        claims.expires_at = Some(UnixTimeStamp::from_secs(exp));
        claims.invalid_before = None;
        claims
    }

    fn mint(&self, claims: Self::Claims) -> String {
        self.key.authenticate(claims).expect("claims")
    }

    fn verify(&self, token: &str) -> bool {
        self.key.verify_token::<Others>(token, Some(self.options.clone())).is_ok()
    }
}
