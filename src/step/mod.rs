//! One question for the host, or the finished outcome.
//!
//! A [`Step`] is the whole of what the library ever says to a host while a request is in progress. A question owns what
//! the host needs to answer it, is consumed by its answer, and takes exactly the type that the question needs:
//!
//! ```compile_fail
//! # use authflow::step::{Ask, DecideAccess, Access};
//! fn twice(ask: Ask<DecideAccess>) {
//!     ask.answer(Access::Deny);
//!     ask.answer(Access::Deny); // the question is gone
//! }
//! ```
//!
//! ```compile_fail
//! # use authflow::step::{Access, Ask, FindAccount};
//! fn wrong(ask: Ask<FindAccount>) {
//!     ask.answer(Access::Allow); // not an answer to this question
//! }
//! ```
//!
//! [`Step`] is exhaustive on purpose: a host that forgets a question does not compile. A question in progress is never
//! stored; across requests, a login is the state token that the client carries.

mod attempt;
mod code;
mod commit;
mod questions;
mod session;

pub use crate::token::CodeDigest;
pub use attempt::{AttemptSlot, Reservation, ReserveAttempt, SettleAttempt};
pub use code::{CodeKey, LoadCode, SendBudget, SendSlot, StoredCode};
pub use commit::{Claim, Commit, CommitRefusal, Committed, EndSessions, Write};
pub use questions::{
    Access, AccountKey, Captcha, CheckSession, CredentialOwner, DecideAccess, Deliver, Delivery, FindAccount,
    FindApplication, JudgeCaptcha, JudgePassword, Judgement, PasswordMatch, SignBytes, SignatureCheck,
    VerifyBytes, VerifyPassword, VerifyTenantCredential,
};
pub use session::SessionRecord;

pub(crate) use attempt::TypedName;

use crate::Outcome;
use alloc::boxed::Box;
use core::{fmt, ops::Deref};

/// One question for the host, or the finished outcome.
#[derive(Debug)]
#[must_use = "a step is a question to answer, or the outcome"]
pub enum Step {
    /// Which application is this?
    FindApplication(Ask<FindApplication>),
    /// Which account is this?
    FindAccount(Ask<FindAccount>),
    /// Is there a guess left? Count it.
    ReserveAttempt(Ask<ReserveAttempt>),
    /// Is this the password?
    VerifyPassword(Ask<VerifyPassword>),
    /// What became of the guess.
    SettleAttempt(Ask<SettleAttempt>),
    /// May this account in, here and now?
    DecideAccess(Ask<DecideAccess>),
    /// Is this new password good enough?
    JudgePassword(Ask<JudgePassword>),
    /// Which code was sent?
    LoadCode(Ask<LoadCode>),
    /// Does this session still live?
    CheckSession(Ask<CheckSession>),
    /// Whose credential is this?
    VerifyTenantCredential(Ask<VerifyTenantCredential>),
    /// Write this, all or nothing.
    Commit(Ask<Commit>),
    /// Is this no robot?
    JudgeCaptcha(Ask<JudgeCaptcha>),
    /// Send this code.
    Deliver(Ask<Deliver>),
    /// Sign this.
    SignBytes(Ask<SignBytes>),
    /// Is this signature good?
    VerifyBytes(Ask<VerifyBytes>),
    /// There is nothing more to ask.
    Done(Box<Outcome>),
}

impl Step {
    /// Answers any question with [`Ask::unavailable`]: for the rest of the questions in a loop that answers only those of
    /// the operations it uses. Give that up by naming every variant, and the compiler tells you of a question you forgot.
    ///
    /// A finished step stays as it is, so match [`Step::Done`] before.
    pub fn unavailable(self) -> Self {
        match self {
            Self::FindApplication(ask) => ask.unavailable(),
            Self::FindAccount(ask) => ask.unavailable(),
            Self::ReserveAttempt(ask) => ask.unavailable(),
            Self::VerifyPassword(ask) => ask.unavailable(),
            Self::SettleAttempt(ask) => ask.unavailable(),
            Self::DecideAccess(ask) => ask.unavailable(),
            Self::JudgePassword(ask) => ask.unavailable(),
            Self::LoadCode(ask) => ask.unavailable(),
            Self::CheckSession(ask) => ask.unavailable(),
            Self::VerifyTenantCredential(ask) => ask.unavailable(),
            Self::Commit(ask) => ask.unavailable(),
            Self::JudgeCaptcha(ask) => ask.unavailable(),
            Self::Deliver(ask) => ask.unavailable(),
            Self::SignBytes(ask) => ask.unavailable(),
            Self::VerifyBytes(ask) => ask.unavailable(),
            Self::Done(outcome) => Self::Done(outcome),
        }
    }
}

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

/// Questions travel between threads and own what they need.
const _: () = {
    const fn is_free_to_move<T: Send + Sync + 'static>() {}
    is_free_to_move::<Step>();
};
