//! scrypt (RFC 7914).

use super::{at_most, number, only};
use crate::{
    error::HasherError,
    parameters::InvalidParameters,
    work::{Kind, Work},
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
        at_most(NAME, "128 × 2^ln × r", MOST_MEMORY, set.of_one_lane() * 128)?;
        at_most(NAME, "2^ln × r × p", MOST_WORK, set.work().units)?;
        Ok(set)
    }

    fn of_one_lane(self) -> u64 {
        u64::from(self.r) << self.log_n
    }

    pub(crate) fn work(self) -> Work {
        Work { kind: Kind::Scrypt, units: self.of_one_lane() * u64::from(self.p) }
    }

    /// As many lanes of the same memory, and for what remains one lane of each lesser power of two.
    pub(crate) fn padding(self, mut missing: u64) -> Vec<Self> {
        let lanes = u32::try_from(missing / self.of_one_lane()).unwrap_or(u32::MAX);
        missing %= self.of_one_lane();
        let whole = (lanes > 0).then_some(Self { p: lanes, ..self });
        let halves = (1..self.log_n).rev().map(|log_n| Self { log_n, p: 1, ..self });
        let rest = halves.filter(|run| {
            let fits = run.work().units <= missing;
            missing -= if fits { run.work().units } else { 0 };
            fits
        });
        whole.into_iter().chain(rest).collect()
    }

    pub(crate) fn compute(self, password: &[u8], salt: &[u8], output: &mut [u8]) -> Result<Work, HasherError> {
        let params = Params::new(self.log_n, self.r, self.p)
            .map_err(|error| HasherError::Computation(error.to_string()))?;
        ::scrypt::scrypt(password, salt, &params, output)
            .map_err(|error| HasherError::Computation(error.to_string()))?;
        let units = params.n() * u64::from(params.r()) * u64::from(params.p());
        Ok(Work { kind: Kind::Scrypt, units })
    }
}

impl fmt::Display for Scrypt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "$scrypt$ln={},r={},p={}", self.log_n, self.r, self.p)
    }
}
