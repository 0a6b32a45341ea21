//! argon2 (RFC 9106): d, i and id, of version 1.3 and the one before.

use super::{at_most, number, only};
use crate::{
    error::HasherError,
    parameters::InvalidParameters,
    work::{Shape, Work},
};
use ::argon2::{Algorithm as Variant, Block, Params, Version};
use password_hash::phc::PasswordHash;
use std::fmt;

const NAME: &str = "argon2";
const MOST_MEMORY_KIB: u32 = 1 << 18;
const MOST_LANES: u32 = 16;
const MOST_BLOCKS: u64 = 1 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Argon2 {
    pub(crate) variant: Variant,
    pub(crate) version: Version,
    pub(crate) memory_kib: u32,
    pub(crate) passes: u32,
    pub(crate) lanes: u32,
}

impl Argon2 {
    /// The parameters of a new verifier. Everything but the costs is fixed.
    pub(crate) const fn id(memory_kib: u32, passes: u32, lanes: u32) -> Self {
        Self { variant: Variant::Argon2id, version: Version::V0x13, memory_kib, passes, lanes }
    }

    pub(crate) fn of_phc(hash: &PasswordHash) -> Result<Self, InvalidParameters> {
        let variant = Variant::new(hash.algorithm.as_str()).map_err(|_| InvalidParameters::Algorithm)?;
        // A verifier of the earlier version names no version.
        let version = Version::try_from(hash.version.unwrap_or(Version::V0x10.into()))
            .map_err(|_| InvalidParameters::Version(NAME))?;
        let set = Self {
            variant,
            version,
            lanes: number(NAME, &hash.params, "p", (1, MOST_LANES))?,
            passes: number(NAME, &hash.params, "t", (1, u32::MAX))?,
            memory_kib: number(NAME, &hash.params, "m", (8, MOST_MEMORY_KIB))?,
        };
        only(NAME, &hash.params, &["m", "t", "p"], "m, t and p")?;
        set.checked()
    }

    pub(crate) fn checked(self) -> Result<Self, InvalidParameters> {
        let Self { memory_kib, passes, lanes, .. } = self;
        let bounded = |name, least, most, given| match (least..=most).contains(&given) {
            true => Ok(()),
            false => {
                Err(InvalidParameters::Number { algorithm: NAME, name, least, most, given: Some(given) })
            }
        };
        bounded("p", 1, MOST_LANES, lanes)?;
        bounded("t", 1, u32::MAX, passes)?;
        bounded("m", lanes * 8, MOST_MEMORY_KIB, memory_kib)?;
        at_most(NAME, "m × t", MOST_BLOCKS, u64::from(memory_kib) * u64::from(passes))?;
        Ok(self)
    }

    /// The number of blocks of 1 KiB that are filled.
    pub(crate) fn blocks(self) -> usize {
        usize::try_from(self.memory_kib).unwrap_or(usize::MAX)
    }

    pub(crate) fn work(self) -> Work {
        Work { shape: Shape::Argon2(self), units: 1 }
    }

    pub(crate) fn compute(
        self,
        password: &[u8],
        salt: &[u8],
        output: &mut [u8],
        blocks: &mut [Block],
    ) -> Result<Work, HasherError> {
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(output.len()));
        let params = params.map_err(|error| HasherError::Computation(error.to_string()))?;
        ::argon2::Argon2::new(self.variant, self.version, params)
            .hash_password_into_with_memory(password, salt, output, blocks)
            .map_err(|error| HasherError::Computation(error.to_string()))?;
        Ok(self.work())
    }
}

impl fmt::Display for Argon2 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { variant, version, memory_kib, passes, lanes } = *self;
        let version = u32::from(version);
        write!(f, "${}$v={version}$m={memory_kib},t={passes},p={lanes}", variant.as_str())
    }
}
