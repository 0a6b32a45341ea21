//! The refusals that a caller sees: the table of the second seed page, byte for byte in both languages, and the
//! order of the faults.

use authflow::outcome::{Event, TokenRefusal};
use authflow::testkit::{
    Answer, Call, HeaderList, World,
    demo::{self, ORDINARY, START},
    refusal,
};
use serde_json::Value;

/// Code, English and Chinese, as the seed page "Check if Personal Password is Set" prints them.
const SEED_TABLE: [(&str, &str, &str); 6] = [
    ("IDAAS.SDK.PARAM.0001", "Device information is incomplete", "设备信息不完整"),
    ("IDAAS.SDK.PARAM.0002", "clientId cannot be empty", "clientId不能为空"),
    (
        "IDAAS.SDK.PARAM.0003",
        "The app is not registered, please register the app first",
        "应用未注册,请先注册应用",
    ),
    ("IDAAS.SDK.PARAM.0015", "IdToken cannot be empty", "IdToken不能为空"),
    ("IDAAS.SDK.PARAM.0016", "IdToken is invalid or expired", "IdToken无效或已过期"),
    ("IDAAS.SDK.USER.0001", "User not found", "用户未找到"),
];

fn check_exist(world: &mut World, headers: &HeaderList) -> Answer {
    world.send(&Call::get("/api/v2/sdk/pwd/check-exist").on(headers))
}

/// One request for each row of the table, in its order.
fn rows(world: &mut World, headers: &HeaderList) -> [Answer; 6] {
    let alice = world.login("alice").text("id_token").to_string();
    let unknown = {
        let mut guest = demo::account("guest");
        guest.password = world.account("alice").password.clone();
        world.host.accounts.push(guest);
        let token = world.login("guest").text("id_token").to_string();
        world.host.accounts.pop();
        token
    };
    let bearer = |token: &str| format!("Bearer {token}");
    [
        check_exist(world, &headers.clone().without("X-device-fingerprint")),
        check_exist(world, &headers.clone().without("X-client-id")),
        check_exist(world, &headers.clone().with("X-client-id", "unknown")),
        check_exist(world, headers),
        check_exist(world, &headers.clone().with("Authorization", bearer(&alice.replace('.', "-")))),
        check_exist(world, &headers.clone().with("Authorization", bearer(&unknown))),
    ]
}

#[test]
fn the_seeds_table_byte_for_byte_in_both_languages() {
    for (language, chinese) in [("en", false), ("zh", true), ("zh-CN", true), ("fr", false)] {
        let mut world = World::new();
        let answers = rows(&mut world, &demo::device().with("X-L", language));
        for (answer, (code, en, zh)) in answers.iter().zip(SEED_TABLE) {
            let message = if chinese { zh } else { en };
            let expected = format!(r#"{{"error_code":"{code}","error_msg":"{message}"}}"#);
            assert_eq!((answer.status, std::str::from_utf8(&answer.bytes).unwrap()), (400, &*expected));
        }
    }
}

#[test]
fn an_invalid_state_token_in_both_languages() {
    let mut world = World::new();
    for (language, message) in [("en", "Invalid state token"), ("zh", "state_token无效")] {
        let answer = world.send(&Call::skip("nonsense").with_header("X-L", language));
        assert_eq!(answer.parts(), refusal("IDAAS.SDK.PARAM.0014", message));
    }
}

#[test]
fn without_a_language_the_application_chooses_and_before_it_the_engine() {
    use authflow::{Application, Applications, ClientId, Config, Engine, device::Language, sdk::Api};
    let mut world = World::new();
    let zh = Application { language: Language::Zh, ..Application::new(ClientId::new(ORDINARY).unwrap()) };
    let config = Config::new(demo::issuer(), demo::ring(), Applications::Fixed(vec![zh]));
    world.api = Api::new(Engine::new(config).unwrap());
    let headers = demo::device().without("X-L").with("X-client-id", ORDINARY);
    assert_eq!(world.send(&Call::skip("x").on(&headers)).text("error_msg"), "state_token无效");
    let unknown = headers.clone().with("X-client-id", "unknown");
    assert_eq!(world.send(&Call::skip("x").on(&unknown)).text("error_msg"), SEED_TABLE[2].1);

    let mut config = Config::new(demo::issuer(), demo::ring(), Applications::Asked);
    config.language = Language::Zh;
    world.api = Api::new(Engine::new(config).unwrap());
    let engine = world.api.engine();
    assert_eq!((engine.language(), engine.issuer()), (Language::Zh, &demo::issuer()));
    assert_eq!(world.send(&Call::skip("x").on(&unknown)).text("error_msg"), SEED_TABLE[2].2);
    assert_eq!(
        world.send(&Call::skip("x").on(&headers.clone().without("X-agent"))).text("error_msg"),
        SEED_TABLE[0].2
    );
    assert_eq!(world.send(&Call::get("/elsewhere").on(&headers)).text("error_msg"), "接口不存在");
}

/// Everything is wrong at once. Each mended fault shows the next one.
#[test]
fn device_before_client_id_before_application_before_token_before_user() {
    let mut world = World::new();
    let alice = world.login("alice").text("id_token").to_string();
    world.host.accounts.clear();
    let bearer = format!("Bearer {alice}");
    let broken =
        demo::device().with("X-device-ip", "no\u{1}where").with("X-client-id", "\u{1}").with("X-L", "en");
    let mended = [
        broken.clone(),
        broken.clone().without("X-device-ip"),
        broken.clone().without("X-device-ip").with("X-client-id", "unknown"),
        demo::device(),
        demo::device().with("Authorization", "Bearer x"),
        demo::device().with("Authorization", &bearer),
    ];
    for (headers, (code, ..)) in mended.iter().zip(SEED_TABLE) {
        assert_eq!(check_exist(&mut world, headers).text("error_code"), code);
    }
    // The same holds for a call with a body, whose fault comes after the application's too.
    let body_of = |world: &mut World, headers: &HeaderList| {
        world
            .send(&Call::new("POST", "/api/v2/sdk/login").on(headers).with_body(b"nonsense"))
            .text("error_code")
            .to_string()
    };
    assert_eq!(body_of(&mut world, &broken), "IDAAS.SDK.PARAM.0001");
    assert_eq!(body_of(&mut world, &broken.clone().without("X-device-ip")), "IDAAS.SDK.PARAM.0002");
    assert_eq!(body_of(&mut world, &demo::device().with("X-client-id", "unknown")), "IDAAS.SDK.PARAM.0003");
    assert_eq!(body_of(&mut world, &demo::device()), "IDAAS.SDK.PARAM.0101");
    assert!(world.host.asked.is_empty(), "no question for a request that is refused anyway");
}

#[test]
fn an_isv_application_without_a_tenant_it_knows_is_unknown() {
    let mut world = World::new();
    for headers in [demo::device().without("X-tenant-id"), demo::device().with("X-tenant-id", "other")] {
        assert_eq!(
            world.send(&Call::login("alice", demo::PASSWORD).on(&headers)).text("error_code"),
            SEED_TABLE[2].0
        );
    }
}

#[test]
fn a_header_given_twice_is_refused() {
    let mut world = World::new();
    for (name, code) in [
        ("X-operating-sys-version", "0001"),
        ("X-device-fingerprint", "0001"),
        ("X-agent", "0001"),
        ("X-device-ip", "0001"),
        ("X-L", "0001"),
        ("X-tenant-id", "0001"),
        ("X-client-id", "0002"),
        ("Authorization", "0016"),
    ] {
        let headers = demo::device().with("Authorization", "Bearer x");
        let value = headers.text(name).unwrap().to_string();
        let headers = headers.and(&name.to_lowercase(), value);
        assert!(check_exist(&mut world, &headers).text("error_code").ends_with(code), "{name}");
    }
}

/// An id token is refused for each of these reasons, with the same bytes for the client.
#[test]
fn an_id_token_is_refused_for_many_reasons_and_with_one_message() {
    let refused = |change: &dyn Fn(&mut World)| {
        let mut world = World::new();
        let token = world.login("alice").text("id_token").to_string();
        change(&mut world);
        let answer = world.check_exist(&token);
        assert_eq!(answer.parts(), refusal(SEED_TABLE[4].0, SEED_TABLE[4].1));
        match world.outcome.unwrap().events.last() {
            Some(Event::TokenRefused { reason, .. }) => *reason,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        refused(&|world| world.clock.now = START.plus_seconds(7200)),
        TokenRefusal::Token(authflow::token::TokenError::Expired)
    );
    assert_eq!(
        refused(&|world| world.host.ended = world.host.sessions.keys().copied().collect()),
        TokenRefusal::SessionEnded
    );
    assert_eq!(refused(&|world| world.host.sessions.clear()), TokenRefusal::SessionEnded);
    assert_eq!(
        refused(&|world| {
            world.clock.now = START.plus_seconds(31);
            world.account("alice").factors_changed_at = START.plus_seconds(31);
        }),
        TokenRefusal::CredentialsChanged
    );
    assert_eq!(
        refused(&|world| {
            world.clock.now = START.plus_seconds(31);
            world.account("alice").password.as_mut().unwrap().changed_at = START.plus_seconds(31);
        }),
        TokenRefusal::CredentialsChanged
    );
    assert_eq!(
        refused(&|world| world.account("alice").status = authflow::account::AccountStatus::Disabled),
        TokenRefusal::AccountInactive
    );
}

#[test]
fn a_request_of_another_path_or_method_is_not_ours() {
    let mut world = World::new();
    let answer = world.send(&Call::get("/elsewhere"));
    assert_eq!((answer.status, answer.text("error_code")), (404, "IDAAS.SDK.PARAM.0102"));
    assert_eq!(answer.body.as_object().map(serde_json::Map::len), Some(2));
    let answer = world.send(&Call::new("DELETE", "/api/v2/sdk/pwd/skip-update"));
    assert_eq!((answer.status, answer.text("error_code")), (405, "IDAAS.SDK.PARAM.0103"));
    let reply = world.api.reply(world.outcome.as_ref().unwrap());
    assert!(reply.headers().any(|header| header == ("allow", "GET, POST")));
    let answer = world.send(&Call::get("/elsewhere").with_header("X-L", "zh"));
    assert_eq!(answer.body["error_msg"], Value::from("接口不存在"));
}
