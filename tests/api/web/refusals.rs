//! Every refusal, with its type and status.

use super::client::{Answer, Client, NEW_PASSWORD};
use authflow::{
    ClientId, Secret,
    captcha::CaptchaKind,
    facade::{MOST_OF_A_BODY, Request},
    outcome::{Fault, Verdict},
    password::PasswordRules,
    policy::{Policy, ReplacedContacts},
    testkit::{HeaderList, HostFault, World, demo},
    web::{Modes, Web},
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn raw(client: &mut Client, content_type: Option<&str>, body: &[u8]) -> Answer {
    let headers = client.shown();
    let headers = content_type.map_or(headers.clone(), |it| headers.with("Content-Type", it));
    client.answer(&Request { method: "POST", path: "/v1/sign-in", headers: &headers, body, peer: None })
}

#[test]
fn a_body_that_is_none_is_refused_with_its_reason() {
    let good = json!({ "identifier": "alice", "password": demo::PASSWORD }).to_string();
    for mut client in Client::both(&World::new()) {
        assert_eq!(
            raw(&mut client.clone(), Some("application/json; charset=utf-8"), good.as_bytes()).status,
            200
        );
        let full = [good.as_bytes(), &vec![b' '; MOST_OF_A_BODY - good.len()]].concat();
        assert_eq!(raw(&mut client.clone(), Some("application/json"), &full).status, 200);
        let longer = [&full[..], b" "].concat();
        let json = Some("application/json");
        let long = json!({ "identifier": "alice", "password": "x".repeat(1025) }).to_string();
        for (content_type, body, reason, member, most) in [
            (None, good.as_bytes(), "content_type", None, None),
            (Some("text/plain"), good.as_bytes(), "content_type", None, None),
            (
                Some("application/x-www-form-urlencoded"),
                b"identifier=alice&password=x",
                "content_type",
                None,
                None,
            ),
            (json, &longer, "too_long", None, Some(16_384)),
            (json, b"", "not_an_object", None, None),
            (json, b"[]", "not_an_object", None, None),
            (json, &[0xFF; 8], "not_an_object", None, None),
            (json, br#"{"identifier":"alice"}"#, "missing", Some("password"), None),
            (json, br#"{"identifier":"alice","password":""}"#, "missing", Some("password"), None),
            (json, br#"{"identifier":" ","password":"x"}"#, "missing", Some("identifier"), None),
            (json, br#"{"identifier":7,"password":"x"}"#, "not_text", Some("identifier"), None),
            (json, br#"{"identifier":"a\u0007","password":"x"}"#, "malformed", Some("identifier"), None),
            (
                json,
                br#"{"identifier":"alice","password":"x","password":"y"}"#,
                "repeated",
                Some("password"),
                None,
            ),
            (json, long.as_bytes(), "too_long", Some("password"), Some(1_024)),
        ] {
            let answer = raw(&mut client, content_type, body);
            assert_eq!(
                (answer.status, answer.problem(), answer.next()),
                (400, "request-malformed", vec!["sign_in"])
            );
            assert_eq!(answer.body["reason"], reason);
            assert_eq!((answer.body["member"].as_str(), answer.body["most_bytes"].as_u64()), (member, most));
            assert!(client.world.host.asked.is_empty());
        }
    }
}

#[test]
fn a_call_without_members_reads_no_body() {
    let mut client = Client::app(World::new());
    let warned = client.sign_in("erin");
    let headers = client.shown().with("Content-Type", "text/plain");
    let path = warned.call("skip_password")["path"].as_str().unwrap();
    let answer = client.answer(&Request { method: "POST", path, headers: &headers, body: b"x", peer: None });
    assert_eq!(answer.state(), "signed_in");
}

#[test]
fn what_is_no_call_is_404_or_405() {
    for mut client in Client::both(&World::new()) {
        for path in ["/v1", "/v1/sign-in/", "/v1/sign-in/factor", "/v1/SESSION", "/api/v2/sdk/login"] {
            let answer = client.send("POST", path, &Value::Null);
            assert_eq!((answer.status, answer.problem(), answer.next()), (404, "not-found", vec!["begin"]));
        }
        for (method, path, allowed) in [
            ("PUT", "/v1/sign-in", "GET, POST"),
            ("GET", "/v1/sign-in/factor/totp", "POST"),
            ("POST", "/v1/session", "GET, DELETE"),
            ("HEAD", "/v1/session", "GET, DELETE"),
        ] {
            let answer = client.send(method, path, &Value::Null);
            assert_eq!((answer.status, answer.header("allow")), (405, Some(allowed)));
        }
    }
}

#[test]
fn a_service_that_is_not_set_up_says_so() {
    let mut client = Client::browser(World::new());
    let engine = client.world.api.engine().clone();
    for web in [
        Web::new(engine.clone(), ClientId::new("nowhere").unwrap(), Modes::Cookie),
        Web::new(engine, ClientId::new(demo::ISV).unwrap(), Modes::Cookie),
    ] {
        client.web = web;
        let answer = client.sign_in("alice");
        assert_eq!((answer.status, answer.problem()), (500, "application-unknown"));
        assert!(answer.next().is_empty());
    }
}

#[test]
fn a_host_that_has_no_answer_is_busy() {
    for mut client in Client::both(&World::new()) {
        client.world.host.fault = Some(HostFault::Unavailable("VerifyPassword"));
        let answer = client.sign_in("alice");
        assert_eq!((answer.status, answer.problem(), answer.next()), (503, "busy", vec!["sign_in"]));
        assert_eq!(answer.header("retry-after"), Some("1"));
    }
}

#[test]
fn whoever_is_denied_is_told_so_when_all_is_proved() {
    for mut client in Client::both(&World::new()) {
        client.world.host.denied = true;
        let answer = client.sign_in("alice");
        assert_eq!((answer.status, answer.problem(), answer.next()[0]), (403, "access-denied", "sign_in"));
        assert!(client.world.host.sessions.is_empty());
    }
}

/// The session is refused, before a guess is counted.
#[test]
fn whoever_may_not_change_their_password_is_told_no_more_than_that_they_are_nobody() {
    for mut client in Client::both(&World::new()) {
        client.sign_in("alice");
        client.world.host.denied = true;
        let typed = json!({ "old_password": demo::PASSWORD, "new_password": NEW_PASSWORD });
        let answer = client.send("POST", "/v1/session/password", &typed);
        assert_eq!((answer.status, answer.problem()), (401, "session-invalid"));
        assert!(!client.world.host.asked.contains(&"ReserveAttempt"));
        let verdict = client.outcome.map(|outcome| outcome.verdict);
        assert!(matches!(verdict, Some(Verdict::Refused(Fault::SessionTokenInvalid))));
    }
}

#[test]
fn a_wrong_code_leaves_the_step_open() {
    for mut client in Client::both(&World::new()) {
        client.sign_in("mona");
        client.send("POST", "/v1/sign-in/factor/sms/send", &Value::Null);
        let wrong = client.send("POST", "/v1/sign-in/factor/sms", &json!({ "code": "no" }));
        assert_eq!((wrong.status, wrong.problem()), (403, "code-invalid"));
        assert_eq!(wrong.next(), ["send_factor_sms", "prove_sms"]);
        let code = json!({ "code": client.world.code() });
        assert_eq!(client.follow(&wrong, "prove_sms", &code).state(), "signed_in");
    }
}

#[test]
fn a_new_password_is_refused_with_its_reason() {
    for mut client in Client::both(&World::new()) {
        client.world.host.used_passwords = vec![Secret::new("Used-Before-9")];
        client.sign_in("victor");
        for (new_password, reason) in [
            ("short", "too_short"),
            (&*"x".repeat(65), "too_long"),
            (demo::PASSWORD, "old_password"),
            ("victor", "too_short"),
            ("with\u{7}bell", "control_character"),
            ("Used-Before-9", "reused"),
        ] {
            let typed = json!({ "old_password": demo::PASSWORD, "new_password": new_password });
            let answer = client.send("POST", "/v1/sign-in/password", &typed);
            assert_eq!((answer.status, answer.problem()), (422, "new-password-refused"), "{new_password}");
            assert_eq!(answer.body["reason"], reason);
            assert_eq!(answer.next(), ["change_password"]);
        }
        let typed = json!({ "old_password": "wrong", "new_password": NEW_PASSWORD });
        let answer = client.send("POST", "/v1/sign-in/password", &typed);
        assert_eq!((answer.status, answer.problem()), (403, "old-password-invalid"));
    }
}

#[test]
fn a_first_password_takes_a_recent_sign_in() {
    let mut client = Client::browser(World::new());
    client.sign_in_by_following("nora");
    client.world.clock.pass(600);
    let answer = client.send("POST", "/v1/session/password", &json!({ "new_password": NEW_PASSWORD }));
    assert_eq!((answer.status, answer.problem()), (403, "sign-in-not-recent"));
}

#[test]
fn a_code_that_does_not_get_through_is_told() {
    let mut client = Client::app(World::new());
    client.world.host.undeliverable = true;
    let answer = client.send("POST", "/v1/sign-in/by-sms/send", &json!({ "mobile": demo::MOBILE }));
    assert_eq!((answer.status, answer.problem()), (422, "code-not-sent"));
}

/// The captcha is the host's own, or a picture.
#[test]
fn a_captcha_that_is_not_good_is_told() {
    for captcha in [CaptchaKind::Own, CaptchaKind::Picture] {
        let policy = Policy { demands_captcha: true, captcha, ..demo::policy() };
        let mut client = Client::app(World::with_policy(policy));
        client.world.host.robot = Some(Secret::new("robot"));
        for mobile in [demo::MOBILE, "+86-13911111111"] {
            let ask = json!({ "mobile": mobile, "captcha_token": "robot" });
            let answer = client.send("POST", "/v1/sign-in/by-sms/send", &ask);
            assert_eq!((answer.status, answer.problem()), (403, "captcha-refused"));
            assert_eq!(answer.next(), ["send_sign_in_sms"]);
        }
        assert!(client.world.host.outbox.is_empty());
    }
}

/// A number with an account and a number without one get the same reply.
#[test]
fn whoever_asks_again_too_soon_is_told_how_long_to_wait() {
    for mut client in Client::both(&World::new()) {
        for mobile in [demo::MOBILE, "+86-13911111111"] {
            let ask = json!({ "mobile": mobile });
            assert_eq!(client.send("POST", "/v1/sign-in/by-sms/send", &ask).state(), "code_sent");
            client.world.clock.pass(20);
            let soon = client.send("POST", "/v1/sign-in/by-sms/send", &ask);
            assert_eq!(
                (soon.status, soon.problem(), &soon.body["wait_seconds"]),
                (429, "code-not-yet", &json!(40))
            );
            assert_eq!((soon.header("retry-after"), soon.next()), (Some("40"), vec!["send_sign_in_sms"]));
        }
    }
}

#[test]
fn what_the_policy_does_not_offer_is_refused() {
    let mut policy = demo::policy();
    policy.recovery = authflow::policy::Recovery::NONE;
    policy.password_rules = PasswordRules::new(9, 70).unwrap();
    let mut client = Client::browser(World::with_policy(policy));
    let answer = client.send("POST", "/v1/recovery/by-sms/send", &json!({ "mobile": demo::MOBILE }));
    assert_eq!((answer.status, answer.problem()), (400, "request-malformed"));
    assert_eq!((&answer.body["reason"], &answer.body["member"]), (&json!("not_offered"), &Value::Null));
    let typed = json!({ "mobile": demo::MOBILE, "code": "0", "new_password": NEW_PASSWORD });
    assert_eq!(client.send("POST", "/v1/recovery/by-sms", &typed).problem(), "code-invalid");
    assert_eq!(client.send("GET", "/v1/sign-in", &Value::Null).body["new_password"]["min_characters"], 9);
}

#[test]
fn a_device_that_is_none_is_refused() {
    let policy = authflow::policy::Policy { allows_unbound: true, ..demo::policy() };
    let mut client = Client::app(World::with_policy(policy));
    for headers in [
        HeaderList::from_iter([("X-Device-Fingerprint", "a\u{7}b")]),
        HeaderList::from_iter([("X-Device-Fingerprint", &*"x".repeat(257))]),
        HeaderList::from_iter([("X-Device-Fingerprint", "a"), ("x-device-fingerprint", "a")]),
        HeaderList::from_iter([("X-Device-Fingerprint", "a"), ("User-Agent", "a\u{7}b")]),
    ] {
        let body = json!({ "identifier": "alice", "password": demo::PASSWORD });
        let answer = client.send_with("POST", "/v1/sign-in", &headers, &body);
        assert_eq!((answer.status, answer.problem()), (400, "device-incomplete"));
    }
}

/// The document at the URI of a type says what each answer of that type says.
#[test]
fn every_type_is_documented_where_its_uri_leads() {
    let mut client = Client::browser(World::new());
    let listed = client.send("GET", "/v1/problems", &Value::Null).body["problems"].take();
    let listed: Vec<_> = listed.as_array().unwrap().clone();
    let types: BTreeSet<_> =
        listed.iter().map(|problem| problem["type"].as_str().unwrap().to_string()).collect();
    assert_eq!(types.len(), listed.len());
    let answer = client.send("POST", "/v1/sign-in", &json!({ "identifier": "alice", "password": "wrong" }));
    let documented = listed.iter().find(|problem| problem["type"] == answer.body["type"]).unwrap();
    for (name, value) in documented.as_object().unwrap() {
        assert_eq!(&answer.body[name], value);
    }
}

/// A second factor moves only with its own proof. A subject who has proved a taken number learns that it is taken.
#[test]
fn a_contact_that_may_not_be_replaced_says_why() {
    let mut client = Client::app(World::new());
    let mobile = json!({ "mobile": "+86-13900000007" });
    client.sign_in_by_following("mona");
    let proved = client.world.host.sessions.values().next().unwrap().factors;
    let unproved = if proved.contains(authflow::factor::Factor::Sms) { "email" } else { "sms" };
    let (path, typed) = match unproved {
        "sms" => ("/v1/session/mobile/send", mobile.clone()),
        _ => ("/v1/session/email/send", json!({ "email": "new@example.com" })),
    };
    let answer = client.send("POST", path, &typed);
    assert_eq!(
        (answer.status, answer.problem(), &answer.body["factor"]),
        (403, "factor-unproved", &json!(unproved))
    );

    let mut client = Client::browser(World::new());
    client.sign_in("alice");
    let monas = json!({ "mobile": demo::MOBILE });
    assert_eq!(client.send("POST", "/v1/session/mobile/send", &monas).state(), "code_sent");
    let typed = json!({ "mobile": demo::MOBILE, "code": client.world.code() });
    let answer = client.send("POST", "/v1/session/mobile", &typed);
    assert_eq!((answer.status, answer.problem()), (403, "sign-in-not-recent"), "the session that asked");
    assert!(answer.next().contains(&"sign_in"));
    client.sign_in("alice");
    let answer = client.send("POST", "/v1/session/mobile", &typed);
    assert_eq!((answer.status, answer.problem()), (409, "contact-taken"));
    assert_eq!(answer.next(), ["send_mobile_code", "replace_mobile"]);
    client.world.clock.pass(600);
    let answer = client.send("POST", "/v1/session/mobile", &typed);
    assert_eq!((answer.status, answer.problem()), (403, "sign-in-not-recent"));
    assert_eq!(client.send("POST", "/v1/session/mobile/send", &mobile).state(), "code_sent");

    let none = Policy { replaces_contacts: ReplacedContacts::NONE, ..demo::policy() };
    let mut client = Client::app(World::with_policy(none));
    let signed_in = client.sign_in("alice");
    assert!(!signed_in.next().iter().any(|call| call.contains("mobile") || call.contains("email")));
    assert_eq!(client.send("POST", "/v1/session/mobile/send", &mobile).status, 400);
}
