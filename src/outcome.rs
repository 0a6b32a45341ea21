//! How a request ended: a verdict for the client, facts for the host, events for its log. No wire spelling here.

use crate::{
    AccountId, Audience, ClientId, FactorSet, Lifetime, SessionId, TenantId, Timestamp,
    device::{DeviceTrait, HeaderFaults, Language},
    flow::{ChangeReason, Denial},
    policy::{PasswordRefusal, PasswordRules, RuleViolation},
    token::{Id, Session, Stage, State, TokenError, TokenText},
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
    /// A fault of the caller's.
    Refused(Fault),
    /// The host could not answer.
    Busy,
    /// Not a request of the family: a host may try its other routes.
    NotOurs(NotOurs),
}

/// A finished login.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Grant {
    /// The session.
    pub session: SessionId,
    /// The token that shows it.
    pub session_token: TokenText<Session>,
    /// How long that lives.
    pub expires_in: Lifetime,
    /// Who signed in, for the application.
    pub id_token: TokenText<Id>,
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
    /// The stage that the state token is minted for.
    pub fn stage(&self) -> Stage {
        match self {
            Self::PasswordExpiring { .. } => Stage::PasswordExpiring,
            Self::PasswordExpired { .. } => Stage::PasswordExpired,
            Self::FactorRequired { .. } => Stage::FactorRequired,
        }
    }
}

/// A fault of the caller's: what a client is told, without the reason an attacker would like to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// A device header is missing or malformed.
    DeviceIncomplete,
    /// The client id is missing or malformed.
    ClientIdMissing,
    /// No such application, or not for this tenant.
    ApplicationUnknown,
    /// The body is not what the call takes.
    RequestMalformed,
    /// Malformed, forged, expired, used, of another step or device: one fault.
    StateTokenInvalid,
    /// No id token.
    IdTokenMissing,
    /// Malformed, forged, expired, revoked: one fault.
    IdTokenInvalid,
    /// Malformed, forged, expired, revoked: one fault.
    SessionTokenInvalid,
    /// No such user; told only to callers with a session.
    UserUnknown,
    /// Unknown user, wrong password, locked, disabled, no password: one fault.
    CredentialsInvalid,
    /// A code could not be sent.
    CodeNotSent,
    /// A code is wrong.
    CodeInvalid,
    /// The old password is wrong, or its guesses are spent.
    OldPasswordInvalid,
    /// A new password was refused.
    NewPasswordRefused,
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
    /// How many guesses there are before the factor is locked.
    pub attempts_left: Option<u32>,
    /// When a locked factor is open again.
    pub locked_until: Option<Timestamp>,
}

/// Something that happened. Accounts are named by id, never by what was typed; no event holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// Headers were missing or malformed.
    HeadersRefused(HeaderFaults),
    /// A body was not what its call takes.
    BodyRefused(&'static str),
    /// No such application, or not for this tenant.
    ApplicationUnknown {
        /// As the caller named it.
        client_id: ClientId,
        /// As the caller named it.
        tenant: Option<TenantId>,
    },
    /// A sign-in was refused.
    SignInRefused {
        /// The account, where there is one.
        account: Option<AccountId>,
        /// Why.
        reason: SignInRefusal,
    },
    /// A token was refused.
    TokenRefused {
        /// The account the token names, where its tag was right.
        account: Option<AccountId>,
        /// Why.
        reason: TokenRefusal,
    },
    /// The device differs from the one that began the login, in a trait that is only logged.
    DeviceDrifted {
        /// Whose login.
        account: AccountId,
        /// In what.
        device_trait: DeviceTrait,
    },
    /// Access was denied, by the host (no reason here) or by the flow.
    AccessDenied {
        /// To whom.
        account: AccountId,
        /// The flow's reason; `None` where it was the host's decision.
        denial: Option<Denial>,
    },
    /// A login waits for one more step.
    LoginPending {
        /// Whose.
        account: AccountId,
        /// Which.
        stage: Stage,
    },
    /// The change of a password was skipped.
    PasswordSkipped {
        /// By whom.
        account: AccountId,
        /// How often it may still be.
        skips_left: u32,
    },
    /// A new password was refused.
    NewPasswordRefused {
        /// Whose it would have been.
        account: AccountId,
        /// Why.
        reason: NewPasswordRefusal,
    },
    /// A password was changed.
    PasswordChanged {
        /// Whose.
        account: AccountId,
    },
    /// A session was issued.
    SignedIn {
        /// To whom.
        account: AccountId,
        /// Which.
        session: SessionId,
        /// On what proof.
        factors: FactorSet,
    },
    /// The host could not answer a question.
    Unavailable {
        /// Its name.
        question: &'static str,
    },
    /// The host's answer contradicts its question: a mistake in the host. Nothing was issued.
    Contradiction {
        /// The question's name.
        question: &'static str,
    },
}

/// Why a sign-in was refused. The client is told one thing for all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SignInRefusal {
    /// No such account.
    UnknownAccount,
    /// The account is disabled, or locked by an administrator.
    Inactive,
    /// The account has no password.
    NoPassword,
    /// Too many wrong guesses.
    Locked,
    /// The password is wrong.
    WrongPassword,
    /// The account changed between the check and the write.
    AccountChanged,
}

/// Why a new password was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewPasswordRefusal {
    /// By the application's rules.
    Rule(RuleViolation),
    /// By the host.
    Host(PasswordRefusal),
}

/// Why a token was refused. The client is told one thing for all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenRefusal {
    /// It is not a good token.
    Token(TokenError),
    /// It is for another step.
    WrongStage(Stage),
    /// It was made for another device.
    Device(DeviceTrait),
    /// Its account is gone.
    AccountGone,
    /// Its account changed since: password, status or factors.
    AccountChanged,
    /// Its account is disabled, or locked by an administrator.
    AccountInactive,
    /// The step is no longer open: the password has expired, the skips are spent, a factor is missing.
    StepClosed,
    /// It has been used.
    Replayed,
    /// Its session has ended.
    SessionEnded,
    /// The account's credentials changed after the subject signed in.
    CredentialsChanged,
    /// The host's transaction refused it.
    Refused,
}
