//! What a host does wrong.

/// What a host does wrong, and at which question: by [name](crate::step::Question::NAME).
///
/// The reply is "system busy" in either case. What was written before, and lost only the answer, stays written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostFault {
    /// It cannot answer, and has done nothing.
    Unavailable(&'static str),
    /// It has done what it was asked, and the answer got lost: a connection broke after the database had committed.
    AnswerLost(&'static str),
}

impl HostFault {
    pub(super) fn question(self) -> &'static str {
        match self {
            Self::Unavailable(question) | Self::AnswerLost(question) => question,
        }
    }
}

/// A question was not answered: a [`HostFault`] was planned for it, or what was typed is a name of two accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no answer: a fault was planned, or the name is two accounts'")]
pub struct Planned;
