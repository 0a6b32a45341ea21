//! Sessions in partitions, as `docs/scale.md` makes them, and in partitions that it warns of.

use crate::{
    at_once::redeemed_once_on,
    exam::examined,
    server::{Database, server},
    setting::settings,
};
use authflow_postgres::{Isolation, PostgresStore};
use tokio_postgres::Client;

/// The statements of the page.
fn page() -> &'static str {
    let behind = include_str!("../../../../docs/scale.md").split_once("<!-- partitions -->\n```sql\n");
    behind.unwrap().1.split("```").next().unwrap()
}

async fn migrated() -> Option<(Database, Client)> {
    let database = server()?.database().await;
    PostgresStore::migrate(&settings(&database.url())).await.unwrap();
    let client = database.client().await;
    Some((database, client))
}

#[tokio::test]
async fn it_neglects_no_duty_on_partitions_by_id() {
    let Some((database, client)) = migrated().await else { return };
    client.batch_execute(page()).await.unwrap();
    examined(settings(&database.url()), &client).await;
    let sql =
        "SELECT count(*) > 0, count(DISTINCT tableoid) > 1, bool_and(tableoid::regclass::text ~ '_[0-9]+$')
        FROM authflow.sessions";
    let row = client.query_one(sql, &[]).await.unwrap();
    assert!((0..3).all(|column| row.get::<_, bool>(column)), "the sessions lie in the partitions: {row:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_token_that_is_redeemed_at_once_makes_one_session_there_too() {
    for isolation in [Isolation::ReadCommitted, Isolation::Serializable] {
        let Some((database, client)) = migrated().await else { return };
        client.batch_execute(page()).await.unwrap();
        redeemed_once_on(&database, isolation, 4).await;
    }
}

/// If partitions are by another column, nothing makes an id unique. Then no commit is done at all, instead of two.
#[tokio::test]
async fn on_partitions_by_expiry_nobody_gets_in_and_health_says_so() {
    let Some((database, client)) = migrated().await else { return };
    let store = PostgresStore::connect(settings(&database.url())).await.unwrap();
    store.check().await.unwrap();
    let sql = "ALTER TABLE authflow.claims RENAME TO claims_before;
        CREATE TABLE authflow.claims (LIKE authflow.claims_before, PRIMARY KEY (id, keep_until)) PARTITION BY RANGE (keep_until);
        CREATE TABLE authflow.claims_else PARTITION OF authflow.claims DEFAULT";
    client.batch_execute(sql).await.unwrap();
    let told = store.check().await.unwrap_err();
    assert!(format!("{told:?}").contains("ON CONFLICT"), "{told:?}");
}
