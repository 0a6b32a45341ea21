//! Sessions: how the host keeps one, whether it still lives, and what ends it.
//!
//! ```text
//!                  ┌── used, refreshed, rotated ──┐
//!                  v                              │
//! OpenSession ──> Open ───────────────────────────┘
//!                  │
//!                  ├── sign-out, a changed password, a retired token, the host ──────────> Ended
//!                  └── its time, its idle limit, the account changed, its key retired ──> Over
//! ```
//!
//! ```
//! use authflow::{Lifetime, policy::{Lifetimes, Policy}, testkit::{Call, World, demo}};
//!
//! // A session lives for 12 hours, but only for half an hour unused.
//! let lifetimes = Lifetimes::default().with_session_idle(Lifetime::of::<1_800>())?;
//! let mut world = World::with_policy(Policy { lifetimes, ..demo::policy() });
//! let signed_in = world.login("alice");
//!
//! world.clock.pass(1_700);
//! let refreshed = world.send(&Call::refresh(signed_in.session_token()));
//! assert_eq!(refreshed.status, 200);
//! world.clock.pass(1_700);
//! assert_eq!(world.check_exist(refreshed.id_token()).status, 200, "it was used meanwhile");
//!
//! world.send(&Call::sign_out(signed_in.session_token()));
//! assert_eq!(world.check_exist(refreshed.id_token()).status, 400);
//! # Ok::<(), authflow::policy::LifetimesError>(())
//! ```
//!
//! A session ends by a write of [`EndSessions`]: at sign-out, when a retired token comes back, when a password is changed, or when the host ends it
//! ([`Engine::end_sessions`](crate::Engine::end_sessions)). It is over without a write when its time is up or it was unused for too long
//! ([`CheckSession::is_open`]). It is also over when the key that binds it to its device is no longer in the ring, and when its account is disabled
//! or has another revision than the [`SessionRecord`].

mod check;
mod end;
mod find;
mod record;

pub use check::CheckSession;
pub use end::EndSessions;
pub use find::FindSession;
pub use record::SessionRecord;
