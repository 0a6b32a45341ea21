//! A session belongs to the device that signed in, and a code to the device that asked for it.

use crate::{
    process::{Home, PASSWORD, Server},
    wire::{Call, Reply, World},
};
use serde_json::{Value, json};

const WORLD: World = World::Ordinary;
const NORA: &str = "+86-13800000001";

fn alice(server: &Server) -> Reply {
    let granted = Call::login(WORLD, "alice", PASSWORD).send(server);
    assert!(granted.is_success(), "{granted:?}");
    granted
}

fn elsewhere(call: Call) -> Call {
    call.without("X-device-fingerprint").with("X-device-fingerprint", "another")
}

fn check(granted: &Reply) -> Call {
    Call::check(WORLD, &granted.text("id_token"))
}

#[test]
fn an_id_token_is_of_no_use_on_another_device_and_a_session_token_signs_out_from_any() {
    let home = Home::new();
    let server = home.start();
    let granted = alice(&server);
    elsewhere(check(&granted)).send(&server).assert_id_token_refused();
    assert_eq!(check(&granted).send(&server).status, 200);
    let token = granted.text("session_token");
    let out = Call::post(WORLD, "/api/v2/sdk/logout", &Value::Null).with("X-session-token", &token);
    assert_eq!(elsewhere(out).send(&server).status, 200);
    check(&granted).send(&server).assert_id_token_refused();
}

/// An older server may have left such a row, and a newer one might write one.
#[test]
fn a_session_that_does_not_say_its_device_is_over() {
    let home = Home::new();
    let server = home.start();
    for device in ["device_kind = NULL, device_key = NULL, device_digest = NULL", "device_kind = 'cookie'"] {
        let granted = alice(&server);
        assert_eq!(check(&granted).send(&server).status, 200);
        home.execute(&format!("UPDATE authflow_sessions SET {device}"));
        check(&granted).send(&server).assert_id_token_refused();
    }
}

#[test]
fn a_code_is_of_the_device_that_asked_for_it_and_no_strangers_request_replaces_it() {
    let home = Home::new();
    let server = home.start();
    let ask = Call::post(WORLD, "/api/v2/sdk/sms/send", &json!({ "mobile": NORA, "type": "LOGIN_SMS" }));
    assert_eq!(ask.send(&server).status, 200);
    let code = home.code();
    // Without the spent budget, the number gets another code at once.
    home.execute("DELETE FROM authflow_sends");
    assert_eq!(elsewhere(ask).send(&server).status, 200);
    let body = json!({ "mobile": NORA, "verify_code": code });
    let sign_in = Call::post(WORLD, "/api/v2/sdk/login/mobile-verify-code", &body);
    let relayed = elsewhere(sign_in.clone()).send(&server);
    relayed.assert_refused("IDAAS.SDK.CAPTCHA.0007", "Incorrect verification code");
    assert!(sign_in.send(&server).is_success());
}
