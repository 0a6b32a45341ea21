//! Commands on sessions, keys, authenticators and findings, beside a running server.

use crate::{
    process::{Home, PASSWORD},
    wire::{Call, World},
};
use authflow::{Timestamp, factor::TotpSecret, testkit::demo};
use data_encoding::BASE32_NOPAD;
use serde_json::json;
use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    process::Command,
    time::{SystemTime, UNIX_EPOCH},
};

fn alice() -> Call {
    Call::login(World::Ordinary, "alice", PASSWORD)
}

#[test]
fn sessions_are_listed_and_ended_one_by_one_and_all_at_once() {
    let home = Home::new();
    let server = home.start();
    let checks: Vec<_> =
        (0..3).map(|_| Call::check(World::Ordinary, &alice().send(&server).text("id_token"))).collect();
    let live = || checks.iter().filter(|check| check.send(&server).status == 200).count();
    let list = || home.operate(&["sessions", "list", "alice", "--json"], "").json()["sessions"].clone();
    let listed = list();
    assert_eq!(listed.as_array().unwrap().len(), 3);
    assert_eq!(
        (&listed[0]["client_id"], &listed[0]["factors"][0]),
        (&"nTo1eRIub60vPb54WeE6aojPwYwImtl4".into(), &"pwd".into())
    );
    assert!(listed[0]["expires_at"].as_str().unwrap().ends_with('Z'));
    let one = listed[1]["session"].as_str().unwrap();
    assert!(home.operate(&["sessions", "list", "alice"], "").done().out.contains(one));
    home.operate(&["sessions", "end", "alice", &format!("--session={one}")], "").done();
    assert_eq!((live(), list().as_array().unwrap().len()), (2, 2));
    home.operate(&["sessions", "end", "alice", &format!("--session={one}")], "").refused(1, "there is none");
    home.operate(&["sessions", "end", "mona", &format!("--session={one}")], "").refused(1, "there is none");
    let told = home.operate(&["sessions", "end", "alice", "--json"], "").json();
    assert_eq!((live(), &told["ended"]), (0, &2.into()));
    home.operate(&["sessions", "list", "nobody"], "").refused(3, "no account");

    // A session that is over by its revision is not listed as live.
    let check = Call::check(World::Ordinary, &alice().send(&server).text("id_token"));
    home.operate(&["account", "expire-password", "alice"], "").done();
    check.send(&server).assert_id_token_refused();
    assert_eq!(list().as_array().unwrap().len(), 0);
}

#[test]
fn an_authenticator_is_enrolled_and_its_codes_sign_in() {
    let home = Home::new();
    let server = home.start();
    let session = Call::check(World::Ordinary, &alice().send(&server).text("id_token"));
    let told = home.operate(&["account", "enrol-totp", "alice", "--issuer", "Acme"], "").done();
    let uri = told.out.trim();
    assert!(
        uri.starts_with("otpauth://totp/Acme:alice?secret=") && uri.ends_with("&digits=6&period=30"),
        "{uri}"
    );
    let secret = uri.split("secret=").nth(1).unwrap().split('&').next().unwrap();
    assert_eq!(secret.len(), 32, "20 bytes");
    assert!(!home.log().contains(secret) && !told.err.contains(secret));
    session.send(&server).assert_id_token_refused();
    let pending = alice().send(&server);
    assert_eq!(pending.text("status"), "MFA_AUTH");
    let known = TotpSecret::new(BASE32_NOPAD.decode(secret.as_bytes()).unwrap()).unwrap();
    let like_hers = demo::totp(&demo::account("tom"));
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let code = like_hers.code(&known, like_hers.step_at(Timestamp::from_unix(now)));
    let proved = json!({ "verify_code": code.expose() });
    let prove = Call::post(World::Ordinary, "/api/v2/sdk/mfa/totp", &proved);
    assert!(prove.with("X-state-token", &pending.text("state_token")).send(&server).is_success());
    let shown = home.operate(&["account", "show", "alice", "--json"], "").json();
    assert_eq!(shown["second_factors"][0], "otp");
    assert!(!shown.to_string().contains(secret), "it is shown once");
    home.operate(&["account", "enrol-totp", "alice"], "").refused(1, "--replace");
    let again = home.operate(&["account", "enrol-totp", "alice", "--replace"], "").done();
    assert!(!again.out.contains(secret));
    home.operate(&["account", "enrol-totp", "nobody"], "").refused(3, "no account");
}

#[test]
fn the_key_ring_is_rotated_and_what_was_issued_before_stays_good() {
    let home = Home::new();
    let server = home.start();
    let check = Call::check(World::Ordinary, &alice().send(&server).text("id_token"));
    let rotated = home.operate(&["keys", "rotate", "--json"], "").json();
    assert_eq!(rotated["is_used"], true);
    assert_eq!(fs::metadata(home.path("keys.toml")).unwrap().permissions().mode() & 0o777, 0o600);
    server.stop();
    let server = home.start();
    assert_eq!(check.send(&server).status, 200, "signed under the key before");
    assert!(alice().send(&server).is_success());
    let keys = home.operate(&["keys", "list", "--json"], "").json();
    assert_eq!(keys["key_ring"][0]["id"], rotated["key"]);
    assert!(
        keys["key_ring"][1]["id"].is_null() && keys["key_ring"][1]["until"].as_str().unwrap().ends_with('Z')
    );
    home.operate(&["keys", "retire", "--no-id"], "").refused(1, "--early");
    home.operate(&["keys", "retire", "nobody's"], "").refused(1, "there is none");
    home.operate(&["keys", "retire", "--no-id", "--early"], "").done();
    server.stop();
    let server = home.start();
    check.send(&server).assert_id_token_refused();
}

#[test]
fn a_ring_of_several_servers_is_rotated_in_two_steps() {
    let home = Home::new();
    home.start().stop();
    let prepared = home.operate(&["keys", "rotate", "--prepare", "--json"], "").json();
    let next = prepared["key"].as_str().unwrap();
    let first = || home.operate(&["keys", "list", "--json"], "").json()["key_ring"][0]["id"].clone();
    assert!(first().is_null(), "it does not sign yet");
    home.operate(&["keys", "rotate", "--to", next, "--keep", "90d"], "").done();
    assert_eq!(first(), next);
    home.operate(&["keys", "rotate", "--to", next], "").refused(1, "there is none");
    home.operate(&["keys", "rotate", "--keep", "90"], "").refused(2, "90d, 12h or 30m");
}

/// The running server has only the old key, and its secrets are not sealed anew while it runs.
#[test]
fn a_sealing_key_is_left_out_when_no_secret_needs_it_and_no_sooner() {
    let home = Home::new();
    let server = home.start();
    let earlier = home.operate(&["keys", "list", "--json"], "").json()["sealing_keys"][0]["id"].clone();
    let earlier = earlier.as_str().unwrap();
    let retire = || home.operate(&["keys", "retire", "--sealing", earlier], "");
    retire().refused(1, "there is none");
    home.operate(&["keys", "rotate", "--sealing"], "").done();
    retire().refused(1, "2 secrets of authenticators are sealed under");
    let tom = Call::login(World::Ordinary, "tom", PASSWORD);
    assert_eq!(tom.send(&server).text("status"), "MFA_AUTH");
    let told = home.operate(&["keys", "list"], "").done().out;
    assert!(told.contains(&format!("{earlier}     opens, 2 secrets need it")), "{told}");
    server.stop();
    home.start().stop();
    retire().done();
    let keys = home.operate(&["keys", "list", "--json"], "").json();
    assert_eq!(
        (keys["sealing_keys"].as_array().unwrap().len(), &keys["sealing_keys"][0]["secrets"]),
        (1, &2.into())
    );
    home.start();
}

#[test]
fn a_check_says_what_falls_short_and_fails_where_it_is_told_to() {
    let home = Home::new();
    let config = home.path("config.toml");
    let good = "issuer = 'https://login.example.com'\nnames = ['Example']\n[[applications]]\nclient_id = 'web'\n[applications.policy]\n\
        second_factor = 'always'\ntotp_skew = 0\npassword_rules = { min_length = 15 }\nlifetimes = { session_idle = 3600 }\n";
    fs::write(&config, good).unwrap();
    let arguments = ["check", "--config", config.to_str().unwrap(), "--json"];
    home.operate(&["migrate", "--config", config.to_str().unwrap()], "").done();
    let report = home.operate(&arguments, "").json();
    let none = json!([]);
    assert_eq!((&report["keys"], &report["configuration"], &report["database"]), (&none, &none, &none));
    assert_eq!(report["applications"][0]["standards"], none);
    let denied = report["applications"][0]["policy"].to_string();
    assert!(denied.contains("some accounts are always denied"), "as the graph says: {denied}");

    fs::write(
        &config,
        format!("{good}ageing = {{ max_age_days = 90, warn_before_days = 14, max_skips = 3 }}\n"),
    )
    .unwrap();
    let report = home.operate(&arguments, "").json();
    assert!(report["applications"][0]["standards"][0]["clauses"].as_str().unwrap().contains("ASVS 6.2.10"));
    home.operate(&[&arguments[..], &["--strict"]].concat(), "").refused(1, "something was found");
    home.operate(&["keys", "rotate", "--sealing", "--config", config.to_str().unwrap()], "").done();
    let told = home.operate(&arguments[..3], "").done().out;
    assert!(told.contains("is needed for no secret") && told.contains("ASVS 6.2.10"), "{told}");
}

#[test]
fn accounts_of_a_file_are_made_at_the_start_and_left_as_they_are_after() {
    let home = Home::new();
    let path = home.path("accounts.toml");
    fs::write(&path, "[[accounts]]\nuser_name = 'zoe'\nemail = 'zoe@example.com'\npassword = 'Violet-Anchor-29'\npermanent = true\n").unwrap();
    let start = ["--accounts", path.to_str().unwrap()];
    let refused = String::from_utf8(home.fails_to_start(&start).stderr).unwrap();
    assert!(refused.contains("chmod 600"), "it has a password in it: {refused}");
    assert!(Command::new("chmod").args(["600", path.to_str().unwrap()]).status().unwrap().success());
    let server = home.start_with(&start);
    let zoe = |password| Call::login(World::Ordinary, "zoe", password);
    assert!(zoe("Violet-Anchor-29").send(&server).is_success());
    home.operate(&["account", "set-password", "zoe", "--permanent"], "Amber-Compass-31").done();
    server.stop();
    let server = home.start_with(&start);
    assert!(zoe("Amber-Compass-31").send(&server).is_success(), "she is as she was");
    server.stop();
    for (wrong, told) in [
        (
            "[[accounts]]\nuser_name = 'yan'\npassword = 'short'\n",
            "account 1: a password must have more characters",
        ),
        (
            "[[accounts]]\nuser_name = 'yan'\nverifier = 'hunter2'\npassword_set_at = 2026-11-01\n",
            "account 1: a verifier",
        ),
        ("[[accounts]]\nuser_name = 'yan'\nverifier = 'x'\n", "account 1: a verifier"),
        ("[[accounts]]\npassword = 'hunter2'\n", "account 1: an account must have"),
        ("[[accounts]]\nname = 'hunter2'\n", "at line 2"),
    ] {
        fs::write(&path, wrong).unwrap();
        let refused = String::from_utf8(home.fails_to_start(&start).stderr).unwrap();
        assert!(refused.contains(told) && !refused.contains("hunter2"), "{refused}");
    }
}
