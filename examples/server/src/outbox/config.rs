//! The file that names the mail server.

use super::Outbox;
use authflow::Secret;
use authflow_keys::private_file::{self, MalformedToml, PrivateFileError};
use authflow_smtp::{Encryption, Settings, SettingsError, SmtpCourier};
use serde::Deserialize;
use std::path::Path;
use zeroize::Zeroizing;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OutboxFile {
    smtp: SmtpEntry,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SmtpEntry {
    host: String,
    port: u16,
    from: String,
    tls: Encryption,
    user: Option<String>,
    password: Option<Zeroizing<String>>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum OutboxFileError {
    #[error(transparent)]
    File(#[from] PrivateFileError),
    #[error(transparent)]
    Malformed(#[from] MalformedToml),
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error("give both `user` and `password`, or neither")]
    HalfALogin,
}

/// Reads the file and starts to send. The file may hold a password, so only its owner may read it. Call this within a
/// runtime.
pub(crate) fn read(path: &Path) -> Result<Outbox, OutboxFileError> {
    Ok(Outbox::Smtp(SmtpCourier::start(parse(&private_file::read(path)?)?)?))
}

pub(super) fn parse(text: &str) -> Result<Settings, OutboxFileError> {
    let OutboxFile { smtp } = private_file::from_toml(text)?;
    let SmtpEntry { host, port, from, tls, user, password } = smtp;
    let settings = Settings::new(host, port, tls, &from)?;
    match (user, password) {
        (Some(user), Some(password)) => Ok(settings.with_login(user, Secret::new(password.as_str()))),
        (None, None) => Ok(settings),
        _ => Err(OutboxFileError::HalfALogin),
    }
}
