//! Two registrations at once, and hosts that fail on the way.

use super::*;
use authflow::testkit::{HostFault, refusal};
use authflow::{outcome::Verdict, step::Step};

fn up_to_the_commit(world: &mut World, call: &Call) -> Step {
    let step = world.begin(call);
    world.until_commit(step)
}

/// Two devices register, each with its own code. Neither account was there when the other request looked for it.
#[test]
fn of_two_at_once_one_has_the_account_and_the_other_is_told() {
    let mut world = world();
    let elsewhere = |call: Call| call.with_fingerprint("another");
    assert_eq!(ask(&mut world, ZOE).status, 200);
    let here = registration(ZOE, &world.code(), json!({ "user_name": "zoe" }));
    world.clock.pass(60);
    assert_eq!(world.send(&elsewhere(send(ZOE))).status, 200);
    let there = elsewhere(registration(ZOE, &world.code(), json!({ "user_name": "eva" })));
    let (first, second) = (up_to_the_commit(&mut world, &here), up_to_the_commit(&mut world, &there));
    assert_eq!(world.finish(first).text("status"), "SUCCESS");
    let before = (world.host.claims.clone(), world.host.sessions.len());
    let told = world.finish(second);
    let message = "The mobile number or email is used by another user";
    assert_eq!(told.parts(), refusal("IDAAS.SDK.USER.0102", message));
    assert_eq!(world.host.asked.last(), Some(&"SettleAttempt"), "its guess is given back");
    assert_eq!((world.host.claims.clone(), world.host.sessions.len()), before, "its code is not used up");
    let of_zoe = |account: &&Account| {
        account.mobile.as_ref().is_some_and(|mobile| mobile.as_str() == "+8613800000009")
    };
    assert_eq!(world.host.accounts.iter().filter(of_zoe).count(), 1);
}

#[test]
fn one_code_presented_twice_at_once_makes_one_account() {
    let mut world = world();
    ask(&mut world, ZOE);
    let call = registration(ZOE, &world.code(), json!({}));
    let (first, second) = (up_to_the_commit(&mut world, &call), up_to_the_commit(&mut world, &call));
    assert_eq!(world.finish(second).text("status"), "SUCCESS");
    let told = world.finish(first);
    assert_eq!(told.text("error_code"), "IDAAS.SDK.CAPTCHA.0007", "the code was used");
    assert_eq!(world.host.accounts.len(), demo::accounts().len() + 1);
}

/// Whatever question goes unanswered, the reply is "system busy", and nothing is made in part.
#[test]
fn whatever_goes_unanswered_makes_no_account_and_leaves_the_code_good() {
    for question in [
        "FindAccount",
        "ReserveAttempt",
        "LoadCode",
        "JudgeProfile",
        "JudgePassword",
        "DecideAccess",
        "Commit",
    ] {
        let mut world = world();
        ask(&mut world, ZOE);
        let call = registration(ZOE, &world.code(), json!({ "pwd": "Correct-Horse-7" }));
        world.host.fault = Some(HostFault::Unavailable(question));
        assert_eq!(world.send(&call).status, 500, "{question}");
        assert_eq!(world.host.accounts.len(), demo::accounts().len(), "{question}");
        world.host.fault = None;
        world.clock.pass(60);
        assert_eq!(world.send(&call).text("status"), "SUCCESS", "{question}");
    }
}

/// The account and its session are there. Its owner has not heard of them, and signs in.
#[test]
fn a_lost_answer_leaves_an_account_to_sign_in_to() {
    let mut world = world();
    ask(&mut world, ZOE);
    let call = registration(ZOE, &world.code(), json!({ "user_name": "zoe", "pwd": "Correct-Horse-7" }));
    world.host.fault = Some(HostFault::AnswerLost("Commit"));
    assert_eq!(world.send(&call).status, 500);
    world.host.fault = None;
    assert_eq!(world.send(&call).text("error_code"), "IDAAS.SDK.USER.0102");
    assert_eq!(world.send(&Call::login("zoe", "Correct-Horse-7")).text("status"), "SUCCESS");
    assert!(matches!(world.outcome.as_ref().unwrap().verdict, Verdict::SignedIn(_)));
}
