//! The engine: one configuration, and one entry point for every operation.
//!
//! An operation takes a judged [`Caller`], what it is about, and a [`Moment`], and answers with a [`Step`]. Each operation has its own file and reads
//! top to bottom there, as methods named after what has just happened. Hosts with their own routes call it here. [`sdk::Api`](crate::sdk::Api) calls
//! it for the family's routes.

mod access;
mod admit;
mod ask;
mod authenticate;
mod candidate;
mod captcha;
mod change_password;
mod commit;
mod config;
mod context;
mod end_sessions;
mod exchange;
mod find_session;
mod grant;
mod guess;
mod holder;
mod id_token;
mod link_identity;
mod login;
mod masked_mobile;
mod mobile_token;
mod new_password;
mod open_session;
mod own_contact;
mod own_identities;
mod own_password;
mod password_is_set;
mod pending;
mod presented;
mod prove_code;
mod prove_factor;
mod prove_password;
mod prove_totp;
mod public_key;
mod refresh_session;
mod refuse;
mod register;
mod reset_password;
mod retry;
mod send_code;
mod sending;
mod server_date;
mod sign_in;
mod signature;
mod skip_password;
mod social_sign_in;
mod spent;
mod stranger;
mod tenant;
mod ticket;
mod ways_in;

pub use captcha::CaptchaSolution;
pub use change_password::{ChangeProof, PasswordChange};
pub use config::{Applications, Config, ConfigError};
pub use link_identity::{LinkProof, NewcomerProof};
pub use mobile_token::MobileToken;
pub use own_contact::{ContactChange, ContactCodeRequest};
pub use own_identities::NamedIdentity;
pub use own_password::{OwnPasswordChange, OwnPasswordCodeChange};
pub use presented::{PresentedSession, PresentedToken};
pub use prove_factor::FactorResponse;
pub use register::Registrant;
pub use reset_password::{MobilePasswordUpdate, PasswordReset};
pub use send_code::CodeRequest;
pub use sign_in::{CodeCredentials, Credentials};
pub use social_sign_in::SocialCode;
pub use tenant::{TenantCaller, TenantClient};

pub(crate) use register::IsOffered;
pub(crate) use send_code::Meant;

use crate::{
    AccountId, Application, Audience, Moment, SessionId, Timestamp,
    device::{Caller, DeviceCookie, HeaderFaults, Language},
    outcome::{BodyFault, Facts},
    step::Step,
    token::{
        CallsAreSigned, IdToken, IdTokenKey, IdTokenSigning, Issuer, LinkToken, PublicKeys, SessionToken,
        SessionVerifier, StateToken, Ticket, Untrusted,
    },
};
use alloc::sync::Arc;
use config::Core;

/// Runs logins under one configuration. It is cheap to clone. To rotate keys, make a new engine.
///
/// Each operation begins a request and gives its first [`Step`]: a question to answer, or the outcome. A host drives it to the end with
/// [`drive`](crate::drive), or by hand. A façade calls the same operations for its routes.
///
/// ```
/// use authflow::{
///     Application, ClientId, Config, Credentials, Engine, Secret,
///     account::UserName,
///     device::{Caller, Device},
///     drive_blocking,
///     outcome::Verdict,
///     testkit::{Clock, MemoryHost, demo},
///     token::{Issuer, Key, KeyRing},
/// };
/// use std::sync::Mutex;
///
/// let shop = ClientId::new("shop")?;
/// // yours: 32 random bytes from a secret store
/// let ring = KeyRing::new(Key::new("2026-11", demo::secret(7))?);
/// let engine = Engine::new(Config::new(
///     Issuer::new("https://shop.example")?,
///     ring,
///     [Application::new(shop)].into(),
/// ))?;
///
/// let mut erin = demo::account("erin");
/// erin.tenant = None;
/// erin.password = Some(demo::password("Correct-Horse-7", demo::START));
/// // yours, on a database
/// let host = Mutex::new(MemoryHost { accounts: vec![erin], ..MemoryHost::default() });
/// let moment = Clock::at(demo::START).moment(); // yours: Moment::now()?
///
/// let device = Device::with_fingerprint("this phone", "", None)?;
/// let caller = Caller { device, client_id: shop, tenant: None, language: None };
/// let credentials = Credentials {
///     identifier: UserName::new("Erin")?.into(),
///     password: Secret::new("Correct-Horse-7"),
/// };
/// let outcome = drive_blocking(engine.sign_in(caller, credentials, moment), &host)?;
/// assert!(matches!(outcome.verdict, Verdict::SignedIn(_)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Operations
///
/// The table lists the questions of a request that succeeds. A request about an account that does not exist asks the same questions as one with a
/// wrong proof.
///
#[doc = include_str!("operations.md")]
///
/// # Guesses
///
/// An operation that proves something asks [`ReserveAttempt`](crate::guess::ReserveAttempt) before it judges. A right proof asks no
/// [`SettleAttempt`](crate::guess::SettleAttempt). Its count is cleared by [`Write::ClearGuesses`](crate::step::Write::ClearGuesses), in the
/// [`Commit`](crate::step::Commit) that carries out what it proves. `SettleAttempt` is asked last, and only if the request ends without that commit.
/// A wrong guess then stays counted, and a guess that was not wrong is given back. A guess at a locked slot is settled too, and counts towards no
/// lock. A [contended](crate::guess::Attempt::Contended) guess was not counted, so it is not settled. Nor is the guess of a commit that went
/// unanswered, which may have been carried out.
///
/// # Signed calls
///
/// An application that has a [`call_key`](crate::Application::call_key) takes a session only in a [signed call](crate::signed_call). Such a call asks
/// [`OpenSealed`](crate::signed_call::OpenSealed) before anything else about the session. Its commit, if it comes to one, claims the signature. Three
/// things claim it by an extra [`Commit`](crate::step::Commit) that writes nothing else. A guess does so before
/// [`ReserveAttempt`](crate::guess::ReserveAttempt), so that a replayed call counts no guess. [`send_contact_code`](Self::send_contact_code) does so
/// because the commit of its code may claim a captcha token. [`authenticate`](Self::authenticate) does so because it does not know what the host's
/// route does. A request with an id token or a session token in the clear is refused there without a question. But [`sign_out`](Self::sign_out) takes
/// a session token in the clear, so that nobody stays signed in because the host's key service is down. A tenant's server also shows session tokens
/// in the clear, because it has its own credential.
#[derive(Clone, Debug)]
pub struct Engine {
    core: Arc<Core>,
}

impl Engine {
    /// Checks a configuration and makes an engine of it.
    ///
    /// # Errors
    /// When two applications have the same client id, or a sealing key has the secret of a key of the ring.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        Ok(Self { core: Arc::new(Core::new(config)?) })
    }

    /// The verifier of an application's session tokens, for middleware. It verifies and does nothing else.
    ///
    /// # Errors
    /// When the calls of the application must be [signed](Self#signed-calls): a token in the clear shows nothing there.
    pub fn verifier(&self, application: &Application) -> Result<SessionVerifier, CallsAreSigned> {
        SessionVerifier::new(&self.core.ring, application)
    }

    /// The keys with which a relying party verifies the id tokens of `audience`. There is one for each key of the ring, so that the relying party can
    /// get the next key before a rotation. Each says [when it counts](IdTokenKey::window).
    ///
    /// Nothing is signed with these keys if id tokens are [signed outside](crate::token::IdTokenSigning::Outside).
    pub fn export_id_token_keys(&self, audience: &Audience) -> impl Iterator<Item = IdTokenKey> {
        self.core.ring.export_id_token_keys(audience)
    }

    /// The public keys with which relying parties verify id tokens that are [signed outside](crate::token::IdTokenSigning::Outside). They are those
    /// of the configuration that are [published](crate::token::OutsideKey::publishing), and there are none if the library signs. A key that is
    /// [shared](Self::export_id_token_keys) is never among them. The family serves them at `GET /api/v1/oauth2/keys`.
    pub fn public_keys(&self, now: Timestamp) -> PublicKeys {
        match &self.core.id_token_signing {
            IdTokenSigning::ApplicationKey => PublicKeys::default(),
            IdTokenSigning::Outside(keys) => keys.published(now),
        }
    }

    /// The issuer of the id tokens.
    pub fn issuer(&self) -> &Issuer {
        &self.core.issuer
    }

    /// The language of messages if neither the caller nor an application names one.
    pub fn language(&self) -> Language {
        self.core.language
    }

    /// Draws a cookie by which your own routes recognise a browser that brings none. Set it before the browser signs in.
    pub fn draw_device_cookie(&self, moment: &Moment) -> DeviceCookie {
        DeviceCookie::from_bytes(self.core.ring.signer().draw(moment, "device cookie", &[]))
    }

    /// Finds out the ways in: which factors begin a login, which channels reset a forgotten password, and the rules for a new password. They are in
    /// the outcome's [`Facts`]. The verdict is [`Done`](crate::outcome::Verdict::Done).
    ///
    /// ```
    /// use authflow::{
    ///     contact::Channel,
    ///     device::Caller,
    ///     factor::Factor,
    ///     testkit::{World, demo},
    /// };
    ///
    /// let mut world = World::new();
    /// let engine = world.api.engine().clone();
    /// let step = engine.ways_in(Caller::from_headers(&demo::device())?, world.moment());
    /// let facts = world.run(step).facts;
    /// // What a page for signing in shows.
    /// assert!(
    ///     facts.first_factors.contains(Factor::Password)
    ///         && facts.first_factors.contains(Factor::Sms)
    /// );
    /// assert!(facts.recovery.contains(Channel::Sms), "a link for a forgotten password");
    /// assert!(!facts.registration.contains(Channel::Sms), "and none to register");
    /// # Ok::<(), authflow::device::HeaderFaults>(())
    /// ```
    pub fn ways_in(&self, caller: Caller, moment: Moment) -> Step {
        ways_in::start(&self.core, caller, moment)
    }

    /// Signs in with an identifier and a password.
    ///
    /// The commit clears the count, opens the session and renews an [outdated](crate::password::PasswordMatch::MatchesOutdated) verifier. A request
    /// that ends without that commit [settles its guess](Self#guesses).
    pub fn sign_in(&self, caller: Caller, credentials: Credentials, moment: Moment) -> Step {
        sign_in::with_password(&self.core, caller, credentials, moment)
    }

    /// Signs in with a code that was sent ([`CodePurpose::SignIn`](crate::code::CodePurpose::SignIn)). The commit uses the code up.
    ///
    /// ```
    /// use authflow::{
    ///     CodeCredentials, CodeRequest, Secret,
    ///     code::CodePurpose,
    ///     contact::{Channel, Recipient},
    ///     device::Caller,
    ///     outcome::Verdict,
    ///     testkit::{World, demo},
    ///     token::Untrusted,
    /// };
    ///
    /// let mut world = World::new(); // nora has no password, only a mobile
    /// let engine = world.api.engine().clone();
    /// let caller = Caller::from_headers(&demo::device())?;
    /// let nora = Recipient::new(Channel::Sms, "+86-13800000001")?;
    ///
    /// let request = CodeRequest {
    ///     purpose: CodePurpose::SignIn,
    ///     channel: Channel::Sms,
    ///     recipient: Some(Secret::new(nora.as_str())),
    ///     captcha_token: None,
    /// };
    /// let step = engine.send_code(caller.clone(), Untrusted::new(b""), request, world.moment());
    /// assert!(matches!(world.run(step).verdict, Verdict::Done));
    ///
    /// let credentials = CodeCredentials { recipient: nora, code: Secret::new(world.code()) };
    /// let step = engine.sign_in_with_code(caller, credentials, world.moment());
    /// assert!(matches!(world.run(step).verdict, Verdict::SignedIn(_)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign_in_with_code(&self, caller: Caller, credentials: CodeCredentials, moment: Moment) -> Step {
        sign_in::with_code(&self.core, caller, credentials, moment)
    }

    /// Signs in with a code of a provider of social accounts, if [`Factor::Federated`](crate::factor::Factor::Federated) is a first factor. The code
    /// must be [bound](crate::social::CodeProof) to the client that brings it, unless the policy [takes unbound
    /// ones](crate::policy::Policy::allows_unbound_codes).
    ///
    /// A guess is counted in a slot of the device before the host is asked about the code. An identity that is linked to an account proves its first
    /// factor, if the link [counts](crate::flow::link_counts). [`unassociated`](crate::policy::Policy::unassociated) decides about an identity that
    /// is linked to nobody. It is refused, or the verdict is [`Verdict::LinkPending`](crate::outcome::Verdict::LinkPending), whose token goes to
    /// [`link_identity`](Self::link_identity). A code that proves nothing [stays counted](Self#guesses).
    pub fn sign_in_with_social_code(&self, caller: Caller, code: SocialCode, moment: Moment) -> Step {
        social_sign_in::start(&self.core, caller, code, moment)
    }

    /// Signs in with a token that vouches for a mobile, as if a code had been sent there and typed. [`Factor::Sms`](crate::factor::Factor::Sms) must
    /// be a first factor, and the policy must take [such tokens](crate::policy::Policy::takes_vouched_mobiles). A guess is counted in a slot of the
    /// device. A token that proves nothing [stays counted](Self#guesses).
    pub fn sign_in_with_mobile_token(&self, caller: Caller, token: MobileToken, moment: Moment) -> Step {
        mobile_token::sign_in(&self.core, caller, token, moment)
    }

    /// Proves an account, and goes on to sign in to it. The identity of the link token is linked to the account when the login ends in a session, now
    /// or after further steps. It is not linked earlier, so that a link is no way around a second factor or an expired password.
    ///
    /// Once nothing more must be proved, the host decides about the [link](crate::step::AccessPurpose::LinkIdentity) as well. A wrong proof does not
    /// spend the link token, and [stays counted](Self#guesses).
    pub fn link_identity(
        &self,
        caller: Caller,
        link_token: Untrusted<'_, LinkToken>,
        proof: LinkProof,
        moment: Moment,
    ) -> Step {
        link_identity::start(&self.core, caller, link_token, proof, moment)
    }

    /// Registers somebody who has no account, and links the identity of the link token to the new account, if
    /// [`flow::registers_linked`](crate::flow::registers_linked) says so.
    ///
    /// The host decides about the [link](crate::step::AccessPurpose::LinkIdentity) as well. The commit uses the link token up, makes the account,
    /// links the identity and opens the session, all or nothing.
    pub fn register_and_link(
        &self,
        caller: Caller,
        link_token: Untrusted<'_, LinkToken>,
        proof: NewcomerProof,
        moment: Moment,
    ) -> Step {
        link_identity::register(&self.core, caller, link_token, proof, moment)
    }

    /// Tells a signed-in subject which identities their account is linked to.
    pub fn list_identities(&self, caller: Caller, presented: PresentedToken<'_>, moment: Moment) -> Step {
        own_identities::list(&self.core, caller, presented, moment)
    }

    /// Removes the link of an identity to the account of a signed-in subject, within 10 minutes of their sign-in. It never removes the last way in.
    /// All other sessions end.
    pub fn unlink_identity(
        &self,
        caller: Caller,
        presented: PresentedToken<'_>,
        which: NamedIdentity,
        moment: Moment,
    ) -> Step {
        own_identities::unlink(&self.core, caller, presented, which, moment)
    }

    /// Sends a code. Without a state token, pass [`Untrusted::new(b"")`](Untrusted::new).
    ///
    /// The commit counts the code against the budget of its recipient and stores its digest. Outside a pending login, a request for a recipient that
    /// nobody has asks the same questions, with a decoy. A code to register with is really sent, whether anybody has the recipient or not. A request
    /// for a code for a forgotten password is refused as malformed if the policy has no [`recovery`](crate::policy::Policy::recovery) by this
    /// channel. So is a request for a code to register with, if [nobody registers](crate::flow::registration) by it.
    ///
    /// A [captcha](crate::captcha) that is demanded of somebody who has proved nothing is judged before all of that. If it is demanded because half
    /// of the daily sum has been asked for, it is judged after a first commit. The library judges its own captcha token without a question. The
    /// commit claims the token, so that it counts once.
    pub fn send_code(
        &self,
        caller: Caller,
        state_token: Untrusted<'_, StateToken>,
        request: CodeRequest,
        moment: Moment,
    ) -> Step {
        send_code::start(&self.core, caller, state_token, request, |_, _, purpose, _| Some(purpose), moment)
    }

    /// The same, for the purpose that the application's dialect means. The body is refused if no call takes such a code.
    pub(crate) fn send_code_as_meant(
        &self,
        caller: Caller,
        state_token: Untrusted<'_, StateToken>,
        request: CodeRequest,
        meant: Meant,
        moment: Moment,
    ) -> Step {
        send_code::start(&self.core, caller, state_token, request, meant, moment)
    }

    /// Shows the account's mobile, masked, to a client that has got as far as a pending login. It spends nothing.
    pub fn masked_mobile(
        &self,
        caller: Caller,
        state_token: Untrusted<'_, StateToken>,
        moment: Moment,
    ) -> Step {
        masked_mobile::start(&self.core, caller, state_token, moment)
    }

    /// Proves a further factor, and goes on with the login.
    ///
    /// The commit clears the count. A wrong proof does not spend the state token, and [stays counted](Self#guesses). If the secret of an
    /// authenticator does not [open](crate::sealing), only the account is asked for.
    ///
    /// ```
    /// use authflow::{
    ///     Credentials, FactorResponse, Secret,
    ///     account::UserName,
    ///     device::Caller,
    ///     factor::Factor,
    ///     flow::Wait,
    ///     outcome::Verdict,
    ///     testkit::{World, demo},
    /// };
    ///
    /// let mut world = World::new(); // tom has an authenticator
    /// let engine = world.api.engine().clone();
    /// let caller = Caller::from_headers(&demo::device())?;
    /// let credentials = Credentials {
    ///     identifier: UserName::new("tom")?.into(),
    ///     password: Secret::new(demo::PASSWORD),
    /// };
    /// let step = engine.sign_in(caller.clone(), credentials, world.moment());
    /// let Verdict::Pending(pending) = world.run(step).verdict else {
    ///     panic!("a second factor is wanted")
    /// };
    /// assert!(
    ///     matches!(pending.wait, Wait::FactorRequired { choices } if choices.contains(Factor::Totp))
    /// );
    ///
    /// let response = FactorResponse::Totp { code: Secret::new(world.totp("tom", 0)) };
    /// let step =
    ///     engine.prove_factor(caller, pending.state_token.presented(), response, world.moment());
    /// assert!(matches!(world.run(step).verdict, Verdict::SignedIn(_)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn prove_factor(
        &self,
        caller: Caller,
        state_token: Untrusted<'_, StateToken>,
        response: FactorResponse,
        moment: Moment,
    ) -> Step {
        prove_factor::start(&self.core, caller, state_token, response, moment)
    }

    /// Skips the change of a password that is about to expire, and goes on with the login (seed page "Skipping Force
    /// Password Change").
    ///
    /// The commit spends the state token, counts the skip and opens the session at once. With a [`retry_grace`](crate::policy::Policy::retry_grace),
    /// a skip that was done already ends in the same session, without a commit.
    ///
    /// ```
    /// use authflow::{
    ///     Credentials, Secret,
    ///     account::UserName,
    ///     device::Caller,
    ///     outcome::Verdict,
    ///     testkit::{World, demo},
    /// };
    ///
    /// let mut world = World::new(); // erin's password expires in five days
    /// let engine = world.api.engine().clone();
    /// let caller = Caller::from_headers(&demo::device())?;
    /// let credentials = Credentials {
    ///     identifier: UserName::new("erin")?.into(),
    ///     password: Secret::new(demo::PASSWORD),
    /// };
    /// let step = engine.sign_in(caller.clone(), credentials, world.moment());
    /// let Verdict::Pending(pending) = world.run(step).verdict else { panic!("she is warned") };
    /// assert_eq!(pending.wait.skips_left(), 3);
    ///
    /// let step =
    ///     engine.skip_password(caller.clone(), pending.state_token.presented(), world.moment());
    /// assert!(matches!(world.run(step).verdict, Verdict::SignedIn(_)));
    /// // The token is good once.
    /// let step = engine.skip_password(caller, pending.state_token.presented(), world.moment());
    /// assert!(matches!(world.run(step).verdict, Verdict::Refused(_)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn skip_password(
        &self,
        caller: Caller,
        state_token: Untrusted<'_, StateToken>,
        moment: Moment,
    ) -> Step {
        skip_password::start(&self.core, caller, state_token, moment)
    }

    /// Changes the password within a login, proved by the old one or by a code, and goes on with the login.
    ///
    /// The commit clears the count. A new password that breaks the rules is refused before the guess. A refusal does not spend the state token. A
    /// wrong proof [stays counted](Self#guesses).
    pub fn change_password(
        &self,
        caller: Caller,
        state_token: Untrusted<'_, StateToken>,
        change: PasswordChange,
        moment: Moment,
    ) -> Step {
        change_password::start(&self.core, caller, state_token, change, moment)
    }

    /// Finds out whose request it is: the guard before one of the host's own routes. It ends in
    /// [`Verdict::Authenticated`](crate::outcome::Verdict::Authenticated) or in one refusal, whatever is wrong. The token may be of another
    /// application or device, expired, or rotated away. The session may have ended or gone unused. The account may be disabled, gone or changed. The
    /// guard issues nothing and asks for no write. The use of the session is noted with the [answer](crate::session::CheckSession::note). Only a
    /// [signed call](Self#signed-calls) is written down, by a last [`Commit`](crate::step::Commit), so that its signature is good for one request. So
    /// let only one guard see a request.
    ///
    /// [`DecideAccess`](crate::step::DecideAccess) is not asked. It decides who gets in and stays in, so it is asked at sign-in and at each refresh.
    /// A guard stands before every request, and the route says what its subject may do there. To lock somebody out at once, end their sessions or
    /// disable the account. The route must also demand a recent sign-in, or more factors, if it needs them.
    /// [`Authenticated`](crate::outcome::Authenticated) shows both.
    ///
    /// A browser, recognised by its cookie:
    ///
    /// ```
    /// use authflow::{
    ///     Credentials, Lifetime, PresentedToken, Secret,
    ///     account::UserName,
    ///     device::{Device, DeviceCookie},
    ///     factor::Factor,
    ///     outcome::Verdict,
    ///     testkit::{World, demo},
    /// };
    ///
    /// let mut world = World::new();
    /// let engine = world.api.engine().clone();
    ///
    /// // Before the sign-in the browser brings no cookie: draw one, and set it.
    /// let cookie = engine.draw_device_cookie(&world.moment());
    /// let set = cookie.set_cookie(); // Set-Cookie: __Host-device=…; Secure; HttpOnly; …
    /// let browser = Device::with_cookie(&cookie, "Mozilla/5.0", None).unwrap();
    /// let credentials = Credentials {
    ///     identifier: UserName::new("alice")?.into(),
    ///     password: Secret::new(demo::PASSWORD),
    /// };
    /// let step = engine.sign_in(demo::caller(browser.clone()), credentials, world.moment());
    /// let Verdict::SignedIn(grant) = world.run(step).verdict else { panic!() };
    ///
    /// // With each request the browser brings both cookies: its own, and the session token.
    /// let presented = PresentedToken::Session(grant.session_token.presented());
    /// let step = engine.authenticate(demo::caller(browser), presented, world.moment());
    /// let Verdict::Authenticated(who) = world.run(step).verdict else { panic!() };
    /// assert_eq!(who.subject.user_name.as_deref(), Some("alice"));
    /// // What this route demands beyond that.
    /// assert!(who.is_recent(Lifetime::of::<600>(), world.clock.now) && !who.has(Factor::Totp));
    ///
    /// // The token alone, in another browser, is refused.
    /// let other =
    ///     Device::with_cookie(&DeviceCookie::from_bytes([7; 16]), "Mozilla/5.0", None).unwrap();
    /// let step = engine.authenticate(demo::caller(other), presented, world.moment());
    /// assert!(matches!(world.run(step).verdict, Verdict::Refused(_)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// An app, recognised by the fingerprint in its headers, with the id token of its sign-in:
    ///
    /// ```
    /// use authflow::{
    ///     PresentedToken,
    ///     device::Caller,
    ///     outcome::Verdict,
    ///     testkit::{World, demo},
    ///     token::Untrusted,
    /// };
    ///
    /// let mut world = World::new();
    /// let signed_in = world.login("alice");
    /// let headers = demo::device(); // those of the request
    ///
    /// let caller = Caller::from_headers(&headers)?;
    /// let bearer = PresentedToken::Bearer(Untrusted::new(signed_in.id_token()));
    /// let Verdict::Authenticated(who) = world.authenticate(caller, bearer) else { panic!() };
    /// assert_eq!(who.subject.user_name.as_deref(), Some("alice"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn authenticate(&self, caller: Caller, presented: PresentedToken<'_>, moment: Moment) -> Step {
        authenticate::start(&self.core, caller, presented, moment)
    }

    /// Tells a signed-in subject whether they have set a password (seed page "Check if Personal Password is Set"). They show an id token or a session
    /// token, or make a [signed call](Self#signed-calls).
    pub fn password_is_set<'a>(
        &self,
        caller: Caller,
        presented: impl Into<PresentedToken<'a>>,
        moment: Moment,
    ) -> Step {
        password_is_set::start(&self.core, caller, presented.into(), moment)
    }

    /// Sets or changes a signed-in subject's own password. They show an id token or a session token. A first password, which no old one proves, takes
    /// a policy that [says so](crate::policy::Policy::session_sets_first_password). It also takes a sign-in of at most 10 minutes ago, by more than
    /// [a second factor](crate::flow::first_password). A breached password [does not prove](crate::flow::old_password) its own change if the subject
    /// has anything else to prove with.
    ///
    /// The commit clears the count and ends all other sessions. A wrong old password [stays counted](Self#guesses).
    pub fn change_own_password(
        &self,
        caller: Caller,
        presented: PresentedToken<'_>,
        change: OwnPasswordChange,
        moment: Moment,
    ) -> Step {
        own_password::change(&self.core, caller, presented, change, moment)
    }

    /// Sets or changes a signed-in subject's own password, proved by a code to their own contact
    /// ([`CodePurpose::UpdatePassword`](crate::code::CodePurpose::UpdatePassword)) instead of the old password. The sign-in must be at most 10
    /// minutes ago, and the channel must not be a [second factor](crate::flow::own_password) of theirs.
    ///
    /// The commit uses the code up, clears the count and ends all other sessions. A wrong code [stays counted](Self#guesses).
    pub fn change_own_password_by_code(
        &self,
        caller: Caller,
        presented: PresentedToken<'_>,
        change: OwnPasswordCodeChange,
        moment: Moment,
    ) -> Step {
        own_password::change_by_code(&self.core, caller, presented, change, moment)
    }

    /// Sends a code to a number or address that a signed-in subject wants as their own
    /// ([`CodePurpose::UpdateContact`](crate::code::CodePurpose::UpdateContact)), if [`change_contact`](Self::change_contact) would take it. The code
    /// is bound to the account as it is now, to the device and to that contact. It also notes this session, in which it proves nothing. The answer is
    /// the same whether anybody has the contact or not, because the contact is not looked up.
    ///
    /// Nobody has proved that the contact is theirs. So the call takes a captcha if one is demanded of strangers, and is in their [daily
    /// sum](crate::code::SendPolicy::daily_in_all).
    ///
    /// The commit counts the code against two budgets: that of its recipient as a new contact, and that of the subject. It also stores the digest.
    pub fn send_contact_code(
        &self,
        caller: Caller,
        presented: PresentedToken<'_>,
        request: ContactCodeRequest,
        moment: Moment,
    ) -> Step {
        request.start(&self.core, caller, presented, moment)
    }

    /// Replaces a signed-in subject's own number or address, or sets a first one. The proof is a code that was sent to the new contact
    /// ([`send_contact_code`](Self::send_contact_code)). The session must be newer than the code: not the session that asked for it, and with a
    /// sign-in since then, at most 10 minutes ago. If the contact is a second factor, the sign-in must be [by that
    /// factor](crate::flow::replace_contact). So somebody who has a session and nothing else cannot replace a contact. They get the fault
    /// [`SignInNotRecent`](crate::outcome::Fault::SignInNotRecent). The subject must then sign in again and present the same code. The session in
    /// hand goes on with its old sign-in time. Every other session of the account ends. So do its pending logins and codes, because they were
    /// judged before the change.
    ///
    /// Only a subject who has proved the contact learns that it belongs to another account. Tell the previous contact, which is in the event
    /// [`ContactReplaced`](crate::outcome::Event::ContactReplaced).
    ///
    /// The commit uses the code up and clears the count. A wrong code [stays counted](Self#guesses), in a separate slot.
    ///
    /// ```
    /// use authflow::{
    ///     ContactChange, ContactCodeRequest, PresentedToken, Secret,
    ///     contact::{Channel, Recipient},
    ///     device::Caller,
    ///     outcome::{Event, Verdict},
    ///     testkit::{World, demo},
    ///     token::Untrusted,
    /// };
    ///
    /// let mut world = World::new();
    /// let engine = world.api.engine().clone();
    /// let caller = || Caller::from_headers(&demo::device()).unwrap();
    /// let asker = world.login("alice");
    /// let presented = PresentedToken::Session(Untrusted::new(asker.session_token()));
    ///
    /// let contact = Recipient::new(Channel::Email, "alice@example.com")?;
    /// let request = ContactCodeRequest { contact: contact.clone(), captcha_token: None };
    /// let step = engine.send_contact_code(caller(), presented, request, world.moment());
    /// assert!(matches!(world.run(step).verdict, Verdict::Done));
    ///
    /// // A thief with that session alone gets no further. Its subject signs in again.
    /// let since = world.login("alice");
    /// let presented = PresentedToken::Session(Untrusted::new(since.session_token()));
    /// let change = ContactChange { contact, code: Secret::new(&*world.code()) };
    /// let step = engine.change_contact(caller(), presented, change, world.moment());
    /// let outcome = world.run(step);
    /// assert!(matches!(outcome.verdict, Verdict::Done));
    /// assert!(matches!(
    ///     outcome.events[..],
    ///     [Event::ContactReplaced { channel: Channel::Email, before: None, .. }]
    /// ));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn change_contact(
        &self,
        caller: Caller,
        presented: PresentedToken<'_>,
        change: ContactChange,
        moment: Moment,
    ) -> Step {
        change.start(&self.core, caller, presented, moment)
    }

    /// Sets a new password instead of a forgotten one, proved by a code
    /// ([`CodePurpose::ForgottenPassword`](crate::code::CodePurpose::ForgottenPassword)), if [`flow::recovery`](crate::flow::recovery) says that its
    /// channel may. Every session ends, and so does every link to a social identity, because somebody who had taken over the account may have made
    /// them.
    ///
    /// The commit clears the count. Denied access reads as a wrong code, and the commit then uses the code up, clears the count and does no more.
    /// A wrong code [stays counted](Self#guesses).
    pub fn reset_password(&self, caller: Caller, reset: PasswordReset, moment: Moment) -> Step {
        reset_password::start(&self.core, caller, reset, moment)
    }

    /// Registers somebody who has no account. They prove a contact by a code ([`CodePurpose::Register`](crate::code::CodePurpose::Register)), if
    /// [`flow::registration`](crate::flow::registration) says that its channel may. It ends like a sign-in, normally in a session. If it does not,
    /// nothing is made.
    ///
    /// The commit uses the code up, makes the account, opens the session and clears the count. Only a right code reveals that the contact is taken,
    /// and the code stays good. A wrong code [stays counted](Self#guesses). A taken user name counts as a wrong guess, so that nobody with a contact
    /// can try out names without limit.
    ///
    /// A user name that is [not fit for a new one](crate::account::UserName::for_new_account), and a password that breaks the rules, are refused
    /// before the guess. Denied access uses the code up, and makes no account.
    ///
    /// ```
    /// use authflow::{
    ///     CodeRequest, Registrant, Secret,
    ///     account::ProfileMembers,
    ///     code::CodePurpose,
    ///     contact::{Channel, Recipient},
    ///     device::Caller,
    ///     outcome::Verdict,
    ///     testkit::{World, demo},
    ///     token::Untrusted,
    /// };
    ///
    /// let mut policy = demo::policy();
    /// policy.registration = [Channel::Email].into_iter().collect();
    /// let mut world = World::with_policy(policy);
    /// let (engine, caller) = (world.api.engine().clone(), Caller::from_headers(&demo::device())?);
    /// let request = CodeRequest {
    ///     purpose: CodePurpose::Register,
    ///     channel: Channel::Email,
    ///     recipient: Some(Secret::new("zoe@example.com")),
    ///     captcha_token: None,
    /// };
    /// let step = engine.send_code(caller.clone(), Untrusted::new(b""), request, world.moment());
    /// world.run(step);
    ///
    /// let registrant = Registrant {
    ///     recipient: Recipient::new(Channel::Email, "zoe@example.com")?,
    ///     code: Secret::new(world.code()),
    ///     user_name: Some(Secret::new("zoe")),
    ///     password: Some(Secret::new("Battery-Staple-8")),
    ///     members: ProfileMembers::default(),
    /// };
    /// let step = engine.register(caller, registrant, world.moment());
    /// assert!(matches!(world.run(step).verdict, Verdict::SignedIn(_)));
    /// assert_eq!(world.account("zoe").email.as_ref().unwrap().as_str(), "zoe@example.com");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn register(&self, caller: Caller, registrant: Registrant, moment: Moment) -> Step {
        register::start(&self.core, caller, registrant, |_| true, moment)
    }

    /// The same, in dialects that have the call. In the others there is no such path.
    pub(crate) fn register_where_offered(
        &self,
        caller: Caller,
        registrant: Registrant,
        is_offered: IsOffered,
        moment: Moment,
    ) -> Step {
        register::start(&self.core, caller, registrant, is_offered, moment)
    }

    /// Does what the family's `pwd/update-by-mobile` does. In the dialect [`Ciam`](crate::Dialect::Ciam), a signed-in subject changes their password
    /// by a code ([`CodePurpose::UpdatePassword`](crate::code::CodePurpose::UpdatePassword)). The sign-in must be at most 10 minutes ago, and the
    /// channel must not be a [second factor](crate::flow::own_password) of theirs. In the other dialects it is
    /// [`reset_password`](Self::reset_password).
    pub fn update_password_by_mobile(
        &self,
        caller: Caller,
        id_token: Untrusted<'_, IdToken>,
        update: MobilePasswordUpdate,
        moment: Moment,
    ) -> Step {
        reset_password::by_mobile(&self.core, caller, id_token, update, moment)
    }

    /// Makes a new id token for a session, and a new session token if the policy rotates them. A token that was rotated away ends the session. A
    /// [signed](Self#signed-calls) call is refused, because somebody who had copied one signature would get the session token in exchange.
    ///
    /// ```
    /// use authflow::{device::Caller, outcome::Verdict, testkit::{World, demo}, token::Untrusted};
    ///
    /// let mut policy = demo::policy();
    /// policy.rotate_session_tokens = true;
    /// let mut world = World::with_policy(policy);
    /// let engine = world.api.engine().clone();
    /// let caller = Caller::from_headers(&demo::device())?;
    /// let signed_in = world.login("alice");
    ///
    /// let first = Untrusted::new(signed_in.session_token());
    /// let step = engine.refresh_session(caller.clone(), first, world.moment());
    /// let Verdict::Refreshed(grant) = world.run(step).verdict else { panic!("it lives") };
    ///
    /// // The old one comes back, so there is a copy of it. Both holders are out.
    /// let step = engine.refresh_session(caller.clone(), first, world.moment());
    /// assert!(matches!(world.run(step).verdict, Verdict::Refused(_)));
    /// let step = engine.refresh_session(caller, grant.session_token.presented(), world.moment());
    /// assert!(matches!(world.run(step).verdict, Verdict::Refused(_)));
    /// # Ok::<(), authflow::device::HeaderFaults>(())
    /// ```
    pub fn refresh_session<'a>(
        &self,
        caller: Caller,
        presented: impl Into<PresentedSession<'a>>,
        moment: Moment,
    ) -> Step {
        refresh_session::start(&self.core, caller, presented.into(), moment)
    }

    /// Makes a new id token for a session, and no new session token, whatever the policy says: the family's `refresh-id-token` has no place for one.
    ///
    /// It writes nothing.
    pub fn refresh_id_token<'a>(
        &self,
        caller: Caller,
        presented: impl Into<PresentedSession<'a>>,
        moment: Moment,
    ) -> Step {
        refresh_session::id_token_alone(&self.core, caller, presented.into(), moment)
    }

    /// Tells the time to a client that is about to [sign a call](Self#signed-calls).
    pub fn server_date(&self, caller: Caller, moment: Moment) -> Step {
        server_date::start(&self.core, caller, moment)
    }

    /// Hands out the public half of the application's [`call_key`](crate::Application::call_key), if it has one.
    pub fn public_key(&self, caller: Caller, moment: Moment) -> Step {
        public_key::start(&self.core, caller, moment)
    }

    /// Ends the session of a token, from any device, even if the token was rotated away. Giving a right up takes no more than the token.
    ///
    /// A session that has ended already is ended again, with the same answer. A [reference](crate::policy::SessionTokenForm::Reference) is refused if
    /// there is no session. A session token in the clear will do even where calls must be [signed](Self#signed-calls).
    ///
    /// ```
    /// use authflow::{
    ///     device::Caller,
    ///     outcome::Verdict,
    ///     testkit::{World, demo},
    ///     token::Untrusted,
    /// };
    ///
    /// let mut world = World::new();
    /// let engine = world.api.engine().clone();
    /// let signed_in = world.login("alice");
    ///
    /// let caller = Caller::from_headers(
    ///     &demo::device().with("X-device-fingerprint", "a library's computer"),
    /// )?;
    /// let step = engine.sign_out(caller, Untrusted::new(signed_in.session_token()), world.moment());
    /// assert!(matches!(world.run(step).verdict, Verdict::Done));
    /// assert_eq!(world.check_exist(signed_in.id_token()).status, 400);
    /// # Ok::<(), authflow::device::HeaderFaults>(())
    /// ```
    pub fn sign_out<'a>(
        &self,
        caller: Caller,
        presented: impl Into<PresentedSession<'a>>,
        moment: Moment,
    ) -> Step {
        end_sessions::sign_out(&self.core, caller, presented.into(), moment)
    }

    /// Ends one session of an account, or all, on the host's own behalf.
    ///
    /// ```
    /// use authflow::{outcome::Event, testkit::{World, demo}};
    ///
    /// let mut world = World::new();
    /// let engine = world.api.engine().clone();
    /// let signed_in = world.login("alice");
    /// let alice = world.account("alice").id;
    ///
    /// let outcome = world.run(engine.end_sessions(demo::audience(), alice, None));
    /// assert!(matches!(outcome.events[..], [Event::SessionsEnded { .. }]));
    /// assert_eq!(world.check_exist(signed_in.id_token()).status, 400);
    /// ```
    pub fn end_sessions(&self, audience: Audience, account: AccountId, session: Option<SessionId>) -> Step {
        end_sessions::for_host(&self.core, audience, account, session)
    }

    /// Makes a token that a tenant's server shows instead of its secret for 30 minutes, as its [credential](TenantCaller::credential). Earlier tokens
    /// stay good.
    pub fn issue_tenant_token(&self, client: TenantClient, moment: Moment) -> Step {
        tenant::issue_token(&self.core, client, moment)
    }

    /// Makes new tokens of a session for the server of its tenant, which holds the session token, if the policy [says
    /// so](crate::policy::Policy::refreshes_for_servers). It works like [`refresh_session`](Self::refresh_session), with the server's credential
    /// instead of a [signature](Self#signed-calls). The host is not asked about a server that shows a [token](Self::issue_tenant_token).
    pub fn refresh_session_for_tenant(
        &self,
        caller: TenantCaller,
        session_token: Untrusted<'_, SessionToken>,
        moment: Moment,
    ) -> Step {
        refresh_session::for_tenant(&self.core, caller, session_token, moment)
    }

    /// Makes a ticket for a session, for the server of its tenant, if the application [issues tickets](crate::policy::Policy::issues_tickets).
    ///
    /// ```
    /// use authflow::{
    ///     Secret, TenantCaller,
    ///     device::Caller,
    ///     outcome::Verdict,
    ///     testkit::{World, demo},
    ///     token::Untrusted,
    /// };
    ///
    /// let mut world = World::new();
    /// let engine = world.api.engine().clone();
    /// let signed_in = world.login("alice");
    /// let device = Caller::from_headers(&demo::device())?.device; // as the server says it
    /// let server = || TenantCaller {
    ///     credential: Secret::new(demo::CREDENTIAL),
    ///     device: device.clone(),
    ///     language: None,
    /// };
    ///
    /// let step =
    ///     engine.issue_ticket(server(), Untrusted::new(signed_in.session_token()), world.moment());
    /// let Verdict::Ticket(issued) = world.run(step).verdict else { panic!("the session lives") };
    ///
    /// // Another server of the tenant's redeems it, once.
    /// let step = engine.redeem_ticket(server(), issued.ticket.presented(), world.moment());
    /// let Verdict::Subject(who) = world.run(step).verdict else { panic!("it is good") };
    /// assert_eq!(who.user_name.as_deref(), Some("alice"));
    /// let step = engine.redeem_ticket(server(), issued.ticket.presented(), world.moment());
    /// assert!(matches!(world.run(step).verdict, Verdict::Refused(_)));
    /// # Ok::<(), authflow::device::HeaderFaults>(())
    /// ```
    pub fn issue_ticket(
        &self,
        caller: TenantCaller,
        session_token: Untrusted<'_, SessionToken>,
        moment: Moment,
    ) -> Step {
        ticket::issue(&self.core, caller, session_token, moment)
    }

    /// Tells the server of a tenant whose session a ticket stands for, once.
    ///
    /// The family's reply names the subject, and has no place for more. The outcome's [`Facts`] have the application, the factors and the time of the
    /// sign-in. Your own route can pass them on, and a server that demands a second factor must know them.
    ///
    /// The commit uses the ticket up, even if access is denied.
    pub fn redeem_ticket(&self, caller: TenantCaller, ticket: Untrusted<'_, Ticket>, moment: Moment) -> Step {
        ticket::redeem(&self.core, caller, ticket, moment)
    }

    /// Shows a picture with a piece that the user moves to its place, if the application's captcha [is one](crate::captcha::CaptchaKind::Picture).
    /// The [walk](crate::captcha) shows all three calls.
    pub fn issue_captcha(&self, caller: Caller, moment: Moment) -> Step {
        captcha::issue(&self.core, caller, moment)
    }

    /// Makes a captcha token of the solution of a picture. It is good for one code, to the recipient that the solution names, from this device, for
    /// [180 seconds](CaptchaSolution::TOKEN_LIFETIME). The host is asked the same questions, whether anybody has the recipient or not.
    pub fn verify_captcha(&self, caller: Caller, solution: CaptchaSolution, moment: Moment) -> Step {
        captcha::verify(&self.core, caller, solution, moment)
    }

    /// Refuses a request whose headers were refused.
    pub fn refuse_headers(&self, faults: HeaderFaults) -> Step {
        refuse::headers(&self.core, faults)
    }

    /// Refuses a request whose body is not what its call takes, once the application is known. An unknown application is the graver fault.
    pub fn refuse_body(&self, caller: Caller, fault: BodyFault, moment: Moment) -> Step {
        refuse::body(&self.core, caller, fault, moment)
    }

    /// Refuses a request of a tenant's server whose body is not what its call takes.
    pub fn refuse_tenants_body(&self, language: Option<Language>, fault: BodyFault) -> Step {
        refuse::tenants_body(&self.core, language, fault)
    }

    /// How to speak to a caller that asks for this language, before anything else is known.
    pub(crate) fn facts(&self, asked: Option<Language>) -> Facts {
        self.core.facts(asked)
    }
}
