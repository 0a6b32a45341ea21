//! The cost of a login in the database: the bytes of a row and of its index entries, and the writes of each call. `docs/scale.md` has the figures.
//!
//! `cargo run -p authflow-postgres --example measure [accounts]` starts its own PostgreSQL (15 or later, with `pg_walinspect`), fills it, and
//! prints two tables. It only counts bytes and rows, which are the same on a slow machine.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "it measures or fails"
)]

mod calls;
mod fill;
mod sizes;
mod writes;

#[path = "../../tests/postgres/server.rs"]
#[allow(dead_code, reason = "this needs a part of it")]
mod server;

use authflow::{Moment, OsEntropyUnavailable, Timestamp, testkit::demo};
use authflow_postgres::{PostgresStore, Settings, tokio_postgres::NoTls};
use server::Server;
use std::env;

#[tokio::main]
async fn main() {
    let accounts = env::args().nth(1).map_or(100_000, |said| said.parse().expect("a number of accounts"));
    let server = Server::start().unwrap();
    let database = server.database().await;
    let client = database.client().await;
    let settings =
        || Settings::new(&database.url(), NoTls, Some(demo::sealing_keys()), || moment(demo::START)).unwrap();
    PostgresStore::migrate(&settings()).await.unwrap();
    let store = PostgresStore::connect(settings()).await.unwrap();

    let login = calls::Login::on(store);
    fill::accounts(&client, accounts).await;
    // The library writes one row of each kind, and the other rows are copies of them.
    login.sign_in(0).await;
    login.skip(&login.warned(1).await).await;
    fill::what_a_login_leaves(&client).await;
    println!("{}", sizes::table(&client).await);

    writes::prepare(&client).await;
    println!("{}", writes::table(&client, &login, accounts).await);
}

fn moment(now: Timestamp) -> Result<Moment, OsEntropyUnavailable> {
    Moment::now().map(|moment| moment.at(now))
}
