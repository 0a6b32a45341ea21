//! What a new password must be like.

use alloc::{format, string::String};
use serde::{Deserialize, Serialize};

/// What a new password must be like: its length in characters, and the classes of characters it must have.
///
/// NIST SP 800-63B-4 §3.1.1.2 asks for at least 8 characters, room for at least 64, and no rules of composition; that is
/// the default. Classes can be demanded where a contract or an older client does.
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
    /// ```
    /// use authflow::policy::PasswordRules;
    ///
    /// let rules: PasswordRules = serde_json::from_str(r#"{ "digit": true, "max_length": 18 }"#).unwrap();
    /// assert_eq!(rules.pattern(), r"^(?=.*[0-9]).{8,18}$");
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
        format!("^{demanded}.{{{min_length},{max_length}}}$")
    }
}

/// A length that is out of bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordRulesError {
    /// `min_length` is not 8 to 64.
    #[error("min_length is 8 to 64")]
    MinLength,
    /// `max_length` is less than `min_length` or over 256.
    #[error("max_length is at least min_length and at most 256")]
    MaxLength,
}

impl TryFrom<Fields> for PasswordRules {
    type Error = PasswordRulesError;

    fn try_from(fields: Fields) -> Result<Self, PasswordRulesError> {
        if !(8..=64).contains(&fields.min_length) {
            Err(PasswordRulesError::MinLength)
        } else if !(fields.min_length..=256).contains(&fields.max_length) {
            Err(PasswordRulesError::MaxLength)
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
        assert_eq!(PasswordRules::new(7, 64), Err(PasswordRulesError::MinLength));
        assert_eq!(PasswordRules::new(65, 80), Err(PasswordRulesError::MinLength));
        assert_eq!(PasswordRules::new(12, 11), Err(PasswordRulesError::MaxLength));
        assert_eq!(PasswordRules::new(12, 257), Err(PasswordRulesError::MaxLength));
        assert!(PasswordRules::new(64, 64).is_ok());
    }

    #[test]
    fn the_pattern_demands_what_the_rules_demand() {
        assert_eq!(PasswordRules::default().pattern(), "^.{8,64}$");
        let all = r#"{"lower_case":true,"upper_case":true,"digit":true,"symbol":true}"#;
        let all: PasswordRules = serde_json::from_str(all).unwrap();
        assert_eq!(all.pattern(), "^(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])(?=.*[^A-Za-z0-9]).{8,64}$");
    }
}
