//! A second factor can be replaced only with its own proof, and nothing can be replaced by second factors alone.

use super::{NEW, SMS, asked, done, events, number, replace, send, sign_in_again, world};
use authflow::testkit::{Answer, Call, Setup, World, demo, refusal};
use authflow::{
    account::AccountStatus,
    contact::{Channel, Recipient},
    factor::{Factor, FactorSet},
    flow::NoNewContact,
    guess::AttemptSlot,
    outcome::{Event, Fault, Verdict},
    policy::{Policy, SecondFactor},
};
use serde_json::json;

/// Signs mona in. Her number and her address are her second factors, and she proves one of them.
pub(super) fn mona(world: &mut World, channel: Channel) -> Answer {
    let token = world.login("mona").state_token().to_owned();
    let (path, of_type) = match channel {
        Channel::Sms => ("sms", "MFA_AUTH_SMS"),
        Channel::Email => ("email", "MFA_AUTH_EMS"),
    };
    let call = Call::post(&format!("/api/v2/sdk/{path}/send"), &json!({ "type": of_type }));
    done(&world.send(&call.pending(&token)));
    let body = json!({ "verify_code": world.code() });
    let answer = world.send(&Call::post(&format!("/api/v2/sdk/mfa/{path}"), &body).pending(&token));
    assert_eq!(answer.text("status"), "SUCCESS");
    answer
}

#[test]
fn a_second_factor_moves_with_its_own_proof_alone() {
    let mut world = world();
    let by_mail = mona(&mut world, Channel::Email);
    let wanted = refusal("IDAAS.SDK.USER.0101", "Please sign in again with the second factor SMS");
    assert_eq!(world.send(&send(NEW, by_mail.id_token())).parts(), wanted, "no code is sent");
    assert_eq!(world.host.asked, ["CheckSession", "FindAccount", "DecideAccess"]);
    let unproved = NoNewContact::Unproved(Factor::Sms);
    assert!(matches!(events(&world), [Event::ContactRefused { reason, .. }] if *reason == unproved));

    world.clock.pass(60);
    let by_sms = mona(&mut world, Channel::Sms);
    let code = asked(&mut world, NEW, by_sms.id_token());
    assert_eq!(world.send(&replace(NEW, &code, by_mail.id_token())).parts(), wanted, "nor is one taken");
    world.clock.pass(60);
    let by_sms = mona(&mut world, Channel::Sms);
    done(&world.send(&replace(NEW, &code, by_sms.id_token())));
    let after = world.account("mona").clone();
    assert_eq!(after.mobile, Some(number(NEW)));
    assert!(after.enrolled.contains(Factor::Sms), "it is her second factor now");
    assert_eq!(world.check_exist(by_sms.id_token()).status, 200);
    assert_eq!(world.check_exist(by_mail.id_token()).status, 400);
}

/// If no second factor is asked for, a password alone signs in, but it moves no second factor.
#[test]
fn a_password_alone_moves_no_second_factor_and_sets_none_that_is_gone() {
    let policy = Policy { second_factor: SecondFactor::Off, ..demo::policy() };
    for is_gone in [false, true] {
        let mut world = World::with_setup(Setup::new(policy));
        if is_gone {
            world.account("mona").mobile = None;
        }
        let mine = world.login("mona");
        assert_eq!(mine.text("status"), "SUCCESS");
        assert_eq!(world.send(&send(NEW, mine.id_token())).status, 400, "{is_gone}");
        assert!(matches!(
            world.outcome.as_ref().unwrap().verdict,
            Verdict::Refused(Fault::FactorUnproved(Factor::Sms))
        ));
        assert!(world.host.outbox.is_empty());
    }
}

/// If no second factor is asked for, a thief who has only mona's phone signs in by it. With a new address the thief could reset her
/// password.
#[test]
fn second_factors_alone_replace_nothing() {
    let policy = Policy { second_factor: SecondFactor::Off, ..demo::policy() };
    let mut world = World::with_setup(Setup::new(policy));
    world.account("mona").enrolled = FactorSet::EMPTY.with(Factor::Sms);
    let mobile = "+86-13800000000";
    done(&world.send(&Call::post(SMS, &json!({ "mobile": mobile, "type": "LOGIN_SMS" }))));
    let body = json!({ "mobile": mobile, "verify_code": world.code() });
    let mine = world.send(&Call::post("/api/v2/sdk/login/mobile-verify-code", &body));
    assert_eq!(mine.text("status"), "SUCCESS");
    assert_eq!(world.send(&send(NEW, mine.id_token())).parts(), sign_in_again(), "nor itself");
    let engine = world.api.engine().clone();
    let caller = authflow::device::Caller::from_headers(&demo::device()).unwrap();
    let presented = authflow::PresentedToken::Bearer(authflow::token::Untrusted::new(mine.id_token()));
    let (contact, moment) = (Recipient::new(Channel::Email, "thief@example.com").unwrap(), world.moment());
    let request = authflow::ContactCodeRequest { contact, captcha_token: None };
    let outcome = world.run(engine.send_contact_code(caller, presented, request, moment));
    assert!(matches!(outcome.verdict, Verdict::Refused(Fault::SignInNotRecent)));
    let alone = NoNewContact::SecondFactorsAlone;
    assert!(matches!(outcome.events[..], [Event::ContactRefused { reason, .. }] if reason == alone));
}

/// Codes to a new phone are guessed at and proved in a separate slot. They lock no second factor, and clear no guesses at it.
#[test]
fn its_guesses_are_none_of_the_second_factor() {
    let mut world = world();
    let asker = mona(&mut world, Channel::Sms);
    world.clock.pass(60);
    let code = asked(&mut world, NEW, asker.id_token());
    let mine = mona(&mut world, Channel::Sms);
    let (tenant, id) = (world.account("mona").tenant, world.account("mona").id);
    let own = AttemptSlot::of_known_subject(tenant, id, Factor::Sms);
    let new = AttemptSlot::of_new_contact(tenant, id, Channel::Sms);
    world.clock.pass(60);
    let token = world.login("mona").state_token().to_owned();
    for _ in 0..3 {
        let body = json!({ "verify_code": "000000x" });
        world.send(&Call::post("/api/v2/sdk/mfa/sms", &body).pending(&token));
    }
    let counted = world.host.attempts[&own].clone();
    for _ in 0..3 {
        assert_eq!(world.send(&replace(NEW, "000000x", mine.id_token())).status, 400);
    }
    assert!(world.host.attempts.contains_key(&new));
    done(&world.send(&replace(NEW, &code, mine.id_token())));
    assert_eq!(world.host.attempts[&own], counted);
    assert_eq!(world.account("mona").status, AccountStatus::Active);
}

#[test]
fn five_wrong_guesses_lock_it() {
    let mut world = world();
    let asker = mona(&mut world, Channel::Sms);
    world.clock.pass(60);
    let code = asked(&mut world, NEW, asker.id_token());
    let mine = mona(&mut world, Channel::Sms);
    for _ in 0..5 {
        world.send(&replace(NEW, "000000x", mine.id_token()));
    }
    assert_eq!(world.send(&replace(NEW, &code, mine.id_token())).status, 400);
    assert_eq!(super::reason(&world), authflow::outcome::ProofRefusal::Locked);
    world.clock.pass(60);
    assert_eq!(mona(&mut world, Channel::Email).text("status"), "SUCCESS", "the login is not");
}
