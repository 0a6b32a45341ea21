//! Refused registrations, and what they leave behind.

use super::*;
use authflow::testkit::refusal;
use authflow::{
    account::{MemberName, ProfileFlaw, ProfileRefusal},
    factor::{Factor, FactorSet},
    outcome::{ProofRefusal, RegistrationRefusal, Verdict},
    policy::{Registration, SecondFactor},
};

fn wrong_code() -> (u16, Value) {
    refusal("IDAAS.SDK.CAPTCHA.0007", "Incorrect verification code")
}

fn nothing_is_made(world: &World) {
    assert_eq!(world.host.accounts.len(), demo::accounts().len());
    assert!(world.host.sessions.is_empty());
}

/// No default lets anybody register.
#[test]
fn where_the_policy_does_not_say_so_nobody_registers_and_no_code_is_sent() {
    let by_email_alone = Policy { registration: [Channel::Email].into_iter().collect(), ..demo::policy() };
    let nobody_gets_in = Policy { second_factor: SecondFactor::Always, ..policy() };
    let by_another = Policy { first_factors: FactorSet::EMPTY.with(Factor::Email), ..policy() };
    for policy in [demo::policy(), by_email_alone, nobody_gets_in, by_another] {
        let mut world = World::with_policy(policy);
        let sent = ask(&mut world, ZOE);
        assert_eq!((sent.status, sent.text("error_code")), (400, "IDAAS.SDK.PARAM.0101"));
        assert!(world.host.asked.is_empty() && world.host.outbox.is_empty());
        let chosen = json!({ "pwd": "Correct-Horse-7" });
        assert_eq!(world.send(&registration(ZOE, "123456", chosen)).parts(), wrong_code());
        assert!(world.host.asked.is_empty());
        assert!(matches!(last_event(&world), Event::ProofRefused { reason: ProofRefusal::NotOffered, .. }));
        nothing_is_made(&world);
    }
    assert_eq!(Policy::default().registration, Registration::NONE);
}

/// No page of EIAM shows such a call.
#[test]
fn a_dialect_without_the_call_has_no_such_path() {
    for (dialect, status) in [(Dialect::Ciam, 200), (Dialect::OneAccess, 200), (Dialect::Eiam, 404)] {
        let mut world = world_of(dialect, policy());
        let sent = ask(&mut world, ZOE);
        assert_eq!(sent.status, if status == 200 { 200 } else { 400 }, "{dialect:?}");
        let code = world.host.outbox.last().map_or("1".into(), |message| message.code.expose().to_owned());
        let answer = world.send(&registration(ZOE, &code, json!({})));
        assert_eq!(answer.status, status, "{dialect:?}");
        if status == 404 {
            assert_eq!(answer.text("error_code"), "SDK.COMMON.1101");
        }
    }
}

#[test]
fn a_taken_contact_is_told_to_whoever_has_proved_it_and_to_nobody_else() {
    let mut world = world();
    let mona = world.account("mona").id;
    for contact in [demo::MOBILE, "MONA@example.com"] {
        assert_eq!(ask(&mut world, contact).status, 200);
        let code = world.code();
        let guessed = world.send(&registration(contact, "000000", json!({})));
        assert_eq!(guessed.parts(), wrong_code());
        let told = world.send(&registration(contact, &code, json!({ "user_name": "zoe" })));
        let message = "The mobile number or email is used by another user";
        assert_eq!(told.parts(), refusal("IDAAS.SDK.USER.0102", message));
        let questions = ["FindAccount", "ReserveAttempt", "LoadCode", "SettleAttempt"];
        assert_eq!(world.host.asked, questions, "the guess is given back, and the host judges nobody");
        let reason = RegistrationRefusal::ContactTaken;
        assert_eq!(*last_event(&world), Event::RegistrationRefused { account: Some(mona), reason });
        nothing_is_made(&world);
        world.clock.pass(60);
    }
}

/// A code is for one purpose, recipient and device.
#[test]
fn another_code_registers_nobody() {
    let mut world = world();
    ask(&mut world, ZOE);
    let zoes = world.code();
    let other = "+86-13800000008";
    ask(&mut world, other);
    let others = world.code();
    world.send(&Call::post("/api/v2/sdk/sms/send", &json!({ "mobile": demo::MOBILE, "type": "LOGIN_SMS" })));
    let of_sign_in = world.code();
    for (contact, code) in [(ZOE, &others), (other, &zoes), (demo::MOBILE, &of_sign_in)] {
        assert_eq!(world.send(&registration(contact, code, json!({}))).parts(), wrong_code(), "{contact}");
    }
    let elsewhere = registration(ZOE, &zoes, json!({})).with_fingerprint("another");
    assert_eq!(world.send(&elsewhere).parts(), wrong_code());
    nothing_is_made(&world);
    let body = json!({ "mobile": ZOE, "verify_code": zoes });
    let sign_in = Call::post("/api/v2/sdk/login/mobile-verify-code", &body);
    assert_eq!(world.send(&sign_in).parts(), wrong_code(), "it signs nobody in");
    assert_eq!(world.send(&registration(ZOE, &zoes, json!({}))).status, 200);
}

#[test]
fn a_code_registers_once() {
    let mut world = world();
    assert_eq!(register(&mut world, ZOE, json!({})).status, 200);
    let code = world.code();
    let again = world.send(&registration(ZOE, &code, json!({})));
    assert_eq!(again.text("error_code"), "IDAAS.SDK.USER.0102", "it is zoe's now, and she has the code");
    // The code does not bring back an account that is gone.
    world.host.accounts.pop();
    assert_eq!(world.send(&registration(ZOE, &code, json!({}))).parts(), wrong_code());
    assert_eq!(world.host.accounts.len(), demo::accounts().len());
}

/// Names that no new account may have, and passwords that break the rules, cost no guess and leave the code good.
#[test]
fn what_rules_refuse_is_refused_before_a_guess_is_counted() {
    let mut world = world();
    ask(&mut world, ZOE);
    let code = world.code();
    for name in
        ["zoe z", "+86-13800000000", "zoe@example.com", "zo\u{200b}e", "a\u{202e}b", " ", &"x".repeat(257)]
    {
        let refused = world.send(&registration(ZOE, &code, json!({ "user_name": name })));
        assert_eq!(refused.parts(), refusal("IDAAS.SDK.USER.0036", "Invalid username"), "{name:?}");
        assert!(world.host.asked.is_empty());
    }
    for (chosen, told) in [
        (json!({ "pwd": "short" }), "IDAAS.SDK.PWD.0007"),
        (json!({ "pwd": "Zoe.Smith.7", "user_name": "zoe.smith.7" }), "IDAAS.SDK.PWD.0003"),
    ] {
        assert_eq!(world.send(&registration(ZOE, &code, chosen)).text("error_code"), told);
        assert!(world.host.asked.is_empty());
    }
    nothing_is_made(&world);
    assert_eq!(world.send(&registration(ZOE, &code, json!({ "user_name": "zoe" }))).status, 200);
}

#[test]
fn what_the_host_refuses_gives_the_guess_back_and_leaves_the_code_good() {
    let mut world = world();
    ask(&mut world, ZOE);
    let code = world.code();
    for (member, flaw, told, message) in [
        ("attr_birthday", ProfileFlaw::Missing, "IDAAS.SDK.USER.0008", "Birthday cannot be empty"),
        ("name", ProfileFlaw::Malformed, "IDAAS.SDK.USER.0037", "Invalid name"),
        (
            "extension.age",
            ProfileFlaw::Missing,
            "IDAAS.SDK.USER.0104",
            "The attribute extension.age cannot be empty",
        ),
    ] {
        world.host.unfit_profile = Some(ProfileRefusal { member: MemberName::new(member).unwrap(), flaw });
        let refused = world.send(&registration(ZOE, &code, json!({})));
        assert_eq!(refused.parts(), refusal(told, message));
        assert_eq!(world.host.asked.last(), Some(&"SettleAttempt"));
    }
    world.host.unfit_profile = None;
    world.host.used_passwords = vec![authflow::Secret::new("Correct-Horse-7")];
    let chosen = json!({ "pwd": "Correct-Horse-7" });
    let refused = world.send(&registration(ZOE, &code, chosen));
    assert_eq!(refused.text("error_code"), "IDAAS.SDK.PWD.0001");
    nothing_is_made(&world);
    assert_eq!(world.host.attempts.values().filter(|record| !record.to_bytes().is_empty()).count(), 1);
    assert_eq!(world.send(&registration(ZOE, &code, json!({}))).status, 200, "six refusals and no lock");
}

/// A denial is final: the code is used up, and there is no account.
#[test]
fn denied_access_makes_no_account() {
    let mut world = world();
    world.host.denied = true;
    let denied = register(&mut world, ZOE, json!({ "pwd": "Correct-Horse-7" }));
    assert_eq!(denied.text("status"), "ACCESS_DENIED");
    nothing_is_made(&world);
    assert!(world.outcome.as_ref().unwrap().facts.account.is_none());
    world.host.denied = false;
    let code = world.code();
    assert_eq!(world.send(&registration(ZOE, &code, json!({}))).parts(), wrong_code());
    nothing_is_made(&world);
}

/// A subject who has proved a contact learns whether a name is taken, but only for a limited number of names.
#[test]
fn a_user_name_that_is_taken_counts_as_a_wrong_guess() {
    let mut world = world();
    ask(&mut world, ZOE);
    let code = world.code();
    for _ in 0..5 {
        let taken = world.send(&registration(ZOE, &code, json!({ "user_name": "Mona" })));
        assert_eq!(taken.parts(), refusal("IDAAS.SDK.USER.0103", "The username is taken"));
        nothing_is_made(&world);
    }
    assert_eq!(world.send(&registration(ZOE, &code, json!({ "user_name": "mona" }))).parts(), wrong_code());
    assert!(matches!(last_event(&world), Event::ProofRefused { reason: ProofRefusal::Locked, .. }));
}

/// The same holds for any member that the host says is taken. One proved code must not list what is taken.
#[test]
fn a_member_that_the_host_says_is_taken_counts_as_a_wrong_guess() {
    let mut world = world();
    ask(&mut world, ZOE);
    let code = world.code();
    let member = MemberName::new("name").unwrap();
    world.host.unfit_profile = Some(ProfileRefusal { member, flaw: ProfileFlaw::Taken });
    let tried = |world: &mut World, name: &str| {
        world.send(&registration(ZOE, &code, json!({ "name": name }))).text("error_code").to_owned()
    };
    let told: Vec<_> = (0..8).map(|at| tried(&mut world, &format!("somebody {at}"))).collect();
    let answers = told.iter().filter(|code| *code != "IDAAS.SDK.CAPTCHA.0007").count();
    assert_eq!(answers, 5, "{told:?}");
    nothing_is_made(&world);
}

/// An old user name may be the number in another spelling. A subject who typed it would find two accounts, and would get into neither.
#[test]
fn a_number_that_is_somebodys_user_name_in_another_spelling_is_taken() {
    for name in ["+86 138-0000 0009", "0086 13800000009", "138 0000 0009", "13800000009"] {
        let numbering = authflow::contact::NumberingPlan::new(86).ok();
        let mut world = World::with_setup(Setup { numbering, ..Setup::new(policy()) });
        world.account("alice").user_name = authflow::account::UserName::new(name).ok();
        let taken = register(&mut world, ZOE, json!({ "pwd": "Correct-Horse-7" }));
        assert_eq!(taken.text("error_code"), "IDAAS.SDK.USER.0102", "{name}");
        nothing_is_made(&world);
        // Its owner signs in by the name as before, and by the full number if the name says its country.
        for typed in [name, "+8613800000009"] {
            let body = json!({ "user_name": typed, "password": demo::PASSWORD });
            let answer = world.send(&Call::post("/api/v2/sdk/login/auth", &body));
            let is_found = typed == name || name.starts_with(['+', '0']);
            assert_eq!(answer.status, if is_found { 200 } else { 400 }, "{name} {typed}: {}", answer.body);
        }
    }
}

/// A number without a country belongs to nobody, so nobody can register it.
#[test]
fn a_number_must_say_its_country_or_have_one_by_the_tenants_plan() {
    let mut without = world();
    assert_eq!(ask(&mut without, "13800000009").text("error_code"), "IDAAS.SDK.PARAM.0101");
    let refused = without.send(&registration("13800000009", "1", json!({})));
    assert_eq!(refused.text("error_code"), "IDAAS.SDK.PARAM.0101");
    assert!(without.host.asked.is_empty());
    let numbering = authflow::contact::NumberingPlan::new(86).ok();
    let mut with = World::with_setup(Setup { numbering, ..Setup::new(policy()) });
    assert_eq!(register(&mut with, "138 0000 0009", json!({})).status, 200);
    assert_eq!(newest(&with).mobile.as_ref().unwrap().as_str(), "+8613800000009");
}

/// An old user name that is a number or an address leads to its owner as well, so it is taken.
#[test]
fn a_contact_that_is_somebodys_user_name_is_taken() {
    let mut world = world();
    world.account("alice").user_name = authflow::account::UserName::new(ZOES_MAIL).ok();
    let taken = register(&mut world, ZOES_MAIL, json!({}));
    assert_eq!(taken.text("error_code"), "IDAAS.SDK.USER.0102");
}

#[test]
fn a_host_that_registers_nobody_says_so_and_its_mistakes_are_none_of_the_clients() {
    use authflow::account::{AcceptedProfile, JudgeProfile, Profile, ProfileJudgement, UserName};
    let fit = |account: &str, user_name: &str| {
        ProfileJudgement::Accepted(AcceptedProfile {
            account: authflow::AccountId::new(account).unwrap(),
            user_name: UserName::new(user_name).ok(),
            profile: Profile::default(),
        })
    };
    let busy = "IDAAS.TENANT.COM.0002";
    let chosen = json!({ "user_name": "zoe" });
    for (judged, told, chosen) in [
        (ProfileJudgement::NotOffered, "IDAAS.SDK.USER.0106", &chosen),
        (ProfileJudgement::refuse("", ProfileFlaw::Missing), "IDAAS.SDK.USER.0106", &chosen),
        // An unfit name, another name than the chosen one, and a taken id.
        (fit("4711", "zoe z"), busy, &json!({})),
        (fit("4711", "eve-2"), busy, &chosen),
        (fit("id-mona", "zoe"), busy, &chosen),
    ] {
        let mut world = world();
        ask(&mut world, ZOE);
        let call = registration(ZOE, &world.code(), chosen.clone());
        let step = world.begin(&call);
        let ask = world.until::<JudgeProfile>(step);
        let outcome = world.run(ask.answer(judged.clone()));
        let answer = Answer::from(&world.api.reply(&outcome));
        assert_eq!(answer.text("error_code"), told, "{judged:?}");
        let blamed = Event::Contradiction { question: "JudgeProfile" };
        assert_eq!(outcome.events.contains(&blamed), matches!(outcome.verdict, Verdict::Busy));
        nothing_is_made(&world);
    }
}
