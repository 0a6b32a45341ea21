//! The rules for a new password.

use crate::{Secret, account::UserName, spelling::canonical_password};
use alloc::{format, string::String};
use serde::{Deserialize, Serialize};

/// The rules for a new password: its length in characters, and the classes of characters that it must have.
///
/// NIST SP 800-63B-4 §3.1.1.2 demands at least 15 characters of a password that is the only factor, at least 8 of one
/// that is never used without another factor, and no rules of composition. It asks that 64 characters be allowed. The
/// default is 8 to 64 and no rules of composition, which is enough where a second factor is always required. Set
/// `min_length` to 15 elsewhere. Classes can be demanded, against that clause, where a contract or an older client
/// demands them.
///
/// ```
/// use authflow::{
///     Secret,
///     password::{PasswordRules, RuleViolation},
/// };
///
/// let rules = PasswordRules::new(15, 64)?;
/// assert_eq!(rules.judge("correct horse"), Err(RuleViolation::TooShort));
/// let canonical = rules.accept(&Secret::new("correct horse battery"), None, None)?; // hash this
/// assert_eq!(canonical.expose(), "correct horse battery");
/// assert_eq!(
///     rules.pattern(),
///     r"^(?:[^\x00-\x1F\x7F-\x9F\u2028\u2029\uD800-\uDFFF]|[\uD800-\uDBFF][\uDC00-\uDFFF]){15,64}$"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub struct PasswordRules {
    fields: Fields,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Fields {
    min_length: u16,
    max_length: u16,
    lower_case: bool,
    upper_case: bool,
    digit: bool,
    symbol: bool,
}

impl Default for Fields {
    fn default() -> Self {
        Self {
            min_length: 8,
            max_length: 64,
            lower_case: false,
            upper_case: false,
            digit: false,
            symbol: false,
        }
    }
}

impl PasswordRules {
    /// Rules of length alone: `min_length` (8 to 64) to `max_length` (at least `min_length`, at most 256) characters.
    ///
    /// # Errors
    /// When a length is out of bounds.
    pub fn new(min_length: u16, max_length: u16) -> Result<Self, PasswordRulesError> {
        Self::try_from(Fields { min_length, max_length, ..Fields::default() })
    }

    /// The fewest characters.
    pub fn min_length(&self) -> u16 {
        self.fields.min_length
    }

    /// The most characters.
    pub fn max_length(&self) -> u16 {
        self.fields.max_length
    }

    /// The same rules as a regular expression, for a client to check while the subject types.
    ///
    /// It counts characters as the rules do, even where a regular expression knows only units of UTF-16, as in JavaScript. A character beyond the
    /// Basic Multilingual Plane is two of those units. Java, ICU and .NET read the expression alike.
    ///
    /// ```
    /// use authflow::password::PasswordRules;
    ///
    /// let rules: PasswordRules =
    ///     serde_json::from_str(r#"{ "digit": true, "max_length": 18 }"#).unwrap();
    /// assert_eq!(
    ///     rules.pattern(),
    ///     r"^(?=.*[0-9])(?:[^\x00-\x1F\x7F-\x9F\u2028\u2029\uD800-\uDFFF]|[\uD800-\uDBFF][\uDC00-\uDFFF]){8,18}$"
    /// );
    /// ```
    pub fn pattern(&self) -> String {
        let Fields { min_length, max_length, lower_case, upper_case, digit, symbol } = self.fields;
        let classes = [
            (lower_case, "(?=.*[a-z])"),
            (upper_case, "(?=.*[A-Z])"),
            (digit, "(?=.*[0-9])"),
            (symbol, "(?=.*[^A-Za-z0-9])"),
        ];
        let demanded: String = classes.into_iter().filter_map(|(on, class)| on.then_some(class)).collect();
        format!("^{demanded}{CHARACTER}{{{min_length},{max_length}}}$")
    }
}

/// One character that is not [`is_foreign`]. In UTF-16 it is a pair, or one unit that is not half of a pair.
const CHARACTER: &str = r"(?:[^\x00-\x1F\x7F-\x9F\u2028\u2029\uD800-\uDFFF]|[\uD800-\uDBFF][\uDC00-\uDFFF])";

/// A character that nobody can type twice: a control character, or the end of a line or paragraph (RFC 8264 §4.3 allows none of them).
fn is_foreign(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}

impl PasswordRules {
    /// The one spelling of a new password, if it follows the rules and is neither the user name nor the old password. Its length is counted as it was
    /// typed, as a client counts it. The spelling that is stored must have at least `min_length` characters too.
    ///
    /// ```
    /// use authflow::{Secret, account::UserName, password::{PasswordRules, RuleViolation}};
    ///
    /// let (rules, erin) = (PasswordRules::default(), UserName::new("erin.smith").unwrap());
    /// let judge = |new| rules.accept(&Secret::new(new), Some(&erin), None).map(|_| ());
    /// assert_eq!(judge("correct horse"), Ok(()));
    /// assert_eq!(judge("short"), Err(RuleViolation::TooShort));
    /// assert_eq!(judge("Erin.Smith"), Err(RuleViolation::UserName));
    /// ```
    ///
    /// # Errors
    /// The first rule it breaks.
    pub fn accept(
        &self,
        new: &Secret,
        user_name: Option<&UserName>,
        old: Option<&Secret>,
    ) -> Result<Secret, RuleViolation> {
        self.judge(new.expose())?;
        let Ok(canonical) = canonical_password(new) else {
            return Err(RuleViolation::UnknownCharacter);
        };
        if canonical.expose().chars().count() < usize::from(self.fields.min_length) {
            return Err(RuleViolation::TooShort);
        }
        Self::compare(&canonical, user_name, old)?;
        Ok(canonical)
    }

    /// Checks that a new password, in its one spelling, differs from the user name and the old password.
    pub(crate) fn compare(
        canonical: &Secret,
        user_name: Option<&UserName>,
        old: Option<&Secret>,
    ) -> Result<(), RuleViolation> {
        let old = old.and_then(|old| canonical_password(old).ok());
        if UserName::new(canonical.expose()).is_ok_and(|typed| user_name == Some(&typed)) {
            Err(RuleViolation::UserName)
        } else if old.is_some_and(|old| old.expose() == canonical.expose()) {
            Err(RuleViolation::OldPassword)
        } else {
            Ok(())
        }
    }

    /// Checks that a text follows the rules that a client can check too. Exactly the texts that match the [`pattern`](Self::pattern) follow them.
    ///
    /// # Errors
    /// The first rule it breaks.
    pub fn judge(&self, new: &str) -> Result<(), RuleViolation> {
        let Fields { min_length, max_length, lower_case, upper_case, digit, symbol } = self.fields;
        let length = new.chars().count();
        let has = |class: fn(&char) -> bool| new.chars().any(|character| class(&character));
        let violations = [
            (length < usize::from(min_length), RuleViolation::TooShort),
            (length > usize::from(max_length), RuleViolation::TooLong),
            (new.chars().any(is_foreign), RuleViolation::ControlCharacter),
            (lower_case && !has(char::is_ascii_lowercase), RuleViolation::NoLowerCase),
            (upper_case && !has(char::is_ascii_uppercase), RuleViolation::NoUpperCase),
            (digit && !has(char::is_ascii_digit), RuleViolation::NoDigit),
            (symbol && !has(|character| !character.is_ascii_alphanumeric()), RuleViolation::NoSymbol),
        ];
        match violations.into_iter().find(|(violated, _)| *violated) {
            Some((_, violation)) => Err(violation),
            None => Ok(()),
        }
    }
}

/// A rule that a new password breaks.
///
/// ```
/// use authflow::password::{PasswordRules, RuleViolation};
///
/// let rules: PasswordRules = serde_json::from_str(r#"{ "min_length": 15, "digit": true }"#)?;
/// let violation = rules.judge("correct horse battery").unwrap_err();
/// assert_eq!(violation, RuleViolation::NoDigit);
/// assert_eq!(violation.to_string(), "a password must have a digit");
/// assert_eq!(rules.judge("correct horse 7").err(), None);
/// assert_eq!(rules.judge("correct 7"), Err(RuleViolation::TooShort));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum RuleViolation {
    /// It has too few characters.
    #[error("a password must have more characters")]
    TooShort,
    /// It has too many characters.
    #[error("a password must have fewer characters")]
    TooLong,
    /// It has a control character or the end of a line, which nobody can type twice.
    #[error("a password must not have control characters or ends of lines")]
    ControlCharacter,
    /// It has a character beyond ASCII, and this build lacks the feature `unicode`.
    #[error("a password must be ASCII: this build lacks the feature `unicode`")]
    UnknownCharacter,
    /// It has no lower-case letter (a–z).
    #[error("a password must have a lower-case letter (a-z)")]
    NoLowerCase,
    /// It has no upper-case letter (A–Z).
    #[error("a password must have an upper-case letter (A-Z)")]
    NoUpperCase,
    /// It has no digit.
    #[error("a password must have a digit")]
    NoDigit,
    /// It has nothing but ASCII letters and digits.
    #[error("a password must have something but ASCII letters and digits")]
    NoSymbol,
    /// It is the user name.
    #[error("a password must not be the user name")]
    UserName,
    /// It is the old password.
    #[error("a password must not be the old one")]
    OldPassword,
}

/// The reason why the host refuses a new password that follows the rules.
///
/// ```
/// use authflow::{
///     outcome::{Event, NewPasswordRefusal},
///     password::{JudgePassword, Judgement, PasswordRefusal},
///     testkit::{Call, World, demo},
/// };
///
/// let mut world = World::new();
/// let expired = world.login("victor");
/// let step = world.begin(&Call::update(expired.state_token(), demo::PASSWORD, "Battery-Staple-8"));
/// let ask = world.until::<JudgePassword>(step);
/// let breached = true; // yours: on a list
/// let answer = match breached {
///     true => Judgement::Refused(PasswordRefusal::Breached),
///     false => Judgement::Accepted,
/// };
/// assert_eq!(world.finish(ask.answer(answer)).status, 400);
///
/// let why = NewPasswordRefusal::Host(PasswordRefusal::Breached);
/// let told = |event: &Event| matches!(event, Event::NewPasswordRefused { reason, .. } if *reason == why);
/// assert!(world.outcome.unwrap().events.iter().any(told), "the log says why");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PasswordRefusal {
    /// The subject has used it before.
    Reused,
    /// It is known to attackers.
    Breached,
    /// It is made of words that its owner is known by.
    Personal,
    /// It is made of a name of the service, which an attacker expects here.
    Expected,
    /// This host changes no passwords.
    NotOffered,
}

/// A length that is out of bounds.
///
/// ```
/// use authflow::password::{PasswordRules, PasswordRulesError};
///
/// let refused = PasswordRules::new(15, 300).unwrap_err();
/// assert_eq!(refused, PasswordRulesError::MaxLength { max_length: 300, min_length: 15 });
/// assert_eq!(refused.to_string(), "max_length (300) must be at least min_length (15) and at most 256");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordRulesError {
    /// `min_length` is not 8 to 64.
    #[error("min_length must be 8 to 64, not {0}")]
    MinLength(u16),
    /// `max_length` is less than `min_length` or over 256.
    #[error("max_length ({max_length}) must be at least min_length ({min_length}) and at most 256")]
    MaxLength {
        /// The `max_length` that was given.
        max_length: u16,
        /// The `min_length` that was given.
        min_length: u16,
    },
}

impl TryFrom<Fields> for PasswordRules {
    type Error = PasswordRulesError;

    fn try_from(fields: Fields) -> Result<Self, PasswordRulesError> {
        if !(8..=64).contains(&fields.min_length) {
            Err(PasswordRulesError::MinLength(fields.min_length))
        } else if !(fields.min_length..=256).contains(&fields.max_length) {
            Err(PasswordRulesError::MaxLength {
                max_length: fields.max_length,
                min_length: fields.min_length,
            })
        } else {
            Ok(Self { fields })
        }
    }
}

impl From<PasswordRules> for Fields {
    fn from(rules: PasswordRules) -> Self {
        rules.fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds() {
        assert_eq!(PasswordRules::new(7, 64), Err(PasswordRulesError::MinLength(7)));
        assert_eq!(PasswordRules::new(65, 80), Err(PasswordRulesError::MinLength(65)));
        assert_eq!(
            PasswordRules::new(12, 11),
            Err(PasswordRulesError::MaxLength { max_length: 11, min_length: 12 })
        );
        assert_eq!(
            PasswordRules::new(12, 257),
            Err(PasswordRulesError::MaxLength { max_length: 257, min_length: 12 })
        );
        assert!(PasswordRules::new(64, 64).is_ok() && PasswordRules::new(8, 256).is_ok());
    }

    #[test]
    fn what_is_configured_is_what_is_read_back() {
        let rules = PasswordRules::new(15, 100).unwrap();
        assert_eq!((rules.min_length(), rules.max_length()), (15, 100));
        let mut written = serde_json::to_value(rules).unwrap();
        assert_eq!(serde_json::from_value::<PasswordRules>(written.clone()).unwrap(), rules);
        written["digit"] = true.into();
        let stricter = serde_json::from_value::<PasswordRules>(written.clone()).unwrap();
        assert_eq!(serde_json::to_value(stricter).unwrap(), written);
    }

    #[test]
    fn every_rule_is_judged_at_its_boundary() {
        let all = r#"{"lower_case":true,"upper_case":true,"digit":true,"symbol":true,"max_length":10}"#;
        let all: PasswordRules = serde_json::from_str(all).unwrap();
        for (new, expected) in [
            ("aB3-aB3-", Ok(())),
            ("aB3-aB3-aB", Ok(())),
            ("aB3-aB3", Err(RuleViolation::TooShort)),
            ("aB3-aB3-aB3", Err(RuleViolation::TooLong)),
            ("aB3-aB\u{7}3", Err(RuleViolation::ControlCharacter)),
            ("AB3-AB3-", Err(RuleViolation::NoLowerCase)),
            ("ab3-ab3-", Err(RuleViolation::NoUpperCase)),
            ("aBc-aBc-", Err(RuleViolation::NoDigit)),
            ("aB34aB34", Err(RuleViolation::NoSymbol)),
            ("aB3密码密码密", Ok(())),
            ("aB3密码密码", Err(RuleViolation::TooShort)),
            ("ERIN-smith1", Err(RuleViolation::TooLong)),
            ("ERIN-smit1", Err(RuleViolation::UserName)),
            ("oldPASS-1", Err(RuleViolation::OldPassword)),
            ("oldpASS-1", Ok(())),
        ] {
            let (name, old) = (UserName::new("Erin-Smit1").unwrap(), Secret::new("oldPASS-1"));
            let judged = all.accept(&Secret::new(new), Some(&name), Some(&old)).map(|_| ());
            assert_eq!(judged, expected, "{new}");
        }
    }

    #[test]
    fn a_user_name_is_recognised_in_any_case_and_only_whole() {
        let judge = |new, name| {
            let (new, name) = (Secret::new(new), UserName::new(name).unwrap());
            PasswordRules::default().accept(&new, Some(&name), None).map(|_| ())
        };
        assert_eq!(judge("ÄRGER-İN", "ärger-i\u{307}n"), Err(RuleViolation::UserName));
        assert_eq!(judge("erin.smith", "erin.smit"), Ok(()));
        assert_eq!(judge("erin.smit", "erin.smith"), Ok(()));
    }

    #[test]
    fn lengths_are_counted_as_typed_and_hold_for_what_is_stored() {
        let rules = PasswordRules::default();
        let accept =
            |new: &str| rules.accept(&Secret::new(new), None, None).map(|new| new.expose().chars().count());
        assert_eq!(accept(&"😀".repeat(8)).ok(), Some(8).filter(|_| cfg!(feature = "unicode")));
        assert_eq!(rules.judge(&"a\u{308}".repeat(4)), Ok(()), "eight characters, as a client counts them");
        if cfg!(feature = "unicode") {
            assert_eq!(
                accept(&"a\u{308}".repeat(4)),
                Err(RuleViolation::TooShort),
                "four, as they are stored"
            );
            assert_eq!(accept(&"a\u{308}".repeat(8)), Ok(8));
        } else {
            assert_eq!(accept("Pässwörter"), Err(RuleViolation::UnknownCharacter));
        }
    }

    #[cfg(feature = "unicode")]
    #[test]
    fn an_old_password_is_known_in_every_spelling() {
        let (old, new) = (Secret::new("P\u{e4}ssw\u{f6}rter"), Secret::new("Pa\u{308}sswo\u{308}rter"));
        let judged = PasswordRules::default().accept(&new, None, Some(&old)).map(|_| ());
        assert_eq!(judged, Err(RuleViolation::OldPassword));
    }

    #[test]
    fn the_pattern_demands_what_the_rules_demand() {
        let of_length = |least, most| format!("{CHARACTER}{{{least},{most}}}$");
        assert_eq!(PasswordRules::default().pattern(), format!("^{}", of_length(8, 64)));
        let all = r#"{"lower_case":true,"upper_case":true,"digit":true,"symbol":true}"#;
        let all: PasswordRules = serde_json::from_str(all).unwrap();
        let classes = "^(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])(?=.*[^A-Za-z0-9])";
        assert_eq!(all.pattern(), format!("{classes}{}", of_length(8, 64)));
    }
}
