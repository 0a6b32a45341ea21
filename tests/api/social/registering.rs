//! An identity without a link, and a subject without an account.

use super::*;
use authflow::{
    Dialect, contact::Channel, outcome::Verdict, policy::SecondFactor, step::Step, testkit::Setup,
};

const NEW: &str = "+86-13899999999";

fn registering() -> Policy {
    let Unassociated::Bind(proofs) = policy().unassociated else { panic!() };
    let registration = Channel::ALL.into_iter().collect();
    Policy { unassociated: Unassociated::BindOrRegister(proofs), registration, ..policy() }
}

fn world() -> World {
    World::with_policy(registering())
}

fn token(world: &mut World, uid: &str) -> String {
    let answer = wechat(world, uid);
    assert_eq!(answer.text("status"), "USER_REGISTER", "{answer:?}");
    assert_eq!(answer.text("data"), r#"{"socialBindOrRegisterFlow":["VERIFY_PHONE","VERIFY_EMAIL"]}"#);
    answer.state_token().to_owned()
}

fn code(world: &mut World, mobile: &str) -> String {
    let ask = json!({ "mobile": mobile, "type": "REGISTER_SMS" });
    assert_eq!(world.send(&Call::post("/api/v2/sdk/sms/send", &ask)).status, 200);
    world.host.outbox.last().unwrap().code.expose().to_owned()
}

fn register(token: &str, mobile: &str, code: &str) -> Call {
    let body = json!({ "mobile": mobile, "verify_code": code });
    Call::post("/api/v2/sdk/social/register-bind", &body).pending(token)
}

fn register_vouched(token: &str, code: &str) -> Call {
    let body = json!({ "wechat_code": code });
    Call::post("/api/v2/sdk/social/wechat-mobile-register-bind", &body).pending(token)
}

#[test]
fn whoever_has_no_account_registers_and_the_identity_is_linked_to_it() {
    let mut world = world();
    let accounts = world.host.accounts.len();
    let token = token(&mut world, "new");
    let code = code(&mut world, NEW);
    assert_eq!(world.send(&register(&token, NEW, &code)).text("status"), "SUCCESS");
    let asked = [
        "FindAccount",
        "ReserveAttempt",
        "LoadCode",
        "JudgeProfile",
        "DecideAccess",
        "DecideAccess",
        "Commit",
    ];
    assert_eq!(world.host.asked, asked);
    assert_eq!(world.host.accounts.len(), accounts + 1);
    let new = world.host.accounts.last().unwrap().clone();
    assert_eq!(new.mobile.unwrap().as_str().replace('-', ""), NEW.replace('-', ""));
    assert_eq!(owner(&world, "new"), Some(new.id.to_string()));
    let record = *world.host.sessions.first_key_value().unwrap().1;
    assert_eq!((record.account, record.factors), (new.id, FactorSet::EMPTY.with(Factor::Sms)));
    let is_linked = |event: &Event| matches!(event, Event::IdentityLinked { .. });
    assert!(events(&world).iter().any(is_linked));
    assert_eq!(wechat(&mut world, "new").text("status"), "SUCCESS");
    // The token and the code are used.
    assert_eq!(world.send(&register(&token, NEW, &code)).status, 400);
    assert_eq!(world.host.accounts.len(), accounts + 1);
}

#[test]
fn a_mobile_that_wechat_vouches_for_registers_too() {
    let mut world = world();
    let token = token(&mut world, "new");
    assert_eq!(world.send(&register_vouched(&token, "t")).text("error_code"), "IDAAS.SDK.SOCIAL.0103");
    vouch(&mut world, MobileSource::Wechat, "t", NEW);
    assert_eq!(world.send(&register_vouched(&token, "t")).text("status"), "SUCCESS");
    let asked = [
        "ReserveAttempt",
        "ExchangeMobileToken",
        "FindAccount",
        "JudgeProfile",
        "DecideAccess",
        "DecideAccess",
        "Commit",
    ];
    assert_eq!(world.host.asked, asked);
    let new = world.host.accounts.last().unwrap().clone();
    assert_eq!(owner(&world, "new"), Some(new.id.to_string()));
}

/// Only the holder of the mobile learns that it is taken, and nothing is linked.
#[test]
fn a_mobile_that_somebody_has_registers_nobody() {
    let mut world = world();
    let token = token(&mut world, "new");
    let wrong = world.send(&register(&token, NORA, "000000"));
    let asked = world.host.asked.clone();
    let unknown = world.send(&register(&token, NEW, "000000"));
    assert_eq!((wrong.parts(), asked), (unknown.parts(), world.host.asked.clone()));
    let code = code(&mut world, NORA);
    assert_eq!(world.send(&register(&token, NORA, &code)).text("error_code"), "IDAAS.SDK.USER.0102");
    vouch(&mut world, MobileSource::Wechat, "t", NORA);
    assert_eq!(world.send(&register_vouched(&token, "t")).text("error_code"), "IDAAS.SDK.USER.0102");
    assert!(owner(&world, "new").is_none() && world.host.sessions.is_empty());
    // The owner of the mobile binds the identity instead.
    world.clock.pass(61);
    let code = code_to(&mut world, NORA);
    assert_eq!(world.send(&by_code(&token, NORA, &code)).text("status"), "SUCCESS");
    assert_eq!(owner(&world, "new").as_deref(), Some("id-nora"));
}

/// Another tab has linked the identity first, so this tab registers nobody.
#[test]
fn an_identity_that_is_linked_meanwhile_registers_nobody() {
    let mut world = world();
    let (one, other) = (token(&mut world, "a"), token(&mut world, "a"));
    assert_eq!(world.send(&by_password(&one, "alice", demo::PASSWORD)).text("status"), "SUCCESS");
    let (accounts, sessions) = (world.host.accounts.len(), world.host.sessions.len());
    let code = code(&mut world, NEW);
    assert_eq!(world.send(&register(&other, NEW, &code)).parts(), invalid_link());
    assert_eq!(token_refusal(&world), TokenRefusal::IdentityTaken);
    vouch(&mut world, MobileSource::Wechat, "t", NEW);
    assert_eq!(world.send(&register_vouched(&other, "t")).parts(), invalid_link());
    assert_eq!((world.host.accounts.len(), world.host.sessions.len()), (accounts, sessions));
    assert_eq!(owner(&world, "a").as_deref(), Some("id-alice"));
}

/// Two requests with one token make one account.
#[test]
fn a_token_registers_one_account() {
    let mut world = world();
    let token = token(&mut world, "new");
    let accounts = world.host.accounts.len();
    for code in ["t", "u"] {
        vouch(&mut world, MobileSource::Wechat, code, if code == "t" { NEW } else { "+86-13899999998" });
    }
    let steps = ["t", "u"].map(|code| {
        let step = world.begin(&register_vouched(&token, code));
        world.until_commit(step)
    });
    assert!(steps.iter().all(|step| matches!(step, Step::Commit(_))));
    let statuses = steps.map(|step| world.finish(step).status);
    assert_eq!((statuses, world.host.accounts.len()), ([200, 400], accounts + 1));
    assert_eq!(token_refusal(&world), TokenRefusal::Replayed);
}

#[test]
fn nobody_registers_where_the_policy_does_not_say_so() {
    let Unassociated::BindOrRegister(proofs) = registering().unassociated else { panic!() };
    let by_password = LinkProofs::new(FactorSet::EMPTY.with(Factor::Password)).unwrap();
    for policy in [
        Policy { unassociated: Unassociated::Bind(proofs), ..registering() },
        Policy { unassociated: Unassociated::BindOrRegister(by_password), ..registering() },
        Policy { registration: policy().registration, ..registering() },
        Policy { second_factor: SecondFactor::Always, ..registering() },
    ] {
        let mut world = World::with_policy(policy);
        let token = link_token(&mut world, "new");
        let Verdict::LinkPending(pending) = &world.outcome.as_ref().unwrap().verdict else { panic!() };
        assert!(pending.registers.is_empty());
        vouch(&mut world, MobileSource::Wechat, "t", NEW);
        for call in [register(&token, NEW, "000000"), register_vouched(&token, "t")] {
            assert_eq!(world.send(&call).parts(), invalid_link());
            assert_eq!(token_refusal(&world), TokenRefusal::StepClosed);
            assert!(world.host.asked.is_empty());
        }
    }
}

/// A login's state token registers nobody, and neither does an empty one.
#[test]
fn it_takes_a_link_token() {
    let mut world = world();
    let code = code(&mut world, NEW);
    let state = world.login("erin").state_token().to_owned();
    for call in [register(&state, NEW, &code), register("", NEW, &code)] {
        assert_eq!(world.send(&call).parts(), invalid_link());
    }
}

#[test]
fn whoever_is_denied_gets_no_account() {
    let mut world = world();
    let accounts = world.host.accounts.len();
    let token = token(&mut world, "new");
    vouch(&mut world, MobileSource::Wechat, "t", NEW);
    world.host.denied = true;
    assert_eq!(world.send(&register_vouched(&token, "t")).text("status"), "ACCESS_DENIED");
    world.host.denied = false;
    vouch(&mut world, MobileSource::Wechat, "t", NEW);
    assert_eq!(world.send(&register_vouched(&token, "t")).parts(), invalid_link(), "the token is used");
    assert_eq!(world.host.accounts.len(), accounts);
    assert!(owner(&world, "new").is_none());
}

/// EIAM has no other call that takes such a code.
#[test]
fn eiam_sends_a_code_to_register_only_where_an_identity_is_linked_by_it() {
    for (policy, status) in [
        (registering(), 200),
        (Policy { unassociated: policy().unassociated, ..registering() }, 400),
        (Policy { first_factors: FactorSet::EMPTY.with(Factor::Sms), ..registering() }, 400),
    ] {
        let setup = Setup { dialect: Dialect::Eiam, ..Setup::new(policy) };
        let mut world = World::with_setup(setup);
        let ask = json!({ "mobile": NEW, "type": "REGISTER_SMS" });
        assert_eq!(world.send(&Call::post("/api/v2/sdk/sms/send", &ask)).status, status);
        assert_eq!(world.host.outbox.len(), usize::from(status == 200));
    }
}
