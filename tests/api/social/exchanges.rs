//! A provider is asked only for a client that has asked for the code, only if the policy says so, and not without end.

use super::*;
use authflow::{
    MobileToken, SocialCode,
    device::{Device, DeviceCookie},
    outcome::Verdict,
    social::CodeVerifier,
    step::Step,
    testkit::HostFault,
};

fn unbound_refused() -> World {
    World::with_policy(Policy { allows_unbound_codes: false, ..policy() })
}

fn device(fingerprint: &str) -> Device {
    Device::new("Android 10", fingerprint, "app/1", None).unwrap()
}

fn begin(world: &mut World, device: Device, code: &str, proof: CodeProof) -> Step {
    let (engine, moment) = (world.api.engine().clone(), world.moment());
    let code = SocialCode { source: SocialSource::Wechat, code: Secret::new(code), proof };
    engine.sign_in_with_social_code(demo::caller(device), code, moment)
}

fn proofs() -> [CodeProof; 2] {
    let verifier = CodeVerifier::new(&"v".repeat(43)).unwrap();
    [CodeProof::Verifier(verifier), CodeProof::State(Secret::new("state"))]
}

#[test]
fn a_code_that_nothing_binds_to_its_client_is_refused_unless_the_policy_takes_it() {
    assert!(!Policy::default().allows_unbound_codes && !Policy::default().takes_vouched_mobiles);
    let mut world = unbound_refused();
    linked(&mut world, "a", "alice");
    assert_eq!(wechat(&mut world, "a").parts(), failed_sign_in(), "the family's calls bring no other");
    assert_eq!((proof_refusal(&world), world.host.asked.len()), (ProofRefusal::CodeUnbound, 0));
    for proof in proofs() {
        world.host.social_codes.push((SocialSource::Wechat, Secret::new("c"), identity("a")));
        let step = begin(&mut world, device("f"), "c", proof);
        assert!(matches!(world.run(step).verdict, Verdict::SignedIn(_)));
    }
    assert_eq!(world.host.social_codes.len(), 1, "the one that was not asked for");
}

#[test]
fn a_host_is_told_what_binds_a_code_and_which_device_brings_it() {
    let mut world = unbound_refused();
    for (proof, expected) in proofs().into_iter().zip(["v".repeat(43), "state".to_owned()]) {
        let step = begin(&mut world, device("f"), "c", proof);
        let Step::ExchangeSocialCode(ask) = world.host.answer(step).unwrap() else { panic!() };
        let said = match &ask.proof {
            CodeProof::Verifier(verifier) => verifier.expose().to_owned(),
            CodeProof::State(state) => state.expose().to_owned(),
            CodeProof::Nothing => panic!(),
        };
        assert_eq!((said, ask.device.fingerprint()), (expected, Some("f")));
    }
}

/// The attack of RFC 9700 §4.7: the victim's browser brings a code that the attacker has asked for. For each state the host keeps the
/// browser to which it gave that state.
#[test]
fn a_code_that_is_slipped_to_another_browser_signs_nobody_in_and_links_nothing() {
    let mut world = unbound_refused();
    let [attacker, victim] =
        [1, 2].map(|byte| Device::with_cookie(&DeviceCookie::from_bytes([byte; 16]), "", None).unwrap());
    let given_to = |state: &Secret| (state.expose() == "of the attacker").then(|| attacker.clone());
    for (device, is_taken) in [(victim, false), (attacker.clone(), true)] {
        let proof = CodeProof::State(Secret::new("of the attacker"));
        let step = begin(&mut world, device, "c", proof);
        let Step::ExchangeSocialCode(ask) = world.host.answer(step).unwrap() else { panic!() };
        let CodeProof::State(state) = &ask.proof else { panic!() };
        let identity = given_to(state).filter(|it| *it == ask.device).map(|_| identity("of the attacker"));
        let verdict = world.run(ask.answer(identity)).verdict;
        assert_eq!(matches!(verdict, Verdict::LinkPending(_)), is_taken, "{verdict:?}");
    }
}

#[test]
fn no_mobile_is_vouched_for_unless_the_policy_takes_that() {
    let vouched_for_nobody = Policy { takes_vouched_mobiles: false, ..policy() };
    let mut world = World::with_policy(vouched_for_nobody);
    vouch(&mut world, MobileSource::Carrier, "t", NORA);
    let answer = world.send(&Call::post(CARRIER, &json!({ "access_token": "t" })));
    assert_eq!((answer.status, proof_refusal(&world)), (400, ProofRefusal::NotOffered));
    assert!(world.host.asked.is_empty());
    vouch(&mut world, MobileSource::Wechat, "w", NORA);
    let token = link_token(&mut world, "new");
    for path in [BY_WECHAT_MOBILE, "/api/v2/sdk/social/wechat-mobile-register-bind"] {
        let answer = world.send(&Call::post(path, &json!({ "wechat_code": "w" })).pending(&token));
        assert_eq!((answer.status, world.host.asked.len()), (400, 0), "{path}");
    }
    assert_eq!(world.host.mobile_tokens.len(), 2, "nobody was asked");
}

/// The demonstration's policy has five guesses.
#[test]
fn a_device_has_as_many_wrong_exchanges_as_guesses() {
    let mut world = world();
    linked(&mut world, "a", "alice");
    for at in 0..8 {
        let answer = world.send(&Call::post(WECHAT, &json!({ "code": format!("wrong {at}") })));
        assert_eq!(answer.parts(), failed_sign_in());
        let asked = world.host.asked.contains(&"ExchangeSocialCode");
        assert_eq!(asked, at < 5, "{at}");
        let expected = if at < 5 { ProofRefusal::Wrong } else { ProofRefusal::Locked };
        assert_eq!(proof_refusal(&world), expected, "{at}");
    }
    // Even a right code is refused now. A mobile's token and another device are not.
    assert_eq!(wechat(&mut world, "a").parts(), failed_sign_in());
    vouch(&mut world, MobileSource::Carrier, "t", NORA);
    assert_eq!(world.send(&Call::post(CARRIER, &json!({ "access_token": "t" }))).status, 200);
    let elsewhere = Call::post(WECHAT, &json!({ "code": "c" })).with_fingerprint("another");
    world.host.social_codes.push((SocialSource::Wechat, Secret::new("c"), identity("a")));
    assert_eq!(world.send(&elsewhere).text("status"), "SUCCESS");
}

#[test]
fn a_right_exchange_and_one_that_nobody_answers_cost_nothing() {
    let mut world = world();
    linked(&mut world, "a", "alice");
    for _ in 0..9 {
        assert_eq!(wechat(&mut world, "a").text("status"), "SUCCESS");
        assert_eq!(wechat(&mut world, "new").text("status"), "SOCIAL_BIND");
        world.host.fault = Some(HostFault::Unavailable("ExchangeSocialCode"));
        assert_eq!(wechat(&mut world, "a").status, 500);
        world.host.fault = None;
    }
}

/// Otherwise one of them would lock all others out.
#[test]
fn callers_that_nothing_recognises_share_no_count() {
    let mut world = World::with_policy(Policy { allows_unbound: true, ..policy() });
    let mut bring = |code: &str, source| {
        let (engine, moment) = (world.api.engine().clone(), world.moment());
        let token = MobileToken { source, token: Secret::new(code) };
        let step =
            engine.sign_in_with_mobile_token(demo::caller(Device::unbound("", None).unwrap()), token, moment);
        world.host.asked.clear();
        let _ = world.run(step);
        world.host.asked.contains(&"ExchangeMobileToken")
    };
    assert!((0..9).all(|at| bring(&format!("wrong {at}"), MobileSource::Carrier)));
    let again: Vec<_> = (0..7).map(|_| bring("the same", MobileSource::Carrier)).collect();
    assert_eq!(again, [true, true, true, true, true, false, false]);
}
