//! The reasons to refuse a new password, as far as the family has words for them.

use crate::{
    device::Language,
    outcome::NewPasswordRefusal,
    password::{PasswordRefusal, RuleViolation},
};

/// A fault of a new password, as far as the family distinguishes faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PasswordFlaw {
    /// It has too few or too many characters.
    Length,
    /// It lacks a class of characters, or has one that it must not have: [`lacking`] says which.
    Plain,
    /// It is, or contains, words that its owner is known by.
    Identity,
    /// Its owner has it now, or had it before.
    Used,
    /// Attackers know it.
    Weak,
    /// A fault that the family has no word for.
    Unsaid,
}

impl PasswordFlaw {
    pub(super) const fn of(reason: NewPasswordRefusal) -> Self {
        match reason {
            NewPasswordRefusal::Rule(violation) => match violation {
                RuleViolation::TooShort | RuleViolation::TooLong => Self::Length,
                RuleViolation::ControlCharacter
                | RuleViolation::UnknownCharacter
                | RuleViolation::NoLowerCase
                | RuleViolation::NoUpperCase
                | RuleViolation::NoDigit
                | RuleViolation::NoSymbol => Self::Plain,
                RuleViolation::UserName => Self::Identity,
                RuleViolation::OldPassword => Self::Used,
            },
            NewPasswordRefusal::Host(refusal) => match refusal {
                PasswordRefusal::Reused => Self::Used,
                PasswordRefusal::Personal => Self::Identity,
                PasswordRefusal::Breached | PasswordRefusal::Expected => Self::Weak,
                PasswordRefusal::NotOffered => Self::Unsaid,
            },
            NewPasswordRefusal::BreachedProof => Self::Unsaid,
        }
    }
}

/// The demand of the broken rule, which fills the placeholder in the message of a [`PasswordFlaw::Plain`]. The texts are ours.
pub(super) const fn lacking(reason: NewPasswordRefusal, language: Language) -> &'static str {
    let NewPasswordRefusal::Rule(violation) = reason else { return "" };
    let (en, zh) = match violation {
        RuleViolation::NoLowerCase => ("it must have a lower-case letter", "须包含小写字母"),
        RuleViolation::NoUpperCase => ("it must have an upper-case letter", "须包含大写字母"),
        RuleViolation::NoDigit => ("it must have a digit", "须包含数字"),
        RuleViolation::NoSymbol => ("it must have a symbol", "须包含特殊字符"),
        RuleViolation::UnknownCharacter => ("it must have no characters beyond ASCII", "只能包含ASCII字符"),
        RuleViolation::ControlCharacter => ("it must not have a control character", "不能包含控制字符"),
        RuleViolation::TooShort
        | RuleViolation::TooLong
        | RuleViolation::UserName
        | RuleViolation::OldPassword => return "",
    };
    match language {
        Language::En => en,
        Language::Zh => zh,
    }
}
