//! The pure core: what a login needs next.
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> PasswordExpiring: sign in
//!     [*] --> PasswordExpired: sign in
//!     [*] --> FactorRequired: sign in
//!     [*] --> SessionIssued: sign in
//!     [*] --> Denied: sign in
//!     [*] --> PasswordReset: code by sms
//!     FactorRequired --> PasswordExpiring: prove a factor
//!     FactorRequired --> PasswordExpired: prove a factor
//!     FactorRequired --> SessionIssued: prove a factor
//!     PasswordExpiring --> Skipped: skip
//!     PasswordExpiring --> PasswordChanged: change the password
//!     PasswordExpired --> PasswordChanged: change the password
//!     Skipped --> SessionIssued
//!     PasswordChanged --> SessionIssued
//!     SessionIssued --> PasswordChanged: change one's own password
//!     PasswordReset --> [*]
//!     SessionIssued --> [*]
//!     Denied --> [*]
//! ```
//!
//! [`next`] decides, from the policy, the account as it is *now*, and what has been proved. It is asked again after every
//! step, so no step can be jumped over: a skip issues nothing while a factor is missing, because the answer to the same
//! question is then still "a factor". The order is fixed: may the account sign in at all, then the second factor, then the
//! password's age. (The lock, the password and the host's access decision come before; they need the host.)
//!
//! [`recovery`] stands beside it: may a channel set a password instead of a forgotten one? [`own_password`] and [`first_password`] say the
//! same of somebody who is signed in; of a pending login it is in the answer of [`next`] ([`Wait::change_by`]). Whatever sets a
//! password asks one of them, so a code that would set none is not sent either.
//!
//! [`graph`] enumerates the same functions: nothing about the flow is written down twice, the drawing above included. [`Graph::check`] says
//! what the owner of a policy should know.

mod action;
mod finding;
mod graph;
mod kinds;
mod mermaid;
mod next;
mod recovery;
mod state;
mod wait;

pub use action::Action;
pub use finding::Finding;
pub use graph::{Edge, Graph, graph, graph_of};
pub use next::{Denial, Next, PasswordStep, Progress, next};
pub use recovery::{
    NoRecovery, first_password, has_way_back, old_password, own_password, recovery, sign_in_code,
};
pub use state::State;
pub use wait::{ChangeReason, Wait};

pub(crate) use recovery::has_but_a_breached_password;
