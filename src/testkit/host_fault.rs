//! Faults of a host.

/// A fault of a host, or a write of somebody else that comes first.
///
/// A question is named by its [`NAME`](crate::step::Question::NAME). If it goes unanswered, the reply is "system busy". If only the answer is lost,
/// the writes stay.
///
/// ```
/// use authflow::testkit::{HostFault, World};
///
/// let mut world = World::new();
/// let warned = world.login("erin");
///
/// // The database commits the skip, and the connection breaks before it can say so.
/// world.host.fault = Some(HostFault::AnswerLost("Commit"));
/// assert_eq!(world.skip(warned.state_token()).status, 500);
/// world.host.fault = None;
/// assert_eq!(world.skip(warned.state_token()).status, 400, "the state token is spent");
/// assert_eq!(world.account("erin").password.as_ref().unwrap().skips_used, 1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostFault {
    /// The host cannot answer, and has done nothing.
    Unavailable(&'static str),
    /// The host has done what it was asked, and the answer was lost. For example, a connection broke after the database had committed.
    AnswerLost(&'static str),
    /// Another request with the same token was committed a moment before. Nothing is written.
    Replayed,
    /// Somebody has changed the account between the check and the write. Nothing is written.
    Changed,
}

impl HostFault {
    /// The question that goes unanswered.
    pub(super) fn question(self) -> Option<&'static str> {
        match self {
            Self::Unavailable(question) | Self::AnswerLost(question) => Some(question),
            Self::Replayed | Self::Changed => None,
        }
    }
}

/// A question was not answered: a [`HostFault`] was planned for it, or two accounts have the name that was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no answer: a fault was planned, or the name is two accounts'")]
pub struct Planned;
