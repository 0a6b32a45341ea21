//! The database's machine is lost, and a standby takes over that lacks its last commits. The tests show the loss, and what new keys
//! save.

use crate::{
    crowd::erins,
    deployment::{Deployment, refresh},
    pair::Pair,
    process::{PASSWORD, Server},
    server::told,
    wire::{Call, Reply, World},
};
use serde_json::Value;
use std::fs;

const WORLD: World = World::Ordinary;
const NEW_PASSWORD: &str = "Battery-Staple-8";
/// The account that an attacker guesses at.
const GUESSED: &str = "erin-2";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_that_is_behind_forgets_and_new_keys_refuse_what_was_issued_before() {
    let started = Pair::start().await;
    let Some(pair) = told(&started) else { return };
    let mut deployment = pair.deployment().await;
    let servers = [(); 2].map(|()| deployment.start());
    erins(&deployment, 3).await;
    let state_tokens = ["erin-0", "erin-1"].map(|name| sign_in(&servers, name, PASSWORD).text("state_token"));
    let ended = [(); 2].map(|()| sign_in(&servers, "alice", PASSWORD).text("session_token"));
    guess(&servers, 2);

    pair.cut().await;
    println!("the standby gets nothing any more");
    let skips = state_tokens.map(|token| Call::skip(WORLD, &token));
    let opened = skips.each_ref().map(|skip| skip.send(&servers[0]).text("session_token"));
    for skip in &skips {
        skip.send(&servers[1]).assert_state_token_refused();
    }
    assert!(opened.iter().all(|session| lives(&servers, session)));
    println!("two state tokens are spent, and their sessions told");
    guess(&servers, 3);
    sign_in(&servers, GUESSED, PASSWORD).assert_credentials_refused();
    println!("a fifth wrong guess has locked an account");
    let expired = sign_in(&servers, "victor", PASSWORD).text("state_token");
    assert!(Call::update(WORLD, &expired, PASSWORD, NEW_PASSWORD).send(&servers[1]).is_success());
    sign_in(&servers, "victor", PASSWORD).assert_credentials_refused();
    println!("a password is changed");
    assert!(ended.iter().all(|session| sign_out(session).send(&servers[0]).status == 200));
    assert!(!ended.iter().any(|session| lives(&servers, session)));
    println!("two sessions are signed out");

    for server in servers {
        server.kill();
    }
    pair.fail_over();
    pair.follow(&mut deployment).await;
    println!("the primary is gone, the standby is promoted, and two servers have started on it");
    let servers = [(); 2].map(|()| deployment.start());
    assert!(!lives(&servers, &opened[0]));
    println!("LOST: a session that somebody was told of is unknown");
    let second = skips[0].send(&servers[1]);
    assert!(second.is_success(), "{second:?}");
    println!("LOST: a state token that was spent is good again, and has opened a second session");
    assert!(lives(&servers, &ended[0]));
    println!("LOST: a session that was signed out lives");
    assert_eq!(sign_in(&servers, GUESSED, PASSWORD).text("status"), "PASSWORD_WARN");
    println!("LOST: three wrong guesses are forgotten, and the account is not locked");
    sign_in(&servers, "victor", NEW_PASSWORD).assert_credentials_refused();
    assert_eq!(sign_in(&servers, "victor", PASSWORD).text("status"), "PASSWORD_EXPIRED");
    println!("LOST: a changed password is the old one");

    for server in servers {
        assert!(server.stop().success());
    }
    draw_new_keys(&deployment);
    let servers = [(); 2].map(|()| deployment.start());
    println!("two servers have started with a new key, and no other");
    for server in &servers {
        for skip in &skips {
            skip.send(server).assert_state_token_refused();
        }
    }
    println!("REFUSED: every state token of before, also the one that was spent and not replayed yet");
    for session in [&ended[1], &ended[0], &second.text("session_token")] {
        assert!(!lives(&servers, session));
    }
    println!("REFUSED: every session of before");
    let anew = sign_in(&servers, "erin-1", PASSWORD).text("state_token");
    let anew = Call::skip(WORLD, &anew).send(&servers[1]).text("session_token");
    assert!(lives(&servers, &anew));
    println!("whoever signs in again is in");
    assert_eq!(sign_in(&servers, "victor", PASSWORD).text("status"), "PASSWORD_EXPIRED");
    println!("STILL LOST: the changed password, and the wrong guesses");
}

/// Draws new keys, as the page says.
fn draw_new_keys(deployment: &Deployment) {
    let keys = |name| deployment.home.path(name);
    fs::rename(keys("keys.toml"), keys("keys-of-before.toml")).unwrap();
    let migrated = deployment.home.command(&["--database", &deployment.url, "migrate"]).status();
    assert!(migrated.unwrap().success(), "{}", deployment.home.log());
    assert!(keys("keys.toml").exists());
}

fn sign_in(servers: &[Server; 2], name: &str, password: &str) -> Reply {
    Call::login(WORLD, name, password).send(&servers[0])
}

/// This many wrong guesses.
fn guess(servers: &[Server; 2], times: usize) {
    for at in 0..times {
        Call::login(WORLD, GUESSED, "wrong").send(&servers[at % 2]).assert_credentials_refused();
    }
}

fn sign_out(session_token: &str) -> Call {
    Call::post(WORLD, "/api/v2/sdk/logout", &Value::Null).with("X-session-token", session_token)
}

/// Whether both servers accept a session's token.
fn lives(servers: &[Server; 2], session_token: &str) -> bool {
    let statuses = servers.each_ref().map(|server| refresh(session_token).send(server).status);
    assert_eq!(statuses[0], statuses[1], "they agree");
    statuses[0] == 200
}
