//! State that outlives a restart.

use crate::{
    process::{Home, PASSWORD},
    wire::{Call, World, nora, warned},
};

#[test]
fn a_token_outlives_a_restart_and_so_does_its_use() {
    let home = Home::new();
    let server = home.start();
    let [used, unused] = [(), ()].map(|()| warned(&server, World::Isv));
    let granted = Call::skip(World::Isv, &used).send(&server);
    assert!(granted.is_success());
    assert!(server.stop().success(), "SIGTERM is no failure");

    let server = home.start();
    Call::skip(World::Isv, &used).send(&server).assert_state_token_refused();
    assert!(Call::skip(World::Isv, &unused).send(&server).is_success());
    let checked = Call::check(World::Isv, &granted.text("id_token")).send(&server);
    assert_eq!(checked.status, 200, "the session outlives it as well");
}

#[test]
fn a_restart_of_the_demo_refills_and_replaces_nothing() {
    let home = Home::new();
    let server = home.start();
    assert!(Call::skip(World::Ordinary, &warned(&server, World::Ordinary)).send(&server).is_success());
    assert_eq!(home.execute("UPDATE authflow_accounts SET status = 'disabled' WHERE id = 'demo-alice'"), 2);
    let token = nora(&home, &server, World::Ordinary);
    server.stop();
    let state = || {
        let accounts = "SELECT group_concat(concat_ws(' ', tenant, id, verifier, skips_used, revision, status)) FROM authflow_accounts";
        home.database().query_row(accounts, [], |row| row.get::<_, String>(0)).unwrap()
    };
    let (accounts, sessions) = (state(), home.sessions());

    let server = home.start();
    assert_eq!((state(), home.sessions()), (accounts, sessions));
    Call::login(World::Ordinary, "alice", PASSWORD).send(&server).assert_credentials_refused();
    assert_eq!(Call::check(World::Ordinary, &token).send(&server).status, 200);
}

#[test]
fn a_stopped_server_leaves_one_whole_file() {
    let home = Home::new();
    let server = home.start();
    assert!(Call::skip(World::Ordinary, &warned(&server, World::Ordinary)).send(&server).is_success());
    server.stop();
    let elsewhere = Home::new();
    std::fs::copy(home.path("authflow.db"), elsewhere.path("authflow.db")).unwrap();
    assert_eq!(elsewhere.number("SELECT sum(skips_used) FROM authflow_accounts"), 1);
    assert_eq!(elsewhere.sessions(), home.sessions());
}

#[test]
fn a_clock_that_was_moved_forward_and_back_forgets_no_claim() {
    let home = Home::new();
    let server = home.start_double();
    let used = Call::skip(World::Ordinary, &warned(&server, World::Ordinary));
    assert!(used.send(&server).is_success());
    server.stop();
    // An hour later the claim could be forgotten, and this login's commit would be the time for it.
    let later = home.start_moved(3_600);
    assert!(Call::login(World::Ordinary, "alice", PASSWORD).send(&later).is_success());
    later.stop();
    used.send(&home.start_double()).assert_state_token_refused();
}
