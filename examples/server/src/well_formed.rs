//! The demands of HTTP that hyper does not check: one `Host`, and no coding that this server does not undo.

use crate::http::hang_up;
use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode, Version, header, uri::Authority},
    response::Response,
};
use hyper::body::Body;

/// The refusal of a request that a proxy in front might understand otherwise.
pub(crate) fn refusal<B: Body>(request: &Request<B>) -> Option<Response> {
    if !has_host(request.version(), request.headers()) {
        return Some(hang_up(StatusCode::BAD_REQUEST, "there must be one Host, a name or an address\n"));
    }
    if is_compressed(request) {
        let mut refusal = hang_up(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body must not be compressed\n");
        let taken = HeaderValue::from_static("identity");
        refusal.headers_mut().insert(header::ACCEPT_ENCODING, taken);
        return Some(refusal);
    }
    transfer_coding(request.headers())
}

/// RFC 9112 §3.2. HTTP/1.0 does not demand a `Host`.
fn has_host(version: Version, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).into_iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => is_host(host),
        (None, _) => version < Version::HTTP_11,
        (Some(_), Some(_)) => false,
    }
}

fn is_host(value: &HeaderValue) -> bool {
    let Ok(authority) = Authority::try_from(value.as_bytes()) else { return false };
    let after = authority.as_str().strip_prefix(authority.host());
    // If the authority has a user, there is more text before the host.
    after.is_some_and(|port| port.is_empty() || port == ":" || authority.port_u16().is_some())
}

/// RFC 9112 §6.1: `chunked` alone, and once. hyper looks only at the last coding.
fn transfer_coding(headers: &HeaderMap) -> Option<Response> {
    let codings: Vec<_> = elements(headers, &header::TRANSFER_ENCODING).collect();
    let is_chunked = |coding: &&[u8]| coding.eq_ignore_ascii_case(b"chunked");
    match codings.as_slice() {
        [] => None,
        [one] if is_chunked(one) => None,
        all if all.iter().all(is_chunked) => {
            Some(hang_up(StatusCode::BAD_REQUEST, "a body must be chunked once\n"))
        }
        _ => Some(hang_up(StatusCode::NOT_IMPLEMENTED, "the only transfer coding must be chunked\n")),
    }
}

/// RFC 9110 §15.5.16.
fn is_compressed<B: Body>(request: &Request<B>) -> bool {
    let mut codings = elements(request.headers(), &header::CONTENT_ENCODING);
    !request.body().is_end_stream() && codings.any(|coding| !coding.eq_ignore_ascii_case(b"identity"))
}

/// The elements of a list, from all lines of the header.
fn elements<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a [u8]> {
    let lines = headers.get_all(name).into_iter();
    lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b',')).map(<[u8]>::trim_ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        for host in ["x", "x:8080", "login.example.com", "127.0.0.1:80", "[::1]", "[::1]:8080", "x:"] {
            assert!(is_host(&HeaderValue::from_static(host)), "{host}");
        }
        for none in ["", "a b", "a@b", "a/b", "x:y", "x:80:80", "http://x", "[::1", "::1", "x:99999"] {
            assert!(!is_host(&HeaderValue::from_static(none)), "{none}");
        }
    }
}
