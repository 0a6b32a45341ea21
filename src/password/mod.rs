//! Passwords: how the host stores one, how it ages, what a new one must be like, and the two questions about them.
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
//! The host hashes passwords, and the library never sees how. A guess is counted ([`guess`](crate::guess)), then judged ([`VerifyPassword`]). A new
//! password follows the [`PasswordRules`] and is [judged](JudgePassword) by the host before it is stored
//! ([`StorePassword`](crate::step::Write::StorePassword)). That write raises the account's revision and ends sessions.
//!
//! **A verifier with old parameters** is renewed while the password is at hand. The host answers [`MatchesOutdated`](PasswordMatch::MatchesOutdated),
//! and the commit of that step carries [`Rehash`](crate::step::Write::Rehash). The rehash goes with every step that proves the password and does not
//! change it, which is a sign-in. A sign-in that ends as a pending login has nothing else to write, so it commits the rehash alone. Otherwise an
//! account whose logins are never finished would keep the old parameters. A step that changes the password hashes the new one, and no rehash goes
//! with it. No rehash goes with a denial either, because a denial writes only what it uses up. The verifier is still old the next time. If a rehash
//! cannot be written, the sign-in is not answered, as with every other write.

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
