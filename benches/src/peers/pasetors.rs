//! `pasetors`: a PASETO `v4.local`, encrypted and authenticated with a shared key (XChaCha20 and BLAKE2b, not SHA-256).

use super::{Tokens, claims::StateClaims};
use crate::sample;
use pasetors::{
    Local,
    claims::{Claims, ClaimsValidationRules},
    keys::SymmetricKey,
    local,
    token::UntrustedToken,
    version4::V4,
};

pub(super) struct Pasetors {
    key: SymmetricKey<V4>,
    rules: ClaimsValidationRules,
}

impl Pasetors {
    pub(super) fn new() -> Self {
        Self {
            key: SymmetricKey::from(&sample::SECRET).expect("32 bytes"),
            rules: ClaimsValidationRules::new(),
        }
    }
}

impl Tokens for Pasetors {
    type Claims = Claims;

    const WHO: &'static str = "pasetors v4.local";

    fn claims(&self, claims: &StateClaims) -> Claims {
        let mut json = serde_json::to_value(claims).expect("claims");
        // The times are texts in its claims, and it requires one more.
        json["iat"] = "2023-11-14T22:13:20+00:00".into();
        json["nbf"] = json["iat"].clone();
        json["exp"] = "2096-10-02T07:06:40+00:00".into();
        Claims::from_string(&json.to_string()).expect("claims")
    }

    fn mint(&self, claims: Claims) -> String {
        local::encrypt(&self.key, &claims, None, None).expect("claims")
    }

    fn verify(&self, token: &str) -> bool {
        UntrustedToken::<Local, V4>::try_from(token)
            .and_then(|token| local::decrypt(&self.key, &token, &self.rules, None, None))
            .is_ok()
    }

    fn forged(&self, _: &str) -> String {
        format!("v4.local.{}", "A".repeat(1024 - 9))
    }
}
