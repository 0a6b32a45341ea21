//! A new password instead of a forgotten one, by a code.

use super::{ALICES, BY_MOBILE, NEW, SMS, ask, done, id_token, reason, world};
use authflow::{
    Dialect,
    account::AccountStatus,
    flow::NoRecovery,
    outcome::{Event, NewPasswordRefusal, ProofRefusal},
    password::RuleViolation,
    testkit::{Call, HostFault, World},
};
use serde_json::json;

/// In EIAM and OneAccess the path is for a forgotten password, and a bearer does not change that.
#[test]
fn in_the_others_a_code_sets_a_forgotten_one_and_everything_ends() {
    for dialect in [Dialect::Eiam, Dialect::OneAccess] {
        let mut world = world(dialect);
        let mine = id_token(&mut world, "alice");
        let code = ask(&mut world, "FORGET_PWD_SMS");
        let body = json!({ "mobile": ALICES, "verify_code": code, "password": NEW });
        let without = json!({ "verify_code": code, "password": NEW });
        let refused = world.send(&Call::post(BY_MOBILE, &without).bearing(&mine));
        assert_eq!(refused.status, 400);
        assert!(world.host.asked.is_empty(), "a body without a mobile");
        done(&world.send(&Call::post(BY_MOBILE, &body)));
        assert!(
            world.host.sessions.len() == 1 && world.host.ended.len() == 1,
            "must sign in again, everywhere"
        );
        assert_eq!(world.send(&Call::login("alice", NEW)).text("status"), "SUCCESS");
    }
}

#[test]
fn a_forgotten_password_says_nothing_of_who_has_an_account() {
    let seen = |prepare: &dyn Fn(&mut World)| {
        let mut world = world(Dialect::Eiam);
        prepare(&mut world);
        let sent = world.send(&Call::post(SMS, &json!({ "mobile": ALICES, "type": "FORGET_PWD_SMS" })));
        let asked = world.host.asked.clone();
        let body = json!({ "mobile": ALICES, "verify_code": "000000", "password": NEW });
        let reset = world.send(&Call::post(BY_MOBILE, &body));
        (sent.status, sent.bytes, asked, reset.status, reset.bytes, world.host.asked.clone())
    };
    let known = seen(&|_| ());
    assert_eq!(known.3, 400);
    assert_eq!(seen(&|world| world.account("alice").mobile = None), known);
    assert_eq!(seen(&|world| world.account("alice").status = AccountStatus::Disabled), known);
    assert_eq!(seen(&|world| world.account("alice").password = None), known);
}

#[test]
fn a_refused_new_password_does_not_use_the_code() {
    let mut world = world(Dialect::Eiam);
    let code = ask(&mut world, "FORGET_PWD_SMS");
    let body = |new: &str| json!({ "mobile": ALICES, "verify_code": code, "password": new });
    assert_eq!(world.send(&Call::post(BY_MOBILE, &body("short"))).status, 400);
    let Some(Event::NewPasswordRefused { reason: NewPasswordRefusal::Rule(RuleViolation::TooShort), .. }) =
        world.outcome.as_ref().unwrap().events.last()
    else {
        panic!()
    };
    for question in ["DecideAccess", "JudgePassword", "Commit"] {
        world.host.fault = Some(HostFault::Unavailable(question));
        assert_eq!(world.send(&Call::post(BY_MOBILE, &body(NEW))).status, 500);
    }
    world.host.fault = None;
    done(&world.send(&Call::post(BY_MOBILE, &body(NEW))));
}

/// One channel that resets the password and then proves the second factor would be both factors.
#[test]
fn a_second_factors_channel_resets_no_password() {
    let mut world = world(Dialect::Eiam);
    world.account("alice").enrolled = authflow::factor::FactorSet::EMPTY.with(authflow::factor::Factor::Sms);
    done(&world.send(&Call::post(SMS, &json!({ "mobile": ALICES, "type": "FORGET_PWD_SMS" }))));
    let sent = world.host.outbox.last().unwrap().clone();
    assert!(sent.decoy);
    let body = json!({ "mobile": ALICES, "verify_code": sent.code.expose(), "password": NEW });
    assert_eq!(world.send(&Call::post(BY_MOBILE, &body)).status, 400);
    assert_eq!(reason(&world), ProofRefusal::NoRecovery(NoRecovery::SecondFactor));
}
