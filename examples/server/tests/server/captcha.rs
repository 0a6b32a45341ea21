//! Captchas: a picture from the server, its solution in the demonstration's log, and one code for it.

use crate::{
    process::{Home, Server},
    races::at_once,
    wire::{Call, Reply, World},
};
use serde_json::{Value, json};

const WORLD: World = World::Ordinary;
const NORA: &str = "+86-13800000001";
const GET: &str = "/api/v2/sdk/captcha";
const VERIFY: &str = "/api/v2/sdk/captcha/verify";

/// A server whose application demands a captcha.
fn demanding(home: &Home) -> Server {
    let config = "issuer = 'https://authflow.example'
        [[applications]]
        client_id = 'nTo1eRIub60vPb54WeE6aojPwYwImtl4'
        policy = { demands_captcha = true, captcha = 'picture', first_factors = ['password', 'sms'] }";
    home.start_double_with(config)
}

fn picture(server: &Server) -> Reply {
    Call::post(WORLD, GET, &Value::Null).method("GET").send(server)
}

fn solution(token: &str, x: i32, sender: &str) -> Call {
    let point = format!(r#"{{"x":{x}.0,"y":5.0}}"#);
    Call::post(WORLD, VERIFY, &json!({ "point_json": point, "token": token, "sender": sender }))
}

/// The place of the piece, from the log.
fn place(home: &Home, token: &str) -> i32 {
    let log = home.log();
    let line = log
        .lines()
        .find(|line| line.contains(&format!("{token} belongs")))
        .unwrap_or_else(|| panic!("not shown:\n{log}"));
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

fn captcha_token(home: &Home, server: &Server) -> String {
    let token = picture(server).text("token");
    solution(&token, place(home, &token), NORA).send(server).text("captcha_token")
}

fn ask(captcha_token: &str) -> Call {
    let body = json!({ "mobile": NORA, "type": "LOGIN_SMS", "captcha_token": captcha_token });
    Call::post(WORLD, "/api/v2/sdk/sms/send", &body)
}

fn invalid(reply: &Reply) {
    reply.assert_refused("IDAAS.SDK.CAPTCHA.0004", "Invalid graphic verification code token");
}

#[test]
fn a_solved_picture_sends_one_code_however_many_ask_with_it() {
    let home = Home::new();
    let server = demanding(&home);
    let shown = picture(&server);
    assert_eq!((shown.status, shown.json().as_object().unwrap().len()), (200, 15));
    for image in ["originalImageBase64", "jigsawImageBase64"] {
        // A PNG in base64, without a prefix.
        assert!(shown.text(image).starts_with("iVBORw0KGgo"), "{image}");
    }
    let token = captcha_token(&home, &server);
    let replies = at_once(&server, &vec![ask(&token); 8]);
    let sent = replies.iter().filter(|reply| reply.status == 200).count();
    assert_eq!(sent, 1, "{replies:?}");
    replies.iter().filter(|reply| reply.status != 200 && !reply.is_busy()).for_each(invalid);
    let body = json!({ "mobile": NORA, "verify_code": home.code() });
    let signed_in = Call::post(WORLD, "/api/v2/sdk/login/mobile-verify-code", &body).send(&server);
    assert!(signed_in.is_success());
}

/// The claim is in the database. The token needs only the keys of the server that made it.
#[test]
fn a_captcha_token_outlives_a_restart_and_its_use_as_well() {
    let home = Home::new();
    let server = demanding(&home);
    let (used, unused) = (captcha_token(&home, &server), captcha_token(&home, &server));
    assert_eq!(ask(&used).send(&server).status, 200);
    server.stop();
    let server = demanding(&home);
    invalid(&ask(&used).send(&server));
    // The refusal is about the minute between two codes, so the token is good.
    assert_eq!(ask(&unused).send(&server).text("error_code"), "IDAAS.SDK.CAPTCHA.0101");
    invalid(&ask("").send(&server));
}

#[test]
fn five_wrong_answers_stop_a_device_and_no_other() {
    let home = Home::new();
    let server = demanding(&home);
    for _ in 0..5 {
        let token = picture(&server).text("token");
        let wrong = (place(&home, &token) + 100) % 264;
        let refused = solution(&token, wrong, NORA).send(&server);
        refused.assert_refused("IDAAS.SDK.CAPTCHA.0002", "Graphic verification code verification failed");
    }
    let stopped = picture(&server);
    assert_eq!((stopped.status, stopped.text("error_code").as_str()), (400, "IDAAS.SDK.CAPTCHA.0102"));
    let other = Call::post(WORLD, GET, &Value::Null).method("GET").with("X-device-fingerprint", "another");
    assert_eq!(other.send(&server).status, 200);
}
