//! PBKDF2 with HMAC-SHA-256 and HMAC-SHA-512 (RFC 8018 §5.2).

use super::{number, only};
use crate::{
    parameters::InvalidParameters,
    work::{Shape, Work},
};
use ::pbkdf2::pbkdf2_hmac;
use password_hash::phc::PasswordHash;
use sha2::{Sha256, Sha512};
use std::fmt;

const NAME: &str = "pbkdf2";
const MOST_ITERATIONS: u32 = 1 << 22;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pbkdf2 {
    hash: Hash,
    iterations: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hash {
    Sha256,
    Sha512,
}

impl Pbkdf2 {
    /// Reads the parameters. `l`, the length of the output, is not kept, because the output itself shows it.
    pub(crate) fn of_phc(hash: &PasswordHash) -> Result<Self, InvalidParameters> {
        let iterations = number(NAME, &hash.params, "i", (1, MOST_ITERATIONS))?;
        only(NAME, &hash.params, &["i", "l"], "i and l")?;
        let hash = match hash.algorithm.as_str() {
            "pbkdf2-sha256" => Hash::Sha256,
            "pbkdf2-sha512" => Hash::Sha512,
            _ => return Err(InvalidParameters::Algorithm),
        };
        Ok(Self { hash, iterations })
    }

    /// The bytes of output that cost one round of all iterations.
    pub(crate) fn block_of_output(self) -> usize {
        match self.hash {
            Hash::Sha256 => 32,
            Hash::Sha512 => 64,
        }
    }

    pub(crate) fn work(self) -> Work {
        let shape = match self.hash {
            Hash::Sha256 => Shape::Pbkdf2Sha256,
            Hash::Sha512 => Shape::Pbkdf2Sha512,
        };
        Work { shape, units: self.iterations }
    }

    pub(crate) fn padding(self, missing: u32) -> Vec<Self> {
        (missing > 0).then_some(Self { iterations: missing, ..self }).into_iter().collect()
    }

    pub(crate) fn compute(self, password: &[u8], salt: &[u8], output: &mut [u8]) -> Work {
        match self.hash {
            Hash::Sha256 => pbkdf2_hmac::<Sha256>(password, salt, self.iterations, output),
            Hash::Sha512 => pbkdf2_hmac::<Sha512>(password, salt, self.iterations, output),
        }
        self.work()
    }
}

impl fmt::Display for Pbkdf2 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hash = match self.hash {
            Hash::Sha256 => "sha256",
            Hash::Sha512 => "sha512",
        };
        write!(f, "$pbkdf2-{hash}$i={}", self.iterations)
    }
}
