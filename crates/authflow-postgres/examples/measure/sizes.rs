//! Bytes on disk for each row: of the table, and of each index.

use authflow_postgres::tokio_postgres::Client;
use std::fmt::Write as _;

const TABLES: [&str; 4] = ["accounts", "sessions", "attempts", "claims"];

pub(crate) async fn table(client: &Client) -> String {
    let mut table = String::from(
        "| table | rows | bytes a row | and of its indexes | together |\n|---|--:|--:|---|--:|\n",
    );
    for name in TABLES {
        let rows = number(client, &format!("SELECT count(*) FROM authflow.{name}")).await;
        let own = number(client, &format!("SELECT pg_relation_size('authflow.{name}')")).await / rows;
        let sql = format!(
            "SELECT indexrelid::regclass::text, pg_relation_size(indexrelid)::float8 FROM pg_index
            WHERE indrelid = 'authflow.{name}'::regclass ORDER BY indexrelid"
        );
        let (mut indexes, mut all) = (Vec::new(), own);
        for row in client.query(&sql, &[]).await.unwrap() {
            let (index, bytes) = (row.get::<_, String>(0), row.get::<_, f64>(1) / rows);
            indexes.push(format!("{} {bytes:.0}", index.trim_start_matches("authflow.")));
            all += bytes;
        }
        writeln!(table, "| {name} | {rows} | {own:.0} | {} | {all:.0} |", indexes.join(", ")).unwrap();
    }
    table
}

async fn number(client: &Client, sql: &str) -> f64 {
    client.query_one(&format!("SELECT ({sql})::float8"), &[]).await.unwrap().get(0)
}
