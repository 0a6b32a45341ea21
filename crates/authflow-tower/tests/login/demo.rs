//! The test kit's demo behind a [`Login`].

use authflow::{
    Host, Secret,
    account::{Account, FindAccount},
    facade::Facade,
    guess::{Reservation, ReserveAttempt, SettleAttempt},
    parts::{AllowAll, Hasher, NoCourier, NoSigner, Parts},
    password::{PasswordMatch, Verifier, VerifyPassword},
    sdk::Api,
    session::{CheckSession, SessionRecord},
    step::{AccessDecision, Commit, Committed, DecideAccess},
    testkit::{Answer, Call, Clock, MemoryHost, PlainHasher, Setup, demo},
};
use authflow_tower::Login;
use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::{BodyExt as _, Full};
use std::{
    convert::Infallible,
    error::Error,
    future::pending,
    sync::{Arc, Mutex, MutexGuard},
};
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

type Log = fn(&'static str, &dyn Error);
pub(crate) type DemoHost = Parts<&'static Mutex<MemoryHost>, Gate, AllowAll, NoCourier, NoSigner, Log>;

/// The demo, and the parts of it that a test turns.
#[derive(Clone)]
pub(crate) struct Demo {
    pub(crate) login: Login<Api, DemoHost>,
    pub(crate) clock: Arc<Mutex<Clock>>,
    pub(crate) gate: Arc<Semaphore>,
    memory: &'static Mutex<MemoryHost>,
}

impl Demo {
    /// A demo that verifies passwords at once.
    pub(crate) fn new() -> Self {
        let demo = Self::with_gate();
        demo.gate.add_permits(Semaphore::MAX_PERMITS / 2);
        demo
    }

    /// A demo that verifies passwords one by one, as the test lets them through.
    pub(crate) fn with_gate() -> Self {
        let memory: &'static _ = Box::leak(Box::new(Mutex::new(MemoryHost::demo())));
        let gate = Arc::new(Semaphore::new(0));
        let log: Log = |_, _| {};
        let host = Parts {
            store: memory,
            hasher: Gate(Arc::clone(&gate)),
            rules: AllowAll,
            courier: NoCourier,
            signer: NoSigner,
            log,
        };
        let (login, clock) = login(Setup::default().api(demo::ring()), host);
        Self { login, clock, gate, memory }
    }

    pub(crate) fn memory(&self) -> MutexGuard<'static, MemoryHost> {
        self.memory.lock().unwrap()
    }

    /// How often the host was asked this question.
    pub(crate) fn asked(&self, question: &str) -> usize {
        self.memory().asked.iter().filter(|asked| **asked == question).count()
    }

    pub(crate) async fn send(&self, call: &Call) -> Answer {
        answer(self.login.service().oneshot(request(call)).await.unwrap()).await
    }

    pub(crate) async fn signed_in(&self, user_name: &str) -> Answer {
        self.send(&Call::login(user_name, demo::PASSWORD)).await
    }
}

/// A login on the test kit's clock.
pub(crate) fn login<F: Facade, H: Host>(facade: F, host: H) -> (Login<F, H>, Arc<Mutex<Clock>>) {
    let clock = Arc::new(Mutex::new(Clock::at(demo::START)));
    let of_login = Arc::clone(&clock);
    let moments = move || Ok::<_, Infallible>(of_login.lock().unwrap().moment());
    (Login::new(facade, Arc::new(host), moments), clock)
}

/// A call with another body.
pub(crate) fn request_with<B>(call: &Call, body: B) -> Request<B> {
    let mut request = Request::builder().method(call.method.as_str()).uri(&call.path);
    for (name, value) in call.headers.iter() {
        request = request.header(name, value);
    }
    request.body(body).unwrap()
}

pub(crate) fn request(call: &Call) -> Request<Full<Bytes>> {
    request_with(call, Full::from(call.body.clone()))
}

pub(crate) async fn answer<B: Body<Data = Bytes, Error: std::fmt::Debug>>(response: Response<B>) -> Answer {
    let (parts, body) = response.into_parts();
    Answer::new(parts.status.as_u16(), body.collect().await.unwrap().to_bytes())
}

/// A hasher that waits to be let through.
#[derive(Clone)]
pub(crate) struct Gate(Arc<Semaphore>);

impl Hasher for Gate {
    type Error = Infallible;
    type Permit = ();

    async fn permit(&self) -> Result<(), Infallible> {
        Ok(())
    }

    async fn verify(
        &self,
        verifier: Option<&Verifier>,
        presented: &Secret,
        permit: Arc<()>,
    ) -> Result<PasswordMatch, Infallible> {
        self.0.acquire().await.unwrap().forget();
        PlainHasher.verify(verifier, presented, permit).await
    }

    async fn hash(&self, password: &Secret) -> Result<Verifier, Infallible> {
        PlainHasher.hash(password).await
    }
}

/// The family's calls on a host that never answers.
pub(crate) fn stuck() -> Login<Api, Stuck> {
    login(Setup::default().api(demo::ring()), Stuck).0
}

/// A host that never answers.
pub(crate) struct Stuck;

impl Host for Stuck {
    type Error = Infallible;

    async fn find_account(&self, _: &FindAccount) -> Result<Option<Account>, Infallible> {
        pending().await
    }
    async fn reserve_attempt(&self, _: &ReserveAttempt) -> Result<Reservation, Infallible> {
        pending().await
    }
    async fn verify_password(&self, _: &VerifyPassword) -> Result<PasswordMatch, Infallible> {
        pending().await
    }
    async fn settle_attempt(&self, _: &SettleAttempt) -> Result<(), Infallible> {
        pending().await
    }
    async fn decide_access(&self, _: &DecideAccess) -> Result<AccessDecision, Infallible> {
        pending().await
    }
    async fn commit(&self, _: &Commit) -> Result<Committed, Infallible> {
        pending().await
    }
    async fn check_session(&self, _: &CheckSession) -> Result<Option<SessionRecord>, Infallible> {
        pending().await
    }
    fn failed(&self, _: &'static str, _: Infallible) {}
}
