//! The tokens, the device and the origin that a request shows.

use super::cookie::{self, Cookie};
use crate::{
    device::{DeviceCookie, Headers, RequestHeaders},
    facade::{FETCH_SITE, REQUESTED_BY},
    token::{Kind, Untrusted},
};
use alloc::{borrow::Cow, string::String};
use core::str;

/// The values that a request shows, borrowed and not yet judged.
#[derive(Clone, Copy, Default)]
pub(super) struct Shown<'a> {
    pub(super) headers: RequestHeaders<'a>,
    pub(super) state: Cookie<'a>,
    pub(super) session: Cookie<'a>,
    device: Cookie<'a>,
    agent: Option<&'a [u8]>,
    /// Whether any header `Authorization` shows a bearer token.
    pub(super) has_bearer: bool,
    /// Whether the headers show that a browser has sent the request.
    pub(super) is_browsers: bool,
}

impl<'a> Shown<'a> {
    pub(super) fn read(headers: &'a (impl Headers + ?Sized)) -> Self {
        let mut shown = Self { headers: RequestHeaders::read(headers), ..Self::default() };
        headers.for_each(&mut |name, value| shown.note(name, value));
        shown
    }

    fn note(&mut self, name: &str, value: &'a [u8]) {
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        if is("Cookie") {
            for (name, value) in cookie::pairs(value) {
                self.note_cookie(name, value);
            }
        } else if is("User-Agent") {
            self.agent = Some(value);
        } else if is("Authorization") {
            self.has_bearer |= is_bearers(value);
        } else if is(FETCH_SITE) || is(REQUESTED_BY) || is("Origin") {
            self.is_browsers = true;
        }
    }

    fn note_cookie(&mut self, name: &[u8], value: &'a [u8]) {
        if name == cookie::STATE.as_bytes() {
            self.state.note(value);
        } else if name == cookie::SESSION.as_bytes() {
            self.session.note(value);
        } else if name == DeviceCookie::NAME.as_bytes() {
            self.device.note(value);
        }
    }

    /// Whether the request has any of our cookies.
    pub(super) const fn has_cookies(&self) -> bool {
        self.state.is_there() || self.session.is_there() || self.device.is_there()
    }

    /// The cookie by which the browser is recognised, if it is a valid one.
    pub(super) fn device_cookie(&self) -> Option<DeviceCookie> {
        match self.device {
            Cookie::Of(value) => DeviceCookie::from_text(str::from_utf8(value).ok()?).ok(),
            Cookie::None | Cookie::Repeated => None,
        }
    }

    /// The user agent, as far as it can be read. It matters only if an application binds logins to it.
    pub(super) fn agent(&self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.agent.unwrap_or_default())
    }
}

/// The token of a cookie.
pub(super) fn token<K: Kind>(cookie: Cookie<'_>) -> Untrusted<'_, K> {
    match cookie {
        Cookie::None => Untrusted::new(b""),
        Cookie::Of(value) => Untrusted::new(value),
        Cookie::Repeated => Untrusted::unreadable(),
    }
}

/// Whether the value has the scheme of a bearer token and a text after it.
fn is_bearers(value: &[u8]) -> bool {
    let (scheme, rest) = value.trim_ascii().split_at_checked(b"Bearer".len()).unwrap_or_default();
    scheme.eq_ignore_ascii_case(b"Bearer") && rest.first().is_some_and(u8::is_ascii_whitespace)
}
