//! Whole logins by a client that knows no flow.

use super::client::Client;
use authflow::{
    factor::Factor,
    testkit::{World, demo},
};
use serde_json::{Value, json};

const EVERYBODY: [&str; 8] = ["alice", "erin", "victor", "frank", "nora", "mona", "tom", "eve"];

#[test]
fn everybody_gets_in_by_what_each_answer_names() {
    for client in Client::both(&World::new()) {
        for user_name in EVERYBODY {
            let mut client = client.clone();
            let signed_in = client.sign_in_by_following(user_name);
            assert_eq!(signed_in.status, 200, "{user_name}: {signed_in:?}");
            let who = client.follow(&signed_in, "who_am_i", &Value::Null);
            assert_eq!(who.body["subject"]["user_name"], user_name);
            assert_eq!(client.world.host.sessions.len(), 1);
        }
    }
}

#[test]
fn whoever_is_disabled_follows_to_the_end_and_does_not_get_in() {
    for mut client in Client::both(&World::new()) {
        let answer = client.sign_in_by_following("dora");
        assert_eq!(answer.problem(), "credentials-invalid");
        assert!(client.world.host.sessions.is_empty());
    }
}

#[test]
fn whoever_has_two_steps_before_them_takes_both() {
    let mut world = World::new();
    world.change("tom", |tom| {
        tom.password = Some(demo::password(demo::PASSWORD, demo::START.minus_seconds(85 * demo::DAY)))
    });
    for mut client in Client::both(&world) {
        let begun = client.sign_in("tom");
        assert_eq!((begun.state(), begun.next()), ("factor_required", vec!["prove_totp"]));
        let code = client.world.totp("tom", 0);
        let warned = client.follow(&begun, "prove_totp", &json!({ "code": code }));
        assert_eq!(
            (warned.state(), warned.next()),
            ("password_expiring", vec!["skip_password", "change_password"])
        );
        let signed_in = client.follow(&warned, "skip_password", &Value::Null);
        let who = client.follow(&signed_in, "who_am_i", &Value::Null);
        assert_eq!(who.body["factors"], json!(["password", "totp"]));
    }
}

#[test]
fn where_it_begins_is_told_by_the_policy() {
    let mut policy = demo::policy();
    policy.first_factors = [Factor::Password].into_iter().collect();
    let mut client = Client::browser(World::with_policy(policy));
    let start = client.send("GET", "/v1/sign-in", &Value::Null);
    assert_eq!(start.next(), ["sign_in", "send_recovery_sms", "reset_password_by_sms"]);
    assert_eq!(start.body["new_password"]["min_characters"], 8);

    let mut client = Client::browser(World::new());
    let start = client.send("GET", "/v1/sign-in", &Value::Null);
    let all = [
        "sign_in",
        "send_sign_in_sms",
        "sign_in_by_sms",
        "send_sign_in_email",
        "sign_in_by_email",
        "send_recovery_sms",
        "reset_password_by_sms",
    ];
    assert_eq!(start.next(), all);
    assert_eq!(start.call("send_recovery_sms")["may_take"], json!(["captcha_token"]));
}
