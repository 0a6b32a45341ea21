//! Wrong guesses are counted, they lock, and the count outlives restarts.

use crate::{
    process::{Home, PASSWORD},
    wire::{Call, World},
};

#[test]
fn five_wrong_guesses_lock_and_neither_a_restart_nor_another_spelling_unlocks() {
    let home = Home::new();
    let server = home.start_double();
    for _ in 0..2 {
        for name in ["alice", "ALICE", " alice ", "Alice"] {
            Call::login(World::Isv, name, "wrong").send(&server).assert_credentials_refused();
        }
        let right = Call::login(World::Isv, "alice", PASSWORD).send(&server);
        assert!(right.is_success(), "the fifth guess is right, and the four before it are forgotten");
    }
    for _ in 0..5 {
        Call::login(World::Isv, "alice", "wrong").send(&server).assert_credentials_refused();
    }
    Call::login(World::Isv, "alice", PASSWORD).send(&server).assert_credentials_refused();
    assert!(
        Call::login(World::Ordinary, "alice", PASSWORD).send(&server).is_success(),
        "her namesake of no tenant is another account"
    );
    server.stop();

    let restarted = home.start_double();
    Call::login(World::Isv, "alice", PASSWORD).send(&restarted).assert_credentials_refused();
    restarted.stop();
    let later = home.start_moved(301);
    assert!(Call::login(World::Isv, "alice", PASSWORD).send(&later).is_success(), "the lock has expired");
}

#[test]
fn a_count_that_cannot_be_read_is_no_fresh_count() {
    let home = Home::new();
    let server = home.start();
    Call::login(World::Ordinary, "alice", "wrong").send(&server).assert_credentials_refused();
    assert_eq!(home.execute("UPDATE authflow_attempts SET record = x'00'"), 1);
    let reply = Call::login(World::Ordinary, "alice", PASSWORD).send(&server);
    assert_eq!((reply.status, reply.text("error_code")), (500, "IDAAS.TENANT.COM.0002".to_owned()));
    assert_eq!(reply.text("error_msg"), "System busy, please try again later");
    assert_eq!(home.number("SELECT count(*) FROM authflow_attempts WHERE record = x'00'"), 1);
}
