//! The operations called with typed values, by a host with routes of its own.

mod world;

use authflow::{
    ChangeProof, ClientId, Credentials, Engine, PasswordChange, Secret, TenantId, UserName,
    device::{Caller, Device, Language},
    outcome::{Fault, Grant, Pending, Verdict},
    token::{Session, TokenError, Untrusted},
};
use world::{ISV, PASSWORD, START, TENANT, World, audience};

fn caller() -> Caller {
    Caller {
        device: Device::new("Android 10", "156aysdna213sac", "app/1", None).unwrap(),
        client_id: ClientId::new(ISV).unwrap(),
        tenant: Some(TenantId::new(TENANT).unwrap()),
        language: Some(Language::Zh),
    }
}

fn credentials(name: &str, password: &str) -> Credentials {
    Credentials { identifier: UserName::new(name).unwrap().into(), password: Secret::new(password) }
}

fn engine(world: &World) -> Engine {
    world.api.engine().clone()
}

fn warned(world: &mut World) -> Pending {
    let moment = world.moment();
    let step = engine(world).sign_in(caller(), credentials("erin", PASSWORD), moment);
    match world.run(step).verdict {
        Verdict::Pending(pending) => pending,
        other => panic!("{other:?}"),
    }
}

fn granted(verdict: Verdict) -> Grant {
    match verdict {
        Verdict::SignedIn(grant) => grant,
        other => panic!("{other:?}"),
    }
}

#[test]
fn sign_in_skip_and_check() {
    let mut world = World::new();
    let engine = engine(&world);
    let pending = warned(&mut world);
    let moment = world.moment();
    let step = engine.skip_password(caller(), pending.state_token.presented(), moment);
    let grant = granted(world.run(step).verdict);
    assert_eq!(grant.expires_in, 43_200);
    assert!(world.sessions.contains_key(&grant.session));

    let moment = world.moment();
    let step = engine.password_is_set(caller(), grant.id_token.presented(), moment);
    let outcome = world.run(step);
    assert!(matches!(outcome.verdict, Verdict::PasswordPresence { is_set: true }));
    assert_eq!((outcome.facts.audience, outcome.facts.language), (Some(audience()), Language::Zh));
}

#[test]
fn sign_in_and_change() {
    let mut world = World::new();
    let pending = warned(&mut world);
    let change = PasswordChange {
        proof: ChangeProof::OldPassword(Secret::new(PASSWORD)),
        new_password: Secret::new("Battery-Staple-8"),
    };
    let moment = world.moment();
    let step = engine(&world).change_password(caller(), pending.state_token.presented(), change, moment);
    granted(world.run(step).verdict);
}

#[test]
fn an_empty_token_is_missing_and_an_unreadable_one_is_not() {
    let mut world = World::new();
    let engine = engine(&world);
    for (presented, expected) in
        [(Untrusted::new(b""), Fault::IdTokenMissing), (Untrusted::unreadable(), Fault::IdTokenInvalid)]
    {
        let moment = world.moment();
        let step = engine.password_is_set(caller(), presented, moment);
        let Verdict::Refused(fault) = world.run(step).verdict else { panic!() };
        assert_eq!(fault, expected);
    }
}

/// What middleware does with a session token: no question.
#[test]
fn middleware_verifies_a_session_and_its_device() {
    let mut world = World::new();
    let moment = world.moment();
    let step = engine(&world).sign_in(caller(), credentials("alice", PASSWORD), moment);
    let grant = granted(world.run(step).verdict);

    let (engine, audience) = (engine(&world), audience());
    let sessions = engine.ring().sessions().for_application(&audience);
    let text = grant.session_token.expose().to_string();
    let token = sessions.verify(Untrusted::<Session>::new(&text), START).unwrap();
    assert!(caller().device.holds(&token));
    assert!(!Device::new("Android 10", "another", "app/1", None).unwrap().holds(&token));
    let late = START.plus_seconds(43_200);
    assert_eq!(sessions.verify(Untrusted::<Session>::new(&text), late).unwrap_err(), TokenError::Expired);
}
