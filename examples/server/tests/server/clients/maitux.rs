//! MAITUX (github NingboMaiTux/senaite.docker), which asks EIAM for a password again before a user signs a laboratory's report.
//!
//! It upper-cases `status`, and takes `SUCCESS` and `PASSWORD_WARN` for signed in, even without an id token. If there is one, it compares the
//! `userName` in the token's text `api`, without regard to case. It knows eight codes. If a message speaks of attempts, it takes the last digits for
//! the attempts that are left.

use super::{CLIENT_ID, server};
use crate::{
    process::{Home, PASSWORD, Server},
    wire::{Call, World},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

#[derive(Debug, PartialEq, Eq)]
enum Reauth {
    SignedIn,
    Refused { why: &'static str, left: Option<u32> },
}

fn reauth(call: &Call, user_name: &str, server: &Server) -> Reauth {
    let answer = call.send(server).json();
    let status = answer["status"].as_str().unwrap_or_default().to_uppercase();
    if ["SUCCESS", "PASSWORD_WARN"].contains(&&*status) {
        return match answer["id_token"].as_str() {
            Some(token) if !is_of(token, user_name) => Reauth::Refused { why: "another user", left: None },
            _ => Reauth::SignedIn,
        };
    }
    let member = |names: [&str; 2]| names.iter().find_map(|name| answer[*name].as_str()).unwrap_or_default();
    let why = match member(["error_code", "error"]) {
        "SDK.LOGIN.1002" => "user unknown",
        "SDK.LOGIN.1003" => "locked",
        "SDK.LOGIN.1004" => "disabled",
        "SDK.LOGIN.1005" => "wrong password",
        "SDK.COMMON.1001" => "parameter missing",
        "SDK.COMMON.1003" => "device incomplete",
        "SDK.COMMON.1012" => "application unknown",
        "SDK.COMMON.1013" => "user not found",
        _ => "something else",
    };
    Reauth::Refused { why, left: attempts_left(member(["error_msg", "description"])) }
}

fn is_of(id_token: &str, user_name: &str) -> bool {
    let payload = URL_SAFE_NO_PAD.decode(id_token.split('.').nth(1).unwrap()).unwrap();
    let payload: Value = serde_json::from_slice(&payload).unwrap();
    let api: Value = serde_json::from_str(payload["api"].as_str().unwrap()).unwrap();
    api["userName"].as_str().unwrap().eq_ignore_ascii_case(user_name)
}

fn attempts_left(message: &str) -> Option<u32> {
    if !message.contains("尝试次数") && !message.contains("attempt") {
        return None;
    }
    let last =
        message.rsplit(|character: char| !character.is_ascii_digit()).find(|digits| !digits.is_empty());
    last?.parse().ok()
}

fn login(name: &str, password: &str) -> Call {
    Call::login(World::Ordinary, name, password)
}

#[test]
fn it_signs_in_who_has_the_password_and_learns_what_is_left_of_guesses() {
    let home = Home::new();
    let server = server(&home, "eiam", "api");
    assert_eq!(reauth(&login("alice", PASSWORD), "ALICE", &server), Reauth::SignedIn);
    assert_eq!(reauth(&login("erin", PASSWORD), "erin", &server), Reauth::SignedIn, "warned");
    let another = Reauth::Refused { why: "another user", left: None };
    assert_eq!(reauth(&login("alice", PASSWORD), "bob", &server), another);
    for (language, left) in [("en", 4), ("zh", 3)] {
        let wrong = login("alice", "wrong").with("X-L", language);
        let refused = Reauth::Refused { why: "wrong password", left: Some(left) };
        assert_eq!(reauth(&wrong, "alice", &server), refused);
    }
    for _ in 0..3 {
        login("alice", "wrong").send(&server);
    }
    let Reauth::Refused { why: "locked", .. } = reauth(&login("alice", PASSWORD), "alice", &server) else {
        panic!("not locked")
    };
}

#[test]
fn it_tells_what_is_wrong_with_its_set_up() {
    let home = Home::new();
    let server = server(&home, "eiam", "api");
    for (call, why) in [
        (login("alice", PASSWORD).without("X-device-fingerprint"), "device incomplete"),
        (login("alice", PASSWORD).without("X-client-id"), "parameter missing"),
        (login("alice", PASSWORD).with("X-client-id", "nonsense"), "application unknown"),
        (login("alice", PASSWORD).body("{}"), "parameter missing"),
    ] {
        assert_eq!(reauth(&call, "alice", &server), Reauth::Refused { why, left: None }, "{CLIENT_ID}");
    }
}
