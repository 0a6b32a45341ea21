//! The refusals before the commit and in it, and the records that they leave unchanged.

use super::{
    NEW, asked, asked_by, done, events, invalid_id_token, replace, send, signed_in, taken, world, wrong_code,
};
use authflow::testkit::World;
use authflow::{
    account::UserName,
    contact::{EmailAddress, Mobile},
    outcome::{Event, ProofRefusal},
    step::Step,
};

const MONAS: &str = "+86-13800000000";

/// A subject who has not proved the number does not learn that it is taken.
#[test]
fn that_a_number_is_taken_is_told_to_its_owner_alone() {
    let mut world = world();
    let (code, mine) = asked_by(&mut world, "alice", MONAS);
    let before = world.host.clone();
    assert_eq!(world.send(&replace(MONAS, "000000x", mine.id_token())).parts(), wrong_code());
    for _ in 0..2 {
        assert_eq!(world.send(&replace(MONAS, &code, mine.id_token())).parts(), taken());
        assert!(matches!(events(&world), [Event::ContactTaken { .. }]));
    }
    assert_eq!(world.host.claims, before.claims, "the code is not spent: nothing was carried out");
    assert_eq!(world.outcome.as_ref().unwrap().facts.attempts_left, None);
    let (after, before) = (world.account("alice").clone(), revision(before));
    assert_eq!((after.mobile.unwrap().as_str(), after.revision), (super::OLD, before));
    assert_eq!(world.check_exist(mine.id_token()).status, 200);
    // The two right guesses were given back. With the first wrong guess these make four, and a fifth would lock the
    // slot.
    for _ in 0..3 {
        assert_eq!(world.send(&replace(MONAS, "000000x", mine.id_token())).parts(), wrong_code());
        assert_eq!(super::reason(&world), ProofRefusal::Wrong);
    }
}

/// A name leads to one account, so no account may take an address that is another account's user name.
#[test]
fn what_is_anothers_user_name_is_taken() {
    let mut world = world();
    world.account("victor").user_name = UserName::new("victor@example.com").ok();
    let (asker, mine) = (signed_in(&mut world, "alice"), signed_in(&mut world, "alice"));
    let engine = world.api.engine().clone();
    let caller = || authflow::device::Caller::from_headers(&authflow::testkit::demo::device()).unwrap();
    let presented = |answer: &authflow::testkit::Answer| answer.id_token().to_owned();
    let (asker, mine) = (presented(&asker), presented(&mine));
    let presented = |token| authflow::PresentedToken::Bearer(authflow::token::Untrusted::new(token));
    let contact: authflow::contact::Recipient =
        authflow::contact::Recipient::Email(EmailAddress::new("Victor@example.com").unwrap());
    let moment = world.moment();
    let request = authflow::ContactCodeRequest { contact: contact.clone(), captcha_token: None };
    let step = engine.send_contact_code(caller(), presented(&asker), request, moment);
    let _ = world.run(step);
    let change = authflow::ContactChange { contact, code: authflow::Secret::new(world.code()) };
    let moment = world.moment();
    let outcome = world.run(engine.change_contact(caller(), presented(&mine), change, moment));
    assert!(matches!(outcome.events[..], [Event::ContactTaken { .. }]), "{:?}", outcome.events);
}

fn revision(mut host: authflow::testkit::MemoryHost) -> authflow::account::Revision {
    host.account("alice").revision
}

fn up_to_commit(world: &mut World) -> Step {
    let (code, mine) = asked_by(world, "alice", NEW);
    let step = world.begin(&replace(NEW, &code, mine.id_token()));
    let step = world.until_commit(step);
    assert!(matches!(step, Step::Commit(_)));
    step
}

#[test]
fn an_account_that_changes_on_the_way_keeps_its_number() {
    let mut world = world();
    let step = up_to_commit(&mut world);
    world.change("alice", |_| ());
    assert_eq!(world.finish(step).parts(), wrong_code());
    assert_eq!(super::reason(&world), ProofRefusal::AccountChanged);
    assert_eq!(world.account("alice").mobile, Mobile::new(super::OLD).ok());
}

/// A subject who signs out everywhere meanwhile has ended this session too.
#[test]
fn a_session_that_ends_on_the_way_replaces_nothing() {
    let mut world = world();
    let step = up_to_commit(&mut world);
    let (audience, id) = (authflow::testkit::demo::audience(), world.account("alice").id);
    let end = world.api.engine().end_sessions(audience, id, None);
    let _ = world.run(end);
    assert_eq!(world.finish(step).parts(), invalid_id_token());
    assert_eq!(world.account("alice").mobile, Mobile::new(super::OLD).ok());
}

#[test]
fn who_is_denied_is_sent_nothing_and_proves_nothing() {
    let mut world = world();
    let (code, mine) = asked_by(&mut world, "alice", NEW);
    world.host.denied = true;
    world.clock.pass(60);
    for call in [send(NEW, mine.id_token()), replace(NEW, &code, mine.id_token())] {
        assert_eq!(world.send(&call).parts(), invalid_id_token());
        assert_eq!(world.host.asked, ["CheckSession", "FindAccount", "DecideAccess"]);
    }
    world.host.denied = false;
    done(&world.send(&replace(NEW, &code, mine.id_token())));
}

/// Nothing that waits for the old number counts any more.
#[test]
fn what_was_begun_before_is_over() {
    let mut world = world();
    let mine = signed_in(&mut world, "alice");
    let reset = serde_json::json!({ "mobile": super::OLD, "type": "LOGIN_SMS" });
    done(&world.send(&authflow::testkit::Call::post(super::SMS, &reset)));
    let old_code = world.code();
    let code = asked(&mut world, NEW, mine.id_token());
    let mine = signed_in(&mut world, "alice");
    done(&world.send(&replace(NEW, &code, mine.id_token())));
    let body = serde_json::json!({ "mobile": super::OLD, "verify_code": old_code });
    let sign_in = authflow::testkit::Call::post("/api/v2/sdk/login/mobile-verify-code", &body);
    assert_eq!(world.send(&sign_in).status, 400);
}
