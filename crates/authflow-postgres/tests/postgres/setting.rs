//! A store on a database, and a host with it.

use authflow::{
    AccountId, Moment, OsEntropyUnavailable, Timestamp,
    account::{Account, UserName},
    parts::{AllowAll, NoCourier, NoSigner, Parts},
    sdk::Api,
    testkit::{Answer, Call, PlainHasher, Setup, demo},
};
use authflow_postgres::{Accounts, Created, OwnAccounts, PostgresStore, Settings};
use std::error::Error;
use tokio_postgres::NoTls;

pub(crate) type Log = fn(&'static str, &dyn Error);
pub(crate) type Host<A = OwnAccounts> =
    Parts<PostgresStore<A>, PlainHasher, AllowAll, NoCourier, NoSigner, Log>;

/// Settings with the demo's keys and the system's clock.
pub(crate) fn settings(url: &str) -> Settings {
    Settings::new(url, NoTls, Some(demo::sealing_keys()), Moment::now).unwrap()
}

/// The same settings, with a clock that stands still.
pub(crate) fn settings_at(url: &str, now: Timestamp) -> Settings {
    Settings::new(url, NoTls, Some(demo::sealing_keys()), move || moment(now)).unwrap()
}

pub(crate) fn moment(now: Timestamp) -> Result<Moment, OsEntropyUnavailable> {
    Moment::now().map(|moment| moment.at(now))
}

pub(crate) fn host<A>(store: PostgresStore<A>) -> Host<A> {
    let log: Log = |question, error| eprintln!("{question} went unanswered: {error}");
    Parts { store, hasher: PlainHasher, rules: AllowAll, courier: NoCourier, signer: NoSigner, log }
}

/// The calls of the demo's applications.
pub(crate) fn api() -> Api {
    Setup::default().api(demo::ring())
}

/// Sends one call at the demo's time.
pub(crate) async fn call<A: Accounts>(api: &Api, host: &Host<A>, call: &Call) -> Answer {
    call_at(api, host, call, demo::START).await
}

pub(crate) async fn call_at<A: Accounts>(api: &Api, host: &Host<A>, call: &Call, now: Timestamp) -> Answer {
    let reply = api.serve(&call.request(), moment(now).unwrap(), host).await;
    Answer::from(&reply)
}

/// An account like one of the demo, under other names, so that there can be many.
pub(crate) fn like(user_name: &str, number: usize) -> Account {
    let somebody =
        demo::accounts().into_iter().find(|account| account.id.as_str() == format!("id-{user_name}"));
    let name = format!("{user_name}-{number}");
    Account {
        id: AccountId::new(&format!("id-{name}")).unwrap(),
        user_name: UserName::new(&name).ok(),
        ..somebody.unwrap()
    }
}

/// A store on a new database with these accounts, at the demo's time.
pub(crate) async fn store_of(settings: Settings, accounts: &[Account]) -> PostgresStore {
    PostgresStore::migrate(&settings).await.unwrap();
    let store = PostgresStore::connect(settings).await.unwrap();
    for account in accounts {
        assert_eq!(store.create_account(account).await.unwrap(), Created::Done);
    }
    store
}
