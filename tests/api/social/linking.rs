//! An identity that is linked to nobody, and the proof of an account.

use super::*;
use authflow::{
    account::AccountStatus,
    guess::AttemptPolicy,
    policy::{RetryGrace, SecondFactor},
    step::{Commit, Write},
    testkit::forge::{Forge, LinkClaims},
    token::{LinkToken, Untrusted},
};

#[test]
fn a_proof_links_the_identity_with_the_session_and_the_next_time_it_signs_in() {
    let mut world = world();
    let token = link_token(&mut world, "a");
    assert!(world.host.sessions.is_empty() && owner(&world, "a").is_none(), "nothing is written yet");
    let answer = world.send(&by_password(&token, "alice", demo::PASSWORD));
    assert_eq!(answer.text("status"), "SUCCESS");
    let asked = ["FindAccount", "ReserveAttempt", "VerifyPassword", "DecideAccess", "DecideAccess", "Commit"];
    assert_eq!(world.host.asked, asked);
    assert_eq!(owner(&world, "a").as_deref(), Some("id-alice"));
    let alice = world.account("alice").id;
    let provider = identity("a").provider();
    assert!(events(&world).contains(&Event::IdentityLinked { account: alice, provider }));
    let record = *world.host.sessions.first_key_value().unwrap().1;
    assert_eq!(record.factors, FactorSet::EMPTY.with(Factor::Password), "the identity proves nothing of her");
    assert_eq!(wechat(&mut world, "a").text("status"), "SUCCESS");
}

#[test]
fn a_code_to_a_mobile_links_as_a_password_does() {
    let mut world = world();
    let token = link_token(&mut world, "n");
    let code = code_to(&mut world, NORA);
    assert_eq!(world.send(&by_code(&token, NORA, &code)).text("status"), "SUCCESS");
    assert_eq!(owner(&world, "n").as_deref(), Some("id-nora"));
    // The code is used up, and so is the token.
    assert_eq!(world.send(&by_code(&token, NORA, &code)).parts(), invalid_link());
    let other = link_token(&mut world, "other");
    let used = world.send(&by_code(&other, NORA, &code));
    assert_eq!((used.status, used.text("error_code")), (400, "IDAAS.SDK.CAPTCHA.0007"));
    assert_eq!(proof_refusal(&world), ProofRefusal::Replayed);
    assert!(owner(&world, "other").is_none());
}

#[test]
fn what_wechat_or_alipay_say_of_a_mobile_links_too_by_either_spelling() {
    for (path, member, source) in [
        (BY_WECHAT_MOBILE, "wechat_code", MobileSource::Wechat),
        (BY_WECHAT_MOBILE, "wchat_code", MobileSource::Wechat),
        (BY_ALIPAY_MOBILE, "alipay_encrypt", MobileSource::Alipay),
    ] {
        let mut world = world();
        let token = link_token(&mut world, "n");
        let call = Call::post(path, &json!({ member: "t" })).pending(&token);
        vouch(&mut world, MobileSource::Carrier, "t", NORA);
        assert_eq!(world.send(&call).status, 400, "another's word");
        vouch(&mut world, source, "t", NORA);
        assert_eq!(world.send(&call).text("status"), "SUCCESS", "{member}");
        assert_eq!(owner(&world, "n").as_deref(), Some("id-nora"));
    }
}

/// If the login is dropped there, nothing is linked.
#[test]
fn a_link_is_no_way_around_a_second_factor() {
    let mut world = world();
    let token = link_token(&mut world, "m");
    let pending = world.send(&by_password(&token, "mona", demo::PASSWORD));
    assert_eq!(pending.text("status"), "MFA_AUTH");
    assert!(owner(&world, "m").is_none() && world.host.sessions.is_empty());
    let again = link_token(&mut world, "m");
    assert_ne!(again, token, "it is still linked to nobody");

    let state = pending.state_token();
    let ask = Call::post("/api/v2/sdk/sms/send", &json!({ "type": "MFA_AUTH_SMS" })).pending(state);
    assert_eq!(world.send(&ask).status, 200);
    let code = world.code();
    let prove = Call::post("/api/v2/sdk/mfa/sms", &json!({ "verify_code": code })).pending(state);
    assert_eq!(world.send(&prove).text("status"), "SUCCESS");
    assert_eq!(owner(&world, "m").as_deref(), Some("id-mona"));
    let record = *world.host.sessions.first_key_value().unwrap().1;
    assert_eq!(record.factors, FactorSet::EMPTY.with(Factor::Password).with(Factor::Sms));
    // A sign-in by the identity is no way around it either.
    assert_eq!(wechat(&mut world, "m").text("status"), "MFA_AUTH");
}

/// A linked identity signs in for good. If the channel of a second factor could link it, one phone would be both factors from then on. The
/// refusal looks like that of a channel that nobody has.
#[test]
fn a_second_factor_links_nothing() {
    let mut world = world();
    for by_token in [false, true] {
        let token = link_token(&mut world, "m");
        let answer = if by_token {
            vouch(&mut world, MobileSource::Wechat, "t", demo::MOBILE);
            world.send(&Call::post(BY_WECHAT_MOBILE, &json!({ "wechat_code": "t" })).pending(&token))
        } else {
            let code = code_to(&mut world, demo::MOBILE);
            assert!(world.host.outbox.last().unwrap().decoy);
            world.send(&by_code(&token, demo::MOBILE, &code))
        };
        assert_eq!(answer.status, 400);
        assert!(owner(&world, "m").is_none() && world.host.sessions.is_empty());
    }
}

/// Even the holder of a mobile does not learn whether an account has it.
#[test]
fn a_mobile_that_is_vouched_for_and_links_nothing_is_one_fault() {
    let mut world = world();
    let wanted = refusal("IDAAS.SDK.SOCIAL.0103", "The mobile number was not verified");
    for (vouched, reason) in
        [(None, ProofRefusal::Wrong), (Some("+86-19900000000"), ProofRefusal::UnknownAccount)]
    {
        if let Some(mobile) = vouched {
            vouch(&mut world, MobileSource::Wechat, "t", mobile);
        }
        let token = link_token(&mut world, "m");
        let call = Call::post(BY_WECHAT_MOBILE, &json!({ "wechat_code": "t" })).pending(&token);
        assert_eq!(world.send(&call).parts(), wanted);
        assert_eq!(proof_refusal(&world), reason);
        assert!(owner(&world, "m").is_none());
    }
}

#[test]
fn a_link_is_no_way_around_an_expired_password_or_a_change_that_is_due() {
    for (name, due) in
        [("victor", "PASSWORD_EXPIRED"), ("frank", "PASSWORD_EXPIRED"), ("erin", "PASSWORD_WARN")]
    {
        let mut world = world();
        let token = link_token(&mut world, "v");
        let pending = world.send(&by_password(&token, name, demo::PASSWORD));
        assert_eq!(pending.text("status"), due);
        assert!(owner(&world, "v").is_none());
        let changed = world.update(pending.state_token(), demo::PASSWORD, "Another-Horse-8");
        assert_eq!(changed.text("status"), "SUCCESS");
        assert_eq!(owner(&world, "v"), Some(format!("id-{name}")), "linked with the session");
    }
}

#[test]
fn a_skip_that_is_answered_again_links_once_and_opens_one_session() {
    let retry_grace = RetryGrace::try_from(30).unwrap();
    let mut world = World::with_policy(Policy { retry_grace, ..policy() });
    let token = link_token(&mut world, "e");
    let pending = world.send(&by_password(&token, "erin", demo::PASSWORD));
    let first = world.skip(pending.state_token());
    let second = world.skip(pending.state_token());
    assert_eq!((first.text("status"), second.text("status")), ("SUCCESS", "SUCCESS"));
    assert_eq!(world.host.sessions.len(), 1);
    assert_eq!(owner(&world, "e").as_deref(), Some("id-erin"));
}

/// Wrong guesses count as guesses at that proof, and lock it.
#[test]
fn a_link_is_no_way_around_a_lock() {
    let attempts = AttemptPolicy::default();
    let mut world = World::with_policy(Policy { attempts, ..policy() });
    let token = link_token(&mut world, "a");
    let threshold = 20;
    let mut refused = Vec::new();
    for _ in 0..threshold {
        refused.push(world.send(&by_password(&token, "alice", "Wrong-Horse-7")).parts());
    }
    assert!(refused.iter().all(|it| *it == refused[0]));
    let locked = world.send(&by_password(&token, "alice", demo::PASSWORD));
    assert_eq!(locked.parts(), refused[0], "the right one as well");
    assert_eq!(world.login("alice").parts(), refused[0], "and at the front door");
    assert!(owner(&world, "a").is_none());
    // An account that an administrator has disabled is refused too.
    let token = link_token(&mut world, "d");
    let disabled = world.send(&by_password(&token, "dora", demo::PASSWORD));
    assert_eq!((disabled.parts(), proof_refusal(&world)), (refused[0].clone(), ProofRefusal::Inactive));
}

/// The questions and the bytes are the same.
#[test]
fn nobody_is_told_from_somebody_before_the_proof() {
    let mut world = world();
    let token = link_token(&mut world, "a");
    let mut seen = Vec::new();
    for name in ["alice", "nobody-of-that-name", "dora", "nora"] {
        let answer = world.send(&by_password(&token, name, "Wrong-Horse-7"));
        seen.push((answer.status, answer.bytes, world.host.asked.clone()));
    }
    assert!(seen.iter().all(|it| *it == seen[0]), "{seen:?}");

    let mut seen = Vec::new();
    for mobile in [NORA, "+86-13899999999"] {
        let ask = json!({ "mobile": mobile, "type": "BIND_MOBILE_SMS" });
        let asked = world.send(&Call::post("/api/v2/sdk/sms/send", &ask));
        let sent = (asked.status, asked.bytes, world.host.asked.clone());
        let answer = world.send(&by_code(&token, mobile, "000000"));
        seen.push((sent, answer.status, answer.bytes, world.host.asked.clone()));
    }
    assert_eq!(seen[0], seen[1]);
    assert!(world.host.outbox.last().unwrap().decoy, "nobody's mobile gets no code");
}

#[test]
fn a_right_code_of_a_mobile_that_nobody_has_does_not_exist() {
    let mut world = world();
    let token = link_token(&mut world, "a");
    let decoy = code_to(&mut world, "+86-13899999999");
    let answer = world.send(&by_code(&token, "+86-13899999999", &decoy));
    assert_eq!((answer.status, answer.text("error_code")), (400, "IDAAS.SDK.CAPTCHA.0007"));
}

/// A code for another purpose proves no link, and a code for a link proves nothing else.
#[test]
fn a_code_serves_its_purpose_alone() {
    let mut world = world();
    let token = link_token(&mut world, "n");
    let linking = code_to(&mut world, NORA);
    let sign_in = json!({ "mobile": NORA, "verify_code": linking });
    assert_eq!(world.send(&Call::post("/api/v2/sdk/login/mobile-verify-code", &sign_in)).status, 400);
    world.clock.pass(61);
    let ask = json!({ "mobile": NORA, "type": "LOGIN_SMS" });
    assert_eq!(world.send(&Call::post("/api/v2/sdk/sms/send", &ask)).status, 200);
    let signing = world.code();
    assert_ne!(signing, linking);
    assert_eq!(world.send(&by_code(&token, NORA, &signing)).status, 400);
    assert_eq!(world.send(&by_code(&token, NORA, &linking)).text("status"), "SUCCESS");
}

#[test]
fn a_code_that_links_nothing_is_not_sent() {
    let proofs = LinkProofs::new(FactorSet::EMPTY.with(Factor::Password)).unwrap();
    for policy in [
        Policy { unassociated: Unassociated::Bind(proofs), ..policy() },
        Policy { first_factors: demo::policy().first_factors, ..policy() },
        demo::policy(),
    ] {
        let mut world = World::with_policy(policy);
        let ask = json!({ "mobile": NORA, "type": "BIND_MOBILE_SMS" });
        assert_eq!(world.send(&Call::post("/api/v2/sdk/sms/send", &ask)).status, 400);
        assert!(world.host.asked.is_empty());
    }
}

/// Two tabs have one identity, and its owner proves two accounts. The first account gets the identity.
#[test]
fn an_identity_that_is_linked_elsewhere_meanwhile_is_not_taken_from_there() {
    let mut world = world();
    let (one, other) = (link_token(&mut world, "a"), link_token(&mut world, "a"));
    assert_eq!(world.send(&by_password(&one, "alice", demo::PASSWORD)).text("status"), "SUCCESS");
    let sessions = world.host.sessions.len();
    let late = world.send(&by_password(&other, "tom", demo::PASSWORD));
    assert_eq!(late.text("status"), "MFA_AUTH");
    let totp = world.totp("tom", 0);
    let late = world.send(&Call::prove_totp(late.state_token(), &totp));
    assert_eq!(late.parts(), refusal("IDAAS.SDK.PARAM.0014", "Invalid state token"));
    assert_eq!(token_refusal(&world), TokenRefusal::IdentityTaken);
    assert_eq!((owner(&world, "a").as_deref(), world.host.sessions.len()), (Some("id-alice"), sessions));

    let mut world = super::world();
    let (one, other) = (link_token(&mut world, "a"), link_token(&mut world, "a"));
    world.send(&by_password(&one, "alice", demo::PASSWORD));
    let code = code_to(&mut world, NORA);
    assert_eq!(world.send(&by_code(&other, NORA, &code)).parts(), invalid_link());
    assert_eq!(token_refusal(&world), TokenRefusal::IdentityTaken);
    assert_eq!(owner(&world, "a").as_deref(), Some("id-alice"));
}

/// A second proof of the same account succeeds, because the link is there already.
#[test]
fn a_link_that_is_there_is_done() {
    let mut world = world();
    let (one, other) = (link_token(&mut world, "a"), link_token(&mut world, "a"));
    for token in [one, other] {
        assert_eq!(world.send(&by_password(&token, "alice", demo::PASSWORD)).text("status"), "SUCCESS");
    }
    assert_eq!(world.host.identities.len(), 1);
}

#[test]
fn a_token_links_once_on_its_device_in_its_application_and_in_its_time() {
    let mut world = world();
    let token = link_token(&mut world, "a");
    let right = by_password(&token, "alice", demo::PASSWORD);
    for wrong in [
        right.clone().with_fingerprint("another"),
        right.clone().with_header("X-client-id", demo::ORDINARY),
        right.clone().without_header("X-state-token"),
        right.clone().pending("x.y.z"),
    ] {
        assert_eq!(world.send(&wrong).parts(), invalid_link());
        assert!(world.host.asked.is_empty(), "nothing is asked of any account");
    }
    let mut late = world.clone();
    late.clock.pass(600);
    assert_eq!(late.send(&right).parts(), invalid_link());
    assert_eq!(world.send(&right).text("status"), "SUCCESS");
    assert_eq!(world.send(&right).parts(), invalid_link());
    assert_eq!(token_refusal(&world), TokenRefusal::Replayed);
}

#[test]
fn a_wrong_proof_does_not_spend_the_token() {
    let mut world = world();
    let token = link_token(&mut world, "a");
    assert_eq!(world.send(&by_password(&token, "alice", "Wrong-Horse-7")).status, 400);
    assert_eq!(world.send(&by_password(&token, "alice", demo::PASSWORD)).text("status"), "SUCCESS");
}

/// No call takes one kind of token for the other.
#[test]
fn a_link_token_is_no_state_token_and_a_state_token_no_link_token() {
    let mut world = world();
    let link = link_token(&mut world, "a");
    let state = world.login("erin").state_token().to_owned();
    for call in [
        Call::skip(&link),
        Call::update(&link, demo::PASSWORD, "Another-Horse-8"),
        Call::prove_totp(&link, "123456"),
        Call::get("/api/v2/sdk/mobile-by-token").pending(&link),
        Call::post("/api/v2/sdk/sms/send", &json!({ "type": "MFA_AUTH_SMS" })).pending(&link),
    ] {
        let answer = world.send(&call);
        assert_eq!(answer.parts(), refusal("IDAAS.SDK.PARAM.0014", "Invalid state token"), "{}", call.path);
        assert!(world.host.asked.is_empty());
    }
    let code = code_to(&mut world, NORA);
    vouch(&mut world, MobileSource::Wechat, "t", NORA);
    for call in [
        by_password(&state, "alice", demo::PASSWORD),
        by_code(&state, NORA, &code),
        Call::post(BY_WECHAT_MOBILE, &json!({ "wechat_code": "t" })).pending(&state),
    ] {
        assert_eq!(world.send(&call).parts(), invalid_link());
        assert!(world.host.asked.is_empty());
    }
}

/// The key is right, but no operation would make such a token.
#[test]
fn a_link_token_of_another_tenant_or_application_links_nothing() {
    let mut world = world();
    let token = link_token(&mut world, "a");
    let (ring, now) = (demo::ring(), world.clock.now);
    let links = Forge::of(&ring).link_tokens();
    let claims = links.verify(Untrusted::<LinkToken>::new(&token), now).unwrap().claims().clone();
    let mut audience = claims.audience;
    audience.tenant = None;
    let forged = links.mint(&LinkClaims { audience, ..claims });
    assert_eq!(world.send(&by_password(forged.expose(), "alice", demo::PASSWORD)).parts(), invalid_link());
}

#[test]
fn a_proof_that_the_policy_does_not_take_links_nothing() {
    let proofs = LinkProofs::new(FactorSet::EMPTY.with(Factor::Sms)).unwrap();
    let mut world = World::with_policy(Policy { unassociated: Unassociated::Bind(proofs), ..policy() });
    let token = link_token(&mut world, "a");
    assert_eq!(world.send(&by_password(&token, "alice", demo::PASSWORD)).parts(), invalid_link());
    assert_eq!(token_refusal(&world), TokenRefusal::StepClosed);
    assert!(world.host.asked.is_empty());
}

/// A denial uses up the code and the token, and links nothing.
#[test]
fn whoever_is_denied_links_nothing() {
    let mut world = world();
    let token = link_token(&mut world, "n");
    let code = code_to(&mut world, NORA);
    world.host.denied = true;
    assert_eq!(world.send(&by_code(&token, NORA, &code)).text("status"), "ACCESS_DENIED");
    world.host.denied = false;
    assert_eq!(world.send(&by_code(&token, NORA, &code)).parts(), invalid_link());
    assert!(owner(&world, "n").is_none());

    let mut world = World::with_policy(Policy { second_factor: SecondFactor::Always, ..policy() });
    let token = link_token(&mut world, "n");
    let code = code_to(&mut world, NORA);
    assert_eq!(world.send(&by_code(&token, NORA, &code)).text("status"), "ACCESS_DENIED");
    assert!(owner(&world, "n").is_none());
}

#[test]
fn an_account_that_changes_meanwhile_is_not_linked() {
    let mut world = world();
    let token = link_token(&mut world, "n");
    let code = code_to(&mut world, NORA);
    let step = world.begin(&by_code(&token, NORA, &code));
    let commit = world.until::<Commit>(step);
    assert!(commit.writes.iter().any(|write| matches!(write, Write::LinkIdentity { .. })));
    assert!(commit.claim.is_some());
    world.change("nora", |nora| nora.status = AccountStatus::Disabled);
    assert_eq!(world.finish(commit.into()).status, 400);
    assert!(owner(&world, "n").is_none() && world.host.sessions.is_empty());
}

#[test]
fn a_body_names_a_mobile_or_an_address_and_not_both() {
    let mut world = world();
    let token = link_token(&mut world, "a");
    for (body, member) in [
        (json!({ "mobile": NORA, "email": "a@example.com", "verify_code": "1" }), "email"),
        (json!({ "verify_code": "1" }), "mobile"),
        (json!({ "mobile": NORA }), "verify_code"),
        (json!({ "mobile": "x", "verify_code": "1" }), "mobile"),
    ] {
        let answer = world.send(&Call::post(BIND, &body).pending(&token));
        assert_eq!(answer.text("error_code"), "IDAAS.SDK.PARAM.0101");
        assert!(answer.text("error_msg").contains(member), "{answer:?} {}", answer.text("error_msg"));
    }
    for path in [BY_WECHAT_MOBILE, BY_ALIPAY_MOBILE, WECHAT, CARRIER] {
        let answer = world.send(&Call::post(path, &json!({})).pending(&token));
        assert_eq!(answer.text("error_code"), "IDAAS.SDK.PARAM.0101");
    }
}
