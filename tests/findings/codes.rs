//! Sent codes: their owners, the calls that take them, and their number. Findings 14, 17 and 19, K17.

use crate::calls::{
    ALICE, MAIL, NORA, ask, ask_within, latest_code, password_of, prove_sms, reset, sent, sign_in_by_sms,
    works, world_of,
};
use authflow::{
    Dialect,
    account::AccountKey,
    contact::EmailAddress,
    step::Step,
    testkit::{Answer, Call, World, demo::PASSWORD},
};
use serde_json::json;

#[test]
fn finding_14_a_code_signs_in_on_no_other_device() {
    let mut world = World::new();
    let code = sent(&mut world, &ask(NORA, "LOGIN_SMS"));
    let answer = world.send(&sign_in_by_sms(NORA, &code).with_fingerprint("another"));
    assert_ne!(answer.status, 200, "finding 14: a code signed in on a device that did not ask for it");
}

#[test]
fn finding_14_a_code_resets_a_password_on_no_other_device() {
    let mut world = world_of(Dialect::Eiam);
    let code = sent(&mut world, &ask(ALICE, "FORGET_PWD_SMS"));
    world.send(&reset(ALICE, &code).with_fingerprint("another"));
    assert_eq!(
        password_of(&mut world, "alice").as_deref(),
        Some(PASSWORD),
        "finding 14: a code reset a password on a device that did not ask for it"
    );
}

#[test]
fn finding_14_a_strangers_request_replaces_no_code() {
    let mut world = World::new();
    let code = sent(&mut world, &ask(NORA, "LOGIN_SMS"));
    world.clock.pass(60);
    world.send(&ask(NORA, "LOGIN_SMS").with_fingerprint("a stranger's"));
    let answer = world.send(&sign_in_by_sms(NORA, &code));
    assert_eq!(answer.status, 200, "finding 14: a stranger's request took the code away");
}

/// Whether the host was asked to send any code but decoys.
fn was_sent(dialect: Dialect, call: &Call) -> bool {
    let mut world = world_of(dialect);
    world.account("alice").email = EmailAddress::new("alice@example.com").ok();
    world.send(call);
    world.host.outbox.iter().any(|message| !message.decoy)
}

#[test]
fn finding_17_ciam_sends_no_code_of_a_forgotten_password() {
    let sent = was_sent(Dialect::Ciam, &ask(ALICE, "FORGET_PWD_SMS"));
    assert!(!sent, "finding 17: CIAM sent a code of a forgotten password, which no call takes");
}

#[test]
fn finding_17_eiam_sends_no_code_of_an_update() {
    let sent = was_sent(Dialect::Eiam, &ask(ALICE, "UPDATE_PWD_SMS"));
    assert!(!sent, "finding 17: EIAM sent a code of an update, which no call takes");
}

#[test]
fn finding_17_one_access_sends_no_code_of_an_update() {
    let sent = was_sent(Dialect::OneAccess, &ask(ALICE, "UPDATE_PWD_SMS"));
    assert!(!sent, "finding 17: OneAccess sent a code of an update, which no call takes");
}

#[test]
fn finding_17_no_dialect_sends_a_code_of_a_forgotten_password_by_email() {
    let call = Call::post(MAIL, &json!({ "email": "alice@example.com", "type": "FORGET_PWD_EMS" }));
    let dialects = [Dialect::Ciam, Dialect::Eiam, Dialect::OneAccess];
    let sent = dialects.into_iter().filter(|dialect| was_sent(*dialect, &call)).count();
    assert_eq!(sent, 0, "finding 17: a code of a forgotten password was sent by e-mail, which no call takes");
}

/// Answers like a host that finds an account by its number in every spelling.
fn send_to_a_host_that_knows_every_spelling(world: &mut World, call: &Call) {
    let mut step = world.begin(call);
    loop {
        let next = match step {
            Step::FindAccount(ask) => match &ask.key {
                AccountKey::Identifier(typed)
                    if typed.names().any(|(_, text)| text.ends_with("13800000001")) =>
                {
                    let nora = world.account("nora").clone();
                    Ok(ask.answer(Some(nora)))
                }
                _ => world.host.answer(Step::FindAccount(ask)),
            },
            other => world.host.answer(other),
        };
        match next {
            Ok(next) => step = next,
            Err(_) => return,
        }
    }
}

/// The budget of a number is one message a minute.
#[test]
fn finding_19_the_budget_is_of_the_number_and_not_of_its_spelling() {
    let mut world = World::new();
    for spelling in [NORA, "13800000001", "8613800000001", "008613800000001"] {
        send_to_a_host_that_knows_every_spelling(&mut world, &ask(spelling, "LOGIN_SMS"));
    }
    let sent = world.host.outbox.iter().filter(|message| !message.decoy).count();
    assert_eq!(sent, 1, "finding 19: every spelling of one number was a budget of its own");
}

/// The answer to a client if the gateway is broken.
fn of_a_broken_gateway() -> Answer {
    let mut world = World::new();
    world.host.undeliverable = true;
    let state_token = works(world.login("mona")).state_token().to_owned();
    let answer = world.send(&ask_within(&state_token, "MFA_AUTH_SMS"));
    assert_eq!(answer.status, 400, "a message that does not get through is told");
    answer
}

/// Row 12a: eve proves her factor, and wants to change her password by a code at once.
#[test]
fn kind_17_a_step_that_is_held_up_by_another_ones_code_is_told_so() {
    let mut world = World::new();
    let state_token = works(world.login("eve")).state_token().to_owned();
    let code = sent(&mut world, &ask_within(&state_token, "MFA_AUTH_SMS"));
    let warned = works(world.send(&prove_sms(&state_token, &code)));
    assert_eq!(warned.text("status"), "PASSWORD_WARN");
    world.clock.pass(20);
    let asked = world.send(&ask_within(warned.state_token(), "CHANGE_PWD_SMS"));
    assert_ne!(
        asked,
        of_a_broken_gateway(),
        "kind 17: the code of the factor kept the code of the change back, and was called a failure to send"
    );
}

/// Row 12b: the page is loaded again, ten seconds after a code was sent. The first code works, or another one comes.
#[test]
fn kind_17_a_page_loaded_again_is_not_left_without_a_code() {
    let mut world = World::new();
    let first = works(world.login("mona")).state_token().to_owned();
    sent(&mut world, &ask_within(&first, "MFA_AUTH_SMS"));
    world.clock.pass(10);
    let second = works(world.login("mona")).state_token().to_owned();
    world.send(&ask_within(&second, "MFA_AUTH_SMS"));
    let code = latest_code(&world);
    let proved = world.send(&prove_sms(&second, &code));
    assert_eq!(proved.status, 200, "kind 17: a page that was loaded again was left without a code");
}

/// Row 12c: a subject who signs in eleven times a day is at least told so.
#[test]
fn kind_17_the_eleventh_sign_in_of_a_day_is_no_broken_gateway() {
    let mut world = World::new();
    let mut asked = None;
    for _ in 0..11 {
        let state_token = works(world.login("mona")).state_token().to_owned();
        asked = Some(world.send(&ask_within(&state_token, "MFA_AUTH_SMS")));
        if asked.as_ref().is_some_and(|asked| asked.status == 200) {
            let code = latest_code(&world);
            works(world.send(&prove_sms(&state_token, &code)));
        }
        world.clock.pass(3_600);
    }
    assert_ne!(
        asked,
        Some(of_a_broken_gateway()),
        "kind 17: the eleventh sign-in of a day was told of a failure to send"
    );
}
