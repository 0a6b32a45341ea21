//! A page that is loaded again begins its login again. The code in hand is still good, once and on its device. Guesses and sends that were counted
//! stay counted.

use authflow::testkit::{
    Answer, Call, World,
    demo::{self, PASSWORD},
    invalid_state_token, refusal,
};
use authflow::{
    CodeRequest, Credentials, Engine, FactorResponse, Secret,
    account::UserName,
    code::CodePurpose,
    contact::{Channel, Mobile},
    device::{Caller, Device},
    outcome::{Event, ProofRefusal, Verdict},
    policy::Policy,
    step::Step,
};
use serde_json::{Value, json};

const SMS: &str = "/api/v2/sdk/sms/send";
const BY_SMS: &str = "/api/v2/sdk/mfa/sms";
const CHANGE: &str = "/api/v2/sdk/after-login/pwd/update-by-mobile";

fn wrong_code() -> (u16, Value) {
    refusal("IDAAS.SDK.CAPTCHA.0007", "Incorrect verification code")
}

/// Signs in, and returns the state token of a login that waits for one more step.
fn pending(world: &mut World, name: &str) -> String {
    let answer = world.login(name);
    answer.state_token().into()
}

fn ask(world: &mut World, state_token: &str, of_type: &str) -> String {
    let sent = world.send(&Call::post(SMS, &json!({ "type": of_type })).pending(state_token));
    assert_eq!(sent.status, 200, "{sent:?}");
    world.code()
}

fn prove(state_token: &str, code: &str) -> Call {
    Call::post(BY_SMS, &json!({ "verify_code": code })).pending(state_token)
}

fn reason(world: &World) -> ProofRefusal {
    match world.outcome.as_ref().unwrap().events.last() {
        Some(Event::ProofRefused { reason, .. }) => *reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_code_is_good_in_the_next_login_of_its_device_and_in_one_login_only() {
    let mut world = World::new();
    let [first, second] = [(); 2].map(|()| pending(&mut world, "mona"));
    let code = ask(&mut world, &first, "MFA_AUTH_SMS");
    assert_eq!(world.send(&prove(&second, &code)).text("status"), "SUCCESS");
    assert_eq!(world.send(&prove(&first, &code)).parts(), wrong_code());
    assert_eq!((reason(&world), world.host.sessions.len()), (ProofRefusal::Replayed, 1));
    world.send(&prove(&first, "000000x"));
    let left = world.outcome.as_ref().unwrap().facts.attempts_left;
    assert_eq!(left, Some(3), "it has counted as a wrong guess");
    // The state token that was spent with the code stays spent.
    assert_eq!(world.send(&prove(&second, &code)).parts(), invalid_state_token());
    // The other state token is not spent, and takes another code.
    world.clock.pass(60);
    let another = ask(&mut world, &first, "MFA_AUTH_SMS");
    assert_eq!(world.send(&prove(&first, &another)).text("status"), "SUCCESS");
}

/// Both logins are judged before either is written.
#[test]
fn of_two_logins_at_once_one_uses_the_code() {
    let mut world = World::new();
    let logins = [(); 2].map(|()| pending(&mut world, "mona"));
    let code = ask(&mut world, &logins[0], "MFA_AUTH_SMS");
    let waiting = logins.clone().map(|state_token| {
        let step = world.begin(&prove(&state_token, &code));
        world.until_commit(step)
    });
    let [first, second] = waiting.map(|step| world.finish(step).parts());
    assert_eq!((first.0, first.1["status"].as_str()), (200, Some("SUCCESS")));
    assert_eq!(second, wrong_code());
    assert_eq!((reason(&world), world.host.sessions.len()), (ProofRefusal::Replayed, 1));
    // The losing request has spent nothing, so its login takes another code.
    world.clock.pass(60);
    let another = ask(&mut world, &logins[1], "MFA_AUTH_SMS");
    assert_eq!(world.send(&prove(&logins[1], &another)).text("status"), "SUCCESS");
}

#[test]
fn a_code_that_changes_a_password_is_good_in_the_next_login_as_well() {
    let change = |state_token: &str, code: &str| {
        let body = json!({ "verify_code": code, "new_password": "Battery-Staple-8" });
        Call::post(CHANGE, &body).pending(state_token)
    };
    let mut world = World::new();
    world.account("victor").mobile = Mobile::new("+86-13800000003").ok();
    let [first, second] = [(); 2].map(|()| pending(&mut world, "victor"));
    let code = ask(&mut world, &first, "CHANGE_PWD_SMS");
    assert_eq!(world.send(&change(&second, &code)).text("status"), "SUCCESS");
    assert_eq!(world.send(&change(&first, &code)).parts(), invalid_state_token(), "the account has changed");
}

#[test]
fn a_denial_uses_the_code_up_for_every_login() {
    let mut world = World::new();
    let [first, second] = [(); 2].map(|()| pending(&mut world, "mona"));
    let code = ask(&mut world, &first, "MFA_AUTH_SMS");
    world.host.denied = true;
    assert_eq!(world.send(&prove(&first, &code)).text("status"), "ACCESS_DENIED");
    world.host.denied = false;
    assert_eq!(world.send(&prove(&second, &code)).parts(), wrong_code());
    assert_eq!((reason(&world), world.host.sessions.len()), (ProofRefusal::Replayed, 0));
}

/// A thief who knows the password and learns the code does not have the device that asked for the code.
#[test]
fn a_code_is_good_in_no_login_of_another_device() {
    let mut world = World::new();
    let own = pending(&mut world, "mona");
    let code = ask(&mut world, &own, "MFA_AUTH_SMS");
    let elsewhere = |call: Call| call.with_fingerprint("another");
    let strangers = world.send(&elsewhere(Call::login("mona", PASSWORD))).state_token().to_owned();
    assert_eq!(world.send(&elsewhere(prove(&strangers, &code))).parts(), wrong_code());
    assert_eq!(reason(&world), ProofRefusal::NoCode);
    // A code for the thief's login does not replace the code either.
    world.clock.pass(60);
    let asked = Call::post(SMS, &json!({ "type": "MFA_AUTH_SMS" })).pending(&strangers);
    assert_eq!(world.send(&elsewhere(asked)).status, 200);
    assert_eq!(world.send(&prove(&own, &code)).text("status"), "SUCCESS");
}

/// Neither a new login nor a new code brings new guesses.
#[test]
fn guesses_are_counted_over_all_logins_and_all_codes() {
    let mut world = World::new();
    let guess = |world: &mut World, code: &str| -> Answer {
        let state_token = pending(world, "mona");
        world.send(&prove(&state_token, code))
    };
    let state_token = pending(&mut world, "mona");
    ask(&mut world, &state_token, "MFA_AUTH_SMS");
    for left in (0..5).rev() {
        assert_eq!(guess(&mut world, "000000x").parts(), wrong_code());
        assert_eq!(world.outcome.as_ref().unwrap().facts.attempts_left, Some(left));
        if left == 2 {
            world.clock.pass(60);
            let anew = pending(&mut world, "mona");
            ask(&mut world, &anew, "MFA_AUTH_SMS");
        }
    }
    let right = world.code();
    assert_eq!(guess(&mut world, &right).parts(), wrong_code());
    assert_eq!(reason(&world), ProofRefusal::Locked);
}

/// A caller that shows nothing has no device, so two such callers do not share one.
#[test]
fn a_code_of_a_caller_that_shows_nothing_is_of_its_login() {
    let mut world = World::with_policy(Policy { allows_unbound: true, ..demo::policy() });
    let caller = || {
        let audience = demo::audience();
        let (client_id, tenant) = (audience.client_id, audience.tenant);
        Caller { device: Device::unbound("", None).unwrap(), client_id, tenant, language: None }
    };
    let mut run = |step: &dyn Fn(&mut World, &Engine) -> Step| {
        let engine = world.api.engine().clone();
        let step = step(&mut world, &engine);
        let verdict = world.run(step).verdict;
        (verdict, world.host.outbox.last().map(|message| message.code.expose().to_owned()))
    };
    let mut sign_in = || {
        let (verdict, _) = run(&|world, engine| {
            let identifier = UserName::new("mona").unwrap().into();
            let credentials = Credentials { identifier, password: Secret::new(PASSWORD) };
            engine.sign_in(caller(), credentials, world.moment())
        });
        let Verdict::Pending(pending) = verdict else { panic!("{verdict:?}") };
        pending.state_token
    };
    let [first, second] = [sign_in(), sign_in()];
    let (verdict, code) = run(&|world, engine| {
        let (purpose, channel) = (CodePurpose::SecondFactor, Channel::Sms);
        let request = CodeRequest { purpose, channel, recipient: None, captcha_token: None };
        engine.send_code(caller(), first.presented(), request, world.moment())
    });
    assert!(matches!(verdict, Verdict::Done), "{verdict:?}");
    let code = code.unwrap();
    for (state_token, is_good) in [(&second, false), (&first, true)] {
        let (verdict, _) = run(&|world, engine| {
            let code = Secret::new(&*code);
            let response = FactorResponse::Code { channel: Channel::Sms, recipient: None, code };
            engine.prove_factor(caller(), state_token.presented(), response, world.moment())
        });
        assert_eq!(matches!(verdict, Verdict::SignedIn(_)), is_good, "{verdict:?}");
    }
}
