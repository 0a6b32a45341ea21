//! PEM files (RFC 7468): private keys as PKCS#8, public ones as SubjectPublicKeyInfo.

use authflow_keys::private_file::{self, PrivateFileError};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use rustls_pki_types::{PrivatePkcs8KeyDer, SubjectPublicKeyInfoDer, pem::PemObject as _};
use std::{fmt::Write as _, fs, path::Path};
use zeroize::Zeroizing;

const LINE: usize = 64;

#[derive(Debug, thiserror::Error)]
pub(crate) enum PemError {
    #[error(transparent)]
    File(#[from] PrivateFileError),
    #[error("no PKCS#8 key, between BEGIN PRIVATE KEY and END PRIVATE KEY")]
    NoPrivateKey,
    #[error("no key between BEGIN PUBLIC KEY and END PUBLIC KEY")]
    NoPublicKey,
}

pub(crate) fn read_private(path: &Path) -> Result<Zeroizing<PrivatePkcs8KeyDer<'static>>, PemError> {
    let text = private_file::read(path)?;
    let key = PrivatePkcs8KeyDer::from_pem_slice(text.as_bytes()).map_err(|_| PemError::NoPrivateKey)?;
    Ok(Zeroizing::new(key))
}

pub(super) fn read_public(path: &Path) -> Result<SubjectPublicKeyInfoDer<'static>, PemError> {
    let text = fs::read(path).map_err(PrivateFileError::Io)?;
    SubjectPublicKeyInfoDer::from_pem_slice(&text).map_err(|_| PemError::NoPublicKey)
}

pub(crate) fn of_private(pkcs8: &[u8]) -> Zeroizing<String> {
    of("PRIVATE", pkcs8)
}

pub(crate) fn of_public(spki: &[u8]) -> Zeroizing<String> {
    of("PUBLIC", spki)
}

fn of(kind: &str, der: &[u8]) -> Zeroizing<String> {
    let encoded = Zeroizing::new(STANDARD.encode(der));
    let mut text = Zeroizing::new(String::with_capacity(encoded.len() + encoded.len() / LINE + 64));
    // A `String` takes all that is written to it, and this one has room for it.
    let _ = writeln!(text, "-----BEGIN {kind} KEY-----");
    for (at, character) in encoded.chars().enumerate() {
        if at > 0 && at % LINE == 0 {
            text.push('\n');
        }
        text.push(character);
    }
    let _ = write!(text, "\n-----END {kind} KEY-----\n");
    text
}
