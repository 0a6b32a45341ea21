//! Failures that must not be told apart, in bytes, cookies and questions.

use super::client::{Answer, Client, NEW_PASSWORD};
use authflow::{
    account::AccountStatus,
    contact::{EmailAddress, Mobile},
    testkit::{World, demo},
};
use serde_json::{Value, json};

fn world() -> World {
    let mut world = World::new();
    world.change("alice", demo::make_reachable);
    for (name, status, mobile) in [
        ("frank", AccountStatus::Locked, "+86-13800000007"),
        ("dora", AccountStatus::Disabled, "+86-13800000008"),
    ] {
        world.change(name, |account| {
            account.status = status;
            account.mobile = Mobile::new(mobile).ok();
        });
    }
    world
}

/// Asserts that the same call gets the same answer after the same questions for different people, and returns that answer.
fn are_alike(client: &Client, path: &str, bodies: &[Value]) -> Answer {
    let told = bodies.iter().map(|body| {
        let mut client = client.clone();
        let answer = client.send("POST", path, body);
        (answer, client.world.host.asked.clone())
    });
    let told: Vec<_> = told.collect();
    for (other, body) in told.iter().zip(bodies) {
        assert_eq!(*other, told[0], "{path} {body}");
    }
    told[0].0.clone()
}

#[test]
fn who_exists_is_not_told_by_a_wrong_password() {
    for client in Client::both(&world()) {
        let names = ["alice", "nobody", "dora", "frank", "nora"];
        let bodies = names.map(|name| json!({ "identifier": name, "password": "wrong" }));
        let answer = are_alike(&client, "/v1/sign-in", &bodies);
        assert_eq!((answer.status, answer.problem()), (403, "credentials-invalid"));
        assert_eq!(answer.body["attempts_left"], Value::Null);
    }
}

#[test]
fn who_exists_is_not_told_by_a_code() {
    let mobile = |client: &mut Client, name: &str| {
        client.world.account(name).mobile.clone().map(|mobile| mobile.as_str().to_string()).unwrap()
    };
    for mut client in Client::both(&world()) {
        let known = ["alice", "dora", "frank", "mona"].map(|name| mobile(&mut client, name));
        let mobiles: Vec<_> = known.into_iter().chain(["+86-13911111111".into()]).collect();
        for path in ["/v1/sign-in/by-sms", "/v1/recovery/by-sms"] {
            let asks: Vec<_> = mobiles.iter().map(|mobile| json!({ "mobile": mobile })).collect();
            let sent = are_alike(&client, &format!("{path}/send"), &asks);
            assert_eq!((sent.status, sent.state()), (200, "code_sent"));
            let typed = |mobile| json!({ "mobile": mobile, "code": "000000", "new_password": NEW_PASSWORD });
            let guesses: Vec<_> = mobiles.iter().map(typed).collect();
            assert_eq!(are_alike(&client, path, &guesses).problem(), "code-invalid");
        }
    }
}

/// Many couriers refuse a spelling that the library takes, so no courier gets what was typed. A code goes to the contact as it is stored, and a
/// decoy to its one spelling.
#[test]
fn a_decoy_is_of_the_one_spelling() {
    for (path, typed, stored, normalised) in [
        (
            "/v1/sign-in/by-email/send",
            json!({ "email": "Subject\u{ff20}ex\u{200d}ample.com" }),
            "Subject@example.com",
            "subject@example.com",
        ),
        (
            "/v1/sign-in/by-sms/send",
            json!({ "mobile": "＋８６ １３９ ００００ ０００９" }),
            "+86-13900000009",
            "+8613900000009",
        ),
    ] {
        let mut client = Client::browser(World::new());
        client.world.change("alice", |account| {
            account.email = EmailAddress::new("Subject@example.com").ok();
            account.mobile = Mobile::new("+86-13900000009").ok();
        });
        assert_eq!(client.clone().sent_to(path, &typed), (stored.into(), false));
        client.world.change("alice", |account| (account.email, account.mobile) = (None, None));
        assert_eq!(client.sent_to(path, &typed), (normalised.into(), true));
    }
}

impl Client {
    /// The recipient to whom the host is asked to send a code, and whether the code is a decoy.
    fn sent_to(&mut self, path: &str, typed: &Value) -> (String, bool) {
        assert_eq!(self.send("POST", path, typed).status, 200);
        let message = self.world.host.outbox.last().unwrap();
        (message.recipient.as_str().to_owned(), message.decoy)
    }
}

/// Five wrong guesses lock a name, whether or not an account has it. The lock reads as one more wrong guess.
#[test]
fn a_lock_reads_as_a_wrong_guess() {
    for client in Client::both(&World::new()) {
        for name in ["alice", "nobody"] {
            let mut client = client.clone();
            let guess = json!({ "identifier": name, "password": "wrong" });
            let mut first = client.send("POST", "/v1/sign-in", &guess);
            first.headers.retain(|(name, _)| name != "set-cookie");
            for _ in 0..6 {
                assert_eq!(client.send("POST", "/v1/sign-in", &guess), first);
            }
            let right = json!({ "identifier": name, "password": demo::PASSWORD });
            assert_eq!(client.send("POST", "/v1/sign-in", &right), first);
        }
    }
}

#[test]
fn attempts_are_told_where_the_application_asks() {
    let setup = authflow::testkit::Setup { tells_attempts: true, ..Default::default() };
    let mut client = Client::app(World::with_setup(setup));
    let guess = json!({ "identifier": "alice", "password": "wrong" });
    let left = client.send("POST", "/v1/sign-in", &guess).body["attempts_left"].as_u64().unwrap();
    for _ in 0..left {
        client.send("POST", "/v1/sign-in", &guess);
    }
    let locked = client.send("POST", "/v1/sign-in", &guess);
    assert!(locked.body["locked_for_seconds"].as_u64().unwrap() > 0, "{locked:?}");
}

/// No answer contains what was typed.
#[test]
fn nothing_secret_comes_back() {
    for client in Client::both(&world()) {
        for (path, body) in [
            ("/v1/sign-in", json!({ "identifier": "alice", "password": "secret-1" })),
            ("/v1/sign-in", json!({ "identifier": "alice", "password": ["secret-1"] })),
            ("/v1/sign-in/by-sms", json!({ "mobile": demo::MOBILE, "code": "secret-1" })),
            ("/v1/sign-in/by-sms", json!({ "mobile": "secret-1", "code": "1" })),
            (
                "/v1/recovery/by-sms",
                json!({ "mobile": demo::MOBILE, "code": "secret-1", "new_password": "secret-2" }),
            ),
            ("/v1/session/password", json!({ "old_password": "secret-1", "new_password": "secret-2" })),
        ] {
            let answer = client.clone().send("POST", path, &body);
            assert!(answer.status >= 400 && !answer.body.to_string().contains("secret"), "{answer:?}");
        }
    }
}
