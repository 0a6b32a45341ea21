//! Passwords: as the host stores one, how it ages, what a new one must be like, and the two questions about them.

mod ageing;
mod judge;
mod rules;
mod stored;
mod verify;

pub use ageing::{Age, Ageing, AgeingError};
pub use judge::{JudgePassword, Judgement};
pub use rules::{PasswordRefusal, PasswordRules, PasswordRulesError, RuleViolation};
pub use stored::{MustChange, Password};
pub use verify::{PasswordMatch, VerifyPassword};
