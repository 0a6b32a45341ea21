//! Every fault of a state token, and the effects that a skip must never have.

use authflow::testkit::{
    Call, Setup, World,
    demo::{self, DAY, ORDINARY, PASSWORD, START, policy},
    invalid_state_token, refusal,
};
use authflow::{
    account::AccountStatus,
    device::{Binding, Bindings},
    outcome::{Event, TokenRefusal},
    password::MustChange,
    policy::Policy,
    token::{Key, KeyRing, TokenError, VerifyWindow},
};

fn reason(world: &World) -> TokenRefusal {
    match world.outcome.as_ref().unwrap().events.last() {
        Some(Event::TokenRefused { reason, .. }) => *reason,
        other => panic!("{other:?}"),
    }
}

/// After this change, a good token is refused, nothing is issued, and nothing is written.
fn refused_after(change: impl FnOnce(&mut World)) -> TokenRefusal {
    let mut world = World::new();
    let warned = world.login("erin");
    change(&mut world);
    assert_eq!(world.skip(warned.state_token()).parts(), invalid_state_token());
    assert!(world.host.sessions.is_empty() && world.host.claims.is_empty());
    assert_eq!(world.account("erin").password.as_ref().map_or(0, |password| password.skips_used), 0);
    reason(&world)
}

#[test]
fn a_second_use_is_refused() {
    let mut world = World::new();
    let warned = world.login("erin");
    assert_eq!(world.skip(warned.state_token()).text("status"), "SUCCESS");
    assert_eq!(world.skip(warned.state_token()).parts(), invalid_state_token());
    assert_eq!(reason(&world), TokenRefusal::Replayed);
    assert_eq!(world.host.sessions.len(), 1);
    assert_eq!(world.account("erin").password.as_ref().unwrap().skips_used, 1);
}

#[test]
fn a_claim_outlives_its_token() {
    let mut world = World::new();
    let warned = world.login("erin");
    world.skip(warned.state_token());
    assert_eq!(world.host.claims.first_key_value().unwrap().1.keep_until, START.plus_seconds(600 + 300));
}

#[test]
fn another_device_application_or_tenant_is_refused() {
    let mut world = World::new();
    let warned = world.login("erin");
    let device = demo::device().with("X-device-fingerprint", "156aysdna213sad");
    assert_eq!(world.send(&Call::skip(warned.state_token()).on(&device)).parts(), invalid_state_token());
    assert!(matches!(reason(&world), TokenRefusal::Device(_)));
    let application = demo::device().with("X-client-id", ORDINARY);
    assert_eq!(world.send(&Call::skip(warned.state_token()).on(&application)).parts(), invalid_state_token());
    assert_eq!(reason(&world), TokenRefusal::Token(TokenError::WrongAudience));
    assert!(world.host.sessions.is_empty());
    // Other traits of the device may change, and the token is still good.
    let updated =
        demo::device().with("X-agent", "new").with("X-operating-sys-version", "new").without("X-device-ip");
    assert_eq!(world.send(&Call::skip(warned.state_token()).on(&updated)).text("status"), "SUCCESS");
}

#[test]
fn another_tenant_of_the_same_application_is_refused() {
    use authflow::{Application, Applications, ClientId, Config, Engine, TenantId, sdk::Api};
    let mut world = World::new();
    let tenants = [demo::TENANT, "other"].map(|tenant| TenantId::new(tenant).unwrap());
    let isv =
        Application { policy: policy(), ..Application::isv(ClientId::new(demo::ISV).unwrap(), tenants) };
    let config = Config::new(demo::issuer(), demo::ring(), Applications::Fixed(vec![isv]));
    world.api = Api::new(Engine::new(config).unwrap());
    let warned = world.login("erin");
    let other = demo::device().with("X-tenant-id", "other");
    assert_eq!(world.send(&Call::skip(warned.state_token()).on(&other)).parts(), invalid_state_token());
    assert_eq!(reason(&world), TokenRefusal::Token(TokenError::WrongAudience));
    assert_eq!(world.skip(warned.state_token()).text("status"), "SUCCESS");
}

#[test]
fn missing_doubled_or_tampered_is_refused() {
    let mut world = World::new();
    let warned = world.login("erin");
    let token = warned.state_token().to_string();
    let answer = world.send(&Call::get("/api/v2/sdk/pwd/skip-update"));
    assert_eq!(answer.parts(), invalid_state_token());
    let twice = demo::device().with("X-state-token", &token).and("x-state-token", &token);
    let answer = world.send(&Call::get("/api/v2/sdk/pwd/skip-update").on(&twice));
    assert_eq!(answer.parts(), invalid_state_token());
    for at in [0, 40, token.len() / 2, token.len() - 1] {
        let mut tampered = token.clone().into_bytes();
        tampered[at] = if tampered[at] == b'A' { b'B' } else { b'A' };
        let tampered = String::from_utf8(tampered).unwrap();
        assert_eq!(world.skip(&tampered).parts(), invalid_state_token(), "{at}");
    }
    assert!(world.host.sessions.is_empty() && world.host.claims.is_empty());
    assert_eq!(world.skip(&token).text("status"), "SUCCESS", "a failed try does not burn the token");
}

#[test]
fn expired_is_refused_to_the_second() {
    let expired = refused_after(|world| world.clock.now = START.plus_seconds(600));
    assert_eq!(expired, TokenRefusal::Token(TokenError::Expired));
    let mut world = World::new();
    let warned = world.login("erin");
    world.clock.now = START.plus_seconds(599);
    assert_eq!(world.skip(warned.state_token()).text("status"), "SUCCESS");
}

#[test]
fn an_account_that_changed_meanwhile_is_refused() {
    for status in [AccountStatus::Disabled, AccountStatus::Locked] {
        let changed = refused_after(|world| world.change("erin", |erin| erin.status = status));
        assert_eq!(changed, TokenRefusal::AccountChanged);
        // The same holds if the host forgot to raise the revision.
        assert_eq!(refused_after(|world| world.account("erin").status = status), TokenRefusal::StepClosed);
    }
    let reset = |world: &mut World| {
        world.account("erin").password.as_mut().unwrap().must_change = Some(MustChange::Breached);
    };
    assert_eq!(refused_after(reset), TokenRefusal::StepClosed);
    assert_eq!(refused_after(|world| world.change("erin", |_| ())), TokenRefusal::AccountChanged);
    assert_eq!(refused_after(|world| world.account("erin").password = None), TokenRefusal::StepClosed);
    assert_eq!(
        refused_after(
            |world| world.account("erin").enrolled = [authflow::factor::Factor::Totp].into_iter().collect()
        ),
        TokenRefusal::StepClosed
    );
    let gone = refused_after(|world| {
        world.account("erin").id = authflow::AccountId::new("someone-else").unwrap();
    });
    assert_eq!(gone, TokenRefusal::AccountGone);
}

/// The password was about to expire at sign-in and has expired for good at the skip.
#[test]
fn a_password_that_expired_meanwhile_is_refused() {
    let mut world = World::new();
    world.account("erin").password.as_mut().unwrap().changed_at = START.minus_seconds(90 * DAY - 30);
    let warned = world.login("erin");
    assert_eq!(warned.text("status"), "PASSWORD_WARN");
    world.clock.now = START.plus_seconds(30);
    assert_eq!(world.skip(warned.state_token()).parts(), invalid_state_token());
    assert_eq!(reason(&world), TokenRefusal::StepClosed);
    assert!(world.host.sessions.is_empty());
}

/// The account changes after the library has looked at it and before the host writes.
#[test]
fn an_account_that_changes_before_the_write_is_refused() {
    for change in [
        (|world| world.change("erin", |erin| erin.status = AccountStatus::Disabled)) as fn(&mut World),
        |world| world.change("erin", |erin| erin.password.as_mut().unwrap().changed_at = START),
    ] {
        let mut world = World::new();
        let warned = world.login("erin");
        let step = world.begin(&Call::skip(warned.state_token()));
        let step = world.until_commit(step);
        change(&mut world);
        let outcome = world.run(step);
        assert_eq!(world.api.reply(&outcome).status(), 400);
        assert!(world.host.sessions.is_empty() && world.host.claims.is_empty());
    }
}

#[test]
fn the_fourth_skip_is_neither_offered_nor_granted() {
    let mut world = World::new();
    for _ in 0..3 {
        let warned = world.login("erin");
        assert_eq!(world.skip(warned.state_token()).text("status"), "SUCCESS");
    }
    assert_eq!(world.login("erin").text("status"), "PASSWORD_EXPIRED");
    assert_eq!(world.host.sessions.len(), 3);
}

#[test]
fn no_interleaving_of_logins_buys_a_fourth_skip() {
    let mut world = World::new();
    let warned: Vec<_> = (0..6).map(|_| world.login("erin")).collect();
    let granted = warned.iter().filter(|warned| world.skip(warned.state_token()).status == 200).count();
    assert_eq!((granted, world.host.sessions.len()), (3, 3));

    // All skips are looked at before the first is written, so the host must guard the budget.
    let mut world = World::new();
    let warned: Vec<_> = (0..6).map(|_| world.login("erin")).collect();
    let mut steps = Vec::new();
    for warned in &warned {
        let step = world.begin(&Call::skip(warned.state_token()));
        let step = world.until_commit(step);
        steps.push(step);
    }
    let replies = steps.into_iter().map(|step| world.run(step)).collect::<Vec<_>>();
    let granted = replies.iter().filter(|outcome| world.api.reply(outcome).status() == 200).count();
    assert_eq!((granted, world.host.sessions.len(), world.host.claims.len()), (3, 3, 3));
}

#[test]
fn a_new_password_has_a_new_budget_and_old_tokens_do_not_see_it() {
    let mut world = World::new();
    let warned = world.login("erin");
    world.change("erin", |erin| {
        let password = erin.password.as_mut().unwrap();
        password.skips_used = 0;
        password.changed_at = START.minus_seconds(80 * DAY);
    });
    assert_eq!(world.skip(warned.state_token()).parts(), invalid_state_token());
    assert_eq!(world.login("erin").text("status"), "PASSWORD_WARN");
}

#[test]
fn bindings_refuse_log_or_ignore() {
    for (binding, expected) in [(Binding::Refuse, 400), (Binding::Log, 200), (Binding::Ignore, 200)] {
        let bindings = Bindings { ip: binding, ..Bindings::default() };
        let mut world = World::with_policy(Policy { bindings, ..policy() });
        let warned = world.login("erin");
        let moved = demo::device().with("X-device-ip", "10.10.10.2");
        assert_eq!(world.send(&Call::skip(warned.state_token()).on(&moved)).status, expected);
        let events = &world.outcome.as_ref().unwrap().events;
        let logged = events.iter().any(|event| matches!(event, Event::DeviceDrifted { .. }));
        assert_eq!(logged, binding == Binding::Log);
    }
}

#[test]
fn a_token_survives_the_rotation_of_keys_until_its_key_retires() {
    let rotated = |until: u64| {
        let window = VerifyWindow { from: START, until: START.plus_seconds(until) };
        KeyRing::new(Key::new("next", authflow::testkit::demo::secret(8)).unwrap())
            .with_verifier(Key::without_id(authflow::testkit::demo::secret(7)).unwrap(), window)
            .unwrap()
    };
    for (until, expected) in [(61, 200), (60, 400)] {
        let mut world = World::new();
        let warned = world.login("erin");
        world.api = Setup::default().api(rotated(until));
        world.clock.now = START.plus_seconds(60);
        let skipped = world.skip(warned.state_token());
        assert_eq!(skipped.status, expected);
        if expected == 200 {
            let refreshed = world.send(&Call::refresh(skipped.session_token()));
            assert_eq!(refreshed.status, 200, "the session is of the device under the key that signs now");
        }
    }
}

#[test]
fn a_state_token_is_no_other_token_and_no_other_token_is_a_state_token() {
    let mut world = World::new();
    let warned = world.login("erin");
    let alice = world.login("alice");
    for token in [alice.text("session_token"), alice.text("id_token")] {
        assert_eq!(world.skip(token).parts(), invalid_state_token());
    }
    let invalid = refusal("IDAAS.SDK.PARAM.0016", "IdToken is invalid or expired");
    for token in [warned.state_token(), alice.text("session_token")] {
        assert_eq!(world.check_exist(token).parts(), invalid);
    }
    assert_eq!(world.send(&Call::login("erin", PASSWORD)).text("status"), "PASSWORD_WARN");
}
