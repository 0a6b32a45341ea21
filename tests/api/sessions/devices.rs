//! The device of a session: which devices may use the session, and which uses are noted.

use super::{invalid, logout, reason, refresh, rotating, session};
use authflow::{
    Credentials, Engine, Lifetime, Secret,
    account::UserName,
    device::{BindingKind, Caller, Device, DeviceBinding, DeviceCookie, DeviceTrait},
    outcome::{Event, Fault, Grant, TokenRefusal, Verdict},
    policy::{Lifetimes, Policy},
    session::{CheckSession, SessionRecord},
    step::{Commit, Write},
    testkit::{
        Answer, Call, Setup, World,
        demo::{self, PASSWORD, START},
        refusal,
    },
    token::{DeviceDigest, Key, KeyId, KeyRing, Untrusted, VerifyWindow},
};

fn record(world: &mut World) -> &mut SessionRecord {
    world.host.sessions.values_mut().next().unwrap()
}

fn elsewhere(call: Call) -> Call {
    call.with_fingerprint("another")
}

fn idle(seconds: u32) -> Policy {
    let limit = Lifetime::from_seconds(seconds).unwrap();
    Policy { lifetimes: Lifetimes::default().with_session_idle(limit).unwrap(), ..demo::policy() }
}

/// A relying party's server gets the id token at sign-in, but cannot use it.
#[test]
fn a_bearer_on_another_device_is_told_what_nonsense_is_told() {
    let mut world = World::with_policy(idle(600));
    let granted = session(&mut world);
    world.clock.pass(300);
    for call in [Call::check_exist, |token: &str| {
        Call::post("/api/v2/sdk/pwd/change", &serde_json::json!({ "new_password": "x" })).bearing(token)
    }] {
        let nonsense = world.send(&elsewhere(call("nonsense")));
        assert_eq!(nonsense.parts(), refusal("IDAAS.SDK.PARAM.0016", "IdToken is invalid or expired"));
        assert_eq!(world.send(&elsewhere(call(granted.id_token()))), nonsense);
        assert_eq!(reason(&world), TokenRefusal::Device(DeviceTrait::Binding));
        assert_eq!(world.host.asked, ["CheckSession"], "as for a session that has ended");
    }
    assert_eq!(record(&mut world).used_at, START, "it does not keep the session alive");
    assert_eq!(world.check_exist(granted.id_token()).status, 200);
    assert_eq!(record(&mut world).used_at, START.plus_seconds(300));
}

/// The device of the record counts, with its kind and its key, whatever is signed into a token.
#[test]
fn every_call_that_opens_a_session_looks_at_the_device_of_its_record() {
    let changes: [fn(&mut DeviceBinding); 5] = [
        |device| device.digest = DeviceDigest::from_bytes([7; 16]),
        |device| device.key = KeyId::new("gone").ok(),
        |device| device.kind = BindingKind::Cookie,
        |device| device.kind = BindingKind::Unbound,
        |device| device.kind = BindingKind::KeyThumbprint,
    ];
    for change in changes {
        let mut world = rotating();
        let granted = session(&mut world);
        let issued = world.send(&Call::issue_ticket(granted.session_token()));
        change(&mut record(&mut world).device);
        for call in [
            Call::check_exist(granted.id_token()),
            Call::refresh(granted.session_token()),
            Call::issue_ticket(granted.session_token()),
            Call::redeem_ticket(issued.text("sso_ticket")),
        ] {
            assert_eq!(world.send(&call).status, 400, "{}", call.path);
            assert_eq!(reason(&world), TokenRefusal::Device(DeviceTrait::Binding), "{}", call.path);
            let [.., last] = world.host.asked[..] else { panic!() };
            assert_eq!(last, "CheckSession", "{}", call.path);
        }
        assert!(world.host.ended.is_empty() && world.host.claims.is_empty());
    }
}

/// The device is judged before the generation. Otherwise a stranger could end a session with a token that was rotated
/// away.
#[test]
fn an_old_token_of_another_device_ends_nothing() {
    let mut world = rotating();
    let first = session(&mut world).session_token().to_owned();
    let second = refresh(&mut world, &first).session_token().to_owned();
    record(&mut world).device.digest = DeviceDigest::from_bytes([7; 16]);
    assert_eq!(refresh(&mut world, &first).parts(), invalid());
    assert_eq!((world.host.ended.len(), refresh(&mut world, &second).status), (0, 400));
}

fn at_rotation(verifies_until: u64) -> [KeyRing; 2] {
    let key = |id, number| Key::new(id, demo::secret(number)).unwrap();
    let window = VerifyWindow { from: START, until: START.plus_seconds(verifies_until) };
    let rotated = KeyRing::new(key("new", 2)).with_verifier(key("old", 1), window).unwrap();
    [KeyRing::new(key("old", 1)), rotated]
}

fn key_of(world: &mut World) -> String {
    record(world).device.key.unwrap().as_str().to_owned()
}

#[test]
fn a_session_is_bound_anew_under_the_key_that_signs_by_a_use_and_by_a_rotation() {
    for policy in [demo::policy(), idle(600), Policy { rotate_session_tokens: true, ..demo::policy() }] {
        let setup = Setup::new(policy);
        let [old, rotated] = at_rotation(1000);
        let mut world = World::of(setup.api(old), World::with_setup(setup.clone()).host);
        let granted = session(&mut world);
        assert_eq!(key_of(&mut world), "old");
        world.api = setup.api(rotated);
        world.clock.pass(500);
        let refreshed = refresh(&mut world, granted.session_token());
        assert_eq!(key_of(&mut world), "new");
        world.clock.pass(500);
        // The old key is gone, and so are the tokens that it signed. The session is still there.
        assert_eq!(refresh(&mut world, granted.session_token()).status, 400);
        assert_eq!(refresh(&mut world, refreshed.session_token()).status, 200);
        assert_eq!(world.check_exist(refreshed.id_token()).status, 200);
    }
}

/// Its tokens under the new key are good, but no device matches its record any more.
#[test]
fn a_session_whose_key_is_gone_is_over() {
    let setup = Setup::new(demo::policy());
    let [old, rotated] = at_rotation(1000);
    let mut world = World::of(setup.api(old), World::with_setup(setup.clone()).host);
    let granted = session(&mut world);
    let before = *record(&mut world);
    world.api = setup.api(rotated);
    let refreshed = refresh(&mut world, granted.session_token());
    // A host that notes nothing keeps this record.
    *record(&mut world) = before;
    for (later, status) in [(999, 200), (1000, 400)] {
        world.clock.now = START.plus_seconds(later);
        assert_eq!(world.check_exist(refreshed.id_token()).status, status, "{later}");
        *record(&mut world) = before;
    }
}

fn checks(world: &mut World, at: u64, id_token: &str) -> u64 {
    world.clock.now = START.plus_seconds(at);
    assert_eq!(world.check_exist(id_token).status, 200, "{at}");
    record(world).used_at.seconds_since(START)
}

/// Not every read is a write: a use is noted once a twentieth of the limit has passed since the last note.
#[test]
fn a_use_is_noted_once_in_a_twentieth_of_the_idle_limit() {
    let mut world = World::with_policy(idle(600));
    let id_token = session(&mut world).id_token().to_owned();
    for (at, noted) in [(29, 0), (30, 30), (59, 30), (60, 60), (61, 60), (659, 659)] {
        assert_eq!(checks(&mut world, at, &id_token), noted, "{at}");
    }
    // So the session is over a little early, and never late.
    let mut world = World::with_policy(idle(600));
    let id_token = session(&mut world).id_token().to_owned();
    checks(&mut world, 29, &id_token);
    assert_eq!(checks(&mut world.clone(), 599, &id_token), 599);
    world.clock.now = START.plus_seconds(600);
    assert_eq!(world.check_exist(&id_token).status, 400);
}

/// Without a limit there is nothing to note.
#[test]
fn without_an_idle_limit_no_use_is_noted() {
    let mut world = World::new();
    let id_token = session(&mut world).id_token().to_owned();
    assert_eq!(checks(&mut world, 7_000, &id_token), 0);
}

/// Another instance's clock was ahead. The next use corrects the time, and a small difference costs no write.
#[test]
fn a_use_noted_far_ahead_is_noted_again() {
    let mut world = World::with_policy(idle(600));
    let id_token = session(&mut world).id_token().to_owned();
    for (ahead, noted) in [(29, 129), (30, 100), (40_000, 100)] {
        record(&mut world).used_at = START.plus_seconds(100 + ahead);
        assert_eq!(checks(&mut world, 100, &id_token), noted, "{ahead}");
    }
}

/// A token that was rotated away keeps no session alive.
#[test]
fn a_use_by_a_token_that_was_rotated_away_is_not_noted() {
    let mut world = World::with_policy(Policy { rotate_session_tokens: true, ..idle(600) });
    let first = session(&mut world).session_token().to_owned();
    refresh(&mut world, &first);
    world.clock.pass(300);
    let step = world.begin(&Call::refresh(&first));
    drop(world.until::<Commit>(step));
    assert_eq!(record(&mut world).used_at, START);
}

#[test]
fn a_sign_out_takes_the_token_alone() {
    let mut world = rotating();
    let granted = session(&mut world);
    let newer = refresh(&mut world, granted.session_token()).session_token().to_owned();
    // A token of any generation signs out, from any device.
    assert_eq!(world.send(&elsewhere(Call::sign_out(granted.session_token()))).status, 200);
    assert_eq!(refresh(&mut world, &newer).parts(), invalid(), "it has ended");
    assert_eq!(world.check_exist(granted.id_token()).status, 400);

    // The headers must be there, and the token must be one of this application.
    let mut world = World::new();
    let granted = session(&mut world);
    let call = Call::sign_out(granted.session_token());
    let without = world.send(&call.clone().without_header("X-device-fingerprint"));
    assert_eq!(without.text("error_code"), "IDAAS.SDK.PARAM.0001");
    assert_eq!(world.send(&call.clone().with_header("X-client-id", demo::ORDINARY)).parts(), invalid());
    assert_eq!(logout(&mut world, "nonsense").parts(), invalid());
    assert!(world.host.ended.is_empty());
    // A session whose record matches no device any more can be ended too.
    record(&mut world).device.key = None;
    record(&mut world).device.digest = DeviceDigest::from_bytes([7; 16]);
    assert_eq!((world.send(&call).status, world.host.ended.len()), (200, 1));
}

fn caller(device: Device) -> Caller {
    let audience = demo::audience();
    Caller { device, client_id: audience.client_id, tenant: audience.tenant, language: None }
}

fn engine(world: &World) -> Engine {
    world.api.engine().clone()
}

fn sign_in(world: &mut World, device: Device) -> Verdict {
    let identifier = UserName::new("alice").unwrap().into();
    let credentials = Credentials { identifier, password: Secret::new(PASSWORD) };
    let moment = world.moment();
    let step = engine(world).sign_in(caller(device), credentials, moment);
    world.run(step).verdict
}

fn granted(verdict: Verdict) -> Grant {
    match verdict {
        Verdict::SignedIn(grant) => grant,
        other => panic!("{other:?}"),
    }
}

/// Whether, from this device, the bearer of a session may ask something and the holder of its session token may refresh
/// it.
fn may_use(world: &mut World, grant: &Grant, device: Device) -> [bool; 2] {
    let moment = world.moment();
    let step = engine(world).password_is_set(caller(device.clone()), grant.id_token.presented(), moment);
    let asks = matches!(world.run(step).verdict, Verdict::PasswordPresence { .. });
    let moment = world.moment();
    let step = engine(world).refresh_session(caller(device), grant.session_token.presented(), moment);
    [asks, matches!(world.run(step).verdict, Verdict::Refreshed(_))]
}

/// A fingerprint with the text of a cookie, a cookie with the text of a fingerprint, and no binding at all.
#[test]
fn kinds_of_bindings_are_never_confused() {
    let text = "MDEyMzQ1Njc4OWFiY2RlZg";
    let cookie =
        |text| Device::with_cookie(&DeviceCookie::from_text(text).unwrap(), "Mozilla/5.0", None).unwrap();
    let devices = [
        Device::new("Android 10", text, "Mozilla/5.0", None).unwrap(),
        cookie("AAAAAAAAAAAAAAAAAAAAAA"),
        cookie(text),
        Device::unbound("Mozilla/5.0", None).unwrap(),
    ];
    for (at, own) in devices.iter().enumerate() {
        let mut world = World::with_policy(Policy { allows_unbound: true, ..demo::policy() });
        let grant = granted(sign_in(&mut world, own.clone()));
        assert_eq!(record(&mut world).device.kind, own.binding_kind());
        for (other_at, other) in devices.iter().enumerate() {
            assert_eq!(may_use(&mut world, &grant, other.clone()), [at == other_at; 2], "{at} {other_at}");
        }
    }
}

#[test]
fn an_unbound_caller_is_refused_unless_the_policy_allows_it_by_name() {
    let mut world = World::new();
    let moment = world.moment();
    let unbound = caller(Device::unbound("", None).unwrap());
    let step = engine(&world).refresh_session(unbound, Untrusted::new("nonsense"), moment);
    let outcome = world.run(step);
    assert!(matches!(outcome.verdict, Verdict::Refused(Fault::DeviceIncomplete)), "{outcome:?}");
    assert_eq!(outcome.events, [Event::UnboundRefused]);
    let verdict = sign_in(&mut world, Device::unbound("", None).unwrap());
    assert!(matches!(verdict, Verdict::Refused(Fault::DeviceIncomplete)), "{verdict:?}");
    assert!(world.host.asked.is_empty(), "before anything is asked");
    let policy: Policy = serde_json::from_str(r#"{"allows_unbound":true}"#).unwrap();
    let mut world = World::with_policy(policy);
    granted(sign_in(&mut world, Device::unbound("", None).unwrap()));
}

/// The policy has become stricter meanwhile.
#[test]
fn an_unbound_session_is_given_up_whatever_the_policy_says_of_unbound_callers() {
    let mut world = World::with_policy(Policy { allows_unbound: true, ..demo::policy() });
    let unbound = || Device::unbound("", None).unwrap();
    let grant = granted(sign_in(&mut world, unbound()));
    world.api = World::new().api;
    let moment = world.moment();
    let step = engine(&world).sign_out(caller(unbound()), grant.session_token.presented(), moment);
    assert!(matches!(world.run(step).verdict, Verdict::Done));
    assert_eq!(world.host.ended.len(), 1);
}

/// Each browser gets its own cookie, even if two are drawn in one second.
#[test]
fn a_browser_signs_in_with_a_cookie_that_the_engine_draws() {
    let mut world = World::new();
    let engine = engine(&world);
    let [one, other] = [(); 2].map(|()| engine.draw_device_cookie(&world.moment()));
    let device = |cookie: &DeviceCookie| Device::with_cookie(cookie, "Mozilla/5.0", None).unwrap();
    assert_ne!(device(&one), device(&other));
    let grant = granted(sign_in(&mut world, device(&one)));
    // The cookie as it comes back.
    let set = one.set_cookie();
    let value = set.strip_prefix("__Host-device=").unwrap().split(';').next().unwrap();
    let back = device(&DeviceCookie::from_text(value).unwrap());
    assert_eq!(may_use(&mut world, &grant, back), [true; 2]);
    assert_eq!(may_use(&mut world, &grant, device(&other)), [false; 2]);
    let printed = format!("{:?}", device(&one));
    assert!(!printed.contains(value) && printed.contains("Cookie"), "{printed}");
}

/// A rotation writes the device of its session.
#[test]
fn a_rotation_carries_the_device() {
    let mut world = rotating();
    let token = session(&mut world).session_token().to_owned();
    let bound = record(&mut world).device;
    let step = world.begin(&Call::refresh(&token));
    let ask = world.until::<Commit>(step);
    let expected = |write: &Write| matches!(write, Write::RotateSession { device, .. } if *device == bound);
    assert!(ask.writes.iter().any(expected), "{ask:?}");
    let printed = format!("{ask:?}");
    assert!(!printed.contains("156aysdna213sac"), "{printed}");
}

#[test]
fn a_question_prints_neither_the_fingerprint_nor_a_key() {
    let mut world = World::new();
    let granted: Answer = session(&mut world);
    let step = world.begin(&Call::check_exist(granted.id_token()));
    let printed = format!("{:?}", world.until::<CheckSession>(step));
    assert!(!printed.contains("156aysdna213sac") && !printed.contains("MacKey"), "{printed}");
}
