//! Events: what happened in a request, and why, for the host's log.

use super::BodyFault;
use crate::{
    AccountId, ClientId, SessionId, TenantId,
    account::ProfileRefusal,
    code::{CodePurpose, SendRefusal},
    contact::{Channel, Recipient},
    device::{DeviceTrait, HeaderFaults},
    factor::{Factor, FactorSet},
    flow::{Denial, NoNewContact, NoRecovery},
    password::{PasswordRefusal, RuleViolation},
    sealing::NotOpened,
    social::Provider,
    step::AccessPurpose,
    token::{Stage, TenantServer, TokenError},
};

/// Something that happened in a request. Accounts are named by id, never by what was typed. No event holds a secret.
///
/// ```
/// use authflow::{
///     outcome::{Event, Outcome},
///     testkit::{Call, World, demo},
/// };
///
/// /// What an owner is written to about.
/// fn letters(outcome: &Outcome) -> Vec<String> {
///     let letter = |event: &Event| match event {
///         Event::PasswordChanged { account, .. } => {
///             Some(format!("{account}: your password was changed"))
///         }
///         Event::ContactReplaced { account, .. } => {
///             Some(format!("{account}: your number or address was replaced"))
///         }
///         Event::IdentityLinked { account, .. } => {
///             Some(format!("{account}: an identity was linked to you"))
///         }
///         _ => None,
///     };
///     outcome.events.iter().filter_map(letter).collect()
/// }
///
/// let mut world = World::new();
/// let expired = world.login("victor");
/// world.update(expired.state_token(), demo::PASSWORD, "Battery-Staple-8");
/// assert_eq!(
///     letters(world.outcome.as_ref().unwrap()),
///     ["id-victor: your password was changed"]
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// Headers were missing or malformed.
    HeadersRefused(HeaderFaults),
    /// A request that bears cookies was refused, because another site may have made the browser send it.
    CrossSiteRefused,
    /// A request was refused because it bears tokens in two places, or in a place where none are taken.
    MisplacedTokensRefused,
    /// A body was not what its call takes.
    BodyRefused(BodyFault),
    /// There is no such application, or it does not serve this tenant.
    ApplicationUnknown {
        /// The client id that the caller gave.
        client_id: ClientId,
        /// The tenant that the caller gave.
        tenant: Option<TenantId>,
    },
    /// A caller showed nothing that its tokens could be bound to, in an application whose policy does not
    /// [allow that](crate::policy::Policy::allows_unbound).
    UnboundRefused,
    /// A client's proof of a factor was refused.
    ProofRefused {
        /// The account, where there is one.
        account: Option<AccountId>,
        /// The factor.
        factor: Factor,
        /// The reason.
        reason: ProofRefusal,
    },
    /// A guess was turned away, because so many guesses at this name were still being judged that they would lock it. The client was told to try
    /// again.
    GuessContended {
        /// The account, where there is one.
        account: Option<AccountId>,
    },
    /// A token was refused.
    TokenRefused {
        /// The account the token names, where its tag was right.
        account: Option<AccountId>,
        /// The reason.
        reason: TokenRefusal,
    },
    /// The device differs from the one that began the login, in a trait that is only logged.
    DeviceDrifted {
        /// The account.
        account: AccountId,
        /// The trait that differs.
        device_trait: DeviceTrait,
    },
    /// Access was denied, by the host (no reason here) or by the flow.
    AccessDenied {
        /// The account. In a registration, it is the account that was not made.
        account: AccountId,
        /// The purpose of the access.
        about: AccessPurpose,
        /// The flow's reason; `None` where it was the host's decision.
        denial: Option<Denial>,
    },
    /// A login waits for one more step.
    LoginPending {
        /// The account.
        account: AccountId,
        /// The stage at which the login waits.
        stage: Stage,
    },
    /// The change of a password was skipped.
    PasswordSkipped {
        /// The account.
        account: AccountId,
        /// The number of skips that are left.
        skips_left: u32,
    },
    /// A new password was refused.
    NewPasswordRefused {
        /// The account that it was for; `None` where nothing was proved yet.
        account: Option<AccountId>,
        /// The reason.
        reason: NewPasswordRefusal,
    },
    /// A password was changed.
    PasswordChanged {
        /// The account.
        account: AccountId,
    },
    /// A correct password was hashed again with today's parameters. The password itself is unchanged.
    PasswordRehashed {
        /// The account.
        account: AccountId,
    },
    /// A one-time password was correct, and its secret was sealed again under the key that seals now. The secret itself is unchanged.
    SecretResealed {
        /// The account.
        account: AccountId,
    },
    /// The sealed secret of an authenticator could not be opened. The client was told that the system is busy, and no guess was counted. Look for the
    /// key at once. This account's factor is unavailable until the key is there.
    SecretNotOpened {
        /// The account.
        account: AccountId,
        /// The reason.
        reason: NotOpened,
    },
    /// A breached password was changed with no proof but itself, because the account has nothing else to prove with. Anybody else who knows
    /// it could have done the same, so ask the subject.
    BreachedPasswordSufficed {
        /// The account.
        account: AccountId,
    },
    /// Somebody asked for a code to reset a password, but no channel resets the password of this account. Each channel is a second factor of the
    /// account, or the policy allows no recovery by it. The client does not learn this. Only an administrator can let the subject in again.
    NoWayBack {
        /// The account.
        account: AccountId,
    },
    /// An account was found whose stored mobile number has no country code. No code is sent to the number, and it proves nothing. Store it
    /// in full (`+`, calling code, number).
    NumberWithoutCountry {
        /// The account.
        account: AccountId,
    },
    /// A number or address was replaced, or a first one was set. **Tell the old contact**, if there was one. An attacker who has taken over a session
    /// takes over the contacts next, and only this notice tells the owner.
    ContactReplaced {
        /// The account.
        account: AccountId,
        /// The channel of the contact.
        channel: Channel,
        /// The contact to tell: the old one, as it was stored. It is not printed. Nothing that was typed is here.
        before: Option<Recipient>,
    },
    /// A number or address was not replaced, or no code was sent for that, because of how the subject has signed in.
    ContactRefused {
        /// The account that it was for.
        account: AccountId,
        /// The channel of the contact.
        channel: Channel,
        /// The reason.
        reason: NoNewContact,
    },
    /// A number or address was not replaced, because the new one belongs to another account. The subject has proved that they have the new one.
    ContactTaken {
        /// The account that it was for.
        account: AccountId,
        /// The channel of the contact.
        channel: Channel,
    },
    /// A code was handed to the host for sending.
    CodeSent {
        /// The account that has the recipient, or that wants it as a new contact; `None` for a decoy, and for a code to register with.
        account: Option<AccountId>,
        /// The channel.
        channel: Channel,
        /// The purpose of the code.
        purpose: CodePurpose,
    },
    /// A code was not sent.
    CodeNotSent {
        /// The account that has the recipient, or that wants it as a new contact; `None` for a decoy, for a code to register with, and where no
        /// account was looked up yet.
        account: Option<AccountId>,
        /// The reason.
        reason: SendFailure,
    },
    /// People who had proved nothing have asked for half of all the codes that the application may send them in a day, decoys included. So a captcha
    /// is now demanded of everybody who asks for a code and has proved nothing. Look for the source: none of them gets a code once the whole
    /// [sum](crate::code::SendPolicy::daily_in_all) is spent.
    CaptchaDemanded,
    /// A picture of a captcha was shown.
    CaptchaShown,
    /// No picture of a captcha was shown, or none could be solved.
    NoCaptcha {
        /// The reason.
        reason: NoCaptcha,
    },
    /// A picture was solved, and a captcha token was issued for it.
    CaptchaPassed,
    /// A picture was not solved, or it had expired, or there was none.
    CaptchaFailed,
    /// A session got new tokens.
    SessionRefreshed {
        /// The account.
        account: AccountId,
        /// The session.
        session: SessionId,
    },
    /// A skip or a refresh was repeated, because its answer was lost or still on its way. It was answered with the same session, and nothing was
    /// written. Many such events from one device suggest that somebody has a copy of its tokens.
    AnsweredAgain {
        /// The account.
        account: AccountId,
        /// The session.
        session: SessionId,
    },
    /// A session token that a rotation had retired was presented, so somebody has a copy. The session was ended.
    SessionReused {
        /// The account.
        account: AccountId,
        /// The session.
        session: SessionId,
    },
    /// Sessions were ended.
    SessionsEnded {
        /// The account.
        account: AccountId,
        /// The session; `None` for all of them.
        session: Option<SessionId>,
    },
    /// A ticket was issued.
    TicketIssued {
        /// The account of the session.
        account: AccountId,
        /// The session.
        session: SessionId,
    },
    /// A ticket was redeemed.
    TicketRedeemed {
        /// The account of the session.
        account: AccountId,
        /// The session.
        session: SessionId,
    },
    /// The credential of a tenant's server was refused.
    TenantCredentialRefused,
    /// A tenant's server got a token to show instead of its secret.
    TenantTokenIssued {
        /// The server.
        server: TenantServer,
    },
    /// A client asked for the key to seal its session token with, but its application has no such key.
    NoCallKey,
    /// A password was not set without the old one, or a contact was not replaced, because the sign-in was too long ago.
    SignInNotRecent {
        /// The account that it was for.
        account: AccountId,
    },
    /// A first password was refused because of how the subject has signed in.
    FirstPasswordRefused {
        /// The account that it was for.
        account: AccountId,
        /// The reason.
        reason: NoRecovery,
    },
    /// A registration was refused.
    RegistrationRefused {
        /// The account that has the contact, if it was found before anything was written.
        account: Option<AccountId>,
        /// The reason.
        reason: RegistrationRefusal,
    },
    /// Somebody registered, and an account was made.
    Registered {
        /// Its id.
        account: AccountId,
        /// The channel of the contact.
        channel: Channel,
    },
    /// A session was issued.
    SignedIn {
        /// The account.
        account: AccountId,
        /// The session.
        session: SessionId,
        /// The factors that were proved.
        factors: FactorSet,
    },
    /// A social identity was proved that is linked to no account. It waits for the proof of an account.
    LinkPending {
        /// The provider that vouches for the identity.
        provider: Provider,
    },
    /// A social identity was refused, because it is linked to no account.
    IdentityNotLinked {
        /// The provider that vouches for the identity.
        provider: Provider,
    },
    /// A social identity was linked to an account, and signs in to that account from now on. Tell the account's owner.
    IdentityLinked {
        /// The account.
        account: AccountId,
        /// The provider that vouches for the identity.
        provider: Provider,
    },
    /// The link of a social identity to an account was removed by its owner.
    IdentityUnlinked {
        /// The account.
        account: AccountId,
        /// The provider that vouches for the identity.
        provider: Provider,
    },
    /// A password was set because somebody else may have had the account. Every link of the account to a social identity was removed with it, if
    /// there was any.
    LinksEnded {
        /// The account.
        account: AccountId,
    },
    /// A social identity is linked to an account by a weaker proof than this application demands, so it counts as linked to no account
    /// here.
    LinkTooWeak {
        /// The account.
        account: AccountId,
        /// The provider that vouches for the identity.
        provider: Provider,
    },
    /// The link of a social identity was not removed.
    IdentityNotUnlinked {
        /// The account.
        account: AccountId,
        /// Whether the identity is the last way in. If it is not, the reason is that the identity is not linked to that account.
        is_last: bool,
    },
    /// The host could not answer a question.
    Unavailable {
        /// The question's name.
        question: &'static str,
    },
    /// The host's answer contradicts its question: a mistake in the host. Nothing was issued.
    Contradiction {
        /// The question's name.
        question: &'static str,
    },
}

/// The reason why a proof of a factor was refused. The client gets the same answer for all reasons.
///
/// ```
/// use authflow::{
///     outcome::{Event, ProofRefusal},
///     testkit::{Call, World, demo},
/// };
///
/// let mut world = World::new();
/// for _ in 0..5 {
///     world.send(&Call::login("alice", "a guess"));
/// }
/// world.login("alice"); // the right password, but the client is told the same as before
/// let events = world.outcome.unwrap().events;
/// let [Event::ProofRefused { reason, .. }] = events[..] else { panic!("one event") };
/// assert_eq!(reason, ProofRefusal::Locked);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ProofRefusal {
    /// No such account.
    UnknownAccount,
    /// The account is disabled, or locked by an administrator.
    Inactive,
    /// The account has nothing to prove this factor with (no password, number or secret), or the factor is not one of its second factors.
    NotEnrolled,
    /// Too many wrong guesses.
    Locked,
    /// The password or code is wrong.
    Wrong,
    /// No code was sent for this, or it has expired.
    NoCode,
    /// The code was sent to another recipient than the one that the client names.
    OtherRecipient,
    /// The code has been used.
    Replayed,
    /// The account changed between the check and the write.
    AccountChanged,
    /// This proof is not enough to set a password without the old one.
    NoRecovery(NoRecovery),
    /// The policy allows no login to begin with this factor, or no registration by it.
    NotOffered,
    /// Nothing binds a provider's code to the client that brings it, and the policy takes no such code.
    CodeUnbound,
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

/// The reason why a code was not sent.
///
/// ```
/// use authflow::{
///     outcome::{Event, SendFailure},
///     testkit::{Call, World, demo},
/// };
/// use serde_json::json;
///
/// /// Whether somebody must look at the gateway.
/// fn is_gateways(event: &Event) -> bool {
///     matches!(event, Event::CodeNotSent { reason: SendFailure::NotDelivered, .. })
/// }
///
/// let mut world = World::new();
/// world.host.undeliverable = true;
/// let body = json!({ "mobile": demo::MOBILE, "type": "LOGIN_SMS" });
/// world.send(&Call::post("/api/v2/sdk/sms/send", &body));
/// assert!(world.outcome.unwrap().events.iter().any(is_gateways));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SendFailure {
    /// The account has no contact of this channel, or the step does not accept a code by this channel.
    NoRecipient,
    /// The budget allows no code now. The client is told how long to wait, if the budget says how long.
    Refused(SendRefusal),
    /// The account changed between the check and the write.
    AccountChanged,
    /// A captcha is demanded, and none was passed.
    Captcha(CaptchaRefusal),
    /// The host did not deliver the code.
    NotDelivered,
}

/// The reason why a captcha was refused when a code was asked for.
///
/// ```
/// use authflow::{
///     captcha::CaptchaKind,
///     outcome::{CaptchaRefusal, Event, SendFailure},
///     policy::Policy,
///     testkit::{Call, World, demo},
/// };
/// use serde_json::json;
///
/// let captcha = CaptchaKind::Picture;
/// let policy = Policy { demands_captcha: true, captcha, ..demo::policy() };
/// let mut world = World::with_policy(policy);
/// let body = json!({ "mobile": demo::MOBILE, "type": "LOGIN_SMS" });
/// world.send(&Call::post("/api/v2/sdk/sms/send", &body));
/// let missing = SendFailure::Captcha(CaptchaRefusal::Missing);
/// let told = |event: &Event| matches!(event, Event::CodeNotSent { reason, .. } if *reason == missing);
/// assert!(world.outcome.unwrap().events.iter().any(told));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CaptchaRefusal {
    /// The captcha is the host's own, and the host takes the client for a robot, or finds no captcha token.
    Host,
    /// The captcha is a picture, and there is no captcha token.
    Missing,
    /// The captcha token is not valid.
    Token(TokenError),
    /// The captcha token was made for another application or tenant.
    OtherApplication,
    /// The captcha token was made for another recipient.
    OtherRecipient,
    /// It was made for another device.
    OtherDevice,
    /// It has been used.
    Replayed,
}

/// The reason why there is no picture of a captcha.
///
/// ```
/// use authflow::{
///     outcome::{Event, NoCaptcha},
///     testkit::{Call, World},
/// };
///
/// let mut world = World::new(); // its captcha is the host's own
/// world.send(&Call::get("/api/v2/sdk/captcha"));
/// let events = world.outcome.unwrap().events;
/// assert_eq!(events, [Event::NoCaptcha { reason: NoCaptcha::OtherKind }]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoCaptcha {
    /// The application's captcha is the host's [own](crate::captcha::CaptchaKind::Own), which has no picture.
    OtherKind,
    /// The host gave no picture.
    Host,
}

/// The reason why a new password was refused.
///
/// ```
/// use authflow::{
///     outcome::{Fault, NewPasswordRefusal, Verdict},
///     password::{PasswordRefusal, RuleViolation},
///     testkit::{World, demo},
/// };
///
/// let mut world = World::new();
/// world.host.used_passwords.push(authflow::Secret::new("Battery-Staple-7"));
/// let expired = world.login("victor");
/// let mut change = |new: &str| {
///     world.update(expired.state_token(), demo::PASSWORD, new);
///     match world.outcome.as_ref().unwrap().verdict {
///         Verdict::Refused(Fault::NewPasswordRefused(reason)) => Some(reason),
///         _ => None,
///     }
/// };
/// assert_eq!(change("short"), Some(NewPasswordRefusal::Rule(RuleViolation::TooShort)));
/// assert_eq!(change("Battery-Staple-7"), Some(NewPasswordRefusal::Host(PasswordRefusal::Reused)));
/// assert_eq!(change("Battery-Staple-8"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NewPasswordRefusal {
    /// The application's rules refused it.
    Rule(RuleViolation),
    /// The host refused it.
    Host(PasswordRefusal),
    /// The only proof is the present password, which is breached, and the account has something else to prove with.
    BreachedProof,
}

/// The reason why a registration was refused.
///
/// ```
/// use authflow::{
///     contact::Channel,
///     outcome::{Event, RegistrationRefusal},
///     policy::Policy,
///     testkit::{Call, World, demo},
/// };
/// use serde_json::json;
///
/// let registration = [Channel::Sms].into_iter().collect();
/// let mut world = World::with_policy(Policy { registration, ..demo::policy() });
/// let body = json!({ "mobile": demo::MOBILE, "type": "REGISTER_SMS" });
/// world.send(&Call::post("/api/v2/sdk/sms/send", &body));
/// let body = json!({ "mobile": demo::MOBILE, "verify_code": world.code() });
/// world.send(&Call::post("/api/v2/sdk/register/mobile-verify-code", &body));
///
/// // The caller has proved that the number is theirs, but mona's account has it.
/// let taken = |event: &Event| {
///     matches!(event, Event::RegistrationRefused { reason: RegistrationRefusal::ContactTaken, .. })
/// };
/// assert!(world.outcome.unwrap().events.iter().any(taken));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RegistrationRefusal {
    /// The contact belongs to another account.
    ContactTaken,
    /// Something that the registrant has chosen is not acceptable.
    Profile(ProfileRefusal),
    /// The host registers nobody, or not this person.
    NotOffered,
}

/// The reason why a token was refused. The client gets the same answer for all reasons.
///
/// ```
/// use authflow::{
///     outcome::{Event, TokenRefusal},
///     testkit::World,
///     token::TokenError,
/// };
///
/// let mut world = World::new();
/// let warned = world.login("erin");
/// let mut skip = |token: &str| {
///     world.skip(token);
///     let outcome = world.outcome.as_ref().unwrap();
///     outcome.events.iter().find_map(|event| match event {
///         Event::TokenRefused { reason, .. } => Some(*reason),
///         _ => None,
///     })
/// };
/// assert_eq!(skip(warned.state_token()), None);
/// assert_eq!(skip(warned.state_token()), Some(TokenRefusal::Replayed));
/// assert_eq!(skip("nonsense"), Some(TokenRefusal::Token(TokenError::Malformed)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenRefusal {
    /// The token itself is not valid.
    Token(TokenError),
    /// The token is for another step.
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
    /// A rotation has replaced it by a newer token.
    Rotated,
    /// It belongs to another tenant.
    OtherTenant,
    /// The account's credentials changed after the subject signed in.
    CredentialsChanged,
    /// Its application issues no tickets.
    NoTickets,
    /// Its application does not let a tenant's server get new tokens for a session.
    NotForServers,
    /// The host's transaction refused it.
    Refused,
    /// Its application takes it only in a [signed call](crate::signed_call), and this call is not signed. Or the call is signed, and its application
    /// has no key.
    NotSigned,
    /// The signature is not base64 or is not as long as its key demands, or the host did not open it.
    NotOpened,
    /// The signature does not open to a session token, a time and a nonce.
    FrameMalformed,
    /// The signature was made too long ago, or its time lies too far ahead.
    OutsideWindow,
    /// Its identity has been linked to another account meanwhile.
    IdentityTaken,
}
