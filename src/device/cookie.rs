//! The cookie that a browser is recognised by.

use crate::{
    Secret,
    text::{base64url, fixed},
};
use alloc::{format, string::String};
use core::fmt;

/// 128 random bits that a browser keeps in a cookie. Its tokens and sessions are bound to them, since it has no fingerprint header.
///
/// [`Engine::draw_device_cookie`](crate::Engine::draw_device_cookie) draws one for a browser that brings none, before it signs in. Set it with
/// [`set_cookie`](Self::set_cookie), and make the [`Device`](super::Device) from it with every request. Anybody who holds the cookie can show it,
/// so it is not printed and belongs in no log.
///
/// ```
/// use authflow::device::{Device, DeviceCookie};
///
/// // or engine.draw_device_cookie(moment)
/// let cookie = DeviceCookie::from_bytes(*b"0123456789abcdef");
/// assert!(cookie.set_cookie().starts_with("__Host-device=MDEyMzQ1Njc4OWFiY2RlZg; "));
///
/// // With the next request.
/// let cookie = DeviceCookie::from_text("MDEyMzQ1Njc4OWFiY2RlZg").unwrap();
/// let device = Device::with_cookie(&cookie, "Mozilla/5.0", None).unwrap();
/// assert_eq!(device.fingerprint(), None);
/// ```
#[derive(Clone)]
pub struct DeviceCookie(Secret);

impl DeviceCookie {
    /// The name of the cookie. Its prefix makes a browser take it from this very host only, and over TLS only (RFC 6265bis §4.1.3.2).
    pub const NAME: &'static str = "__Host-device";

    /// A cookie of these bits, which must be random: from the operating system's generator, say.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        let text = fixed::text::<16, 22>(&bytes);
        Self(Secret::new(text.as_str()))
    }

    /// The cookie whose value a browser sends back.
    ///
    /// # Errors
    /// When it is not the 22 characters of base64url that 16 bytes have. Then draw another cookie. Everything that was bound to this one is lost.
    pub fn from_text(text: &str) -> Result<Self, InvalidDeviceCookie> {
        let mut bytes = [0; 16];
        match base64url::decode(text.as_bytes(), &mut bytes) {
            Some(decoded) if decoded.len() == 16 => Ok(Self(Secret::new(text))),
            _ => Err(InvalidDeviceCookie),
        }
    }

    /// The value of a header `Set-Cookie`. The cookie lasts a year, because no session lasts longer. Scripts do not see the cookie, and a form on
    /// another site does not send it along.
    pub fn set_cookie(&self) -> String {
        let (name, value) = (Self::NAME, self.as_text());
        format!("{name}={value}; Max-Age=31536000; Path=/; Secure; HttpOnly; SameSite=Lax")
    }

    pub(super) fn as_text(&self) -> &str {
        self.0.expose()
    }
}

impl fmt::Debug for DeviceCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceCookie(…)")
    }
}

/// A text that is not the value of a [`DeviceCookie`].
///
/// ```
/// use authflow::device::DeviceCookie;
///
/// // This one is another library's, say. Draw one of ours, and set that.
/// let refused = DeviceCookie::from_text("a7f0c2").unwrap_err();
/// assert_eq!(
///     refused.to_string(),
///     "a device cookie must be the 22 characters of base64url that 16 bytes have"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a device cookie must be the 22 characters of base64url that 16 bytes have")]
pub struct InvalidDeviceCookie;

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString as _;

    #[test]
    fn a_cookie_has_one_spelling() {
        let cookie = DeviceCookie::from_bytes([0xFB; 16]);
        assert_eq!(DeviceCookie::from_text(cookie.as_text()).unwrap().as_text(), cookie.as_text());
        let text = "MDEyMzQ1Njc4OWFiY2RlZg";
        assert!(DeviceCookie::from_text(text).is_ok());
        let refused = ["", &text[1..], &format!("{text}A"), &format!("{text}=="), "MDEyMzQ1Njc4OWFiY2RlZh"];
        for refused in refused {
            let error = DeviceCookie::from_text(refused).unwrap_err();
            assert!(error.to_string().contains("22 characters"), "{refused}");
        }
    }

    #[test]
    fn a_browser_keeps_it_to_the_host_and_does_not_show_it_to_scripts() {
        let set = DeviceCookie::from_bytes([1; 16]).set_cookie();
        for attribute in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"] {
            assert!(set.contains(attribute), "{attribute}");
        }
        assert!(!set.contains("Domain"), "the prefix __Host- forbids it");
    }

    #[test]
    fn it_is_not_printed() {
        assert_eq!(format!("{:?}", DeviceCookie::from_bytes([1; 16])), "DeviceCookie(…)");
    }
}
