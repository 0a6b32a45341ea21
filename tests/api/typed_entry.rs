//! The operations, called with typed values by a host with its own routes.

use authflow::testkit::{
    World,
    demo::{self, ISV, PASSWORD, START, TENANT, audience},
};
use authflow::{
    Application, Audience, ChangeProof, ClientId, CodeCredentials, CodeRequest, Credentials, Engine,
    FactorResponse, Moment, OwnPasswordChange, PasswordChange, PasswordReset, PresentedToken, Secret,
    TenantCaller, TenantId,
    account::UserName,
    code::CodePurpose,
    contact::{Channel, Recipient},
    device::{Caller, Device, Language},
    outcome::{Fault, Grant, Pending, Verdict},
    policy::{Policy, Recovery},
    step::Step,
    token::{SessionToken, StateToken, TokenError, Untrusted, VerifiedSession},
};

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
    assert!(world.host.sessions.contains_key(&grant.session));

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

/// Middleware asks no question about a session token.
#[test]
fn middleware_verifies_a_session_and_its_device() {
    let mut world = World::new();
    let moment = world.moment();
    let step = engine(&world).sign_in(caller(), credentials("alice", PASSWORD), moment);
    let grant = granted(world.run(step).verdict);

    let audience = audience();
    let verifier = engine(&world).verifier(&Application::new(audience.client_id)).unwrap();
    let text = grant.session_token.expose().to_string();
    let verify = |audience, now| verifier.verify(Untrusted::<SessionToken>::new(&text), audience, now);
    let token = verify(&audience, START).unwrap();
    let VerifiedSession::SelfContained(claimed) = &token else { panic!("{token:?}") };
    assert_eq!(claimed.claims().session, grant.session);
    assert!(verifier.is_held(&token, &caller().device));
    assert!(!verifier.is_held(&token, &Device::new("Android 10", "another", "app/1", None).unwrap()));
    let elsewhere = Audience { client_id: ClientId::new("elsewhere").unwrap(), tenant: None };
    assert_eq!(verify(&elsewhere, START).unwrap_err(), TokenError::WrongAudience);
    let others = engine(&world).verifier(&Application::new(elsewhere.client_id)).unwrap();
    let by_others = others.verify(Untrusted::<SessionToken>::new(&text), &audience, START);
    assert_eq!(by_others.unwrap_err(), TokenError::WrongAudience, "it is of one application");
    let late = START.plus_seconds(43_200);
    assert_eq!(verify(&audience, late).unwrap_err(), TokenError::Expired);
}

/// Middleware takes a verifier along to any thread.
#[test]
fn a_verifier_is_of_its_own() {
    fn of_its_own<T: Clone + Send + Sync + 'static>(_: T) {}
    of_its_own(engine(&World::new()).verifier(&Application::new(audience().client_id)).unwrap());
}

/// The engine gives a relying party its application's keys, one for each key of the ring.
#[test]
fn the_engine_exports_the_keys_of_an_applications_id_tokens() {
    let world = World::new();
    let keys: Vec<_> = engine(&world).export_id_token_keys(&audience()).collect();
    assert!(matches!(&keys[..], [key] if key.window().is_none()));
    let other = Audience { client_id: ClientId::new("elsewhere").unwrap(), tenant: None };
    let others: Vec<_> = engine(&world).export_id_token_keys(&other).collect();
    assert_ne!(keys[0].expose(), others[0].expose());
}

/// Runs one operation.
fn run(world: &mut World, start: impl FnOnce(&Engine, Moment) -> Step) -> Verdict {
    let (engine, moment) = (engine(world), world.moment());
    let step = start(&engine, moment);
    world.run(step).verdict
}

fn request(purpose: CodePurpose, recipient: Option<&str>) -> CodeRequest {
    CodeRequest { purpose, channel: Channel::Sms, recipient: recipient.map(Secret::new), captcha_token: None }
}

#[test]
fn a_second_factor_by_a_code() {
    let mut world = World::new();
    let verdict =
        run(&mut world, |engine, moment| engine.sign_in(caller(), credentials("mona", PASSWORD), moment));
    let Verdict::Pending(pending) = verdict else { panic!() };
    let state_token = || pending.state_token.presented();
    let verdict = run(&mut world, |engine, moment| engine.masked_mobile(caller(), state_token(), moment));
    let Verdict::Contact(Some(masked)) = verdict else { panic!() };
    assert_eq!(masked, "+86-138****0000");
    let verdict = run(&mut world, |engine, moment| {
        engine.send_code(caller(), state_token(), request(CodePurpose::SecondFactor, Some(&masked)), moment)
    });
    assert!(matches!(verdict, Verdict::Done));
    let response =
        FactorResponse::Code { channel: Channel::Sms, recipient: None, code: Secret::new(world.code()) };
    granted(run(&mut world, |engine, moment| engine.prove_factor(caller(), state_token(), response, moment)));
}

#[test]
fn a_sign_in_by_code_a_first_password_and_a_refresh() {
    let mut world = World::new();
    let nora = "+86-13800000001";
    let none = || Untrusted::<StateToken>::new(b"");
    let verdict = run(&mut world, |engine, moment| {
        engine.send_code(caller(), none(), request(CodePurpose::SignIn, Some(nora)), moment)
    });
    assert!(matches!(verdict, Verdict::Done));
    let recipient = Recipient::new(Channel::Sms, nora).unwrap();
    let code = Secret::new(world.code());
    let grant = granted(run(&mut world, |engine, moment| {
        engine.sign_in_with_code(caller(), CodeCredentials { recipient, code }, moment)
    }));
    let change = OwnPasswordChange { old_password: None, new_password: Secret::new("Battery-Staple-8") };
    let verdict = run(&mut world, |engine, moment| {
        engine.change_own_password(
            caller(),
            PresentedToken::Bearer(grant.id_token.presented()),
            change,
            moment,
        )
    });
    assert!(matches!(verdict, Verdict::Done));
    let verdict = run(&mut world, |engine, moment| {
        engine.refresh_session(caller(), grant.session_token.presented(), moment)
    });
    let Verdict::Refreshed(refreshed) = verdict else { panic!() };
    assert_eq!(refreshed.session, grant.session);

    let tenants = || TenantCaller {
        credential: Secret::new(demo::CREDENTIAL),
        device: caller().device,
        language: None,
    };
    let verdict = run(&mut world, |engine, moment| {
        engine.issue_ticket(tenants(), refreshed.session_token.presented(), moment)
    });
    let Verdict::Ticket(issued) = verdict else { panic!() };
    let verdict =
        run(&mut world, |engine, moment| engine.redeem_ticket(tenants(), issued.ticket.presented(), moment));
    let Verdict::Subject(subject) = verdict else { panic!() };
    assert_eq!(subject.mobile.as_deref(), Some(nora));
    let verdict = run(&mut world, |engine, moment| {
        engine.sign_out(caller(), refreshed.session_token.presented(), moment)
    });
    assert!(matches!(verdict, Verdict::Done));
}

/// No call of the family does this: a host with its own routes resets a forgotten password by e-mail.
#[test]
fn a_forgotten_password_by_email() {
    let recovery = [Channel::Email].into_iter().collect();
    let mut world = World::with_policy(Policy { recovery, ..demo::policy() });
    // E-mail resets a password only if it is not the second factor too.
    world.account("mona").enrolled = authflow::factor::FactorSet::EMPTY.with(authflow::factor::Factor::Sms);
    let wish =
        CodeRequest { channel: Channel::Email, ..request(CodePurpose::ForgottenPassword, Some(demo::EMAIL)) };
    let verdict = run(&mut world, |engine, moment| {
        engine.send_code(caller(), Untrusted::<StateToken>::new(b""), wish, moment)
    });
    assert!(matches!(verdict, Verdict::Done));
    let reset = PasswordReset {
        recipient: Recipient::new(Channel::Email, demo::EMAIL).unwrap(),
        code: Secret::new(world.code()),
        new_password: Secret::new("Battery-Staple-8"),
    };
    let verdict = run(&mut world, |engine, moment| engine.reset_password(caller(), reset, moment));
    assert!(matches!(verdict, Verdict::Done));
    let verdict = run(&mut world, |engine, moment| {
        engine.sign_in(caller(), credentials("mona", "Battery-Staple-8"), moment)
    });
    assert!(matches!(verdict, Verdict::Pending(_)), "and the second factor is still asked for");
}

/// A caller of the engine has no dialect to keep to. The policy says by which channels a password is reset.
#[test]
fn no_code_is_sent_and_none_is_taken_where_the_policy_has_no_reset() {
    for (recovery, channel, named) in [
        (Recovery::NONE, Channel::Sms, demo::MOBILE),
        ([Channel::Sms].into_iter().collect(), Channel::Email, demo::EMAIL),
    ] {
        let mut world = World::with_policy(Policy { recovery, ..demo::policy() });
        world.account("mona").enrolled = authflow::factor::FactorSet::EMPTY;
        let wish = CodeRequest { channel, ..request(CodePurpose::ForgottenPassword, Some(named)) };
        let verdict = run(&mut world, |engine, moment| {
            engine.send_code(caller(), Untrusted::<StateToken>::new(b""), wish, moment)
        });
        assert!(matches!(verdict, Verdict::Refused(Fault::RequestMalformed(_))));
        let reset = PasswordReset {
            recipient: Recipient::new(channel, named).unwrap(),
            code: Secret::new("123456"),
            new_password: Secret::new("Battery-Staple-8"),
        };
        let verdict = run(&mut world, |engine, moment| engine.reset_password(caller(), reset, moment));
        assert!(matches!(verdict, Verdict::Refused(Fault::CodeInvalid(_))));
        assert!(
            world.host.asked.is_empty() && world.host.outbox.is_empty(),
            "nothing is looked up or counted"
        );
    }
}
