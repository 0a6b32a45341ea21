//! State tokens that must not pass. All of them get the same code, and nothing is issued.

use crate::{
    process::{Home, Server},
    wire::{Call, World, warned},
};

const DAY: i64 = 86_400;

/// Asserts that nothing is issued, no skip is counted and no token is used up.
fn assert_refused_without_a_trace(home: &Home, server: &Server, calls: impl IntoIterator<Item = Call>) {
    let trace = || {
        let skips = home.number("SELECT sum(skips_used) FROM authflow_accounts");
        (home.sessions(), skips, home.number("SELECT count(*) FROM authflow_claims"))
    };
    let before = trace();
    for call in calls {
        call.send(server).assert_state_token_refused();
    }
    assert_eq!(trace(), before);
}

#[test]
fn a_second_use() {
    let home = Home::new();
    let server = home.start();
    let call = Call::skip(World::Isv, &warned(&server, World::Isv));
    assert!(call.send(&server).is_success());
    assert_refused_without_a_trace(&home, &server, [call.clone(), call.clone().method("POST"), call]);
}

#[test]
fn another_device_application_or_world_and_then_the_right_one() {
    let home = Home::new();
    let server = home.start();
    for (world, other) in [(World::Isv, World::Ordinary), (World::Ordinary, World::Isv)] {
        let token = warned(&server, world);
        let call = Call::skip(world, &token);
        let wrong = [
            call.clone().with("X-device-fingerprint", "156aysdna213sad"),
            call.clone().with("X-device-fingerprint", "156AYSDNA213SAC"),
            Call::skip(other, &token),
        ];
        assert_refused_without_a_trace(&home, &server, wrong);
        assert!(call.send(&server).is_success(), "the attempts above have not burnt it");
    }
}

#[test]
fn another_tenant_of_the_same_application() {
    let home = Home::new();
    let config = r#"
        issuer = "https://login.example.com"
        [[applications]]
        client_id = "DRrYIqauawN0I8myTMoDTPys6ezGZxnm"
        tenancy = { isv = ["08f770f51f80d2f40f38c00cb199fd21", "another"] }
        policy = { ageing = { max_age_days = 90, warn_before_days = 14, max_skips = 3 } }
    "#;
    let server = home.start_double_with(config);
    // The other tenant has an account with the same id and the same password.
    let copied = home.execute(
        "INSERT INTO authflow_accounts (tenant, id, user_name, verifier, password_changed_at)
         SELECT 'another', id, user_name, verifier, password_changed_at FROM authflow_accounts
         WHERE tenant = '08f770f51f80d2f40f38c00cb199fd21' AND id = 'demo-erin'",
    );
    assert_eq!(copied, 1);
    let call = Call::skip(World::Isv, &warned(&server, World::Isv));
    assert_refused_without_a_trace(&home, &server, [call.clone().with("X-tenant-id", "another")]);
    assert!(call.send(&server).is_success());
}

#[test]
fn one_tampered_with() {
    let home = Home::new();
    let server = home.start();
    let token = warned(&server, World::Ordinary);
    // Every seventh place and the last one are changed, so every segment has its turn.
    let places = (0..token.len()).step_by(7).chain([token.len() - 1]);
    let tampered = places.map(|at| {
        let mut bytes = token.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        String::from_utf8(bytes).unwrap()
    });
    let cut = [&token[..token.len() - 1], &token[1..], &token[..token.rfind('.').unwrap()], ""];
    let longer = [format!("{token}A"), format!("{token}="), format!("{token}.{token}"), "A".repeat(4_000)];
    let wrong = tampered.chain(cut.map(str::to_owned)).chain(longer);
    let calls = wrong.map(|wrong| Call::skip(World::Ordinary, &wrong));
    assert_refused_without_a_trace(&home, &server, calls);
    assert!(Call::skip(World::Ordinary, &token).send(&server).is_success());
}

#[test]
fn a_token_of_another_kind() {
    let home = Home::new();
    let server = home.start();
    let granted = Call::skip(World::Isv, &warned(&server, World::Isv)).send(&server);
    let wrong = ["session_token", "id_token"].map(|kind| Call::skip(World::Isv, &granted.text(kind)));
    assert_refused_without_a_trace(&home, &server, wrong);
    Call::check(World::Isv, &warned(&server, World::Isv)).send(&server).assert_id_token_refused();
}

#[test]
fn an_expired_one() {
    let home = Home::new();
    let server = home.start_double();
    let [early, late] = [(), ()].map(|()| warned(&server, World::Ordinary));
    server.stop();
    let within = home.start_moved(500);
    assert!(Call::skip(World::Ordinary, &early).send(&within).is_success());
    within.stop();
    let after = home.start_moved(601);
    assert_refused_without_a_trace(&home, &after, [Call::skip(World::Ordinary, &late)]);
}

#[test]
fn one_from_another_key() {
    let home = Home::new();
    let server = home.start();
    let token = warned(&server, World::Ordinary);
    server.stop();
    std::fs::remove_file(home.path("keys.toml")).unwrap();
    let server = home.start();
    assert_refused_without_a_trace(&home, &server, [Call::skip(World::Ordinary, &token)]);
    assert!(Call::skip(World::Ordinary, &warned(&server, World::Ordinary)).send(&server).is_success());
}

#[test]
fn an_account_that_was_disabled_changed_or_deleted_since() {
    for change in [
        "UPDATE authflow_accounts SET status = 'disabled' WHERE id = 'demo-erin'",
        "UPDATE authflow_accounts SET status = 'locked' WHERE id = 'demo-erin'",
        "UPDATE authflow_accounts SET must_change = 'breached' WHERE id = 'demo-erin'",
        "UPDATE authflow_accounts SET verifier = verifier || 'x' WHERE id = 'demo-erin'",
        // The account was disabled and enabled again. An earlier login is over all the same.
        "UPDATE authflow_accounts SET status = 'active', revision = revision + 2 WHERE id = 'demo-erin'",
        "DELETE FROM authflow_accounts WHERE id = 'demo-erin'",
    ] {
        let home = Home::new();
        let server = home.start();
        let calls = World::BOTH.map(|world| Call::skip(world, &warned(&server, world)));
        assert_eq!(home.execute(change), 2, "{change}");
        assert_refused_without_a_trace(&home, &server, calls);
    }
}

#[test]
fn a_password_that_has_expired_for_good_since() {
    let home = Home::new();
    home.start_double().stop();
    // The password has two minutes left, which is less than the token has.
    let left = 120;
    let sql = format!(
        "UPDATE authflow_accounts SET password_changed_at = unixepoch() - {} WHERE id = 'demo-erin'",
        90 * DAY - left
    );
    assert_eq!(home.execute(&sql), 2);
    let server = home.start_double();
    let calls = World::BOTH.map(|world| Call::skip(world, &warned(&server, world)));
    server.stop();
    let later = home.start_moved(left);
    assert_refused_without_a_trace(&home, &later, calls.clone());
    later.stop();
    // With the clock back, the same tokens pass. So only the password's age was the reason.
    let earlier = home.start_double();
    for call in calls {
        assert!(call.send(&earlier).is_success());
    }
}
