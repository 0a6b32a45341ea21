//! What the client is told.

use super::Fault;
use crate::{
    FactorSet, Lifetime, SessionId, Subject,
    flow::{Call, ChangeReason, Next},
    policy::PasswordRules,
    token::{Id, Session, Stage, State, Ticket, TokenText},
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
    /// Who a ticket stood for.
    Subject(Box<Subject>),
    /// A fault of the caller's.
    Refused(Fault),
    /// The host could not answer.
    Busy,
    /// Not a request of the family: a host may try its other routes.
    NotOurs(NotOurs),
}

impl Verdict {
    /// What the client may do next in this login; nothing where it is over.
    pub fn allowed(&self) -> impl Iterator<Item = Call> + use<> {
        let wait = match self {
            Self::Pending(pending) => Some(pending.wait),
            _ => None,
        };
        wait.into_iter().flat_map(|wait| wait.allowed())
    }
}

/// A finished login.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Grant {
    /// The session.
    pub session: SessionId,
    /// The token that shows it.
    pub session_token: TokenText<Session>,
    /// How long that lives, in seconds.
    pub expires_in: u64,
    /// Who signed in, for the application.
    pub id_token: TokenText<Id>,
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
    pub state_token: TokenText<State>,
    /// What it waits for.
    pub wait: Wait,
}

/// What a pending login waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// A new password, or a skip.
    PasswordExpiring {
        /// Seconds until the present one expires.
        expires_in: u64,
        /// How often the change may still be skipped.
        skips_left: u32,
        /// What a new one must be like.
        rules: PasswordRules,
    },
    /// A new password.
    PasswordExpired {
        /// Why.
        reason: ChangeReason,
        /// What a new one must be like.
        rules: PasswordRules,
    },
    /// One more factor, of these.
    FactorRequired {
        /// Any of them will do.
        choices: FactorSet,
    },
}

impl Wait {
    /// What a client may do now.
    pub fn allowed(&self) -> impl Iterator<Item = Call> + use<> {
        self.next().calls()
    }

    /// Whole days until the present password expires, where it is about to: 0 on its last day.
    pub fn days_left(&self) -> Option<u64> {
        match self {
            Self::PasswordExpiring { expires_in, .. } => Some(expires_in / 86_400),
            Self::PasswordExpired { .. } | Self::FactorRequired { .. } => None,
        }
    }

    /// How often the change of the present password may still be skipped.
    pub fn skips_left(&self) -> u32 {
        match self {
            Self::PasswordExpiring { skips_left, .. } => *skips_left,
            Self::PasswordExpired { .. } | Self::FactorRequired { .. } => 0,
        }
    }

    fn next(&self) -> Next {
        match *self {
            Self::PasswordExpiring { expires_in, skips_left, .. } => {
                Next::WarnPassword { expires_in, skips_left }
            }
            Self::PasswordExpired { reason, .. } => Next::ChangePassword(reason),
            Self::FactorRequired { choices } => Next::Factor(choices),
        }
    }

    /// The stage that the state token is minted for.
    pub fn stage(&self) -> Stage {
        match self {
            Self::PasswordExpiring { .. } => Stage::PasswordExpiring,
            Self::PasswordExpired { .. } => Stage::PasswordExpired,
            Self::FactorRequired { .. } => Stage::FactorRequired,
        }
    }
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
