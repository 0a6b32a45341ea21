//! How a request ended: a verdict for the client, facts for the host, events for its log. No wire spelling here.

use crate::{
    AccountId, Audience, Channel, ClientId, CodePurpose, Dialect, Factor, FactorSet, Lifetime, SessionId,
    Subject, TenantId, Timestamp,
    device::{DeviceTrait, HeaderFaults, Language},
    flow::{Call, ChangeReason, Denial, Next},
    policy::{PasswordRefusal, PasswordRules, RuleViolation, SendRefusal},
    token::{Id, Session, Stage, State, Ticket, TokenError, TokenText},
};
use alloc::{boxed::Box, string::String, vec::Vec};

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
    /// A first password can be set only by someone who has just signed in.
    SignInNotRecent,
    /// The credential of a tenant's server is not one, or not the session's tenant's.
    TenantCredentialInvalid,
    /// Malformed, forged, expired, used, of another device or tenant: one fault.
    TicketInvalid,
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
    /// What a client presented as proof of a factor was refused.
    ProofRefused {
        /// The account, where there is one.
        account: Option<AccountId>,
        /// Of which factor.
        factor: Factor,
        /// Why.
        reason: ProofRefusal,
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
    /// A code was handed to the host for sending.
    CodeSent {
        /// Whose recipient it went to; `None` for a decoy.
        account: Option<AccountId>,
        /// By which way.
        channel: Channel,
        /// What for.
        purpose: CodePurpose,
    },
    /// A code was not sent.
    CodeNotSent {
        /// Whose recipient it would have gone to; `None` for a decoy.
        account: Option<AccountId>,
        /// Why.
        reason: SendFailure,
    },
    /// A session's tokens were made anew.
    SessionRefreshed {
        /// Whose.
        account: AccountId,
        /// Which.
        session: SessionId,
    },
    /// A session token that a rotation had retired was presented: somebody has a copy. The session was ended.
    SessionReused {
        /// Whose.
        account: AccountId,
        /// Which.
        session: SessionId,
    },
    /// Sessions were ended.
    SessionsEnded {
        /// Whose.
        account: AccountId,
        /// Which; `None` for every one.
        session: Option<SessionId>,
    },
    /// A ticket was issued.
    TicketIssued {
        /// For whose session.
        account: AccountId,
        /// Which.
        session: SessionId,
    },
    /// A ticket was redeemed.
    TicketRedeemed {
        /// For whose session.
        account: AccountId,
        /// Which.
        session: SessionId,
    },
    /// The credential of a tenant's server was refused.
    TenantCredentialRefused,
    /// A first password was refused because the sign-in was too long ago.
    SignInNotRecent {
        /// Whose it would have been.
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

/// Why a proof of a factor was refused. The client is told one thing for all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ProofRefusal {
    /// No such account.
    UnknownAccount,
    /// The account is disabled, or locked by an administrator.
    Inactive,
    /// The account has nothing to prove this factor with: no password, no number, no secret; or not as a second factor.
    NotEnrolled,
    /// The factor has been proved in this login already.
    AlreadyProved,
    /// Too many wrong guesses.
    Locked,
    /// The password or code is wrong.
    Wrong,
    /// No code was sent for this, or it has expired.
    NoCode,
    /// The code was for another recipient than the client names.
    OtherRecipient,
    /// The code has been used.
    Replayed,
    /// The account changed between the check and the write.
    AccountChanged,
}

/// Why a code was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SendFailure {
    /// The account has no contact of this channel, or it is not one of its factors.
    NoRecipient,
    /// The budget says no.
    Refused(SendRefusal),
    /// The account changed between the check and the write.
    AccountChanged,
    /// The host takes the client for a robot.
    Captcha,
    /// The host did not deliver it.
    NotDelivered,
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
    /// It was rotated away: another one is in its place.
    Rotated,
    /// It is another tenant's.
    OtherTenant,
    /// The account's credentials changed after the subject signed in.
    CredentialsChanged,
    /// The host's transaction refused it.
    Refused,
}
