//! EIAM's `pwd/change-by-mobile` and `-by-email`. Elsewhere the types of their codes belong to pending logins alone.

use super::{ALICES, MAIL, NEW, SMS, done, id_token, reason, world};
use authflow::{
    Dialect,
    contact::EmailAddress,
    factor::{Factor, FactorSet},
    flow::NoRecovery,
    outcome::{Event, ProofRefusal},
    testkit::{Call, World, refusal},
};
use serde_json::{Value, json};

const EMAIL: &str = "alice@example.com";

/// The two calls, and the calls that send their codes.
const WAYS: [(&str, &str, &str, &str, &str); 2] = [
    ("/api/v2/sdk/pwd/change-by-mobile", SMS, "mobile", ALICES, "CHANGE_PWD_SMS"),
    ("/api/v2/sdk/pwd/change-by-email", MAIL, "email", EMAIL, "CHANGE_PWD_EMS"),
];

fn eiam() -> World {
    let mut world = world(Dialect::Eiam);
    world.account("alice").email = EmailAddress::new(EMAIL).ok();
    world
}

fn wrong_code(factor: Factor) -> (u16, Value) {
    match factor {
        Factor::Email => refusal("SDK.SMS.1006", "The email verification code is incorrect"),
        _ => refusal("SDK.SMS.1005", "Incorrect verification code"),
    }
}

#[test]
fn a_code_without_a_state_token_is_the_signed_in_subjects() {
    for (path, send, member, named, of_type) in WAYS {
        let mut world = eiam();
        let (mine, other) = (id_token(&mut world, "alice"), id_token(&mut world, "alice"));
        done(&world.send(&Call::post(send, &json!({ member: named, "type": of_type }))));
        assert!(!world.host.outbox.last().unwrap().decoy);
        let body = |code: &str| json!({ "verify_code": code, "password": NEW });
        let factor = if member == "email" { Factor::Email } else { Factor::Sms };
        let wrong = world.send(&Call::post(path, &body("000000x")).bearing(&mine));
        assert_eq!(wrong.parts(), wrong_code(factor));
        let code = world.code();
        let missing = refusal("SDK.COMMON.1001", "Parameter id_token cannot be left blank.");
        assert_eq!(world.send(&Call::post(path, &body(&code))).parts(), missing);
        done(&world.send(&Call::post(path, &body(&code)).bearing(&mine)));
        let asked = [
            "CheckSession",
            "FindAccount",
            "DecideAccess",
            "ReserveAttempt",
            "LoadCode",
            "JudgePassword",
            "Commit",
        ];
        assert_eq!(world.host.asked, asked);
        assert_eq!((world.check_exist(&mine).status, world.check_exist(&other).status), (200, 400));
        assert_eq!(world.send(&Call::login("alice", NEW)).text("status"), "SUCCESS");
        assert_eq!(world.send(&Call::post(path, &body(&code)).bearing(&mine)).status, 400, "once");
    }
}

#[test]
fn it_takes_a_sign_in_of_the_last_ten_minutes_and_no_second_factor() {
    for (path, send, member, named, of_type) in WAYS {
        let factor = if member == "email" { Factor::Email } else { Factor::Sms };
        let ask = Call::post(send, &json!({ member: named, "type": of_type }));
        let mut world = eiam();
        let mine = id_token(&mut world, "alice");
        world.clock.pass(599);
        done(&world.send(&ask));
        world.clock.pass(1);
        let body = json!({ "verify_code": world.code(), "password": NEW });
        let late = world.send(&Call::post(path, &body).bearing(&mine));
        assert_eq!(late.parts(), refusal("SDK.PWD.1103", "Please sign in again first"));

        let mut world = eiam();
        let mine = id_token(&mut world, "alice");
        world.account("alice").enrolled = FactorSet::EMPTY.with(factor);
        done(&world.send(&ask));
        let sent = world.host.outbox.last().unwrap().clone();
        assert!(sent.decoy);
        let body = json!({ "verify_code": sent.code.expose(), "password": NEW });
        assert_eq!(world.send(&Call::post(path, &body).bearing(&mine)).parts(), wrong_code(factor));
        assert_eq!(reason(&world), ProofRefusal::NoRecovery(NoRecovery::SecondFactor));
    }
}

/// A code of a pending login is no code of a signed-in subject, and the other way round.
#[test]
fn the_two_meanings_of_a_type_are_two_purposes() {
    let mut world = eiam();
    world.account("victor").mobile = authflow::contact::Mobile::new("+86-13800000003").ok();
    let token = world.login("victor").state_token().to_owned();
    let bare = Call::post(SMS, &json!({ "mobile": "+86-13800000003", "type": "CHANGE_PWD_SMS" }));
    done(&world.send(&bare));
    let body = json!({ "verify_code": world.code(), "new_password": NEW });
    let change = Call::post("/api/v2/sdk/after-login/pwd/update-by-mobile", &body).pending(&token);
    assert_eq!(world.send(&change).parts(), wrong_code(Factor::Sms));
    world.clock.pass(60);
    done(&world.send(&Call::post(SMS, &json!({ "type": "CHANGE_PWD_SMS" })).pending(&token)));
    let body = json!({ "verify_code": world.code(), "new_password": NEW });
    let change = Call::post("/api/v2/sdk/after-login/pwd/update-by-mobile", &body).pending(&token);
    assert_eq!(world.send(&change).text("status"), "SUCCESS");
}

/// Elsewhere the type still belongs to a pending login, and EIAM does not take CIAM's type.
#[test]
fn only_eiam_means_it_so() {
    for dialect in [Dialect::Ciam, Dialect::OneAccess] {
        let mut world = world(dialect);
        let refused = world.send(&Call::post(SMS, &json!({ "mobile": ALICES, "type": "CHANGE_PWD_SMS" })));
        assert_eq!(refused.status, 400, "{dialect:?}");
        let events = &world.outcome.as_ref().unwrap().events;
        assert!(matches!(events[..], [Event::TokenRefused { account: None, .. }]), "{events:?}");
        assert!(world.host.outbox.is_empty() && world.host.asked.is_empty());
    }
    let mut world = eiam();
    let refused = world.send(&Call::post(SMS, &json!({ "mobile": ALICES, "type": "UPDATE_PWD_SMS" })));
    assert_eq!(refused.parts(), refusal("SDK.COMMON.1002", "The type parameter format is incorrect"));
}
