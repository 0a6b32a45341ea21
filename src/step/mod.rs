//! One question for the host, or the finished outcome.
//!
//! A [`Step`] is the whole of what the library ever says to a host while a request is in progress. A question owns what
//! the host needs to answer it, is consumed by its answer, and takes exactly the type that the question needs:
//!
//! ```compile_fail
//! # use authflow::step::{AccessDecision, Ask, DecideAccess};
//! fn twice(ask: Ask<DecideAccess>) {
//!     ask.answer(AccessDecision::Deny);
//!     ask.answer(AccessDecision::Deny); // the question is gone
//! }
//! ```
//!
//! ```compile_fail
//! # use authflow::{account::FindAccount, step::{AccessDecision, Ask}};
//! fn wrong(ask: Ask<FindAccount>) {
//!     ask.answer(AccessDecision::Allow); // not an answer to this question
//! }
//! ```
//!
//! [`Step`] is exhaustive on purpose: a host that forgets a question does not compile. A question in progress is never
//! stored; across requests, a login is the state token that the client carries.

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
pub use tenant::{CredentialOwner, VerifyTenantCredential};

use crate::{
    Application,
    account::Account,
    code::{Captcha, Delivery, StoredCode},
    guess::Reservation,
    outcome::Outcome,
    password::{Judgement, PasswordMatch},
    session::SessionRecord,
};
use alloc::{boxed::Box, sync::Arc, vec::Vec};
use table::*;

/// Makes of the table the one type of a step, and says of each question what answers it and what it is called.
macro_rules! step {
    ($($(#[$doc:meta])* $method:ident: $question:ident => $answer:ty;)*) => {
        /// One question for the host, or the finished outcome.
        #[derive(Debug)]
        #[must_use = "a step is a question to answer, or the outcome"]
        pub enum Step {
            $($(#[$doc])* $question(Ask<$question>),)*
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
        })*
    };
}

for_every_question!(step);

/// Questions travel between threads and own what they need.
const _: () = {
    const fn is_free_to_move<T: Send + Sync + 'static>() {}
    is_free_to_move::<Step>();
};
