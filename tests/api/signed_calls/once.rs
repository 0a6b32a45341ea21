//! One signature writes once, for as long as it is fresh.

use super::*;
use authflow::{
    captcha::CaptchaKind,
    contact::Channel,
    step::{Commit, Write},
};

const SMS: &str = "/api/v2/sdk/sms/send";

#[test]
fn a_signature_that_has_written_something_is_used() {
    let mut world = signing();
    let token = session(&mut world);
    let changed = change().signed(&token, NOW, "n");
    assert_eq!(world.send(&changed).status, 200);
    // The second change has the same nonce, and sets the old password again.
    let back =
        Call::post(CHANGE, &json!({ "old_password": "Battery-Staple-8", "new_password": demo::PASSWORD }));
    let replayed = world.send(&back.clone().signed(&token, NOW, "n"));
    assert_eq!(replayed.parts(), invalid());
    assert_eq!(reason(&world), TokenRefusal::Replayed);
    // The signature is no good for any other write either.
    assert_eq!(world.send(&Call::get(LOGOUT).signed(&token, NOW, "n")).parts(), invalid());
    assert!(world.host.ended.is_empty(), "and nothing was done");
    assert_eq!(world.send(&back.signed(&token, NOW, "m")).status, 200);
    assert_eq!(world.send(&Call::get(LOGOUT).signed(&token, NOW + 1, "n")).status, 200);
}

/// Reads keep nothing, so they cost no write.
#[test]
fn reads_may_come_again_while_the_signature_is_fresh() {
    let mut world = signing();
    let token = session(&mut world);
    for call in [Call::get(CHECK), Call::new("POST", ID_TOKEN)] {
        let call = call.signed(&token, NOW, "n");
        for later in [0, 100, 329] {
            world.clock.now = START.plus_seconds(later);
            assert_eq!(world.send(&call).status, 200, "{} {later}", call.path);
        }
        world.clock.now = START.plus_seconds(330);
        assert_eq!(world.send(&call).parts(), invalid());
        world.clock.now = START;
    }
    assert!(world.host.claims.is_empty());
}

/// Two sessions, whose clients make their nonces from the time, as the family's sample does.
#[test]
fn a_use_is_of_one_session() {
    let mut world = signing();
    let tokens = [session(&mut world), session(&mut world)];
    for token in &tokens {
        assert_eq!(world.send(&Call::get(LOGOUT).signed(token, NOW, "17b29fa9c7e")).status, 200);
    }
    assert_eq!(world.host.ended.len(), 2);
}

#[test]
fn of_two_at_once_one_writes() {
    let mut world = signing();
    let token = session(&mut world);
    let call = change().signed(&token, NOW, "n");
    let steps = [world.begin(&call), world.begin(&call)];
    let steps = steps.map(|step| world.until_commit(step));
    let answers = steps.map(|step| world.finish(step));
    assert_eq!(answers.each_ref().map(|it| it.status), [200, 400]);
    assert_eq!(answers[1].parts(), invalid());
}

/// No clock forgets a use before its signature is over: neither a fast clock of a database nor a slow one of an instance.
#[test]
fn a_use_is_kept_for_as_long_as_any_clock_takes_the_signature() {
    for (milliseconds, sealed_at) in
        [(NOW - 329_000, START.minus_seconds(329)), (NOW + 330_000, START.plus_seconds(330))]
    {
        let mut world = signing();
        let token = session(&mut world);
        let step = world.begin(&Call::get(LOGOUT).signed(&token, milliseconds, "n"));
        let commit = world.until::<Commit>(step);
        let claim = commit.claim.unwrap();
        assert_eq!((claim.opens, claim.keep_until), (None, sealed_at.plus_seconds(300 + 30 + 300)));
        assert!(matches!(commit.writes[..], [Write::EndSessions(_)]));
    }
}

/// The client does not know what became of its write, and asks again with the same signature, which is still good.
#[test]
fn a_write_that_did_not_come_to_pass_uses_nothing() {
    let mut world = signing();
    let token = session(&mut world);
    for (call, nonce) in [(change(), "m"), (Call::get(LOGOUT), "n")] {
        let call = call.signed(&token, NOW, nonce);
        world.host.fault = Some(HostFault::Unavailable("Commit"));
        assert_eq!(world.send(&call).status, 500);
        world.host.fault = None;
        assert_eq!(world.send(&call).status, 200);
    }
}

/// One signature is one guess. A thief who has recorded a signed call neither guesses with it nor locks its owner out.
#[test]
fn a_signature_that_is_used_counts_no_guess_and_asks_for_none() {
    let mut world = signing();
    let token = session(&mut world);
    let wrong =
        || Call::post(CHANGE, &json!({ "old_password": "wrong", "new_password": "Battery-Staple-8" }));
    assert_eq!(world.send(&wrong().signed(&token, NOW, "n")).text("error_code"), "PWD.0102");
    let attempts = world.host.attempts.clone();
    for call in [wrong(), change(), wrong(), change(), wrong(), change()] {
        assert_eq!(world.send(&call.signed(&token, NOW, "n")).parts(), invalid());
        assert_eq!(reason(&world), TokenRefusal::Replayed);
        assert_eq!(*world.host.asked.last().unwrap(), "Commit", "no guess was reserved");
        assert_eq!(world.host.attempts, attempts);
    }
    assert_eq!(world.send(&change().signed(&token, NOW, "m")).status, 200, "not locked out");
}

/// A commit claims one thing. A code to a new contact may take a captcha too, which is demanded at once, or once half of the daily sum is spent.
#[test]
fn a_code_to_a_new_contact_uses_its_signature_whatever_captcha_it_takes() {
    let replacing = Policy { replaces_contacts: [Channel::Sms].into_iter().collect(), ..demo::policy() };
    let sending = replacing.sending.with_daily_in_all(10).unwrap();
    let by_picture = Policy { demands_captcha: true, captcha: CaptchaKind::Picture, ..replacing };
    for policy in [Policy { sending, ..replacing }, by_picture] {
        let mut world = World::with_setup(Setup { policy, ..setup() });
        let token = session(&mut world);
        // The sixth code is past half of the sum.
        for nonce in ["a", "b", "c", "d", "e", "f"] {
            let number = format!("+86-139000000{:02}", nonce.as_bytes()[0]);
            let captcha = captcha_token(&mut world, policy.captcha, &number);
            let body = json!({ "mobile": number, "type": "UPDATE_MOBILE_SMS", "captcha_token": captcha });
            let call = sign(&world, Call::post(SMS, &body), &token, nonce);
            assert_eq!(world.send(&call).status, 200, "{nonce}");
            let replayed = sign(&world, change(), &token, nonce);
            assert_eq!(world.send(&replayed).parts(), invalid(), "{nonce}");
            assert_eq!(reason(&world), TokenRefusal::Replayed);
            world.clock.pass(60);
        }
        let of_each = if policy.captcha == CaptchaKind::Picture { 2 } else { 1 };
        assert_eq!(world.host.claims.len(), 6 * of_each, "a signature, and the token of a picture");
    }
}

fn captcha_token(world: &mut World, kind: CaptchaKind, sender: &str) -> String {
    if kind == CaptchaKind::Own {
        return "a captcha".to_owned();
    }
    let shown = world.send(&Call::get("/api/v2/sdk/captcha"));
    let body = json!({ "point_json": world.host.solution(), "token": shown.text("token"), "sender": sender });
    world.send(&Call::post("/api/v2/sdk/captcha/verify", &body)).text("captcha_token").to_owned()
}

/// Of two requests that guess at once with one signature, one is judged.
#[test]
fn one_signature_is_one_guess_at_once_too() {
    let mut world = signing();
    let token = session(&mut world);
    let wrong = Call::post(CHANGE, &json!({ "old_password": "wrong", "new_password": "Battery-Staple-8" }));
    let call = wrong.signed(&token, NOW, "n");
    let steps = [world.begin(&call), world.begin(&call)].map(|step| world.until_commit(step));
    let told = steps.map(|step| world.finish(step).text("error_code").to_owned());
    assert_eq!(told, ["PWD.0102", "PARAM.0030"]);
}

/// A tenant's server rotates the token, and no signature gets the new one.
#[test]
fn a_token_that_a_rotation_has_retired_is_refused_as_everything_else() {
    let mut world = rotating();
    let token = session(&mut world);
    rotate(&mut world, &token);
    assert_eq!(world.send(&Call::new("POST", ID_TOKEN).signed(&token, NOW, "a")).parts(), invalid());
}

/// A thief who has copied a signature has no session token, and so cannot make another signature.
#[test]
fn a_signature_buys_no_session_token() {
    for mut world in [signing(), rotating()] {
        let token = session(&mut world);
        let refused = world.send(&Call::new("POST", REFRESH).signed(&token, NOW, "a"));
        assert_eq!((refused.parts(), world.host.asked.len()), (invalid(), 0));
        for call in calls() {
            let answer = world.send(&call.signed(&token, NOW, "b"));
            assert!(!answer.bytes.windows(3).any(|three| three == b"LGT"));
        }
    }
}

#[test]
fn a_policy_of_either_form_gives_references() {
    for session_token_form in [SessionTokenForm::SelfContained, SessionTokenForm::Reference] {
        let policy = Policy { session_token_form, ..demo::policy() };
        let mut world = World::with_setup(Setup { policy, ..setup() });
        let granted: Answer = world.login("alice");
        assert_eq!(granted.session_token().len(), 125);
        let room = format!("session_token={}&timestamp={NOW}&nonce=", granted.session_token());
        assert_eq!(190 - room.len(), 20, "what RSA of 2,048 bits leaves for a nonce");
    }
}
