//! Good bodies with faulty wrapping. K5 and K21.

use crate::calls::{
    ALICE, BY_MOBILE, CHANGE, MAIL, NEW, NORA, PROVE_MAIL, PROVE_SMS, SMS, ask, nora, sent, works, world_of,
};
use authflow::{
    Dialect,
    policy::Policy,
    step::Step,
    testkit::{
        Call, World,
        demo::{self, PASSWORD},
    },
};
use serde_json::{Value, json};

const NULL: Value = Value::Null;

/// The value that a form sends for a field that was left empty.
fn empty() -> Value {
    "".into()
}

/// The status of a proof by a code, with this recipient in the body.
fn proof_with(send: &str, of_type: &str, prove: &str, member: &str, recipient: &Value) -> u16 {
    let mut world = World::new();
    let state_token = works(world.login("mona")).state_token().to_owned();
    let code = sent(&mut world, &Call::post(send, &json!({ "type": of_type })).pending(&state_token));
    let body = json!({ member: recipient, "verify_code": code });
    world.send(&Call::post(prove, &body).pending(&state_token)).status
}

fn proofs_with(recipient: &Value) -> [u16; 2] {
    [
        proof_with(SMS, "MFA_AUTH_SMS", PROVE_SMS, "mobile", recipient),
        proof_with(MAIL, "MFA_AUTH_EMS", PROVE_MAIL, "email", recipient),
    ]
}

#[test]
fn kind_05_null_for_the_recipient_of_a_second_factor_is_absent() {
    let proved = proofs_with(&NULL);
    assert_eq!(proved, [200, 200], "kind 5: null for the recipient of a second factor was refused");
}

#[test]
fn kind_05_an_empty_recipient_of_a_second_factor_is_absent() {
    let proved = proofs_with(&empty());
    assert_eq!(proved, [200, 200], "kind 5: an empty recipient of a second factor was refused");
}

/// The status of a request for a code within a login, with this recipient.
fn request_within_a_login(path: &str, member: &str, of_type: &str, recipient: &Value) -> u16 {
    let mut world = World::new();
    let state_token = works(world.login("mona")).state_token().to_owned();
    let asked = Call::post(path, &json!({ member: recipient, "type": of_type })).pending(&state_token);
    let answer = world.send(&asked);
    let in_earnest = world.host.outbox.iter().any(|message| !message.decoy);
    if answer.status == 200 && !in_earnest { 0 } else { answer.status }
}

#[test]
fn kind_05_null_for_a_recipient_within_a_login_is_absent() {
    let by_sms = request_within_a_login(SMS, "mobile", "MFA_AUTH_SMS", &NULL);
    let by_mail = request_within_a_login(MAIL, "email", "MFA_AUTH_EMS", &NULL);
    assert_eq!(
        (by_sms, by_mail),
        (200, 200),
        "kind 5: null for the recipient of a code within a login was refused"
    );
}

#[test]
fn kind_05_an_empty_recipient_within_a_login_is_absent() {
    let by_sms = request_within_a_login(SMS, "mobile", "MFA_AUTH_SMS", &empty());
    let by_mail = request_within_a_login(MAIL, "email", "MFA_AUTH_EMS", &empty());
    assert_eq!(
        (by_sms, by_mail),
        (200, 200),
        "kind 5: an empty recipient within a login was taken for somebody else's"
    );
}

#[test]
fn kind_05_null_for_a_captcha_token_is_absent() {
    let body = json!({ "mobile": NORA, "type": "LOGIN_SMS", "captcha_token": null });
    let answer = World::new().send(&Call::post(SMS, &body));
    assert_eq!(answer.status, 200, "kind 5: null for a captcha token was refused");
}

#[test]
fn kind_05_an_empty_captcha_token_is_absent() {
    let demanding = Policy { demands_captcha: true, ..demo::policy() };
    let body = json!({ "mobile": NORA, "type": "LOGIN_SMS", "captcha_token": "" });
    let step = World::with_policy(demanding).begin(&Call::post(SMS, &body));
    let Step::JudgeCaptcha(question) = step else { panic!("the setup of this test asks for no captcha") };
    assert!(question.captcha_token.is_none(), "kind 5: an empty captcha token was handed on as one");
}

/// The status of a first password, with this old password.
fn first_password_with(old_password: &Value) -> u16 {
    let mut world = World::new();
    let id_token = nora(&mut world).id_token().to_owned();
    let body = json!({ "old_password": old_password, "new_password": NEW });
    world.send(&Call::post(CHANGE, &body).bearing(&id_token)).status
}

#[test]
fn kind_05_null_for_an_old_password_is_absent() {
    assert_eq!(
        first_password_with(&NULL),
        200,
        "kind 5: null for an old password that there is not was refused"
    );
}

#[test]
fn kind_05_an_empty_old_password_is_absent() {
    assert_eq!(
        first_password_with(&empty()),
        200,
        "kind 5: an empty old password that there is not was refused"
    );
}

/// The status of an update in CIAM with this mobile, which CIAM does not read.
fn update_with(mobile: &Value) -> u16 {
    let mut world = world_of(Dialect::Ciam);
    let id_token = works(world.send(&Call::login("alice", PASSWORD))).id_token().to_owned();
    let code = sent(&mut world, &ask(ALICE, "UPDATE_PWD_SMS"));
    let body = json!({ "mobile": mobile, "verify_code": code, "password": NEW });
    world.send(&Call::post(BY_MOBILE, &body).bearing(&id_token)).status
}

#[test]
fn kind_05_null_for_the_mobile_of_an_update_is_absent() {
    assert_eq!(update_with(&NULL), 200, "kind 5: null for the mobile of an update was refused");
}

#[test]
fn kind_05_an_empty_mobile_of_an_update_is_absent() {
    assert_eq!(update_with(&empty()), 200, "kind 5: an empty mobile of an update was refused");
}

#[test]
fn kind_05_null_for_the_address_of_a_tickets_device_is_absent() {
    let mut world = World::new();
    let session_token = works(world.login("alice")).session_token().to_owned();
    let mut body = Call::tenant_body("session_token", &session_token);
    body["device_ip"] = NULL;
    let issued = world.send(&Call::issue_ticket(&session_token).with_body(body.to_string()));
    assert_eq!(issued.status, 200, "kind 5: null for the address of a ticket's device was refused");
}

fn login() -> Call {
    Call::login("alice", PASSWORD)
}

#[test]
fn kind_21_a_byte_order_mark_is_passed_over() {
    let body = [b"\xef\xbb\xbf", &*login().body].concat();
    let answer = World::new().send(&login().with_body(body));
    assert_eq!(answer.status, 200, "kind 21: a byte order mark before a good body was refused");
}

/// Proxies join a repeated header like this.
#[test]
fn kind_21_a_content_type_joined_with_itself_is_that_type() {
    let joined = login().with_header("Content-Type", "application/json, application/json");
    let answer = World::new().send(&joined);
    assert_eq!(answer.status, 200, "kind 21: a content type joined with itself was refused");
}
