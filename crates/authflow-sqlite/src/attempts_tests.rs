//! Names that no account has are remembered, and later forgotten. Names of accounts are not forgotten.

use super::*;
use crate::testing::database;
use authflow::{
    AccountId, Timestamp,
    factor::Factor,
    guess::Attempt,
    password::PasswordMatch,
    step::Step,
    testkit::{Call, World},
};

fn slot(name: &str) -> AttemptSlot {
    AttemptSlot::of_account(None, AccountId::new(name).unwrap(), Factor::Password)
}

/// The library's question after a wrong guess, when the host has answered the reservation with `reserved`.
fn asked(reserved: impl FnOnce(&ReserveAttempt) -> Reservation) -> SettleAttempt {
    let mut reserved = Some(reserved);
    let mut step = World::new().begin(&Call::login("nobody", "wrong"));
    loop {
        step = match step {
            Step::FindAccount(ask) => ask.answer(None),
            Step::ReserveAttempt(ask) => {
                let reservation = reserved.take().unwrap()(&ask);
                ask.answer(reservation)
            }
            Step::VerifyPassword(ask) => ask.answer(PasswordMatch::Differs),
            Step::SettleAttempt(ask) => return SettleAttempt::clone(&ask),
            other => panic!("{other:?}"),
        };
    }
}

fn guess(name: &str, is_of_nobody: bool, now: u64) -> ReserveAttempt {
    let mut question = None;
    asked(|ask| {
        assert!(ask.is_of_nobody);
        question = Some(ask.clone());
        ask.reserve(None)
    });
    let mut ask = question.unwrap();
    (ask.slot, ask.is_of_nobody, ask.now) = (slot(name), is_of_nobody, Timestamp::from_unix(now));
    ask
}

/// The names whose slots are stored.
fn remembered<'a>(connection: &Connection, names: &[&'a str]) -> Vec<&'a str> {
    let is_stored = |name: &&&str| load(connection, slot(name)).unwrap().is_some();
    names.iter().filter(is_stored).copied().collect()
}

#[test]
fn a_name_that_is_guessed_at_again_forgets_nothing() {
    let (connection, forgetting) = (database(), Forgetting::small(1, 1));
    for (name, now) in [("a", 1_000), ("b", 1_001), ("c", 1_002)] {
        reserve(&connection, &guess(name, true, now), &forgetting).unwrap();
    }
    // The two older names could be forgotten by now.
    let (changes, again) = (connection.total_changes(), guess("c", true, 9_000));
    for _ in 0..100 {
        reserve(&connection, &again, &forgetting).unwrap();
    }
    assert_eq!(connection.total_changes() - changes, 100, "each is one write and no more");
    assert_eq!(forgetting.new_rows(), 3);
    assert_eq!(remembered(&connection, &["a", "b", "c"]), ["a", "b", "c"]);
}

#[test]
fn new_names_beyond_the_bound_drop_the_oldest_none_in_flight_and_no_account() {
    let (connection, forgetting) = (database(), Forgetting::small(3, 2));
    let names = ["a", "b", "c", "d", "e", "f", "g"];
    let go = |name, is_of_nobody, now| {
        reserve(&connection, &guess(name, is_of_nobody, now), &forgetting).unwrap();
        remembered(&connection, &names)
    };
    go("a", false, 1);
    for (name, now) in [("b", 1_002), ("c", 1_001), ("d", 1_003)] {
        go(name, true, now);
    }
    let all = go("e", true, 1_005);
    assert_eq!(all, ["a", "b", "c", "d", "e"], "what may be in flight is kept, however many there are");
    assert_eq!(go("f", true, 1_500), ["a", "b", "c", "d", "e", "f"], "only every second slot looks");
    assert_eq!(go("g", true, 1_500), ["a", "e", "f", "g"], "as many as are too many and no more");
}

#[test]
fn as_many_are_forgotten_at_once_as_there_is_time_for() {
    let (connection, large, small) = (database(), Forgetting::small(100, 1), Forgetting::small(1, 1));
    let names = ["a", "b", "c", "d", "e"];
    for (name, now) in names.into_iter().zip(1_000..) {
        reserve(&connection, &guess(name, true, now), &large).unwrap();
    }
    small.forget_guesses(&connection, Timestamp::from_unix(9_000)).unwrap();
    assert_eq!(remembered(&connection, &names), ["c", "d", "e"]);
    small.forget_guesses(&connection, Timestamp::from_unix(9_000)).unwrap();
    assert_eq!(remembered(&connection, &names), ["e"]);
    small.forget_guesses(&connection, Timestamp::from_unix(9_000)).unwrap();
    assert_eq!(remembered(&connection, &names), ["e"], "no more than there may be");
}

#[test]
fn what_is_told_of_a_forgotten_name_leaves_it_forgotten() {
    let (connection, forgetting) = (database(), Forgetting::small(1, 1));
    let told = asked(|ask| reserve(&connection, ask, &forgetting).unwrap());
    assert!(load(&connection, told.slot).unwrap().is_some());
    settle(&connection, &told).unwrap();
    assert!(load(&connection, told.slot).unwrap().is_some(), "one that is there is kept");
    connection.execute("DELETE FROM authflow_attempts", []).unwrap();
    settle(&connection, &told).unwrap();
    clear(&connection, &ClearGuesses::all(told.slot)).unwrap();
    assert!(load(&connection, told.slot).unwrap().is_none());
}

#[test]
fn what_is_told_of_a_guess_is_stored() {
    let (connection, forgetting) = (database(), Forgetting::small(1, 1));
    let again = guess("alice", false, 1_000);
    let reserved = || reserve(&connection, &again, &forgetting).unwrap().attempt();
    while matches!(reserved(), Attempt::Reserved { .. }) {}
    clear(&connection, &ClearGuesses::all(again.slot)).unwrap();
    assert!(matches!(reserved(), Attempt::Reserved { .. }));
}
