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

/// A question that a [`HostFault`] was planned for was not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a fault was planned for this question")]
pub struct Planned;
