//! A stored verifier, split into its parts.

#[cfg(feature = "bcrypt")]
use crate::algorithm::{Bcrypt, bcrypt};
use crate::{error::HasherError, parameters::ParameterSet};
use password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// The lengths in new verifiers.
const SALT: usize = 16;
const HASH: usize = 32;

/// It has no `Debug`, because it contains the hash.
pub(crate) struct Stored {
    pub(crate) set: ParameterSet,
    pub(crate) salt: Vec<u8>,
    hash: Zeroizing<Vec<u8>>,
}

impl Stored {
    pub(crate) fn of_verifier(text: &str) -> Result<Self, HasherError> {
        #[cfg(feature = "bcrypt")]
        if let Some(parts) = bcrypt::parts_of(text) {
            let set = ParameterSet::bcrypt(Bcrypt::of_parts(&parts)?);
            let hash = bcrypt::hash_of(&parts).ok_or(HasherError::Unreadable)?;
            return Ok(Self { set, salt: parts.get_salt_raw().to_vec(), hash });
        }
        let stored = PasswordHash::new(text).map_err(|_| HasherError::Unreadable)?;
        let set = ParameterSet::of_phc(&stored)?;
        let (salt, hash) = stored.salt.zip(stored.hash).ok_or(HasherError::Unreadable)?;
        match set.takes_output_of(hash.len()) && is_as_told(&stored.params, hash.len()) {
            true => Ok(Self { set, salt: salt.to_vec(), hash: Zeroizing::new(hash.as_bytes().to_vec()) }),
            false => Err(HasherError::Unreadable),
        }
    }

    /// A verifier without a password. Its hash is random, so no known password matches it.
    pub(crate) fn drawn(set: ParameterSet) -> Result<Self, HasherError> {
        Ok(Self { set, salt: random::<SALT>()?.to_vec(), hash: Zeroizing::new(random::<HASH>()?.to_vec()) })
    }

    /// The text of a new verifier, whose hash `compute` makes with a new salt.
    pub(crate) fn new_verifier(
        set: ParameterSet,
        compute: impl FnOnce(&[u8], &mut [u8]) -> Result<(), HasherError>,
    ) -> Result<String, HasherError> {
        let failed = |error: password_hash::phc::Error| HasherError::Computation(error.to_string());
        let mut hash = Zeroizing::new([0; HASH]);
        let salt = random::<SALT>()?;
        compute(&salt, hash.as_mut_slice())?;
        // The text begins exactly as the set is written, so there is only one spelling.
        let beginning = PasswordHash::new(&set.to_string()).map_err(failed)?;
        let salt = Some(Salt::new(&salt).map_err(failed)?);
        let hash = Some(Output::new(hash.as_slice()).map_err(failed)?);
        Ok(PasswordHash { salt, hash, ..beginning }.to_string())
    }

    /// Whether the verifier was made like a new one of this set.
    pub(crate) fn is_made_with(&self, set: ParameterSet) -> bool {
        (self.set, self.salt.len(), self.hash.len()) == (set, SALT, HASH)
    }

    pub(crate) fn output(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(vec![0; self.hash.len()])
    }

    /// Compares in constant time.
    pub(crate) fn has(&self, hash: &[u8]) -> bool {
        self.hash.ct_eq(hash).into()
    }
}

/// A verifier of pbkdf2 may say how long its hash is.
fn is_as_told(parameters: &ParamsString, length: usize) -> bool {
    parameters
        .get("l")
        .is_none_or(|told| told.decimal().is_ok_and(|told| usize::try_from(told) == Ok(length)))
}

pub(crate) fn random<const LENGTH: usize>() -> Result<[u8; LENGTH], HasherError> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).map_err(|error| HasherError::NoEntropy(error.to_string()))?;
    Ok(bytes)
}
