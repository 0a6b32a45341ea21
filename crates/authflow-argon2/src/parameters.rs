//! What a verifier was made with.

use crate::{
    algorithm::{Algorithm, Argon2},
    error::HasherError,
    work::{Kind, Work},
};
use argon2::Block;
use password_hash::phc::PasswordHash;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// An algorithm and its parameters, spelt as a verifier that was made with them begins.
///
/// ```
/// use authflow_argon2::ParameterSet;
///
/// let set: ParameterSet = "$argon2id$v=19$m=65536,t=3,p=4".parse()?;
/// assert_eq!(set.to_string(), "$argon2id$v=19$m=65536,t=3,p=4");
/// # Ok::<(), authflow_argon2::InvalidParameters>(())
/// ```
///
/// | a verifier begins with | bounds | feature |
/// |---|---|---|
/// | `$argon2id$v=19$m=…,t=…,p=…`; `argon2i`, `argon2d`; `v=16` or none for the version before | m (KiB): 8 p to 2¹⁸; m t: at most 2²⁰; p: at most 16 | |
/// | `$scrypt$ln=…,r=…,p=…` | memory, 128 × 2^ln × r bytes: at most 2²⁸; 2^ln × r × p: at most 2²² | `scrypt` |
/// | `$pbkdf2-sha256$i=…`, `$pbkdf2-sha512$i=…` | i: at most 2²² | `pbkdf2` |
/// | `$2a$…`, `$2b$…`, `$2y$…`: all one, since what they differ in was never done here | cost: 4 to 15 | `bcrypt` |
///
/// The bounds keep one verify below about two seconds and 256 MiB. There is no lower one: how weak a stored verifier may be says who accepts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ParameterSet(Algorithm);

/// Why a text is no [`ParameterSet`]. It never quotes more than a number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidParameters {
    /// It begins like no algorithm that is known here.
    #[error("parameters must begin with $argon2id$, $argon2i$, $argon2d$, $scrypt$, $pbkdf2-sha256$, $pbkdf2-sha512$, $2a$, $2b$ or $2y$")]
    Algorithm,
    /// It is of an algorithm that is left out.
    #[error("{0} must be turned on: it is a feature of authflow-argon2")]
    NotBuilt(&'static str),
    /// There is more behind the parameters.
    #[error("parameters must end where the salt of a verifier begins")]
    NotParametersAlone,
    /// It is of a version that there is not.
    #[error("the version of {0} must be 16 or 19")]
    Version(&'static str),
    /// A parameter is missing, no number, or out of its bounds.
    #[error("{name} of {algorithm} must be {least} to {most}, and is {}", given.map_or("no such number".to_owned(), |it| it.to_string()))]
    Number {
        /// Whose.
        algorithm: &'static str,
        /// Its name in a verifier.
        name: &'static str,
        /// The least that it may be.
        least: u32,
        /// The most.
        most: u32,
        /// What it is.
        given: Option<u32>,
    },
    /// Together, they cost too much.
    #[error("{what} of {algorithm} must be at most {most}, and is {given}")]
    TooDear {
        /// Whose.
        algorithm: &'static str,
        /// What is too much.
        what: &'static str,
        /// The most that it may be.
        most: u64,
        /// What it is.
        given: u64,
    },
    /// There is a parameter that changes what is computed and is not known here.
    #[error("parameters of {algorithm} must be {known}, and there is another one")]
    Unknown {
        /// Whose.
        algorithm: &'static str,
        /// What there may be.
        known: &'static str,
    },
    /// What is new must cost as much as OWASP's minimum.
    #[error(
        "new verifiers must be of $argon2id$v=19$, with m of at least 7168 and m × t of at least 35840, and these are {0}"
    )]
    WeakerThanOwasp(ParameterSet),
}

impl ParameterSet {
    pub(crate) const fn argon2(set: Argon2) -> Self {
        Self(Algorithm::Argon2(set))
    }

    pub(crate) fn of_phc(hash: &PasswordHash) -> Result<Self, InvalidParameters> {
        Algorithm::of_phc(hash).map(Self)
    }

    #[cfg(feature = "bcrypt")]
    pub(crate) const fn bcrypt(set: crate::algorithm::Bcrypt) -> Self {
        Self(Algorithm::Bcrypt(set))
    }

    pub(crate) fn as_argon2(self) -> Option<Argon2> {
        match self.0 {
            Algorithm::Argon2(set) => Some(set),
            #[allow(unreachable_patterns, reason = "without features there is no other one")]
            _ => None,
        }
    }

    /// The bytes of a password that its algorithm looks at.
    pub(crate) fn longest_password(self) -> usize {
        self.0.longest_password()
    }

    /// How long a hash of this set may be.
    pub(crate) fn takes_output_of(self, bytes: usize) -> bool {
        self.0.takes_output_of(bytes)
    }

    pub(crate) fn work(self) -> Work {
        self.0.work()
    }

    pub(crate) fn kind(self) -> Kind {
        self.work().kind
    }

    /// What is to be computed beside a set that does so much less than this one, so that both do the same.
    pub(crate) fn padding(self, missing: u64) -> Vec<Self> {
        self.0.padding(missing).into_iter().map(Self).collect()
    }

    /// Fills `output`, and says what that took.
    pub(crate) fn compute(
        self,
        password: &[u8],
        salt: &[u8],
        output: &mut [u8],
        blocks: &mut [Block],
    ) -> Result<Work, HasherError> {
        self.0.compute(password, salt, output, blocks)
    }
}

impl fmt::Display for ParameterSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for ParameterSet {
    type Err = InvalidParameters;

    fn from_str(text: &str) -> Result<Self, InvalidParameters> {
        if let Some(set) = Algorithm::of_bcrypt(text) {
            return set.map(Self);
        }
        let hash = PasswordHash::new(text).map_err(|_| InvalidParameters::Algorithm)?;
        if hash.salt.is_some() || hash.hash.is_some() {
            return Err(InvalidParameters::NotParametersAlone);
        }
        Self::of_phc(&hash)
    }
}

impl TryFrom<String> for ParameterSet {
    type Error = InvalidParameters;

    fn try_from(text: String) -> Result<Self, InvalidParameters> {
        text.parse()
    }
}

impl From<ParameterSet> for String {
    fn from(set: ParameterSet) -> Self {
        set.to_string()
    }
}
