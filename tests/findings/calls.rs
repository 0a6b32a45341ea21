//! Worlds, and the calls made in them, which the tests share.

use authflow::{
    Application, Applications, ClientId, Config, Dialect, Engine,
    contact::Mobile,
    outcome::{Event, ProofRefusal},
    policy::Policy,
    sdk::Api,
    testkit::{Answer, Call, MemoryHost, Setup, World, demo},
};
use serde_json::json;

pub(crate) const SMS: &str = "/api/v2/sdk/sms/send";
pub(crate) const MAIL: &str = "/api/v2/sdk/email/send";
pub(crate) const SIGN_IN_BY_SMS: &str = "/api/v2/sdk/login/mobile-verify-code";
pub(crate) const PROVE_SMS: &str = "/api/v2/sdk/mfa/sms";
pub(crate) const PROVE_MAIL: &str = "/api/v2/sdk/mfa/email";
pub(crate) const CHANGE: &str = "/api/v2/sdk/pwd/change";
pub(crate) const BY_MOBILE: &str = "/api/v2/sdk/pwd/update-by-mobile";
pub(crate) const WITHIN_A_LOGIN: &str = "/api/v2/sdk/after-login/pwd/update-by-mobile";

/// A new password.
pub(crate) const NEW: &str = "Battery-Staple-8";
/// alice's mobile, in these tests.
pub(crate) const ALICE: &str = "+86-13800000004";
/// nora's mobile. She has no password.
pub(crate) const NORA: &str = "+86-13800000001";
/// Another application of the demo's tenant.
pub(crate) const SIBLING: &str = "AnotherApplicationOfTheTenant000";

/// The setup of a test, which must work today and later. Its message differs from the message of the test.
#[track_caller]
pub(crate) fn works(answer: Answer) -> Answer {
    assert_eq!(answer.status, 200, "the setup of this test does not work: {answer:?}");
    answer
}

/// The demo in a dialect. alice has a mobile, which is not her second factor.
pub(crate) fn world_of(dialect: Dialect) -> World {
    world_with(Setup { dialect, ..Setup::new(demo::policy()) })
}

/// The demo with another setup.
pub(crate) fn world_with(setup: Setup) -> World {
    let mut world = World::with_setup(setup);
    world.account("alice").mobile = Mobile::new(ALICE).ok();
    world
}

/// Two applications of one tenant: the demo's with its policy, and a [`SIBLING`] with this policy.
pub(crate) fn world_with_sibling(dialect: Dialect, of_sibling: Policy) -> World {
    let application = |id, policy| {
        let isv = Application::isv(ClientId::new(id).unwrap(), [demo::tenant()]);
        Application { policy, dialect, ..isv }
    };
    let applications = vec![application(demo::ISV, demo::policy()), application(SIBLING, of_sibling)];
    let fixed = Applications::Fixed(applications.clone());
    let mut config = Config::new(demo::issuer(), demo::ring(), fixed);
    config.dialect = dialect;
    let host = MemoryHost { applications, ..MemoryHost::demo() };
    World::of(Api::new(Engine::new(config).unwrap()), host)
}

/// The call, made at the sibling.
pub(crate) fn at_sibling(call: Call) -> Call {
    call.with_header("X-client-id", SIBLING)
}

/// Asks for a code outside a login.
pub(crate) fn ask(mobile: &str, of_type: &str) -> Call {
    Call::post(SMS, &json!({ "mobile": mobile, "type": of_type }))
}

/// Asks for a code within a login.
pub(crate) fn ask_within(state_token: &str, of_type: &str) -> Call {
    Call::post(SMS, &json!({ "type": of_type })).pending(state_token)
}

/// Asks for a code that is really sent, and gives it.
#[track_caller]
pub(crate) fn sent(world: &mut World, call: &Call) -> String {
    let messages = world.host.outbox.len();
    works(world.send(call));
    let in_earnest = world.host.outbox.iter().skip(messages).any(|message| !message.decoy);
    assert!(in_earnest, "the setup of this test does not work: no code was sent");
    world.code()
}

/// The latest code, which may be a decoy's: the most that an attacker has.
pub(crate) fn latest_code(world: &World) -> String {
    world.host.outbox.last().map_or("000000", |message| message.code.expose()).into()
}

/// Six digits that are not this code.
pub(crate) fn other_than(code: &str) -> &'static str {
    if code == "000000" { "111111" } else { "000000" }
}

pub(crate) fn sign_in_by_sms(mobile: &str, code: &str) -> Call {
    Call::post(SIGN_IN_BY_SMS, &json!({ "mobile": mobile, "verify_code": code }))
}

pub(crate) fn prove_sms(state_token: &str, code: &str) -> Call {
    Call::post(PROVE_SMS, &json!({ "verify_code": code })).pending(state_token)
}

/// A new password instead of a forgotten one (EIAM, OneAccess).
pub(crate) fn reset(mobile: &str, code: &str) -> Call {
    Call::post(BY_MOBILE, &json!({ "mobile": mobile, "verify_code": code, "password": NEW }))
}

/// A new password of a signed-in subject, by a code (CIAM).
pub(crate) fn update_by_code(id_token: &str, code: &str) -> Call {
    Call::post(BY_MOBILE, &json!({ "verify_code": code, "password": NEW })).bearing(id_token)
}

/// Signs in as mona, with both factors.
#[track_caller]
pub(crate) fn mona(world: &mut World) -> Answer {
    let state_token = works(world.login("mona")).state_token().to_owned();
    let code = sent(world, &ask_within(&state_token, "MFA_AUTH_SMS"));
    works(world.send(&prove_sms(&state_token, &code)))
}

/// Signs in as nora, who has a mobile and nothing else.
#[track_caller]
pub(crate) fn nora(world: &mut World) -> Answer {
    let code = sent(world, &ask(NORA, "LOGIN_SMS"));
    works(world.send(&sign_in_by_sms(NORA, &code)))
}

/// The password of an account, which a host in memory keeps in clear.
#[track_caller]
pub(crate) fn password_of(world: &mut World, user_name: &str) -> Option<String> {
    world.account(user_name).password.as_ref().map(|password| password.verifier.expose().to_owned())
}

/// Whether the latest request was a guess that was judged and refused. A guess that is refused because none was left does
/// not count.
pub(crate) fn was_judged(world: &World) -> bool {
    let events = world.outcome.iter().flat_map(|outcome| &outcome.events);
    events
        .into_iter()
        .any(|event| matches!(event, Event::ProofRefused { reason, .. } if *reason != ProofRefusal::Locked))
}
