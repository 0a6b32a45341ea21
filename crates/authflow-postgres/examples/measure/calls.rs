//! The calls of a login, each for one account.

use crate::moment;
use authflow::{
    Lifetime, PresentedToken, Secret, Timestamp,
    device::Caller,
    drive,
    outcome::Verdict,
    parts::{AllowAll, Hasher, NoCourier, NoSigner, Parts},
    password::{PasswordMatch, Verifier},
    policy::{Lifetimes, Policy},
    sdk::Api,
    testkit::{Answer, Call, Setup, demo},
    token::Untrusted,
};
use authflow_postgres::PostgresStore;
use std::{convert::Infallible, error::Error, fmt::Display, sync::Arc};

type Log = fn(&'static str, &dyn Error);
type Host = Parts<PostgresStore, OnePassword, AllowAll, NoCourier, NoSigner, Log>;

pub(crate) struct Login {
    api: Api,
    host: Host,
}

/// So late that another use of a session must be noted.
pub(crate) const LATER: Timestamp = demo::START.plus_seconds(600);

/// The user name of a number.
pub(crate) fn name(number: impl Display) -> String {
    format!("user-{number}")
}

impl Login {
    /// Calls under a policy that rotates session tokens and ends a session after an hour without use.
    pub(crate) fn on(store: PostgresStore) -> Self {
        let lifetimes = Lifetimes::default().with_session_idle(Lifetime::of::<3_600>()).unwrap();
        let policy = Policy { lifetimes, rotate_session_tokens: true, ..demo::policy() };
        let log: Log = |question, error| panic!("{question}: {error}");
        let host =
            Parts { store, hasher: OnePassword, rules: AllowAll, courier: NoCourier, signer: NoSigner, log };
        Self { api: Setup::new(policy).api(demo::ring()), host }
    }

    pub(crate) fn store(&self) -> &PostgresStore {
        &self.host.store
    }

    async fn call(&self, call: &Call, now: Timestamp) -> Answer {
        Answer::from(&self.api.serve(&call.request(), moment(now).unwrap(), &self.host).await)
    }

    /// Signs in an account whose password is current. Returns the session token.
    pub(crate) async fn sign_in(&self, number: usize) -> String {
        self.call(&Call::login(&name(number), demo::PASSWORD), demo::START).await.session_token().into()
    }

    /// Signs in an account whose password is about to expire. Returns the state token.
    pub(crate) async fn warned(&self, number: usize) -> String {
        self.call(&Call::login(&name(number), demo::PASSWORD), demo::START).await.state_token().into()
    }

    pub(crate) async fn guess(&self, number: usize) {
        assert_eq!(self.call(&Call::login(&name(number), "wrong"), LATER).await.status, 400);
    }

    pub(crate) async fn skip(&self, state_token: &str) {
        assert_eq!(self.call(&Call::skip(state_token), demo::START).await.status, 200);
    }

    pub(crate) async fn authenticate(&self, session_token: &str, now: Timestamp) {
        let caller = Caller::from_headers(&demo::device()).unwrap();
        let presented = PresentedToken::Session(Untrusted::new(session_token));
        let step = self.api.engine().authenticate(caller, presented, moment(now).unwrap());
        assert!(matches!(drive(step, &self.host).await.verdict, Verdict::Authenticated(_)));
    }

    /// Rotates a session token. Returns the next one.
    pub(crate) async fn rotate(&self, session_token: &str) -> String {
        self.call(&Call::refresh(session_token), LATER).await.session_token().into()
    }

    pub(crate) async fn sign_out(&self, session_token: &str) {
        assert_eq!(self.call(&Call::sign_out(session_token), LATER).await.status, 200);
    }
}

/// A hasher for accounts that all have the same password, with verifiers as long as argon2's.
pub(crate) struct OnePassword;

impl Hasher for OnePassword {
    type Error = Infallible;
    type Permit = ();

    async fn permit(&self) -> Result<(), Infallible> {
        Ok(())
    }

    async fn verify(
        &self,
        verifier: Option<&Verifier>,
        presented: &Secret,
        _: Arc<()>,
    ) -> Result<PasswordMatch, Infallible> {
        let is_right = verifier.is_some() && presented.expose() == demo::PASSWORD;
        Ok(if is_right { PasswordMatch::Matches } else { PasswordMatch::Differs })
    }

    async fn hash(&self, password: &Secret) -> Result<Verifier, Infallible> {
        Ok(Verifier::new(password.expose()))
    }
}
