//! authflow's routes `/v1` on a store, and the protected route. No password is hashed.

use crate::calls::{self, PASSWORD, ROUTE};
use authflow::{
    AccountId, Application, Applications, ClientId, Config, Engine, Moment, Timestamp,
    account::{Account, UserName},
    parts::{AllowAll, NoCourier, NoSigner, Parts, Rules, Store},
    password::{Ageing, Verifier},
    step::{AccessDecision, DecideAccess, FindApplication},
    testkit::{PlainHasher, demo},
    token::Issuer,
    web::{Modes, Web},
};
use authflow_postgres::{PostgresStore, Statements, tokio_postgres::NoTls};
use authflow_sqlite::{Place, SqliteStore};
use authflow_tower::{Login, Session};
use axum::{Router, routing::get};
use std::{
    collections::HashMap, convert::Infallible, error::Error, num::NonZeroUsize, path::Path, sync::Arc,
};

const DAY: u64 = 86_400;

/// Of a service with one application.
pub(crate) fn router<S: Store + Send + Sync + 'static>(store: S) -> Router {
    among(store, 1)
}

/// Of a service with so many applications, in a fixed list.
pub(crate) fn among<S: Store + Send + Sync + 'static>(store: S, count: usize) -> Router {
    served(store, Applications::Fixed(applications(count).collect()), AllowAll)
}

/// Of a service with so many applications, which its host looks up.
pub(crate) fn looked_up<S: Store + Send + Sync + 'static>(store: S, count: usize) -> Router {
    let known = applications(count).map(|application| (application.client_id, Arc::new(application)));
    served(store, Applications::Asked, Known(known.collect()))
}

/// The one that is used, and others.
fn applications(count: usize) -> impl Iterator<Item = Application> {
    let ageing = Ageing::new(90, 14, 100).expect("an ageing");
    (0..count).map(move |number| {
        let client_id = if number == 0 { client() } else { id(&format!("application-{number}")) };
        let mut application = Application::new(client_id);
        application.policy.ageing = Some(ageing);
        application
    })
}

fn client() -> ClientId {
    id("stores")
}

fn id(text: &str) -> ClientId {
    ClientId::new(text).expect("an id")
}

/// Everything is allowed, in these applications.
struct Known(HashMap<ClientId, Arc<Application>>);

impl Rules for Known {
    type Error = Infallible;

    async fn decide_access(&self, ask: &DecideAccess) -> Result<AccessDecision, Infallible> {
        AllowAll.decide_access(ask).await
    }

    async fn find_application(&self, ask: &FindApplication) -> Result<Option<Arc<Application>>, Infallible> {
        Ok(self.0.get(&ask.client_id).cloned())
    }
}

fn served<S: Store + Send + Sync + 'static, R: Rules + Send + 'static>(
    store: S,
    applications: Applications,
    rules: R,
) -> Router {
    let client = client();
    let issuer = Issuer::new("https://login.example").expect("an issuer");
    let engine = Engine::new(Config::new(issuer, demo::ring(), applications)).expect("an engine");
    let log = |question: &'static str, error: &dyn Error| eprintln!("{question} went unanswered: {error}");
    let host = Parts { store, hasher: PlainHasher, rules, courier: NoCourier, signer: NoSigner, log };
    let login = Login::new(Web::new(engine, client, Modes::Bearer), Arc::new(host), Moment::now);
    Router::new()
        .route(ROUTE, get(async |session: Session| session.subject.id.to_string()))
        .route_layer(login.require_session(client))
        .layer(login.layer())
}

/// Half of them have a password that is about to expire.
fn people(people: usize) -> impl Iterator<Item = Account> {
    let now = Moment::now().expect("a moment").timestamp();
    let account = |name: String, set_at: Timestamp| {
        let moment = Moment::now().expect("a moment");
        let (id, user_name) = (AccountId::new(&name).expect("an id"), UserName::new(&name).expect("a name"));
        let mut account = Account::new(id, user_name, Verifier::new(PASSWORD), &moment);
        account.password.as_mut().expect("a password").changed_at = set_at;
        account
    };
    (0..people).flat_map(move |number| {
        [account(calls::fresh(number), now), account(calls::expiring(number), now.minus_seconds(80 * DAY))]
    })
}

pub(crate) async fn sqlite(path: &Path, accounts: usize) -> SqliteStore {
    let settings =
        authflow_sqlite::Settings::new(Place::File(path.to_owned()), demo::sealing_keys(), Moment::now);
    let store = SqliteStore::open(&settings).expect("a store");
    for account in people(accounts) {
        let _ = store.create_account(account).await.expect("an account");
    }
    store
}

fn settings(url: &str, connections: usize, statements: Statements) -> authflow_postgres::Settings {
    let mut settings = authflow_postgres::Settings::new(url, NoTls, None, Moment::now).expect("a URL");
    settings.statements = statements;
    settings.connections = NonZeroUsize::new(connections).expect("a connection");
    settings
}

/// With tables and accounts.
pub(crate) async fn make(url: &str, accounts: usize) {
    PostgresStore::migrate(&settings(url, 1, Statements::Unprepared)).await.expect("tables");
    let store = postgres(url, 1, Statements::Unprepared).await;
    for account in people(accounts) {
        let _ = store.create_account(&account).await.expect("an account");
    }
}

pub(crate) async fn postgres(url: &str, connections: usize, statements: Statements) -> PostgresStore {
    PostgresStore::connect(settings(url, connections, statements)).await.expect("a store")
}
