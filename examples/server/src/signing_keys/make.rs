//! Making a first signing key and the file that names it.

use super::{SigningKeys, SigningKeysError, load, pem};
use authflow::token::SignatureAlgorithm;
use authflow_keys::private_file;
use aws_lc_rs::{
    digest::{SHA256, digest},
    encoding::{AsDer as _, Pkcs8V1Der},
    rsa::KeySize,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RsaKeyPair},
};
use std::{fmt::Write as _, fs, path::Path};
use zeroize::Zeroizing;

/// The bytes of a fingerprint in an id, which has room for 20 characters.
const FINGERPRINT: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an algorithm must be RS256, PS256, ES256 or EdDSA")]
pub(crate) struct UnknownAlgorithm;

/// Reads the name of an algorithm from the command line.
pub(crate) fn algorithm(name: &str) -> Result<SignatureAlgorithm, UnknownAlgorithm> {
    use SignatureAlgorithm::{EdDsa, Es256, Ps256, Rs256};
    [Rs256, Ps256, Es256, EdDsa].into_iter().find(|known| known.as_str() == name).ok_or(UnknownAlgorithm)
}

/// Reads the keys. If there is no file, makes one with one new key first. Says whether it made one.
pub(crate) fn load_or_make(
    path: &Path,
    algorithm: SignatureAlgorithm,
) -> Result<(SigningKeys, bool), SigningKeysError> {
    match load(path) {
        Err(error) if error.is_missing_file() => {
            let made = make(path, algorithm)?;
            Ok((load(path)?, made))
        }
        loaded => Ok((loaded?, false)),
    }
}

/// Whether it made the file. If two servers start at once, each makes a key with its own name. One of them links its
/// file, and the other one deletes its key.
fn make(path: &Path, algorithm: SignatureAlgorithm) -> Result<bool, SigningKeysError> {
    let (pkcs8, id) = generate(algorithm).ok_or(SigningKeysError::NotMade)?;
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{id}.pem"));
    // TOML is UTF-8, but the name of a file need not be.
    let name = name.into_string().unwrap_or_else(|_| format!("signing-{id}.pem"));
    let key = path.with_file_name(&name);
    let failed = |file: &Path| {
        let file = file.to_owned();
        |error| SigningKeysError::Make(file, error)
    };
    private_file::make(&key, &pem::of_private(&pkcs8)).map_err(failed(&key))?;
    let text = format!(
        "# The format is in examples/server/README.md.\n\n\
         [signer]\nid = \"{id}\"\nalgorithm = \"{}\"\nprivate_key = {}\n",
        algorithm.as_str(),
        toml::Value::String(name),
    );
    let made = private_file::make(path, &text);
    if !matches!(made, Ok(true)) {
        let _ = fs::remove_file(&key);
    }
    made.map_err(failed(path))
}

/// A private key as PKCS#8, and an id from its fingerprint, which no other key has.
fn generate(algorithm: SignatureAlgorithm) -> Option<(Zeroizing<Vec<u8>>, String)> {
    let pkcs8 = |der: &[u8]| Zeroizing::new(der.to_vec());
    let (der, fingerprint) = match algorithm {
        SignatureAlgorithm::Rs256 | SignatureAlgorithm::Ps256 => {
            let pair = RsaKeyPair::generate(KeySize::Rsa2048).ok()?;
            let der: Pkcs8V1Der<'_> = pair.as_der().ok()?;
            (pkcs8(der.as_ref()), digest(&SHA256, pair.public_key().as_ref()))
        }
        SignatureAlgorithm::Es256 => {
            let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).ok()?;
            (pkcs8(pair.to_pkcs8v1().ok()?.as_ref()), digest(&SHA256, pair.public_key().as_ref()))
        }
        SignatureAlgorithm::EdDsa => {
            let pair = Ed25519KeyPair::generate().ok()?;
            (pkcs8(pair.to_pkcs8v1().ok()?.as_ref()), digest(&SHA256, pair.public_key().as_ref()))
        }
    };
    let id = fingerprint.as_ref().iter().take(FINGERPRINT).fold(String::new(), |mut id, byte| {
        let _ = write!(id, "{byte:02x}");
        id
    });
    Some((der, id))
}
