//! Sign-ins with an identity, and with a mobile for which another party vouches.

use super::*;
use authflow::{
    SocialCode, account::AccountStatus, outcome::Verdict, policy::SecondFactor, step::Step,
    testkit::HostFault,
};

#[test]
fn a_linked_identity_signs_in_and_says_how() {
    let mut world = world();
    linked(&mut world, "a", "alice");
    let answer = wechat(&mut world, "a");
    assert_eq!(answer.text("status"), "SUCCESS");
    assert_eq!(
        world.host.asked,
        ["ReserveAttempt", "ExchangeSocialCode", "FindAccount", "ListIdentities", "DecideAccess", "Commit"]
    );
    let record = *world.host.sessions.first_key_value().unwrap().1;
    assert_eq!(record.factors, FactorSet::EMPTY.with(Factor::Federated), "no password was proved");
    assert_eq!(record.factors.amr().collect::<Vec<_>>(), ["fed"]);
    assert_eq!(record.account.as_str(), "id-alice");
}

/// The provider judges the proof of the subject. Everything else that this application demands is still demanded.
#[test]
fn a_second_factor_a_change_that_is_due_and_a_status_stand_in_the_way_of_an_identity_too() {
    let mut world = world();
    for (uid, name, expected) in
        [("m", "mona", "MFA_AUTH"), ("f", "frank", "PASSWORD_EXPIRED"), ("v", "victor", "SUCCESS")]
    {
        linked(&mut world, uid, name);
        assert_eq!(wechat(&mut world, uid).text("status"), expected, "{name}");
    }
    for status in [AccountStatus::Disabled, AccountStatus::Locked] {
        world.account("dora").status = status;
        linked(&mut world, "d", "dora");
        assert_eq!(wechat(&mut world, "d").parts(), failed_sign_in());
        assert_eq!(proof_refusal(&world), ProofRefusal::Inactive);
    }
    let demanding = Policy { second_factor: SecondFactor::Always, ..policy() };
    let mut world = World::with_policy(demanding);
    linked(&mut world, "a", "alice");
    assert_eq!(wechat(&mut world, "a").text("status"), "ACCESS_DENIED", "she has no second one");
    assert!(world.host.sessions.is_empty());
}

#[test]
fn an_identity_of_another_tenant_is_nobodys_here() {
    let mut world = world();
    let (account, now) = (world.account("alice").id, world.clock.now);
    let link = Link {
        account,
        linked_at: now,
        linked_by: LinkedBy::unbound(FactorSet::EMPTY.with(Factor::Password)),
    };
    world.host.identities.insert((None, identity("a")), link);
    assert_eq!(wechat(&mut world, "a").text("status"), "SOCIAL_BIND");
}

#[test]
fn a_code_is_good_once_of_its_source_and_where_identities_sign_in() {
    let mut world = world();
    linked(&mut world, "a", "alice");
    let code = Secret::new("c");
    world.host.social_codes.push((SocialSource::Alipay, code.clone(), identity("a")));
    let body = json!({ "code": "c" });
    let at = |world: &mut World, path: &str| world.send(&Call::post(path, &body));
    assert_eq!(at(&mut world, WECHAT).parts(), failed_sign_in(), "it is Alipay's");
    assert_eq!(proof_refusal(&world), ProofRefusal::Wrong);
    assert_eq!(at(&mut world, "/api/v3/sdk/login/alipay").text("status"), "SUCCESS");
    assert_eq!(at(&mut world, "/api/v3/sdk/login/alipay").parts(), failed_sign_in(), "it is used");
    world.host.social_codes.push((SocialSource::WechatMiniProgram, code, identity("a")));
    assert_eq!(at(&mut world, "/api/v2/sdk/login/wechat-miniprogram").text("status"), "SUCCESS");

    let mut world = World::new();
    linked(&mut world, "a", "alice");
    assert_eq!(wechat(&mut world, "a").parts(), failed_sign_in(), "no policy says so");
    assert_eq!((proof_refusal(&world), world.host.asked.len()), (ProofRefusal::NotOffered, 0));
}

#[test]
fn an_identity_that_nobody_has_is_refused_unless_the_policy_links_it() {
    let mut world = World::with_policy(Policy { unassociated: Unassociated::Refuse, ..policy() });
    let answer = wechat(&mut world, "new");
    assert_eq!(answer.parts(), refusal("IDAAS.SDK.SOCIAL.0102", "User not bound"));
    assert_eq!(world.host.asked, ["ReserveAttempt", "ExchangeSocialCode", "FindAccount", "SettleAttempt"]);

    let answer = wechat(&mut super::world(), "new");
    assert_eq!(answer.text("status"), "SOCIAL_BIND");
    assert_eq!(answer.text("data"), r#"{"socialBindOrRegisterFlow":["VERIFY_PHONE","VERIFY_EMAIL"]}"#);
    assert_eq!(answer.body.as_object().unwrap().len(), 3, "status, state_token, data");
}

#[test]
fn a_provider_that_cannot_be_reached_is_no_refusal() {
    let mut world = world();
    world.host.fault = Some(HostFault::Unavailable("ExchangeSocialCode"));
    let answer = wechat(&mut world, "a");
    assert_eq!((answer.status, answer.text("error_code")), (500, "IDAAS.TENANT.COM.0002"));
}

#[test]
fn what_an_identity_is_is_not_printed() {
    let mut world = world();
    linked(&mut world, "uid-of-alice", "alice");
    for uid in ["uid-of-alice", "uid-of-nobody"] {
        let code = Secret::new("code-of-it");
        world.host.social_codes.push((SocialSource::Wechat, code.clone(), identity(uid)));
        let call = Call::post(WECHAT, &json!({ "code": "code-of-it" }));
        let step = world.begin(&call);
        let printed = world.printed(step);
        assert!(!printed.contains("uid-of") && !printed.contains("code-of-it"), "{printed}");
    }
}

#[test]
fn a_host_of_ones_own_names_other_providers() {
    let mut world = world();
    linked(&mut world, "a", "alice");
    let source = SocialSource::Other(Provider::new("google").unwrap());
    let code = Secret::new("c");
    world.host.social_codes.push((source, code.clone(), identity("a")));
    let device = authflow::device::Device::new("Android 10", "f", "app/1", None).unwrap();
    let proof = CodeProof::State(Secret::new("s"));
    let moment = world.moment();
    let engine = world.api.engine().clone();
    let step: Step =
        engine.sign_in_with_social_code(demo::caller(device), SocialCode { source, code, proof }, moment);
    assert!(matches!(world.run(step).verdict, Verdict::SignedIn(_)));
}

fn carrier(world: &mut World, token: &str) -> Answer {
    world.send(&Call::post(CARRIER, &json!({ "access_token": token })))
}

fn failed_mobile() -> (u16, serde_json::Value) {
    refusal("IDAAS.SDK.SOCIAL.0103", "The mobile number was not verified")
}

#[test]
fn a_mobile_that_its_carrier_vouches_for_is_as_good_as_a_code_and_no_better() {
    let mut world = world();
    vouch(&mut world, MobileSource::Carrier, "t", NORA);
    assert_eq!(carrier(&mut world, "t").text("status"), "SUCCESS");
    assert_eq!(
        world.host.asked,
        ["ReserveAttempt", "ExchangeMobileToken", "FindAccount", "DecideAccess", "Commit"]
    );
    let record = *world.host.sessions.first_key_value().unwrap().1;
    assert_eq!(record.factors, FactorSet::EMPTY.with(Factor::Sms));

    // mona's mobile is one of her second factors. It counts as one factor, and she is asked for the other.
    vouch(&mut world, MobileSource::Carrier, "t", demo::MOBILE);
    assert_eq!(carrier(&mut world, "t").text("status"), "MFA_AUTH");
    let Verdict::Pending(pending) = &world.outcome.as_ref().unwrap().verdict else { panic!() };
    assert!(matches!(
        pending.wait,
        authflow::flow::Wait::FactorRequired { choices } if choices == FactorSet::EMPTY.with(Factor::Email)
    ));
}

#[test]
fn a_token_of_no_mobile_and_one_of_nobodys_are_one_refusal() {
    let mut world = world();
    let nobody = carrier(&mut world, "wrong");
    vouch(&mut world, MobileSource::Carrier, "t", "+86-13899999999");
    let unknown = carrier(&mut world, "t");
    assert_eq!(proof_refusal(&world), ProofRefusal::UnknownAccount);
    vouch(&mut world, MobileSource::Carrier, "t", NORA);
    world.account("nora").status = AccountStatus::Disabled;
    let disabled = carrier(&mut world, "t");
    assert_eq!(nobody.parts(), failed_mobile());
    assert_eq!((nobody.bytes.clone(), nobody.bytes), (unknown.bytes, disabled.bytes));
    // This is WeChat's word for a bind, and not a carrier's.
    vouch(&mut world, MobileSource::Wechat, "t", NORA);
    assert_eq!(carrier(&mut world, "t").parts(), failed_mobile());

    let without_sms = Policy { first_factors: FactorSet::EMPTY.with(Factor::Password), ..policy() };
    let mut world = World::with_policy(without_sms);
    vouch(&mut world, MobileSource::Carrier, "t", NORA);
    assert_eq!(carrier(&mut world, "t").parts(), failed_mobile());
    assert!(world.host.asked.is_empty());
}

#[test]
fn a_host_that_answers_a_number_without_a_country_is_at_fault() {
    let mut world = world();
    vouch(&mut world, MobileSource::Carrier, "t", "13800000001");
    assert_eq!(carrier(&mut world, "t").status, 500);
    assert_eq!(events(&world).last(), Some(&Event::Contradiction { question: "ExchangeMobileToken" }));
}

/// The account is disabled between the question for it and the commit.
#[test]
fn an_account_that_changes_meanwhile_is_not_signed_in_to() {
    for (path, body) in [(WECHAT, json!({ "code": "c" })), (CARRIER, json!({ "access_token": "c" }))] {
        let mut world = world();
        linked(&mut world, "n", "nora");
        world.host.social_codes.push((SocialSource::Wechat, Secret::new("c"), identity("n")));
        vouch(&mut world, MobileSource::Carrier, "c", NORA);
        let step = world.begin(&Call::post(path, &body));
        let step = world.until_commit(step);
        world.change("nora", |nora| nora.status = AccountStatus::Disabled);
        let answer = world.finish(step);
        let expected = if path == WECHAT { failed_sign_in() } else { failed_mobile() };
        assert_eq!((answer.parts(), world.host.sessions.len()), (expected, 0));
        assert_eq!(proof_refusal(&world), ProofRefusal::AccountChanged);
    }
}
