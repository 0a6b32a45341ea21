//! The file that says by which server mail is sent.

use super::{Outbox, smtp::Smtp};
use crate::private_file::{self, MalformedToml, PrivateFileError};
use lettre::{address::AddressError, message::Mailbox, transport::smtp};
use serde::Deserialize;
use std::{net::IpAddr, path::Path};
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
    tls: TlsMode,
    user: Option<String>,
    password: Option<Zeroizing<String>>,
}

pub(super) struct SmtpConfig {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) from: Mailbox,
    pub(super) tls: TlsMode,
    pub(super) login: Option<(String, Zeroizing<String>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum TlsMode {
    /// In the clear: to a server on this machine.
    None,
    /// In the clear until STARTTLS, without which nothing is sent (RFC 3207).
    Starttls,
    /// From the first byte (RFC 8314 §3.3).
    Implicit,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum OutboxFileError {
    #[error(transparent)]
    File(#[from] PrivateFileError),
    #[error(transparent)]
    Malformed(#[from] MalformedToml),
    #[error("`from` is not an e-mail address: {0}")]
    From(AddressError),
    #[error("codes go without TLS only to a server on loopback: set `tls` to \"starttls\" or \"implicit\"")]
    InTheClear,
    #[error("give both `user` and `password`, or neither")]
    HalfALogin,
    #[error("cannot set up TLS: {0}")]
    Tls(smtp::Error),
}

/// Reads the file, which may hold a password and so must be its owner's alone, and starts to send. Call it within a runtime.
pub(crate) fn read(path: &Path) -> Result<Outbox, OutboxFileError> {
    Ok(Outbox::Smtp(Smtp::start(parse(&private_file::read(path)?)?)?))
}

pub(super) fn parse(text: &str) -> Result<SmtpConfig, OutboxFileError> {
    let OutboxFile { smtp } = private_file::from_toml(text)?;
    let SmtpEntry { host, port, from, tls, user, password } = smtp;
    if tls == TlsMode::None && !is_loopback(&host) {
        return Err(OutboxFileError::InTheClear);
    }
    let login = match (user, password) {
        (Some(user), Some(password)) => Some((user, password)),
        (None, None) => None,
        _ => return Err(OutboxFileError::HalfALogin),
    };
    Ok(SmtpConfig { host, port, from: from.parse().map_err(OutboxFileError::From)?, tls, login })
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
