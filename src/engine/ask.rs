//! A question to the host, and what a request carries while it waits for the answer.

use crate::step::{Ask, Question, Step};

/// The state that a request carries from a question to its answer.
pub(super) trait InProgress: Sized + Send + Sync + 'static {
    /// Ends the request if the host could not answer the question of this name.
    fn unanswered(self, question: &'static str) -> Step;

    /// Asks the host, and goes on with `then` if it answers. Every question of the engine is asked here.
    // As in `Ask::new`.
    #[inline(always)]
    fn ask<Q: Question>(
        self,
        question: Q,
        then: impl FnOnce(Self, &Q, Q::Answer) -> Step + Send + Sync + 'static,
    ) -> Step
    where
        Step: From<Ask<Q>>,
    {
        let ask = Ask::new(question, move |question: &Q, answer| match answer {
            Some(answer) => then(self, question, answer),
            None => self.unanswered(Q::NAME),
        });
        ask.into()
    }
}

/// The rest of an operation, which waits for a value.
pub(super) trait Then<T, A>: FnOnce(T, A) -> Step + Send + Sync + 'static {}

impl<T, A, F: FnOnce(T, A) -> Step + Send + Sync + 'static> Then<T, A> for F {}
