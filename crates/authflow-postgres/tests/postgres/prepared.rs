//! Statements that are planned once for each connection.

use crate::{
    server::server,
    setting::{like, settings, store_of},
};
use authflow_postgres::Statements;
use std::{collections::BTreeSet, slice};
use tokio_postgres::Client;

/// The open connections of a pool.
async fn connections(client: &Client) -> BTreeSet<i32> {
    let sql =
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND backend_type = 'client backend'";
    client.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

/// When a table changes, its prepared statements are no longer valid. Their connection is closed, and no caller is told. An unprepared statement
/// has nothing to forget.
#[tokio::test]
async fn a_table_that_changes_under_its_statements_is_read_as_it_is_now() {
    let Some(server) = server() else { return };
    for (statements, closes) in [(Statements::Unprepared, false), (Statements::Prepared, true)] {
        let database = server.database().await;
        let client = database.client().await;
        let mut settings = settings(&database.url());
        settings.statements = statements;
        let somebody = like("alice", 1);
        let store = store_of(settings, slice::from_ref(&somebody)).await;
        let read = async || store.account(somebody.tenant, somebody.id).await.unwrap().unwrap().id;
        let _ = tokio::join!(read(), read(), read(), read());
        let before = connections(&client).await;
        assert!(before.len() > 1, "several have read it: {before:?}");
        client.batch_execute("ALTER TABLE authflow.accounts ADD COLUMN of_somebody_else text").await.unwrap();
        let found = tokio::join!(read(), read(), read(), read());
        assert_eq!(found, (somebody.id, somebody.id, somebody.id, somebody.id));
        assert_eq!(!before.is_subset(&connections(&client).await), closes, "{statements:?}");
    }
}
