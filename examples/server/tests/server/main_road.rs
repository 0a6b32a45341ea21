//! From password to session: PasswordExpiring, Skipped, SessionIssued.

use crate::{
    process::{Home, PASSWORD},
    wire::{Call, Reply, World, nora, warned},
};
use serde_json::{Value, json};

fn assert_session(reply: &Reply) {
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.members(), ["expire", "id_token", "session_token", "status"]);
    assert_eq!(reply.text("status"), "SUCCESS");
    assert!(reply.text("session_token").starts_with("LGT"), "{reply:?}");
    assert_eq!(reply.text("id_token").split('.').count(), 3, "{reply:?}");
    assert_eq!(reply.json()["expire"], 43_200);
    assert!(
        reply.has_header("content-type: application/json") && reply.has_header("cache-control: no-store")
    );
}

#[test]
fn an_expiring_password_is_warned_of_skipped_and_then_a_session_is_issued() {
    let home = Home::new();
    let server = home.start();
    for world in World::BOTH {
        let warning = Call::login(world, "erin", PASSWORD).send(&server);
        assert_eq!(warning.status, 200);
        assert_eq!(warning.members(), ["data", "state_token", "status"]);
        assert_eq!(warning.text("status"), "PASSWORD_WARN");
        let state_token = warning.text("state_token");
        assert_eq!(
            state_token.split('.').next(),
            Some("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"),
            "the seed's header"
        );
        let data: Value = serde_json::from_str(&warning.text("data")).unwrap();
        assert!(
            data["minLength"].is_u64() && data["maxLength"].is_u64() && data["regEx"].is_string(),
            "{data}"
        );

        let before = home.sessions();
        let skipped = Call::skip(world, &state_token).with("X-L", "zh").send(&server);
        assert_session(&skipped);
        assert_eq!(home.sessions(), before + 1);

        let checked = Call::check(world, &skipped.text("id_token")).send(&server);
        assert_eq!((checked.status, checked.json()), (200, json!({ "is_set_pwd": true })));
    }
}

#[test]
fn skip_is_served_on_post_as_well() {
    let home = Home::new();
    let server = home.start();
    let state_token = warned(&server, World::Ordinary);
    assert_session(&Call::skip(World::Ordinary, &state_token).method("POST").send(&server));
}

#[test]
fn every_demo_account_answers_as_its_state_demands() {
    let home = Home::new();
    let server = home.start();
    for world in World::BOTH {
        let login = |name| Call::login(world, name, PASSWORD).send(&server);
        let current = login("alice");
        assert_session(&current);
        let checked = Call::check(world, &current.text("id_token")).send(&server);
        assert_eq!(checked.json(), json!({ "is_set_pwd": true }));
        assert_session(&login(" ALICE "));

        for (name, must_change) in [("victor", "expired"), ("frank", "reset by an administrator")] {
            let before = home.sessions();
            let pending = login(name);
            assert_eq!(pending.text("status"), "PASSWORD_EXPIRED", "{must_change}");
            Call::skip(world, &pending.text("state_token")).send(&server).assert_state_token_refused();
            assert_eq!(home.sessions(), before);
        }

        // Accounts that cannot sign in get exactly the answer to a wrong password.
        let wrong = Call::login(world, "alice", "Correct-Horse-8").send(&server);
        wrong.assert_credentials_refused();
        for name in ["dora", "nora", "nobody"] {
            assert_eq!(login(name).body, wrong.body, "{name}");
        }

        let checked = Call::check(world, &nora(&home, &server, world)).send(&server);
        assert_eq!((checked.status, checked.json()), (200, json!({ "is_set_pwd": false })));
    }
}

#[test]
fn the_log_names_what_happened_and_holds_no_secret() {
    let home = Home::new();
    let server = home.start();
    let state_token = warned(&server, World::Isv);
    let granted = Call::skip(World::Isv, &state_token).send(&server);
    Call::login(World::Isv, "erin", "Mistyped-Pass-9").send(&server);
    let nora = nora(&home, &server, World::Isv);
    Call::check(World::Isv, &nora).send(&server);
    server.stop();

    let log = home.log();
    for event in ["LoginPending", "PasswordSkipped", "SignedIn", "ProofRefused", "demo-erin"] {
        assert!(log.contains(event), "{event} is missing:\n{log}");
    }
    let tag = |token: &str| token.rsplit('.').next().unwrap().to_owned();
    let keys = std::fs::read_to_string(home.path("keys.toml")).unwrap();
    let secrets = [
        PASSWORD.to_owned(),
        "Mistyped-Pass-9".to_owned(),
        "156aysdna213sac".to_owned(),
        "argon2id".to_owned(),
        tag(&state_token),
        tag(&granted.text("id_token")),
        tag(&nora),
        granted.text("session_token"),
        keys.split('"').nth(1).unwrap().to_owned(),
    ];
    for secret in secrets {
        assert!(!log.contains(&secret), "{secret} is in the log:\n{log}");
    }
}
