//! Guesses: what one is, where it is counted, and what locks.
//!
//! A guess at a password or code is counted before it is judged, so that a thousand guesses sent at once are a thousand counted
//! guesses. It is counted in an [`AttemptSlot`]: one for each factor of an account, whichever login, application or code it is about.
//! The host keeps an [`AttemptRecord`] for each slot; how many guesses there are, says an [`AttemptPolicy`].
//!
//! [`ReserveAttempt`] counts one and says whether there was one left. What was right is settled with [`SettleAttempt`] and forgotten with all
//! earlier ones; what nobody could judge is given back the same way. What was wrong stays counted.

mod policy;
mod record;
mod reserve;
mod settle;
mod slot;

pub use policy::{AttemptError, AttemptPolicy};
pub use record::{Attempt, AttemptRecord, InvalidAttemptRecord, Receipt, Settlement};
pub use reserve::{Reservation, ReserveAttempt};
pub use settle::SettleAttempt;
pub use slot::AttemptSlot;

pub(crate) use slot::TypedName;
