//! Sending codes: to whom, how often, and what the replies reveal.

use authflow::testkit::{
    Answer, Call, HostFault, Setup, World,
    demo::{self, DAY, MOBILE, START},
    invalid_state_token, refusal,
};
use authflow::{
    AccountId, Application, Applications, Config, Dialect, Engine, Lifetime, Secret,
    account::{Account, AccountStatus},
    code::{SendPolicy, SendRefusal},
    contact::{Channel, Mobile, Recipient},
    factor::{Factor, FactorSet},
    outcome::{CaptchaRefusal, Event, Fault, SendFailure, Verdict},
    policy::{Policy, Recovery, SecondFactor},
    sdk::Api,
    step::{Commit, CommitRefusal, Committed, Step},
    token::{Key, KeyRing},
};
use serde_json::{Value, json};

const SMS: &str = "/api/v2/sdk/sms/send";
const BY_SMS: &str = "/api/v2/sdk/login/mobile-verify-code";

fn ask(world: &mut World, mobile: &str) -> Answer {
    world.send(&Call::post(SMS, &json!({ "mobile": mobile, "type": "LOGIN_SMS" })))
}

fn sign_in(world: &mut World, mobile: &str, code: &str) -> Answer {
    world.send(&Call::post(BY_SMS, &json!({ "mobile": mobile, "verify_code": code })))
}

fn wrong_code() -> (u16, Value) {
    refusal("IDAAS.SDK.CAPTCHA.0007", "Incorrect verification code")
}

fn not_sent() -> (u16, Value) {
    refusal("IDAAS.SDK.CAPTCHA.0006", "Failed to send verification code")
}

fn robot() -> (u16, Value) {
    refusal("IDAAS.SDK.CAPTCHA.0004", "Invalid graphic verification code token")
}

fn not_yet(seconds: u64) -> (u16, Value) {
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    let message = format!(
        "Verification codes are sent too often, please try again in {minutes} minutes and {seconds} seconds"
    );
    refusal("IDAAS.SDK.CAPTCHA.0101", &message)
}

/// The seconds for which a client must wait, as the headers of the latest reply say.
fn retry_after(world: &World) -> Option<String> {
    let reply = world.api.reply(world.outcome.as_ref().unwrap());
    let named = reply.headers().find(|(name, _)| *name == "retry-after");
    named.map(|(_, value)| value.into())
}

fn seconds(seconds: u32) -> Lifetime {
    Lifetime::from_seconds(seconds).unwrap()
}

fn last_event(world: &World) -> &Event {
    world.outcome.as_ref().unwrap().events.last().unwrap()
}

#[test]
fn a_new_code_takes_the_place_of_the_old_one_and_comes_after_a_minute() {
    let mut world = World::new();
    ask(&mut world, "+86-13800000001");
    let first = world.code();
    world.clock.now = START.plus_seconds(59);
    assert_eq!(ask(&mut world, "+86-13800000001").parts(), not_yet(1));
    let too_soon = SendFailure::Refused(SendRefusal::TooSoon { wait: seconds(1) });
    assert!(matches!(last_event(&world), Event::CodeNotSent { reason, .. } if *reason == too_soon));
    assert_eq!(world.host.outbox.len(), 1);
    world.clock.now = START.plus_seconds(60);
    assert_eq!(ask(&mut world, "+86-13800000001").status, 200);
    let second = world.code();
    assert_ne!(first, second);
    assert_eq!(sign_in(&mut world, "+86-13800000001", &first).parts(), wrong_code());
    assert_eq!(sign_in(&mut world, "+86-13800000001", &second).status, 200);
}

#[test]
fn a_recipient_has_a_daily_budget_over_all_purposes_and_applications() {
    let sending = SendPolicy::new(Lifetime::of::<1>(), 3).unwrap();
    for (dialect, other) in [(Dialect::Ciam, "UPDATE_PWD_SMS"), (Dialect::Eiam, "FORGET_PWD_SMS")] {
        let setup = Setup::new(Policy { sending, ..demo::policy() });
        let mut world = World::with_setup(Setup { dialect, ..setup });
        for (at, of_type) in ["LOGIN_SMS", other, "LOGIN_SMS"].into_iter().enumerate() {
            world.clock.now = START.plus_seconds(at as u64);
            let body = json!({ "mobile": MOBILE, "type": of_type });
            assert_eq!(world.send(&Call::post(SMS, &body)).status, 200);
        }
        world.clock.now = START.plus_seconds(10);
        assert_eq!(ask(&mut world, MOBILE).status, 400);
        let wait = seconds(DAY as u32 - 10);
        let spent = SendFailure::Refused(SendRefusal::BudgetSpent { wait });
        assert!(matches!(last_event(&world), Event::CodeNotSent { reason, .. } if *reason == spent));
        assert_eq!(ask(&mut world, "+86-13800000001").status, 200, "another one has its own");
        world.clock.now = START.plus_seconds(DAY);
        assert_eq!(ask(&mut world, MOBILE).status, 200);
    }
}

/// A client is told how long it must wait, in the message and in a header. If waiting does not help, neither the message nor a header says anything.
#[test]
fn a_wait_is_told_apart_from_what_could_not_be_sent() {
    let mut world = World::new();
    assert_eq!(ask(&mut world, MOBILE).status, 200);
    assert_eq!(retry_after(&world), None);
    world.clock.pass(20);
    assert_eq!(ask(&mut world, MOBILE).parts(), not_yet(40));
    assert_eq!(retry_after(&world).as_deref(), Some("40"));
    let wait = Fault::CodeNotYet { wait: seconds(40) };
    assert!(matches!(world.outcome.as_ref().unwrap().verdict, Verdict::Refused(fault) if fault == wait));
    world.clock.pass(40);
    world.host.undeliverable = true;
    assert_eq!(ask(&mut world, MOBILE).parts(), not_sent());
    assert_eq!(retry_after(&world), None);

    let mut world = World::with_policy(demanding());
    world.host.robot = Some(Secret::new("robot"));
    assert_eq!(ask_as(&mut world, MOBILE, "robot").parts(), robot());
    assert_eq!(retry_after(&world), None, "to a robot nothing is told");
}

/// A caller that asks for a number again and again is told the same waits after the same questions, whether or not an account has the
/// number. The replies agree to the byte, and the waits to the second.
#[test]
fn a_wait_does_not_tell_who_has_an_account() {
    let seen = |prepare: &dyn Fn(&mut World)| {
        let mut world = World::with_setup(Setup::new(Policy {
            sending: SendPolicy::new(seconds(60), 3).unwrap(),
            ..demo::policy()
        }));
        prepare(&mut world);
        let mut told = Vec::new();
        for pause in [0, 1, 58, 1, 30, 30, 1, 3_600, DAY - 3_721, 1, 20] {
            world.clock.pass(pause);
            let answer = ask(&mut world, MOBILE);
            let stored: Vec<_> = world.host.sends.values().map(|record| record.to_bytes()).collect();
            told.push((answer, retry_after(&world), world.host.asked.clone(), stored));
        }
        told
    };
    let known = seen(&|_| ());
    let waits: Vec<_> = known.iter().map(|(_, wait, ..)| wait.as_deref()).collect();
    let spent = [(DAY - 121).to_string(), (DAY - 3_721).to_string()];
    let [after_a_minute, after_an_hour] = [spent[0].as_str(), spent[1].as_str()];
    let expected =
        [None, Some("59"), Some("1"), None, Some("30"), None, Some(after_a_minute), Some(after_an_hour)];
    assert_eq!(waits[..8], expected);
    assert_eq!(waits[8..], [None, Some("59"), Some("39")], "the next day");
    assert_eq!(seen(&|world| world.account("mona").mobile = None), known, "nobody's");
    assert_eq!(seen(&|world| world.account("mona").status = AccountStatus::Disabled), known, "disabled");
}

/// A code that no call of the dialect takes is not sent. Its type is as malformed as an unknown one.
#[test]
fn a_code_that_no_call_takes_is_not_sent() {
    let types = [
        ("LOGIN_SMS", &[Dialect::Ciam, Dialect::Eiam, Dialect::OneAccess][..]),
        ("FORGET_PWD_SMS", &[Dialect::Eiam, Dialect::OneAccess]),
        ("UPDATE_PWD_SMS", &[Dialect::Ciam]),
        ("LOGIN_EMS", &[Dialect::Ciam, Dialect::Eiam, Dialect::OneAccess]),
        ("FORGET_PWD_EMS", &[]),
        ("UPDATE_PWD_EMS", &[]),
        ("BIND_MOBILE_SMS", &[]),
    ];
    let recovery = Channel::ALL.into_iter().collect();
    for dialect in [Dialect::Ciam, Dialect::Eiam, Dialect::OneAccess] {
        for (of_type, takers) in types {
            let setup = Setup::new(Policy { recovery, ..demo::policy() });
            let mut world = World::with_setup(Setup { dialect, ..setup });
            world.account("mona").enrolled = FactorSet::EMPTY;
            let (path, member, named) = match of_type.ends_with("_EMS") {
                true => ("/api/v2/sdk/email/send", "email", demo::EMAIL),
                false => (SMS, "mobile", MOBILE),
            };
            let mut ask =
                |of_type| world.send(&Call::post(path, &json!({ member: named, "type": of_type }))).parts();
            let (malformed, answer) = (ask("NO_SUCH_TYPE"), ask(of_type));
            if takers.contains(&dialect) {
                assert_eq!((answer.0, world.host.outbox.len()), (200, 1), "{dialect:?} {of_type}");
                assert!(!world.host.outbox[0].decoy, "{dialect:?} {of_type}");
            } else {
                assert_eq!((answer, world.host.outbox.len()), (malformed, 0), "{dialect:?} {of_type}");
                assert!(world.host.asked.is_empty(), "nothing is looked up or counted");
            }
        }
    }
}

/// If the policy has no reset, no dialect sends a code for one.
#[test]
fn a_code_of_a_forgotten_password_is_sent_only_where_the_policy_has_a_reset() {
    for dialect in [Dialect::Ciam, Dialect::Eiam, Dialect::OneAccess] {
        let policy = Policy { recovery: Recovery::NONE, ..demo::policy() };
        let mut world = World::with_setup(Setup { dialect, ..Setup::new(policy) });
        let body = json!({ "mobile": MOBILE, "type": "FORGET_PWD_SMS" });
        assert_eq!(world.send(&Call::post(SMS, &body)).status, 400);
        assert!(world.host.asked.is_empty() && world.host.outbox.is_empty());
        assert!(matches!(last_event(&world), Event::BodyRefused(_)));
    }
}

/// The client gets the same answer as any other, and no code. An event tells the host of a subject whom only an administrator can help.
#[test]
fn whoever_has_no_way_back_and_asks_for_one_is_told_of_to_the_host() {
    let ask = |enrolled: &[Factor], second_factor, recovery: &[Channel]| {
        let recovery = recovery.iter().copied().collect();
        let setup = Setup::new(Policy { second_factor, recovery, ..demo::policy() });
        let mut world = World::with_setup(Setup { dialect: Dialect::Eiam, ..setup });
        world.account("mona").enrolled = enrolled.iter().copied().collect();
        let body = json!({ "mobile": MOBILE, "type": "FORGET_PWD_SMS" });
        let answer = world.send(&Call::post(SMS, &body)).parts();
        let events = &world.outcome.as_ref().unwrap().events;
        let told = events.iter().any(|event| matches!(event, Event::NoWayBack { .. }));
        (answer, world.host.asked.clone(), world.host.outbox[0].decoy, told)
    };
    let free = ask(&[], SecondFactor::WhenEnrolled, &[Channel::Sms]);
    assert_eq!((free.2, free.3), (false, false));
    for second_factor in [SecondFactor::Off, SecondFactor::WhenEnrolled] {
        let lost = ask(&[Factor::Sms], second_factor, &[Channel::Sms]);
        assert_eq!((lost.2, lost.3), (true, true), "no channel of the policy's is left");
        assert_eq!((&lost.0, &lost.1), (&free.0, &free.1), "which shows nowhere");
        let by_mail = ask(&[Factor::Sms], second_factor, &Channel::ALL);
        assert_eq!((by_mail.2, by_mail.3), (true, false), "e-mail is left");
    }
}

/// A number that nobody has, and the numbers of a disabled and a locked account, get the same bytes after the same questions. This holds
/// for a send and for a sign-in.
#[test]
fn who_has_an_account_does_not_show() {
    let seen = |prepare: &dyn Fn(&mut World), code: Option<&str>| {
        let mut world = World::new();
        prepare(&mut world);
        let sent = ask(&mut world, MOBILE);
        let asked = world.host.asked.clone();
        let code = code.map_or_else(|| "000000".into(), String::from);
        let refused = sign_in(&mut world, MOBILE, &code);
        assert!(world.host.sessions.is_empty());
        (sent.status, sent.bytes, asked, refused.status, refused.bytes, world.host.asked.clone())
    };
    let known = seen(&|_| (), None);
    assert_eq!(known.2, ["FindAccount", "Commit", "Deliver"]);
    assert_eq!(known.5, ["FindAccount", "ReserveAttempt", "LoadCode", "SettleAttempt"]);
    assert_eq!(seen(&|world| world.account("mona").mobile = None, None), known, "unknown");
    assert_eq!(
        seen(&|world| world.account("mona").status = AccountStatus::Disabled, None),
        known,
        "disabled"
    );
    assert_eq!(seen(&|world| world.account("mona").status = AccountStatus::Locked, None), known, "locked");
}

#[test]
fn a_host_that_fails_sends_and_spends_nothing_it_need_not() {
    let mut world = World::new();
    for question in ["FindAccount", "Commit"] {
        world.host.fault = Some(HostFault::Unavailable(question));
        assert_eq!(ask(&mut world, "+86-13800000001").status, 500, "{question}");
        assert!(world.host.outbox.is_empty() && world.host.sends.is_empty());
    }
    world.host.fault = Some(HostFault::Unavailable("Deliver"));
    assert_eq!(ask(&mut world, "+86-13800000001").status, 500);
    assert_eq!(world.host.sends.len(), 1, "what may have been sent has been counted");
    world.host.fault = None;
    world.host.undeliverable = true;
    world.clock.now = START.plus_seconds(60);
    assert_eq!(ask(&mut world, "+86-13800000001").parts(), not_sent());
    world.host.undeliverable = false;
    world.clock.now = START.plus_seconds(120);
    ask(&mut world, "+86-13800000001");
    let code = world.code();
    for question in ["LoadCode", "DecideAccess", "Commit"] {
        world.host.fault = Some(HostFault::Unavailable(question));
        assert_eq!(sign_in(&mut world, "+86-13800000001", &code).status, 500, "{question}");
    }
    world.host.fault = None;
    assert_eq!(sign_in(&mut world, "+86-13800000001", &code).status, 200, "the code is still good");
}

#[test]
fn what_no_call_takes_is_malformed() {
    let mut world = World::new();
    let malformed =
        |what: &str| refusal("IDAAS.SDK.PARAM.0101", &format!("The request body is malformed: {what}"));
    let not_taken = "type must be one that this application takes";
    for (body, what) in [
        (json!({ "mobile": MOBILE, "type": "BIND_MOBILE_SMS" }), not_taken),
        (json!({ "mobile": MOBILE, "type": "LOGIN_EMS" }), not_taken),
        (json!({ "mobile": MOBILE, "type": "FORGET_PWD_SMS" }), not_taken),
        (json!({ "mobile": MOBILE }), "type must be there"),
        (json!({ "type": "LOGIN_SMS" }), "mobile must be there"),
        (json!({ "mobile": "erin", "type": "LOGIN_SMS" }), "mobile must be a mobile number"),
        (
            json!({ "mobile": MOBILE, "type": "LOGIN_SMS", "captcha_token": "x".repeat(4097) }),
            "captcha_token must have at most 4096 bytes",
        ),
    ] {
        assert_eq!(world.send(&Call::post(SMS, &body)).parts(), malformed(what), "{body}");
        assert!(world.host.asked.is_empty());
    }
    for (body, what) in [
        (json!({ "mobile": "erin", "verify_code": "1" }), "mobile must be a mobile number"),
        (json!({ "mobile": MOBILE, "verify_code": "" }), "verify_code must be there"),
        (json!({ "mobile": MOBILE, "verify_code": 123456 }), "verify_code must be a string"),
        (json!({ "mobile": MOBILE }), "verify_code must be there"),
        (
            json!({ "mobile": MOBILE, "verify_code": "1".repeat(65) }),
            "verify_code must have at most 64 bytes",
        ),
    ] {
        assert_eq!(world.send(&Call::post(BY_SMS, &body)).parts(), malformed(what), "{body}");
    }
    // A code of a pending login takes its state token, and no other code does.
    let without = json!({ "mobile": MOBILE, "type": "MFA_AUTH_SMS" });
    assert_eq!(world.send(&Call::post(SMS, &without)).parts(), invalid_state_token());
    let pending = world.login("mona");
    let body = json!({ "mobile": MOBILE, "type": "LOGIN_SMS" });
    assert_eq!(
        world.send(&Call::post(SMS, &body).pending(pending.state_token())).parts(),
        malformed("type must be one of a pending login")
    );
    assert!(world.host.outbox.is_empty());
}

/// An application that demands a captcha.
fn demanding() -> Policy {
    Policy { demands_captcha: true, ..demo::policy() }
}

/// A captcha that is not demanded is not judged. A pending login has proved more than a captcha does.
#[test]
fn a_captcha_that_is_not_demanded_is_passed_over() {
    let mut world = World::new();
    world.host.robot = Some(Secret::new("robot"));
    let body = json!({ "mobile": MOBILE, "type": "LOGIN_SMS", "captcha_token": "robot" });
    assert_eq!(world.send(&Call::post(SMS, &body)).status, 200);
    assert!(!world.host.asked.contains(&"JudgeCaptcha"));

    let mut world = World::with_policy(demanding());
    world.host.robot = Some(Secret::new("robot"));
    let pending = world.login("mona");
    let body = json!({ "type": "MFA_AUTH_SMS", "captcha_token": "robot" });
    assert_eq!(world.send(&Call::post(SMS, &body).pending(pending.state_token())).status, 200);
    assert!(!world.host.asked.contains(&"JudgeCaptcha"));
}

/// The question names the recipient of the code, in the form in which numbers are compared.
#[test]
fn a_captcha_that_is_demanded_is_judged_with_the_recipient_and_missing_is_none() {
    let mut world = World::with_policy(demanding());
    let body = json!({ "mobile": "+86 138 0000 0000", "type": "LOGIN_SMS", "captcha_token": "human" });
    let Step::JudgeCaptcha(question) = world.begin(&Call::post(SMS, &body)) else { panic!("not asked") };
    assert_eq!(question.recipient, Recipient::Mobile(Mobile::new(MOBILE).unwrap()));
    assert_eq!(world.finish(question.into()).status, 200);

    let body = json!({ "mobile": MOBILE, "type": "LOGIN_SMS" });
    world.clock.pass(60);
    assert_eq!(world.send(&Call::post(SMS, &body)).parts(), robot());
    assert_eq!(world.host.asked, ["JudgeCaptcha"]);
    world.host.fault = Some(HostFault::Unavailable("JudgeCaptcha"));
    assert_eq!(world.send(&Call::post(SMS, &body)).status, 500);
    assert_eq!(world.host.outbox.len(), 1, "nothing more was sent");
}

/// A robot is refused before anything is counted or written.
#[test]
fn a_robot_costs_nothing_and_its_token_reaches_no_log() {
    let mut world = World::with_policy(demanding());
    world.host.robot = Some(Secret::new("robot"));
    let body = json!({ "mobile": MOBILE, "type": "LOGIN_SMS", "captcha_token": "robot" });
    for _ in 0..20 {
        assert_eq!(world.send(&Call::post(SMS, &body)).parts(), robot());
        assert_eq!(world.host.asked, ["JudgeCaptcha"]);
    }
    assert!(world.host.sends.is_empty() && world.host.codes.is_empty() && world.host.outbox.is_empty());
    assert!(matches!(
        last_event(&world),
        Event::CodeNotSent { reason: SendFailure::Captcha(CaptchaRefusal::Host), .. }
    ));

    let headers = demo::device().with("Content-Type", "application/json");
    let body = json!({ "mobile": MOBILE, "type": "LOGIN_SMS", "captcha_token": "human-proof" }).to_string();
    let step = world.begin(&Call::new("POST", SMS).on(&headers).with_body(body.as_bytes()));
    let printed = world.printed(step);
    let message = world.host.outbox.last().unwrap();
    for secret in ["human-proof", message.code.expose(), "13800000000"] {
        assert!(!printed.contains(secret), "{secret}: {printed}");
    }
}

/// A stranger who knows only a number uses up nothing that its owner needs: neither the guesses at the second factor nor the budget of its codes.
#[test]
fn what_strangers_do_to_a_number_does_not_reach_its_owners_logins() {
    let mut world = World::new();
    for _ in 0..6 {
        sign_in(&mut world, MOBILE, "000000x");
    }
    for _ in 0..12 {
        world.clock.now = world.clock.now.plus_seconds(60);
        ask(&mut world, MOBILE);
    }
    assert_eq!(ask(&mut world, MOBILE).parts(), not_yet(DAY - 660), "the strangers' budget is spent");
    let pending = world.login("mona").state_token().to_string();
    assert_eq!(
        world.send(&Call::post(SMS, &json!({ "type": "MFA_AUTH_SMS" })).pending(&pending)).status,
        200
    );
    let body = json!({ "verify_code": world.code() });
    assert_eq!(
        world.send(&Call::post("/api/v2/sdk/mfa/sms", &body).pending(&pending)).text("status"),
        "SUCCESS"
    );
}

/// A thief who knows the password does not learn the number by asking for codes to every number that its mask leaves open.
#[test]
fn the_budget_of_a_login_does_not_tell_which_number_it_is() {
    let mut world = World::new();
    let pending = world.login("mona").state_token().to_string();
    world.send(&Call::post(SMS, &json!({ "type": "MFA_AUTH_SMS" })).pending(&pending));
    for number in [MOBILE, "+86-13800010000", "+86-13899990000"] {
        assert_eq!(ask(&mut world, number).status, 200, "{number}");
    }
}

/// The budget is that of the stored number. A host that finds its account by other spellings opens no second budget. If no account is
/// found, each spelling has its own budget, which costs nobody a message.
#[test]
fn a_budget_is_of_the_contact_as_it_is_stored() {
    let ask = |world: &mut World, typed: &str, stored: &str| {
        let call = Call::post(SMS, &json!({ "mobile": typed, "type": "LOGIN_SMS" }));
        let mut step = world.begin(&call);
        if let Step::FindAccount(question) = step {
            let mona = Account { mobile: Mobile::new(stored).ok(), ..world.account("mona").clone() };
            step = question.answer(Some(mona));
        }
        world.finish(step).status
    };
    let mut world = World::new();
    assert_eq!(ask(&mut world, "+86-13800000000", MOBILE), 200);
    assert_eq!(ask(&mut world, "+1-13800000000", MOBILE), 400, "whatever spelling finds it");
    assert_eq!(ask(&mut world, "+1-13800000000", "+1-13800000000"), 200, "another contact has its own");
    assert_eq!(world.host.sends.len(), 2);
}

/// A thief with the database has no key: the same number has another slot under each ring.
#[test]
fn slots_of_sends_tell_no_number() {
    let slot = |ring: KeyRing| {
        let mut world = World::new();
        let policy = Policy { first_factors: FactorSet::EMPTY.with(Factor::Sms), ..demo::policy() };
        let application =
            Application { policy, ..Application::isv(demo::audience().client_id, [demo::tenant()]) };
        let config = Config::new(demo::issuer(), ring, Applications::Fixed(vec![application]));
        world.api = Api::new(Engine::new(config).unwrap());
        assert_eq!(ask(&mut world, MOBILE).status, 200);
        *world.host.sends.keys().next().unwrap()
    };
    let ring = |byte| KeyRing::new(Key::without_id(demo::secret(byte)).unwrap());
    assert_eq!(slot(ring(1)), slot(ring(1)));
    assert_ne!(slot(ring(1)), slot(ring(2)));
}

/// A world whose application sends at most so many codes in all.
fn summed(daily_in_all: u32) -> World {
    let sending = SendPolicy::new(Lifetime::of::<1>(), 2).unwrap().with_daily_in_all(daily_in_all).unwrap();
    let mut world = World::with_policy(Policy { sending, ..demo::policy() });
    let mona = world.account("mona").clone();
    // There are enough accounts, each with a number.
    for number in 0..20 {
        let id = AccountId::new(&format!("p{number}")).unwrap();
        let mobile = Mobile::new(&theirs(number)).ok();
        world.host.accounts.push(Account { id, mobile, user_name: None, email: None, ..mona.clone() });
    }
    world
}

fn theirs(number: u32) -> String {
    format!("+86-139000000{number:02}")
}

fn nobodys(number: u32) -> String {
    format!("+86-137000000{number:02}")
}

fn ask_as(world: &mut World, mobile: &str, captcha_token: &str) -> Answer {
    let body = json!({ "mobile": mobile, "type": "LOGIN_SMS", "captcha_token": captcha_token });
    world.send(&Call::post(SMS, &body))
}

fn is_demanded(world: &World) -> bool {
    world.outcome.as_ref().unwrap().events.contains(&Event::CaptchaDemanded)
}

#[test]
fn at_half_of_the_sum_a_captcha_is_demanded_of_everybody_and_at_its_end_nobody_gets_a_code() {
    let mut world = summed(8);
    world.host.robot = Some(Secret::new("robot"));
    for number in 0..4 {
        assert_eq!(ask_as(&mut world, &theirs(number), "robot").status, 200, "{number}");
        assert_eq!(world.host.asked, ["FindAccount", "Commit", "Deliver"], "passed over");
        assert!(!is_demanded(&world));
    }
    let writes = (world.host.sends.clone(), world.host.codes.len(), world.host.sums.clone());
    for mobile in [theirs(4), nobodys(0)] {
        assert_eq!(ask_as(&mut world, &mobile, "robot").parts(), robot());
        assert_eq!(world.host.asked, ["FindAccount", "Commit", "JudgeCaptcha"]);
        assert!(is_demanded(&world));
        assert!(matches!(
            last_event(&world),
            Event::CodeNotSent { reason: SendFailure::Captcha(CaptchaRefusal::Host), .. }
        ));
    }
    let after = (world.host.sends.clone(), world.host.codes.len(), world.host.sums.clone());
    assert_eq!(writes, after, "a robot costs nothing");
    for number in 4..8 {
        assert_eq!(ask_as(&mut world, &theirs(number), "human").status, 200, "{number}");
        assert_eq!(world.host.asked, ["FindAccount", "Commit", "JudgeCaptcha", "Commit", "Deliver"]);
        assert!(is_demanded(&world));
    }
    for mobile in [theirs(8), nobodys(1)] {
        assert_eq!(ask_as(&mut world, &mobile, "human").parts(), not_yet(3 * 3_600));
        assert_eq!(world.host.asked, ["FindAccount", "Commit"]);
        let spent = SendFailure::Refused(SendRefusal::SumSpent { wait: seconds(3 * 3_600) });
        assert!(matches!(last_event(&world), Event::CodeNotSent { reason, .. } if *reason == spent));
    }
    assert_eq!(world.host.outbox.len(), 8);
    world.clock.pass(3 * 3_600);
    assert_eq!(ask_as(&mut world, &theirs(8), "human").status, 200, "it comes back by the hour");
    assert_eq!(ask_as(&mut world, &theirs(9), "human").parts(), not_yet(3 * 3_600));
}

/// Numbers that nobody has cost nobody a message.
#[test]
fn decoys_bring_the_captcha_and_close_nothing_and_cost_the_same_writes() {
    let mut world = summed(2);
    world.host.robot = Some(Secret::new("robot"));
    for number in 0..20 {
        let before = world.host.sums.values().next().map(|record| record.to_bytes());
        assert_eq!(ask_as(&mut world, &nobodys(number), "human").status, 200);
        assert_ne!(before, world.host.sums.values().next().map(|record| record.to_bytes()), "a write");
        assert_eq!(is_demanded(&world), number > 0);
    }
    assert_eq!(ask_as(&mut world, &theirs(0), "robot").parts(), robot());
    for number in 0..2 {
        assert_eq!(ask_as(&mut world, &theirs(number), "human").status, 200, "{number}");
    }
    assert_eq!(
        ask_as(&mut world, &theirs(2), "human").parts(),
        not_yet(12 * 3_600),
        "what was really sent ends it"
    );
}

/// An attacker may fill the sum to one below half. The next request but one must not tell whether an account has the number of the next
/// one.
#[test]
fn the_captcha_at_half_of_the_sum_does_not_tell_who_has_an_account() {
    let probe = |target: &str| {
        let mut world = summed(8);
        world.host.robot = Some(Secret::new("robot"));
        for number in 0..3 {
            ask_as(&mut world, &theirs(number), "robot");
        }
        [target, &nobodys(1)].map(|mobile| {
            let answer = ask_as(&mut world, mobile, "robot").parts();
            (answer, is_demanded(&world))
        })
    };
    let (somebody, nobody) = (probe(&theirs(3)), probe(&nobodys(0)));
    assert_eq!(somebody, nobody);
    assert_eq!(somebody.map(|(_, is_demanded)| is_demanded), [false, true]);
}

#[test]
fn pending_logins_have_a_budget_of_their_own_and_no_sum() {
    let mut world = summed(2);
    for number in 0..2 {
        ask_as(&mut world, &theirs(number), "human");
    }
    assert_eq!(ask_as(&mut world, &theirs(2), "human").parts(), not_yet(12 * 3_600), "the sum is spent");
    let sums = world.host.sums.clone();
    let pending = world.login("mona").state_token().to_owned();
    let body = json!({ "type": "MFA_AUTH_SMS" });
    assert_eq!(world.send(&Call::post(SMS, &body).pending(&pending)).status, 200);
    assert_eq!(sums, world.host.sums);
}

/// If the policy demands a captcha anyway, it has been judged before, and is not judged again.
#[test]
fn a_captcha_is_judged_once() {
    let mut world = summed(8);
    let sending = SendPolicy::new(Lifetime::of::<1>(), 2).unwrap().with_daily_in_all(2).unwrap();
    let mut strict = World::with_policy(Policy { sending, ..demanding() });
    strict.host.accounts = world.host.accounts.clone();
    assert_eq!(ask_as(&mut world, &theirs(0), "human").status, 200);
    for number in 0..2 {
        assert_eq!(ask_as(&mut strict, &theirs(number), "human").status, 200);
        assert_eq!(strict.host.asked, ["JudgeCaptcha", "FindAccount", "Commit", "Deliver"]);
    }
    assert_eq!(ask_as(&mut strict, &theirs(2), "human").parts(), not_yet(12 * 3_600));
}

/// The host may also fail after it has said that a captcha is needed.
#[test]
fn a_host_that_fails_at_half_sends_nothing() {
    let mut world = summed(2);
    ask_as(&mut world, &theirs(0), "human");
    world.host.fault = Some(HostFault::Unavailable("JudgeCaptcha"));
    assert_eq!(ask_as(&mut world, &theirs(1), "human").status, 500);
    assert_eq!(world.host.outbox.len(), 1);
    world.host.fault = None;
    // A host that gives this answer twice has not checked the captcha.
    let body = json!({ "mobile": theirs(1), "type": "LOGIN_SMS", "captcha_token": "human" });
    let mut step = world.begin(&Call::post(SMS, &body));
    let refused = Committed::Refused(CommitRefusal::Code(SendRefusal::CaptchaDemanded));
    for _ in 0..2 {
        step = world.until::<Commit>(step).answer(refused.clone());
    }
    assert_eq!(world.finish(step).status, 500);
    assert!(matches!(last_event(&world), Event::Contradiction { question: "Commit" }));
}
