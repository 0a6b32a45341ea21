//! The pure core, which decides what a login needs next.
//!
#![doc = include_str!("../../docs/states.svg")]
//!
//! ```
//! use authflow::{
//!     factor::{Factor, FactorSet},
//!     flow::{Action, Finding, State, graph},
//!     policy::Policy,
//!     testkit::demo,
//! };
//!
//! // Every way that a policy leaves open.
//! let graph = graph(&demo::policy());
//! let first: Vec<_> = graph.allowed(State::Start).collect();
//! assert!(first.contains(&Action::SignIn));
//!
//! // What its owner should know. In your test, the list is the one that you have accepted.
//! let found = graph.check(FactorSet::EMPTY.with(Factor::Password));
//! assert!(found.contains(&Finding::SessionWithout(Factor::Password)), "a code signs in alone");
//! ```
//!
//! [`next`] decides, from the policy, the account as it is *now*, and what has been proved. It is asked again after every step, so no step can be
//! skipped without permission. A permitted skip issues nothing while a factor is missing, because the answer to the same question is then still "a
//! factor". The order is fixed. The first question is whether the account may sign in at all, then comes the second factor, then the password's age.
//! (The lock, the password and the host's access decision come earlier, because they need the host.)
//!
//! [`recovery`] answers another question: may a channel set a password instead of a forgotten one? [`own_password`] and [`first_password`] answer
//! that question for somebody who is signed in. For a pending login, the answer of [`next`] includes it ([`Wait::change_by`]). Every operation that
//! sets a password asks one of them, so a code that would set none is not sent either. [`replace_contact`] says who may replace their own number or
//! address. [`registration`] says who may register, which is both a way in and a way to set a password.
//!
//! [`link_proofs`] lists the factors that prove an account, so that a [social](crate::social) identity is linked to it. The login that follows
//! begins with the proof, and [`next`] is asked as for any other.
//!
//! [`graph`] enumerates the same functions, so nothing about the flow is written down twice, and the drawing above comes from them too.
//! [`Graph::check`] says what the owner of a policy should know.

mod action;
mod drawing;
mod finding;
mod graph;
mod kinds;
mod link;
mod mermaid;
mod next;
mod own_contact;
mod recovery;
mod registration;
mod state;
mod wait;

pub use action::Action;
pub use finding::{Finding, Gravity};
pub use graph::{Edge, Graph, graph, graph_of};
pub use link::{has_other_way_in, link_code, link_counts, link_proofs, registers_linked};
pub use next::{Denial, Next, PasswordStep, Progress, next};
pub use own_contact::{NoNewContact, replace_contact};
pub use recovery::{
    NoRecovery, first_password, has_way_back, old_password, own_password, recovery, sign_in_code,
};
pub use registration::{NoRegistration, registration, sends_sms_to_anybody};
pub use state::State;
pub use wait::{ChangeReason, Wait};

pub(crate) use recovery::{change_ends_links, has_but_a_breached_password};
pub(crate) use registration::{registered, registers_anybody};
