//! Where tokens travel.

use super::shown::Shown;
use crate::{
    device::Headers,
    facade::{Request, may_be_cross_site},
    outcome::Fault,
};

/// The place where a façade's tokens travel. You must choose it, because there is no default.
///
/// | | for | tokens | bound to |
/// |---|---|---|---|
/// | cookie | browsers | in cookies `__Host-state` and `__Host-session`, which no script sees | the cookie `__Host-device`, which the first call sets |
/// | bearer | apps and servers | in members of answers, and `Authorization: Bearer …` | the header `X-Device-Fingerprint`; without it nothing, where the policy [allows that](crate::policy::Policy::allows_unbound) |
///
/// A request that shows both one of our cookies and a bearer token is refused in every mode. Otherwise two readers of the request could attribute it
/// to two different people.
///
/// ```
/// use authflow::{
///     ClientId, drive_blocking,
///     facade::{Facade, Request},
///     testkit::{Clock, MemoryHost, Setup, demo},
///     web::{Modes, Web},
/// };
/// use std::sync::Mutex;
///
/// let (engine, isv) =
///     (Setup::default().api(demo::ring()).engine().clone(), ClientId::new(demo::ISV)?);
/// let signed_in = |modes: Modes| {
///     let web = Web::new(engine.clone(), isv, modes).for_tenant(demo::tenant());
///     let headers = [
///         ("X-Device-Fingerprint", "this phone"),
///         ("Sec-Fetch-Site", "same-origin"),
///         ("Content-Type", "application/json"),
///     ];
///     let body = br#"{"identifier":"alice","password":"Correct-Horse-7"}"#;
///     let (method, path) = ("POST", "/v1/sign-in");
///     let request = Request { method, path, headers: &headers, body, peer: None };
///     let (step, manner) = web.handle(&request, Clock::at(demo::START).moment());
///     web.reply(&drive_blocking(step, &Mutex::new(MemoryHost::demo())).unwrap(), manner)
/// };
/// // A script that has got into the page finds no token to read.
/// let (cookie, bearer) = (signed_in(Modes::Cookie), signed_in(Modes::Bearer));
/// assert!(!String::from_utf8_lossy(cookie.body()).contains("session_token"));
/// assert!(cookie.headers().any(|(_, value)| value.starts_with("__Host-session=")));
/// assert!(String::from_utf8_lossy(bearer.body()).contains("session_token"));
/// # Ok::<(), authflow::InvalidId>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Modes {
    /// In cookies only.
    Cookie,
    /// In members and the header `Authorization` only.
    Bearer,
    /// In either. If a request shows a bearer token, its tokens travel by bearer. Otherwise, tokens travel in cookies if the request has one of our
    /// cookies or a header that browsers send (`Sec-Fetch-Site`, `Origin`, `X-Requested-By`). So a page cannot obtain a readable token by omitting
    /// something from its request.
    Either,
}

/// The place where the tokens of one request travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Cookie,
    Bearer,
}

impl Modes {
    /// The place where the tokens of a request travel, if the request may be answered at all.
    pub(super) fn judge<R: Headers + ?Sized>(
        self,
        request: &Request<'_, R>,
        shown: &Shown<'_>,
    ) -> Result<Mode, Fault> {
        if shown.has_bearer && (shown.has_cookies() || self == Self::Cookie) {
            return Err(Fault::TokensMisplaced);
        }
        let is_in_cookies = match self {
            Self::Cookie => true,
            Self::Bearer => false,
            Self::Either => !shown.has_bearer && (shown.has_cookies() || shown.is_browsers),
        };
        match is_in_cookies {
            true if may_be_cross_site(request.method, request.headers) => Err(Fault::CrossSite),
            true => Ok(Mode::Cookie),
            false => Ok(Mode::Bearer),
        }
    }
}
