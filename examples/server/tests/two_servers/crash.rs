//! A server or the database is killed during work.

use crate::{
    crowd::{Servers, assert_sound, erins, sign_in},
    deployment::{Deployment, PORT},
    pooler::{self, pooler},
    server::{self, server, told},
    wire::{Call, World, warned},
};
use std::{thread, time::Duration};

const COUNT: usize = 80;

/// The server has written all of a redemption and is killed before it commits. The database takes the writes back, and the token is
/// still good once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_server_has_not_committed_is_taken_back() {
    let Some(postgres) = server() else { return };
    let deployment = Deployment::on(postgres, PORT).await;
    let [killed, other] = [(); 2].map(|()| deployment.start());
    let skip = Call::skip(World::Ordinary, &warned(&killed, World::Ordinary));
    // The test locks the last table that the redemption writes to.
    deployment.client.batch_execute("BEGIN; LOCK TABLE authflow.sessions IN SHARE MODE").await.unwrap();
    let watcher = deployment.database.client().await;
    let waits = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%authflow.sessions%'";
    let waiting = async || watcher.query_one(waits, &[]).await.unwrap().get::<_, i64>(0);
    let (address, presented) = (killed.address.clone(), skip.clone());
    let client = thread::spawn(move || presented.try_send(&address));
    for _ in 0..2_000 {
        if waiting().await == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(waiting().await, 1, "it is in the middle of a commit");
    killed.kill();
    assert!(client.join().unwrap().is_err(), "nobody was told anything");
    deployment.client.batch_execute("COMMIT").await.unwrap();
    assert!(skip.send(&other).is_success(), "what was not committed has not happened");
    skip.send(&other).assert_state_token_refused();
    assert_eq!(deployment.number("SELECT count(*) FROM authflow.sessions").await, 1);
    assert_eq!(deployment.number("SELECT sum(skips_used) FROM authflow.accounts").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_are_killed_under_load() {
    killed_under_load(PORT).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn and_behind_a_pooler_of_transactions_too() {
    if pooler().is_some() {
        killed_under_load(pooler::PORT).await;
    }
}

async fn killed_under_load(port: u16) {
    let Some(postgres) = server() else { return };
    let deployment = Deployment::on(postgres, port).await;
    let servers = Servers::start(&deployment);
    erins(&deployment, COUNT).await;
    let kill = |at| {
        servers.kill(at);
        servers.start_again(at, &deployment);
    };
    let logins = sign_in(&servers, COUNT, &mut [&mut || kill(0), &mut || kill(1), &mut || kill(0)]);
    assert_sound(&deployment, &servers, &logins).await;
}

/// The database ends as by a power cut of its machine, with the servers still running.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_crashes_under_load_and_the_servers_go_on() {
    let started = server::Server::start();
    let Some(postgres) = told(&started) else { return };
    let mut deployment = Deployment::on(postgres, PORT).await;
    let servers = Servers::start(&deployment);
    erins(&deployment, COUNT).await;
    let health = Call::login(World::Isv, "", "").method("GET").path("/healthz").body("");
    let crash = || {
        postgres.crash();
        for at in 0..2 {
            assert_eq!(servers.send(at, &health).unwrap().status, 503);
        }
        postgres.go_on().unwrap();
    };
    let logins = sign_in(&servers, COUNT, &mut [&mut || crash(), &mut || crash()]);
    deployment.client = deployment.database.client().await;
    for at in 0..2 {
        assert_eq!(servers.send(at, &health).unwrap().status, 200);
    }
    assert_sound(&deployment, &servers, &logins).await;
}
