//! The numbering plan of a tenant, which completes a national number to an international one.

use crate::spelling::{is_number, number};
use alloc::{boxed::Box, string::String};
use serde::{Deserialize, Serialize};

/// The way in which the people of a tenant write national numbers. The plan completes a number that a client **typed**. A stored number is a
/// full one (ITU-T E.164), and is never completed.
///
/// The plan belongs to the tenant and not to an application, so that one text is one number in all applications.
///
/// ```
/// use authflow::contact::NumberingPlan;
///
/// let germany = NumberingPlan::new(49).unwrap().with_trunk_prefix("0").unwrap();
/// assert_eq!(germany.calling_code(), 49);
/// assert!(NumberingPlan::new(0).is_err() && NumberingPlan::new(1000).is_err());
/// assert_eq!(
///     serde_json::to_string(&germany).unwrap(),
///     r#"{"calling_code":49,"trunk_prefix":"0"}"#
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub struct NumberingPlan {
    calling_code: u16,
    trunk_prefix: Option<Box<str>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    calling_code: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trunk_prefix: Option<Box<str>>,
}

impl NumberingPlan {
    const MOST_OF_PREFIX: usize = 4;

    /// A plan of this calling code (1 to 999), such as 86 for China. National numbers are taken as they are, and no prefix is cut off.
    ///
    /// # Errors
    /// When it is no calling code.
    pub fn new(calling_code: u16) -> Result<Self, NumberingPlanError> {
        if (1..=999).contains(&calling_code) {
            Ok(Self { calling_code, trunk_prefix: None })
        } else {
            Err(NumberingPlanError::CallingCode(calling_code))
        }
    }

    /// The same plan with a prefix (1 to 4 digits, such as `0` in Germany) that is dialled before a national number and does not belong to it.
    /// Not every country has one: the nought before an Italian number belongs to the number.
    ///
    /// # Errors
    /// When the text is no such prefix.
    pub fn with_trunk_prefix(self, prefix: &str) -> Result<Self, NumberingPlanError> {
        let is_short = (1..=Self::MOST_OF_PREFIX).contains(&prefix.len());
        if is_short && prefix.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self { trunk_prefix: Some(prefix.into()), ..self })
        } else {
            Err(NumberingPlanError::TrunkPrefix(prefix.chars().take(8).collect()))
        }
    }

    /// The calling code.
    pub fn calling_code(&self) -> u16 {
        self.calling_code
    }

    /// The national texts that are completed to a full number: its significant number, and that number behind the trunk prefix.
    pub(crate) fn nationals(&self, full: &str) -> [Option<String>; 2] {
        let code = alloc::format!("+{}", self.calling_code);
        let significant = full.strip_prefix(&*code);
        let leads = |national: String| {
            let is_typed_so = number(&national).as_ref() == Some(&national) && is_number(&national);
            Some(national).filter(|national| is_typed_so && self.complete(national) == full)
        };
        let dialled = significant.zip(self.trunk_prefix.as_deref());
        [
            significant.map(String::from).and_then(leads),
            dialled.map(|(significant, prefix)| [prefix, significant].concat()).and_then(leads),
        ]
    }

    /// The full number of a national one, in digits.
    pub(super) fn complete(&self, national: &str) -> String {
        let trunk = self.trunk_prefix.as_deref();
        let significant = trunk.and_then(|prefix| national.strip_prefix(prefix)).unwrap_or(national);
        alloc::format!("+{}{significant}", self.calling_code)
    }
}

/// Why something is no numbering plan.
///
/// ```
/// use authflow::contact::{NumberingPlan, NumberingPlanError};
///
/// let refused = NumberingPlan::new(0).unwrap_err();
/// assert_eq!(refused, NumberingPlanError::CallingCode(0));
/// let refused = NumberingPlan::new(49)?.with_trunk_prefix("(0)").unwrap_err();
/// assert_eq!(refused.to_string(), r#"a trunk prefix must be 1 to 4 digits, not "(0)""#);
/// # Ok::<(), NumberingPlanError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberingPlanError {
    /// The calling code is not 1 to 999.
    #[error("a calling code must be 1 to 999, not {0}")]
    CallingCode(u16),
    /// The trunk prefix is not 1 to 4 digits. The error has at most 8 characters of it.
    #[error("a trunk prefix must be 1 to 4 digits, not {0:?}")]
    TrunkPrefix(Box<str>),
}

impl TryFrom<Fields> for NumberingPlan {
    type Error = NumberingPlanError;

    fn try_from(Fields { calling_code, trunk_prefix }: Fields) -> Result<Self, NumberingPlanError> {
        let plan = Self::new(calling_code)?;
        match trunk_prefix {
            Some(prefix) => plan.with_trunk_prefix(&prefix),
            None => Ok(plan),
        }
    }
}

impl From<NumberingPlan> for Fields {
    fn from(NumberingPlan { calling_code, trunk_prefix }: NumberingPlan) -> Self {
        Self { calling_code, trunk_prefix }
    }
}
