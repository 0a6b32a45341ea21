//! What the client is told.

use super::{Authenticated, Fault};
use crate::{
    Lifetime, SessionId,
    account::Subject,
    flow::{Action, Wait},
    password::PasswordRules,
    token::{IdToken, SessionToken, StateToken, Ticket, TokenText},
};
use alloc::{boxed::Box, string::String};

/// What the client is told, in no language yet.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Verdict {
    /// Signed in.
    SignedIn(Grant),
    /// Right so far; one more step.
    Pending(Pending),
    /// The host's access policy, or the flow, says no for good.
    AccessDenied,
    /// Whether the subject has set a password.
    PasswordPresence {
        /// They have.
        is_set: bool,
    },
    /// A session goes on: its tokens anew.
    Refreshed(Grant),
    /// What was asked for is done, and there is nothing to say: a code is sent, a password changed, a session ended.
    Done,
    /// Where a code of the login would go, masked; `None` where the account has no such contact.
    Contact(Option<String>),
    /// A ticket for a session.
    Ticket(IssuedTicket),
    /// Who a ticket stood for. To which application, by which factors and when they had signed in stands in the
    /// [`Facts`](super::Facts): the family's reply has no room for it.
    Subject(Box<Subject>),
    /// Whose request it is, at a route of the host's own. The family has no such call: its façade replies with nothing.
    Authenticated(Box<Authenticated>),
    /// A fault of the caller's.
    Refused(Fault),
    /// The host could not answer.
    Busy,
    /// Not a request of the family: a host may try its other routes.
    NotOurs(NotOurs),
}

impl Verdict {
    /// What the client may do next in this login; nothing where it is over.
    pub fn allowed(&self) -> impl Iterator<Item = Action> + use<> {
        let wait = match self {
            Self::Pending(pending) => Some(pending.wait),
            _ => None,
        };
        wait.into_iter().flat_map(|wait| wait.actions())
    }
}

/// A finished login.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Grant {
    /// The session.
    pub session: SessionId,
    /// The token that shows it.
    pub session_token: TokenText<SessionToken>,
    /// How long that lives, in seconds.
    pub expires_in: u64,
    /// Who signed in, for the application.
    pub id_token: TokenText<IdToken>,
}

/// A ticket: shows a session to the server of a tenant, once.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct IssuedTicket {
    /// The ticket.
    pub ticket: TokenText<Ticket>,
    /// How long it lives.
    pub expires_in: Lifetime,
}

/// A login that waits for one more step.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Pending {
    /// What the client presents with that step.
    pub state_token: TokenText<StateToken>,
    /// How long that lives, in seconds.
    pub expires_in: u64,
    /// What it waits for.
    pub wait: Wait,
    /// What a new password must be like, where that is what it waits for.
    pub rules: PasswordRules,
}

/// Why a request is not one of the family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotOurs {
    /// No call has this path.
    Path,
    /// The path has a call, under these methods.
    Method {
        /// What an `Allow` header says.
        allowed: &'static str,
    },
}
