//! `GET /dev/codes/last`

use super::{WORLD, bad_request, get, post, refused, send_sms};
use crate::{
    process::{Home, PASSWORD},
    wire::Call,
};
use serde_json::json;

const NORA: &str = "+86-13800000001";

#[test]
fn the_last_code_to_somebody_signs_in_and_says_what_it_is_for_and_when_it_was_sent() {
    let home = Home::new();
    let server = home.start_double();
    assert_eq!(post(&server, "/dev/clock", &json!({ "set": 1_800_000_000 })).status, 200);
    assert_eq!(send_sms(&server, NORA).status, 200);
    let path = "/dev/codes/last?to=+86-13800000001";
    let last = get(&server, path);
    let sent_at = last.json()["sent_at"].as_u64().unwrap();
    assert!((1_800_000_000..1_800_000_060).contains(&sent_at), "by the clock of the double");
    let code = last.text("code");
    let told = json!({
        "to": NORA, "channel": "sms", "purpose": "sign_in", "code": code, "sent_at": sent_at, "good_until": sent_at + 300,
    });
    assert_eq!((last.status, last.json()), (200, told));
    assert!(last.has_header("content-type: application/json") && last.has_header("cache-control: no-store"));
    assert_eq!(home.code(), code, "as the log has it");

    for spelling in ["%2B86-13800000001", "+86%20138%200000%200001", "+8613800000001"] {
        let again = get(&server, &format!("/dev/codes/last?x=y&to={spelling}"));
        assert_eq!((again.status, again.json()), (last.status, last.json()), "{spelling}");
    }
    let body = json!({ "mobile": NORA, "verify_code": code });
    assert!(Call::post(WORLD, "/api/v2/sdk/login/mobile-verify-code", &body).send(&server).is_success());

    server.advance(61);
    assert_eq!(send_sms(&server, NORA).status, 200);
    let next = get(&server, path);
    assert_eq!(next.text("code"), home.code());
    assert!(next.json()["sent_at"].as_u64().unwrap() >= sent_at + 61, "the latest one is told");
}

#[test]
fn a_code_of_a_second_factor_is_told_by_address() {
    let home = Home::new();
    let server = home.start_double();
    let token = Call::login(WORLD, "mona", PASSWORD).send(&server).text("state_token");
    let pending = |path, body| Call::post(WORLD, path, &body).with("X-state-token", &token).send(&server);
    assert_eq!(pending("/api/v2/sdk/email/send", json!({ "type": "MFA_AUTH_EMS" })).status, 200);
    let last = get(&server, "/dev/codes/last?to=MONA@example.com");
    assert_eq!(
        (last.text("channel"), last.text("purpose")),
        ("email".to_owned(), "second_factor".to_owned())
    );
    let proved = pending("/api/v2/sdk/mfa/email", json!({ "verify_code": last.text("code") }));
    assert!(proved.is_success(), "{proved:?}");
}

#[test]
fn where_no_code_was_sent_there_is_none() {
    let home = Home::new();
    let server = home.start_double();
    let none = |to: &str| {
        let reply = get(&server, &format!("/dev/codes/last?to={to}"));
        refused(&reply, 404, "Not Found", &format!("no code was sent to \"{to}\""));
    };
    none(NORA);
    none("nora@example.com");
    assert_eq!(send_sms(&server, "+86-19900000000").status, 200, "as to anybody");
    none("+86-19900000000");
}

#[test]
fn a_recipient_must_be_said_and_be_one() {
    let home = Home::new();
    let server = home.start_double();
    for path in ["/dev/codes/last", "/dev/codes/last?", "/dev/codes/last?for=x", "/dev/codes/last?to"] {
        bad_request(&get(&server, path), "to must be given: ?to=…");
    }
    for given in ["", "nora", "13800000001"] {
        let detail = "to must be a mobile number in full, as +86-13800000000, or an e-mail address, not";
        let reply = get(&server, &format!("/dev/codes/last?to={given}"));
        bad_request(&reply, &format!("{detail} \"{given}\""));
    }
    let reply = get(&server, "/dev/codes/last?to=%ff");
    bad_request(&reply, "to must be UTF-8, percent-encoded");
}
