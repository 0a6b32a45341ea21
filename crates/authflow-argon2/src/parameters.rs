//! The parameters of verifiers.

use crate::{
    algorithm::{Algorithm, Argon2},
    error::HasherError,
    work::{Shape, Work},
};
use argon2::Block;
use password_hash::phc::PasswordHash;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// An algorithm and its parameters, written like the beginning of their verifiers.
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
/// | `$2a$…`, `$2b$…`, `$2y$…`: treated alike, because they differ only in faults that this implementation never had | cost: 4 to 15 | `bcrypt` |
///
/// The bounds keep one verification below about two seconds and 256 MiB. There is no lower bound, because you decide how weak an accepted verifier
/// may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ParameterSet(Algorithm);

/// Why a text is not a [`ParameterSet`]. The error quotes at most a number of the text.
///
/// ```
/// use authflow_argon2::{InvalidParameters, ParameterSet};
///
/// let refused = "$argon2id$v=19$m=65536,t=3,p=99".parse::<ParameterSet>().unwrap_err();
/// assert!(matches!(refused, InvalidParameters::Number { name: "p", given: Some(99), .. }));
/// assert_eq!(refused.to_string(), "p of argon2 must be 1 to 16, and is 99");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidParameters {
    /// The text begins with no known algorithm.
    #[error(
        "parameters must begin with $argon2id$, $argon2i$, $argon2d$, $scrypt$, $pbkdf2-sha256$, $pbkdf2-sha512$, $2a$, $2b$ or $2y$"
    )]
    Algorithm,
    /// The algorithm is not built in.
    #[error("{0} must be turned on: it is a feature of authflow-argon2")]
    NotBuilt(&'static str),
    /// Something follows the parameters.
    #[error("parameters must end where the salt of a verifier begins")]
    NotParametersAlone,
    /// The algorithm does not have this version.
    #[error("the version of {0} must be 16 or 19")]
    Version(&'static str),
    /// A parameter is missing, is not a number, or is out of its bounds.
    #[error("{name} of {algorithm} must be {least} to {most}, and is {}", given.map_or("no such number".to_owned(), |it| it.to_string()))]
    Number {
        /// The algorithm.
        algorithm: &'static str,
        /// The name of the parameter in a verifier.
        name: &'static str,
        /// The least allowed value.
        least: u32,
        /// The greatest allowed value.
        most: u32,
        /// The value that was given.
        given: Option<u32>,
    },
    /// The parameters together cost too much.
    #[error("{what} of {algorithm} must be at most {most}, and is {given}")]
    TooDear {
        /// The algorithm.
        algorithm: &'static str,
        /// The cost that is too high.
        what: &'static str,
        /// The greatest allowed cost.
        most: u64,
        /// The cost of the given parameters.
        given: u64,
    },
    /// There is an unknown parameter, which would change the computation.
    #[error("parameters of {algorithm} must be {known}, and there is another one")]
    Unknown {
        /// The algorithm.
        algorithm: &'static str,
        /// The known parameters.
        known: &'static str,
    },
    /// New verifiers must cost as much as OWASP's minimum.
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

    /// The number of bytes of a password that the algorithm reads.
    pub(crate) fn longest_password(self) -> usize {
        self.0.longest_password()
    }

    /// Whether a hash of this set may have this many bytes.
    pub(crate) fn takes_output_of(self, bytes: usize) -> bool {
        self.0.takes_output_of(bytes)
    }

    pub(crate) fn work(self) -> Work {
        self.0.work()
    }

    pub(crate) fn shape(self) -> Shape {
        self.work().shape
    }

    /// The padding for a set of the same shape that does `missing` less work than this one: the computations that make both do the same work.
    pub(crate) fn padding(self, missing: u32) -> Vec<Self> {
        self.0.padding(missing).into_iter().map(Self).collect()
    }

    /// Fills `output`, and returns the work that it took.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Argon2id;

    fn error(text: &str) -> String {
        text.parse::<ParameterSet>().err().unwrap().to_string()
    }

    #[test]
    fn a_set_is_spelt_as_its_verifiers_begin() {
        for text in
            ["$argon2id$v=19$m=19456,t=2,p=1", "$argon2i$v=16$m=8,t=1,p=1", "$argon2d$v=19$m=128,t=1,p=16"]
        {
            assert_eq!(text.parse::<ParameterSet>().unwrap().to_string(), text);
        }
        assert_eq!(
            "$argon2i$m=8,t=1,p=1".parse::<ParameterSet>().unwrap().to_string(),
            "$argon2i$v=16$m=8,t=1,p=1"
        );
        assert_eq!("$argon2i$p=1,t=1,m=8".parse::<ParameterSet>(), "$argon2i$v=16$m=8,t=1,p=1".parse());
        assert_eq!(ParameterSet::from(Argon2id::OWASP_MINIMUM).to_string(), "$argon2id$v=19$m=19456,t=2,p=1");
    }

    #[cfg(all(feature = "bcrypt", feature = "pbkdf2", feature = "scrypt"))]
    #[test]
    fn sets_of_other_algorithms_too() {
        for text in ["$scrypt$ln=17,r=8,p=1", "$pbkdf2-sha256$i=600000", "$pbkdf2-sha512$i=210000", "$2b$12"]
        {
            assert_eq!(text.parse::<ParameterSet>().unwrap().to_string(), text);
        }
        for text in ["$2a$12", "$2y$12"] {
            assert_eq!(text.parse::<ParameterSet>().unwrap().to_string(), "$2b$12", "{text}");
        }
        let length = "$pbkdf2-sha256$i=600000,l=32".parse::<ParameterSet>().unwrap();
        assert_eq!(length.to_string(), "$pbkdf2-sha256$i=600000");
    }

    #[test]
    fn what_could_cost_a_gigabyte_or_an_hour_is_no_set() {
        assert_eq!(
            error("$argon2id$v=19$m=262145,t=1,p=1"),
            "m of argon2 must be 8 to 262144, and is 262145"
        );
        assert_eq!(
            error("$argon2id$v=19$m=65536,t=17,p=1"),
            "m × t of argon2 must be at most 1048576, and is 1114112"
        );
        assert_eq!(error("$argon2id$v=19$m=15,t=1,p=2"), "m of argon2 must be 16 to 262144, and is 15");
        assert_eq!(error("$argon2id$v=19$m=1000,t=1,p=17"), "p of argon2 must be 1 to 16, and is 17");
        assert_eq!(error("$argon2id$v=19$m=1000,t=0,p=1"), "t of argon2 must be 1 to 4294967295, and is 0");
        assert_eq!(
            error("$argon2id$v=19$m=1000,p=1"),
            "t of argon2 must be 1 to 4294967295, and is no such number"
        );
        assert_eq!(error("$argon2id$v=18$m=1000,t=1,p=1"), "the version of argon2 must be 16 or 19");
        assert_eq!(
            error("$argon2id$v=19$m=8,t=1,p=1,data=YWJj"),
            "parameters of argon2 must be m, t and p, and there is another one"
        );
    }

    #[cfg(all(feature = "bcrypt", feature = "pbkdf2", feature = "scrypt"))]
    #[test]
    fn nor_is_it_in_another_algorithm() {
        assert_eq!(error("$scrypt$ln=22,r=1,p=1"), "ln of scrypt must be 1 to 21, and is 22");
        assert_eq!(
            error("$scrypt$ln=18,r=16,p=1"),
            "128 × 2^ln × r of scrypt must be at most 268435456, and is 536870912"
        );
        assert_eq!(
            error("$scrypt$ln=18,r=8,p=3"),
            "2^ln × r × p of scrypt must be at most 4194304, and is 6291456"
        );
        assert!("$scrypt$ln=18,r=8,p=2".parse::<ParameterSet>().is_ok());
        assert_eq!(error("$scrypt$ln=1,r=1,p=1048577"), "p of scrypt must be 1 to 1048576, and is 1048577");
        assert_eq!(error("$pbkdf2-sha256$i=4194305"), "i of pbkdf2 must be 1 to 4194304, and is 4194305");
        for (text, told) in
            [("$2b$16", "16"), ("$2b$03", "3"), ("$2b$1", "no such number"), ("$2y$+5", "no such number")]
        {
            assert_eq!(error(text), format!("cost of bcrypt must be 4 to 15, and is {told}"));
        }
    }

    #[test]
    fn a_whole_verifier_is_no_set_and_is_not_quoted() {
        let verifiers = [
            "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
            "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ",
        ];
        for text in verifiers {
            assert_eq!(error(text), "parameters must end where the salt of a verifier begins");
        }
        for text in ["", "hunter2", "$hunter2", "$1$hunter2", "$2x$12"] {
            let told = error(text);
            assert!(
                told.starts_with("parameters must begin with $argon2id$") && !told.contains("hunter2"),
                "{told}"
            );
        }
    }

    #[cfg(feature = "bcrypt")]
    #[test]
    fn nor_one_of_bcrypt() {
        let told = error("$2b$04$abcdefghijklmnopqrstuuIhSHOYW62MYzOCiBO1FrAHfyr5D9TxS");
        assert_eq!(told, "parameters must end where the salt of a verifier begins");
    }

    #[cfg(not(any(feature = "bcrypt", feature = "pbkdf2", feature = "scrypt")))]
    #[test]
    fn what_is_not_built_says_so() {
        assert_eq!(error("$2b$12"), "bcrypt must be turned on: it is a feature of authflow-argon2");
        assert_eq!(
            error("$scrypt$ln=17,r=8,p=1"),
            "scrypt must be turned on: it is a feature of authflow-argon2"
        );
        assert_eq!(
            error("$pbkdf2-sha256$i=1"),
            "pbkdf2 must be turned on: it is a feature of authflow-argon2"
        );
    }

    #[test]
    fn new_verifiers_are_no_weaker_than_owasps_minimum() {
        for owasps in ["m=47104,t=1", "m=19456,t=2", "m=12288,t=3", "m=9216,t=4", "m=7168,t=5"] {
            assert!(format!("$argon2id$v=19${owasps},p=1").parse::<Argon2id>().is_ok(), "{owasps}");
        }
        for weak in [
            "$argon2id$v=19$m=7167,t=9,p=1",
            "$argon2id$v=19$m=19456,t=1,p=1",
            "$argon2i$v=19$m=19456,t=2,p=1",
            "$argon2id$v=16$m=19456,t=2,p=1",
        ] {
            let told = weak.parse::<Argon2id>().err().unwrap().to_string();
            assert!(told.ends_with(&format!("and these are {weak}")), "{told}");
        }
        assert!(Argon2id::new(262_145, 1, 1).is_err() && Argon2id::new(19_456, 2, 0).is_err());
    }

    #[test]
    fn a_configuration_spells_them_alike() {
        let sets: Vec<ParameterSet> = serde_json::from_str(r#"["$argon2i$m=8,t=1,p=1"]"#).unwrap();
        assert_eq!(serde_json::to_string(&sets).unwrap(), r#"["$argon2i$v=16$m=8,t=1,p=1"]"#);
        let error = serde_json::from_str::<Argon2id>(r#""$argon2id$v=19$m=8,t=1,p=1""#).unwrap_err();
        assert!(error.to_string().contains("these are $argon2id$v=19$m=8,t=1,p=1"), "{error}");
    }
}
