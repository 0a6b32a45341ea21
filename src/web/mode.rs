//! Where tokens travel.

use super::shown::Shown;
use crate::{
    device::Headers,
    facade::{Request, may_be_cross_site},
    outcome::Fault,
};

/// Where a façade's tokens travel. Nobody says it for you.
///
/// | | for | tokens | bound to |
/// |---|---|---|---|
/// | cookie | browsers | in cookies `__Host-state` and `__Host-session`, which no script sees | the cookie `__Host-device`, which the first call sets |
/// | bearer | apps and servers | in members of answers, and `Authorization: Bearer …` | the header `X-Device-Fingerprint`; without it nothing, where the policy [allows that](crate::policy::Policy::allows_unbound) |
///
/// A request that shows a cookie of ours and a bearer's token at once is refused, whatever is allowed: two that look at it must not take it for two
/// people's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Modes {
    /// In cookies alone.
    Cookie,
    /// In members and the header `Authorization` alone.
    Bearer,
    /// In either. A request that shows a bearer's token is a bearer's. Of the others those are in cookies that have a cookie of ours, or a header that
    /// browsers send (`Sec-Fetch-Site`, `Origin`, `X-Requested-By`): so no page gets a token to read by leaving something out.
    Either,
}

/// Where the tokens of one request travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Cookie,
    Bearer,
}

impl Modes {
    /// Where the tokens of a request travel, if it is one that may be answered at all.
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
