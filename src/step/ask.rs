//! A question in progress.

use super::Step;
use alloc::boxed::Box;
use core::{fmt, ops::Deref};

/// A question that can be put to a host. It travels between threads and owns what it needs.
///
/// ```
/// use authflow::{
///     account::FindAccount,
///     step::{Ask, Question, Step},
///     testkit::{Call, World, demo},
/// };
///
/// /// A host that counts what it cannot answer, whichever question it is.
/// fn give_up<Q: Question>(ask: Ask<Q>, unanswered: &mut Vec<&'static str>) -> Step {
///     unanswered.push(Q::NAME);
///     ask.unavailable()
/// }
///
/// let (mut world, mut unanswered) = (World::new(), Vec::new());
/// let step = world.begin(&Call::login("alice", demo::PASSWORD));
/// let ask = world.until::<FindAccount>(step);
/// assert!(matches!(give_up(ask, &mut unanswered), Step::Done(_)));
/// assert_eq!(unanswered, ["FindAccount"]);
/// ```
pub trait Question: Send + Sync + 'static {
    /// The type of its answer.
    type Answer;
    /// Its name, for logs.
    const NAME: &'static str;
}

/// A question in progress: the question, to which it dereferences, and what follows from the answer.
///
/// Both are in one box, so that a [`Step`] is small. A step is moved with every question, through a host's loop too.
///
/// ```
/// use authflow::{
///     account::{Account, FindAccount},
///     step::{Ask, Step},
///     testkit::{Call, World, demo},
/// };
/// use std::io;
///
/// /// What a host does with each question: read it, find the answer, give it back.
/// fn find(
///     ask: Ask<FindAccount>,
///     database: impl Fn(&FindAccount) -> io::Result<Option<Account>>,
/// ) -> Step {
///     let found = database(&ask); // it dereferences to the question
///     ask.resolve(found) // an error is "system busy"
/// }
///
/// let mut world = World::new();
/// let step = world.begin(&Call::login("alice", demo::PASSWORD));
/// let ask = world.until::<FindAccount>(step);
/// let step = find(ask, |_| Err(io::Error::other("no connection")));
/// assert_eq!(world.finish(step).status, 500);
/// ```
#[must_use = "an unanswered question ends the request without a reply"]
pub struct Ask<Q: Question>(Box<dyn Asked<Q>>);

/// The contents of an [`Ask`].
trait Asked<Q: Question>: Send + Sync {
    fn question(&self) -> &Q;
    /// Goes on with the answer, or without one.
    fn go_on(self: Box<Self>, answer: Option<Q::Answer>) -> Step;
}

impl<Q, F> Asked<Q> for (Q, F)
where
    Q: Question,
    F: FnOnce(&Q, Option<Q::Answer>) -> Step + Send + Sync,
{
    fn question(&self) -> &Q {
        &self.0
    }

    fn go_on(self: Box<Self>, answer: Option<Q::Answer>) -> Step {
        // The question stays where it is.
        let then = self.1;
        then(&self.0, answer)
    }
}

impl<Q: Question> Ask<Q> {
    // Each question is asked in one place, so a function for each would be one more move of the question, and more code.
    #[inline(always)]
    pub(crate) fn new(
        question: Q,
        then: impl FnOnce(&Q, Option<Q::Answer>) -> Step + Send + Sync + 'static,
    ) -> Self {
        Self(Box::new((question, then)))
    }

    /// Answers the question.
    pub fn answer(self, answer: Q::Answer) -> Step {
        self.0.go_on(Some(answer))
    }

    /// Says that the host cannot answer, because its store is down, for example. The reply is "system busy", and nothing is spent without need.
    pub fn unavailable(self) -> Step {
        self.0.go_on(None)
    }

    /// Answers with the host's result. An error counts as [`unavailable`](Self::unavailable).
    pub fn resolve<E>(self, answer: Result<Q::Answer, E>) -> Step {
        self.0.go_on(answer.ok())
    }
}

impl<Q: Question> Deref for Ask<Q> {
    type Target = Q;

    fn deref(&self) -> &Q {
        self.0.question()
    }
}

impl<Q: Question + fmt::Debug> fmt::Debug for Ask<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Ask").field(self.0.question()).finish()
    }
}
