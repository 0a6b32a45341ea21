//! Names that no account has. The store remembers them, so that a guess at them costs the same, and forgets the oldest first.

use crate::{
    server::server,
    setting::{api, call_at, host, like, settings_at, store_of},
};
use authflow::{
    administration::{Administer as _, Sweep},
    testkit::{Call, demo},
};
use std::num::NonZeroU32;

#[tokio::test]
async fn the_oldest_names_of_nobody_are_forgotten_and_none_that_is_in_flight() {
    const MOST: u32 = 4;
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    let mut settings = settings_at(&database.url(), demo::START);
    settings.most_of_nobody = NonZeroU32::new(MOST).unwrap();
    let (api, host) = (api(), host(store_of(settings, &[like("alice", 0)]).await));
    let guess = async |name: String, seconds| {
        let at = demo::START.plus_seconds(seconds);
        call_at(&api, &host, &Call::login(&name, "wrong"), at).await.status
    };
    let seen = async || {
        let sql = "SELECT seen FROM authflow.attempts WHERE nobody ORDER BY seen";
        let rows = client.query(sql, &[]).await.unwrap();
        rows.iter()
            .map(|row| u64::try_from(row.get::<_, i64>(0)).unwrap() - demo::START.as_unix())
            .collect::<Vec<_>>()
    };
    guess("alice-0".into(), 0).await;
    for second in 0..10 {
        guess(format!("nobody-{second}"), second).await;
    }
    assert_eq!(seen().await, (0..10).collect::<Vec<_>>(), "any of them may be in flight");
    // A minute later the oldest names go, at most twice as many at once as there are new ones.
    guess("nobody-0".into(), 62).await;
    guess("nobody-10".into(), 65).await;
    assert_eq!(seen().await, [3, 4, 5, 6, 7, 8, 9, 62, 65]);
    let sweep = Sweep::new(demo::START.plus_seconds(1000), NonZeroU32::new(3).unwrap());
    assert_eq!(host.store.sweep(&sweep).await.unwrap().guesses_of_nobody, 3);
    assert_eq!(host.store.sweep(&sweep).await.unwrap().guesses_of_nobody, 2);
    assert_eq!(seen().await, [8, 9, 62, 65], "the latest");
    let own: i64 = client
        .query_one("SELECT count(*) FROM authflow.attempts WHERE NOT nobody", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(own, 1, "an account's is never forgotten");
}

/// A guess at a name costs the database the same, whether or not an account has the name.
#[tokio::test]
async fn a_guess_at_nobody_is_the_same_write() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    let (api, host) =
        (api(), host(store_of(settings_at(&database.url(), demo::START), &[like("alice", 0)]).await));
    let mut counts = Vec::new();
    for name in ["alice-0", "nobody"] {
        for _ in 0..3 {
            call_at(&api, &host, &Call::login(name, "wrong"), demo::START).await;
        }
        let sql = "SELECT pg_stat_force_next_flush()";
        drop(client.query(sql, &[]).await);
        let sql = "SELECT xmin::text FROM authflow.attempts";
        counts.push(client.query(sql, &[]).await.unwrap().len());
    }
    assert_eq!(counts, [1, 2]);
    let sql = "SELECT count(DISTINCT octet_length(record)) FROM authflow.attempts";
    assert_eq!(client.query_one(sql, &[]).await.unwrap().get::<_, i64>(0), 1, "three wrong guesses each");
}

/// A sweep deletes expired rows although other transactions hold some of them. It leaves the rows that they hold to the next sweep.
#[tokio::test]
async fn a_sweep_waits_for_nobody() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    let store = store_of(settings_at(&database.url(), demo::START), &[]).await;
    let insert = "INSERT INTO authflow.claims SELECT decode(lpad(to_hex(n), 32, '0'), 'hex'), NULL, n FROM generate_series(1, 10) AS n";
    client.batch_execute(insert).await.unwrap();
    let holder = database.client().await;
    holder
        .batch_execute("BEGIN; SELECT * FROM authflow.claims WHERE keep_until <= 3 FOR UPDATE")
        .await
        .unwrap();
    let sweep = Sweep::new(demo::START, NonZeroU32::new(5).unwrap());
    let swept = async || store.sweep(&sweep).await.unwrap().claims;
    assert_eq!((swept().await, swept().await), (5, 2));
    holder.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(swept().await, 3);
}
