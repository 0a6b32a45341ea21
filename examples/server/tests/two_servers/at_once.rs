//! Calls to both servers at the same time: one token is one session, and one budget is one budget.

use crate::{
    deployment::{Deployment, PORT, refresh},
    pooler::{self, pooler},
    process::{PASSWORD, Server},
    server::server,
    wire::{Call, Reply, World, warned},
};
use std::{fs, os::unix::fs::PermissionsExt as _, sync::Barrier, thread};

const WORLD: World = World::Ordinary;
const EACH: usize = 24;

/// Two servers, on the database itself or through a pooler that lends a connection for no longer than a transaction. They are demonstrations, or they
/// serve this application with alice's account.
async fn deployed(port: u16, application: Option<&str>) -> Option<(Deployment, [Server; 2])> {
    let postgres = server()?;
    if port == pooler::PORT {
        pooler()?;
    }
    let deployment = Deployment::on(postgres, port).await;
    let [config, accounts] = ["config.toml", "accounts.toml"].map(|name| deployment.home.path(name));
    let mut arguments = Vec::new();
    if let Some(application) = application {
        fs::write(&config, format!("issuer = 'https://authflow.example'\n{application}")).unwrap();
        let alice = format!("[[accounts]]\nuser_name = 'alice'\npassword = '{PASSWORD}'\npermanent = true\n");
        fs::write(&accounts, alice).unwrap();
        fs::set_permissions(&accounts, fs::Permissions::from_mode(0o600)).unwrap();
        arguments.extend(["--config", config.to_str().unwrap(), "--accounts", accounts.to_str().unwrap()]);
    }
    let servers = [(); 2].map(|()| deployment.start_with(&arguments));
    Some((deployment, servers))
}

/// Sends each call to both servers, all at the same time.
fn at_once(servers: &[Server; 2], calls: &[Call]) -> Vec<Reply> {
    let start = Barrier::new(servers.len() * calls.len());
    thread::scope(|scope| {
        let pairs = calls.iter().flat_map(|call| servers.iter().map(move |server| (call, server)));
        let waiting = pairs.map(|(call, server)| {
            let start = &start;
            scope.spawn(move || {
                start.wait();
                call.send(server)
            })
        });
        let waiting = waiting.collect::<Vec<_>>();
        waiting.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

fn done(replies: &[Reply]) -> usize {
    replies.iter().filter(|reply| reply.status == 200).count()
}

async fn one_token_is_one_session(port: u16) {
    let Some((deployment, servers)) = deployed(port, None).await else { return };
    for (before, world) in World::BOTH.into_iter().enumerate() {
        let skip = Call::skip(world, &warned(&servers[before], world));
        let replies = at_once(&servers, &vec![skip; EACH]);
        assert_eq!(done(&replies), 1);
        for refused in replies.iter().filter(|reply| reply.status != 200) {
            refused.assert_state_token_refused();
        }
        let sessions = deployment.number("SELECT count(*) FROM authflow.sessions").await;
        assert_eq!(usize::try_from(sessions).unwrap(), before + 1);
    }
    let skips = "SELECT sum(skips_used) FROM authflow.accounts";
    assert_eq!(deployment.number(skips).await, 2, "one in each world");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redemptions_of_one_token_give_one_session() {
    one_token_is_one_session(PORT).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn and_through_a_pooler_of_transactions_too() {
    one_token_is_one_session(pooler::PORT).await;
}

/// Exactly as many guesses are judged as the budget has.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_are_counted_once_each() {
    for port in [PORT, pooler::PORT] {
        let Some((deployment, servers)) = deployed(port, None).await else { return };
        let guesses: Vec<_> =
            (0..EACH / 2).map(|at| Call::login(WORLD, "alice", &format!("guess-{at}"))).collect();
        let replies = at_once(&servers, &guesses);
        replies.iter().filter(|reply| !reply.is_busy()).for_each(Reply::assert_credentials_refused);
        for server in &servers {
            Call::login(WORLD, "alice", PASSWORD).send(server).assert_credentials_refused();
        }
        for server in servers {
            server.stop();
        }
        assert_eq!(deployment.home.log().matches("reason: Wrong }").count(), 5);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_many_skips_at_once_as_there_are_in_the_budget() {
    let Some((deployment, servers)) = deployed(PORT, None).await else { return };
    let skips: Vec<_> = (0..6).map(|at| Call::skip(WORLD, &warned(&servers[at % 2], WORLD))).collect();
    assert_eq!(done(&at_once(&servers, &skips)), 3);
    assert_eq!(deployment.number("SELECT count(*) FROM authflow.sessions").await, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_token_is_rotated_once() {
    let rotating = "[[applications]]\nclient_id = 'nTo1eRIub60vPb54WeE6aojPwYwImtl4'\npolicy = { rotate_session_tokens = true }";
    for port in [PORT, pooler::PORT] {
        let Some((deployment, servers)) = deployed(port, Some(rotating)).await else { return };
        let signed_in = Call::login(WORLD, "alice", PASSWORD).send(&servers[0]).text("session_token");
        let replies = at_once(&servers, &vec![refresh(&signed_in); EACH]);
        assert_eq!(done(&replies), 1, "a token that was used a moment ago is good for nobody");
        assert_eq!(deployment.number("SELECT max(generation) FROM authflow.sessions").await, 1);
        let rotated = replies.iter().find(|reply| reply.status == 200).unwrap().text("session_token");
        assert_ne!(refresh(&rotated).send(&servers[1]).status, 200, "whoever has it may have stolen it");
        assert_eq!(
            deployment.number("SELECT count(*) FROM authflow.sessions WHERE ended_at IS NULL").await,
            0
        );
    }
}
