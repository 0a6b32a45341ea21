//! A new password: by a code within a login, by a signed-in subject, and instead of a forgotten one.

mod bearers;
mod breached;
mod eiam;
mod forgotten;

use authflow::testkit::{
    Answer, Call, Setup, World,
    demo::{self, PASSWORD, START},
    invalid_state_token, refusal,
};
use authflow::{
    Dialect, Secret,
    account::AccountStatus,
    contact::Mobile,
    outcome::{Event, ProofRefusal, TokenRefusal},
    step::Step,
};
use serde_json::{Value, json};

const SMS: &str = "/api/v2/sdk/sms/send";
const MAIL: &str = "/api/v2/sdk/email/send";
const CHANGE: &str = "/api/v2/sdk/pwd/change";
const BY_MOBILE: &str = "/api/v2/sdk/pwd/update-by-mobile";
const NEW: &str = "Battery-Staple-8";
const ALICES: &str = "+86-13800000004";

fn wrong_code() -> (u16, Value) {
    refusal("IDAAS.SDK.CAPTCHA.0007", "Incorrect verification code")
}

fn wrong_length() -> (u16, Value) {
    refusal("IDAAS.SDK.PWD.0007", "The password must contain 8 to 64 characters")
}

fn used_before() -> (u16, Value) {
    refusal("IDAAS.SDK.PWD.0001", "The password is used before, cannot be used again")
}

fn refused_password() -> (u16, Value) {
    refusal("IDAAS.SDK.PWD.0101", "The new password does not meet the requirements")
}

fn done(answer: &Answer) {
    assert_eq!((answer.status, answer.bytes.len()), (200, 0), "{}", answer.body);
}

fn world(dialect: Dialect) -> World {
    let mut world = World::with_setup(Setup { dialect, ..Setup::new(demo::policy()) });
    world.account("alice").mobile = Mobile::new(ALICES).ok();
    world
}

fn id_token(world: &mut World, name: &str) -> String {
    world.login(name).text("id_token").into()
}

fn ask(world: &mut World, of_type: &str) -> String {
    done(&world.send(&Call::post(SMS, &json!({ "mobile": ALICES, "type": of_type }))));
    world.code()
}

fn reason(world: &World) -> ProofRefusal {
    match world.outcome.as_ref().unwrap().events.last() {
        Some(Event::ProofRefused { reason, .. }) => *reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn within_a_login_by_a_code_to_mobile_or_email() {
    for (send, of_type, change) in [
        (SMS, "CHANGE_PWD_SMS", "/api/v2/sdk/after-login/pwd/update-by-mobile"),
        (MAIL, "CHANGE_PWD_EMS", "/api/v2/sdk/after-login/pwd/update-by-email"),
    ] {
        let mut world = World::new();
        world.account("victor").mobile = Mobile::new("+86-13800000003").ok();
        world.account("victor").email = authflow::contact::EmailAddress::new("victor@example.com").ok();
        let token = world.login("victor").state_token().to_string();
        done(&world.send(&Call::post(send, &json!({ "type": of_type })).pending(&token)));
        let code = world.code();
        let body = |code: &str, new: &str| json!({ "verify_code": code, "new_password": new });
        assert_eq!(
            world.send(&Call::post(change, &body("000000x", NEW)).pending(&token)).parts(),
            wrong_code()
        );
        assert_eq!(
            world.send(&Call::post(change, &body(&code, "short")).pending(&token)).parts(),
            wrong_length()
        );
        assert!(world.host.claims.is_empty(), "neither spends the token");
        assert_eq!(
            world.send(&Call::post(change, &body(&code, NEW)).pending(&token)).text("status"),
            "SUCCESS"
        );
        assert_eq!(world.send(&Call::login("victor", NEW)).text("status"), "SUCCESS");
        assert_eq!(world.send(&Call::login("victor", PASSWORD)).status, 400);
        assert_eq!(
            world.send(&Call::post(change, &body(&code, "Another-Staple-9")).pending(&token)).parts(),
            invalid_state_token()
        );
    }
}

#[test]
fn a_code_for_a_second_factor_changes_no_password_and_the_other_way_round() {
    let mut world = World::new();
    let token = world.login("mona").state_token().to_string();
    let change = "/api/v2/sdk/after-login/pwd/update-by-mobile";
    done(&world.send(&Call::post(SMS, &json!({ "type": "MFA_AUTH_SMS" })).pending(&token)));
    let body = json!({ "verify_code": world.code(), "new_password": NEW });
    assert_eq!(
        world.send(&Call::post(change, &body).pending(&token)).parts(),
        invalid_state_token(),
        "another step"
    );
    assert_eq!(
        world.send(&Call::post(SMS, &json!({ "type": "CHANGE_PWD_SMS" })).pending(&token)).parts(),
        invalid_state_token()
    );
    let mut world = World::new();
    world.account("victor").mobile = Mobile::new("+86-13800000003").ok();
    let token = world.login("victor").state_token().to_string();
    assert_eq!(
        world.send(&Call::post(SMS, &json!({ "type": "MFA_AUTH_SMS" })).pending(&token)).parts(),
        invalid_state_token()
    );
    assert!(world.host.outbox.is_empty());
}

#[test]
fn signed_in_with_the_old_one() {
    let mut world = world(Dialect::Ciam);
    let (mine, other) = (id_token(&mut world, "alice"), id_token(&mut world, "alice"));
    world.account("alice").password.as_mut().unwrap().skips_used = 1;
    world.clock.now = START.plus_seconds(5000);
    let change = |world: &mut World, old: &str, new: &str| {
        world.send(&Call::post(CHANGE, &json!({ "old_password": old, "new_password": new })).bearing(&mine))
    };
    let wrong_old = refusal("IDAAS.SDK.PWD.0102", "Incorrect old password");
    assert_eq!(change(&mut world, "wrong", NEW).parts(), wrong_old);
    assert_eq!(world.outcome.as_ref().unwrap().facts.attempts_left, Some(4));
    assert_eq!(
        world.send(&Call::post(CHANGE, &json!({ "new_password": NEW })).bearing(&mine)).parts(),
        wrong_old
    );
    assert_eq!(change(&mut world, PASSWORD, PASSWORD).parts(), used_before());
    world.host.used_passwords.push(Secret::new(NEW));
    assert_eq!(change(&mut world, PASSWORD, NEW).parts(), used_before());
    world.host.used_passwords.clear();
    done(&change(&mut world, PASSWORD, NEW));
    let asked = [
        "CheckSession",
        "FindAccount",
        "DecideAccess",
        "ReserveAttempt",
        "VerifyPassword",
        "JudgePassword",
        "Commit",
    ];
    assert_eq!(world.host.asked, asked);
    assert_eq!(world.account("alice").password.as_ref().unwrap().skips_used, 0);
    // The session that changed the password goes on, and the other one has ended.
    assert_eq!(world.check_exist(&mine).status, 200);
    assert_eq!(world.check_exist(&other).status, 400);
    assert_eq!(world.send(&Call::login("alice", NEW)).text("status"), "SUCCESS");
}

#[test]
fn guesses_at_the_old_password_are_the_sign_ins_own() {
    let mut world = world(Dialect::Ciam);
    let mine = id_token(&mut world, "alice");
    for _ in 0..5 {
        world.send(
            &Call::post(CHANGE, &json!({ "old_password": "wrong", "new_password": NEW })).bearing(&mine),
        );
    }
    assert_eq!(world.login("alice").status, 400, "locked");
    let right = json!({ "old_password": PASSWORD, "new_password": NEW });
    assert_eq!(world.send(&Call::post(CHANGE, &right).bearing(&mine)).status, 400);
    assert_eq!(reason(&world), ProofRefusal::Locked);
}

#[test]
fn a_first_password_takes_a_sign_in_of_the_last_ten_minutes() {
    for (later, status) in [(599, 200), (600, 400)] {
        let mut world = World::new();
        let mobile = "+86-13800000001";
        done(&world.send(&Call::post(SMS, &json!({ "mobile": mobile, "type": "LOGIN_SMS" }))));
        let body = json!({ "mobile": mobile, "verify_code": world.code() });
        let granted = world.send(&Call::post("/api/v2/sdk/login/mobile-verify-code", &body));
        let mine = granted.text("id_token").to_string();
        assert_eq!(world.check_exist(&mine).parts(), (200, json!({ "is_set_pwd": false })));
        world.clock.now = START.plus_seconds(later);
        let set = world.send(&Call::post(CHANGE, &json!({ "new_password": NEW })).bearing(&mine));
        assert_eq!(set.status, status, "{later}");
        assert_eq!(world.account("nora").password.is_some(), status == 200);
        if status == 200 {
            assert_eq!(world.check_exist(&mine).parts(), (200, json!({ "is_set_pwd": true })));
            assert_eq!(world.send(&Call::login("nora", NEW)).text("status"), "SUCCESS");
        } else {
            let again = refusal("IDAAS.SDK.PWD.0103", "Please sign in again first");
            assert_eq!(set.parts(), again);
        }
    }
}

#[test]
fn a_bearer_is_needed_and_must_be_good() {
    let mut world = world(Dialect::Ciam);
    let body = json!({ "old_password": PASSWORD, "new_password": NEW });
    let missing = refusal("IDAAS.SDK.PARAM.0015", "IdToken cannot be empty");
    assert_eq!(world.send(&Call::post(CHANGE, &body)).parts(), missing);
    let invalid = refusal("IDAAS.SDK.PARAM.0016", "IdToken is invalid or expired");
    assert_eq!(world.send(&Call::post(CHANGE, &body).bearing("nonsense")).parts(), invalid);
    let mine = id_token(&mut world, "alice");
    world.change("alice", |alice| alice.status = AccountStatus::Disabled);
    assert_eq!(world.send(&Call::post(CHANGE, &body).bearing(&mine)).parts(), invalid);
}

/// A change of password, up to its commit.
fn changing(world: &mut World, mine: &str) -> Step {
    let headers = demo::device()
        .with("Authorization", format!("Bearer {mine}"))
        .with("Content-Type", "application/json");
    let body = json!({ "old_password": PASSWORD, "new_password": NEW }).to_string();
    let step = world.begin(&Call::new("POST", CHANGE).on(&headers).with_body(body.as_bytes()));
    world.until_commit(step)
}

#[test]
fn an_account_that_changes_on_the_way_keeps_its_password() {
    let mut world = world(Dialect::Ciam);
    let mine = id_token(&mut world, "alice");
    let step = changing(&mut world, &mine);
    world.change("alice", |_| ());
    let outcome = world.run(step);
    assert_eq!(world.answer(outcome).status, 400);
    let Some(Event::TokenRefused { reason: TokenRefusal::AccountChanged, .. }) =
        world.outcome.as_ref().unwrap().events.last()
    else {
        panic!()
    };
    assert_eq!(world.login("alice").text("status"), "SUCCESS");
}

/// In CIAM the path is for a signed-in subject.
#[test]
fn in_ciam_a_code_changes_the_password_of_whoever_is_signed_in() {
    let mut world = world(Dialect::Ciam);
    let (mine, other) = (id_token(&mut world, "alice"), id_token(&mut world, "alice"));
    let code = ask(&mut world, "UPDATE_PWD_SMS");
    let body = |code: &str, new: &str| json!({ "verify_code": code, "password": new });
    let missing = refusal("IDAAS.SDK.PARAM.0015", "IdToken cannot be empty");
    let nobody = world
        .send(&Call::post(BY_MOBILE, &json!({ "mobile": ALICES, "verify_code": code, "password": NEW })));
    assert_eq!(nobody.parts(), missing, "never by what was sent");
    assert_eq!(
        world.send(&Call::post(BY_MOBILE, &body("000000x", NEW)).bearing(&mine)).parts(),
        wrong_code()
    );
    assert_eq!(
        world.send(&Call::post(BY_MOBILE, &body(&code, "alice")).bearing(&mine)).parts(),
        wrong_length()
    );
    done(&world.send(&Call::post(BY_MOBILE, &body(&code, NEW)).bearing(&mine)));
    assert_eq!((world.check_exist(&mine).status, world.check_exist(&other).status), (200, 400));
    assert_eq!(
        world.send(&Call::post(BY_MOBILE, &body(&code, "Another-Staple-9")).bearing(&mine)).parts(),
        wrong_code()
    );
    assert_eq!(reason(&world), ProofRefusal::Wrong, "the account has changed since it was sent");
    assert_eq!(world.send(&Call::login("alice", NEW)).text("status"), "SUCCESS");
}

#[test]
fn no_password_or_code_is_printed() {
    let mut world = world(Dialect::Eiam);
    let code = ask(&mut world, "FORGET_PWD_SMS");
    let headers = demo::device().with("Content-Type", "application/json");
    let body = json!({ "mobile": ALICES, "verify_code": code, "password": NEW }).to_string();
    let step = world.begin(&Call::new("POST", BY_MOBILE).on(&headers).with_body(body.as_bytes()));
    let printed = world.printed(step);
    assert!(
        !printed.contains(NEW) && !printed.contains(&code) && !printed.contains("13800000004"),
        "{printed}"
    );
}

/// A session that was ended while its subject changed the password changes nothing.
#[test]
fn a_session_that_ends_on_the_way_changes_no_password() {
    let mut world = world(Dialect::Ciam);
    let mine = id_token(&mut world, "alice");
    let step = changing(&mut world, &mine);
    world.host.ended.extend(world.host.sessions.keys().copied());
    let outcome = world.run(step);
    let refused = refusal("IDAAS.SDK.PARAM.0016", "IdToken is invalid or expired");
    assert_eq!(world.answer(outcome).parts(), refused);
    assert_eq!(world.login("alice").text("status"), "SUCCESS");
}
