//! Sessions: as the host keeps one, whether it still lives, and what ends it.
//!
//! A session ends by a write of [`EndSessions`]: at sign-out, when a retired token comes back, when a password is changed, or when the host ends
//! it ([`Engine::end_sessions`](crate::Engine::end_sessions)). It is over without a write when its time is up or it was not used for too long
//! ([`CheckSession::is_open`]), where the key that it is bound to its device under is no longer in the ring, and when its account is disabled or has another revision than the [`SessionRecord`].

mod check;
mod end;
mod find;
mod record;

pub use check::CheckSession;
pub use end::EndSessions;
pub use find::FindSession;
pub use record::SessionRecord;
