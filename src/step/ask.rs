//! A question in progress.

use super::Step;
use alloc::boxed::Box;
use core::{fmt, ops::Deref};

/// Something that is asked of a host.
pub trait Question {
    /// What answers it.
    type Answer;
    /// Its name, for logs.
    const NAME: &'static str;
}

type Continuation<Q> = Box<dyn FnOnce(Q, Option<<Q as Question>::Answer>) -> Step + Send + Sync>;

/// A question in progress: the question (it dereferences to it), and what follows from the answer.
#[must_use = "an unanswered question ends the request without a reply"]
pub struct Ask<Q: Question> {
    question: Q,
    then: Continuation<Q>,
}

impl<Q: Question> Ask<Q> {
    pub(crate) fn new(
        question: Q,
        then: impl FnOnce(Q, Option<Q::Answer>) -> Step + Send + Sync + 'static,
    ) -> Self {
        Self { question, then: Box::new(then) }
    }

    /// Answers.
    pub fn answer(self, answer: Q::Answer) -> Step {
        (self.then)(self.question, Some(answer))
    }

    /// The host cannot tell: its store is down, say. The reply is "system busy", and nothing is spent that need not be.
    pub fn unavailable(self) -> Step {
        (self.then)(self.question, None)
    }

    /// Answers with what the host came back with; an error is [`unavailable`](Self::unavailable).
    pub fn resolve<E>(self, answer: Result<Q::Answer, E>) -> Step {
        (self.then)(self.question, answer.ok())
    }
}

impl<Q: Question> Deref for Ask<Q> {
    type Target = Q;

    fn deref(&self) -> &Q {
        &self.question
    }
}

impl<Q: Question + fmt::Debug> fmt::Debug for Ask<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Ask").field(&self.question).finish()
    }
}
