//! What happened, for the host's log, and why.

use super::BodyFault;
use crate::{
    AccountId, ClientId, SessionId, TenantId,
    code::{CodePurpose, SendRefusal},
    contact::Channel,
    device::{DeviceTrait, HeaderFaults},
    factor::{Factor, FactorSet},
    flow::{Denial, NoRecovery},
    password::{PasswordRefusal, RuleViolation},
    sealing::NotOpened,
    step::AccessPurpose,
    token::{Stage, TokenError},
};

/// Something that happened. Accounts are named by id, never by what was typed; no event holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// Headers were missing or malformed.
    HeadersRefused(HeaderFaults),
    /// A request that bears cookies was refused, because another site may have made the browser send it.
    CrossSiteRefused,
    /// A request was refused that bears tokens in two places, or in one where none are taken.
    MisplacedTokensRefused,
    /// A body was not what its call takes.
    BodyRefused(BodyFault),
    /// No such application, or not for this tenant.
    ApplicationUnknown {
        /// As the caller named it.
        client_id: ClientId,
        /// As the caller named it.
        tenant: Option<TenantId>,
    },
    /// A caller showed nothing that its tokens could be bound to, in an application whose policy does not
    /// [allow that](crate::policy::Policy::allows_unbound).
    UnboundRefused,
    /// What a client presented as proof of a factor was refused.
    ProofRefused {
        /// The account, where there is one.
        account: Option<AccountId>,
        /// Of which factor.
        factor: Factor,
        /// Why.
        reason: ProofRefusal,
    },
    /// Too many guesses at this name were still being judged, as many as lock it: whoever guesses was told to come again.
    GuessContended {
        /// At which account, where there is one.
        account: Option<AccountId>,
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
        /// What it was asked for.
        about: AccessPurpose,
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
        /// Whose it would have been; `None` where nothing was proved yet.
        account: Option<AccountId>,
        /// Why.
        reason: NewPasswordRefusal,
    },
    /// A password was changed.
    PasswordChanged {
        /// Whose.
        account: AccountId,
    },
    /// The verifier of a password that was right was made anew, with today's parameters. The password is the same.
    PasswordRehashed {
        /// Whose.
        account: AccountId,
    },
    /// The sealed secret of an authenticator was right and is sealed anew, under the key that seals now. It is the same secret.
    SecretResealed {
        /// Whose.
        account: AccountId,
    },
    /// The sealed secret of an authenticator did not open. Whoever wanted to prove it was told that the system is busy, and no guess was
    /// counted. Look for the key at once: until there is one, this account's factor is unavailable.
    SecretNotOpened {
        /// Whose.
        account: AccountId,
        /// Why.
        reason: NotOpened,
    },
    /// A breached password was changed by nothing but itself, because the account has nothing else to prove with. Whoever else knows it
    /// could have done the same: ask the subject.
    BreachedPasswordSufficed {
        /// Whose.
        account: AccountId,
    },
    /// Somebody asked for a code to reset a password with, and no channel resets that of this account: because each is a second factor of
    /// it, or the policy has no recovery by it. The client is told nothing. The subject has no way back but an administrator.
    NoWayBack {
        /// Whose.
        account: AccountId,
    },
    /// An account was found whose stored mobile number says no country. No code is sent to it, and it proves nothing: write it in full
    /// (`+`, calling code, number).
    NumberWithoutCountry {
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
    /// Half of what the application sends in all in a day has been asked for by people who had proved nothing, decoys counted too, so a captcha is
    /// demanded of everybody who asks for a code now. Look for whoever asks: when the [sum](crate::code::SendPolicy::daily_in_all) is really
    /// spent, nobody gets one.
    CaptchaDemanded,
    /// A session's tokens were made anew.
    SessionRefreshed {
        /// Whose.
        account: AccountId,
        /// Which.
        session: SessionId,
    },
    /// A skip or a refresh came again, because its answer had got lost or was on its way, and was answered with the same session. Nothing was
    /// written. Many of them from one device say that somebody has a copy of its tokens.
    AnsweredAgain {
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
    /// A password was not set without the old one, because the sign-in was too long ago.
    SignInNotRecent {
        /// Whose it would have been.
        account: AccountId,
    },
    /// A first password was refused because of how its subject has signed in.
    FirstPasswordRefused {
        /// Whose it would have been.
        account: AccountId,
        /// Why.
        reason: NoRecovery,
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
    /// It sets no password without the old one.
    NoRecovery(NoRecovery),
}

impl From<NoRecovery> for ProofRefusal {
    fn from(reason: NoRecovery) -> Self {
        match reason {
            NoRecovery::NoContact => Self::NotEnrolled,
            NoRecovery::Inactive => Self::Inactive,
            other => Self::NoRecovery(other),
        }
    }
}

/// Why a code was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SendFailure {
    /// The account has no contact of this channel, or it may not prove the step.
    NoRecipient,
    /// The budget says no. Where it says for how long, the client is told to wait.
    Refused(SendRefusal),
    /// The account changed between the check and the write.
    AccountChanged,
    /// The policy demands a captcha, and the host takes the client for a robot.
    Captcha,
    /// The host did not deliver it.
    NotDelivered,
}

/// Why a new password was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NewPasswordRefusal {
    /// By the application's rules.
    Rule(RuleViolation),
    /// By the host.
    Host(PasswordRefusal),
    /// The only proof is the present password, which is breached, and the account has something else to prove with.
    BreachedProof,
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
    /// Its application issues no tickets.
    NoTickets,
    /// The host's transaction refused it.
    Refused,
}
