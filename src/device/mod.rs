//! Who is calling: the device headers, the application they name, the language they ask for, and whether a token was
//! made for this device.
//!
//! ```
//! use authflow::device::{Caller, HeaderFault};
//!
//! let headers = [("X-operating-sys-version", "Android 10"), ("x-agent", "Mozilla/5.0"), ("X-client-id", "web")];
//! let faults = Caller::from_headers(&headers).unwrap_err();
//! assert_eq!(faults.iter().map(|fault| fault.to_string()).collect::<Vec<_>>(), ["X-device-fingerprint is missing"]);
//! ```

mod binding;
mod caller;
mod headers;
mod language;

pub use binding::{Binding, Bindings, DeviceTrait};
pub use caller::{Caller, HeaderFault, HeaderFaults};
pub use headers::{Header, Headers, Problem, RequestHeaders};
pub use language::Language;

use crate::token::{DeviceDigest, Keys, SessionToken, Ticket};
use alloc::sync::Arc;
use core::{fmt, net::IpAddr};

/// The device a request comes from, as it describes itself. Cheap to clone.
#[derive(Clone, PartialEq, Eq)]
pub struct Device {
    os: Arc<str>,
    fingerprint: Arc<str>,
    agent: Arc<str>,
    ip: Option<IpAddr>,
}

impl Device {
    /// A device from texts that did not come in the family's headers, under the same bounds as theirs.
    ///
    /// ```
    /// use authflow::device::Device;
    ///
    /// assert!(Device::new("Android 10", "156aysdna213sac", "Mozilla/5.0", None).is_ok());
    /// assert!(Device::new("Android 10", "", "Mozilla/5.0", None).is_err());
    /// ```
    ///
    /// # Errors
    /// Which text is missing, too long or malformed; the first of them.
    pub fn new(os: &str, fingerprint: &str, agent: &str, ip: Option<IpAddr>) -> Result<Self, HeaderFault> {
        let judged = |header: Header, text: &str| {
            header.judge(text.as_bytes()).map(Arc::from).map_err(|problem| HeaderFault { header, problem })
        };
        Ok(Self {
            os: judged(Header::Os, os)?,
            fingerprint: judged(Header::Fingerprint, fingerprint)?,
            agent: judged(Header::Agent, agent)?,
            ip,
        })
    }

    /// Operating system and version (`X-operating-sys-version`), as `Android 10`.
    pub fn os(&self) -> &str {
        &self.os
    }

    /// The user agent (`X-agent`).
    pub fn agent(&self) -> &str {
        &self.agent
    }

    /// The address the caller says it has (`X-device-ip`): a claim of the client's, not the peer's address.
    pub fn ip(&self) -> Option<IpAddr> {
        self.ip
    }

    /// What recognises the device (`X-device-fingerprint`). Who knows it can present it, so it is not printed.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Whether the device presents the fingerprint that this session token was made for.
    pub fn holds(&self, session: &SessionToken) -> bool {
        self.fingerprint_digest(session.keys()) == session.claims().device
    }

    /// Whether the device presents the fingerprint that this ticket was made for.
    pub(crate) fn holds_ticket(&self, ticket: &Ticket) -> bool {
        self.fingerprint_digest(ticket.keys()) == ticket.claims().device
    }

    pub(crate) fn fingerprint_digest(&self, keys: &Keys) -> DeviceDigest {
        keys.device_digest("fingerprint", self.fingerprint.as_bytes())
    }
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { os, fingerprint: _, agent, ip } = self;
        f.debug_struct("Device").field("os", os).field("agent", agent).field("ip", ip).finish_non_exhaustive()
    }
}
