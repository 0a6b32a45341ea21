//! The algorithms: the written form, the cost and the padding of the parameters of each.

mod argon2;
#[cfg(feature = "bcrypt")]
pub(crate) mod bcrypt;
#[cfg(feature = "pbkdf2")]
mod pbkdf2;
#[cfg(feature = "scrypt")]
mod scrypt;

pub(crate) use argon2::Argon2;
#[cfg(feature = "bcrypt")]
pub(crate) use bcrypt::Bcrypt;
#[cfg(feature = "pbkdf2")]
use pbkdf2::Pbkdf2;
#[cfg(feature = "scrypt")]
use scrypt::Scrypt;

use crate::{error::HasherError, parameters::InvalidParameters, work::Work};
use ::argon2::Block;
use password_hash::phc::{ParamsString, PasswordHash};
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Argon2(Argon2),
    #[cfg(feature = "scrypt")]
    Scrypt(Scrypt),
    #[cfg(feature = "pbkdf2")]
    Pbkdf2(Pbkdf2),
    #[cfg(feature = "bcrypt")]
    Bcrypt(Bcrypt),
}

/// Evaluates the same expression for every algorithm.
macro_rules! each {
    ($algorithm:expr, $set:ident => $value:expr) => {
        match $algorithm {
            Algorithm::Argon2($set) => $value,
            #[cfg(feature = "scrypt")]
            Algorithm::Scrypt($set) => $value,
            #[cfg(feature = "pbkdf2")]
            Algorithm::Pbkdf2($set) => $value,
            #[cfg(feature = "bcrypt")]
            Algorithm::Bcrypt($set) => $value,
        }
    };
}

impl Algorithm {
    pub(crate) fn of_phc(hash: &PasswordHash) -> Result<Self, InvalidParameters> {
        match hash.algorithm.as_str() {
            "argon2d" | "argon2i" | "argon2id" => Argon2::of_phc(hash).map(Self::Argon2),
            #[cfg(feature = "scrypt")]
            "scrypt" => Scrypt::of_phc(hash).map(Self::Scrypt),
            #[cfg(not(feature = "scrypt"))]
            "scrypt" => Err(InvalidParameters::NotBuilt("scrypt")),
            #[cfg(feature = "pbkdf2")]
            "pbkdf2-sha256" | "pbkdf2-sha512" => Pbkdf2::of_phc(hash).map(Self::Pbkdf2),
            #[cfg(not(feature = "pbkdf2"))]
            "pbkdf2-sha256" | "pbkdf2-sha512" => Err(InvalidParameters::NotBuilt("pbkdf2")),
            _ => Err(InvalidParameters::Algorithm),
        }
    }

    /// Reads parameters of bcrypt, which are not a PHC string. Returns `None` for other algorithms.
    #[cfg(feature = "bcrypt")]
    pub(crate) fn of_bcrypt(text: &str) -> Option<Result<Self, InvalidParameters>> {
        Some(Bcrypt::of_text(bcrypt_parameters(text)?).map(Self::Bcrypt))
    }

    /// Reads parameters of bcrypt, which are not a PHC string. Returns `None` for other algorithms.
    #[cfg(not(feature = "bcrypt"))]
    pub(crate) fn of_bcrypt(text: &str) -> Option<Result<Self, InvalidParameters>> {
        bcrypt_parameters(text).map(|_| Err(InvalidParameters::NotBuilt("bcrypt")))
    }

    pub(crate) fn longest_password(self) -> usize {
        match self {
            #[cfg(feature = "bcrypt")]
            Self::Bcrypt(_) => bcrypt::LONGEST_PASSWORD,
            _ => usize::MAX,
        }
    }

    pub(crate) fn takes_output_of(self, bytes: usize) -> bool {
        match self {
            // A second block of output would be twice the work.
            #[cfg(feature = "pbkdf2")]
            Self::Pbkdf2(set) => bytes <= set.block_of_output(),
            #[cfg(feature = "bcrypt")]
            Self::Bcrypt(_) => bytes == bcrypt::HASH_LENGTH,
            _ => bytes <= password_hash::phc::Output::MAX_LENGTH,
        }
    }

    pub(crate) fn work(self) -> Work {
        each!(self, set => set.work())
    }

    pub(crate) fn padding(self, missing: u32) -> Vec<Self> {
        match self {
            // The padding is the same set, `missing` times.
            Self::Argon2(_) => vec![self; usize::try_from(missing).unwrap_or(0)],
            #[cfg(feature = "scrypt")]
            Self::Scrypt(set) => set.padding(missing).into_iter().map(Self::Scrypt).collect(),
            #[cfg(feature = "pbkdf2")]
            Self::Pbkdf2(set) => set.padding(missing).into_iter().map(Self::Pbkdf2).collect(),
            #[cfg(feature = "bcrypt")]
            Self::Bcrypt(set) => set.padding(missing).into_iter().map(Self::Bcrypt).collect(),
        }
    }

    pub(crate) fn compute(
        self,
        password: &[u8],
        salt: &[u8],
        output: &mut [u8],
        blocks: &mut [Block],
    ) -> Result<Work, HasherError> {
        match self {
            Self::Argon2(set) => set.compute(password, salt, output, blocks),
            #[cfg(feature = "scrypt")]
            Self::Scrypt(set) => set.compute(password, salt, output),
            #[cfg(feature = "pbkdf2")]
            Self::Pbkdf2(set) => Ok(set.compute(password, salt, output)),
            #[cfg(feature = "bcrypt")]
            Self::Bcrypt(set) => set.compute(password, salt, output),
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        each!(self, set => set.fmt(f))
    }
}

/// The rest of the text after `$2b$`, or `None` if it does not begin so.
fn bcrypt_parameters(text: &str) -> Option<&str> {
    ["$2a$", "$2b$", "$2y$"].into_iter().find_map(|version| text.strip_prefix(version))
}

/// A parameter of a PHC string, within its bounds.
fn number(
    algorithm: &'static str,
    parameters: &ParamsString,
    name: &'static str,
    (least, most): (u32, u32),
) -> Result<u32, InvalidParameters> {
    let given = parameters.get_decimal(name);
    let within = given.filter(|number| (least..=most).contains(number));
    within.ok_or(InvalidParameters::Number { algorithm, name, least, most, given })
}

/// Requires that there is no other parameter.
fn only(
    algorithm: &'static str,
    parameters: &ParamsString,
    known: &[&str],
    told: &'static str,
) -> Result<(), InvalidParameters> {
    match parameters.iter().all(|(name, _)| known.contains(&name.as_str())) {
        true => Ok(()),
        false => Err(InvalidParameters::Unknown { algorithm, known: told }),
    }
}

/// Requires that the parameters cost no more than this.
fn at_most(
    algorithm: &'static str,
    what: &'static str,
    most: u64,
    given: u64,
) -> Result<(), InvalidParameters> {
    match given <= most {
        true => Ok(()),
        false => Err(InvalidParameters::TooDear { algorithm, what, most, given }),
    }
}
