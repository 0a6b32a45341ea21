//! A signed-in subject sets a password without the old one only shortly after the sign-in, and by no second factor.

use super::{ALICES, BY_MOBILE, CHANGE, MAIL, NEW, SMS, ask, done, id_token, reason, world, wrong_code};
use authflow::{
    Application, Applications, ClientId, Config, Dialect, Engine,
    contact::{EmailAddress, Mobile},
    factor::{Factor, FactorSet},
    flow::NoRecovery,
    outcome::{Event, Fault, ProofRefusal, Verdict},
    policy::{Policy, SecondFactor},
    sdk::Api,
    testkit::{
        Call, MemoryHost, Setup, World,
        demo::{self, PASSWORD},
        refusal,
    },
};
use serde_json::{Value, json};

const SIBLING: &str = "AnotherApplicationOfTheTenant000";

fn sign_in_again() -> (u16, Value) {
    refusal("IDAAS.SDK.PWD.0103", "Please sign in again first")
}

/// Signs in by a code to the channel of this path, whose owner has no other factor to prove.
fn signed_in_by_code(world: &mut World, path: &str, member: &str, named: &str) -> String {
    let ending = if path == SMS { "SMS" } else { "EMS" };
    done(&world.send(&Call::post(path, &json!({ member: named, "type": format!("LOGIN_{ending}") }))));
    let body = json!({ member: named, "verify_code": world.code() });
    let path = if path == SMS { "mobile" } else { "email" };
    let granted = world.send(&Call::post(&format!("/api/v2/sdk/login/{path}-verify-code"), &body));
    granted.id_token().to_owned()
}

#[test]
fn a_code_changes_it_within_ten_minutes_of_the_sign_in() {
    for (later, is_recent) in [(599, true), (600, false)] {
        let mut world = world(Dialect::Ciam);
        let mine = id_token(&mut world, "alice");
        world.clock.pass(later - 1);
        let code = ask(&mut world, "UPDATE_PWD_SMS");
        world.clock.pass(1);
        let body = json!({ "verify_code": code, "password": NEW });
        let changed = world.send(&Call::post(BY_MOBILE, &body).bearing(&mine));
        if is_recent {
            done(&changed);
        } else {
            assert_eq!(changed.parts(), sign_in_again());
            assert_eq!(
                world.host.asked,
                ["CheckSession", "FindAccount", "DecideAccess"],
                "no guess is counted"
            );
            let events = &world.outcome.as_ref().unwrap().events;
            assert!(matches!(events[..], [Event::SignInNotRecent { .. }]), "{events:?}");
        }
    }
}

/// An instance whose clock is ahead wrote the session, by as much as two clocks may differ. Nobody can have signed in at a time further ahead.
#[test]
fn a_sign_in_far_ahead_is_not_recent() {
    for (ahead, status) in [(30, 200), (31, 400)] {
        let mut world = World::new();
        let mine = signed_in_by_code(&mut world, SMS, "mobile", "+86-13800000001");
        let record = world.host.sessions.values_mut().next().unwrap();
        record.auth_time = record.auth_time.plus_seconds(ahead);
        let set = world.send(&Call::post(CHANGE, &json!({ "new_password": NEW })).bearing(&mine));
        assert_eq!(set.status, status, "{ahead}");
    }
}

/// The channel is alice's second factor. If it set the password too, it would be both factors.
#[test]
fn a_second_factors_channel_changes_nothing_and_is_sent_nothing() {
    let mut world = world(Dialect::Ciam);
    let mine = id_token(&mut world, "alice");
    world.account("alice").enrolled = FactorSet::EMPTY.with(Factor::Sms);
    done(&world.send(&Call::post(SMS, &json!({ "mobile": ALICES, "type": "UPDATE_PWD_SMS" }))));
    let sent = world.host.outbox.last().unwrap().clone();
    assert!(sent.decoy);
    let body = json!({ "verify_code": sent.code.expose(), "password": NEW });
    assert_eq!(world.send(&Call::post(BY_MOBILE, &body).bearing(&mine)).parts(), wrong_code());
    assert_eq!(reason(&world), ProofRefusal::NoRecovery(NoRecovery::SecondFactor));
    assert_eq!(world.host.asked, ["CheckSession", "FindAccount", "DecideAccess"]);
}

/// If no second factor is asked for, a subject signs in by a second factor alone. Such a session sets no password.
#[test]
fn a_session_of_second_factors_alone_sets_no_password() {
    let policy = Policy { second_factor: SecondFactor::Off, ..demo::policy() };
    for (enrolled, refused) in [(Factor::Email, true), (Factor::Sms, true), (Factor::Totp, false)] {
        let mut world = World::with_setup(Setup::new(policy));
        world.account("alice").mobile = Mobile::new(ALICES).ok();
        world.account("alice").email = EmailAddress::new("alice@example.com").ok();
        world.account("alice").enrolled = FactorSet::EMPTY.with(enrolled);
        let by_mail = enrolled != Factor::Sms;
        let (path, member, named) =
            if by_mail { (MAIL, "email", "alice@example.com") } else { (SMS, "mobile", ALICES) };
        let mine = signed_in_by_code(&mut world, path, member, named);
        world.clock.pass(60);
        let code = {
            world.send(&Call::post(SMS, &json!({ "mobile": ALICES, "type": "UPDATE_PWD_SMS" })));
            world.host.outbox.last().unwrap().code.clone()
        };
        let body = json!({ "verify_code": code.expose(), "password": NEW });
        let changed = world.send(&Call::post(BY_MOBILE, &body).bearing(&mine));
        assert_eq!(changed.status == 400, refused, "{enrolled:?}");

        // Such a session sets no first password either.
        let mut world = World::with_setup(Setup::new(policy));
        world.account("alice").mobile = Mobile::new(ALICES).ok();
        world.account("alice").email = EmailAddress::new("alice@example.com").ok();
        world.account("alice").password = None;
        world.account("alice").enrolled = FactorSet::EMPTY.with(enrolled);
        let mine = signed_in_by_code(&mut world, path, member, named);
        let set = world.send(&Call::post(CHANGE, &json!({ "new_password": NEW })).bearing(&mine));
        if refused {
            assert_eq!(set.parts(), sign_in_again());
            let events = &world.outcome.as_ref().unwrap().events;
            let alone = NoRecovery::SecondFactorsAlone;
            assert!(
                matches!(&events[..], [Event::FirstPasswordRefused { reason, .. }] if *reason == alone),
                "{events:?}"
            );
        } else {
            done(&set);
        }
    }
}

/// This holds in all applications of the tenant. Another session may have come in by a channel that is no longer the subject's.
#[test]
fn a_first_password_ends_every_other_session_of_the_account() {
    let application = |id| {
        let isv = Application::isv(ClientId::new(id).unwrap(), [demo::tenant()]);
        Application { policy: demo::policy(), ..isv }
    };
    let applications = vec![application(demo::ISV), application(SIBLING)];
    let fixed = Applications::Fixed(applications.clone());
    let engine = Engine::new(Config::new(demo::issuer(), demo::ring(), fixed)).unwrap();
    let mut world = World::of(Api::new(engine), MemoryHost { applications, ..MemoryHost::demo() });
    let nora = "+86-13800000001";
    let at_sibling = |call: Call| call.with_header("X-client-id", SIBLING);

    let elsewhere = signed_in_by_code(&mut world, SMS, "mobile", nora);
    world.clock.pass(60);
    done(&world.send(&at_sibling(Call::post(SMS, &json!({ "mobile": nora, "type": "LOGIN_SMS" })))));
    let body = json!({ "mobile": nora, "verify_code": world.code() });
    let granted = world.send(&at_sibling(Call::post("/api/v2/sdk/login/mobile-verify-code", &body)));
    let at_another = granted.id_token().to_owned();
    world.clock.pass(60);
    let mine = signed_in_by_code(&mut world, SMS, "mobile", nora);

    done(&world.send(&Call::post(CHANGE, &json!({ "new_password": NEW })).bearing(&mine)));
    assert_eq!(world.check_exist(&mine).status, 200, "the one that set it goes on");
    assert_eq!(world.check_exist(&elsewhere).status, 400);
    assert_eq!(world.send(&at_sibling(Call::check_exist(&at_another))).status, 400);
    assert_eq!((world.host.sessions.len(), world.host.ended.len()), (3, 2), "and have ended for good");
}

/// A proof counts only for the factor that it proved, and from the time at which it was made. The old password proves no second
/// factor, so its change makes none recent. Otherwise a thief with the password and an old session could move the second factor to
/// themselves.
#[test]
fn a_changed_password_makes_no_second_factor_new() {
    let mut world = World::new();
    let token = world.login("mona").state_token().to_owned();
    done(&world.send(&Call::post(SMS, &json!({ "type": "MFA_AUTH_SMS" })).pending(&token)));
    let body = json!({ "verify_code": world.code() });
    let mona = world.send(&Call::post("/api/v2/sdk/mfa/sms", &body).pending(&token));
    let mine = mona.text("id_token").to_owned();
    let both = FactorSet::EMPTY.with(Factor::Password).with(Factor::Sms);
    let record = |world: &World| *world.host.sessions.values().next().unwrap();
    assert_eq!(record(&world).factors, both);

    world.clock.pass(7_000);
    let change = json!({ "old_password": PASSWORD, "new_password": NEW });
    done(&world.send(&Call::post(CHANGE, &change).bearing(&mine)));
    let renewed = record(&world);
    assert_eq!(
        (renewed.auth_time, renewed.factors),
        (world.clock.now, FactorSet::EMPTY.with(Factor::Password))
    );
    let new = json!({ "mobile": "+86-13900000007", "type": "UPDATE_MOBILE_SMS" });
    assert_eq!(world.send(&Call::post(SMS, &new).bearing(&mine)).status, 400);
    assert!(matches!(
        world.outcome.as_ref().unwrap().verdict,
        Verdict::Refused(Fault::FactorUnproved(Factor::Sms))
    ));
    // A server of the tenant, a relying party and a guard learn which factors were proved then.
    assert_eq!(world.check_exist(&mine).status, 200, "the session goes on");
    let caller = authflow::device::Caller::from_headers(&demo::device()).unwrap();
    let token = mona.text("session_token").to_owned();
    let presented = authflow::PresentedToken::Session(authflow::token::Untrusted::new(&token));
    let Verdict::Authenticated(who) = world.authenticate(caller, presented) else { panic!() };
    assert_eq!((who.factors, who.auth_time), (renewed.factors, renewed.auth_time));
}
