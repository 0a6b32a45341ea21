//! The account that a registration makes, and its owner.

use super::*;
use authflow::{
    account::AccountStatus,
    factor::{Factor, FactorSet},
    flow::{Action, Finding, State, graph},
    outcome::Verdict,
    policy::SecondFactor,
};

#[test]
fn a_code_to_a_number_makes_an_account_and_signs_in() {
    let mut world = world();
    let sent = ask(&mut world, ZOE);
    assert_eq!((sent.status, sent.bytes.len()), (200, 0));
    assert_eq!(world.host.asked, ["FindAccount", "Commit", "Deliver"]);
    assert!(!world.host.outbox.last().unwrap().decoy);
    let code = world.code();

    let chosen =
        json!({ "user_name": "Zoe.Z", "pwd": "Correct-Horse-7", "name": "Zoe", "attr_gender": "female" });
    let granted = world.send(&registration(ZOE, &code, chosen));
    assert_eq!(granted.text("status"), "SUCCESS");
    let questions = [
        "FindAccount",
        "ReserveAttempt",
        "LoadCode",
        "JudgeProfile",
        "JudgePassword",
        "DecideAccess",
        "Commit",
    ];
    assert_eq!(world.host.asked, questions);

    let zoe = newest(&world).clone();
    assert_eq!(zoe.tenant, Some(demo::tenant()));
    assert_eq!(zoe.status, AccountStatus::Active);
    assert_eq!(zoe.user_name.as_ref().unwrap().as_str(), "Zoe.Z");
    assert_eq!(
        zoe.mobile.as_ref().unwrap().as_str(),
        "+8613800000009",
        "what was proved, in its one spelling"
    );
    assert_eq!((zoe.email.is_none(), zoe.enrolled, zoe.totp.is_none()), (true, FactorSet::EMPTY, true));
    assert_eq!(verifier(&zoe), Some("Correct-Horse-7"));
    assert_eq!(zoe.password.as_ref().unwrap().changed_at, world.clock.now);
    assert_eq!(zoe.profile.to_json(), r#"{"name":"Zoe"}"#);
    assert_eq!(zoe.id.as_str().len(), 36, "a UUID, where the host chooses none");

    let session = world.host.sessions.values().next().unwrap();
    assert_eq!((session.account, session.revision), (zoe.id, zoe.revision));
    let factors = FactorSet::EMPTY.with(Factor::Sms);
    assert_eq!(
        session.factors, factors,
        "what was proved: the password was chosen, and nobody has compared it"
    );
    assert_eq!(
        world.send(&Call::refresh(granted.session_token())).status,
        200,
        "the session is of that revision"
    );
    assert_eq!(world.send(&Call::login("zoe.z", "Correct-Horse-7")).text("status"), "SUCCESS");
}

#[test]
fn an_address_registers_as_well_and_a_password_may_be_left_out() {
    let mut world = world();
    let granted = register(&mut world, "Zoe@Example.com", json!({}));
    assert_eq!(granted.text("status"), "SUCCESS");
    let zoe = newest(&world);
    assert_eq!(zoe.email.as_ref().unwrap().as_str(), ZOES_MAIL);
    assert!(zoe.mobile.is_none() && zoe.password.is_none() && zoe.user_name.is_none());
    let id = zoe.id;
    let registered = Event::Registered { account: id, channel: Channel::Email };
    assert!(world.outcome.as_ref().unwrap().events.contains(&registered));

    world.clock.pass(60);
    world.send(&Call::post("/api/v2/sdk/email/send", &json!({ "email": ZOES_MAIL, "type": "LOGIN_EMS" })));
    let body = json!({ "email": ZOES_MAIL, "verify_code": world.code() });
    assert_eq!(
        world.send(&Call::post("/api/v2/sdk/login/email-verify-code", &body)).text("status"),
        "SUCCESS"
    );
}

/// A subject who registers by a number could name anybody's address.
#[test]
fn a_contact_that_nobody_has_proved_is_none() {
    let mut world = world();
    let granted = register(&mut world, ZOE, json!({ "email": "mona@example.com", "pwd": "Correct-Horse-7" }));
    assert_eq!(granted.text("status"), "SUCCESS");
    assert!(newest(&world).email.is_none());
}

/// The host gets the typed members, and chooses the id of the account.
#[test]
fn the_host_is_handed_what_was_said_and_chooses_the_id() {
    use authflow::{
        AccountId,
        account::{AcceptedProfile, JudgeProfile, Profile, ProfileJudgement, UserName},
    };
    let mut world = world();
    ask(&mut world, ZOE);
    let said =
        json!({ "attr_birthday": "2001-02-03", "extension": { "age": "18" }, "pwd": "Correct-Horse-7" });
    let call = registration(ZOE, &world.code(), said);
    let step = world.begin(&call);
    let ask = world.until::<JudgeProfile>(step);
    assert_eq!(ask.recipient.normalised(), "+8613800000009");
    assert_eq!(
        (ask.members.get("attr_birthday"), ask.members.get("extension.age")),
        (Some("2001-02-03"), Some("18"))
    );
    assert!(ask.has_password && ask.user_name.is_none());
    let step = ask.answer(ProfileJudgement::Accepted(AcceptedProfile {
        account: AccountId::new("4711").unwrap(),
        user_name: UserName::new("guest-4711").ok(),
        profile: Profile::default(),
    }));
    let ask = world.until::<Commit>(step);
    let new = made(&ask);
    assert_eq!((ask.account, ask.expected, ask.claim.is_none()), (Some(new.id), None, true));
    assert_eq!(new.password.as_ref().unwrap().expose(), "Correct-Horse-7", "in the clear, to be hashed");
    let names: Vec<_> = ask.writes.iter().map(name).collect();
    assert_eq!(names, ["UseCode", "CreateAccount", "OpenSession", "ClearGuesses"]);
    let outcome = world.run(ask.into());
    assert!(matches!(outcome.verdict, Verdict::SignedIn(_)));
    assert_eq!(newest(&world).id.as_str(), "4711");
    assert_eq!(world.account("guest-4711").id.as_str(), "4711");
}

fn name(write: &Write) -> &'static str {
    match write {
        Write::UseCode(_) => "UseCode",
        Write::CreateAccount(_) => "CreateAccount",
        Write::OpenSession(_) => "OpenSession",
        Write::ClearGuesses(_) => "ClearGuesses",
        _ => "another",
    }
}

/// A first revision is drawn from the entropy of its moment, whoever had the id before.
#[test]
fn who_registers_again_after_having_been_deleted_is_another() {
    let mut world = world();
    let chosen = json!({ "pwd": "Correct-Horse-7" });
    let first = register(&mut world, ZOE, chosen.clone());
    let earlier = newest(&world).clone();
    world.host.accounts.pop();
    world.clock.pass(60);
    let second = register(&mut world, ZOE, chosen);
    assert_eq!(second.text("status"), "SUCCESS");
    let later = newest(&world).clone();
    assert!(later.id != earlier.id && later.revision != earlier.revision);
    assert_eq!(world.send(&Call::refresh(first.session_token())).status, 400, "the earlier one's session");
    assert_eq!(world.send(&Call::refresh(second.session_token())).status, 200);
}

/// If subjects sign in by a password alone, a registration must choose one.
#[test]
fn a_password_is_needed_where_one_signs_in_by_nothing_else() {
    let mut world =
        World::with_policy(Policy { first_factors: FactorSet::EMPTY.with(Factor::Password), ..policy() });
    ask(&mut world, ZOES_MAIL);
    let code = world.code();
    let without = world.send(&registration(ZOES_MAIL, &code, json!({})));
    assert_eq!((without.status, without.text("error_code")), (400, "IDAAS.SDK.PARAM.0101"));
    assert!(world.host.asked.is_empty(), "no guess is counted");
    let with = world.send(&registration(ZOES_MAIL, &code, json!({ "pwd": "Correct-Horse-7" })));
    assert_eq!(with.text("status"), "SUCCESS");
    let signed_in = world.send(&Call::post(
        "/api/v2/sdk/login/auth",
        &json!({ "user_name": ZOES_MAIL, "password": "Correct-Horse-7" }),
    ));
    assert_eq!(signed_in.text("status"), "SUCCESS");
}

#[test]
fn the_graph_shows_who_registers_and_what_comes_to_nothing() {
    let shown = |policy: Policy| {
        let graph = graph(&policy);
        let registers: Vec<_> = graph
            .edges()
            .filter(|edge| matches!(edge.action, Some(Action::Register(_))))
            .map(|edge| (edge.from, edge.to))
            .collect();
        let findings = graph.check(FactorSet::EMPTY);
        let in_vain: Vec<_> =
            findings.into_iter().filter(|finding| matches!(finding, Finding::NobodyRegisters(_))).collect();
        (registers, graph.allowed(State::Registered).count(), in_vain)
    };
    let registers = [(State::Start, State::Registered); 2].to_vec();
    assert_eq!(shown(policy()), (registers, 0, vec![]));
    assert!(graph(&policy()).mermaid().to_string().contains("[*] --> Registered: register by sms\n"));
    assert!(graph(&policy()).mermaid().to_string().contains("Registered --> SessionIssued\n"));
    assert_eq!(shown(demo::policy()), (vec![], 0, vec![]));
    let always = Policy { second_factor: SecondFactor::Always, ..policy() };
    let in_vain = Channel::ALL.map(Finding::NobodyRegisters).to_vec();
    assert_eq!(shown(always), (vec![], 0, in_vain));
}
