//! Passwords: as the host stores one, how it ages, what a new one must be like, and the two questions about them.
//!
//! ```text
//! set ──> Current ── the last days ──> Expiring ── its age ──> Expired ── changed ──> set anew
//!            │                             │                      ^
//!            │                             └─ its skips are spent ┤
//!            └─ marked: a reset, a breach, a first login ─────────┘
//! ```
//!
//! ```
//! use authflow::{
//!     password::Ageing,
//!     policy::Policy,
//!     testkit::{Call, World, demo},
//! };
//!
//! // Passwords last 90 days. For the last 14 the user is warned, and may skip once.
//! let mut world =
//!     World::with_policy(Policy { ageing: Some(Ageing::new(90, 14, 1)?), ..demo::policy() });
//! let warned = world.login("erin"); // hers is 85 days old
//! assert_eq!(warned.text("status"), "PASSWORD_WARN");
//! assert_eq!(world.skip(warned.state_token()).text("status"), "SUCCESS");
//!
//! let expired = world.login("erin");
//! assert_eq!(expired.text("status"), "PASSWORD_EXPIRED", "the skip is spent");
//! assert_eq!(world.skip(expired.state_token()).status, 400);
//! let changed = world.update(expired.state_token(), demo::PASSWORD, "Battery-Staple-8");
//! assert_eq!(changed.text("status"), "SUCCESS");
//! assert_eq!(world.send(&Call::login("erin", "Battery-Staple-8")).text("status"), "SUCCESS");
//! # Ok::<(), authflow::password::AgeingError>(())
//! ```
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
