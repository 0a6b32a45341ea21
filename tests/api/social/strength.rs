//! A link counts only as much as the proof by which it was made. If an application demands more, the owner proves the account once more.

use super::*;
use authflow::{
    SocialCode,
    contact::Channel,
    device::Caller,
    outcome::{Outcome, Verdict},
    social::ListIdentities,
    step::Write,
};

fn of(proofs: &[Factor]) -> FactorSet {
    proofs.iter().copied().collect()
}

/// A policy that links by a password alone. A code by SMS signs in, but links nothing.
fn strict() -> Policy {
    let password = LinkProofs::new(of(&[Factor::Password])).unwrap();
    Policy { unassociated: Unassociated::Bind(password), ..policy() }
}

/// The same accounts, in another application of the tenant.
fn elsewhere(world: World, policy: Policy) -> World {
    World { api: World::with_policy(policy).api, ..world }
}

fn linked_by(world: &World, uid: &str) -> LinkedBy {
    world.host.identities[&(Some(demo::tenant()), identity(uid))].linked_by
}

/// The proofs of a link by the family's calls, which bring a code that nothing binds.
fn unbound(proofs: &[Factor]) -> LinkedBy {
    LinkedBy::unbound(of(proofs))
}

/// If a code is enough, a thief with nora's phone links an identity. The link does not count if a password is demanded.
#[test]
fn a_link_by_a_code_does_not_count_where_a_password_is_demanded() {
    let mut world = world();
    reachable(&mut world, "nora");
    let token = link_token(&mut world, "n");
    let code = code_to(&mut world, NORA);
    assert_eq!(world.send(&by_code(&token, NORA, &code)).text("status"), "SUCCESS");
    assert_eq!(linked_by(&world, "n"), unbound(&[Factor::Sms]));
    assert_eq!(wechat(&mut world, "n").text("status"), "SUCCESS");

    let mut strict = elsewhere(world, strict());
    assert_eq!(wechat(&mut strict, "n").text("status"), "SOCIAL_BIND", "asked again");
    let weak =
        |event: &Event| matches!(event, Event::LinkTooWeak { account, .. } if account.as_str() == "id-nora");
    assert!(events(&strict).iter().any(weak), "{:?}", events(&strict));
    // Nobody else takes the identity over.
    let token = link_token(&mut strict, "n");
    assert_eq!(strict.send(&by_password(&token, "alice", demo::PASSWORD)).parts(), invalid_link());
    assert_eq!(token_refusal(&strict), TokenRefusal::IdentityTaken);
    assert_eq!(owner(&strict, "n").as_deref(), Some("id-nora"));

    // Her password makes the link count here, and the code still makes it count in the other application.
    let token = link_token(&mut strict, "n");
    assert_eq!(strict.send(&by_password(&token, "nora", demo::PASSWORD)).text("status"), "SUCCESS");
    assert_eq!(linked_by(&strict, "n"), unbound(&[Factor::Password, Factor::Sms]));
    assert_eq!(wechat(&mut strict, "n").text("status"), "SUCCESS");
    let by_sms = LinkProofs::new(of(&[Factor::Sms])).unwrap();
    let mut lax = elsewhere(strict, Policy { unassociated: Unassociated::Bind(by_sms), ..policy() });
    assert_eq!(wechat(&mut lax, "n").text("status"), "SUCCESS");
}

/// Every other proof of the linking login counts too, because it was the same person.
#[test]
fn a_link_keeps_every_factor_that_its_login_proved() {
    let mut world = world();
    let token = link_token(&mut world, "t");
    let pending = world.send(&by_password(&token, "tom", demo::PASSWORD)).state_token().to_owned();
    let totp = world.totp("tom", 0);
    assert_eq!(world.send(&Call::prove_totp(&pending, &totp)).text("status"), "SUCCESS");
    assert_eq!(linked_by(&world, "t"), unbound(&[Factor::Password, Factor::Totp]));
}

/// Such a policy links nobody itself. It takes a link that was proved by one of its first factors.
#[test]
fn where_nothing_is_linked_a_link_by_a_first_factor_counts() {
    for (by, counts) in [
        (unbound(&[Factor::Password]), true),
        (unbound(&[Factor::Email]), false),
        (unbound(&[Factor::Totp]), false),
        (unbound(&[Factor::Totp, Factor::Password]), true),
        (LinkedBy::NOTHING, false),
    ] {
        let first_factors = of(&[Factor::Password, Factor::Federated]);
        let unassociated = Unassociated::Refuse;
        let mut world = World::with_policy(Policy { first_factors, unassociated, ..policy() });
        linked(&mut world, "a", "alice");
        world.host.identities.get_mut(&(Some(demo::tenant()), identity("a"))).unwrap().linked_by = by;
        assert_eq!(wechat(&mut world, "a").status == 200, counts, "{by:?}");
    }
}

/// The link goes between the question for the account and the question for its links.
#[test]
fn a_link_that_is_taken_away_meanwhile_signs_nobody_in() {
    let mut world = world();
    linked(&mut world, "a", "alice");
    world.host.social_codes.push((SocialSource::Wechat, Secret::new("c"), identity("a")));
    let step = world.begin(&Call::post(WECHAT, &json!({ "code": "c" })));
    let ask = world.until::<ListIdentities>(step);
    world.host.identities.clear();
    assert_eq!(world.finish(ask.into()).text("status"), "SOCIAL_BIND");
    assert!(world.host.sessions.is_empty());
}

/// The linked account was removed in a way that left the link. The link shuts nobody out of the identity.
#[test]
fn a_link_to_an_account_that_is_gone_is_none() {
    let mut world = world();
    linked(&mut world, "a", "erin");
    world.host.accounts.retain(|it| it.id.as_str() != "id-erin");
    let token = link_token(&mut world, "a");
    assert_eq!(world.send(&by_password(&token, "alice", demo::PASSWORD)).text("status"), "SUCCESS");
    assert_eq!(owner(&world, "a").as_deref(), Some("id-alice"));
}

#[test]
fn the_host_decides_whether_an_identity_is_linked() {
    use authflow::step::{AccessDecision, AccessPurpose, Step};
    let mut world = world();
    let token = link_token(&mut world, "a");
    let mut step = world.begin(&by_password(&token, "alice", demo::PASSWORD));
    let mut asked = Vec::new();
    let answer = loop {
        step = match step {
            Step::DecideAccess(ask) => {
                asked.push(ask.about);
                let is_link = ask.about == AccessPurpose::LinkIdentity;
                ask.answer(if is_link { AccessDecision::Deny } else { AccessDecision::Allow })
            }
            Step::Commit(ask) => {
                assert!(
                    !ask.writes
                        .iter()
                        .any(|it| matches!(it, Write::LinkIdentity { .. } | Write::OpenSession(_)))
                );
                world.host.answer(Step::Commit(ask)).unwrap()
            }
            done @ Step::Done(_) => break world.finish(done),
            other => world.host.answer(other).unwrap(),
        };
    };
    assert_eq!(asked, [AccessPurpose::SignIn, AccessPurpose::LinkIdentity]);
    assert_eq!(answer.text("status"), "ACCESS_DENIED");
    let denied = |it: &Event| matches!(it, Event::AccessDenied { about: AccessPurpose::LinkIdentity, .. });
    assert!(events(&world).iter().any(denied));
    assert!(world.host.sessions.is_empty() && owner(&world, "a").is_none());
    assert_eq!(
        world.send(&by_password(&token, "alice", demo::PASSWORD)).parts(),
        invalid_link(),
        "it is used"
    );
}

/// The same policy, except that it takes nothing that nobody can judge.
fn careful(policy: Policy) -> Policy {
    Policy { allows_unbound_codes: false, takes_vouched_mobiles: false, ..policy }
}

/// Signs in with a code that is bound to this client, at a host's own route.
fn wechat_bound(world: &mut World, uid: &str) -> Outcome {
    world.host.social_codes.push((SocialSource::Wechat, Secret::new("bound"), identity(uid)));
    let (engine, moment) = (world.api.engine().clone(), world.moment());
    let proof = CodeProof::State(Secret::new("of this client"));
    let code = SocialCode { source: SocialSource::Wechat, code: Secret::new("bound"), proof };
    let step = engine.sign_in_with_social_code(Caller::from_headers(&demo::device()).unwrap(), code, moment);
    world.run(step)
}

/// RFC 9700 §4.7, in the only application of a tenant that takes unbound codes. The attacker slips a code to alice's client, and alice proves
/// her account. The link signs the attacker in there, as that policy says, but in no application that takes only bound codes.
#[test]
fn a_link_by_a_code_that_was_slipped_in_counts_only_where_such_codes_are_taken() {
    let mut lax = world();
    let token = link_token(&mut lax, "attacker's");
    assert_eq!(lax.send(&by_password(&token, "alice", demo::PASSWORD)).text("status"), "SUCCESS");
    assert_eq!(linked_by(&lax, "attacker's"), unbound(&[Factor::Password]));
    assert_eq!(wechat(&mut lax, "attacker's").text("status"), "SUCCESS");

    let mut strict = elsewhere(lax, careful(policy()));
    let outcome = wechat_bound(&mut strict, "attacker's");
    assert!(outcome.events.iter().any(|it| matches!(it, Event::LinkTooWeak { .. })));
    let Verdict::LinkPending(pending) = outcome.verdict else { panic!("{outcome:?}") };
    // A proof of the account in this application makes a link that counts here.
    let token = pending.link_token.expose().to_owned();
    assert_eq!(strict.send(&by_password(&token, "alice", demo::PASSWORD)).text("status"), "SUCCESS");
    let both = unbound(&[Factor::Password]).union(LinkedBy::bound(of(&[Factor::Password])));
    assert_eq!(linked_by(&strict, "attacker's"), both);
    assert!(matches!(wechat_bound(&mut strict, "attacker's").verdict, Verdict::SignedIn(_)));
}

/// An application says what a session may do to the account, but all applications share the account. So if one application accepts a link and lets
/// a session set a first password, the link leads into the other applications too.
#[test]
fn a_first_password_that_is_set_where_a_weak_link_counts_is_good_everywhere() {
    for sets in [false, true] {
        let mut lax = World::with_policy(Policy { session_sets_first_password: sets, ..policy() });
        lax.change("nora", |account| account.password = None);
        let token = link_token(&mut lax, "attacker's");
        let code = code_to(&mut lax, NORA);
        assert_eq!(lax.send(&by_code(&token, NORA, &code)).text("status"), "SUCCESS");
        let session = wechat(&mut lax, "attacker's").id_token().to_owned();
        let chosen = json!({ "new_password": "Attackers-Horse-7" });
        let set = lax.send(&Call::post("/api/v2/sdk/pwd/change", &chosen).bearing(&session));
        assert_eq!(set.status == 200, sets);

        let mut strict = elsewhere(lax, careful(policy()));
        let Verdict::LinkPending(pending) = wechat_bound(&mut strict, "attacker's").verdict else { panic!() };
        let token = pending.link_token.expose().to_owned();
        let linked = strict.send(&by_password(&token, "nora", "Attackers-Horse-7"));
        assert_eq!(linked.status == 200, sets, "{linked:?}");
    }
}

/// A mobile that another party vouched for is worth less than a code that was sent there, in a link as in a sign-in.
#[test]
fn a_link_by_a_vouched_mobile_counts_only_where_such_mobiles_are_taken() {
    let by_sms = Unassociated::Bind(LinkProofs::new(of(&[Factor::Sms])).unwrap());
    let strict = Policy { unassociated: by_sms, takes_vouched_mobiles: false, ..policy() };
    let mut lax = world();
    reachable(&mut lax, "nora");
    vouch(&mut lax, MobileSource::Wechat, "w", NORA);
    let token = link_token(&mut lax, "n");
    let bind = Call::post(BY_WECHAT_MOBILE, &json!({ "wechat_code": "w" })).pending(&token);
    assert_eq!(lax.send(&bind).text("status"), "SUCCESS");
    assert_eq!(linked_by(&lax, "n"), unbound(&[Factor::Sms]).vouched());
    assert_eq!(wechat(&mut lax, "n").text("status"), "SUCCESS");

    let mut strict = elsewhere(lax, strict);
    let token = link_token(&mut strict, "n");
    let code = code_to(&mut strict, NORA);
    let answer = strict.send(&by_code(&token, NORA, &code));
    assert_eq!(answer.status, 200, "{answer:?} {:?}", events(&strict));
    assert_eq!(wechat(&mut strict, "n").text("status"), "SUCCESS");
}

/// Both logins wait for a second factor. The state token says how sure the link is.
#[test]
fn a_login_that_waits_keeps_how_sure_its_link_is() {
    for is_bound in [false, true] {
        let mut world = world();
        let token = if is_bound {
            let Verdict::LinkPending(pending) = wechat_bound(&mut world, "t").verdict else { panic!() };
            pending.link_token.expose().to_owned()
        } else {
            link_token(&mut world, "t")
        };
        let pending = world.send(&by_password(&token, "tom", demo::PASSWORD)).state_token().to_owned();
        let totp = world.totp("tom", 0);
        assert_eq!(world.send(&Call::prove_totp(&pending, &totp)).text("status"), "SUCCESS");
        let proofs = of(&[Factor::Password, Factor::Totp]);
        let expected = if is_bound { LinkedBy::bound(proofs) } else { LinkedBy::unbound(proofs) };
        assert_eq!(linked_by(&world, "t"), expected);
    }
}

/// A registration by a vouched mobile makes a link that says so. A later second factor makes it no surer.
#[test]
fn an_account_that_is_made_by_a_vouched_mobile_is_linked_by_that() {
    let Unassociated::Bind(proofs) = policy().unassociated else { panic!() };
    let registration = [Channel::Sms].into_iter().collect();
    let unassociated = Unassociated::BindOrRegister(proofs);
    let mut world = World::with_policy(Policy { unassociated, registration, ..policy() });
    vouch(&mut world, MobileSource::Wechat, "w", "+86-19912345678");
    let token = wechat(&mut world, "new").state_token().to_owned();
    let path = "/api/v2/sdk/social/wechat-mobile-register-bind";
    let answer = world.send(&Call::post(path, &json!({ "wechat_code": "w" })).pending(&token));
    assert_eq!(answer.text("status"), "SUCCESS");
    assert_eq!(linked_by(&world, "new"), unbound(&[Factor::Sms]).vouched());
}
