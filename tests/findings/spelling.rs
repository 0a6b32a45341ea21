//! One thing, several spellings. K3, K4, K7 and K8.

use crate::calls::{MAIL, NORA, ask, ask_within, prove_sms, sent, sign_in_by_sms, works, world_of};
use authflow::{
    Dialect,
    account::UserName,
    contact::EmailAddress,
    testkit::{
        Call, World,
        demo::{self, PASSWORD},
    },
};
use serde_json::json;

/// The form that the product's page shows. Once a tenant has a calling code, it is 86 here.
#[test]
#[should_panic(expected = "kind 3: the national spelling of a number was nobody's")]
fn kind_03_a_national_number_is_the_international_one() {
    let mut world = world_of(Dialect::OneAccess);
    works(world.send(&ask("13800000001", "LOGIN_SMS")));
    let message = world.host.outbox.last().unwrap();
    assert!(!message.decoy, "kind 3: the national spelling of a number was nobody's");
}

/// Whether a code signs nora in, as she types it.
fn is_right_as(typed: fn(&str) -> String) -> bool {
    let mut world = World::new();
    let code = sent(&mut world, &ask(NORA, "LOGIN_SMS"));
    world.send(&sign_in_by_sms(NORA, &typed(&code))).status == 200
}

/// The digits of another script, from its zero on.
fn in_digits(code: &str, zero: char) -> String {
    let digit = |digit: char| char::from_u32(zero as u32 + digit.to_digit(10).unwrap()).unwrap();
    code.chars().map(digit).collect()
}

#[test]
#[should_panic(expected = "kind 4: a code in two groups was called wrong")]
fn kind_04_digits_in_groups_are_digits() {
    let spaced = is_right_as(|code| format!("{} {}", &code[..3], &code[3..]));
    let hyphened = is_right_as(|code| format!("{}-{}", &code[..3], &code[3..]));
    assert!(spaced && hyphened, "kind 4: a code in two groups was called wrong");
}

#[test]
#[should_panic(expected = "kind 4: full-width digits were called wrong")]
fn kind_04_full_width_digits_are_digits() {
    assert!(is_right_as(|code| in_digits(code, '０')), "kind 4: full-width digits were called wrong");
}

#[test]
#[should_panic(expected = "kind 4: Arabic digits were called wrong")]
fn kind_04_arabic_digits_are_digits() {
    assert!(is_right_as(|code| in_digits(code, '٠')), "kind 4: Arabic digits were called wrong");
}

/// What comes along when a code is copied out of a message.
#[test]
#[should_panic(expected = "kind 4: a code with invisible characters around it was called wrong")]
fn kind_04_invisible_characters_around_digits_are_nothing() {
    let zero_width = is_right_as(|code| format!("\u{200b}{code}\u{200b}"));
    let isolated = is_right_as(|code| format!("\u{2068}{code}\u{2069}"));
    assert!(zero_width && isolated, "kind 4: a code with invisible characters around it was called wrong");
}

/// As a second factor too, by SMS and as authenticators show it.
#[test]
#[should_panic(expected = "kind 4: a second factor in two groups was called wrong")]
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
#[should_panic(expected = "kind 4: a mobile in full-width digits was malformed")]
fn kind_04_a_mobile_may_be_typed_in_full_width_digits() {
    let mut world = World::new();
    world.send(&ask("+86-１３８００００００01", "LOGIN_SMS"));
    let reached = world.host.outbox.iter().any(|message| !message.decoy);
    assert!(reached, "kind 4: a mobile in full-width digits was malformed");
}

/// Whether an account of this user name signs in under this spelling of it.
fn is_known_as(user_name: &str, typed: &str) -> bool {
    let mut world = World::new();
    world.account("alice").user_name = UserName::new(user_name).ok();
    world.send(&Call::login(typed, PASSWORD)).status == 200
}

#[test]
#[should_panic(expected = "kind 7: a name typed with a combining accent was unknown")]
fn kind_07a_a_composed_and_a_decomposed_name_are_one() {
    assert!(is_known_as("jos\u{e9}", "jos\u{e9}"), "the setup of this test signs in");
    let both = is_known_as("jos\u{e9}", "jose\u{301}") && is_known_as("jose\u{301}", "jos\u{e9}");
    assert!(both, "kind 7: a name typed with a combining accent was unknown");
}

#[test]
#[should_panic(expected = "kind 7: a name typed in full width was unknown")]
fn kind_07a_a_name_in_full_width_is_the_same_name() {
    assert!(is_known_as("alice", "ａｌｉｃｅ"), "kind 7: a name typed in full width was unknown");
}

#[test]
#[should_panic(expected = "kind 7: a name with an invisible character was unknown")]
fn kind_07c_invisible_characters_in_a_typed_name_are_nothing() {
    for typed in ["\u{200b}alice", "alice\u{200b}", "ali\u{ad}ce", "\u{2068}alice\u{2069}"] {
        assert!(is_known_as("alice", typed), "kind 7: a name with an invisible character was unknown");
    }
}

#[test]
#[should_panic(expected = "kind 7: a number with invisible characters around it was malformed")]
fn kind_07c_invisible_characters_around_a_typed_number_are_nothing() {
    let mut world = World::new();
    world.send(&ask(&format!("\u{202a}{NORA}\u{202c}"), "LOGIN_SMS"));
    let reached = world.host.outbox.iter().any(|message| !message.decoy);
    assert!(reached, "kind 7: a number with invisible characters around it was malformed");
}

#[test]
#[should_panic(expected = "kind 7: an address with an invisible character was nobody's")]
fn kind_07c_invisible_characters_around_a_typed_address_are_nothing() {
    let mut world = World::new();
    let email = format!("{}\u{200b}", demo::EMAIL);
    let body = json!({ "email": email, "type": "LOGIN_EMS" });
    world.send(&Call::post(MAIL, &body));
    let reached = world.host.outbox.iter().any(|message| !message.decoy);
    assert!(reached, "kind 7: an address with an invisible character was nobody's");
}

/// A new name that looks like another is refused, or is that other one.
#[test]
#[should_panic(expected = "kind 7: an invisible character made another valid name")]
fn kind_07c_an_invisible_character_makes_no_other_name() {
    let is_no_other = UserName::new("alice\u{200b}").map_or(true, |made| made.normalised() == "alice");
    assert!(is_no_other, "kind 7: an invisible character made another valid name");
}

#[test]
#[should_panic(expected = "kind 7: an invisible character made another valid address")]
fn kind_07c_an_invisible_character_makes_no_other_address() {
    let plain = EmailAddress::new("alice@example.com").unwrap();
    let is_no_other = EmailAddress::new("alice\u{200b}@example.com").map_or(true, |made| made == plain);
    assert!(is_no_other, "kind 7: an invisible character made another valid address");
}

/// Set on one keyboard, typed on another.
#[test]
#[should_panic(expected = "kind 8: a password typed with combining accents was wrong")]
fn kind_08_a_composed_and_a_decomposed_password_are_one() {
    let (composed, decomposed) = ("P\u{e4}ssw\u{f6}rter-88", "Pa\u{308}sswo\u{308}rter-88");
    let mut world = World::new();
    let pending = works(world.login("victor"));
    works(world.update(pending.state_token(), PASSWORD, composed));
    let answer = world.send(&Call::login("victor", decomposed));
    assert_eq!(answer.status, 200, "kind 8: a password typed with combining accents was wrong");
}
