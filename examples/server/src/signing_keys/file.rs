//! The file that names the signing keys.

use super::{
    SigningKeys,
    key::{NotThatKey, PrivateKey, PublicKey},
    pem::{self, PemError},
};
use authflow::{
    Timestamp,
    token::{KeyError, OutsideKey, RingError, SignatureAlgorithm, VerifyWindow},
};
use serde::Deserialize;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SigningFile {
    signer: SignerEntry,
    #[serde(default)]
    verify: Vec<VerifyEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignerEntry {
    id: String,
    algorithm: SignatureAlgorithm,
    private_key: PathBuf,
}

/// If it has `private_key`, its public half is used: an old signer moves here as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VerifyEntry {
    id: String,
    algorithm: SignatureAlgorithm,
    public_key: Option<PathBuf>,
    private_key: Option<PathBuf>,
    #[serde(default)]
    from: Timestamp,
    until: Timestamp,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum SigningKeysError {
    #[error("cannot read it: {0}")]
    Unreadable(io::Error),
    /// The file names keys and contains none, so its text may be shown.
    #[error("{0}")]
    Malformed(#[from] toml::de::Error),
    #[error("key file {0}: {1}")]
    Pem(PathBuf, PemError),
    #[error("key {0}: {1}")]
    Key(String, NotThatKey),
    #[error("key {0}: give either public_key or private_key")]
    OneFile(String),
    #[error("key {0}: {1}")]
    Id(String, KeyError),
    #[error(transparent)]
    Ring(#[from] RingError),
    #[error("cannot make a key")]
    NotMade,
    #[error("cannot make {0}: {1}")]
    Make(PathBuf, io::Error),
}

impl SigningKeysError {
    pub(super) fn is_missing_file(&self) -> bool {
        matches!(self, Self::Unreadable(error) if error.kind() == io::ErrorKind::NotFound)
    }
}

/// Reads the file, and the keys that it names by paths relative to it.
pub(crate) fn load(path: &Path) -> Result<SigningKeys, SigningKeysError> {
    let text = fs::read_to_string(path).map_err(SigningKeysError::Unreadable)?;
    let SigningFile { signer, verify } = toml::from_str(&text)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let SignerEntry { id, algorithm, private_key } = signer;
    let signer = private(&id, algorithm, &folder.join(private_key))?;
    let keys = SigningKeys::new(describe(&id, algorithm, signer.public())?, signer);
    verify.into_iter().try_fold(keys, |keys, entry| {
        let VerifyEntry { id, algorithm, public_key, private_key, from, until } = entry;
        let key = match (public_key, private_key) {
            (Some(file), None) => public(&id, algorithm, &folder.join(file))?,
            (None, Some(file)) => private(&id, algorithm, &folder.join(file))?.public().clone(),
            _ => return Err(SigningKeysError::OneFile(id)),
        };
        let described = describe(&id, algorithm, &key)?;
        Ok(keys.with_verifier(described, VerifyWindow { from, until }, key)?)
    })
}

fn describe(
    id: &str,
    algorithm: SignatureAlgorithm,
    public: &PublicKey,
) -> Result<OutsideKey, SigningKeysError> {
    let described = OutsideKey::new(id, algorithm).and_then(|key| key.publishing(public.published()));
    described.map_err(|error| SigningKeysError::Id(id.to_owned(), error))
}

fn private(id: &str, algorithm: SignatureAlgorithm, file: &Path) -> Result<PrivateKey, SigningKeysError> {
    let der = pem::read_private(file).map_err(|error| SigningKeysError::Pem(file.to_owned(), error))?;
    PrivateKey::from_pkcs8(algorithm, der.secret_pkcs8_der())
        .map_err(|error| SigningKeysError::Key(id.to_owned(), error))
}

fn public(id: &str, algorithm: SignatureAlgorithm, file: &Path) -> Result<PublicKey, SigningKeysError> {
    let der = pem::read_public(file).map_err(|error| SigningKeysError::Pem(file.to_owned(), error))?;
    PublicKey::from_spki(algorithm, &der).map_err(|error| SigningKeysError::Key(id.to_owned(), error))
}
