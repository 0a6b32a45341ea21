//! The writes of each call, read from the database's own log of writes.

use crate::calls::{LATER, Login};
use authflow::{
    administration::{Administer as _, Sweep},
    testkit::demo,
};
use authflow_postgres::tokio_postgres::Client;
use std::{fmt::Write as _, num::NonZeroU32};

/// How often each call is made.
const TIMES: usize = 1_000;
/// It is coprime to every number of accounts that is allowed, so the calling accounts are spread over the table, and each calls once.
const STRIDE: usize = 7_919;

/// The writes of so many calls.
struct Written {
    counts: Vec<f64>,
    bytes: f64,
    images: f64,
}

/// The records of the log that are counted, by their names, with a column for each.
const COUNTS: [(&str, &str); 7] = [
    ("rows made", "Heap/INSERT%"),
    ("changed", "Heap/UPDATE%"),
    ("changed in place", "Heap/HOT_UPDATE%"),
    ("deleted", "Heap/DELETE%"),
    ("locked", "Heap/LOCK%"),
    ("index entries", "Btree/INSERT%"),
    ("commits", "Transaction/COMMIT%"),
];

/// Autovacuum is switched off, so that nothing else writes.
pub(crate) async fn prepare(client: &Client) {
    client.batch_execute("CREATE EXTENSION pg_walinspect").await.unwrap();
    set(client, "autovacuum = off").await;
}

async fn set(client: &Client, setting: &str) {
    client.batch_execute(&format!("ALTER SYSTEM SET {setting}")).await.unwrap();
    client.batch_execute("SELECT pg_reload_conf()").await.unwrap();
}

pub(crate) async fn table(client: &Client, login: &Login, accounts: usize) -> String {
    assert!(accounts >= 8 * TIMES && !accounts.is_multiple_of(STRIDE), "at least 8000 accounts");
    let mut passes = Vec::new();
    for (at, images) in ["off", "on"].into_iter().enumerate() {
        set(client, &format!("full_page_writes = {images}")).await;
        passes.push(pass(client, login, at * 2 * TIMES, accounts).await);
    }
    let columns = COUNTS.map(|(name, _)| name).join(" | ");
    let mut table =
        format!("| call | {columns} | bytes of WAL | behind a checkpoint |\n|---|{}\n", "--:|".repeat(9));
    for ((call, written), (_, behind)) in passes[0].iter().zip(&passes[1]) {
        let counts: Vec<_> = written.counts.iter().map(|count| format!("{count:.2}")).collect();
        let behind = behind.bytes + behind.images;
        writeln!(table, "| {call} | {} | {:.0} | {behind:.0} |", counts.join(" | "), written.bytes).unwrap();
    }
    table
}

/// Makes each call for accounts that have signed in before.
async fn pass(client: &Client, login: &Login, from: usize, accounts: usize) -> Vec<(&'static str, Written)> {
    let person = |at: usize| (from + at) * STRIDE % accounts;
    // The password of an even number is current, and that of an odd one is about to expire.
    let (current, expiring): (Vec<_>, Vec<_>) =
        (0..2 * TIMES).map(person).partition(|number| number.is_multiple_of(2));
    let (mut passed, mut sessions, mut warned) = (Vec::new(), Vec::new(), Vec::new());

    let log = Log::begin(client).await;
    for number in &current {
        sessions.push(login.sign_in(*number).await);
    }
    passed.push(("sign in", log.end(current.len()).await));

    let log = Log::begin(client).await;
    for number in &expiring {
        warned.push(login.warned(*number).await);
    }
    passed.push(("sign in, and be warned", log.end(expiring.len()).await));

    let log = Log::begin(client).await;
    for state_token in &warned {
        login.skip(state_token).await;
    }
    passed.push(("skip", log.end(warned.len()).await));

    let log = Log::begin(client).await;
    for session in &sessions {
        login.authenticate(session, demo::START).await;
    }
    passed.push(("authenticate", log.end(sessions.len()).await));

    let log = Log::begin(client).await;
    for session in &sessions {
        login.authenticate(session, LATER).await;
    }
    passed.push(("authenticate, and note the use", log.end(sessions.len()).await));

    let log = Log::begin(client).await;
    for session in &mut sessions {
        *session = login.rotate(session).await;
    }
    passed.push(("refresh, and rotate", log.end(sessions.len()).await));

    let log = Log::begin(client).await;
    for session in &sessions {
        login.sign_out(session).await;
    }
    passed.push(("sign out", log.end(sessions.len()).await));

    let log = Log::begin(client).await;
    for number in &current {
        login.guess(*number).await;
    }
    passed.push(("guess wrong", log.end(current.len()).await));

    let log = Log::begin(client).await;
    let at_most = NonZeroU32::new(1_000).unwrap();
    let swept =
        login.store().sweep(&Sweep::new(demo::START.plus_seconds(7 * demo::DAY), at_most)).await.unwrap();
    assert_eq!((swept.claims, swept.sessions), (at_most.get(), at_most.get()));
    passed.push(("forget a claim and a session", log.end(1_000).await));
    passed
}

/// The log of writes from a position on.
struct Log<'c> {
    client: &'c Client,
    from: String,
}

impl<'c> Log<'c> {
    /// Begins after a checkpoint, so that the first change of a page writes an image of it if images are on.
    async fn begin(client: &'c Client) -> Self {
        client.batch_execute("CHECKPOINT").await.unwrap();
        Self { client, from: here(client).await }
    }

    /// The writes of one call, as the mean of so many.
    async fn end(self, calls: usize) -> Written {
        let Self { client, from } = self;
        let calls = f64::from(u32::try_from(calls).unwrap());
        let until = here(client).await;
        if from == until {
            return Written { counts: vec![0.0; COUNTS.len()], bytes: 0.0, images: 0.0 };
        }
        // Records that the server writes about itself now and then are not counted.
        let of_calls = r#""resource_manager/record_type" ~ '^(Heap|Heap2|Btree|Transaction|MultiXact)/'"#;
        let counts = COUNTS.map(|(_, record)| {
            format!(r#"coalesce(sum(count) FILTER (WHERE "resource_manager/record_type" LIKE '{record}'), 0)::float8"#)
        });
        let sql = format!(
            "SELECT coalesce(sum(record_size), 0)::float8, coalesce(sum(fpi_size), 0)::float8, {}
            FROM pg_get_wal_stats('{from}', '{until}', true) WHERE {of_calls}",
            counts.join(", ")
        );
        let row = client.query_one(&sql, &[]).await.unwrap();
        let of_each = |column| row.get::<_, f64>(column) / calls;
        Written {
            bytes: of_each(0),
            images: of_each(1),
            counts: (2..2 + COUNTS.len()).map(of_each).collect(),
        }
    }
}

async fn here(client: &Client) -> String {
    client.query_one("SELECT pg_current_wal_flush_lsn()::text", &[]).await.unwrap().get(0)
}
