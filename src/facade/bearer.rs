//! The token of a header `Authorization: Bearer …`.

use crate::{
    device::{Header, Problem, RequestHeaders},
    token::{Kind, Untrusted},
};

/// The token of `Authorization: Bearer …`.
pub(crate) fn bearer<'a, K: Kind>(headers: &RequestHeaders<'a>) -> Untrusted<'a, K> {
    match borne(headers) {
        Ok(token) => Untrusted::new(token),
        Err(Unborne) => Untrusted::unreadable(),
    }
}

/// The request has an `Authorization` header that is not of the scheme `Bearer`, or that cannot be read.
pub(crate) struct Unborne;

/// The token of the `Authorization` header. It is empty if there is no such header, or no token in it. The scheme is compared without regard to case
/// (RFC 9110 §11.1).
pub(crate) fn borne<'a>(headers: &RequestHeaders<'a>) -> Result<&'a [u8], Unborne> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::IdToken;

    #[test]
    fn a_bearer_is_missing_unreadable_or_there() {
        let read = |headers: &[(&str, &str)]| {
            let token = bearer::<IdToken>(&RequestHeaders::read(headers));
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
