//! The cookies that tokens travel in.

use alloc::{format, string::String};

/// The cookie of a pending login, which holds its state token. No login is continued by a link from another site, so the browser does not send the
/// cookie with such a link.
pub(super) const STATE: &str = "__Host-state";
/// The cookie of a session, which holds its session token. The browser also sends it with a link from another site, because following a link changes
/// nothing.
pub(super) const SESSION: &str = "__Host-session";

/// The value of a header `Set-Cookie`. Only this very host gets the cookie, only over TLS (RFC 6265bis §4.1.3.2), and scripts do not see it.
pub(super) fn set(name: &str, value: &str, seconds: u64) -> String {
    let same_site = if name == STATE { "Strict" } else { "Lax" };
    format!("{name}={value}; Max-Age={seconds}; Path=/; Secure; HttpOnly; SameSite={same_site}")
}

/// The value of a header `Set-Cookie` that makes the browser forget the cookie.
pub(super) fn forget(name: &str) -> String {
    set(name, "", 0)
}

/// A cookie of a request.
#[derive(Clone, Copy, Default)]
pub(super) enum Cookie<'a> {
    /// The cookie is missing or empty.
    #[default]
    None,
    Of(&'a [u8]),
    /// The request has the cookie more than once. A browser keeps only one cookie of a name that begins with `__Host-`, so something is wrong.
    Repeated,
}

impl<'a> Cookie<'a> {
    pub(super) const fn is_there(&self) -> bool {
        !matches!(self, Self::None)
    }

    /// Notes one more cookie of the same name.
    pub(super) fn note(&mut self, value: &'a [u8]) {
        *self = match self {
            Self::None if value.is_empty() => Self::None,
            Self::None => Self::Of(value),
            Self::Of(_) | Self::Repeated => Self::Repeated,
        };
    }
}

/// The names and values of a header `Cookie` (RFC 6265 §4.2.1). Parts that are not a pair are skipped.
pub(super) fn pairs(value: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    value.split(|byte| *byte == b';').filter_map(|pair| {
        let at = pair.iter().position(|byte| *byte == b'=')?;
        let (name, value) = pair.split_at_checked(at)?;
        Some((name.trim_ascii(), value.get(1..)?.trim_ascii()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn a_cookie_is_kept_to_the_host_and_from_scripts() {
        assert_eq!(
            set(SESSION, "LGTx", 7),
            "__Host-session=LGTx; Max-Age=7; Path=/; Secure; HttpOnly; SameSite=Lax"
        );
        assert_eq!(
            set(STATE, "e30", 7),
            "__Host-state=e30; Max-Age=7; Path=/; Secure; HttpOnly; SameSite=Strict"
        );
        assert_eq!(forget(STATE), "__Host-state=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Strict");
    }

    #[test]
    fn cookies_are_read_one_by_one_and_what_is_none_is_passed_over() {
        let read = |value: &'static str| pairs(value.as_bytes()).collect::<Vec<_>>();
        assert_eq!(read("a=1; b=2=3;c= 4 "), [(&b"a"[..], &b"1"[..]), (b"b", b"2=3"), (b"c", b"4")]);
        assert_eq!(read(""), []);
        assert_eq!(read("a; =1;;"), [(&b""[..], &b"1"[..])]);
    }

    #[test]
    fn two_of_one_name_are_none() {
        let mut cookie = Cookie::None;
        cookie.note(b"");
        assert!(!cookie.is_there());
        cookie.note(b"a");
        assert!(matches!(cookie, Cookie::Of(b"a")));
        cookie.note(b"");
        assert!(matches!(cookie, Cookie::Repeated));
    }
}
