//! Bodies as forms (`application/x-www-form-urlencoded`, WHATWG URL §5.1), read strictly.
//!
//! A body has at most 16 KiB, and no wanted member twice (RFC 6749 §3.2). Unknown members are ignored. Decoded text is written once, into
//! memory that will be wiped.

use super::{MOST_OF_A_BODY, member::Member};
use crate::{
    Secret,
    device::{Header, RequestHeaders},
    outcome::{BodyFault, MemberProblem},
};
use alloc::vec::Vec;
use zeroize::Zeroize as _;

/// Reads these members of a body. An empty one counts as missing (RFC 6749 §3.2). The caller checks that the required ones are there.
pub(crate) fn members<const N: usize>(
    headers: &RequestHeaders<'_>,
    body: &[u8],
    wanted: &[Member; N],
) -> Result<[Option<Secret>; N], BodyFault> {
    let content_type = headers.get(Header::ContentType).map_err(|_| BodyFault::FormContentType)?;
    if !is_form(content_type) {
        return Err(BodyFault::FormContentType);
    }
    if body.len() > MOST_OF_A_BODY {
        return Err(BodyFault::TooLong { most: MOST_OF_A_BODY });
    }
    let mut members = [const { None }; N];
    let mut seen = [false; N];
    for pair in body.split(|byte| *byte == b'&') {
        let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
        let (name, value) = pair.split_at_checked(at).unwrap_or((pair, b""));
        let mut places = wanted.iter().zip(&mut members).zip(&mut seen);
        let Some(((wanted, member), seen)) = places.find(|((wanted, _), _)| is_named(name, wanted)) else {
            continue;
        };
        if core::mem::replace(seen, true) {
            return Err(MemberProblem::Repeated.of(wanted.name));
        }
        let text = decoded(value.strip_prefix(b"=").unwrap_or_default());
        let text = text.ok_or(MemberProblem::Malformed.of(wanted.name))?;
        *member = Some(text).filter(|text| !text.expose().is_empty());
    }
    Ok(members)
}

fn is_form(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

fn is_named(name: &[u8], wanted: &Member) -> bool {
    decoded(name).is_some_and(|name| name.expose() == wanted.name)
}

/// `None` if a `%` is not followed by two hexadecimal digits, or if the result is not UTF-8.
fn decoded(encoded: &[u8]) -> Option<Secret> {
    // The text is never longer, so the buffer does not grow and leave a copy behind.
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    let is_well_formed = loop {
        match rest {
            [] => break true,
            [b'%', high, low, after @ ..] => {
                let (Some(high), Some(low)) = (digit(*high), digit(*low)) else { break false };
                bytes.push(high << 4 | low);
                rest = after;
            }
            [b'%', ..] => break false,
            [byte, after @ ..] => {
                bytes.push(if *byte == b'+' { b' ' } else { *byte });
                rest = after;
            }
        }
    };
    if !is_well_formed {
        bytes.zeroize();
        return None;
    }
    alloc::string::String::from_utf8(bytes)
        .map(Secret::new)
        .map_err(|error| error.into_bytes().zeroize())
        .ok()
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facade::member::required;
    use alloc::{string::String, vec};

    const WANTED: [Member; 2] = [required("a", ""), required("client_secret", "")];
    const FORM: &str = "application/x-www-form-urlencoded";

    fn read(body: &[u8]) -> Result<[Option<String>; 2], BodyFault> {
        read_as(FORM, body)
    }

    fn read_as(content_type: &str, body: &[u8]) -> Result<[Option<String>; 2], BodyFault> {
        let headers = [("content-type", content_type)];
        let members = members(&RequestHeaders::read(&headers), body, &WANTED)?;
        Ok(members.map(|member| member.map(|text| text.expose().into())))
    }

    fn both(a: &str, secret: &str) -> Result<[Option<String>; 2], BodyFault> {
        Ok([a, secret].map(|text| (!text.is_empty()).then(|| text.into())))
    }

    #[test]
    fn a_form_is_decoded_once() {
        for (body, a, secret) in [
            (&b"a=1&client_secret=x"[..], "1", "x"),
            (b"client_secret=x&b=2&a=1", "1", "x"),
            (b"a=%31&client%5Fsecret=%78", "1", "x"),
            (b"a=+%2B%20+&client_secret=%E7%A7%98", " +  ", "秘"),
            (b"a=%2525&client_secret==&", "%25", "="),
            (b"a=&client_secret", "", ""),
            (b"&&", "", ""),
            (b"", "", ""),
            (b"%zz=1&%=1&a=1&b=%zz", "1", ""),
            (b"a=%7F%e2%82%ac", "\u{7f}€", ""),
        ] {
            assert_eq!(read(body), both(a, secret), "{body:?}");
        }
    }

    #[test]
    fn what_is_no_form_is_told_by_its_member() {
        for value in ["%", "%4", "%zz", "%4g", "%FF", "%C3", "x%", "%+1", "% 1", "%-1"] {
            let body = alloc::format!("client_secret={value}");
            assert_eq!(read(body.as_bytes()), Err(MemberProblem::Malformed.of("client_secret")), "{value}");
        }
        assert_eq!(read(b"a=\xff"), Err(MemberProblem::Malformed.of("a")));
        for twice in [&b"a=1&a=1"[..], b"a=&a=1", b"a&%61=1"] {
            assert_eq!(read(twice), Err(MemberProblem::Repeated.of("a")));
        }
        assert_eq!(read(b"b=1&b=2&a=1"), both("1", ""), "what nobody wants may stand twice");
        for other in ["application/json", "", "text/plain", "application/x-www-form-urlencodedx"] {
            assert_eq!(read_as(other, b"a=1"), Err(BodyFault::FormContentType), "{other}");
        }
        for same in ["Application/X-WWW-Form-URLEncoded", "application/x-www-form-urlencoded; charset=utf-8"]
        {
            assert_eq!(read_as(same, b"a=1"), both("1", ""), "{same}");
        }
        let most = MOST_OF_A_BODY;
        assert_eq!(read(&vec![b'&'; most]), both("", ""));
        assert_eq!(read(&vec![b'&'; most + 1]), Err(BodyFault::TooLong { most }));
    }
}
