//! Passwords: as the host stores one, how it ages, what a new one must be like, and the two questions about them.
//!
//! The host hashes; the library never sees how. A guess is counted ([`guess`](crate::guess)), then judged ([`VerifyPassword`]). A new one follows the
//! [`PasswordRules`] and is [judged](JudgePassword) by the host before it is stored
//! ([`StorePassword`](crate::step::Write::StorePassword)), which counts the account's revision up and ends sessions.
//!
//! **A verifier of old parameters** is renewed while the password is at hand: the host answers
//! [`MatchesOutdated`](PasswordMatch::MatchesOutdated), and the commit of that step carries [`Rehash`](crate::step::Write::Rehash). It goes with
//! every step that proved the password and leaves it as it is, which is a sign-in. One that ends pending has nothing else to write, and commits the
//! rehash alone: who never finishes a login would keep the old parameters otherwise. A step that changes the password hashes the new one,
//! and no rehash goes with it. Nor does one with a denial, which writes only what it uses up: it will be as old the next time. A rehash that
//! cannot be written is a sign-in that is not answered, as with every other write.

mod ageing;
mod judge;
mod permit;
mod rules;
mod stored;
mod verifier;
mod verify;

pub use ageing::{Age, Ageing, AgeingError};
pub use judge::{JudgePassword, Judgement};
pub use permit::Permit;
pub use rules::{PasswordRefusal, PasswordRules, PasswordRulesError, RuleViolation};
pub use stored::{MustChange, Password, PasswordForm};
pub use verifier::Verifier;
pub use verify::{PasswordMatch, VerifyPassword};
