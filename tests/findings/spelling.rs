//! One thing, several spellings. K3, K4, K7 and K8.

use crate::calls::{MAIL, NORA, ask, ask_within, prove_sms, sent, sign_in_by_sms, works, world_with};
use authflow::{
    Dialect,
    account::UserName,
    contact::{EmailAddress, Mobile, NumberingPlan},
    outcome::Event,
    password::{Password, PasswordForm},
    testkit::{
        Call, Setup, World,
        demo::{self, PASSWORD},
    },
};
use serde_json::json;

/// The product's page shows a number in this form. Once a tenant has a calling code, that is 86 here.
#[test]
fn kind_03_a_national_number_is_the_international_one() {
    let numbering = NumberingPlan::new(86).ok();
    let mut world = world_with(Setup { dialect: Dialect::OneAccess, numbering, ..Setup::default() });
    works(world.send(&ask("13800000001", "LOGIN_SMS")));
    let message = world.host.outbox.last().unwrap();
    assert!(!message.decoy, "kind 3: the national spelling of a number was nobody's");
}

/// Whether nora signs in with a code as she types it.
fn is_right_as(typed: fn(&str) -> String) -> bool {
    let mut world = World::new();
    let code = sent(&mut world, &ask(NORA, "LOGIN_SMS"));
    world.send(&sign_in_by_sms(NORA, &typed(&code))).status == 200
}

/// The digits of another script, counted from its zero.
fn in_digits(code: &str, zero: char) -> String {
    let digit = |digit: char| char::from_u32(zero as u32 + digit.to_digit(10).unwrap()).unwrap();
    code.chars().map(digit).collect()
}

#[test]
fn kind_04_digits_in_groups_are_digits() {
    let spaced = is_right_as(|code| format!("{} {}", &code[..3], &code[3..]));
    let hyphened = is_right_as(|code| format!("{}-{}", &code[..3], &code[3..]));
    assert!(spaced && hyphened, "kind 4: a code in two groups was called wrong");
}

#[test]
fn kind_04_full_width_digits_are_digits() {
    assert!(is_right_as(|code| in_digits(code, '０')), "kind 4: full-width digits were called wrong");
}

#[test]
fn kind_04_arabic_digits_are_digits() {
    assert!(is_right_as(|code| in_digits(code, '٠')), "kind 4: Arabic digits were called wrong");
}

/// Invisible characters come along when a code is copied out of a message.
#[test]
fn kind_04_invisible_characters_around_digits_are_nothing() {
    let zero_width = is_right_as(|code| format!("\u{200b}{code}\u{200b}"));
    let isolated = is_right_as(|code| format!("\u{2068}{code}\u{2069}"));
    assert!(zero_width && isolated, "kind 4: a code with invisible characters around it was called wrong");
}

/// The second factor is a code by SMS, or a one-time password as authenticators show it.
#[test]
fn kind_04_a_second_factor_may_be_typed_in_groups() {
    let grouped = |code: &str| format!("{} {}", &code[..3], &code[3..]);
    let mut world = World::new();
    let state_token = works(world.login("tom")).state_token().to_owned();
    let code = world.totp("tom", 0);
    let by_app = world.send(&Call::prove_totp(&state_token, &grouped(&code)));
    let state_token = works(world.login("mona")).state_token().to_owned();
    let code = sent(&mut world, &ask_within(&state_token, "MFA_AUTH_SMS"));
    let by_sms = world.send(&prove_sms(&state_token, &grouped(&code)));
    assert_eq!(
        (by_app.status, by_sms.status),
        (200, 200),
        "kind 4: a second factor in two groups was called wrong"
    );
}

#[test]
fn kind_04_a_mobile_may_be_typed_in_full_width_digits() {
    let mut world = World::new();
    world.send(&ask("+86-１３８００００００01", "LOGIN_SMS"));
    let reached = world.host.outbox.iter().any(|message| !message.decoy);
    assert!(reached, "kind 4: a mobile in full-width digits was malformed");
}

/// Whether an account of this user name signs in under this spelling.
fn is_known_as(user_name: &str, typed: &str) -> bool {
    let mut world = World::new();
    world.account("alice").user_name = UserName::new(user_name).ok();
    world.send(&Call::login(typed, PASSWORD)).status == 200
}

#[test]
fn kind_07a_a_composed_and_a_decomposed_name_are_one() {
    assert!(is_known_as("jos\u{e9}", "jos\u{e9}"), "the setup of this test signs in");
    let both = is_known_as("jos\u{e9}", "jose\u{301}") && is_known_as("jose\u{301}", "jos\u{e9}");
    assert!(both, "kind 7: a name typed with a combining accent was unknown");
}

#[test]
fn kind_07a_a_name_in_full_width_is_the_same_name() {
    assert!(is_known_as("alice", "ａｌｉｃｅ"), "kind 7: a name typed in full width was unknown");
}

#[test]
fn kind_07c_invisible_characters_in_a_typed_name_are_nothing() {
    for typed in ["\u{200b}alice", "alice\u{200b}", "ali\u{ad}ce", "\u{2068}alice\u{2069}"] {
        assert!(is_known_as("alice", typed), "kind 7: a name with an invisible character was unknown");
    }
}

#[test]
fn kind_07c_invisible_characters_around_a_typed_number_are_nothing() {
    let mut world = World::new();
    world.send(&ask(&format!("\u{202a}{NORA}\u{202c}"), "LOGIN_SMS"));
    let reached = world.host.outbox.iter().any(|message| !message.decoy);
    assert!(reached, "kind 7: a number with invisible characters around it was malformed");
}

#[test]
fn kind_07c_invisible_characters_around_a_typed_address_are_nothing() {
    let mut world = World::new();
    let email = format!("{}\u{200b}", demo::EMAIL);
    let body = json!({ "email": email, "type": "LOGIN_EMS" });
    world.send(&Call::post(MAIL, &body));
    let reached = world.host.outbox.iter().any(|message| !message.decoy);
    assert!(reached, "kind 7: an address with an invisible character was nobody's");
}

/// A new name that looks like another name is refused, or is the same name.
#[test]
fn kind_07c_an_invisible_character_makes_no_other_name() {
    let is_no_other = UserName::new("alice\u{200b}").map_or(true, |made| made.normalised() == "alice");
    assert!(is_no_other, "kind 7: an invisible character made another valid name");
}

#[test]
fn kind_07c_an_invisible_character_makes_no_other_address() {
    let plain = EmailAddress::new("alice@example.com").unwrap();
    let is_no_other = EmailAddress::new("alice\u{200b}@example.com").map_or(true, |made| made == plain);
    assert!(is_no_other, "kind 7: an invisible character made another valid address");
}

/// A password is set on one keyboard, and typed on another.
#[test]
fn kind_08_a_composed_and_a_decomposed_password_are_one() {
    let (composed, decomposed) = ("P\u{e4}ssw\u{f6}rter-88", "Pa\u{308}sswo\u{308}rter-88");
    let mut world = World::new();
    let pending = works(world.login("victor"));
    works(world.update(pending.state_token(), PASSWORD, composed));
    let answer = world.send(&Call::login("victor", decomposed));
    assert_eq!(answer.status, 200, "kind 8: a password typed with combining accents was wrong");
}

/// A password that was set before passwords had one spelling. Its verifier is of the text as it was typed.
fn set_before(typed: &str) -> World {
    let mut world = World::new();
    let now = world.clock.now;
    world.account("alice").password =
        Some(Password { form: PasswordForm::AsTyped, ..demo::password(typed, now.minus_seconds(demo::DAY)) });
    world
}

#[test]
fn kind_08_a_verifier_of_what_was_typed_is_made_one_of_the_one_spelling_by_the_next_sign_in() {
    let (composed, decomposed) = ("P\u{e4}ssw\u{f6}rter-88", "Pa\u{308}sswo\u{308}rter-88");
    let mut world = set_before(decomposed);
    assert_eq!(
        world.send(&Call::login("alice", composed)).status,
        400,
        "the other spelling is no guess of two hashes"
    );
    let asked = world.host.asked.iter().filter(|asked| **asked == "VerifyPassword").count();
    assert_eq!(asked, 1);
    works(world.send(&Call::login("alice", decomposed)));
    let known = world.account("alice").password.clone().unwrap();
    assert_eq!((known.verifier.expose(), known.form), (composed, PasswordForm::Canonical));
    works(world.send(&Call::login("alice", composed)));
    works(world.send(&Call::login("alice", decomposed)));
}

/// Within ASCII there is only one spelling, so nothing is hashed anew.
#[test]
fn kind_08_a_plain_password_of_the_old_form_is_left_as_it_is() {
    let mut world = set_before(PASSWORD);
    works(world.send(&Call::login("alice", PASSWORD)));
    assert_eq!(world.account("alice").password.as_ref().unwrap().form, PasswordForm::AsTyped);
}

/// Whether a name is locked after these wrong guesses, each in another spelling.
fn locks_after(spellings: &[&str], sign_in: impl Fn(&str) -> Call) -> bool {
    let setup = Setup { tells_attempts: true, dialect: Dialect::Eiam, ..Setup::new(demo::policy()) };
    let mut world = World::with_setup(setup);
    for spelling in spellings {
        world.send(&sign_in(spelling));
    }
    let last = world.send(&sign_in(spellings[0]));
    last.text("error_code") == "SDK.LOGIN.1003"
}

/// A limit is kept under the stored name. For a name that nobody has, it is kept under its one spelling.
#[test]
fn a_name_that_nobody_has_is_counted_by_its_one_spelling() {
    let by_mobile = |number: &str| {
        Call::post("/api/v2/sdk/login/mobile-pwd", &json!({ "mobile": number, "password": "wrong" }))
    };
    let by_any =
        |name: &str| Call::post("/api/v2/sdk/login/auth", &json!({ "user_name": name, "password": "wrong" }));
    for somebody in [true, false] {
        let last = if somebody { '1' } else { '7' };
        let numbers = [
            format!("+861380000000{last}"),
            format!("+86 138 0000 000{last}"),
            format!("0086-1380000000{last}"),
            format!("＋８６1380000000{last}"),
            format!("\u{202a}+861380000000{last}\u{202c}"),
        ];
        let numbers: Vec<_> = numbers.iter().map(String::as_str).collect();
        assert!(locks_after(&numbers, by_mobile), "by mobile, somebody: {somebody}");
        assert!(locks_after(&numbers, by_any), "by any name, somebody: {somebody}");
    }
    let names = ["jos\u{e9}", "JOSE\u{301}", "ｊosé", "\u{200b}josé", " José "];
    assert!(locks_after(&names, |name| Call::login(name, "wrong")));
}

/// Each use of a stored number without its country is reported, and no code goes to it.
#[test]
fn a_stored_number_without_a_country_reaches_nobody_and_is_reported() {
    let mut world = world_with(Setup { numbering: NumberingPlan::new(86).ok(), ..Setup::default() });
    world.account("nora").mobile = Mobile::new("13800000001").ok();
    works(world.send(&ask("13800000001", "LOGIN_SMS")));
    assert!(world.host.outbox.last().unwrap().decoy, "it is not hers");
    let id = world.account("alice").id;
    world.account("alice").mobile = Mobile::new("138 0000 0004").ok();
    works(world.login("alice"));
    let events = &world.outcome.as_ref().unwrap().events;
    assert!(events.contains(&Event::NumberWithoutCountry { account: id }), "{events:?}");
}

/// The host cannot know which account the name belongs to, and the reply says so.
#[test]
fn a_name_of_two_accounts_is_answered_by_nobody() {
    let mut world = World::new();
    world.account("alice").user_name = UserName::new(demo::EMAIL).ok();
    let call =
        Call::post("/api/v2/sdk/login/auth", &json!({ "user_name": demo::EMAIL, "password": PASSWORD }));
    assert_eq!(world.send(&call).status, 500);
    assert_eq!(
        world.send(&Call::login(demo::EMAIL, PASSWORD)).status,
        200,
        "as a user name it is one account's"
    );
}
