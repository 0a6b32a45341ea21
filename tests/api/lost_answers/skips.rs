//! The same skip again.

use super::{GRACE, LATE, SKEW, answered_again, at, contradicts, events, policy, reason, session};
use authflow::{
    Lifetime,
    account::AccountStatus,
    device::{Binding, Bindings},
    factor::Factor,
    outcome::{Event, TokenRefusal},
    policy::{Lifetimes, Policy},
    step::{AccessPurpose, Commit, Committed, FindClaim, Step},
    testkit::{
        Answer, Call, HostFault, World,
        demo::{self, ORDINARY, PASSWORD},
        invalid_state_token,
    },
};

/// A world in which erin has been warned, and her state token.
fn warned(policy: Policy) -> (World, String) {
    let mut world = World::with_policy(policy);
    let state_token = world.login("erin").state_token().to_owned();
    (world, state_token)
}

/// The same world after a skip, and the answer to it.
fn skipped(policy: Policy) -> (World, String, Answer) {
    let (mut world, state_token) = warned(policy);
    let answer = world.skip(&state_token);
    assert_eq!(answer.text("status"), "SUCCESS");
    (world, state_token, answer)
}

fn skips(world: &mut World) -> u32 {
    world.account("erin").password.as_ref().unwrap().skips_used
}

/// The skip again, after this happening. It is refused as spent, and it writes nothing.
fn refused_after(policy: Policy, happening: impl FnOnce(&mut World)) -> TokenRefusal {
    let (mut world, state_token, _) = skipped(policy);
    happening(&mut world);
    let before = (world.host.sessions.clone(), world.host.ended.clone(), world.host.claims.clone());
    assert_eq!(world.skip(&state_token).parts(), invalid_state_token());
    assert_eq!(
        (&world.host.sessions, &world.host.ended, &world.host.claims),
        (&before.0, &before.1, &before.2)
    );
    assert_eq!(skips(&mut world), 1);
    reason(&world)
}

#[test]
fn it_is_one_session_and_one_skip_and_both_answers_open_it() {
    let (mut world, state_token, first) = skipped(policy());
    assert_eq!(world.host.asked, ["FindAccount", "FindClaim", "DecideAccess", "Commit"]);
    world.clock.pass(2);
    let again = world.skip(&state_token);
    assert_eq!(world.host.asked, ["FindAccount", "FindClaim", "DecideAccess"], "nothing is written");
    assert_eq!(again.text("status"), "SUCCESS");
    assert_eq!(answered_again(&world), session(&world));
    assert_eq!(skips(&mut world), 1);
    let ends = |answer: &Answer, later: u64| answer.body["expire"].as_u64().unwrap() + later;
    assert_eq!(ends(&first, 0), ends(&again, 2), "the session ends when it would have");
    assert_ne!(first.id_token(), again.id_token());
    for answer in [&again, &first] {
        assert_eq!(world.check_exist(answer.id_token()).status, 200);
        assert_eq!(world.send(&Call::refresh(answer.session_token())).status, 200);
    }
    assert_eq!(world.host.sessions.len(), 1);
}

#[test]
fn without_a_grace_nothing_is_asked_or_answered_again() {
    let (mut world, state_token, granted) = skipped(demo::policy());
    assert_eq!(world.host.asked, ["FindAccount", "DecideAccess", "Commit"]);
    assert_eq!(world.host.sessions[&session(&world)].unseen_since, None, "nobody waits for it");
    assert_eq!(world.skip(&state_token).parts(), invalid_state_token());
    assert_eq!(world.host.asked, ["FindAccount", "DecideAccess", "Commit"]);
    assert_eq!(reason(&world), TokenRefusal::Replayed);
    assert_eq!(world.check_exist(granted.id_token()).status, 200);
}

#[test]
fn it_is_answered_as_often_as_it_comes_and_to_the_second() {
    let (mut world, state_token, _) = skipped(policy());
    for (later, is_answered) in [
        (0, true),
        (GRACE as i64, true),
        (LATE as i64 - 1, true),
        (LATE as i64, false),
        // The clock of another instance is behind.
        (-(SKEW as i64), true),
        (-(SKEW as i64) - 1, false),
    ] {
        at(&mut world, later);
        assert_eq!(world.skip(&state_token).status == 200, is_answered, "{later}");
    }
    assert_eq!((world.host.sessions.len(), skips(&mut world)), (1, 1));
}

#[test]
fn it_is_spent_where_the_session_is_not_what_it_was() {
    type Happening = fn(&mut World);
    let happenings: [(&str, Happening, TokenRefusal); 9] = [
        (
            "ended",
            |world| world.host.ended.extend(world.host.sessions.keys().copied()),
            TokenRefusal::Replayed,
        ),
        ("forgotten", |world| world.host.sessions.clear(), TokenRefusal::Replayed),
        (
            "rotated",
            |world| world.host.sessions.values_mut().for_each(|it| it.generation = 1),
            TokenRefusal::Replayed,
        ),
        (
            "seen",
            |world| world.host.sessions.values_mut().for_each(|it| it.unseen_since = None),
            TokenRefusal::Replayed,
        ),
        (
            "over",
            |world| {
                let now = world.clock.now;
                world.host.sessions.values_mut().for_each(|it| it.expires_at = now);
            },
            TokenRefusal::Replayed,
        ),
        (
            "of another revision",
            |world| world.host.sessions.values_mut().for_each(|it| it.revision = it.revision.next()),
            TokenRefusal::Replayed,
        ),
        ("changed", |world| world.change("erin", |_| ()), TokenRefusal::AccountChanged),
        // A mistaken host disables an account without a new revision.
        ("disabled", |world| world.account("erin").status = AccountStatus::Disabled, TokenRefusal::Replayed),
        (
            "of a claim without note",
            |world| world.host.claims.values_mut().for_each(|it| it.opens = None),
            TokenRefusal::Replayed,
        ),
    ];
    for (what, happening, expected) in happenings {
        assert_eq!(refused_after(policy(), happening), expected, "{what}");
    }
}

#[test]
fn a_session_that_was_idle_for_too_long_is_not_answered_with() {
    let lifetimes = Lifetimes::default().with_session_idle(Lifetime::of::<5>()).unwrap();
    let short = Policy { lifetimes, ..policy() };
    assert_eq!(refused_after(short, |world| world.clock.pass(5)), TokenRefusal::Replayed);
}

/// A client that has used the session has got the answer. The tokens are not given out again.
#[test]
fn the_first_use_of_the_session_ends_the_grace() {
    type Use = fn(&mut World, &Answer) -> Answer;
    let uses: [Use; 3] = [
        |world, granted| world.check_exist(granted.id_token()),
        |world, granted| world.send(&Call::refresh(granted.session_token())),
        |world, granted| world.send(&Call::issue_ticket(granted.session_token())),
    ];
    for by in uses {
        let (mut world, state_token, granted) = skipped(policy());
        assert_eq!(by(&mut world, &granted).status, 200);
        assert_eq!(world.skip(&state_token).parts(), invalid_state_token());
        assert_eq!(reason(&world), TokenRefusal::Replayed);
    }
}

#[test]
fn another_device_or_application_does_not_get_the_answer() {
    let bindings = Bindings { ip: Binding::Refuse, ..Bindings::default() };
    let (mut world, state_token, _) = skipped(Policy { bindings, ..policy() });
    for stranger in [
        demo::device().with("X-device-fingerprint", "another"),
        demo::device().with("X-device-ip", "10.9.8.7"),
        demo::device().with("X-client-id", ORDINARY),
    ] {
        let answer = world.send(&Call::skip(&state_token).on(&stranger));
        assert_eq!(answer.parts(), invalid_state_token());
        assert!(world.host.asked.is_empty());
    }
    assert_eq!(world.skip(&state_token).status, 200, "and takes nothing away");
}

#[test]
fn who_is_denied_by_now_does_not_get_the_answer() {
    let (mut world, state_token, _) = skipped(policy());
    world.host.denied = true;
    assert_eq!(world.skip(&state_token).parts(), invalid_state_token());
    let is_denied = |event: &Event| matches!(event, Event::AccessDenied { about: AccessPurpose::SignIn, .. });
    assert!(events(&world).iter().any(is_denied));
    assert!(world.host.ended.is_empty());
}

/// Both skips are judged before either is written.
#[test]
fn of_two_at_once_both_open_the_one_session() {
    let (mut world, state_token) = warned(policy());
    let begun = [(); 2].map(|()| world.begin(&Call::skip(&state_token)));
    let [one, other] = begun.map(|step| world.until_commit(step));
    let first = world.finish(one);
    assert_eq!(first.text("status"), "SUCCESS");
    let again = world.finish(other);
    assert_eq!((again.text("status"), answered_again(&world)), ("SUCCESS", session(&world)));
    assert_eq!((world.host.sessions.len(), skips(&mut world)), (1, 1));
    for answer in [first, again] {
        assert_eq!(world.send(&Call::refresh(answer.session_token())).status, 200);
    }
}

#[test]
fn of_two_at_once_the_second_is_spent_where_the_session_is_over_by_then() {
    type Happening = fn(&mut World);
    let happenings: [Happening; 6] = [
        |world| world.change("erin", |erin| erin.status = AccountStatus::Disabled),
        |world| world.change("erin", |erin| demo::enrol(Factor::Totp, erin)),
        |world| world.host.ended.extend(world.host.sessions.keys().copied()),
        |world| world.host.sessions.values_mut().for_each(|it| it.unseen_since = None),
        |world| world.host.sessions.values_mut().for_each(|it| it.generation = 1),
        |world| {
            world
                .host
                .sessions
                .values_mut()
                .for_each(|it| it.unseen_since = Some(it.used_at.minus_seconds(LATE)))
        },
    ];
    for happening in happenings {
        let (mut world, state_token) = warned(policy());
        let begun = [(); 2].map(|()| world.begin(&Call::skip(&state_token)));
        let [one, other] = begun.map(|step| world.until_commit(step));
        assert_eq!(world.finish(one).status, 200);
        happening(&mut world);
        assert_eq!(world.finish(other).parts(), invalid_state_token());
        assert_eq!(reason(&world), TokenRefusal::Replayed);
        assert_eq!((world.host.sessions.len(), skips(&mut world)), (1, 1));
    }
}

/// A proof is answered once, whatever the grace. That also holds for a proof with the token of a skip.
#[test]
fn what_proves_something_is_spent_as_ever() {
    let (mut world, state_token, _) = skipped(policy());
    let change = world.update(&state_token, PASSWORD, "Another-Horse-8");
    assert_eq!(change.parts(), invalid_state_token());
    assert_eq!(reason(&world), TokenRefusal::Replayed);

    let (mut world, state_token) = warned(policy());
    assert_eq!(world.update(&state_token, PASSWORD, "Another-Horse-8").text("status"), "SUCCESS");
    assert!(world.host.claims.values().all(|claim| claim.opens.is_none()));
    for again in [Call::update(&state_token, PASSWORD, "Another-Horse-8"), Call::skip(&state_token)] {
        assert_eq!(world.send(&again).parts(), invalid_state_token());
    }

    let (mut world, _) = warned(policy());
    world.change("alice", |alice| demo::enrol(Factor::Totp, alice));
    let state_token = world.login("alice").state_token().to_owned();
    let proof = Call::prove_totp(&state_token, &world.totp("alice", 0));
    assert_eq!(world.send(&proof).text("status"), "SUCCESS");
    assert!(world.host.claims.values().all(|claim| claim.opens.is_none()));
    assert_ne!(world.send(&proof).status, 200);
    assert_eq!(world.host.sessions.len(), 1);
}

#[test]
fn a_skip_that_was_denied_stays_denied() {
    let (mut world, state_token) = warned(policy());
    world.host.denied = true;
    assert_eq!(world.skip(&state_token).text("status"), "ACCESS_DENIED");
    world.host.denied = false;
    assert_eq!(world.skip(&state_token).parts(), invalid_state_token());
    assert_eq!((reason(&world), world.host.sessions.len()), (TokenRefusal::Replayed, 0));
}

#[test]
fn a_host_that_names_somebody_elses_session_contradicts_itself() {
    let (mut world, state_token, _) = skipped(policy());
    let alice = world.account("alice").id;
    world.host.sessions.values_mut().for_each(|it| it.account = alice);
    assert_eq!(world.skip(&state_token).status, 500);
    assert!(contradicts(&world, "FindClaim"));

    let (mut world, state_token) = warned(policy());
    let begun = [(); 2].map(|()| world.begin(&Call::skip(&state_token)));
    let [one, other] = begun.map(|step| world.until_commit(step));
    assert_eq!(world.finish(one).status, 200);
    world.host.sessions.values_mut().for_each(|it| it.account = alice);
    assert_eq!(world.finish(other).status, 500);
    assert!(contradicts(&world, "Commit"));
}

/// The account, device and application are the same, but the login is another one. Its factors or its time tell the two
/// apart.
#[test]
fn a_host_that_names_the_session_of_another_login_contradicts_itself() {
    type Lie = fn(&mut World);
    let lies: [(&str, Lie); 3] = [
        ("begun earlier", |world| {
            world.host.sessions.values_mut().for_each(|it| it.auth_time = it.auth_time.minus_seconds(1));
        }),
        ("begun later", |world| {
            world.host.sessions.values_mut().for_each(|it| it.auth_time = it.auth_time.plus_seconds(1));
        }),
        ("on more", |world| {
            world.host.sessions.values_mut().for_each(|it| it.factors = it.factors.with(Factor::Totp));
        }),
    ];
    for (what, lie) in lies {
        let (mut world, state_token, _) = skipped(policy());
        lie(&mut world);
        assert_eq!(world.skip(&state_token).status, 500, "{what}");
        assert!(contradicts(&world, "FindClaim"), "{what}");

        let (mut world, state_token) = warned(policy());
        let begun = [(); 2].map(|()| world.begin(&Call::skip(&state_token)));
        let [one, other] = begun.map(|step| world.until_commit(step));
        assert_eq!(world.finish(one).status, 200);
        lie(&mut world);
        assert_eq!(world.finish(other).status, 500, "{what}");
        assert!(contradicts(&world, "Commit"), "{what}");
        assert_eq!((world.host.sessions.len(), skips(&mut world)), (1, 1), "{what}");
    }
}

/// Each of two logins has a skip. Whatever session the host names, a skip is answered with its own session or with
/// none.
#[test]
fn of_two_logins_a_skip_is_answered_with_its_own_session() {
    let (mut world, first, _) = skipped(policy());
    let own = session(&world);
    world.clock.pass(1);
    let second = world.login("erin").state_token().to_owned();
    assert_eq!(world.skip(&second).text("status"), "SUCCESS");
    let others = *world.host.sessions.values().find(|record| record.session != own).unwrap();
    let answer = |world: &mut World, named| {
        let step = world.begin(&Call::skip(&first));
        let Step::FindClaim(ask) = world.host.answer(step).unwrap() else { panic!("not asked") };
        world.finish(ask.answer(Some(named))).status
    };
    assert_eq!(answer(&mut world, others), 500);
    assert!(contradicts(&world, "FindClaim"));
    let own = world.host.sessions[&own];
    assert_eq!(answer(&mut world, own), 200);
    assert_eq!(answered_again(&world), own.session);
}

/// A renewal gives a session a later time, and says that its tokens have been seen. That is no contradiction, and the
/// skip is spent.
#[test]
fn a_session_that_was_renewed_since_is_no_contradiction() {
    let refused = refused_after(policy(), |world| {
        world.clock.pass(1);
        let now = world.clock.now;
        world.host.sessions.values_mut().for_each(|it| (it.auth_time, it.unseen_since) = (now, None));
    });
    assert_eq!(refused, TokenRefusal::Replayed);
}

#[test]
fn a_host_that_cannot_say_spends_nothing() {
    let (mut world, state_token) = warned(policy());
    world.host.fault = Some(HostFault::Unavailable("FindClaim"));
    assert_eq!(world.skip(&state_token).status, 500);
    world.host.fault = None;
    assert_eq!(world.skip(&state_token).text("status"), "SUCCESS");
}

/// The host's own answer gets lost too. The write is there, but the client was told that the system is busy.
#[test]
fn a_skip_whose_commit_came_back_unknown_is_answered() {
    let (mut world, state_token) = warned(policy());
    world.host.fault = Some(HostFault::AnswerLost("Commit"));
    assert_eq!(world.skip(&state_token).status, 500);
    world.host.fault = None;
    assert_eq!(world.skip(&state_token).text("status"), "SUCCESS");
    assert_eq!(answered_again(&world), session(&world));
    assert_eq!(skips(&mut world), 1);
}

/// A host does not look claims up (`FindClaim`). Its repeated skips are refused as spent, as without a grace.
#[test]
fn a_host_that_keeps_no_note_answers_nothing_again() {
    let (mut world, state_token, _) = skipped(policy());
    let step = world.begin(&Call::skip(&state_token));
    let step = world.until::<FindClaim>(step).answer(None);
    let step = world.until::<Commit>(step).answer(Committed::Replayed { opened: None });
    assert_eq!(world.finish(step).parts(), invalid_state_token());
    assert_eq!(reason(&world), TokenRefusal::Replayed);
}
