//! The words that a host's database keeps: one for each variant, the same as in JSON.

use alloc::boxed::Box;
use core::fmt;

/// A word from a database or a configuration that is none of the known words.
///
/// The error prints the word that was given, at most 64 characters of it.
///
/// ```
/// use authflow::{UnknownWord, account::AccountStatus};
///
/// // A column that somebody else writes.
/// let refused: UnknownWord = "Active".parse::<AccountStatus>().unwrap_err();
/// assert_eq!(
///     refused.to_string(),
///     r#"the status of an account must be "active" or "locked" or "disabled", not "Active""#
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} must be {}, not {given:?}", OneOf(known))]
pub struct UnknownWord {
    what: &'static str,
    known: &'static [&'static str],
    given: Box<str>,
}

impl UnknownWord {
    const MAX_CHARACTERS: usize = 64;

    pub(crate) fn new(what: &'static str, known: &'static [&'static str], given: &str) -> Self {
        Self { what, known, given: given.chars().take(Self::MAX_CHARACTERS).collect() }
    }
}

struct OneOf<'a>(&'a [&'a str]);

impl fmt::Display for OneOf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().enumerate().try_for_each(|(at, word)| {
            let separator = if at == 0 { "" } else { " or " };
            write!(f, "{separator}{word:?}")
        })
    }
}

/// Gives an enum `as_str` and `FromStr`, by these words. The words are a promise, so none is ever changed.
macro_rules! words {
    ($type:ident, $what:literal, { $($variant:ident => $word:literal),+ $(,)? }) => {
        impl $type {
            /// The word for this value in a database: the same as in JSON, and the same in every later
            /// version.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }
        }

        impl core::str::FromStr for $type {
            type Err = $crate::UnknownWord;

            fn from_str(given: &str) -> Result<Self, Self::Err> {
                match given {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::UnknownWord::new($what, &[$($word),+], given)),
                }
            }
        }

        #[cfg(test)]
        impl $type {
            /// Every variant, with its word.
            pub(crate) const WORDS: &'static [(Self, &'static str)] = &[$((Self::$variant, $word)),+];
        }
    };
}

pub(crate) use words;

#[cfg(test)]
mod tests {
    use crate::{
        account::AccountStatus,
        code::CodePurpose,
        device::BindingKind,
        factor::{Factor, TotpAlgorithm},
        password::{MustChange, PasswordForm},
        token::Stage,
    };
    use alloc::string::ToString as _;
    use core::{fmt::Debug, str::FromStr};
    use serde::{Serialize, de::DeserializeOwned};

    /// Databases may hold these words already.
    fn are_kept<T>(words: &[(T, &str)], committed: &[&str])
    where
        T: Copy + Debug + PartialEq + Serialize + DeserializeOwned + FromStr<Err = crate::UnknownWord>,
    {
        let spelt: alloc::vec::Vec<_> = words.iter().map(|(_, word)| *word).collect();
        assert_eq!(spelt, committed);
        for (value, word) in words {
            assert_eq!(word.parse::<T>(), Ok(*value));
            assert_eq!(serde_json::to_value(value).unwrap(), *word);
            assert_eq!(serde_json::from_value::<T>((*word).into()).unwrap(), *value);
            for other in [word.to_uppercase(), alloc::format!("{word} "), alloc::string::String::new()] {
                assert!(other.parse::<T>().is_err(), "{other:?}");
            }
        }
    }

    #[test]
    fn the_words_of_a_database_are_those_of_json_and_stay_what_they_are() {
        are_kept(Factor::WORDS, &["password", "sms", "email", "totp", "federated"]);
        are_kept(PasswordForm::WORDS, &["as_typed", "canonical"]);
        are_kept(MustChange::WORDS, &["administrator_reset", "breached", "first_login"]);
        are_kept(AccountStatus::WORDS, &["active", "locked", "disabled"]);
        are_kept(Stage::WORDS, &["factor_required", "password_expiring", "password_expired"]);
        are_kept(
            CodePurpose::WORDS,
            &[
                "sign_in",
                "second_factor",
                "change_password",
                "forgotten_password",
                "update_password",
                "update_contact",
                "register",
                "link_identity",
            ],
        );
        assert!(CodePurpose::ALL.iter().eq(CodePurpose::WORDS.iter().map(|(purpose, _)| purpose)));
        are_kept(TotpAlgorithm::WORDS, &["sha1", "sha256", "sha512"]);
        are_kept(BindingKind::WORDS, &["fingerprint", "cookie", "unbound", "key_thumbprint"]);
        for (factor, word) in Factor::WORDS {
            assert_eq!(factor.as_str(), *word);
        }
    }

    #[test]
    fn an_unknown_word_is_told_with_those_that_there_are_and_in_bounds() {
        let error = "enabled".parse::<AccountStatus>().unwrap_err();
        let text = r#"the status of an account must be "active" or "locked" or "disabled", not "enabled""#;
        assert_eq!(error.to_string(), text);
        assert!("x".repeat(10_000).parse::<Factor>().unwrap_err().to_string().len() < 150);
    }
}
