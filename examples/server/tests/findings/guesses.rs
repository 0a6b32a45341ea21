//! Guesses: how many there are, and whether they tell who has an account.

use crate::{
    process::{Home, PASSWORD, Server},
    wire::{Call, Reply, World},
};
use rusqlite::Connection;
use serde_json::json;

const WORLD: World = World::Ordinary;
const NORA: &str = "+86-13800000001";

/// An application whose clients reset a forgotten password by a code.
const RESETS: &str = "
    issuer = 'https://login.example.com'
    [[applications]]
    client_id = 'nTo1eRIub60vPb54WeE6aojPwYwImtl4'
    dialect = 'eiam'
    policy = { first_factors = ['password', 'sms'], recovery = ['sms'] }";

/// A code other than this one.
fn another(code: &str) -> String {
    let (rest, last) = code.split_at(code.len() - 1);
    format!("{rest}{}", if last == "0" { "1" } else { "0" })
}

/// Three times four guesses are enough, because five lock unless something refills them.
#[test]
fn finding_01_a_used_code_clears_no_count_of_guesses() {
    let home = Home::new();
    let server = home.start_double_with(RESETS);
    let send = |server: &Server, of_type: &str| {
        let body = json!({ "mobile": NORA, "type": of_type });
        let sent = Call::post(WORLD, "/api/v2/sdk/sms/send", &body).send(server);
        assert_eq!(sent.status, 200, "{sent:?}");
        home.code()
    };
    let used = send(&server, "LOGIN_SMS");
    let body = json!({ "mobile": NORA, "verify_code": used });
    let sign_in = Call::post(WORLD, "/api/v2/sdk/login/mobile-verify-code", &body);
    assert!(sign_in.send(&server).is_success());

    // The next code must wait a minute.
    server.advance(61);
    let right = send(&server, "FORGET_PWD_SMS");
    assert_ne!(right, used);
    let reset = |code: &str| -> Reply {
        let body = json!({ "mobile": NORA, "verify_code": code, "password": "Battery-Staple-8" });
        Call::post(WORLD, "/api/v2/sdk/pwd/update-by-mobile", &body).send(&server)
    };
    for _ in 0..3 {
        for _ in 0..4 {
            assert_eq!(reset(&another(&right)).status, 400);
        }
        assert_eq!(sign_in.send(&server).status, 400, "it was used");
    }
    assert_ne!(reset(&right).status, 200, "finding 1: twelve wrong guesses have locked nothing");
}

/// Writes to the disk must not show whether a locked name is an account's.
#[test]
fn finding_05_a_guess_at_nobody_writes_as_much_as_one_at_somebody() {
    let home = Home::new();
    let server = home.start();
    let guess = |name: &str| Call::login(WORLD, name, "wrong").send(&server).assert_credentials_refused();
    let database = home.database();
    // SQLite counts the changes of other connections here.
    let version = |connection: &Connection| -> i64 {
        connection.query_row("PRAGMA data_version", [], |row| row.get(0)).unwrap()
    };
    for name in ["alice", "viktoria"] {
        // The last two are guesses at a locked name.
        for number in 1..=7 {
            let before = version(&database);
            guess(name);
            assert_ne!(version(&database), before, "finding 5: guess {number} at {name} is not written");
        }
    }
}

/// A verifier of the demonstration's password, with less than half of the work of new verifiers.
const OLD_VERIFIER: &str =
    "$argon2id$v=19$m=8192,t=1,p=1$c2FsdC1vZi1vbGQtZGF5cw$EBXRbYIKwKdkpPqicAOi77dR9vsm8n1udFCas1bovpo";

/// A demonstration in which alice has the old verifier.
fn with_an_old_verifier(home: &Home, accepted: &str) -> Server {
    let config = format!("issuer = 'https://login.example.com'\nhashing = {{ accepted = [{accepted}] }}");
    let server = home.start_double_with(&config);
    let sql = format!(
        "UPDATE authflow_accounts SET verifier = '{OLD_VERIFIER}' WHERE id = 'demo-alice' AND tenant = ''"
    );
    assert_eq!(home.execute(&sql), 1);
    server
}

fn verifier(home: &Home) -> String {
    let sql = "SELECT verifier FROM authflow_accounts WHERE id = 'demo-alice' AND tenant = ''";
    home.database().query_row(sql, [], |row| row.get(0)).unwrap()
}

/// While there is an old verifier, each verify costs the work of both parameter sets. So its time does not show who has an account. This test
/// measures no times: `authflow-argon2` counts the computations, and its example `padding` measures them.
#[test]
fn finding_05_a_right_password_renews_the_parameters_of_its_hash() {
    let home = Home::new();
    let server = with_an_old_verifier(&home, "'$argon2id$v=19$m=8192,t=1,p=1'");
    Call::login(WORLD, "alice", "wrong").send(&server).assert_credentials_refused();
    assert_eq!(verifier(&home), OLD_VERIFIER, "a wrong password renews nothing");
    assert!(Call::login(WORLD, "alice", PASSWORD).send(&server).is_success());
    assert!(
        verifier(&home).starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
        "finding 5: a right password has left the old parameters in place"
    );
}

#[test]
fn finding_05_a_verifier_with_parameters_that_are_not_accepted_lets_nobody_in_and_its_parameters_are_logged()
{
    let home = Home::new();
    let server = with_an_old_verifier(&home, "'$argon2id$v=19$m=8192,t=2,p=1'");
    for password in [PASSWORD, "wrong"] {
        assert_eq!(Call::login(WORLD, "alice", password).send(&server).status, 500);
    }
    let log = home.log();
    assert!(log.contains("this one has $argon2id$v=19$m=8192,t=1,p=1"), "{log}");
    let [salt, hash] = ["c2FsdC1vZi1vbGQtZGF5cw", "EBXRbYIKwKdkpPqicAOi77dR9vsm8n1udFCas1bovpo"];
    assert!([salt, hash, PASSWORD].iter().all(|secret| !log.contains(secret)), "{log}");
    assert_eq!(verifier(&home), OLD_VERIFIER);
}
