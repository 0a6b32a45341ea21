//! The parameters of new verifiers.

use crate::{
    algorithm::Argon2,
    parameters::{InvalidParameters, ParameterSet},
};
use argon2::{Algorithm, Version};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// OWASP's set with the least memory: 7 MiB, five passes.
const LEAST_MEMORY_KIB: u32 = 7 * 1024;
/// The least work of OWASP's sets: memory times passes.
const LEAST_WORK_KIB: u64 = 5 * LEAST_MEMORY_KIB as u64;

/// The parameters of new verifiers: argon2id of version 19, at least as costly as OWASP's minimum.
///
/// ```
/// use authflow_argon2::Argon2id;
///
/// let set: Argon2id = "$argon2id$v=19$m=65536,t=3,p=1".parse()?;
/// assert_eq!(set, Argon2id::new(65_536, 3, 1)?);
/// let weak = Argon2id::new(4_096, 3, 1).unwrap_err();
/// assert!(weak.to_string().ends_with("these are $argon2id$v=19$m=4096,t=3,p=1"));
/// # Ok::<(), authflow_argon2::InvalidParameters>(())
/// ```
///
/// The [cheat sheet] gives five sets of equal strength. The cheapest has 7,168 KiB and five passes. A set with less memory, or with less total
/// work, is refused.
///
/// [cheat sheet]: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#argon2id
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Argon2id(Argon2);

impl Argon2id {
    /// The first minimum that OWASP names: 19 MiB, two passes, one lane.
    pub const OWASP_MINIMUM: Self = Self(Argon2::id(19 * 1024, 2, 1));

    /// Memory in KiB, passes over it, and lanes. Lanes are filled one after another.
    ///
    /// # Errors
    ///
    /// When the set is weaker than OWASP's minimum, or exceeds the bounds of a [`ParameterSet`].
    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, InvalidParameters> {
        Self::of(Argon2::id(memory_kib, passes, lanes).checked()?)
    }

    fn of(set: Argon2) -> Result<Self, InvalidParameters> {
        let is_todays = (set.variant, set.version) == (Algorithm::Argon2id, Version::V0x13);
        let work = u64::from(set.memory_kib) * u64::from(set.passes);
        match is_todays && set.memory_kib >= LEAST_MEMORY_KIB && work >= LEAST_WORK_KIB {
            true => Ok(Self(set)),
            false => Err(InvalidParameters::WeakerThanOwasp(ParameterSet::argon2(set))),
        }
    }

    /// A weak set that is fast enough for tests.
    #[cfg(test)]
    pub(crate) const fn weak(memory_kib: u32, passes: u32) -> Self {
        Self(Argon2::id(memory_kib, passes, 1))
    }
}

impl From<Argon2id> for ParameterSet {
    fn from(Argon2id(set): Argon2id) -> Self {
        Self::argon2(set)
    }
}

impl fmt::Display for Argon2id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Argon2id {
    type Err = InvalidParameters;

    fn from_str(text: &str) -> Result<Self, InvalidParameters> {
        let set: ParameterSet = text.parse()?;
        set.as_argon2().map_or(Err(InvalidParameters::WeakerThanOwasp(set)), Self::of)
    }
}

impl TryFrom<String> for Argon2id {
    type Error = InvalidParameters;

    fn try_from(text: String) -> Result<Self, InvalidParameters> {
        text.parse()
    }
}

impl From<Argon2id> for String {
    fn from(set: Argon2id) -> Self {
        set.to_string()
    }
}
