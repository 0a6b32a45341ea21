//! How a request ended: a verdict for the client, facts for the host, events for its log. No wire spelling here.

mod authenticated;
mod body_fault;
mod event;
mod fault;
mod verdict;

pub use authenticated::Authenticated;
pub use body_fault::{BodyFault, MemberProblem};
pub use event::{Event, NewPasswordRefusal, ProofRefusal, SendFailure, TokenRefusal};
pub use fault::Fault;
pub use verdict::{Grant, IssuedTicket, NotOurs, Pending, Verdict};

use crate::{
    AccountId, Audience, Dialect, Timestamp, device::Language, factor::FactorSet, password::PasswordRules,
    policy::Recovery,
};
use alloc::vec::Vec;

/// How a request ended.
#[derive(Clone, Debug)]
#[must_use = "the verdict is the reply to the client"]
pub struct Outcome {
    /// What the client is told.
    pub verdict: Verdict,
    /// What the host knows beyond that.
    pub facts: Facts,
    /// What happened, for the host's log. Losing one is never a hole.
    pub events: Vec<Event>,
}

/// What the host knows beyond the verdict; nothing of it goes on the wire by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Facts {
    /// The application and tenant, once they are known.
    pub audience: Option<Audience>,
    /// The account that was found, or that a token names whose tag was right.
    pub account: Option<AccountId>,
    /// The language to answer in.
    pub language: Language,
    /// The codes and messages to answer with.
    pub dialect: Dialect,
    /// Whether the application wants `attempts_left` and `locked_until` told.
    pub tells_attempts: bool,
    /// When the request came.
    pub at: Timestamp,
    /// How many guesses there are before the factor is locked.
    pub attempts_left: Option<u32>,
    /// When a locked factor is open again.
    pub locked_until: Option<Timestamp>,
    /// What a new password must be like, in the application that was spoken for.
    pub password_rules: PasswordRules,
    /// By which factors a login begins, in the application that was spoken for; none where it is not known.
    pub first_factors: FactorSet,
    /// By which channels a forgotten password is reset there.
    pub recovery: Recovery,
    /// How the subject of a redeemed ticket had signed in, to the application that [`audience`](Self::audience) names.
    pub authentication: Option<Authentication>,
}

/// How and when somebody signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Authentication {
    /// By what proof: the `amr` of the session's id token.
    pub factors: FactorSet,
    /// When they last proved who they are.
    pub auth_time: Timestamp,
}
