//! The engine: one configuration, and one entry point for every operation.
//!
//! An operation takes a judged [`Caller`], what it is about, and a [`Moment`], and answers with a [`Step`]. It reads top
//! to bottom in a file of its own, as methods named after what has just happened. Hosts with routes of their own call it
//! here; [`sdk::Api`](crate::sdk::Api) calls it for the family's routes.

mod access;
mod admit;
mod ask;
mod authenticate;
mod candidate;
mod change_password;
mod commit;
mod config;
mod context;
mod end_sessions;
mod find_session;
mod grant;
mod guess;
mod holder;
mod id_token;
mod login;
mod masked_mobile;
mod new_password;
mod open_session;
mod own_password;
mod password_is_set;
mod pending;
mod prove_code;
mod prove_factor;
mod prove_password;
mod prove_totp;
mod refresh_session;
mod refuse;
mod reset_password;
mod retry;
mod send_code;
mod sending;
mod sign_in;
mod skip_password;
mod spent;
mod stranger;
mod ticket;
mod ways_in;

pub use authenticate::PresentedToken;
pub use change_password::{ChangeProof, PasswordChange};
pub use config::{Applications, Config, ConfigError};
pub use own_password::OwnPasswordChange;
pub use prove_factor::FactorResponse;
pub use reset_password::{MobilePasswordUpdate, PasswordReset};
pub use send_code::CodeRequest;
pub use sign_in::{CodeCredentials, Credentials};
pub use ticket::TenantCaller;

pub(crate) use send_code::IsTaken;

use crate::{
    AccountId, Audience, Moment, SessionId,
    device::{Caller, DeviceCookie, HeaderFaults, Language},
    outcome::{BodyFault, Facts},
    step::Step,
    token::{IdToken, IdTokenKey, Issuer, SessionToken, SessionVerifier, StateToken, Ticket, Untrusted},
};
use alloc::sync::Arc;
use config::Core;

/// Runs logins under one configuration. Cheap to clone; keys are rotated by making a new one.
///
/// # Guesses
///
/// An operation that proves something asks [`ReserveAttempt`](crate::guess::ReserveAttempt) before it judges. A right proof asks no
/// [`SettleAttempt`](crate::guess::SettleAttempt): its count is cleared by [`Write::ClearGuesses`](crate::step::Write::ClearGuesses), in the
/// [`Commit`](crate::step::Commit) that carries out what it proves. `SettleAttempt` is asked last, and only where the request ends without
/// that: the guess was wrong, or its slot was locked, and it stays counted; or it was not wrong, and it is given back. A guess that is
/// [contended](crate::guess::Attempt::Contended) was not counted, and a commit that went unanswered may have been carried out: neither is settled.
#[derive(Clone, Debug)]
pub struct Engine {
    core: Arc<Core>,
}

impl Engine {
    /// Checks a configuration and makes an engine of it.
    ///
    /// # Errors
    /// When two applications have the same client id, or a sealing key is a key of the ring.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        Ok(Self { core: Arc::new(Core::new(config)?) })
    }

    /// What middleware verifies session tokens with. It verifies and does nothing else.
    pub fn verifier(&self) -> SessionVerifier {
        SessionVerifier::new(&self.core.ring)
    }

    /// The keys with which a relying party verifies the id tokens of `audience`: one for each key of the ring, so that it
    /// can be told of the next one before a rotation. Each says [when it counts](IdTokenKey::window).
    ///
    /// Where id tokens are [signed outside](crate::token::IdTokenSigning::Outside), nothing is signed with them.
    pub fn export_id_token_keys(&self, audience: &Audience) -> impl Iterator<Item = IdTokenKey> {
        self.core.ring.export_id_token_keys(audience)
    }

    /// Who issues the id tokens.
    pub fn issuer(&self) -> &Issuer {
        &self.core.issuer
    }

    /// The language of messages where neither the caller nor an application says one.
    pub fn language(&self) -> Language {
        self.core.language
    }

    /// What a browser that brings no cookie is to be recognised by, at routes of your own: before it signs in.
    pub fn draw_device_cookie(&self, moment: &Moment) -> DeviceCookie {
        DeviceCookie::from_bytes(self.core.ring.signer().draw(moment, "device cookie", &[]))
    }

    /// Finds out how one gets in: which factors begin a login, which channels reset a forgotten password, and what a new one must be like. They
    /// stand in the outcome's [`Facts`]; the verdict is [`Done`](crate::outcome::Verdict::Done).
    ///
    /// Asks nothing, but [`FindApplication`](crate::step::FindApplication) of a host that is asked for applications.
    pub fn ways_in(&self, caller: Caller, moment: Moment) -> Step {
        ways_in::start(&self.core, caller, moment)
    }

    /// Signs in with an identifier and a password.
    ///
    /// Asks, in this order and whether or not there is such an account, [`FindAccount`](crate::account::FindAccount),
    /// [`ReserveAttempt`](crate::guess::ReserveAttempt) and [`VerifyPassword`](crate::password::VerifyPassword); only when the
    /// password is right, [`DecideAccess`](crate::step::DecideAccess) and [`Commit`](crate::step::Commit), which clears the count,
    /// issues the session and renews an [outdated](crate::password::PasswordMatch::MatchesOutdated) verifier. What ends without that commit
    /// [settles its guess](Self#guesses).
    pub fn sign_in(&self, caller: Caller, credentials: Credentials, moment: Moment) -> Step {
        sign_in::with_password(&self.core, caller, credentials, moment)
    }

    /// Signs in with a code that was sent ([`CodePurpose::SignIn`](crate::code::CodePurpose::SignIn)).
    ///
    /// Asks, in this order and whether or not there is such an account, [`FindAccount`](crate::account::FindAccount),
    /// [`ReserveAttempt`](crate::guess::ReserveAttempt) and [`LoadCode`](crate::code::LoadCode); then as
    /// [`sign_in`](Self::sign_in). The commit uses the code up.
    pub fn sign_in_with_code(&self, caller: Caller, credentials: CodeCredentials, moment: Moment) -> Step {
        sign_in::with_code(&self.core, caller, credentials, moment)
    }

    /// Sends a code. Without a state token, pass [`Untrusted::new(b"")`](Untrusted::new).
    ///
    /// Asks [`FindAccount`](crate::account::FindAccount), [`Commit`](crate::step::Commit) – which counts the code against the
    /// budget of its recipient and stores its digest – and [`Deliver`](crate::code::Deliver). Outside a pending login a recipient
    /// that is nobody's asks the same, with a decoy. A code of a forgotten password where the policy has no
    /// [`recovery`](crate::policy::Policy::recovery) by this channel asks nothing: it is refused as malformed.
    pub fn send_code(
        &self,
        caller: Caller,
        state_token: Untrusted<'_, StateToken>,
        request: CodeRequest,
        moment: Moment,
    ) -> Step {
        send_code::start(&self.core, caller, state_token, request, |_, _, _| true, moment)
    }

    /// The same, where some call takes such a code; else the body is refused.
    pub(crate) fn send_code_that_is_taken(
        &self,
        caller: Caller,
        state_token: Untrusted<'_, StateToken>,
        request: CodeRequest,
        is_taken: IsTaken,
        moment: Moment,
    ) -> Step {
        send_code::start(&self.core, caller, state_token, request, is_taken, moment)
    }

    /// Shows the account's mobile, masked, to whoever has got as far as a pending login.
    ///
    /// Asks [`FindAccount`](crate::account::FindAccount), and spends nothing.
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
    /// Asks [`FindAccount`](crate::account::FindAccount), [`ReserveAttempt`](crate::guess::ReserveAttempt) and, for a code that was
    /// sent, [`LoadCode`](crate::code::LoadCode); where it is right, [`DecideAccess`](crate::step::DecideAccess) and
    /// [`Commit`](crate::step::Commit), which clears the count. A wrong one does not spend the state token, and [stays
    /// counted](Self#guesses). The secret of an authenticator that does not [open](crate::sealing) asks no more than `FindAccount`.
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
    /// Asks [`FindAccount`](crate::account::FindAccount), [`DecideAccess`](crate::step::DecideAccess) and
    /// [`Commit`](crate::step::Commit), which spends the state token, counts the skip and opens the session at once.
    /// With a [`retry_grace`](crate::policy::Policy::retry_grace) it asks [`FindClaim`](crate::step::FindClaim) after the first: a skip that is done
    /// ends in `DecideAccess`, and in the same session.
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
    /// Asks [`FindAccount`](crate::account::FindAccount), [`ReserveAttempt`](crate::guess::ReserveAttempt) and
    /// [`VerifyPassword`](crate::password::VerifyPassword) or [`LoadCode`](crate::code::LoadCode) for the proof; where that is right,
    /// [`JudgePassword`](crate::password::JudgePassword), [`DecideAccess`](crate::step::DecideAccess) and [`Commit`](crate::step::Commit),
    /// which clears the count. A new password that breaks the rules is refused before the guess. A refusal does not spend the state
    /// token; a wrong proof [stays counted](Self#guesses).
    pub fn change_password(
        &self,
        caller: Caller,
        state_token: Untrusted<'_, StateToken>,
        change: PasswordChange,
        moment: Moment,
    ) -> Step {
        change_password::start(&self.core, caller, state_token, change, moment)
    }

    /// Finds out whose request it is, at a route of the host's own: the guard before it. It ends in
    /// [`Verdict::Authenticated`](crate::outcome::Verdict::Authenticated) or in one refusal, whatever is wrong: a token of another application or
    /// device, one that has expired or was rotated away, a session that has ended or gone unused, an account that is disabled, gone or changed. It
    /// issues nothing and asks for no write; the use of the session is noted with the [answer](crate::session::CheckSession::note).
    ///
    /// Asks [`CheckSession`](crate::session::CheckSession) and [`FindAccount`](crate::account::FindAccount); of a
    /// [reference](crate::policy::SessionTokenForm::Reference), [`FindSession`](crate::session::FindSession) first.
    ///
    /// [`DecideAccess`](crate::step::DecideAccess) is not asked. It decides who gets in and stays in, and is asked at sign-in and at each refresh;
    /// a guard stands before every request, and what its subject may do there is for the route to say. So end the sessions of whoever is to
    /// be out at once, or disable the account. How long ago the sign-in may lie, and which factors it takes, is the route's to demand as well:
    /// [`Authenticated`](crate::outcome::Authenticated) tells both.
    ///
    /// A browser, which its cookie recognises:
    ///
    /// ```
    /// use authflow::{
    ///     Lifetime, PresentedToken,
    ///     device::{Device, DeviceCookie},
    ///     factor::Factor,
    ///     outcome::Verdict,
    ///     testkit::{World, demo},
    /// };
    /// # use authflow::{Credentials, Secret, account::UserName};
    ///
    /// let mut world = World::new();
    /// let engine = world.api.engine().clone();
    ///
    /// // Before the sign-in the browser brings no cookie: draw one, and set it.
    /// let cookie = engine.draw_device_cookie(&world.moment());
    /// let set = cookie.set_cookie(); // Set-Cookie: __Host-device=…; Secure; HttpOnly; …
    /// let browser = Device::with_cookie(&cookie, "Mozilla/5.0", None).unwrap();
    /// # let identifier = UserName::new("alice")?.into();
    /// # let credentials = Credentials { identifier, password: Secret::new(demo::PASSWORD) };
    /// # let step = engine.sign_in(demo::caller(browser.clone()), credentials, world.moment());
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
    /// // The token alone, in another browser: refused, as anything is.
    /// let other = Device::with_cookie(&DeviceCookie::from_bytes([7; 16]), "Mozilla/5.0", None).unwrap();
    /// let step = engine.authenticate(demo::caller(other), presented, world.moment());
    /// assert!(matches!(world.run(step).verdict, Verdict::Refused(_)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// An app, whose headers have a fingerprint, with the id token that it has signed in for:
    ///
    /// ```
    /// use authflow::{PresentedToken, device::Caller, outcome::Verdict, testkit::{World, demo}, token::Untrusted};
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

    /// Tells a signed-in subject whether they have set a password (seed page "Check if Personal Password is Set").
    ///
    /// Asks [`CheckSession`](crate::session::CheckSession) and [`FindAccount`](crate::account::FindAccount).
    pub fn password_is_set(&self, caller: Caller, id_token: Untrusted<'_, IdToken>, moment: Moment) -> Step {
        password_is_set::start(&self.core, caller, id_token, moment)
    }

    /// Sets or changes the own password of a signed-in subject, who shows an id token or a session token. A first one, which no old one proves, takes a sign-in of at most
    /// 10 minutes ago, by more than [a second factor](crate::flow::first_password). A breached one [does not
    /// prove](crate::flow::old_password) its own change where there is anything else.
    ///
    /// Asks [`CheckSession`](crate::session::CheckSession), [`FindAccount`](crate::account::FindAccount) and
    /// [`DecideAccess`](crate::step::DecideAccess), for the old password [`ReserveAttempt`](crate::guess::ReserveAttempt) and
    /// [`VerifyPassword`](crate::password::VerifyPassword); where that is right, or none is set, [`JudgePassword`](crate::password::JudgePassword)
    /// and [`Commit`](crate::step::Commit), which clears the count and ends all other sessions. A wrong old password [stays
    /// counted](Self#guesses).
    pub fn change_own_password(
        &self,
        caller: Caller,
        presented: PresentedToken<'_>,
        change: OwnPasswordChange,
        moment: Moment,
    ) -> Step {
        own_password::change(&self.core, caller, presented, change, moment)
    }

    /// Sets a new password instead of a forgotten one, proved by a code
    /// ([`CodePurpose::ForgottenPassword`](crate::code::CodePurpose::ForgottenPassword)), where [`flow::recovery`](crate::flow::recovery) says
    /// that its channel may. Every session ends.
    ///
    /// Asks, whether or not there is such an account, [`FindAccount`](crate::account::FindAccount),
    /// [`ReserveAttempt`](crate::guess::ReserveAttempt) and [`LoadCode`](crate::code::LoadCode); where the code is right,
    /// [`DecideAccess`](crate::step::DecideAccess), [`JudgePassword`](crate::password::JudgePassword) and [`Commit`](crate::step::Commit),
    /// which clears the count. Denied access reads as a wrong code, and the commit then uses the code up, clears the count and does no more.
    /// A wrong code [stays counted](Self#guesses).
    pub fn reset_password(&self, caller: Caller, reset: PasswordReset, moment: Moment) -> Step {
        reset_password::start(&self.core, caller, reset, moment)
    }

    /// What the family's `pwd/update-by-mobile` does: in the dialect [`Ciam`](crate::Dialect::Ciam), a signed-in subject changes
    /// their password by a code ([`CodePurpose::UpdatePassword`](crate::code::CodePurpose::UpdatePassword)), within 10 minutes of their
    /// sign-in and by no channel that is a [second factor](crate::flow::own_password) of theirs; in the others it is
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

    /// Makes a new id token for a session and, where the policy rotates them, a new session token.
    ///
    /// Asks [`CheckSession`](crate::session::CheckSession), [`FindAccount`](crate::account::FindAccount),
    /// [`DecideAccess`](crate::step::DecideAccess) and, to rotate, [`Commit`](crate::step::Commit). A token that was rotated away ends the session.
    /// A [reference](crate::policy::SessionTokenForm::Reference) asks [`FindSession`](crate::session::FindSession) first.
    pub fn refresh_session(
        &self,
        caller: Caller,
        session_token: Untrusted<'_, SessionToken>,
        moment: Moment,
    ) -> Step {
        refresh_session::start(&self.core, caller, session_token, moment)
    }

    /// Ends the session of a token, from whatever device, and though the token was rotated away: giving a right up takes no more than the token.
    ///
    /// Asks [`Commit`](crate::step::Commit). A session that has ended already is ended again: the answer is the same. A
    /// [reference](crate::policy::SessionTokenForm::Reference) asks [`FindSession`](crate::session::FindSession) first, and is refused where there is
    /// none.
    pub fn sign_out(
        &self,
        caller: Caller,
        session_token: Untrusted<'_, SessionToken>,
        moment: Moment,
    ) -> Step {
        end_sessions::sign_out(&self.core, caller, session_token, moment)
    }

    /// Ends one session of an account, or all, on the host's own behalf.
    ///
    /// Asks [`Commit`](crate::step::Commit).
    pub fn end_sessions(&self, audience: Audience, account: AccountId, session: Option<SessionId>) -> Step {
        end_sessions::for_host(&self.core, audience, account, session)
    }

    /// Makes a ticket for a session, for the server of its tenant, where the application
    /// [issues tickets](crate::policy::Policy::issues_tickets).
    ///
    /// Asks [`VerifyTenantCredential`](crate::step::VerifyTenantCredential), [`CheckSession`](crate::session::CheckSession),
    /// [`FindAccount`](crate::account::FindAccount) and [`DecideAccess`](crate::step::DecideAccess). A
    /// [reference](crate::policy::SessionTokenForm::Reference) asks [`FindSession`](crate::session::FindSession) before `CheckSession`.
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
    /// The family's reply says who, and has no place for more. To which application, by which factors and when they had signed in stands in
    /// the outcome's [`Facts`]: a route of your own can tell it, and a server that wants a second factor must know it.
    ///
    /// Asks [`VerifyTenantCredential`](crate::step::VerifyTenantCredential), [`CheckSession`](crate::session::CheckSession),
    /// [`FindAccount`](crate::account::FindAccount), [`DecideAccess`](crate::step::DecideAccess) and [`Commit`](crate::step::Commit), which
    /// uses the ticket up, also where access is denied.
    pub fn redeem_ticket(&self, caller: TenantCaller, ticket: Untrusted<'_, Ticket>, moment: Moment) -> Step {
        ticket::redeem(&self.core, caller, ticket, moment)
    }

    /// Refuses a request whose headers were refused.
    pub fn refuse_headers(&self, faults: HeaderFaults) -> Step {
        refuse::headers(&self.core, faults)
    }

    /// Refuses a request whose body is not what its call takes, once the application is known: an unknown one is the
    /// graver fault.
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
