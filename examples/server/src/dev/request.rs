//! The content of a test's call: a member of its query, or a body of JSON.

use super::problem::Problem;
use crate::http::{LONGEST_BODY_READ, MOST_OF_A_BODY, read};
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use std::net::IpAddr;
use tokio::time::timeout;

/// The first member of that name. `+` stands for itself and not for a blank, because numbers begin with it.
pub(super) fn query(uri: &Uri, name: &str) -> Result<Option<String>, Problem> {
    let members = uri.query().unwrap_or_default().split('&').filter_map(|member| member.split_once('='));
    let Some((_, value)) = members.into_iter().find(|(given, _)| *given == name) else { return Ok(None) };
    match percent_decode_str(value).decode_utf8() {
        Ok(value) => Ok(Some(value.into_owned())),
        Err(_) => Err(Problem::bad_request(format!("{name} must be UTF-8, percent-encoded"))),
    }
}

/// The body, which must be JSON with the media type of JSON.
pub(super) async fn json<T: DeserializeOwned>(request: Request) -> Result<T, Problem> {
    if !is_json(request.headers()) {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Content-Type must be there once, and be application/json",
        ));
    }
    let body = match timeout(LONGEST_BODY_READ, read(request.into_body())).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) | Err(_) => {
            return Err(Problem::bad_request(
                "the body must be as long as it says, and there within 10 seconds",
            ));
        }
    };
    if body.len() >= MOST_OF_A_BODY {
        let told = format!("the body must have fewer than {MOST_OF_A_BODY} bytes");
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, told));
    }
    serde_json::from_slice(&body).map_err(|error| Problem::bad_request(format!("the body: {error}")))
}

fn is_json(headers: &HeaderMap) -> bool {
    let mut given = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(one), None) = (given.next(), given.next()) else { return false };
    let essence = one.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

/// Refuses the requests that a page of another site makes a browser send: a developer has other pages open. A page's name may also lead to this
/// machine by its owner's will (DNS rebinding). So the host must be a name that nobody can own.
pub(super) async fn from_this_machine(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let mut sites = headers.get_all("sec-fetch-site").iter();
    let refusal = if !sites.all(|site| [&b"same-origin"[..], b"none"].contains(&site.as_bytes())) {
        "Sec-Fetch-Site must be same-origin or none, or not be there"
    } else if !headers.get(header::HOST).is_some_and(is_nobodys) {
        "Host must be an address or localhost"
    } else {
        return next.run(request).await;
    };
    Problem::new(StatusCode::FORBIDDEN, refusal).into_response()
}

/// Whether nobody can own the name of the host. Emulators have their own addresses for this machine.
fn is_nobodys(host: &HeaderValue) -> bool {
    let host = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok());
    host.is_some_and(|host| {
        let name = host.host();
        let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
        name.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_an_address_or_localhost() {
        for own in ["127.0.0.1:8080", "127.0.0.1", "[::1]:8080", "localhost", "LocalHost:1", "10.0.2.2:8080"]
        {
            assert!(is_nobodys(&HeaderValue::from_static(own)), "{own}");
        }
        for other in ["example.com:8080", "127.0.0.1.example.com", "localhost.example.com", ""] {
            assert!(!is_nobodys(&HeaderValue::from_static(other)), "{other}");
        }
    }

    #[test]
    fn a_plus_is_itself_in_a_query() {
        let uri: Uri = "/x?to=+86-1%2B%20&tox=1".parse().unwrap();
        assert_eq!(query(&uri, "to").unwrap().as_deref(), Some("+86-1+ "));
        assert_eq!(query(&uri, "x").unwrap(), None);
    }
}
