//! The mail server, and the sender of the messages.

use crate::texts::{StandardTexts, Texts};
use authflow::Secret;
use lettre::message::Mailbox;
use serde::Deserialize;
use std::{fmt, net::IpAddr, num::NonZeroUsize, sync::Arc};

/// The number of messages that may wait for the server by default.
const QUEUE: NonZeroUsize = NonZeroUsize::MIN.saturating_add(255);

/// The encryption of a connection to a mail server. There is no default.
///
/// ```
/// use authflow_smtp::{Encryption, Settings};
///
/// let read: Encryption = serde_json::from_str(r#""starttls""#)?; // of your configuration
/// assert_eq!(read, Encryption::StartTls);
/// let over_a_network =
///     |encryption| Settings::new("mail.example.com", 25, encryption, "login@example.com");
/// assert!(over_a_network(Encryption::StartTls).is_ok());
/// assert!(over_a_network(Encryption::None).is_err(), "codes would be read on the way");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encryption {
    /// No encryption. This is only for a server on this machine.
    None,
    /// By STARTTLS (RFC 3207). Nothing is sent without it.
    StartTls,
    /// From the first byte (RFC 8314 §3.3).
    Implicit,
}

/// The mail server, and the sender of the messages.
///
/// ```
/// use authflow::Secret;
/// use authflow_smtp::{Encryption, Settings};
///
/// let settings = Settings::new(
///     "mail.example.com",
///     587,
///     Encryption::StartTls,
///     "Login <login@example.com>",
/// )?
/// .with_login("login", Secret::new("…"));
/// # Ok::<(), authflow_smtp::SettingsError>(())
/// ```
#[derive(Clone)]
pub struct Settings {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) encryption: Encryption,
    pub(crate) from: Mailbox,
    pub(crate) login: Option<(String, Secret)>,
    pub(crate) texts: Arc<dyn Texts>,
    pub(crate) queue: NonZeroUsize,
}

/// Why mail cannot be sent with these settings.
///
/// ```
/// use authflow_smtp::{Encryption, Settings, SettingsError, SmtpCourier};
///
/// let refused = Settings::new("localhost", 25, Encryption::None, "the login page").unwrap_err();
/// assert!(matches!(refused, SettingsError::From(_)));
///
/// let settings = Settings::new("localhost", 25, Encryption::None, "login@example.com")?;
/// let refused = SmtpCourier::start(settings).unwrap_err(); // here is no runtime
/// assert_eq!(refused.to_string(), "a courier must be started within a tokio runtime");
/// # Ok::<(), SettingsError>(())
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// The sender is not an address from which a message can come.
    #[error("the sender must be an e-mail address, or a name and one in angle brackets: {0}")]
    From(String),
    /// Somebody between here and the server could read the codes.
    #[error(
        "codes must be encrypted on their way to {0}, which is not this machine: by STARTTLS, or from the first byte"
    )]
    InTheClear(String),
    /// The certificates of this machine cannot be read, or the server's name is not valid.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
    /// There is no runtime for the task that sends.
    #[error("a courier must be started within a tokio runtime")]
    NoRuntime,
}

impl Settings {
    /// The host and port of a mail server, the encryption of the connection to it, and the sender of the messages: an address, or a name with an
    /// address, such as `Login <login@example.com>`.
    ///
    /// # Errors
    ///
    /// When the sender is not an address, or the connection to a server that is not on loopback has no encryption.
    pub fn new(
        host: impl Into<String>,
        port: u16,
        encryption: Encryption,
        from: &str,
    ) -> Result<Self, SettingsError> {
        let host = host.into();
        if encryption == Encryption::None && !is_loopback(&host) {
            return Err(SettingsError::InTheClear(host));
        }
        let from = from
            .parse()
            .map_err(|error: lettre::address::AddressError| SettingsError::From(error.to_string()))?;
        Ok(Self { host, port, encryption, from, login: None, texts: Arc::new(StandardTexts), queue: QUEUE })
    }

    /// Sets a user and a password, for a server that demands them.
    #[must_use]
    pub fn with_login(self, user: impl Into<String>, password: Secret) -> Self {
        Self { login: Some((user.into(), password)), ..self }
    }

    /// Sets other texts than the [standard ones](StandardTexts).
    #[must_use]
    pub fn with_texts(self, texts: impl Texts) -> Self {
        Self { texts: Arc::new(texts), ..self }
    }

    /// Sets how many messages may wait for the server, instead of 256. If the queue is full, the caller gets the answer that nothing was sent.
    #[must_use]
    pub fn with_queue(self, queue: NonZeroUsize) -> Self {
        Self { queue, ..self }
    }
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port, encryption, from, .. } = self;
        let mut settings = f.debug_struct("Settings");
        settings.field("host", host).field("port", port).field("encryption", encryption);
        settings.field("from", &from.to_string()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_goes_in_the_clear_beyond_this_machine() {
        let settings =
            |host: &str, encryption| Settings::new(host, 587, encryption, "Login <login@example.com>");
        for host in ["localhost", "LOCALHOST", "127.0.0.1", "127.8.0.1", "::1"] {
            assert!(settings(host, Encryption::None).is_ok(), "{host}");
        }
        for host in ["mail.example.com", "10.0.0.1", "127.0.0.1.example.com", "0.0.0.0"] {
            let refused = settings(host, Encryption::None);
            assert!(matches!(&refused, Err(SettingsError::InTheClear(told)) if told == host), "{host}");
            for encryption in [Encryption::StartTls, Encryption::Implicit] {
                assert!(settings(host, encryption).is_ok(), "{host}");
            }
        }
    }

    #[test]
    fn a_sender_is_an_address() {
        for wrong in ["", "login", "Login <login>", "login@"] {
            let refused = Settings::new("localhost", 25, Encryption::None, wrong);
            assert!(matches!(refused, Err(SettingsError::From(_))), "{wrong}");
        }
    }

    #[test]
    fn a_password_is_not_printed() {
        let settings = Settings::new("mail.example.com", 465, Encryption::Implicit, "login@example.com");
        let settings = settings.unwrap().with_login("login", Secret::new("hunter2"));
        let told = format!("{settings:?}");
        assert!(told.contains("mail.example.com") && !told.contains("hunter2"), "{told}");
    }

    #[test]
    fn an_encryption_is_spelt_in_lower_case() {
        let read = |text: &str| serde_json::from_str::<Encryption>(text).ok();
        assert_eq!(read("\"none\""), Some(Encryption::None));
        assert_eq!(read("\"starttls\""), Some(Encryption::StartTls));
        assert_eq!(read("\"implicit\""), Some(Encryption::Implicit));
        assert_eq!(read("\"maybe\""), None);
    }
}
