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

mod address;
mod binding;
mod caller;
mod headers;
mod language;

pub(crate) use address::Address;

pub use binding::{Binding, Bindings, DeviceTrait};
pub use caller::{Caller, HeaderFault, HeaderFaults};
pub use headers::{Header, Headers, Problem, RequestHeaders};
pub use language::Language;

use crate::token::{DeviceDigest, KeyRing, Keys, Place, SessionToken, Ticket};
use alloc::sync::Arc;
use core::{fmt, net::IpAddr};

/// The device a request comes from, as it describes itself. Cheap to clone.
#[derive(Clone, PartialEq, Eq)]
pub struct Device {
    /// Operating system, fingerprint and agent, one after the other, so that a copy counts once.
    texts: Arc<str>,
    os_end: usize,
    fingerprint_end: usize,
    address: Address,
}

impl Device {
    /// A device from texts that did not come in the family's headers, under the same bounds as theirs: a system and an agent that are
    /// too long are cut.
    ///
    /// ```
    /// use authflow::device::Device;
    ///
    /// assert!(Device::new("Android 10", "156aysdna213sac", "Mozilla/5.0", None).is_ok());
    /// assert!(Device::new("Android 10", "", "Mozilla/5.0", None).is_err());
    /// ```
    ///
    /// # Errors
    /// Which text is missing or malformed, or that the fingerprint is too long; the first of them.
    pub fn new(os: &str, fingerprint: &str, agent: &str, ip: Option<IpAddr>) -> Result<Self, HeaderFault> {
        Self::at(os, fingerprint, agent, ip.into())
    }

    /// The same, with an address as it may have been read.
    pub(crate) fn at(
        os: &str,
        fingerprint: &str,
        agent: &str,
        address: Address,
    ) -> Result<Self, HeaderFault> {
        let at_fault = |header| move |problem| HeaderFault { header, problem };
        let os = Header::Os.describe(os.as_bytes()).map_err(at_fault(Header::Os))?;
        let judged = Header::Fingerprint.judge(fingerprint.as_bytes());
        let fingerprint = judged.map_err(at_fault(Header::Fingerprint))?;
        let agent = Header::Agent.describe(agent.as_bytes()).map_err(at_fault(Header::Agent))?;
        Ok(Self::of(&os, fingerprint, &agent, address))
    }

    /// A device of texts that have been judged.
    fn of(os: &str, fingerprint: &str, agent: &str, address: Address) -> Self {
        let fingerprint_end = os.len().saturating_add(fingerprint.len());
        let texts = [os, fingerprint, agent].concat().into();
        Self { texts, os_end: os.len(), fingerprint_end, address }
    }

    /// Operating system and version (`X-operating-sys-version`), as `Android 10`.
    pub fn os(&self) -> &str {
        self.texts.get(..self.os_end).unwrap_or_default()
    }

    /// The user agent (`X-agent`).
    pub fn agent(&self) -> &str {
        self.texts.get(self.fingerprint_end..).unwrap_or_default()
    }

    /// The address the caller says it has (`X-device-ip`): a claim of the client's, not the peer's address.
    pub fn ip(&self) -> Option<IpAddr> {
        self.address.ip()
    }

    /// Whether the caller says something that is no address.
    pub(crate) fn has_unreadable_address(&self) -> bool {
        self.address == Address::Unreadable
    }

    /// What recognises the device (`X-device-fingerprint`). Who knows it can present it, so it is not printed.
    pub fn fingerprint(&self) -> &str {
        self.texts.get(self.os_end..self.fingerprint_end).unwrap_or_default()
    }

    /// Whether the device presents the fingerprint that this session token was made for. The ring is the one that verified the
    /// token; with another one the answer is no.
    pub(crate) fn holds(&self, session: &SessionToken, ring: &KeyRing) -> bool {
        self.is_of(session.claims().device, ring, session.key())
    }

    /// Whether the device presents the fingerprint that this ticket was made for.
    pub(crate) fn holds_ticket(&self, ticket: &Ticket, ring: &KeyRing) -> bool {
        self.is_of(ticket.claims().device, ring, ticket.key())
    }

    fn is_of(&self, digest: DeviceDigest, ring: &KeyRing, key: Place) -> bool {
        ring.at(key).is_some_and(|keys| self.fingerprint_digest(keys) == digest)
    }

    pub(crate) fn fingerprint_digest(&self, keys: &Keys) -> DeviceDigest {
        keys.device_digest("fingerprint", self.fingerprint().as_bytes())
    }
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Device");
        shown.field("os", &self.os()).field("agent", &self.agent()).field("ip", &self.ip());
        shown.finish_non_exhaustive()
    }
}
