//! The kinds of value that a token or a session can be bound to.

use crate::text::words::words;
use serde::{Deserialize, Serialize};

/// The kind of value that a token or a session is bound to.
///
/// Values of two kinds are never the same binding. A fingerprint that has the same text as a cookie is a different binding, and a session
/// that is bound to a fingerprint is not open to a caller who shows nothing.
///
/// ```
/// use authflow::{
///     device::{BindingKind, Device, DeviceCookie},
///     testkit::{World, demo},
/// };
///
/// let mut world = World::new();
/// world.login("alice");
/// let session = world.host.sessions.values().next().unwrap();
/// // What you may show its owner in a list of sessions.
/// let shown = match session.device.kind {
///     BindingKind::Fingerprint => "an app",
///     BindingKind::Cookie => "a browser",
///     BindingKind::Unbound | BindingKind::KeyThumbprint => "a program",
/// };
/// assert_eq!(shown, "an app");
///
/// // In a column of text, and back.
/// let browser = Device::with_cookie(&DeviceCookie::from_bytes([7; 16]), "Mozilla/5.0", None)?;
/// assert_eq!(browser.binding_kind().as_str(), "cookie");
/// assert_eq!("cookie".parse(), Ok(BindingKind::Cookie));
/// # Ok::<(), authflow::device::HeaderFault>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BindingKind {
    /// The family's header `X-device-fingerprint`. The client only asserts it, and it is no secret. It makes a stolen token harder to use, no
    /// more.
    Fingerprint,
    /// A [`DeviceCookie`](super::DeviceCookie), for browsers, which have no such header. Nobody can show it without holding it.
    Cookie,
    /// Nothing: anybody who holds the token may use it. Such a caller is accepted only if a policy [allows
    /// it](crate::policy::Policy::allows_unbound).
    Unbound,
    /// The thumbprint of a key that the client proves to have (`jkt`, RFC 9449 §6.1). This kind is reserved, and no caller shows one yet. So
    /// no caller of this version can use a session that a later version has bound in this way.
    KeyThumbprint,
}

words!(BindingKind, "the kind of a binding", {
    Fingerprint => "fingerprint",
    Cookie => "cookie",
    Unbound => "unbound",
    KeyThumbprint => "key_thumbprint",
});
