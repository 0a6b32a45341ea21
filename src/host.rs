//! Sugar for hosts: answer questions in a trait, and let [`drive`] or [`drive_blocking`] run the loop.
//!
//! A synchronous host needs no trait, only the loop: see [`step`](crate::step).

use crate::{
    Application, Secret,
    account::{Account, ProfileJudgement},
    captcha::{Captcha, CaptchaPicture},
    code::{Delivery, StoredCode},
    contact::Mobile,
    guess::Reservation,
    outcome::Outcome,
    password::{Judgement, PasswordMatch, PasswordRefusal},
    session::SessionRecord,
    social::{LinkedIdentity, SocialIdentity},
    step::{AccessDecision, Committed, CredentialOwner, Question, SignatureCheck, Step, table::*},
};
use alloc::{sync::Arc, vec::Vec};
use core::{
    future::{Future, ready},
    pin::pin,
    task::{Context, Poll, Waker},
};

/// Declares a method without a default for each question that an implementation of the trait must answer.
macro_rules! asked {
    ($($(#[$doc:meta])* $method:ident($question:ty) -> $answer:ty;)*) => {
        $($(#[$doc])*
        fn $method(&self, ask: &$question) -> impl Future<Output = Result<$answer, Self::Error>> + Send;)*
    };
}
pub(crate) use asked;

/// Declares a method for each further question. Its default answer refuses.
macro_rules! refused {
    ($($(#[$doc:meta])* $method:ident($question:ty) -> $answer:ty = $refusal:expr;)*) => {
        $($(#[$doc])*
        fn $method(&self, ask: &$question) -> impl Future<Output = Result<$answer, Self::Error>> + Send {
            let _ = ask;
            ready(Ok($refusal))
        })*
    };
}
pub(crate) use refused;

/// A host that answers asynchronously. Write the methods as `async fn`.
///
/// The futures are `Send`, so a host can run on any executor. Each method returns a future of its own type, so the trait is **not** usable as
/// `dyn Host`. Sign-in and skip need only the methods that have no default. The default answer of every other method refuses: no code is sent, no
/// captcha passes, no password is changed, no session lives on.
///
/// [`Parts`](crate::parts::Parts) is a host made of parts. Each part may be yours or another crate's.
///
/// ```
/// use authflow::{
///     Host,
///     account::{Account, FindAccount},
///     guess::{Reservation, ReserveAttempt, SettleAttempt},
///     password::{PasswordMatch, VerifyPassword},
///     step::{AccessDecision, Commit, Committed, DecideAccess},
/// };
///
/// /// Knows nobody, and so lets nobody in.
/// struct Empty;
///
/// impl Host for Empty {
///     type Error = std::io::Error;
///
///     async fn find_account(&self, _: &FindAccount) -> Result<Option<Account>, Self::Error> {
///         Ok(None)
///     }
///     async fn reserve_attempt(
///         &self,
///         ask: &ReserveAttempt,
///     ) -> Result<Reservation, Self::Error> {
///         Ok(ask.reserve(None)) // read the slot's record, store the new one: in one atomic step
///     }
///     async fn verify_password(
///         &self,
///         _: &VerifyPassword,
///     ) -> Result<PasswordMatch, Self::Error> {
///         Ok(PasswordMatch::Differs) // hash all the same
///     }
///     async fn settle_attempt(&self, _: &SettleAttempt) -> Result<(), Self::Error> {
///         Ok(())
///     }
///     async fn decide_access(&self, _: &DecideAccess) -> Result<AccessDecision, Self::Error> {
///         Ok(AccessDecision::Allow)
///     }
///     async fn commit(&self, _: &Commit) -> Result<Committed, Self::Error> {
///         Ok(Committed::Changed) // there is no account whose revision could be the expected one
///     }
///     fn failed(&self, question: &'static str, error: Self::Error) {
///         eprintln!("{question} went unanswered: {error}");
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no host",
    label = "it must implement `authflow::Host`",
    note = "implement `Host` for it, or make a `Parts` of a store, a hasher, rules, a courier, a signer and a log",
    note = "a `MemoryHost` of the test kit is one behind a `Mutex`"
)]
pub trait Host: Sync {
    /// The error of a question that the host could not answer.
    type Error: Send;

    asked! {
        /// See [`FindAccount`].
        find_account(FindAccount) -> Option<Account>;
        /// See [`ReserveAttempt`]: one atomic read-modify-write with [`ReserveAttempt::reserve`].
        reserve_attempt(ReserveAttempt) -> Reservation;
        /// See [`VerifyPassword`]: hash even where there is no verifier.
        verify_password(VerifyPassword) -> PasswordMatch;
        /// See [`SettleAttempt`]: one atomic read-modify-write with [`SettleAttempt::settle`].
        settle_attempt(SettleAttempt) -> ();
        /// See [`DecideAccess`]: asked for each [purpose](crate::step::AccessPurpose), from the sign-in to the ticket. A host without an access
        /// policy answers `Ok(AccessDecision::Allow)`.
        decide_access(DecideAccess) -> AccessDecision;
        /// See [`Commit`]: one transaction.
        commit(Commit) -> Committed;
    }
    refused! {
        /// See [`FindApplication`]; asked only by an engine without a fixed list. By default, there is no application.
        find_application(FindApplication) -> Option<Arc<Application>> = None;
        /// See [`FindSession`]; asked only about references to sessions, which clients get if a policy says so
        /// ([`SessionTokenForm::Reference`](crate::policy::SessionTokenForm::Reference)). By default, there is no session.
        find_session(FindSession) -> Option<SessionRecord> = None;
        /// See [`CheckSession`]. Every session has ended by default.
        check_session(CheckSession) -> Option<SessionRecord> = None;
        /// See [`FindClaim`]; asked only if a policy has a `retry_grace`. By default, no lost reply is given again.
        find_claim(FindClaim) -> Option<SessionRecord> = None;
        /// See [`JudgePassword`]. By default, no password can be changed. A host that keeps no history and no list of breached passwords answers
        /// `Ok(Judgement::Accepted)`.
        judge_password(JudgePassword) -> Judgement = Judgement::Refused(PasswordRefusal::NotOffered);
        /// See [`LoadCode`]. By default, there is no code.
        load_code(LoadCode) -> Option<StoredCode> = None;
        /// See [`VerifyTenantCredential`]. By default, the credential belongs to nobody.
        verify_tenant_credential(VerifyTenantCredential) -> CredentialOwner = CredentialOwner::Nobody;
        /// See [`JudgeCaptcha`]; asked only if the host's own captcha is demanded, either by the policy or because half of its `daily_in_all` has
        /// been requested. By default, no captcha passes, so no code is sent where a captcha is demanded.
        judge_captcha(JudgeCaptcha) -> Captcha = Captcha::Failed;
        /// See [`Deliver`]. Nothing is sent by default.
        deliver(Deliver) -> Delivery = Delivery::NotDelivered;
        /// See [`SignBytes`]. By default, the host has no key.
        sign_bytes(SignBytes) -> Option<Vec<u8>> = None;
        /// See [`VerifyBytes`]. No signature is good by default.
        verify_bytes(VerifyBytes) -> SignatureCheck = SignatureCheck::Invalid;
        /// See [`JudgeProfile`]; asked only if a policy registers people. By default, nobody is registered. A host that sets no bounds answers
        /// `Ok(ask.accept())`.
        judge_profile(JudgeProfile) -> ProfileJudgement = ProfileJudgement::NotOffered;
        /// See [`OpenSealed`]; asked only where an application has a [`call_key`](Application::call_key). Nothing opens by default.
        open_sealed(OpenSealed) -> Option<Secret> = None;
        /// See [`VerifyClientSecret`]. By default, the secret belongs to nobody.
        verify_client_secret(VerifyClientSecret) -> CredentialOwner = CredentialOwner::Nobody;
        /// See [`IssueCaptcha`]; asked only if the policy's captcha is a picture. By default, there is no picture.
        issue_captcha(IssueCaptcha) -> Option<CaptchaPicture> = None;
        /// See [`JudgeCaptchaPoint`]; asked only if the policy's captcha is a picture. By default, no point is right, so no code is sent where a
        /// captcha is demanded.
        judge_captcha_point(JudgeCaptchaPoint) -> Captcha = Captcha::Failed;
        /// See [`ExchangeSocialCode`]; asked only if a policy has federated identities among its first factors. By default, the code identifies
        /// nobody.
        exchange_social_code(ExchangeSocialCode) -> Option<SocialIdentity> = None;
        /// See [`ExchangeMobileToken`]; asked only if a policy [takes](crate::policy::Policy::takes_vouched_mobiles) such tokens. By default, the
        /// token vouches for no mobile number.
        exchange_mobile_token(ExchangeMobileToken) -> Option<Mobile> = None;
        /// See [`ListIdentities`]. There are none by default.
        list_identities(ListIdentities) -> Vec<LinkedIdentity> = Vec::new();
    }

    /// Called with every error of the other methods, and with the name of the question that went unanswered. Log it, and raise an alarm. The client
    /// learns only "system busy", so the reason appears nowhere else.
    ///
    /// It has no default, because nobody can run a host that fails in silence.
    fn failed(&self, question: &'static str, error: Self::Error);

    /// Called with every outcome before its reply is made: the place to log its events.
    fn observe(&self, outcome: &Outcome) {
        let _ = outcome;
    }
}

macro_rules! drive {
    ($($(#[$doc:meta])* $method:ident: $question:ident => $answer:ty;)*) => {
        /// Answers every question of a request, in the order in which they come, until the request is done.
        ///
        /// A façade's [`serve`](crate::facade::Facade::serve) calls it. Call it yourself for an operation that you begin yourself:
        ///
        /// ```
        /// use authflow::{
        ///     AccountId, Audience, Engine, Host, drive,
        ///     outcome::{Outcome, Verdict},
        ///     testkit::{World, demo},
        /// };
        /// use std::sync::Mutex;
        ///
        /// /// "Sign me out everywhere", as one of your own calls.
        /// async fn end_all(
        ///     engine: &Engine,
        ///     host: &impl Host,
        ///     audience: Audience,
        ///     account: AccountId,
        /// ) -> Outcome {
        ///     drive(engine.end_sessions(audience, account, None), host).await
        /// }
        ///
        /// # fn block_on<F: core::future::Future>(future: F) -> F::Output {
        /// #     let mut context = core::task::Context::from_waker(core::task::Waker::noop());
        /// #     match core::pin::pin!(future).poll(&mut context) { core::task::Poll::Ready(it) => it, _ => panic!() }
        /// # }
        /// let mut world = World::new();
        /// world.login("alice");
        /// let alice = world.account("alice").id;
        /// let (engine, host) = (world.api.engine().clone(), Mutex::new(world.host));
        /// // in your runtime: .await
        /// let outcome = block_on(end_all(&engine, &host, demo::audience(), alice));
        /// assert!(matches!(outcome.verdict, Verdict::Done));
        /// assert_eq!(host.lock().unwrap().ended.len(), 1);
        /// ```
        pub async fn drive<H: Host + ?Sized>(mut step: Step, host: &H) -> Outcome {
            loop {
                step = match step {
                    $(Step::$question(ask) => {
                        let answer = host.$method(&ask).await;
                        ask.resolve(answer.map_err(|error| host.failed($question::NAME, error)))
                    })*
                    Step::Done(outcome) => {
                        host.observe(&outcome);
                        return *outcome;
                    }
                };
            }
        }
    };
}

for_every_question!(drive);

/// [`drive`] for a host that never waits. Its methods are `async fn` in name only, with plain code inside, so the program needs no runtime.
///
/// A host that does wait needs a runtime to wake it. Let that runtime run [`drive`] with its `block_on`, or use the crate `pollster`.
///
/// ```
/// use authflow::{drive_blocking, testkit::{Call, World, demo}};
/// use std::sync::Mutex;
///
/// let mut world = World::new();
/// let moment = world.moment();
/// let host = Mutex::new(world.host.clone());
/// let login = Call::login("alice", demo::PASSWORD);
/// let step = world.api.handle(&login.request(), moment);
/// let outcome = drive_blocking(step, &host).unwrap();
/// assert_eq!(world.api.reply(&outcome).status(), 200);
/// ```
///
/// # Errors
/// When the host does not answer a question at once. This is a fault of the host, and the request ends there. If the request had counted a guess, the
/// guess stays in flight for a while and then counts as wrong.
pub fn drive_blocking<H: Host + ?Sized>(step: Step, host: &H) -> Result<Outcome, HostWaits> {
    match pin!(drive(step, host)).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => Ok(outcome),
        Poll::Pending => Err(HostWaits),
    }
}

/// The error of [`drive_blocking`]: the host has to wait for an answer, and has no runtime to wait in.
///
/// ```
/// use authflow::{
///     code::{Deliver, Delivery},
///     drive_blocking,
///     parts::{AllowAll, Courier, NoSigner, Parts},
///     testkit::{Call, MemoryHost, PlainHasher, World},
/// };
/// use serde_json::json;
/// use std::{convert::Infallible, sync::Mutex};
///
/// /// Waits for a socket: that takes a runtime.
/// struct Gateway;
///
/// impl Courier for Gateway {
///     type Error = Infallible;
///
///     async fn deliver(&self, _: &Deliver) -> Result<Delivery, Infallible> {
///         std::future::pending().await
///     }
/// }
///
/// let mut world = World::new();
/// let moment = world.moment();
/// let host = Parts {
///     store: Mutex::new(MemoryHost::demo()),
///     hasher: PlainHasher,
///     rules: AllowAll,
///     courier: Gateway,
///     signer: NoSigner,
///     log: |_: &'static str, _: &dyn std::error::Error| {},
/// };
/// let ask = json!({ "mobile": "+86-13800000001", "type": "LOGIN_SMS" });
/// let call = Call::post("/api/v2/sdk/sms/send", &ask);
/// let waits = drive_blocking(world.api.handle(&call.request(), moment), &host).unwrap_err();
/// assert!(waits.to_string().ends_with("run `drive` in its runtime"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "drive_blocking takes a host whose answers are there at once; this one waits for something: run `drive` in its runtime"
)]
pub struct HostWaits;
