//! Many calls at once: one state token is one session, and one budget is one budget.

use crate::{
    process::{Home, PASSWORD, Server},
    wire::{Call, Reply, World, warned},
};
use std::{sync::Barrier, thread};

/// Sends all calls at the same time.
pub(crate) fn at_once(server: &Server, calls: &[Call]) -> Vec<Reply> {
    let start = Barrier::new(calls.len());
    thread::scope(|scope| {
        let waiting: Vec<_> = calls
            .iter()
            .map(|call| {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    call.send(server)
                })
            })
            .collect();
        waiting.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn sixty_four_redemptions_of_one_token_give_one_session() {
    let home = Home::new();
    let server = home.start();
    for world in World::BOTH {
        let before = home.sessions();
        let call = Call::skip(world, &warned(&server, world));
        let replies = at_once(&server, &vec![call; 64]);
        assert_eq!(replies.iter().filter(|reply| reply.is_success()).count(), 1);
        for refused in replies.iter().filter(|reply| !reply.is_success()) {
            refused.assert_state_token_refused();
        }
        assert_eq!(home.sessions(), before + 1);
    }
    assert_eq!(home.number("SELECT sum(skips_used) FROM authflow_accounts"), 2, "one in each world");
}

#[test]
fn as_many_skips_at_once_as_there_are_in_the_budget() {
    let home = Home::new();
    let server = home.start();
    let calls: Vec<_> =
        (0..12).map(|_| Call::skip(World::Ordinary, &warned(&server, World::Ordinary))).collect();
    let before = home.sessions();
    let replies = at_once(&server, &calls);
    assert_eq!(replies.iter().filter(|reply| reply.is_success()).count(), 3);
    for refused in replies.iter().filter(|reply| !reply.is_success()) {
        refused.assert_state_token_refused();
    }
    assert_eq!(home.sessions(), before + 3);
}

#[test]
fn guesses_sent_at_once_are_all_counted() {
    let home = Home::new();
    let server = home.start();
    let calls: Vec<_> =
        (0..24).map(|at| Call::login(World::Ordinary, "alice", &format!("guess-{at}"))).collect();
    let replies = at_once(&server, &calls);
    replies.iter().filter(|reply| !reply.is_busy()).for_each(Reply::assert_credentials_refused);
    server.stop();
    let log = home.log();
    let judged = |reason: &str| log.matches(reason).count();
    let refused = [judged("reason: Locked"), judged("GuessContended")];
    assert_eq!((judged("reason: Wrong }"), refused.iter().sum()), (5, 19));
}

#[test]
fn sixty_four_right_logins_at_once_lock_nobody_out() {
    let home = Home::new();
    let server = home.start();
    let calls = vec![Call::login(World::Ordinary, "alice", PASSWORD); 64];
    let replies = at_once(&server, &calls);
    let signed_in = replies.iter().filter(|reply| reply.is_success()).count();
    assert!(signed_in >= 5, "{signed_in}");
    assert!(replies.iter().all(|reply| reply.is_success() || reply.is_busy()), "{replies:?}");
    for call in &calls[signed_in..] {
        assert!(call.send(&server).is_success(), "sent again, one after the other");
    }
    assert_eq!(home.sessions(), 64);
}
