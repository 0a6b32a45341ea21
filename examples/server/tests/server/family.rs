//! Codes, one-time passwords, rotations and tickets can be used once, even by many clients at a time and over a restart.

use crate::{
    process::{Home, PASSWORD, Server},
    races::at_once,
    wire::{Call, Reply, World},
};
use authflow::{Timestamp, factor::TotpSecret, testkit::demo};
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

const WORLD: World = World::Ordinary;
const NORA: &str = "+86-13800000001";
const REFRESH: &str = "/api/v2/sdk/sso/session-token/id-token";
const TICKET: &str = "/api/v2/tenant/sso/session-token/sso-ticket";
const REDEEM: &str = "/api/v2/tenant/sso/sso-ticket/verify";

fn wrong_code(reply: &Reply) {
    reply.assert_refused("IDAAS.SDK.CAPTCHA.0007", "Incorrect verification code");
}

fn send_sms(server: &Server) -> Reply {
    Call::post(WORLD, "/api/v2/sdk/sms/send", &json!({ "mobile": NORA, "type": "LOGIN_SMS" })).send(server)
}

fn sign_in(code: &str) -> Call {
    let body = json!({ "mobile": NORA, "verify_code": code });
    Call::post(WORLD, "/api/v2/sdk/login/mobile-verify-code", &body)
}

/// The one-time password of tom's authenticator, this many steps from now.
fn totp(steps: u64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    // Six digits under SHA-1. The sealing key does not matter here.
    let totp = demo::totp(&demo::account("tom"));
    let secret = TotpSecret::new(*b"authflow-demo-secret").unwrap();
    totp.code(&secret, totp.step_at(Timestamp::from_unix(now)) + steps).expose().to_owned()
}

fn tom(server: &Server, code: &str) -> Call {
    let pending = Call::login(WORLD, "tom", PASSWORD).send(server);
    assert_eq!(pending.text("status"), "MFA_AUTH");
    let call = Call::post(WORLD, "/api/v2/sdk/mfa/totp", &json!({ "verify_code": code }));
    call.with("X-state-token", &pending.text("state_token"))
}

fn refresh(token: &str) -> Call {
    Call::post(WORLD, REFRESH, &Value::Null).with("X-session-token", token)
}

fn one_of(replies: &[Reply]) -> &Reply {
    let [won] = replies.iter().filter(|reply| reply.status == 200).collect::<Vec<_>>()[..] else {
        panic!("{replies:?}")
    };
    won
}

#[test]
fn a_code_signs_in_once_however_many_present_it() {
    let home = Home::new();
    let server = home.start();
    assert_eq!(send_sms(&server).status, 200);
    let replies = at_once(&server, &vec![sign_in(&home.code()); 16]);
    assert!(one_of(&replies).is_success());
    replies.iter().filter(|reply| reply.status != 200 && !reply.is_busy()).for_each(wrong_code);
    assert_eq!(home.sessions(), 1);
}

#[test]
fn codes_and_budgets_outlive_a_restart_and_codes_are_not_in_the_database() {
    let home = Home::new();
    let server = home.start();
    assert_eq!(send_sms(&server).status, 200);
    let code = home.code();
    server.stop();
    let kept = std::fs::read(home.path("authflow.db")).unwrap();
    assert!(!kept.windows(6).any(|bytes| bytes == code.as_bytes()), "only its digest is kept");
    let server = home.start();
    let refused = send_sms(&server);
    assert_eq!((refused.status, refused.text("error_code").as_str()), (400, "IDAAS.SDK.CAPTCHA.0101"));
    let said = |wait| refused.has_header(&format!("retry-after: {wait}"));
    let wait = (1..=60).find(|wait| said(*wait)).unwrap_or_else(|| panic!("for how long? {refused:?}"));
    assert!(refused.text("error_msg").ends_with(&format!("{} minutes and {} seconds", wait / 60, wait % 60)));
    assert!(sign_in(&code).send(&server).is_success());
    server.stop();
    let server = home.start();
    wrong_code(&sign_in(&code).send(&server));
}

#[test]
fn a_code_has_five_minutes_and_a_recipient_ten_a_day() {
    let home = Home::new();
    let server = home.start_double();
    for sent in 0..11 {
        if sent > 0 {
            server.advance(301);
            wrong_code(&sign_in(&home.code()).send(&server));
        }
        assert_eq!(send_sms(&server).status, if sent < 10 { 200 } else { 400 }, "{sent}");
    }
    server.advance(86_400 - 10 * 301);
    assert_eq!(send_sms(&server).status, 200, "a day after the first");
}

#[test]
fn a_one_time_password_counts_once_over_logins_and_a_restart() {
    let home = Home::new();
    let server = home.start();
    let code = totp(1);
    let calls: Vec<_> = (0..8).map(|_| tom(&server, &code)).collect();
    assert!(one_of(&at_once(&server, &calls)).is_success());
    server.stop();
    let server = home.start();
    wrong_code(&tom(&server, &code).send(&server));
    assert_eq!(home.sessions(), 1);
}

#[test]
fn wrong_one_time_passwords_are_counted_over_logins_and_a_restart() {
    let home = Home::new();
    let server = home.start();
    for _ in 0..5 {
        wrong_code(&tom(&server, "00000x").send(&server));
    }
    server.stop();
    let server = home.start();
    wrong_code(&tom(&server, &totp(0)).send(&server));
    assert_eq!(home.sessions(), 0);
}

#[test]
fn a_ticket_is_redeemed_once_however_many_present_it() {
    let home = Home::new();
    let server = home.start();
    let session = Call::login(WORLD, "alice", PASSWORD).send(&server).text("session_token");
    let credential = "demo-application-credential";
    let issued = Call::of_tenant(TICKET, credential, "session_token", &session).send(&server);
    let redeem = Call::of_tenant(REDEEM, credential, "sso_ticket", &issued.text("sso_ticket"));
    let replies = at_once(&server, &vec![redeem.clone(); 16]);
    let subject = json!({ "id": "demo-alice", "userName": "alice", "name": "alice" });
    assert_eq!(one_of(&replies).json(), subject);
    server.stop();
    let server = home.start();
    redeem.send(&server).assert_refused("IDAAS.SDK.PARAM.0032", "Invalid or expired sso_ticket");
    let another = Call::of_tenant(TICKET, "demo-tenant-credential", "session_token", &session).send(&server);
    another.assert_refused("IDAAS.SDK.PARAM.0023", "Invalid or expired session token");
}

/// A server whose application rotates session tokens and ends unused sessions.
fn rotating(home: &Home, moved: i64) -> Server {
    let config = "issuer = 'https://authflow.example'
        [[applications]]
        client_id = 'nTo1eRIub60vPb54WeE6aojPwYwImtl4'
        policy = { rotate_session_tokens = true, lifetimes = { session_idle = 600 } }";
    let server = home.start_double_with(config);
    server.advance(moved);
    server
}

#[test]
fn a_retired_session_token_ends_its_session_over_a_restart() {
    let home = Home::new();
    let server = rotating(&home, 0);
    let first = Call::login(WORLD, "alice", PASSWORD).send(&server).text("session_token");
    let second = refresh(&first).send(&server).text("session_token");
    server.stop();
    let server = rotating(&home, 0);
    let third = refresh(&second).send(&server).text("session_token");
    let ended =
        |reply: Reply| reply.assert_refused("IDAAS.SDK.PARAM.0023", "Invalid or expired session token");
    ended(refresh(&first).send(&server));
    ended(refresh(&third).send(&server));
    assert_eq!(home.number("SELECT count(*) FROM authflow_sessions WHERE ended_at IS NULL"), 0);
}

/// The short form of a session token, which a client can seal. The store says whose it is.
#[test]
fn a_reference_to_a_session_is_found_over_a_restart() {
    let home = Home::new();
    let config = "issuer = 'https://authflow.example'
        [[applications]]
        client_id = 'nTo1eRIub60vPb54WeE6aojPwYwImtl4'
        policy = { session_token_form = 'reference', rotate_session_tokens = true }";
    let start = || home.start_double_with(config);
    let server = start();
    let first = Call::login(WORLD, "alice", PASSWORD).send(&server).text("session_token");
    assert_eq!(first.len(), 125);
    let second = refresh(&first).send(&server).text("session_token");
    server.stop();
    let server = start();
    let issued =
        Call::of_tenant(TICKET, "demo-application-credential", "session_token", &second).send(&server);
    assert!(issued.text("sso_ticket").starts_with("ssoTicket-"));
    let out = Call::post(WORLD, "/api/v2/sdk/logout", &Value::Null).with("X-session-token", &second);
    assert_eq!(out.method("GET").send(&server).status, 200);
    for token in [&first, &second] {
        let refused = refresh(token).send(&server);
        refused.assert_refused("IDAAS.SDK.PARAM.0023", "Invalid or expired session token");
    }
    assert_eq!(home.number("SELECT count(*) FROM authflow_sessions WHERE ended_at IS NULL"), 0);
}

#[test]
fn of_many_refreshes_at_once_one_wins_and_the_session_ends() {
    let home = Home::new();
    let server = rotating(&home, 0);
    let token = Call::login(WORLD, "alice", PASSWORD).send(&server).text("session_token");
    let replies = at_once(&server, &vec![refresh(&token); 8]);
    let won = one_of(&replies).text("session_token");
    assert_eq!(refresh(&won).send(&server).status, 400);
}

#[test]
fn a_session_that_goes_unused_ends() {
    let home = Home::new();
    let server = rotating(&home, 0);
    let mut token = Call::login(WORLD, "alice", PASSWORD).send(&server).text("session_token");
    server.stop();
    for (moved, status) in [(500, 200), (1_000, 200), (1_700, 400)] {
        let server = rotating(&home, moved);
        let reply = refresh(&token).send(&server);
        assert_eq!(reply.status, status, "{moved}");
        if status == 200 {
            token = reply.text("session_token");
        }
    }
}

#[test]
fn the_calls_are_described() {
    let home = Home::new();
    let server = home.start();
    let described = Call::login(WORLD, "", "").method("GET").path("/openapi.json").body("").send(&server);
    assert_eq!(described.status, 200);
    assert!(described.json()["paths"]["/api/v2/sdk/mfa/totp"]["post"].is_object());
}
