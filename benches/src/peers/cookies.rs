//! `cookie`: the signed jar, with the claims as JSON in the value. The expiry is compared by hand.

use super::{Tokens, claims::StateClaims};
use cookie::{Cookie, CookieJar, Key};
use std::time::{SystemTime, UNIX_EPOCH};

const NAME: &str = "state";

pub(super) struct SignedJar {
    key: Key,
    jar: CookieJar,
}

impl SignedJar {
    pub(super) fn new() -> Self {
        Self { key: Key::from(&[7; 64]), jar: CookieJar::new() }
    }
}

impl Tokens for SignedJar {
    type Claims = StateClaims;

    const WHO: &'static str = "cookie signed jar";

    fn claims(&self, claims: &StateClaims) -> StateClaims {
        claims.clone()
    }

    fn mint(&self, claims: StateClaims) -> String {
        let mut jar = CookieJar::new();
        jar.signed_mut(&self.key).add((NAME, serde_json::to_string(&claims).expect("claims")));
        jar.get(NAME).expect("a cookie").value().to_owned()
    }

    fn verify(&self, token: &str) -> bool {
        let cookie = Cookie::new(NAME, token.to_owned());
        let Some(cookie) = self.jar.signed(&self.key).verify(cookie) else { return false };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
        serde_json::from_str::<StateClaims>(cookie.value())
            .is_ok_and(|claims| now < claims.exp && claims.iat <= now)
    }

    /// The tag comes first in the cookie's value.
    fn with_bad_tag(&self, token: &str) -> String {
        let changed = if token.starts_with('A') { "B" } else { "A" };
        format!("{changed}{}", &token[1..])
    }

    fn forged(&self, _: &str) -> String {
        format!("{}={}", "A".repeat(43), "A".repeat(1024 - 44))
    }
}
