//! A store on a database, and a host of it.

use crate::server::Database;
use authflow::{
    Moment, OsEntropyUnavailable, Timestamp,
    parts::{AllowAll, NoCourier, NoSigner, Parts},
    sdk::Api,
    testkit::{Answer, Call, PlainHasher, Setup, demo},
};
use authflow_postgres::{PostgresStore, Settings};
use std::error::Error;
use tokio_postgres::NoTls;

pub(crate) type Log = fn(&'static str, &dyn Error);
pub(crate) type Host<A> = Parts<PostgresStore<A>, PlainHasher, AllowAll, NoCourier, NoSigner, Log>;

/// With the demo's keys and the system's clock.
pub(crate) fn settings(url: &str) -> Settings {
    Settings::new(url, NoTls, demo::sealing_keys(), Moment::now).unwrap()
}

/// The same, at a standing clock.
pub(crate) fn settings_at(url: &str, now: Timestamp) -> Settings {
    Settings::new(url, NoTls, demo::sealing_keys(), move || moment(now)).unwrap()
}

pub(crate) fn moment(now: Timestamp) -> Result<Moment, OsEntropyUnavailable> {
    Moment::now().map(|moment| moment.at(now))
}

/// A store of a new database.
pub(crate) async fn store(database: &Database) -> PostgresStore {
    let settings = settings(&database.url());
    PostgresStore::migrate(&settings).await.unwrap();
    PostgresStore::connect(settings).await.unwrap()
}

pub(crate) fn host<A>(store: PostgresStore<A>) -> Host<A> {
    let log: Log = |question, error| eprintln!("{question} went unanswered: {error}");
    Parts { store, hasher: PlainHasher, rules: AllowAll, courier: NoCourier, signer: NoSigner, log }
}

/// The calls of the demo's applications.
pub(crate) fn api() -> Api {
    Setup::default().api(demo::ring())
}

/// One call, at the demo's time.
pub(crate) async fn call<A: authflow_postgres::Accounts>(api: &Api, host: &Host<A>, call: &Call) -> Answer {
    let reply = api.serve(&call.request(), moment(demo::START).unwrap(), host).await;
    Answer::from(&reply)
}
