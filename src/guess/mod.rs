//! Guesses: how they are counted, and when they lock an account's factor.
//!
//! ```text
//! ──> asked ─┬─ too many were wrong ─────> Locked
//!            ├─ too many are in flight ──> Contended
//!            └─ counted, before it is judged ──> InFlight
//!                                                   │
//!         given back, or cleared by a success       │    judged wrong, or untold for 30 s
//!                       (gone) <────────────────────┴────────────────────────────> Wrong
//!                          ^                                                         │
//!                          └───────────────── cleared by a success ──────────────────┘
//! ```
//!
//! ```
//! use authflow::testkit::{Call, World};
//!
//! let mut world = World::new();
//! let (right, wrong) =
//!     (Call::login("alice", "Correct-Horse-7"), Call::login("alice", "a guess"));
//! for _ in 0..4 {
//!     assert_eq!(world.send(&wrong).status, 400);
//! }
//! assert_eq!(
//!     world.send(&right).status,
//!     200,
//!     "there was a fifth guess, and its success clears the count"
//! );
//!
//! for _ in 0..5 {
//!     world.send(&wrong);
//! }
//! let locked = world.send(&right);
//! assert_eq!(locked.parts(), world.send(&wrong).parts(), "a lock reads as a wrong password");
//! world.clock.pass(300);
//! assert_eq!(world.send(&right).status, 200);
//! ```
//!
//! A guess at a password or code is counted before it is judged, so that a thousand guesses sent at once are a thousand counted guesses.
//! It is counted in an [`AttemptSlot`]. Each factor of an account has one slot for all logins, applications and codes. The host keeps an
//! [`AttemptRecord`] for each slot. An [`AttemptPolicy`] says how many guesses are allowed.
//!
//! [`ReserveAttempt`] counts a guess and says whether there was one left. A right guess clears the count with [`ClearGuesses`], **in the
//! commit of the step that it proves**, so that a step whose commit is refused clears nothing. A wrong guess is reported with
//! [`SettleAttempt`] and stays counted. A guess is given back with the same question if it was not judged wrong and its request ended
//! without effect.

mod clear;
mod form;
mod policy;
mod record;
mod reserve;
mod settle;
mod slot;
mod tag;

pub use clear::ClearGuesses;
pub use form::InvalidAttemptRecord;
pub use policy::{AttemptError, AttemptPolicy};
pub use record::{Attempt, AttemptRecord, Receipt};
pub use reserve::{Reservation, ReserveAttempt};
pub use settle::SettleAttempt;
pub use slot::AttemptSlot;

pub(crate) use record::Settlement;
pub(crate) use slot::{Aim, TypedName};
pub(crate) use tag::GuessTag;
