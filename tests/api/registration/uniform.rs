//! Until a code is proved, nothing tells a taken contact from a free one: no bytes, no questions and no writes.

use super::*;
use authflow::{
    account::AccountStatus,
    code::{SendPolicy, SendRefusal},
    contact::Recipient,
    outcome::SendFailure,
    step::{Commit, Step},
};

/// A taken contact and a free one, for each channel.
const PAIRS: [(&str, &str); 2] = [(demo::MOBILE, ZOE), (demo::EMAIL, ZOES_MAIL)];

/// The parts of a request that a host sees, without the contact.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    answer: (u16, Vec<u8>),
    questions: Vec<&'static str>,
    /// The account that each commit names, whether it expects a revision, and the kinds of its writes with the lengths
    /// of their keys.
    commits: Vec<(Option<authflow::AccountId>, bool, Vec<String>)>,
    /// Whether each message is a decoy.
    sent: Vec<bool>,
}

fn see(world: &mut World, call: &Call) -> Seen {
    let (before, mut commits) = (world.host.outbox.len(), Vec::new());
    let mut step = world.begin(call);
    let outcome = loop {
        if let Step::Commit(ask) = &step {
            commits.push((ask.account, ask.expected.is_some(), kinds(ask)));
        }
        match world.host.answer(step) {
            Ok(next) => step = next,
            Err(outcome) => break *outcome,
        }
    };
    let reply = world.api.reply(&outcome);
    world.outcome = Some(outcome);
    let sent = world.host.outbox.iter().skip(before).map(|message| message.decoy).collect();
    Seen {
        answer: (reply.status(), reply.body().to_vec()),
        questions: world.host.asked.clone(),
        commits,
        sent,
    }
}

fn kinds(commit: &Commit) -> Vec<String> {
    let kind = |write: &Write| match write {
        Write::StoreCode { key, code, budget } => {
            let lengths = (key.as_bytes().len(), code.digest.to_bytes().len(), budget.owner.as_bytes().len());
            format!("StoreCode {lengths:?} {:?}", code.expires_at)
        }
        Write::CountSend(sum) => {
            let counted = sum.spend(None).unwrap();
            format!("CountSend {:?}", counted.to_bytes())
        }
        _ => "another".into(),
    };
    commit.writes.iter().map(kind).collect()
}

#[test]
fn a_send_answers_alike_for_taken_and_free() {
    let mut policy = policy();
    policy.sending = SendPolicy::default().with_daily_in_all(100).unwrap();
    for (taken, free) in PAIRS {
        for status in [AccountStatus::Active, AccountStatus::Disabled] {
            let of = |contact: &str| {
                let mut world = World::with_policy(policy);
                world.account("mona").status = status;
                let first = see(&mut world, &send(contact));
                // The second request is too soon, and the reply is the same for both contacts.
                let second = see(&mut world, &send(contact));
                (first, second, events(&world))
            };
            let (seen, other) = (of(taken), of(free));
            assert_eq!(seen, other, "{taken} {status:?}");
            assert_eq!(seen.0.questions, ["FindAccount", "Commit", "Deliver"]);
            assert_eq!(seen.0.sent, [false], "whoever has the contact gets the code");
            assert_eq!(seen.1.answer.0, 400);
        }
    }
}

/// The events of the latest request, which name nobody.
fn events(world: &World) -> Vec<Event> {
    let events = world.outcome.as_ref().unwrap().events.clone();
    let refused = matches!(
        events.as_slice(),
        [Event::CodeNotSent { account: None, reason: SendFailure::Refused(SendRefusal::TooSoon { .. }) }]
    );
    assert!(refused, "{events:?}");
    events
}

/// A code goes to a contact in its one spelling, and that spelling is stored. So the form in which another account has it
/// does not matter.
#[test]
fn a_code_goes_to_the_one_spelling_whoever_has_another() {
    let mut world = world();
    world.account("mona").email = authflow::contact::EmailAddress::new("Mona@Example.com").ok();
    for contact in ["MONA@example.COM", "ZOE@example.COM"] {
        ask(&mut world, contact);
        let Recipient::Email(sent) = &world.host.outbox.last().unwrap().recipient else { panic!() };
        assert_eq!(sent.as_str(), contact.to_lowercase());
    }
}

#[test]
fn wrong_codes_are_refused_alike_up_to_the_lock() {
    for (taken, free) in PAIRS {
        let of = |contact: &str| {
            let mut world = world();
            ask(&mut world, contact);
            let code = world.code();
            let guess = |world: &mut World, code: &str| see(world, &registration(contact, code, json!({})));
            let wrong: Vec<_> = (0..5).map(|_| guess(&mut world, "000000")).collect();
            // The code is right, but the contact is locked.
            (wrong, guess(&mut world, &code))
        };
        assert_eq!(of(taken), of(free), "{taken}");
        let (wrong, locked) = of(free);
        assert!(wrong.iter().all(|guess| *guess == locked), "a lock reads as wrong");
        assert_eq!(locked.questions, ["FindAccount", "ReserveAttempt", "LoadCode", "SettleAttempt"]);
    }
}

/// Guesses at a registration are guesses at the contact, and share one count with those at a sign-in.
#[test]
fn registration_is_no_second_set_of_guesses() {
    for contact in [demo::MOBILE, ZOE] {
        let mut world = world();
        ask(&mut world, contact);
        let code = world.code();
        for at in 0..5 {
            let body = json!({ "mobile": contact, "verify_code": "000000" });
            let call = match at % 2 {
                0 => Call::post("/api/v2/sdk/login/mobile-verify-code", &body),
                _ => registration(contact, "000000", json!({})),
            };
            assert_eq!(world.send(&call).status, 400);
        }
        let late = world.send(&registration(contact, &code, json!({})));
        assert_eq!(late.text("error_code"), "IDAAS.SDK.CAPTCHA.0007", "{contact}");
    }
}

/// A code for a registration spends the same budget as a code for a sign-in.
#[test]
fn registration_is_no_second_budget_of_codes() {
    for contact in [demo::MOBILE, ZOE] {
        let mut world = world();
        assert_eq!(ask(&mut world, contact).status, 200);
        let sign_in = Call::post("/api/v2/sdk/sms/send", &json!({ "mobile": contact, "type": "LOGIN_SMS" }));
        assert_eq!(world.send(&sign_in).text("error_code"), "IDAAS.SDK.CAPTCHA.0101", "{contact}");
    }
}
