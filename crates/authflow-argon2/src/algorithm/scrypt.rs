//! scrypt (RFC 7914).

use super::{at_most, number, only};
use crate::{
    error::HasherError,
    parameters::InvalidParameters,
    work::{Shape, Work},
};
use ::scrypt::Params;
use password_hash::phc::PasswordHash;
use std::fmt;

const NAME: &str = "scrypt";
const MOST_MEMORY: u64 = 1 << 28;
const MOST_WORK: u64 = 1 << 22;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scrypt {
    log_n: u8,
    r: u32,
    p: u32,
}

impl Scrypt {
    pub(crate) fn of_phc(hash: &PasswordHash) -> Result<Self, InvalidParameters> {
        let log_n = number(NAME, &hash.params, "ln", (1, 21))?;
        let r = number(NAME, &hash.params, "r", (1, 1 << 20))?;
        let p = number(NAME, &hash.params, "p", (1, 1 << 20))?;
        only(NAME, &hash.params, &["ln", "r", "p"], "ln, r and p")?;
        let set = Self { log_n: u8::try_from(log_n).unwrap_or(u8::MAX), r, p };
        let of_one_lane = u64::from(r) << log_n;
        at_most(NAME, "128 × 2^ln × r", MOST_MEMORY, of_one_lane * 128)?;
        at_most(NAME, "2^ln × r × p", MOST_WORK, of_one_lane * u64::from(p))?;
        Ok(set)
    }

    pub(crate) fn work(self) -> Work {
        Work { shape: Shape::Scrypt { log_n: self.log_n, r: self.r }, units: self.p }
    }

    pub(crate) fn padding(self, missing: u32) -> Vec<Self> {
        (missing > 0).then_some(Self { p: missing, ..self }).into_iter().collect()
    }

    pub(crate) fn compute(
        self,
        password: &[u8],
        salt: &[u8],
        output: &mut [u8],
    ) -> Result<Work, HasherError> {
        let params = Params::new(self.log_n, self.r, self.p)
            .map_err(|error| HasherError::Computation(error.to_string()))?;
        ::scrypt::scrypt(password, salt, &params, output)
            .map_err(|error| HasherError::Computation(error.to_string()))?;
        Ok(self.work())
    }
}

impl fmt::Display for Scrypt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "$scrypt$ln={},r={},p={}", self.log_n, self.r, self.p)
    }
}
