//! A password that is known to be breached may prove its own change only if there is nothing else to prove with.

use super::{ALICES, BY_MOBILE, CHANGE, NEW, SMS, ask, done, id_token, refused_password, world};
use authflow::{
    Dialect,
    account::Account,
    factor::{Factor, FactorSet},
    outcome::{Event, NewPasswordRefusal},
    password::MustChange,
    policy::{Policy, SecondFactor},
    testkit::{
        Answer, Call, Setup, World,
        demo::{self, PASSWORD},
    },
};
use serde_json::json;

fn breach(account: &mut Account) {
    account.password.as_mut().unwrap().must_change = Some(MustChange::Breached);
}

/// Signs in with the breached password, and returns the state token.
fn pending(world: &mut World, name: &str, status: &str) -> String {
    let pending = world.login(name);
    assert_eq!(pending.text("status"), status);
    pending.state_token().to_owned()
}

fn events(world: &World) -> &[Event] {
    &world.outcome.as_ref().unwrap().events
}

fn is_refused(world: &World, answer: &Answer) {
    assert_eq!(answer.parts(), refused_password());
    let [Event::NewPasswordRefused { reason: NewPasswordRefusal::BreachedProof, .. }] = events(world) else {
        panic!("{:?}", events(world))
    };
    assert!(!world.host.asked.contains(&"ReserveAttempt"), "no guess is counted");
}

#[test]
fn a_code_changes_it_and_itself_does_not() {
    let mut world = world(Dialect::Ciam);
    world.change("alice", breach);
    let token = pending(&mut world, "alice", "PASSWORD_EXPIRED");
    let refused = world.update(&token, PASSWORD, NEW);
    is_refused(&world, &refused);
    assert!(world.host.claims.is_empty(), "and the token is not spent");
    done(&world.send(&Call::post(SMS, &json!({ "type": "CHANGE_PWD_SMS" })).pending(&token)));
    let body = json!({ "verify_code": world.code(), "new_password": NEW });
    let path = "/api/v2/sdk/after-login/pwd/update-by-mobile";
    assert_eq!(world.send(&Call::post(path, &body).pending(&token)).text("status"), "SUCCESS");
    let told = events(&world).iter().any(|event| matches!(event, Event::BreachedPasswordSufficed { .. }));
    assert!(!told && world.account("alice").password.as_ref().unwrap().must_change.is_none());
}

#[test]
fn a_reset_changes_it() {
    let mut world = world(Dialect::Eiam);
    world.change("alice", breach);
    let code = ask(&mut world, "FORGET_PWD_SMS");
    let body = json!({ "mobile": ALICES, "verify_code": code, "password": NEW });
    done(&world.send(&Call::post(BY_MOBILE, &body)));
}

/// tom has proved another factor on the way, so the old password may prove the rest.
#[test]
fn whoever_has_proved_another_factor_may_use_it() {
    let mut world = World::new();
    world.change("tom", breach);
    let token = pending(&mut world, "tom", "MFA_AUTH");
    let code = world.totp("tom", 0);
    let proved = world.send(&Call::prove_totp(&token, &code));
    assert_eq!(proved.text("status"), "PASSWORD_EXPIRED");
    assert_eq!(world.update(proved.state_token(), PASSWORD, NEW).text("status"), "SUCCESS");
    assert!(!events(&world).iter().any(|event| matches!(event, Event::BreachedPasswordSufficed { .. })));
}

/// tom has nothing else but an authenticator. It is asked for, even if no second factor is required.
#[test]
fn an_authenticator_is_asked_for_even_where_no_second_factor_is() {
    let mut world = World::with_policy(Policy { second_factor: SecondFactor::Off, ..demo::policy() });
    assert_eq!(world.login("tom").text("status"), "SUCCESS");
    world.change("tom", breach);
    let token = pending(&mut world, "tom", "MFA_AUTH");
    assert_eq!(world.update(&token, PASSWORD, NEW).status, 400);
    let code = world.totp("tom", 0);
    let proved = world.send(&Call::prove_totp(&token, &code));
    assert_eq!(proved.text("status"), "PASSWORD_EXPIRED");
    assert_eq!(world.update(proved.state_token(), PASSWORD, NEW).text("status"), "SUCCESS");
}

/// The account has no other factor. An event tells the host that anybody with the password could have changed it.
#[test]
fn where_there_is_nothing_else_it_is_taken_and_told_of() {
    let mut world = World::new();
    world.change("alice", breach);
    let token = pending(&mut world, "alice", "PASSWORD_EXPIRED");
    assert_eq!(world.update(&token, PASSWORD, NEW).text("status"), "SUCCESS");
    assert!(
        matches!(
            events(&world),
            [
                Event::BreachedPasswordSufficed { .. },
                Event::PasswordChanged { .. },
                Event::LinksEnded { .. },
                Event::SignedIn { .. }
            ]
        ),
        "{:?}",
        events(&world)
    );
}

/// A host that marks the password without a new revision leaves its sessions. They may not change the password with it
/// either.
#[test]
fn a_session_of_the_breached_password_changes_nothing_with_it() {
    let change = |world: &mut World, mine: &str| {
        let body = json!({ "old_password": PASSWORD, "new_password": NEW });
        world.send(&Call::post(CHANGE, &body).bearing(mine))
    };
    let mut world = world(Dialect::Ciam);
    let mine = id_token(&mut world, "alice");
    breach(world.account("alice"));
    let refused = change(&mut world, &mine);
    is_refused(&world, &refused);
    let code = ask(&mut world, "UPDATE_PWD_SMS");
    let body = json!({ "verify_code": code, "password": NEW });
    done(&world.send(&Call::post(BY_MOBILE, &body).bearing(&mine)));

    let mut world = World::new();
    let mine = id_token(&mut world, "alice");
    breach(world.account("alice"));
    done(&change(&mut world, &mine));
    assert!(
        matches!(
            events(&world),
            [Event::BreachedPasswordSufficed { .. }, Event::LinksEnded { .. }, Event::PasswordChanged { .. }]
        ),
        "{:?}",
        events(&world)
    );
}

/// The sign-in is by a code to a second factor alone, because the application asks for no more. The old password must
/// still be presented.
#[test]
fn a_login_that_has_not_proved_the_password_changes_it_by_no_second_factor() {
    let policy = Policy { second_factor: SecondFactor::Off, ..demo::policy() };
    for (enrolled, status) in [(FactorSet::EMPTY, 200), (FactorSet::EMPTY.with(Factor::Sms), 400)] {
        let mut world = World::with_setup(Setup::new(policy));
        world.change("mona", |mona| {
            mona.password.as_mut().unwrap().must_change = Some(MustChange::AdministratorReset);
            mona.enrolled = enrolled;
        });
        done(&world.send(&Call::post(SMS, &json!({ "mobile": demo::MOBILE, "type": "LOGIN_SMS" }))));
        let body = json!({ "mobile": demo::MOBILE, "verify_code": world.code() });
        let expired = world.send(&Call::post("/api/v2/sdk/login/mobile-verify-code", &body));
        assert_eq!(expired.text("status"), "PASSWORD_EXPIRED");
        let token = expired.state_token().to_owned();
        world.clock.pass(60);
        for path in [SMS, "/api/v2/sdk/email/send"] {
            let of_type = if path == SMS { "CHANGE_PWD_SMS" } else { "CHANGE_PWD_EMS" };
            let sent = world.send(&Call::post(path, &json!({ "type": of_type })).pending(&token));
            assert_eq!(sent.status, status, "{of_type}");
        }
        let by_mail = json!({ "verify_code": "000000", "new_password": NEW });
        let path = "/api/v2/sdk/after-login/pwd/update-by-email";
        assert_eq!(world.send(&Call::post(path, &by_mail).pending(&token)).status, 400);
        let is_judged = world.host.asked.contains(&"LoadCode");
        assert_eq!(is_judged, status == 200, "a guess is counted only where a code could be right");
        assert_eq!(world.update(&token, PASSWORD, NEW).text("status"), "SUCCESS", "the old one does");
    }
}
