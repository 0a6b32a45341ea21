//! The caller of a request: the device headers, the application that they name, the language that they ask for, and whether a token was made for
//! this device.
//!
//! ```
//! use authflow::device::{Caller, HeaderFault};
//!
//! let headers = [
//!     ("X-operating-sys-version", "Android 10"),
//!     ("x-agent", "Mozilla/5.0"),
//!     ("X-client-id", "web"),
//! ];
//! let faults = Caller::from_headers(&headers).unwrap_err();
//! assert_eq!(
//!     faults.iter().map(|fault| fault.to_string()).collect::<Vec<_>>(),
//!     ["X-device-fingerprint is missing"]
//! );
//! ```

mod address;
mod binding;
mod bound;
mod caller;
mod cookie;
mod headers;
mod kind;
mod language;

pub(crate) use address::read_address;

pub use binding::{Binding, Bindings, DeviceTrait};
pub use bound::{DeviceBinding, PresentedDevice};
pub use caller::{Caller, HeaderFault, HeaderFaults};
pub use cookie::{DeviceCookie, InvalidDeviceCookie};
pub use headers::{Header, Headers, Problem, RequestHeaders};
pub use kind::BindingKind;
pub use language::Language;

use crate::token::{
    CaptchaToken, DeviceDigest, KeyRing, Keys, Place, SessionReference, SessionToken, Ticket,
};
use alloc::{borrow::Cow, sync::Arc};
use arrayvec::ArrayString;
use core::{fmt, net::IpAddr};

/// The device a request comes from, as it describes itself, and [what it is recognised by](BindingKind). Cheap to clone.
///
/// ```
/// use authflow::{
///     PresentedToken,
///     device::{BindingKind, Caller, Device, DeviceCookie},
///     outcome::Verdict,
///     testkit::{World, demo},
///     token::Untrusted,
/// };
///
/// // An app with the family's headers, an app at your own route, a browser, and a caller that
/// // shows nothing.
/// let of_family = Caller::from_headers(&demo::device())?.device;
/// let app = Device::with_fingerprint("this phone", "Shop/3.1", None)?;
/// let browser = Device::with_cookie(&DeviceCookie::from_bytes([7; 16]), "Mozilla/5.0", None)?;
/// let script = Device::unbound("curl/8.5", None)?;
/// assert_eq!(
///     (app.binding_kind(), browser.binding_kind()),
///     (BindingKind::Fingerprint, BindingKind::Cookie)
/// );
///
/// // A token is good on the device that it was made for, and on no other.
/// let mut world = World::new();
/// let signed_in = world.login("alice");
/// let shown = PresentedToken::Session(Untrusted::new(signed_in.session_token()));
/// assert!(matches!(
///     world.authenticate(demo::caller(of_family), shown),
///     Verdict::Authenticated(_)
/// ));
/// for other in [app, browser, script] {
///     assert!(matches!(world.authenticate(demo::caller(other), shown), Verdict::Refused(_)));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Device {
    /// Operating system, what it is recognised by, and agent, in one text, so that a clone costs one reference count.
    texts: Arc<str>,
    os_end: usize,
    mark_end: usize,
    kind: BindingKind,
    ip: Option<IpAddr>,
}

impl Device {
    /// A device with a fingerprint, from texts that did not come in the family's headers. The bounds are the same: a system or an agent that is
    /// too long is cut.
    ///
    /// ```
    /// use authflow::device::Device;
    ///
    /// assert!(Device::new("Android 10", "156aysdna213sac", "Mozilla/5.0", None).is_ok());
    /// assert!(Device::new("Android 10", "", "Mozilla/5.0", None).is_err());
    /// ```
    ///
    /// # Errors
    /// When a text is missing or malformed, or the fingerprint is too long. Only the first fault is reported.
    pub fn new(os: &str, fingerprint: &str, agent: &str, ip: Option<IpAddr>) -> Result<Self, HeaderFault> {
        let os = described(Header::Os, os)?;
        Ok(Self::of(&os, judged(fingerprint)?, &described(Header::Agent, agent)?, ip))
    }

    /// The same, except that the agent may be missing.
    pub(crate) fn without_agent_if_none(
        os: &str,
        fingerprint: &str,
        agent: &str,
        ip: Option<IpAddr>,
    ) -> Result<Self, HeaderFault> {
        let os = described(Header::Os, os)?;
        Ok(Self::of(&os, judged(fingerprint)?, &agent_or_none(agent)?, ip))
    }

    /// An app at your own route, which shows a fingerprint and perhaps `agent`, its header `User-Agent`. The agent may be empty, and is cut if it
    /// is too long. Both are under the bounds of the family's headers.
    ///
    /// # Errors
    /// When the fingerprint is missing, malformed or too long, or the agent is malformed.
    pub fn with_fingerprint(fingerprint: &str, agent: &str, ip: Option<IpAddr>) -> Result<Self, HeaderFault> {
        Ok(Self::of("", judged(fingerprint)?, &agent_or_none(agent)?, ip))
    }

    /// A browser with a [cookie](DeviceCookie), at your own route. `agent` is its header `User-Agent`, under the bounds of `X-agent`. It may be
    /// empty, and is cut if it is too long. Browsers do not send their operating system in a separate header.
    ///
    /// # Errors
    /// When the agent is malformed.
    pub fn with_cookie(cookie: &DeviceCookie, agent: &str, ip: Option<IpAddr>) -> Result<Self, HeaderFault> {
        Ok(Self::recognised("", BindingKind::Cookie, cookie.as_text(), &agent_or_none(agent)?, ip))
    }

    /// A caller at your own route that shows nothing to bind its tokens to. Anybody who holds the tokens may use them. An application refuses
    /// such a caller unless its policy [allows it](crate::policy::Policy::allows_unbound). `agent` may be empty, and is cut if it is too long.
    ///
    /// # Errors
    /// When the agent is malformed.
    pub fn unbound(agent: &str, ip: Option<IpAddr>) -> Result<Self, HeaderFault> {
        Ok(Self::recognised("", BindingKind::Unbound, "", &agent_or_none(agent)?, ip))
    }

    /// A device of texts that have been judged.
    fn of(os: &str, fingerprint: &str, agent: &str, ip: Option<IpAddr>) -> Self {
        Self::recognised(os, BindingKind::Fingerprint, fingerprint, agent, ip)
    }

    fn recognised(os: &str, kind: BindingKind, mark: &str, agent: &str, ip: Option<IpAddr>) -> Self {
        let mark_end = os.len().saturating_add(mark.len());
        Self { texts: joined([os, mark, agent]), os_end: os.len(), mark_end, kind, ip }
    }

    /// Operating system and version (`X-operating-sys-version`), such as `Android 10`. It is empty if the device has no such header.
    pub fn os(&self) -> &str {
        self.texts.get(..self.os_end).unwrap_or_default()
    }

    /// The user agent (`X-agent`).
    pub fn agent(&self) -> &str {
        self.texts.get(self.mark_end..).unwrap_or_default()
    }

    /// The address that the caller says it has (`X-device-ip`). The client only asserts it. It is not the peer's address.
    pub fn ip(&self) -> Option<IpAddr> {
        self.ip
    }

    /// The kind of thing that it is recognised by.
    pub fn binding_kind(&self) -> BindingKind {
        self.kind
    }

    /// The fingerprint that the device is recognised by (`X-device-fingerprint`). It is `None` if the device is recognised by something else, or by
    /// nothing. It is not printed, because anybody who knows it can present it.
    pub fn fingerprint(&self) -> Option<&str> {
        (self.kind == BindingKind::Fingerprint).then(|| self.mark())
    }

    /// The value by which the device is recognised, whatever its kind. Without the kind it means nothing.
    pub(crate) fn mark(&self) -> &str {
        self.texts.get(self.os_end..self.mark_end).unwrap_or_default()
    }

    /// Whether the device is the one that this session token was made for. The ring is the one that verified the token. With another ring the
    /// answer is no.
    pub(crate) fn holds(&self, session: &SessionToken, ring: &KeyRing) -> bool {
        self.is_of(session.claims().device, ring, session.key())
    }

    /// The same, for the short form.
    pub(crate) fn holds_reference(&self, reference: &SessionReference, ring: &KeyRing) -> bool {
        self.is_of(reference.claims().device, ring, reference.key())
    }

    /// Whether the device is the one that this ticket was made for.
    pub(crate) fn holds_ticket(&self, ticket: &Ticket, ring: &KeyRing) -> bool {
        self.is_of(ticket.claims().device, ring, ticket.key())
    }

    /// Whether the device is the one that this captcha token was made for.
    pub(crate) fn holds_captcha(&self, token: &CaptchaToken, ring: &KeyRing) -> bool {
        self.is_of(token.claims().device, ring, token.key())
    }

    fn is_of(&self, digest: DeviceDigest, ring: &KeyRing, key: Place) -> bool {
        ring.at(key).is_some_and(|keys| self.digest(keys) == digest)
    }

    /// The keyed hash of the value by which the device is recognised. The kind is hashed with it: see [`BindingKind`].
    pub(crate) fn digest(&self, keys: &Keys) -> DeviceDigest {
        keys.device_digest(self.kind.as_str(), self.mark().as_bytes())
    }

    /// The same, as it is stored.
    pub(crate) fn binding(&self, keys: &Keys) -> DeviceBinding {
        DeviceBinding { kind: self.kind, key: keys.id().copied(), digest: self.digest(keys) }
    }
}

/// The texts, one after the other. Usual ones are joined on the stack, so that one allocation is enough.
fn joined(texts: [&str; 3]) -> Arc<str> {
    const USUAL: usize = 512;
    let mut joined = ArrayString::<USUAL>::new();
    match texts.iter().try_for_each(|text| joined.try_push_str(text)) {
        Ok(()) => Arc::from(joined.as_str()),
        Err(_) => Arc::from(texts.concat()),
    }
}

/// A text that describes a device, as far as it can be read.
fn described(header: Header, text: &str) -> Result<Cow<'_, str>, HeaderFault> {
    header.describe(text.as_bytes()).map_err(|problem| HeaderFault { header, problem })
}

fn judged(fingerprint: &str) -> Result<&str, HeaderFault> {
    let judged = Header::Fingerprint.judge(fingerprint.as_bytes());
    judged.map_err(|problem| HeaderFault { header: Header::Fingerprint, problem })
}

fn agent_or_none(agent: &str) -> Result<Cow<'_, str>, HeaderFault> {
    match described(Header::Agent, agent) {
        Err(HeaderFault { problem: Problem::Missing, .. }) => Ok(Cow::Borrowed("")),
        described => described,
    }
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Device");
        shown.field("os", &self.os()).field("agent", &self.agent()).field("ip", &self.ip());
        shown.field("kind", &self.kind);
        shown.finish_non_exhaustive()
    }
}
