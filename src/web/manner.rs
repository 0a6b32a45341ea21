//! The manner in which a request must be answered.

use super::routes::{Bears, Endpoint, Route};
use crate::device::DeviceCookie;

/// The manner in which a request must be answered: the call that it made, and where its tokens travel. The example of [`Web`](super::Web) passes one
/// on.
pub struct Manner {
    pub(super) route: Option<&'static Route>,
    /// `None` if the request was refused before this was known. Then no token is sent.
    pub(super) carried: Option<Carried>,
}

/// The place where tokens travel.
pub(super) enum Carried {
    InCookies {
        device: DeviceCookie,
        /// Whether the cookie was drawn for this request.
        is_new: bool,
    },
    ByBearer {
        /// Whether the request has shown a token.
        has_shown: bool,
    },
}

impl Manner {
    pub(super) fn endpoint(&self) -> Option<Endpoint> {
        self.route.map(|route| route.endpoint)
    }

    /// Whether this call begins something, so that its client must be recognised afterwards.
    pub(super) fn begins(&self) -> bool {
        self.route.is_some_and(|route| route.bears == Bears::Nothing && route.method != "GET")
    }

    pub(super) const fn shows_tokens(&self) -> bool {
        matches!(self.carried, Some(Carried::ByBearer { .. }))
    }

    /// The scheme that a 401 asks for (RFC 9110 §15.5.2). No scheme is registered for cookies.
    pub(super) const fn challenge(&self) -> Option<&'static str> {
        match self.carried {
            None => None,
            Some(Carried::InCookies { .. }) => Some(r#"Cookie cookie-name="__Host-session""#),
            // RFC 6750 §3.1: there is no error code if no token was shown.
            Some(Carried::ByBearer { has_shown: false }) => Some("Bearer"),
            Some(Carried::ByBearer { has_shown: true }) => Some(r#"Bearer error="invalid_token""#),
        }
    }
}

impl core::fmt::Debug for Manner {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Manner").field("route", &self.route.map(|route| route.name)).finish_non_exhaustive()
    }
}
