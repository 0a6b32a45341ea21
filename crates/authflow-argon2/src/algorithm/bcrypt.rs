//! bcrypt (Provos and Mazières, "A Future-Adaptable Password Scheme", 1999).

use crate::{
    error::HasherError,
    parameters::InvalidParameters,
    work::{Shape, Work},
};
use ::bcrypt::{HashParts, Version, hash_with_salt};
use std::fmt;
use zeroize::Zeroizing;

const COSTS: (u32, u32) = (4, 15);
/// No implementation reads the bytes of a password beyond this length.
pub(crate) const LONGEST_PASSWORD: usize = 72;
/// The length in characters of bcrypt's own base 64, in which hashes are compared here.
pub(crate) const HASH_LENGTH: usize = 31;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bcrypt {
    cost: u32,
}

impl Bcrypt {
    /// Reads the two digits after `$2b$`.
    pub(crate) fn of_text(text: &str) -> Result<Self, InvalidParameters> {
        let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse().ok().filter(|_| digits) {
            Some(cost) => Self::of_cost(cost),
            None if text.contains('$') => Err(InvalidParameters::NotParametersAlone),
            None => Err(Self::invalid(None)),
        }
    }

    pub(crate) fn of_parts(parts: &HashParts) -> Result<Self, InvalidParameters> {
        Self::of_cost(parts.get_cost())
    }

    fn of_cost(cost: u32) -> Result<Self, InvalidParameters> {
        match (COSTS.0..=COSTS.1).contains(&cost) {
            true => Ok(Self { cost }),
            false => Err(Self::invalid(Some(cost))),
        }
    }

    const fn invalid(given: Option<u32>) -> InvalidParameters {
        InvalidParameters::Number { algorithm: "bcrypt", name: "cost", least: COSTS.0, most: COSTS.1, given }
    }

    pub(crate) fn work(self) -> Work {
        Work { shape: Shape::Bcrypt, units: 1 << self.cost }
    }

    /// 2^dearest − 2^cost is the sum of the powers of two from 2^cost to below 2^dearest.
    pub(crate) fn padding(self, missing: u32) -> Vec<Self> {
        (0..self.cost).filter(|cost| missing >> cost & 1 == 1).map(|cost| Self { cost }).collect()
    }

    pub(crate) fn compute(
        self,
        password: &[u8],
        salt: &[u8],
        output: &mut [u8],
    ) -> Result<Work, HasherError> {
        let salt =
            salt.try_into().map_err(|_| HasherError::Computation("a salt of bcrypt has 16 bytes".into()))?;
        let parts = hash_with_salt(password, self.cost, salt)
            .map_err(|error| HasherError::Computation(error.to_string()))?;
        let hash = hash_of(&parts).filter(|hash| hash.len() == output.len());
        let hash =
            hash.ok_or_else(|| HasherError::Computation("a hash of bcrypt has 31 characters".into()))?;
        output.copy_from_slice(&hash);
        Ok(Work { shape: Shape::Bcrypt, units: 1 << parts.get_cost() })
    }
}

/// The parts of a stored verifier, or `None` if the text is no verifier.
pub(crate) fn parts_of(verifier: &str) -> Option<HashParts> {
    // The crate would read `$2x$` too, which is another algorithm.
    super::bcrypt_parameters(verifier).and_then(|_| verifier.parse().ok())
}

/// The crate gives the hash only as part of the whole text.
pub(crate) fn hash_of(parts: &HashParts) -> Option<Zeroizing<Vec<u8>>> {
    let text = Zeroizing::new(parts.format_for_version(Version::TwoB));
    let hash = text.len().checked_sub(HASH_LENGTH).and_then(|start| text.as_bytes().get(start..))?;
    Some(Zeroizing::new(hash.to_vec()))
}

impl fmt::Display for Bcrypt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "$2b${:02}", self.cost)
    }
}
