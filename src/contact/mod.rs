//! The contacts to which codes are sent: mobile numbers and e-mail addresses.
//!
//! ```
//! use authflow::{
//!     contact::NumberingPlan,
//!     testkit::{Call, Setup, World},
//! };
//! use serde_json::json;
//!
//! // In a tenant that dials as Germany does, "0171 0000007" is +49 171 0000007.
//! let numbering = Some(NumberingPlan::new(49)?.with_trunk_prefix("0")?);
//! let mut world = World::with_setup(Setup { numbering, ..Setup::default() });
//! world.account("nora").mobile = authflow::contact::Mobile::new("+49 171 0000007").ok();
//!
//! let asks = json!({ "mobile": "0171 0000007", "type": "LOGIN_SMS" });
//! assert_eq!(world.send(&Call::post("/api/v2/sdk/sms/send", &asks)).status, 200);
//! let message = world.host.outbox.last().unwrap();
//! assert_eq!(
//!     (message.recipient.as_str(), message.decoy),
//!     ("+49 171 0000007", false),
//!     "as it is stored"
//! );
//! # Ok::<(), authflow::contact::NumberingPlanError>(())
//! ```

mod email;
mod mobile;
mod numbering;

pub use email::EmailAddress;
pub use mobile::Mobile;
pub use numbering::{NumberingPlan, NumberingPlanError};

use alloc::string::String;
use core::fmt;
use serde::{Deserialize, Serialize};

/// A way to reach a subject.
///
/// ```
/// use authflow::{
///     contact::{Channel, Recipient},
///     policy::Policy,
/// };
///
/// // In configuration: a forgotten password is reset by e-mail.
/// let policy: Policy = serde_json::from_str(r#"{ "recovery": ["email"] }"#)?;
/// assert!(policy.recovery.contains(Channel::Email) && !policy.recovery.contains(Channel::Sms));
///
/// /// Which of your two gateways a code goes by.
/// fn gateway(recipient: &Recipient) -> &'static str {
///     match recipient.channel() {
///         Channel::Sms => "https://sms.example.com",
///         Channel::Email => "smtp://mail.example.com",
///     }
/// }
/// assert_eq!(gateway(&Recipient::new(Channel::Sms, "+86-13800000000")?), "https://sms.example.com");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A text message.
    Sms,
    /// An e-mail.
    Email,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 2] = [Self::Sms, Self::Email];

    /// The name of the channel in hashes, which never changes.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Email => "email",
        }
    }
}

/// The recipient of a code.
///
/// ```
/// use authflow::contact::{Channel, Recipient};
///
/// let typed = Recipient::new(Channel::Sms, "+86 138 0000 0000")?;
/// assert_eq!(typed.normalised(), "+8613800000000"); // to look up, count and compare by
/// // to show to somebody who has not proved that it is theirs
/// assert_eq!(typed.masked(), "+86 138 **** 0000");
/// assert!(Recipient::new(Channel::Email, "+86 138 0000 0000").is_err());
/// # Ok::<(), authflow::contact::InvalidContact>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Recipient {
    /// The owner of a mobile number.
    Mobile(Mobile),
    /// The owner of an e-mail address.
    Email(EmailAddress),
}

impl Recipient {
    /// Reads the recipient of a channel.
    ///
    /// # Errors
    /// When the text is not a number or an address.
    pub fn new(channel: Channel, text: &str) -> Result<Self, InvalidContact> {
        match channel {
            Channel::Sms => Mobile::new(text).map(Self::Mobile),
            Channel::Email => EmailAddress::new(text).map(Self::Email),
        }
    }

    /// The channel that reaches the recipient.
    pub fn channel(&self) -> Channel {
        match self {
            Self::Mobile(_) => Channel::Sms,
            Self::Email(_) => Channel::Email,
        }
    }

    /// The number or address as it was given.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Mobile(mobile) => mobile.as_str(),
            Self::Email(email) => email.as_str(),
        }
    }

    /// The number or address in the one spelling that stands for all of its spellings.
    pub fn normalised(&self) -> &str {
        match self {
            Self::Mobile(mobile) => mobile.normalised(),
            Self::Email(email) => email.normalised(),
        }
    }

    /// The number or address as it may be shown to somebody who has not proved that it is theirs.
    pub fn masked(&self) -> String {
        match self {
            Self::Mobile(mobile) => mobile.masked(),
            Self::Email(email) => email.masked(),
        }
    }

    /// The recipient as a client typed it, with its number completed by the tenant's plan.
    pub(crate) fn completed(self, plan: Option<&NumberingPlan>) -> Self {
        match self {
            Self::Mobile(mobile) => Self::Mobile(mobile.completed(plan)),
            Self::Email(email) => Self::Email(email),
        }
    }

    /// Whether a code can be sent to the recipient: a number must name its country.
    pub(crate) fn can_be_reached(&self) -> bool {
        match self {
            Self::Mobile(mobile) => mobile.is_international(),
            Self::Email(_) => true,
        }
    }

    /// The same recipient, written in its one spelling.
    pub(crate) fn in_one_spelling(self) -> Self {
        match self {
            Self::Mobile(mobile) => Self::Mobile(mobile.in_one_spelling()),
            Self::Email(email) => Self::Email(email.in_one_spelling()),
        }
    }

    /// Whether a client that names `text` means this recipient: by any spelling, or by the mask that it was shown.
    pub(crate) fn is_meant_by(&self, text: &str, plan: Option<&NumberingPlan>) -> bool {
        self.masked() == text.trim()
            || Self::new(self.channel(), text).is_ok_and(|named| named.completed(plan) == *self)
    }
}

/// `Debug` prints the name of the type alone: these are personal data.
macro_rules! redacted {
    ($($name:ident)*) => {
        $(impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        })*
    };
}

use redacted;

redacted! { Recipient }

/// A text that is no mobile number or no e-mail address.
///
/// ```
/// use authflow::contact::{Channel, Mobile, Recipient};
///
/// let refused = Recipient::new(Channel::Email, "+86 138 0000 0000").unwrap_err();
/// assert_eq!(refused.to_string(), "a contact must be a mobile number or an e-mail address");
/// assert!(Mobile::new("erin@example.com").is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a contact must be a mobile number or an e-mail address")]
pub struct InvalidContact;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipient_is_meant_by_every_spelling_and_by_its_mask_alone() {
        let erin = Recipient::new(Channel::Sms, "+86-13800000000").unwrap();
        for meant in ["+8613800000000", " +86 13800000000", "+86-138****0000"] {
            assert!(erin.is_meant_by(meant, None), "{meant}");
        }
        for other in ["", "13800000000", "+86-139****0000", "****", "erin@example.com"] {
            assert!(!erin.is_meant_by(other, None), "{other}");
        }
        assert!(erin.is_meant_by("138 0000 0000", NumberingPlan::new(86).ok().as_ref()));
        let mail = Recipient::new(Channel::Email, "Erin@Example.com").unwrap();
        assert!(mail.is_meant_by("erin@example.com", None) && mail.is_meant_by("E***@Example.com", None));
        assert!(!mail.is_meant_by("mallory@example.com", None));
    }

    #[test]
    fn nothing_of_a_contact_is_printed() {
        let erin = Recipient::new(Channel::Email, "erin@example.com").unwrap();
        assert_eq!(
            alloc::format!("{erin:?} {:?}", Mobile::new("13800000000").unwrap()),
            "Recipient(…) Mobile(…)"
        );
    }
}
