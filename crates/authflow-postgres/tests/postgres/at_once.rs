//! Requests that come at once over two pools of connections, as on two servers.

use crate::{
    server::{Database, server},
    setting::{Host, api, call, host, like, settings_at, store_of},
};
use authflow::{
    account::Account,
    policy::Policy,
    sdk::Api,
    testkit::{Answer, Call, Setup, demo},
};
use authflow_postgres::{Isolation, PostgresStore};
use std::{collections::BTreeSet, sync::Arc};
use tokio_postgres::Client;

struct Servers {
    api: Arc<Api>,
    hosts: [Arc<Host>; 2],
    client: Client,
}

/// Two servers on one new database.
async fn servers(isolation: Isolation, accounts: &[Account]) -> Option<Servers> {
    Some(servers_on(&server()?.database().await, isolation, accounts).await)
}

async fn servers_on(database: &Database, isolation: Isolation, accounts: &[Account]) -> Servers {
    let settings = || {
        let mut settings = settings_at(&database.url(), demo::START);
        settings.isolation = isolation;
        settings
    };
    let one = store_of(settings(), accounts).await;
    let other = PostgresStore::connect(settings()).await.unwrap();
    let hosts = [one, other].map(|store| Arc::new(host(store)));
    Servers { api: Arc::new(api()), hosts, client: database.client().await }
}

impl Servers {
    async fn login(&self, account: &Account) -> Answer {
        let name = account.user_name.as_ref().unwrap().as_str();
        call(&self.api, &self.hosts[0], &Call::login(name, demo::PASSWORD)).await
    }

    /// Sends one call so many times at once, to both servers in turn.
    async fn at_once(&self, ask: &Call, times: usize) -> Vec<Answer> {
        let calls = (0..times).map(|at| {
            let (api, host, ask) = (Arc::clone(&self.api), Arc::clone(&self.hosts[at % 2]), ask.clone());
            tokio::spawn(async move { call(&api, &host, &ask).await })
        });
        let mut answers = Vec::new();
        for call in calls.collect::<Vec<_>>() {
            answers.push(call.await.unwrap());
        }
        answers
    }

    async fn count(&self, sql: &str) -> i64 {
        self.client.query_one(sql, &[]).await.unwrap().get(0)
    }
}

const EACH: usize = 32;

async fn redeemed_once(isolation: Isolation, tokens: usize) {
    let Some(server) = server() else { return };
    redeemed_once_on(&server.database().await, isolation, tokens).await;
}

pub(crate) async fn redeemed_once_on(database: &Database, isolation: Isolation, tokens: usize) {
    let accounts: Vec<_> = (0..tokens).map(|number| like("erin", number)).collect();
    let servers = servers_on(database, isolation, &accounts).await;
    for (at, account) in accounts.iter().enumerate() {
        let warned = servers.login(account).await;
        assert_eq!(warned.text("status"), "PASSWORD_WARN");
        let answers = servers.at_once(&Call::skip(warned.state_token()), EACH).await;
        let done = answers.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(done, 1, "of {:?}", answers.iter().map(|answer| answer.status).collect::<BTreeSet<_>>());
        assert!(answers.iter().all(|answer| answer.status != 500), "each of them is answered");
        let (sessions, skips) = (
            "SELECT count(*) FROM authflow.sessions",
            "SELECT sum(skips_used)::bigint FROM authflow.accounts",
        );
        let so_far = i64::try_from(at + 1).unwrap();
        assert_eq!((servers.count(sessions).await, servers.count(skips).await), (so_far, so_far));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_tokens_that_are_redeemed_thirty_two_times_each_make_fifty_sessions() {
    redeemed_once(Isolation::ReadCommitted, 50).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn at_stricter_isolations_too() {
    redeemed_once(Isolation::RepeatableRead, 8).await;
    redeemed_once(Isolation::Serializable, 8).await;
}

/// The limit is five, so at most five guesses of a burst are judged.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn guesses_are_counted_once_each() {
    let alice = like("alice", 0);
    let Some(servers) = servers(Isolation::ReadCommitted, std::slice::from_ref(&alice)).await else { return };
    let name = alice.user_name.as_ref().unwrap().as_str();
    for _ in 0..3 {
        servers.at_once(&Call::login(name, "wrong"), EACH).await;
    }
    assert_ne!(servers.login(&alice).await.status, 200, "the right password does not help any more");
    let nobody = servers.at_once(&Call::login("nobody", "wrong"), EACH).await;
    assert!(nobody.iter().all(|answer| answer.status != 200));
    assert_eq!(servers.count("SELECT count(*) FROM authflow.attempts WHERE nobody").await, 1);
    assert_eq!(servers.count("SELECT count(*) FROM authflow.attempts").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_session_token_is_rotated_once() {
    let alice = like("alice", 0);
    let Some(mut servers) = servers(Isolation::ReadCommitted, std::slice::from_ref(&alice)).await else {
        return;
    };
    let rotating = Policy { rotate_session_tokens: true, ..demo::policy() };
    servers.api = Arc::new(Setup::new(rotating).api(demo::ring()));
    for _ in 0..4 {
        let signed_in = servers.login(&alice).await;
        let answers = servers.at_once(&Call::refresh(signed_in.session_token()), EACH).await;
        let done = answers.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(done, 1, "a token that was used a moment ago is good for nobody");
    }
    assert!(servers.count("SELECT max(generation) FROM authflow.sessions").await == 1);
}
