//! The outcome of a request: a verdict for the client, facts for the host, and events for the host's log. Nothing here depends on the wire.
//!
//! ```
//! use authflow::{
//!     outcome::{Event, Fault, Outcome, ProofRefusal, Verdict},
//!     testkit::{Call, World},
//! };
//!
//! /// What one of your routes says. A façade has its own words for it.
//! fn told(outcome: &Outcome) -> (u16, &'static str) {
//!     match &outcome.verdict {
//!         Verdict::SignedIn(_) => (200, "welcome"),
//!         Verdict::Pending(_) => (200, "one more step"),
//!         Verdict::Refused(Fault::CredentialsInvalid) => (401, "that is not right"),
//!         Verdict::Refused(_) | Verdict::AccessDenied => (403, "no"),
//!         _ => (503, "come again"),
//!     }
//! }
//!
//! let mut world = World::new();
//! for (name, reason) in
//!     [("alice", ProofRefusal::Wrong), ("nobody", ProofRefusal::UnknownAccount)]
//! {
//!     world.send(&Call::login(name, "a guess"));
//!     let outcome = world.outcome.as_ref().unwrap();
//!     // The client is told one thing. The log knows which.
//!     assert_eq!(told(outcome), (401, "that is not right"));
//!     assert!(
//!         matches!(&outcome.events[..], [Event::ProofRefused { reason: it, .. }] if *it == reason)
//!     );
//! }
//! ```

mod authenticated;
mod body_fault;
mod event;
mod event_name;
mod event_reason;
mod fault;
mod verdict;

pub use authenticated::Authenticated;
pub use body_fault::{BodyFault, MemberProblem};
pub use event::{
    CaptchaRefusal, Event, NewPasswordRefusal, NoCaptcha, ProofRefusal, RegistrationRefusal, SendFailure,
    TokenRefusal,
};
pub use fault::Fault;
pub use verdict::{
    Grant, IssuedCaptchaToken, IssuedTenantToken, IssuedTicket, NotOurs, Pending, PendingLink, ShownPicture,
    Verdict,
};

use crate::{
    AccountId, Audience, Dialect, Timestamp,
    device::Language,
    factor::FactorSet,
    password::PasswordRules,
    policy::{Recovery, Registration, ReplacedContacts},
};
use alloc::vec::Vec;

/// The outcome of a request.
///
/// ```
/// use authflow::testkit::{Call, World};
///
/// let mut world = World::new();
/// let step = world.begin(&Call::login("alice", "a guess"));
/// let outcome = world.run(step); // yours: `drive`, or your own loop
/// assert_eq!(world.api.reply(&outcome).status(), 400); // to the client
///
/// // To the log.
/// let events = outcome.events.iter().map(|event| (event.name(), event.reason()));
/// assert_eq!(events.collect::<Vec<_>>(), [("proof_refused", Some("wrong"))]);
/// ```
#[derive(Clone, Debug)]
#[must_use = "the verdict is the reply to the client"]
pub struct Outcome {
    /// The verdict, which the client is told.
    pub verdict: Verdict,
    /// Further facts for the host.
    pub facts: Facts,
    /// The events, for the host's log. A lost event is never a security hole.
    pub events: Vec<Event>,
}

/// The facts that the host gets beyond the verdict. They reach a client only if a façade puts them into its reply.
///
/// ```
/// use authflow::{
///     testkit::{Call, World, demo},
/// };
///
/// let mut world = World::new();
/// world.send(&Call::login("alice", "a guess"));
/// let facts = world.outcome.unwrap().facts;
/// assert_eq!(facts.audience, Some(demo::audience()));
/// assert_eq!(facts.account.unwrap().as_str(), "id-alice");
/// assert_eq!((facts.attempts_left, facts.locked_until), (Some(4), None));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Facts {
    /// The application and tenant, once they are known.
    pub audience: Option<Audience>,
    /// The account that was found, or the one that is named by a token with a right tag.
    pub account: Option<AccountId>,
    /// The language to answer in.
    pub language: Language,
    /// The codes and messages to answer with.
    pub dialect: Dialect,
    /// Whether the application lets its clients know `attempts_left` and `locked_until`.
    pub tells_attempts: bool,
    /// When the request came.
    pub at: Timestamp,
    /// The number of guesses that are left before the factor is locked.
    pub attempts_left: Option<u32>,
    /// The time at which a locked factor opens again.
    pub locked_until: Option<Timestamp>,
    /// The rules for a new password in the application that the request is for.
    pub password_rules: PasswordRules,
    /// The factors that begin a login in that application; none if the application is not known.
    pub first_factors: FactorSet,
    /// The channels that reset a forgotten password in that application.
    pub recovery: Recovery,
    /// The channels by whose codes people register in that application.
    pub registration: Registration,
    /// The contacts that people may replace themselves in that application.
    pub replaces_contacts: ReplacedContacts,
    /// The sign-in of a redeemed ticket's subject to the application that [`audience`](Self::audience) names.
    pub authentication: Option<Authentication>,
}

/// The factors and the time of a sign-in.
///
/// ```
/// use authflow::{
///     factor::Factor,
///     testkit::{Call, World, demo},
/// };
///
/// let mut world = World::new();
/// let signed_in = world.login("alice");
/// world.clock.pass(60);
/// let issued = world.send(&Call::issue_ticket(signed_in.session_token()));
/// world.send(&Call::redeem_ticket(issued.text("sso_ticket")));
///
/// // Your own answer to the tenant's server may say more than the family's.
/// let authentication = world.outcome.unwrap().facts.authentication.unwrap();
/// assert!(authentication.factors.contains(Factor::Password));
/// assert_eq!(authentication.auth_time, demo::START);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Authentication {
    /// The factors that they proved: the `amr` of the session's id token.
    pub factors: FactorSet,
    /// When they last proved who they are.
    pub auth_time: Timestamp,
}
