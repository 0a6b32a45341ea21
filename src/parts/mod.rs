//! A host made of parts. Each part may come from elsewhere: a store crate, a hasher crate, your own rules.
//!
//! | part | the questions it answers | if you have none |
//! |---|---|---|
//! | [`Store`] | [`FindAccount`], [`ReserveAttempt`], [`SettleAttempt`], [`Commit`], [`FindSession`], [`CheckSession`], [`FindClaim`], [`LoadCode`], [`ListIdentities`] | |
//! | [`Hasher`] | [`VerifyPassword`]; makes the verifiers of a [`Commit`], and gives the place that a [`ReserveAttempt`] waits for | |
//! | [`Rules`] | [`DecideAccess`], [`JudgePassword`], [`JudgeCaptcha`], [`IssueCaptcha`], [`JudgeCaptchaPoint`], [`VerifyTenantCredential`], [`VerifyClientSecret`], [`FindApplication`], [`JudgeProfile`], [`ExchangeSocialCode`], [`ExchangeMobileToken`] | [`AllowAll`] |
//! | [`Courier`] | [`Deliver`] | [`NoCourier`] |
//! | [`Signer`] | [`SignBytes`], [`VerifyBytes`], [`OpenSealed`] | [`NoSigner`] |
//! | [`Log`] | none: it records what went wrong | |
//!
//! [`Parts`] has no defaults, so you must name a stand-in for a part that you do without. This is a whole login over the test kit's store:
//!
//! ```
//! use authflow::{
//!     drive_blocking,
//!     parts::{AllowAll, NoCourier, NoSigner, Parts},
//!     testkit::{Call, MemoryHost, PlainHasher, World, demo},
//! };
//! use std::{error::Error, sync::Mutex};
//!
//! let host = Parts {
//!     store: Mutex::new(MemoryHost::demo()), // yours, on a database
//!     hasher: PlainHasher,                   // yours, with argon2
//!     rules: AllowAll,
//!     courier: NoCourier,
//!     signer: NoSigner,
//!     log: |question: &'static str, error: &dyn Error| {
//!         eprintln!("{question} went unanswered: {error}")
//!     },
//! };
//! let World { api, mut clock, .. } = World::new(); // yours: Api::new(Engine::new(config)?)
//! let login = Call::login("alice", demo::PASSWORD); // yours: Request::from_http(&parts, &body)
//! let step = api.handle(&login.request(), clock.moment()); // yours: Moment::now()?
//! // in a runtime: api.serve(&request, moment, &host).await
//! let reply = api.reply(&drive_blocking(step, &host).unwrap());
//! assert_eq!(reply.status(), 200);
//! ```

#[cfg(feature = "blocklist")]
mod blocklist;
mod courier;
mod error;
mod hasher;
mod log;
mod rules;
mod signer;
mod store;

#[cfg(feature = "blocklist")]
pub use blocklist::Blocklist;
pub use courier::{Courier, NoCourier};
pub use error::PartError;
pub use hasher::Hasher;
pub use log::Log;
pub use rules::{AllowAll, Rules};
pub use signer::{NoSigner, Signer};
pub use store::Store;

use crate::{
    Application, Host, Secret,
    account::{Account, ProfileJudgement},
    administration::{
        Administer, Administered, DeletePerson, EndLinksOf, EndSessionsOf, EnrolAuthenticator, RequireChange,
        SetPassword, SetStatus, Sweep, Swept, Unlock,
    },
    captcha::{Captcha, CaptchaPicture},
    code::{Delivery, StoredCode},
    contact::Mobile,
    factor::Factor,
    guess::Reservation,
    outcome::Outcome,
    password::{Judgement, PasswordMatch, Permit},
    session::SessionRecord,
    social::{LinkedIdentity, SocialIdentity},
    step::{AccessDecision, Committed, CredentialOwner, SignatureCheck, table::*},
};
use alloc::{sync::Arc, vec::Vec};

/// A [`Host`] made of parts. [The module](self) lists the questions that each part answers, and shows a whole login.
///
/// No part can be omitted. Name a stand-in for a part that you do without.
///
/// ```compile_fail,E0063
/// use authflow::{parts::{NoCourier, NoSigner, Parts}, testkit::{MemoryHost, PlainHasher}};
/// # let (store, log) = (std::sync::Mutex::new(MemoryHost::demo()), |_: &'static str, _: &dyn std::error::Error| {});
/// // who is let in?
/// Parts { store, hasher: PlainHasher, courier: NoCourier, signer: NoSigner, log }
/// # ;
/// ```
#[derive(Clone, Debug)]
pub struct Parts<S, H, R, C, G, L> {
    /// Keeps accounts, counts, sessions and codes.
    pub store: S,
    /// Hashes passwords.
    pub hasher: H,
    /// Says what is allowed.
    pub rules: R,
    /// Sends codes.
    pub courier: C,
    /// Signs and opens with keys that are kept outside.
    pub signer: G,
    /// Records what went wrong.
    pub log: L,
}

/// The store does all of it, because no task of an administrator hashes, sends or signs.
impl<S, H, R, C, G, L> Administer for Parts<S, H, R, C, G, L>
where
    S: Administer,
    H: Sync,
    R: Sync,
    C: Sync,
    G: Sync,
    L: Sync,
{
    type Error = S::Error;

    async fn unlock(&self, ask: &Unlock) -> Result<Administered, S::Error> {
        self.store.unlock(ask).await
    }

    async fn set_status(&self, ask: &SetStatus) -> Result<Administered, S::Error> {
        self.store.set_status(ask).await
    }

    async fn require_change(&self, ask: &RequireChange) -> Result<Administered, S::Error> {
        self.store.require_change(ask).await
    }

    async fn set_password(&self, ask: &SetPassword) -> Result<Administered, S::Error> {
        self.store.set_password(ask).await
    }

    async fn enrol_authenticator(&self, ask: &EnrolAuthenticator) -> Result<Administered, S::Error> {
        self.store.enrol_authenticator(ask).await
    }

    async fn end_sessions_of(&self, ask: &EndSessionsOf) -> Result<Administered, S::Error> {
        self.store.end_sessions_of(ask).await
    }

    async fn end_links_of(&self, ask: &EndLinksOf) -> Result<Administered, S::Error> {
        self.store.end_links_of(ask).await
    }

    async fn delete_person(&self, ask: &DeletePerson) -> Result<Administered, S::Error> {
        self.store.delete_person(ask).await
    }

    async fn sweep(&self, ask: &Sweep) -> Result<Swept, S::Error> {
        self.store.sweep(ask).await
    }
}

/// Passes each question on to the part that answers it.
macro_rules! passed_on {
    ($($part:ident as $error:ident: $method:ident($question:ty) -> $answer:ty;)*) => {
        $(async fn $method(&self, ask: &$question) -> Result<$answer, Self::Error> {
            self.$part.$method(ask).await.map_err(PartError::$error)
        })*
    };
}

impl<S: Store, H: Hasher, R: Rules, C: Courier, G: Signer, L: Log> Host for Parts<S, H, R, C, G, L> {
    type Error = PartError<S::Error, H::Error, R::Error, C::Error, G::Error>;

    passed_on! {
        store as Store: find_account(FindAccount) -> Option<Account>;
        store as Store: settle_attempt(SettleAttempt) -> ();
        store as Store: find_session(FindSession) -> Option<SessionRecord>;
        store as Store: check_session(CheckSession) -> Option<SessionRecord>;
        store as Store: find_claim(FindClaim) -> Option<SessionRecord>;
        store as Store: load_code(LoadCode) -> Option<StoredCode>;
        rules as Rules: decide_access(DecideAccess) -> AccessDecision;
        rules as Rules: judge_password(JudgePassword) -> Judgement;
        rules as Rules: judge_captcha(JudgeCaptcha) -> Captcha;
        rules as Rules: verify_tenant_credential(VerifyTenantCredential) -> CredentialOwner;
        rules as Rules: verify_client_secret(VerifyClientSecret) -> CredentialOwner;
        rules as Rules: find_application(FindApplication) -> Option<Arc<Application>>;
        rules as Rules: judge_profile(JudgeProfile) -> ProfileJudgement;
        rules as Rules: issue_captcha(IssueCaptcha) -> Option<CaptchaPicture>;
        rules as Rules: judge_captcha_point(JudgeCaptchaPoint) -> Captcha;
        courier as Courier: deliver(Deliver) -> Delivery;
        signer as Signer: sign_bytes(SignBytes) -> Option<Vec<u8>>;
        signer as Signer: verify_bytes(VerifyBytes) -> SignatureCheck;
        signer as Signer: open_sealed(OpenSealed) -> Option<Secret>;
        rules as Rules: exchange_social_code(ExchangeSocialCode) -> Option<SocialIdentity>;
        rules as Rules: exchange_mobile_token(ExchangeMobileToken) -> Option<Mobile>;
        store as Store: list_identities(ListIdentities) -> Vec<LinkedIdentity>;
    }

    /// The place at the hasher comes first, so that nothing is written if there is no place.
    async fn reserve_attempt(&self, ask: &ReserveAttempt) -> Result<Reservation, Self::Error> {
        if ask.factor != Factor::Password {
            return self.store.reserve_attempt(ask).await.map_err(PartError::Store);
        }
        let permit = self.hasher.permit().await.map_err(PartError::Hasher)?;
        let reservation = self.store.reserve_attempt(ask).await.map_err(PartError::Store)?;
        Ok(reservation.holding(Permit::new(permit)))
    }

    async fn verify_password(&self, ask: &VerifyPassword) -> Result<PasswordMatch, Self::Error> {
        let permit = match ask.permit.as_ref().and_then(Permit::get) {
            Some(permit) => permit,
            None => Arc::new(self.hasher.permit().await.map_err(PartError::Hasher)?),
        };
        let verified = self.hasher.verify(ask.verifier.as_ref(), &ask.presented, permit).await;
        verified.map_err(PartError::Hasher)
    }

    /// Passwords are hashed before the store is asked: hashing does not belong in a transaction, nor a password in a store.
    async fn commit(&self, ask: &Commit) -> Result<Committed, Self::Error> {
        let hashed = ask.hashed(|password| self.hasher.hash(password)).await.map_err(PartError::Hasher)?;
        self.store.commit(&hashed).await.map_err(PartError::Store)
    }

    fn failed(&self, question: &'static str, error: Self::Error) {
        self.log.failed(question, &error);
    }

    fn observe(&self, outcome: &Outcome) {
        self.log.observe(outcome);
    }
}
