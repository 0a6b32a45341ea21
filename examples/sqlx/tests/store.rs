//! The store on a real PostgreSQL, which these tests start for themselves.
//!
//! If none is installed, they say so and pass. With `AUTHFLOW_POSTGRES=required` in the environment, they fail then.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

#[allow(dead_code, reason = "the tests of authflow-postgres use more of it")]
#[path = "../../../crates/authflow-postgres/tests/postgres/server.rs"]
mod server;

use authflow::{
    Moment,
    account::{Account, Revision},
    parts::{AllowAll, NoCourier, NoSigner, Parts},
    sdk::Api,
    testkit::{Answer, Call, PlainHasher, Setup, StoreExam, demo},
};
use authflow_sqlx_example::{AtSignIn, Shop, SqlxStore, StoreError};
use server::{OWNER, Server, server};
use sqlx::{PgPool, postgres::PgConnectOptions};
use std::error::Error;

async fn pool(server: &Server) -> PgPool {
    let database = server.database().await;
    let options = PgConnectOptions::new().host(&server.folder.display().to_string()).port(5432);
    PgPool::connect_with(options.username(OWNER).database(&database.name)).await.unwrap()
}

/// Makes an account as an administrator does, with a revision that is drawn.
async fn make(store: &SqlxStore<impl AtSignIn>, account: Account) -> Result<(), StoreError> {
    let revision = Revision::first(&Moment::now().unwrap());
    assert!(store.create_account(&Account { revision, ..account }).await?);
    Ok(())
}

#[tokio::test]
async fn it_neglects_no_duty() {
    let Some(server) = server() else { return };
    let store = SqlxStore::new(pool(server).await, ());
    store.make_tables().await.unwrap();
    let made = async |store: &SqlxStore, account| make(store, account).await.unwrap();
    assert_eq!(StoreExam::new(|| Moment::now().unwrap()).take(store, made).await, Ok(()));
}

async fn call(api: &Api, store: &SqlxStore<Shop>, call: &Call) -> Answer {
    let log = |question: &'static str, error: &dyn Error| eprintln!("{question} went unanswered: {error}");
    let store = store.clone();
    let host =
        Parts { store, hasher: PlainHasher, rules: AllowAll, courier: NoCourier, signer: NoSigner, log };
    let moment = Moment::now().unwrap().at(demo::START);
    Answer::from(&api.serve(&call.request(), moment, &host).await)
}

async fn count(pool: &PgPool, table: &str) -> i64 {
    sqlx::query_scalar(&format!("SELECT count(*) FROM {table}")).fetch_one(pool).await.unwrap()
}

#[tokio::test]
async fn a_session_and_the_visit_are_written_both_or_neither() {
    let Some(server) = server() else { return };
    let pool = pool(server).await;
    let store = SqlxStore::new(pool.clone(), Shop);
    store.make_tables().await.unwrap();
    Shop::make_tables(&pool).await.unwrap();
    let erin = demo::accounts().into_iter().find(|account| account.id.as_str() == "id-erin").unwrap();
    make(&store, erin).await.unwrap();
    let api = Setup::default().api(demo::ring());
    let rows = async || {
        (
            count(&pool, "login.sessions").await,
            count(&pool, "login.claims").await,
            count(&pool, "visits").await,
        )
    };

    // erin's password is about to expire, and she skips.
    let warned = call(&api, &store, &Call::login("erin", demo::PASSWORD)).await;
    let skip = Call::skip(warned.state_token());

    // erin is no customer. The shop's row is refused, so there is no session and no claim.
    assert_ne!(call(&api, &store, &skip).await.status, 200);
    assert_eq!(rows().await, (0, 0, 0));

    // So the same state token is still good.
    sqlx::query("INSERT INTO customers VALUES ('id-erin')").execute(&pool).await.unwrap();
    assert_eq!(call(&api, &store, &skip).await.status, 200);
    assert_eq!(rows().await, (1, 1, 1));
    let same = "SELECT count(*) FROM visits JOIN login.sessions ON visits.session = sessions.id";
    assert_eq!(sqlx::query_scalar::<_, i64>(same).fetch_one(&pool).await.unwrap(), 1);

    // The token is spent now: there is no further session, and no further visit.
    assert_ne!(call(&api, &store, &skip).await.status, 200);
    assert_eq!(rows().await, (1, 1, 1));
}
