//! A request, as a façade takes it.

use crate::device::Headers;
use core::{fmt, net::IpAddr};

/// The most bytes that a body may have: 16 KiB. A longer body is refused, in the façade's words. So a host stops reading one byte after that
/// limit, hands in what it has read, and leaves the rest unread.
pub const MOST_OF_A_BODY: usize = 16 * 1024;

/// A request, borrowed from whatever framework received it.
///
/// ```
/// use authflow::{
///     facade::Request,
///     testkit::{World, demo},
/// };
///
/// let mut world = World::new();
/// let moment = world.moment();
/// let request = Request {
///     method: "POST",
///     path: "/api/v2/sdk/login",
///     headers: &demo::device().with("Content-Type", "application/json"),
///     body: br#"{"user_name":"alice","password":"Correct-Horse-7"}"#,
///     peer: None, // the family has a header for that
/// };
/// let step = world.api.handle(&request, moment); // yours: api.serve(&request, moment, &host)
/// assert_eq!(world.finish(step).text("status"), "SUCCESS");
/// ```
pub struct Request<'a, H: ?Sized> {
    /// The method, in capitals.
    pub method: &'a str,
    /// The path, with or without a query.
    pub path: &'a str,
    /// The headers.
    pub headers: &'a H,
    /// The body, empty where there is none. Reading much more than [`MOST_OF_A_BODY`] is wasted.
    pub body: &'a [u8],
    /// The address that the request comes from, as the host knows it. It is the peer's or, behind a proxy, the one that the proxy reports. It is
    /// `None` if the host does not say. The family `/api/v2/sdk` has a header for it and ignores this field.
    pub peer: Option<IpAddr>,
}

impl<H: ?Sized> Clone for Request<'_, H> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<H: ?Sized> Copy for Request<'_, H> {}

/// Headers and body hold secrets: `Debug` shows neither.
impl<H: Headers + ?Sized> fmt::Debug for Request<'_, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, path, .. } = self;
        f.debug_struct("Request").field("method", method).field("path", path).finish_non_exhaustive()
    }
}

#[cfg(feature = "http")]
impl<'a> Request<'a, http::HeaderMap> {
    /// From the parts of an `http::Request` and its body. They do not say where the request comes from. Say that with
    /// `Request { peer: Some(address), ..Request::from_http(&parts, &body) }`.
    pub fn from_http(parts: &'a http::request::Parts, body: &'a [u8]) -> Self {
        let (method, path) = (parts.method.as_str(), parts.uri.path());
        Self { method, path, headers: &parts.headers, body, peer: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_prints_neither_headers_nor_body() {
        let headers = [("X-state-token", "secret-token")];
        let request =
            Request { method: "GET", path: "/x", headers: &headers, body: b"secret-body", peer: None };
        assert_eq!(alloc::format!("{request:?}"), r#"Request { method: "GET", path: "/x", .. }"#);
    }
}
