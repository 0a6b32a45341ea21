//! Answers that get lost: the same skip or the same refresh again, within `retry_grace` and beyond it.

mod refreshes;
mod skips;

use authflow::{
    SessionId,
    outcome::{Event, TokenRefusal, Verdict},
    policy::{Policy, RetryGrace},
    testkit::{
        World,
        demo::{self, START},
    },
};

/// The seconds for which an answer is given again: 20 by one clock, and 30 more because two clocks may differ by that.
const GRACE: u64 = 20;
const LATE: u64 = GRACE + SKEW;
const SKEW: u64 = 30;

fn policy() -> Policy {
    Policy { retry_grace: RetryGrace::try_from(GRACE).unwrap(), ..demo::policy() }
}

fn rotating() -> Policy {
    Policy { rotate_session_tokens: true, ..policy() }
}

fn events(world: &World) -> &[Event] {
    &world.outcome.as_ref().unwrap().events
}

fn reason(world: &World) -> TokenRefusal {
    match events(world).last() {
        Some(Event::TokenRefused { reason, .. }) => *reason,
        other => panic!("{other:?}"),
    }
}

/// The session of the latest request, which was answered again and had no other event.
fn answered_again(world: &World) -> SessionId {
    match (events(world), &world.outcome.as_ref().unwrap().verdict) {
        ([Event::AnsweredAgain { session, .. }], Verdict::SignedIn(grant) | Verdict::Refreshed(grant)) => {
            assert_eq!(grant.session, *session);
            *session
        }
        other => panic!("{other:?}"),
    }
}

/// The only session.
fn session(world: &World) -> SessionId {
    assert_eq!(world.host.sessions.len(), 1);
    *world.host.sessions.first_key_value().unwrap().0
}

fn contradicts(world: &World, question: &str) -> bool {
    let outcome = world.outcome.as_ref().unwrap();
    let is_it =
        |event: &Event| matches!(event, Event::Contradiction { question: named } if *named == question);
    matches!(outcome.verdict, Verdict::Busy) && outcome.events.iter().any(is_it)
}

/// Sets the clock to so many seconds after the beginning, or before it.
fn at(world: &mut World, later: i64) {
    let moved = START.as_unix().checked_add_signed(later).unwrap();
    world.clock.now = authflow::Timestamp::from_unix(moved);
}
