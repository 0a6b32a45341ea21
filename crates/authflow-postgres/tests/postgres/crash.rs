//! The database crashes while it is used, and comes back.

use crate::{
    server::{Server, told},
    setting::{api, call, host, like, settings_at, store_of},
};
use authflow::testkit::{Call, demo};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::time::timeout;

/// One login as its client has seen it.
struct Seen {
    user: String,
    state_token: Option<String>,
    /// The sessions that the client was told of.
    sessions: Vec<String>,
}

/// Nothing is redeemed twice, and every session that a client was told of exists.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_redeemed_twice_and_nothing_is_issued_and_lost() {
    const USERS: usize = 120;
    let started = Server::start();
    let Some(server) = told(&started) else { return };
    let database = server.database().await;
    let accounts: Vec<_> = (0..USERS).map(|number| like("erin", number)).collect();
    let store = store_of(settings_at(&database.url(), demo::START), &accounts).await;
    let (api, host) = (Arc::new(api()), Arc::new(host(store)));
    let done = Arc::new(AtomicUsize::new(0));
    let users = accounts.iter().map(|account| {
        let (api, host, done) = (Arc::clone(&api), Arc::clone(&host), Arc::clone(&done));
        let user = account.user_name.as_ref().unwrap().as_str().to_owned();
        tokio::spawn(async move {
            let mut seen = Seen { user, state_token: None, sessions: Vec::new() };
            // A client that gets no answer tries again.
            for _ in 0..400 {
                let Some(state_token) = &seen.state_token else {
                    let warned = call(&api, &host, &Call::login(&seen.user, demo::PASSWORD)).await;
                    seen.state_token = warned.find("state_token").map(Into::into);
                    tokio::time::sleep(Duration::from_millis(5)).await;
                    continue;
                };
                let skipped = call(&api, &host, &Call::skip(state_token)).await;
                match skipped.status {
                    200 => {
                        seen.sessions.push(skipped.session_token().into());
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                    500 => tokio::time::sleep(Duration::from_millis(5)).await,
                    _ => break,
                }
            }
            seen
        })
    });
    let users = users.collect::<Vec<_>>();
    for part in [4, 2] {
        // The crash comes in the middle of the logins.
        let so_many = async {
            while done.load(Ordering::Relaxed) < USERS / part {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        timeout(Duration::from_secs(60), so_many).await.expect("they get on");
        server.crash();
        server.go_on().unwrap();
    }
    let client = database.client().await;
    let mut told = 0;
    for user in users {
        let seen = user.await.unwrap();
        assert!(seen.sessions.len() <= 1, "{} redeemed one token twice", seen.user);
        let sql = "SELECT count(*) FROM authflow.sessions WHERE account = $1";
        let sessions: i64 = client.query_one(sql, &[&format!("id-{}", seen.user)]).await.unwrap().get(0);
        assert!(sessions <= 1, "{} has {sessions} sessions of one token", seen.user);
        for session in &seen.sessions {
            assert_eq!(sessions, 1, "the session that {} was told of is gone", seen.user);
            assert_eq!(call(&api, &host, &Call::refresh(session)).await.status, 200);
        }
        let again = call(&api, &host, &Call::skip(seen.state_token.as_deref().unwrap())).await;
        assert!(again.status != 200 && sessions == 1, "{}: {}", seen.user, again.status);
        told += seen.sessions.len();
    }
    assert!(told > USERS / 2, "most were told: {told}");
}
