//! The same refresh again.

use super::{GRACE, LATE, SKEW, answered_again, at, contradicts, events, reason, rotating, session};
use authflow::{
    account::AccountStatus,
    outcome::{Event, TokenRefusal},
    policy::Policy,
    testkit::{
        Answer, Call, HostFault, World,
        demo::{self, PASSWORD, START},
        refusal,
    },
};
use serde_json::{Value, json};

fn invalid() -> (u16, Value) {
    refusal("IDAAS.SDK.PARAM.0023", "Invalid or expired session token")
}

/// A world in which alice has refreshed once: the answers of her sign-in and of the refresh.
fn refreshed(policy: Policy) -> (World, Answer, Answer) {
    let mut world = World::with_policy(policy);
    let granted = world.login("alice");
    let answer = world.send(&Call::refresh(granted.session_token()));
    assert_eq!(answer.status, 200);
    (world, granted, answer)
}

fn refresh(world: &mut World, answer: &Answer) -> Answer {
    world.send(&Call::refresh(answer.session_token()))
}

fn generation(world: &World) -> u32 {
    world.host.sessions[&session(world)].generation
}

/// Whether the latest request has ended the session as stolen.
fn is_theft(world: &World) -> bool {
    let is_reused = matches!(events(world), [Event::SessionReused { .. }, Event::TokenRefused { .. }]);
    assert_eq!(is_reused, world.host.ended.len() == 1);
    is_reused
}

#[test]
fn it_is_answered_with_the_present_token_and_nothing_is_written() {
    let (mut world, granted, first) = refreshed(rotating());
    assert_eq!(world.host.asked, ["CheckSession", "FindAccount", "DecideAccess", "Commit"]);
    let stored = world.host.sessions.clone();
    for _ in 0..3 {
        world.clock.pass(2);
        let again = refresh(&mut world, &granted);
        assert_eq!(world.host.asked, ["CheckSession", "FindAccount", "DecideAccess"]);
        assert_eq!((again.status, answered_again(&world)), (200, session(&world)));
        assert_eq!(world.host.sessions, stored);
        assert_eq!(again.body["expire"].as_u64().unwrap(), 43_200 - world.clock.now.seconds_since(START));
        // Both answers are equally good.
        for answer in [&again, &first] {
            let mut world = world.clone();
            assert_eq!(refresh(&mut world, answer).status, 200);
            assert_eq!(generation(&world), 2);
        }
    }
}

#[test]
fn without_a_grace_the_token_that_comes_back_ends_the_session() {
    let without = || Policy { rotate_session_tokens: true, ..demo::policy() };
    let (mut world, granted, first) = refreshed(without());
    assert_eq!(world.host.sessions[&session(&world)].unseen_since, None, "nobody waits for it");
    assert_eq!(refresh(&mut world, &granted).parts(), invalid());
    assert_eq!(world.host.asked, ["CheckSession", "Commit"]);
    assert!(is_theft(&world));
    assert_eq!(refresh(&mut world, &first).parts(), invalid());

    let (mut world, granted, _) = refreshed(without());
    assert_eq!(world.send(&Call::issue_ticket(granted.session_token())).status, 400);
    assert_eq!(world.host.asked, ["VerifyTenantCredential", "CheckSession", "Commit"]);
    assert!(is_theft(&world));

    let mut world = World::with_policy(without());
    let granted = world.login("alice");
    let begun = [(); 2].map(|()| world.begin(&Call::refresh(granted.session_token())));
    let [one, other] = begun.map(|step| world.until_commit(step));
    assert_eq!(world.finish(one).status, 200);
    assert_eq!(world.finish(other).parts(), invalid());
    assert!(is_theft(&world));
}

#[test]
fn the_grace_ends_to_the_second_on_either_side() {
    for (later, is_answered) in [
        (0, true),
        (GRACE as i64, true),
        (LATE as i64 - 1, true),
        (LATE as i64, false),
        // The clock of another instance is behind.
        (-(SKEW as i64), true),
    ] {
        let (mut world, granted, _) = refreshed(rotating());
        at(&mut world, later);
        assert_eq!(refresh(&mut world, &granted).status == 200, is_answered, "{later}");
        assert_eq!(is_theft(&world), !is_answered, "{later}");
    }
    // A clock far ahead noted this rotation. The grace does not last until that time.
    let (mut world, granted, _) = refreshed(rotating());
    let ahead = START.plus_seconds(SKEW + 1);
    world.host.sessions.values_mut().for_each(|record| record.unseen_since = Some(ahead));
    assert_eq!(refresh(&mut world, &granted).parts(), invalid());
    assert!(is_theft(&world));
}

/// A caller that shows the new token has got the answer. A caller that then shows the old token has a copy.
#[test]
fn the_first_use_of_the_new_token_ends_the_grace() {
    let uses: [fn(&Answer) -> Call; 2] =
        [|answer| Call::refresh(answer.session_token()), |answer| Call::issue_ticket(answer.session_token())];
    for by in uses {
        let (mut world, granted, first) = refreshed(rotating());
        assert_eq!(world.send(&by(&first)).status, 200);
        assert_eq!(refresh(&mut world, &granted).parts(), invalid());
        assert!(is_theft(&world));
    }
}

/// An id token does not prove that the client has got the latest tokens, because the client may have got it before.
#[test]
fn an_id_token_does_not_end_the_grace() {
    let (mut world, granted, first) = refreshed(rotating());
    for answer in [&granted, &first] {
        assert_eq!(world.check_exist(answer.id_token()).status, 200);
    }
    assert_eq!(refresh(&mut world, &granted).status, 200);
}

#[test]
fn two_generations_behind_is_a_copy() {
    let (mut world, granted, first) = refreshed(rotating());
    assert_eq!(refresh(&mut world, &first).status, 200);
    assert_eq!(generation(&world), 2);
    assert_eq!(refresh(&mut world, &granted).parts(), invalid());
    assert!(is_theft(&world));
}

/// Each lost answer has its own grace.
#[test]
fn one_lost_answer_after_the_other() {
    let (mut world, mut held, _) = refreshed(rotating());
    for expected in 1..5 {
        world.clock.pass(3_600);
        if expected > 1 {
            refresh(&mut world, &held); // lost
        } else {
            at(&mut world, 1);
        }
        world.clock.pass(2);
        held = refresh(&mut world, &held);
        assert_eq!((held.status, generation(&world)), (200, expected));
    }
}

/// A client that has lost an answer first makes other calls with the old token. They are refused, and no session ends.
#[test]
fn other_calls_with_the_old_token_are_refused_and_end_nothing() {
    let (mut world, granted, _) = refreshed(rotating());
    for _ in 0..2 {
        assert_eq!(world.send(&Call::issue_ticket(granted.session_token())).parts(), invalid());
        assert_eq!((reason(&world), world.host.ended.len()), (TokenRefusal::Rotated, 0));
        world.clock.pass(LATE);
    }
    at(&mut world, 0);
    assert_eq!(refresh(&mut world, &granted).status, 200);
    // A token of any generation may sign out.
    assert_eq!(world.send(&Call::sign_out(granted.session_token())).status, 200);
    assert_eq!(world.host.ended.len(), 1);
}

#[test]
fn another_device_does_not_get_the_answer_and_ends_nothing() {
    let (mut world, granted, _) = refreshed(rotating());
    let stolen = Call::refresh(granted.session_token()).with_fingerprint("another");
    assert_eq!(world.send(&stolen).parts(), invalid());
    assert!(!is_theft(&world));
    assert_eq!(refresh(&mut world, &granted).status, 200);
}

#[test]
fn what_ended_or_changed_meanwhile_is_refused() {
    type Happening = fn(&mut World);
    let happenings: [(Happening, TokenRefusal); 3] = [
        (|world| world.host.ended.extend(world.host.sessions.keys().copied()), TokenRefusal::SessionEnded),
        (|world| world.change("alice", |_| ()), TokenRefusal::AccountChanged),
        (|world| world.account("alice").status = AccountStatus::Disabled, TokenRefusal::AccountInactive),
    ];
    for (happening, expected) in happenings {
        let (mut world, granted, _) = refreshed(rotating());
        happening(&mut world);
        assert_eq!(refresh(&mut world, &granted).parts(), invalid());
        assert_eq!(reason(&world), expected);
    }
    let (mut world, granted, _) = refreshed(rotating());
    world.host.denied = true;
    assert_eq!(refresh(&mut world, &granted).parts(), invalid());
    assert!(matches!(events(&world), [Event::AccessDenied { .. }]) && world.host.ended.is_empty());
}

#[test]
fn a_refresh_whose_commit_came_back_unknown_is_answered() {
    let mut world = World::with_policy(rotating());
    let granted = world.login("alice");
    world.host.fault = Some(HostFault::AnswerLost("Commit"));
    assert_eq!(refresh(&mut world, &granted).status, 500);
    world.host.fault = None;
    assert_eq!((refresh(&mut world, &granted).status, generation(&world)), (200, 1));
}

/// Begins three refreshes at once, and finishes the last one after this happening.
fn after(happening: impl FnOnce(&mut World, &Answer)) -> (World, Answer) {
    let mut world = World::with_policy(rotating());
    let granted = world.login("alice");
    let begun = [(); 3].map(|()| world.begin(&Call::refresh(granted.session_token())));
    let [one, other, last] = begun.map(|step| world.until_commit(step));
    let first = world.finish(one);
    assert_eq!(first.status, 200);
    assert_eq!(world.finish(other).status, 200);
    assert_eq!((answered_again(&world), generation(&world)), (session(&world), 1));
    assert_eq!(world.host.asked.last(), Some(&"FindAccount"));
    happening(&mut world, &first);
    let answer = world.finish(last);
    (world, answer)
}

/// All refreshes are judged before any is written.
#[test]
fn of_several_at_once_all_get_the_one_new_token() {
    let (mut world, last) = after(|_, _| ());
    assert_eq!((last.status, generation(&world)), (200, 1));
    assert_eq!(refresh(&mut world, &last).status, 200);
}

#[test]
fn of_several_at_once_the_last_is_a_copy_where_the_new_token_is_in_use() {
    type Happening = fn(&mut World, &Answer);
    let happenings: [Happening; 4] = [
        |world, first| assert_eq!(world.send(&Call::issue_ticket(first.session_token())).status, 200),
        |world, first| assert_eq!(refresh(world, first).status, 200),
        |world, _| {
            world.host.sessions.values_mut().for_each(|it| it.unseen_since = Some(START.minus_seconds(LATE)))
        },
        |world, _| world.host.sessions.values_mut().for_each(|it| it.generation = 2),
    ];
    for happening in happenings {
        let (world, last) = after(happening);
        assert_eq!(last.parts(), invalid());
        assert!(is_theft(&world));
    }
}

#[test]
fn of_several_at_once_the_last_is_refused_where_the_account_has_changed() {
    let (world, last) = after(|world, _| world.change("alice", |_| ()));
    assert_eq!((last.parts(), reason(&world)), (invalid(), TokenRefusal::AccountChanged));
    assert!(!is_theft(&world));
}

#[test]
fn a_host_that_names_another_session_contradicts_itself() {
    let (world, last) = after(|world, _| {
        let erin = world.account("erin").id;
        world.host.sessions.values_mut().for_each(|it| it.account = erin);
    });
    assert_eq!(last.status, 500);
    assert!(contradicts(&world, "Commit") && world.host.ended.is_empty());
}

/// The owner has used the new token to change the password. The old token is older than that change.
#[test]
fn a_token_of_before_a_change_of_the_own_password_is_not_answered_again() {
    let (mut world, granted, first) = refreshed(rotating());
    let body = json!({ "old_password": PASSWORD, "new_password": "Battery-Staple-8" });
    let changed = world.send(&Call::post("/api/v2/sdk/pwd/change", &body).bearing(first.id_token()));
    assert_eq!(changed.status, 200);
    assert_eq!(refresh(&mut world, &granted).parts(), invalid());
    assert!(is_theft(&world));
}
