//! One question for the host, or the finished outcome.
//!
//! A [`Step`] is all that the library ever says to a host while a request is in progress:
//!
//! ```text
//! request ──> Step::FindAccount ── answer ──> Step::ReserveAttempt ── answer ──> …
//!                                                … ── answer ──> Step::Done ──> reply
//! ```
//!
//! This sign-in is answered by hand. A host that implements [`Host`](crate::Host) leaves the loop to [`drive`](crate::drive):
//!
//! ```
//! use authflow::{
//!     guess::AttemptRecord,
//!     password::PasswordMatch,
//!     step::{AccessDecision, Committed, Step, Write},
//!     testkit::{Call, World, demo},
//! };
//! use std::collections::BTreeMap;
//!
//! let mut erin = demo::account("erin"); // your tables
//! erin.password = Some(demo::password("Correct-Horse-7", demo::START));
//! let (mut attempts, mut sessions) = (BTreeMap::<_, AttemptRecord>::new(), Vec::new());
//!
//! let mut world = World::new(); // yours: api.handle(&request, Moment::now()?)
//! let mut step = world.begin(&Call::login("erin", "Correct-Horse-7"));
//! let outcome = loop {
//!     step = match step {
//!         Step::FindAccount(ask) => ask.answer(Some(erin.clone())),
//!         Step::ReserveAttempt(ask) => {
//!             let reservation = ask.reserve(attempts.get(&ask.slot).cloned());
//!             attempts.insert(ask.slot, reservation.record());
//!             ask.answer(reservation)
//!         }
//!         Step::VerifyPassword(ask) => {
//!             let verifier =
//!                 ask.verifier.as_ref().map_or("nobody's", |verifier| verifier.expose());
//!             let is_right = verifier == ask.presented.expose(); // yours: argon2
//!             ask.answer(if is_right { PasswordMatch::Matches } else { PasswordMatch::Differs })
//!         }
//!         Step::DecideAccess(ask) => ask.answer(AccessDecision::Allow),
//!         Step::Commit(ask) => {
//!             for write in &ask.writes {
//!                 match write {
//!                     Write::OpenSession(record) => sessions.push(*record),
//!                     Write::ClearGuesses(clear) => {
//!                         let record = clear.clear(attempts.remove(&clear.slot()));
//!                         attempts.insert(clear.slot(), record);
//!                     }
//!                     other => panic!("a sign-in by a password writes no {other:?}"),
//!                 }
//!             }
//!             ask.answer(Committed::Done)
//!         }
//!         Step::SettleAttempt(ask) => {
//!             let record = ask.settle(attempts.remove(&ask.slot));
//!             attempts.insert(ask.slot, record);
//!             ask.answer(())
//!         }
//!         Step::Done(outcome) => break outcome,
//!         other => other.unavailable(), // questions of operations that this host does not have
//!     };
//! };
//! assert_eq!(world.api.reply(&outcome).status(), 200);
//! assert_eq!(sessions.len(), 1);
//! ```
//!
//! A question owns what the host needs to answer it. It takes exactly one type of answer, and the answer consumes it:
//!
//! ```compile_fail,E0382
//! use authflow::step::{AccessDecision, Ask, DecideAccess};
//!
//! fn twice(ask: Ask<DecideAccess>) {
//!     ask.answer(AccessDecision::Deny);
//!     ask.answer(AccessDecision::Deny); // the question is gone
//! }
//! ```
//!
//! ```compile_fail,E0308
//! use authflow::{account::FindAccount, step::{AccessDecision, Ask}};
//!
//! fn wrong(ask: Ask<FindAccount>) {
//!     ask.answer(AccessDecision::Allow); // not an answer to this question
//! }
//! ```
//!
//! [`Step`] is exhaustive on purpose: a host that forgets a question does not compile. A question in progress is never
//! stored. Across requests, a login is the state token that the client carries.

mod access;
mod application;
mod ask;
mod claim;
mod commit;
mod signing;
pub(crate) mod table;
mod tenant;

pub use access::{AccessDecision, AccessPurpose, DecideAccess};
pub use application::FindApplication;
pub use ask::{Ask, Question};
pub use claim::{Claim, FindClaim};
pub(crate) use commit::revision_after;
pub use commit::{Commit, CommitRefusal, Committed, Write};
pub use signing::{SignBytes, SignatureCheck, VerifyBytes};
pub use tenant::{CredentialOwner, VerifyClientSecret, VerifyTenantCredential};

use crate::{
    Application, Secret,
    account::{Account, ProfileJudgement},
    captcha::{Captcha, CaptchaPicture},
    code::{Delivery, StoredCode},
    contact::Mobile,
    guess::Reservation,
    outcome::Outcome,
    password::{Judgement, PasswordMatch},
    session::SessionRecord,
    social::{LinkedIdentity, SocialIdentity},
};
use alloc::{boxed::Box, sync::Arc, vec::Vec};
use table::*;

/// Makes the one type of a step from the table, and gives each question its answer and its name.
macro_rules! step {
    ($($(#[$doc:meta])* $method:ident: $question:ident => $answer:ty;)*) => {
        /// One question for the host, or the finished outcome. The [module](self) shows a host that answers by hand.
        ///
        /// ```
        /// use authflow::{
        ///     step::Step,
        ///     testkit::{Call, World, demo},
        /// };
        ///
        /// let mut world = World::new();
        /// let step = world.begin(&Call::login("alice", demo::PASSWORD));
        /// assert!(matches!(step, Step::FindAccount(_)));
        ///
        /// // The database is down. The client is told that the system is busy, and an event says which
        /// // question went unanswered.
        /// let Step::Done(outcome) = step.unavailable() else { panic!("there is nothing more to ask") };
        /// assert_eq!(world.api.reply(&outcome).status(), 500);
        /// assert_eq!(outcome.events.len(), 1);
        /// ```
        #[derive(Debug)]
        #[must_use = "a step is a question to answer, or the outcome"]
        pub enum Step {
            $($(#[$doc])* $question(Ask<$question>),)*
            /// There is nothing more to ask.
            Done(Box<Outcome>),
        }

        impl Step {
            /// Answers any question with [`Ask::unavailable`]. It is for the other questions in a loop that answers only those of the
            /// operations it uses. If you name every variant instead, the compiler tells you of a question that you forgot.
            ///
            /// A finished step stays unchanged, so match [`Step::Done`] first.
            pub fn unavailable(self) -> Self {
                match self {
                    $(Self::$question(ask) => ask.unavailable(),)*
                    Self::Done(outcome) => Self::Done(outcome),
                }
            }
        }

        $(impl Question for $question {
            type Answer = $answer;
            const NAME: &'static str = stringify!($question);
        }

        impl From<Ask<$question>> for Step {
            fn from(ask: Ask<$question>) -> Self {
                Self::$question(ask)
            }
        }

        /// The question, if the step is this one. Otherwise the step comes back.
        impl TryFrom<Step> for Ask<$question> {
            type Error = Step;

            fn try_from(step: Step) -> Result<Self, Step> {
                match step {
                    Step::$question(ask) => Ok(ask),
                    other => Err(other),
                }
            }
        })*
    };
}

for_every_question!(step);

/// Questions travel between threads and own what they need.
const _: () = {
    const fn is_free_to_move<T: Send + Sync + 'static>() {}
    is_free_to_move::<Step>();
};
