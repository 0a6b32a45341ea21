//! A request of the family, and the tokens in its headers.

use crate::{
    Secret,
    device::{Header, Headers, Language, Problem, RequestHeaders},
    token::{IdToken, Kind, Untrusted},
};
use core::fmt;

/// A request, borrowed from whatever framework received it.
///
/// ```
/// use authflow::sdk::Request;
///
/// let headers = [("X-agent", "Mozilla/5.0")];
/// let request = Request { method: "GET", path: "/api/v2/sdk/pwd/check-exist", headers: &headers, body: b"" };
/// # let _ = request;
/// ```
pub struct Request<'a, H: ?Sized> {
    /// The method, in capitals.
    pub method: &'a str,
    /// The path, with or without a query.
    pub path: &'a str,
    /// The headers.
    pub headers: &'a H,
    /// The body, empty where there is none. Reading more than 16 KiB of it is wasted: it is refused anyway.
    pub body: &'a [u8],
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
    /// From the parts of an `http::Request` and its body.
    pub fn from_http(parts: &'a http::request::Parts, body: &'a [u8]) -> Self {
        Self { method: parts.method.as_str(), path: parts.uri.path(), headers: &parts.headers, body }
    }
}

/// The token of a header of its own.
pub(super) fn token<'a, K: Kind>(headers: &RequestHeaders<'a>, header: Header) -> Untrusted<'a, K> {
    match headers.bytes(header) {
        Ok(bytes) => Untrusted::new(bytes),
        Err(Problem::Missing) => Untrusted::new(b""),
        Err(_) => Untrusted::unreadable(),
    }
}

/// The id token of `Authorization: Bearer …`.
pub(super) fn bearer<'a>(headers: &RequestHeaders<'a>) -> Untrusted<'a, IdToken> {
    match borne(headers) {
        Ok(token) => Untrusted::new(token),
        Err(Unborne) => Untrusted::unreadable(),
    }
}

/// The credential of `Authorization: Bearer …`; empty where there is none.
pub(super) fn credential(headers: &RequestHeaders<'_>) -> Secret {
    let text = borne(headers).ok().and_then(|bytes| Header::Authorization.judge(bytes).ok());
    Secret::new(text.unwrap_or_default())
}

/// There is an `Authorization` header, and it is not one of a bearer.
struct Unborne;

/// What `Authorization` bears, empty where it bears nothing; the scheme is compared without regard to case (RFC 9110 §11.1).
fn borne<'a>(headers: &RequestHeaders<'a>) -> Result<&'a [u8], Unborne> {
    let value = match headers.bytes(Header::Authorization) {
        Ok(value) => value,
        Err(Problem::Missing) => return Ok(b""),
        Err(_) => return Err(Unborne),
    };
    match value.split_first_chunk::<6>() {
        Some((scheme, token @ ([] | [b' ', ..]))) if scheme.eq_ignore_ascii_case(b"Bearer") => {
            let spaces = token.iter().take_while(|byte| **byte == b' ').count();
            Ok(token.get(spaces..).unwrap_or_default())
        }
        _ => Err(Unborne),
    }
}

/// The language that the caller asks for.
pub(super) fn language(headers: &RequestHeaders<'_>) -> Option<Language> {
    headers.get(Header::Language).ok().and_then(Language::from_tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_prints_neither_headers_nor_body() {
        let headers = [("X-state-token", "secret-token")];
        let request = Request { method: "GET", path: "/x", headers: &headers, body: b"secret-body" };
        assert_eq!(alloc::format!("{request:?}"), r#"Request { method: "GET", path: "/x", .. }"#);
    }

    #[test]
    fn a_bearer_is_missing_unreadable_or_there() {
        let read = |headers: &[(&str, &str)]| {
            let token = bearer(&RequestHeaders::read(headers));
            (token.is_empty(), token.bytes().to_vec())
        };
        assert!(read(&[]).0);
        for missing in ["", " ", "Bearer", "bearer ", "BEARER  "] {
            assert!(read(&[("Authorization", missing)]).0, "{missing:?}");
        }
        for unreadable in ["Basic dXNlcg==", "Bearerx", "Bear", "e30.e30.e30", "Bearer\u{1}x"] {
            assert_eq!(read(&[("Authorization", unreadable)]), (false, b"\0".to_vec()), "{unreadable:?}");
        }
        assert_eq!(read(&[("authorization", "bearer  a.b.c")]).1, b"a.b.c");
        assert_eq!(read(&[("Authorization", "Bearer a"), ("authorization", "Bearer a")]).1, b"\0");
    }
}
