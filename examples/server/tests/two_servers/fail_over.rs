//! The database's machine is lost under load, and a standby takes over. Every commit has waited for the standby, so nothing is lost that a
//! client was told of.

use crate::{
    crowd::{Login, Servers, answered, assert_sound, begun, erins, redeem_all},
    pair::Pair,
    process::PASSWORD,
    server::told,
    wire::{Call, Reply, World},
};
use std::{env, ops::Range, thread};

const WORLD: World = World::Ordinary;
/// Wrong guesses at one account that lock it.
const THRESHOLD: usize = 5;

/// The gate takes a few logins. Nightly says how many more.
fn logins() -> usize {
    env::var("AUTHFLOW_FAIL_OVER_LOGINS").map_or(24, |said| said.parse().expect("a number"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_that_commits_wait_for_loses_nothing_that_was_told() {
    let started = Pair::start().await;
    let Some(pair) = told(&started) else { return };
    pair.synchronise().await;
    let mut deployment = pair.deployment().await;
    // The servers find out themselves which database takes writes.
    deployment.url = pair.url_of_both(&deployment);
    let servers = Servers::start(&deployment);
    let count = logins();
    let guessed = count..count + count / 4;
    erins(&deployment, guessed.end).await;
    let skips = begun(&servers, count);
    let logins = thread::scope(|scope| {
        let guesses = scope.spawn(|| guess(&servers, guessed.clone(), THRESHOLD - 1));
        let logins = redeem_all(&servers, &skips, &mut [&mut || pair.fail_over()]);
        guesses.join().unwrap();
        logins
    });
    pair.follow(&mut deployment).await;
    assert_sound(&deployment, &servers, &logins).await;
    guess(&servers, guessed.clone(), 1);
    for account in guessed.clone() {
        for at in 0..2 {
            let reply = sign_in_as(account, PASSWORD, |call| servers.send(at, call).unwrap());
            assert_ne!(reply.status, 200, "erin-{account}: a wrong guess was forgotten");
        }
    }
    let told = logins.iter().filter(|login| Login::is_told_of(login)).count();
    println!(
        "{count} logins over a fail-over, each redeemed once: {told} were told of their session and have it still"
    );
    println!("of the {} others the answer was lost, and the state token is spent", count - told);
    println!(
        "{THRESHOLD} wrong guesses at each of {} accounts, over the fail-over: each account is locked",
        guessed.len()
    );
}

/// This many wrong guesses at each account, in rounds. Each guess is answered as wrong.
fn guess(servers: &Servers, accounts: Range<usize>, rounds: usize) {
    for round in 0..rounds {
        for account in accounts.clone() {
            sign_in_as(account, "wrong", |call| answered(servers, account + round, call))
                .assert_credentials_refused();
        }
    }
}

fn sign_in_as(account: usize, password: &str, send: impl FnOnce(&Call) -> Reply) -> Reply {
    send(&Call::login(WORLD, &format!("erin-{account}"), password))
}
