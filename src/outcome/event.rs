//! What happened, for the host's log, and why.

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

/// Something that happened. Accounts are named by id, never by what was typed; no event holds a secret.
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
        /// To whom. Of somebody who registers, the account that was not made.
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
    /// A number or address was replaced, or a first one set. **Tell the old one**, where there was one: whoever has taken over a session takes the
    /// contacts next, and this is how their owner learns of it.
    ContactReplaced {
        /// Whose.
        account: AccountId,
        /// Which of the two.
        channel: Channel,
        /// Whom to tell: the contact of before, as it was stored. It is not printed. What was typed is not here.
        before: Option<Recipient>,
    },
    /// A number or address was not replaced, or no code was sent for that, because of how its subject has signed in.
    ContactRefused {
        /// Whose it would have been.
        account: AccountId,
        /// Which of the two.
        channel: Channel,
        /// Why.
        reason: NoNewContact,
    },
    /// A number or address was not replaced: its owner has proved to have it, and it is another account's.
    ContactTaken {
        /// Whose it would have been.
        account: AccountId,
        /// Which of the two.
        channel: Channel,
    },
    /// A code was handed to the host for sending.
    CodeSent {
        /// Whose recipient it went to, or is to be; `None` for a decoy, and for a code to register with.
        account: Option<AccountId>,
        /// By which way.
        channel: Channel,
        /// What for.
        purpose: CodePurpose,
    },
    /// A code was not sent.
    CodeNotSent {
        /// Whose recipient it would have gone to; `None` for a decoy, and for a code to register with.
        account: Option<AccountId>,
        /// Why.
        reason: SendFailure,
    },
    /// Half of what the application sends in all in a day has been asked for by people who had proved nothing, decoys counted too, so a captcha is
    /// demanded of everybody who asks for a code now. Look for whoever asks: when the [sum](crate::code::SendPolicy::daily_in_all) is really
    /// spent, nobody gets one.
    CaptchaDemanded,
    /// A picture of a captcha was shown.
    CaptchaShown,
    /// No picture of a captcha was shown, or none could be solved.
    NoCaptcha {
        /// Why.
        reason: NoCaptcha,
    },
    /// A picture was solved, and a captcha token made of it.
    CaptchaPassed,
    /// A picture was not solved, or it was over, or there was none.
    CaptchaFailed,
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
    /// A tenant's server got a token to show instead of its secret.
    TenantTokenIssued {
        /// Whose server it is.
        server: TenantServer,
    },
    /// A client asked what to seal its session token with, and its application has no key for that.
    NoCallKey,
    /// A password was not set without the old one, or a contact not replaced, because the sign-in was too long ago.
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
    /// Somebody was not registered.
    RegistrationRefused {
        /// Who has the contact, where that was found before anything was written.
        account: Option<AccountId>,
        /// Why.
        reason: RegistrationRefusal,
    },
    /// An account was made, for somebody who has registered.
    Registered {
        /// Its id.
        account: AccountId,
        /// By which channel.
        channel: Channel,
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
    /// A social identity was proved that is linked to no account; it waits for the proof of one.
    LinkPending {
        /// Who vouches for it.
        provider: Provider,
    },
    /// A social identity was refused that is linked to no account.
    IdentityNotLinked {
        /// Who vouches for it.
        provider: Provider,
    },
    /// A social identity was linked to an account: whoever has it signs in as that from now on. Tell its owner.
    IdentityLinked {
        /// To which.
        account: AccountId,
        /// Who vouches for it.
        provider: Provider,
    },
    /// The link of a social identity to an account was taken away, by its owner.
    IdentityUnlinked {
        /// Whose.
        account: AccountId,
        /// Who vouches for it.
        provider: Provider,
    },
    /// Every link of an account to a social identity was taken away, if it had any, with a password that was set because somebody else may have had the account.
    LinksEnded {
        /// Whose.
        account: AccountId,
    },
    /// A social identity is linked to an account by less than this application demands, so it counts as linked to nobody here.
    LinkTooWeak {
        /// Whose.
        account: AccountId,
        /// Who vouches for it.
        provider: Provider,
    },
    /// The link of a social identity was not taken away.
    IdentityNotUnlinked {
        /// Whose account it was asked of.
        account: AccountId,
        /// Whether it is the last way in; else it is not linked to that account.
        is_last: bool,
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
/// world.login("alice"); // the right password, and the client is told what it was told before
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
    /// The policy begins no login with it, or registers nobody by it.
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

/// Why a code was not sent.
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
    /// The account has no contact of this channel, or it may not prove the step.
    NoRecipient,
    /// The budget says no. Where it says for how long, the client is told to wait.
    Refused(SendRefusal),
    /// The account changed between the check and the write.
    AccountChanged,
    /// A captcha is demanded, and this one is not good.
    Captcha(CaptchaRefusal),
    /// The host did not deliver it.
    NotDelivered,
}

/// Why a captcha was not good where a code was asked for.
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
    /// It is not a good captcha token.
    Token(TokenError),
    /// It was made for another application or tenant.
    OtherApplication,
    /// It was made for another recipient.
    OtherRecipient,
    /// It was made for another device.
    OtherDevice,
    /// It has been used.
    Replayed,
}

/// Why there is no picture of a captcha.
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
    /// The host gave none.
    Host,
}

/// Why a new password was refused.
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
    /// By the application's rules.
    Rule(RuleViolation),
    /// By the host.
    Host(PasswordRefusal),
    /// The only proof is the present password, which is breached, and the account has something else to prove with.
    BreachedProof,
}

/// Why somebody was not registered.
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
/// // Whoever registers has proved that the number is theirs. It is mona's.
/// let taken = |event: &Event| {
///     matches!(event, Event::RegistrationRefused { reason: RegistrationRefusal::ContactTaken, .. })
/// };
/// assert!(world.outcome.unwrap().events.iter().any(taken));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RegistrationRefusal {
    /// The contact is another account's.
    ContactTaken,
    /// Something that they have chosen does not do.
    Profile(ProfileRefusal),
    /// The host registers nobody, or not this one.
    NotOffered,
}

/// Why a token was refused. The client is told one thing for all of them.
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
    /// Its application has no server of a tenant make its sessions' tokens anew.
    NotForServers,
    /// The host's transaction refused it.
    Refused,
    /// Its application takes it in a [signed call](crate::signed_call) alone, and this call is not signed; or the call is, and its application has no key.
    NotSigned,
    /// The signature is no base64, is of another length than its key's, or the host did not open it.
    NotOpened,
    /// What the signature opens to is not a session token, a time and a nonce.
    FrameMalformed,
    /// The signature was made too long ago, or is of a time that has not come.
    OutsideWindow,
    /// Its identity is linked to another account meanwhile.
    IdentityTaken,
}
