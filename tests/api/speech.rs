//! The differences between applications: the dialect, whether a reply says how many attempts are left, the place of the identity, and the signer of
//! id tokens.

use authflow::testkit::{
    Call, HostFault, Setup, World,
    demo::{self, PASSWORD, START},
    refusal,
};
use authflow::{
    Applications, Config, Dialect, Engine, IdentityPlace,
    device::Language,
    facade::Request,
    outcome::{Event, Outcome, TokenRefusal, Verdict},
    sdk::Api,
    step::{SignBytes, Step},
    token::{IdTokenSigning, OutsideKey, OutsideKeys, SignatureAlgorithm, TokenError},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};

fn speaking(dialect: Dialect, tells_attempts: bool) -> World {
    World::with_setup(Setup { dialect, tells_attempts, ..Setup::new(demo::policy()) })
}

fn wrong(world: &mut World) -> Value {
    world.send(&Call::login("alice", "wrong").with_header("X-L", "zh")).body
}

#[test]
fn one_fault_has_three_spellings() {
    for (dialect, code, message) in [
        (Dialect::Ciam, "IDAAS.SDK.PARAM.0014", "Invalid state token"),
        (Dialect::Eiam, "SDK.COMMON.1006", "The state_token parameter error"),
        (Dialect::OneAccess, "PARAM.0014", "Invalid state token."),
    ] {
        let mut world = speaking(dialect, false);
        assert_eq!(world.skip("nonsense").parts(), refusal(code, message));
    }
}

#[test]
fn attempts_left_and_the_end_of_a_lock_are_told_only_where_asked_for() {
    let mut silent = speaking(Dialect::Eiam, false);
    for _ in 0..6 {
        assert_eq!(
            wrong(&mut silent),
            json!({ "error_code": "SDK.LOGIN.1005", "error_msg": "无效的用户名或密码。" })
        );
    }
    let mut telling = speaking(Dialect::Eiam, true);
    for left in (0..4).rev() {
        let told = wrong(&mut telling);
        assert_eq!(told["error_msg"], format!("无效的用户名或密码。 剩余登录尝试次数:{}", left + 1));
    }
    wrong(&mut telling);
    telling.clock.now = START.plus_seconds(35);
    let locked = json!({ "error_code": "SDK.LOGIN.1003", "error_msg": "用户已被锁定,4分25秒后解锁" });
    assert_eq!(wrong(&mut telling), locked);
    let mut one_access = speaking(Dialect::OneAccess, true);
    let told = one_access.send(&Call::login("alice", "wrong")).body;
    assert_eq!(told["error_msg"], "Invalid account name or password. Remaining attempts: 4.");
}

#[test]
fn before_the_application_is_known_the_engine_speaks() {
    let mut config = Config::new(demo::issuer(), demo::ring(), Applications::Fixed(Vec::new()));
    config.dialect = Dialect::OneAccess;
    config.language = Language::Zh;
    let api = Api::new(Engine::new(config).unwrap());
    let headers = demo::device().without("X-L");
    let request =
        Request { method: "POST", path: "/api/v2/sdk/login", headers: &headers, body: b"", peer: None };
    let moment = World::new().moment();
    let Step::Done(outcome) = api.handle(&request, moment) else { panic!() };
    assert_eq!(
        api.reply(&outcome).body(),
        r#"{"error_code":"APP.0001","error_msg":"应用不存在"}"#.as_bytes()
    );
    let busy = api.busy(&request);
    let told = r#"{"error_code":"COM.0002","error_msg":"系统繁忙,请稍后重试"}"#;
    assert_eq!((busy.status(), busy.body()), (500, told.as_bytes()));
}

fn payload(id_token: &str) -> Value {
    let payload = id_token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[test]
fn identity_stands_at_top_level_or_in_one_claim() {
    let mut world = World::new();
    world.account("mona").enrolled = authflow::factor::FactorSet::EMPTY;
    let top_level = payload(world.login("mona").text("id_token"));
    assert_eq!((&top_level["name"], &top_level["api"]), (&json!("MONA"), &Value::Null));

    let mut applications = Setup::default().applications();
    applications.iter_mut().for_each(|application| application.identity = IdentityPlace::Api);
    let config = Config::new(demo::issuer(), demo::ring(), Applications::Fixed(applications));
    world.api = Api::new(Engine::new(config).unwrap());
    let granted = world.login("mona");
    let in_api = payload(granted.text("id_token"));
    assert_eq!(in_api["name"], Value::Null);
    let api: Value = serde_json::from_str(in_api["api"].as_str().unwrap()).unwrap();
    let identity = json!({
        "id": "id-mona", "userName": "mona", "name": "MONA", "mobile": demo::MOBILE, "email": demo::EMAIL,
    });
    assert_eq!(api, identity);
    assert_eq!(world.check_exist(granted.text("id_token")).status, 200, "and it is a bearer all the same");
}

fn outside() -> World {
    let key = |id, algorithm| OutsideKey::new(id, algorithm).unwrap();
    let signing = IdTokenSigning::Outside(OutsideKeys::new(key("rsa-1", SignatureAlgorithm::Rs256)));
    World::with_setup(Setup { signing, ..Setup::new(demo::policy()) })
}

#[test]
fn an_id_token_signed_outside_is_written_and_judged_here() {
    let mut world = outside();
    let granted = world.login("alice");
    assert_eq!(world.host.asked.last(), Some(&"SignBytes"), "after the write");
    let id_token = granted.text("id_token").to_string();
    let header = id_token.split('.').next().unwrap();
    let header: Value = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    assert_eq!(header, json!({ "alg": "RS256", "kid": "rsa-1", "typ": "JWT" }));
    assert_eq!(payload(&id_token)["sub"], "id-alice");
    assert_eq!(world.check_exist(&id_token).status, 200);
    assert_eq!(world.host.asked, ["VerifyBytes", "CheckSession", "FindAccount"]);
    // The token expires to the second, whoever signed it.
    world.clock.now = START.plus_seconds(7_200);
    assert_eq!(world.check_exist(&id_token).status, 400);
    assert_eq!(world.host.asked, ["VerifyBytes"]);
}

#[test]
fn a_bearer_that_the_host_cannot_verify_now_is_not_refused() {
    let mut world = outside();
    let id_token = world.login("alice").text("id_token").to_string();
    world.host.fault = Some(HostFault::Unavailable("VerifyBytes"));
    assert_eq!(world.check_exist(&id_token).status, 500);
    assert_eq!(world.host.asked, ["VerifyBytes"]);
    world.host.fault = None;
    assert_eq!(world.check_exist(&id_token).status, 200);
}

#[test]
fn what_the_host_finds_no_good_signature_on_is_forged() {
    let mut world = outside();
    let id_token = world.login("alice").text("id_token").to_string();
    let (signed, _) = id_token.rsplit_once('.').unwrap();
    let forged = format!("{signed}.AAAA");
    assert_eq!(
        world.check_exist(&forged).parts(),
        refusal("IDAAS.SDK.PARAM.0016", "IdToken is invalid or expired")
    );
    let Some(Event::TokenRefused { reason, .. }) = world.outcome.as_ref().unwrap().events.last() else {
        panic!()
    };
    assert_eq!(*reason, TokenRefusal::Token(TokenError::Forged));
    assert_eq!(world.host.asked, ["VerifyBytes"], "nothing in it was believed");
}

/// A relying party may hold the application's own key. It no longer counts once the keys are outside.
#[test]
fn a_token_under_the_applications_key_is_none_where_the_keys_are_outside() {
    let here = World::new().login("alice").text("id_token").to_string();
    let mut world = outside();
    world.login("alice");
    assert_eq!(world.check_exist(&here).status, 400);
    assert!(world.host.asked.is_empty(), "the host is not even asked");
}

#[test]
fn a_host_without_the_key_is_busy_and_its_log_says_why() {
    let mut world = outside();
    world.host.fault = Some(HostFault::Unavailable("SignBytes"));
    assert_eq!(world.login("alice").status, 500);
    let signs_with = |world: &mut World, signature: Option<Vec<u8>>| -> Outcome {
        let step = world.begin(&Call::login("alice", PASSWORD));
        let ask = world.until::<SignBytes>(step);
        world.run(ask.answer(signature))
    };
    world.host.fault = None;
    for signature in [None, Some(Vec::new()), Some(vec![0; 1025])] {
        let outcome = signs_with(&mut world, signature);
        assert!(matches!(outcome.verdict, Verdict::Busy));
        assert_eq!(outcome.events.last(), Some(&Event::Contradiction { question: "SignBytes" }));
    }
}

#[test]
fn every_outcome_says_what_may_follow() {
    let mut world = World::new();
    let allowed = |world: &World| -> Vec<String> {
        world.outcome.as_ref().unwrap().verdict.allowed().map(|call| call.to_string()).collect()
    };
    world.login("erin");
    assert_eq!(allowed(&world), ["skip", "change the password"]);
    let Verdict::Pending(pending) = &world.outcome.as_ref().unwrap().verdict else { panic!() };
    assert_eq!((pending.wait.days_left(), pending.wait.skips_left()), (Some(5), 3));
    world.login("victor");
    assert_eq!(allowed(&world), ["change the password"]);
    world.login("mona");
    assert_eq!(allowed(&world), ["prove sms", "prove email"]);
    world.login("alice");
    assert_eq!(allowed(&world), [""; 0]);
}
