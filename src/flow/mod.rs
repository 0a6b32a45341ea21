//! The pure core: what a login needs next.
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> PasswordExpiring: sign in
//!     [*] --> PasswordExpired: sign in
//!     [*] --> FactorRequired: sign in
//!     [*] --> SessionIssued: sign in
//!     [*] --> Denied: sign in
//!     FactorRequired --> PasswordExpiring: prove a factor
//!     FactorRequired --> PasswordExpired: prove a factor
//!     FactorRequired --> SessionIssued: prove a factor
//!     PasswordExpiring --> Skipped: skip
//!     PasswordExpiring --> PasswordChanged: change the password
//!     PasswordExpired --> PasswordChanged: change the password
//!     Skipped --> SessionIssued
//!     PasswordChanged --> SessionIssued
//!     SessionIssued --> [*]
//!     Denied --> [*]
//! ```
//!
//! [`next`] decides, from the policy, the account as it is *now*, and what has been proved. It is asked again after every
//! step, so no step can be jumped over: a skip issues nothing while a factor is missing, because the answer to the same
//! question is then still "a factor". The order is fixed: may the account sign in at all, then the second factor, then the
//! password's age. (The lock, the password and the host's access decision come before; they need the host.)
//!
//! [`graph`] enumerates the same function: nothing about the flow is written down twice, the drawing above included.

mod action;
mod code_recipient;
mod graph;
mod mermaid;
mod next;
mod state;
mod wait;

pub use action::Action;
pub use graph::{Edge, Finding, Graph, graph};
pub use next::{Denial, Next, PasswordStep, Progress, next};
pub use state::State;
pub use wait::{ChangeReason, Wait};

pub(crate) use code_recipient::code_recipient;
