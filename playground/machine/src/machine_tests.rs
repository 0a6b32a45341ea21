use super::*;

fn machine(password_days: u16, second_factor: Value) -> Machine {
    let settings = json!({
        "policy": { "ageing": { "max_age_days": 90, "warn_before_days": 14, "max_skips": 3 } },
        "dialect": "ciam",
        "subject": { "password_days": password_days, "must_change": null, "second_factor": second_factor },
    });
    Machine::new(&settings.to_string()).unwrap()
}

fn send(
    machine: &mut Machine,
    path: &str,
    more: &[(&str, &str)],
    body: Value,
    fault: Value,
) -> (u64, Value, Value) {
    let mut headers = machine.look()["headers"].clone();
    for (name, value) in more {
        headers.as_array_mut().unwrap().push(json!([name, value]));
    }
    headers.as_array_mut().unwrap().push(json!(["Content-Type", "application/json"]));
    let call = json!({ "method": "POST", "path": path, "headers": headers, "body": body.to_string(), "fault": fault });
    let answer = machine.send(&call.to_string()).unwrap();
    let body = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap_or(Value::Null);
    (answer["status"].as_u64().unwrap(), body, answer["questions"].clone())
}

const LOGIN: &str = "/api/v2/sdk/login";
const SKIP: &str = "/api/v2/sdk/pwd/skip-update";

fn credentials() -> Value {
    json!({ "user_name": Login::SUBJECT, "password": demo::PASSWORD })
}

#[test]
fn the_main_road_with_its_questions_and_its_way() {
    let mut machine = machine(85, Value::Null);
    let (status, warned, questions) = send(&mut machine, LOGIN, &[], credentials(), Value::Null);
    assert_eq!((status, &warned["status"]), (200, &json!("PASSWORD_WARN")));
    let names: Vec<_> =
        questions.as_array().unwrap().iter().map(|it| it["question"].as_str().unwrap()).collect();
    assert_eq!(names, ["FindAccount", "ReserveAttempt", "VerifyPassword", "DecideAccess", "Commit"]);

    let token = warned["state_token"].as_str().unwrap();
    let (_, signed_in, _) = send(&mut machine, SKIP, &[("X-state-token", token)], Value::Null, Value::Null);
    assert_eq!(signed_in["status"], "SUCCESS");
    assert_eq!(machine.look()["way"], json!(["Start", "PasswordExpiring", "Skipped", "SessionIssued"]));
    assert_eq!(machine.look()["sessions"], 1);
}

#[test]
fn what_goes_wrong_at_the_host_opens_no_session() {
    for kind in ["unavailable", "answer_lost", "replayed", "changed"] {
        let mut machine = machine(1, Value::Null);
        let fault = json!({ "question": "Commit", "kind": kind });
        let (status, _, _) = send(&mut machine, LOGIN, &[], credentials(), fault);
        assert_ne!(status, 200, "{kind}");
        let kept = u64::from(kind == "answer_lost"); // the commit was written, and only its answer was lost
        assert_eq!(machine.look()["sessions"], kept, "{kind}");
        let (status, _, _) = send(&mut machine, LOGIN, &[], credentials(), Value::Null);
        assert_eq!(status, 200, "once only");
    }
}

#[test]
fn every_attack_is_withstood_and_an_unknown_one_is_none() {
    let mut machine = machine(85, json!("totp"));
    send(&mut machine, LOGIN, &[], credentials(), Value::Null);
    assert!(machine.code().is_some_and(|code| code.len() == 6));
    for attack in machine.look()["attacks"].as_array().unwrap() {
        let verdict = machine.attack(attack.as_str().unwrap());
        assert!(verdict["breach"].is_null() && verdict["tried"].is_u64(), "{attack}: {verdict}");
    }
    assert_eq!(machine.attack("Nonsense"), Value::Null);
}

#[test]
fn a_transcript_plays_again() {
    let mut machine = machine(1, Value::Null);
    assert!(machine.transcript().is_none());
    send(&mut machine, LOGIN, &[], credentials(), Value::Null);
    let transcript = SecretTranscript::from_json(&machine.transcript().unwrap()).unwrap();
    assert!(transcript.replay(&machine.login.world.api).is_ok());
}

#[test]
fn settings_out_of_bounds_are_told() {
    let settings = r#"{"policy":{"ageing":{"max_age_days":10,"warn_before_days":14,"max_skips":3}},"dialect":"ciam",
        "subject":{"password_days":1,"must_change":null,"second_factor":null}}"#;
    let told = Machine::new(settings).err().unwrap().to_string();
    assert!(told.starts_with("warn_before_days (14) must be less than max_age_days (10)"), "{told}");
}
