//! The management listener: the counters, and whether the server is ready.

use crate::{
    process::{Home, PASSWORD},
    scrape::Scrape,
    wire::{Call, World, get, warned},
};

const LISTEN: [&str; 2] = ["--admin-listen", "127.0.0.1:0"];

fn login(name: &str, password: &str) -> Call {
    Call::login(World::Ordinary, name, password)
}

#[test]
fn calls_are_counted_by_what_became_of_them() {
    let home = Home::new();
    let server = home.start_with(&LISTEN);
    assert!(login("alice", PASSWORD).send(&server).is_success());
    for name in ["alice", "nobody", "dora"] {
        login(name, "wrong").send(&server).assert_credentials_refused();
    }
    let state = warned(&server, World::Ordinary);
    let skipped = Call::skip(World::Ordinary, &state).send(&server);
    assert!(skipped.is_success());
    Call::skip(World::Ordinary, &state).send(&server).assert_state_token_refused();
    for _ in 0..6 {
        login("frank", "wrong").send(&server).assert_credentials_refused();
    }
    let logout = Call::check(World::Ordinary, &skipped.text("id_token")).path("/api/v2/sdk/logout");
    let ended = logout.with("X-session-token", &skipped.text("session_token")).send(&server);
    assert_eq!(ended.status, 200, "{ended:?}");

    let scrape = Scrape::of(&server);
    for (series, value) in [
        ("authflow_guesses_refused_total{factor=\"password\",reason=\"wrong\"}", 6.0),
        ("authflow_guesses_refused_total{factor=\"password\",reason=\"locked\"}", 1.0),
        ("authflow_guesses_refused_total{factor=\"password\",reason=\"unknown_account\"}", 1.0),
        ("authflow_guesses_refused_total{factor=\"password\",reason=\"inactive\"}", 1.0),
        ("authflow_locks_total{factor=\"password\"}", 1.0),
        ("authflow_replays_total{event=\"token_refused\"}", 1.0),
        ("authflow_skips_total", 1.0),
        ("authflow_sessions_total{change=\"issued\"}", 2.0),
        ("authflow_sessions_total{change=\"refreshed\"}", 0.0),
        ("authflow_sessions_total{change=\"ended\"}", 1.0),
        ("authflow_events_total{event=\"proof_refused\"}", 9.0),
        ("authflow_events_total{event=\"session_reused\"}", 0.0),
        ("authflow_question_duration_seconds_count{question=\"VerifyPassword\"}", 11.0),
        ("authflow_requests_total{route=\"/api/v2/sdk/login\",status=\"200\"}", 2.0),
        ("authflow_requests_total{route=\"/api/v2/sdk/login\",status=\"400\"}", 9.0),
        ("authflow_request_duration_seconds_count{route=\"/api/v2/sdk/login\"}", 11.0),
        ("authflow_calls{state=\"in_progress\"}", 0.0),
        ("authflow_calls{state=\"most\"}", 64.0),
        ("authflow_hasher{state=\"waiting\"}", 0.0),
        ("authflow_hasher{state=\"places_taken\"}", 0.0),
    ] {
        assert_eq!(scrape.value(series), Some(value), "{series}\n{}", scrape.0);
    }
    assert!(scrape.value("authflow_hasher{state=\"places\"}").unwrap() >= 4.0);
}

#[test]
fn no_client_makes_a_series_and_none_names_an_account() {
    let home = Home::new();
    let server = home.start_with(&LISTEN);
    let each = |name: &'static str, path: &'static str, method: &'static str| {
        login(name, PASSWORD).send(&server);
        login(name, "wrong").send(&server);
        login(name, "wrong").path(path).method(method).send(&server);
        login(name, "wrong").with("X-client-id", name).with("X-request-id", name).send(&server);
    };
    each("alice", "/first", "BREW");
    let before = Scrape::of(&server).series();
    for (name, path) in
        [("mallory", "/elsewhere?x=%22"), ("\\\"},\n", "/api/v2/sdk/login/third"), ("tom", "/%0aauthflow_x")]
    {
        login(name, "wrong").send(&server);
        login("alice", "wrong").path(path).method("STIR").send(&server);
    }
    let scrape = Scrape::of(&server);
    let more: Vec<_> = scrape.series().difference(&before).cloned().collect();
    let known = |series: &String| {
        series.contains("reason=\"unknown_account\"")
            || series.contains("route=\"/api/v2/sdk/login\",status=")
    };
    assert!(more.iter().all(known), "{more:?}");
    for word in ["alice", "mallory", "tom", "elsewhere", "third", "authflow_x", "BREW", "STIR"] {
        assert!(!scrape.0.contains(word), "{word}");
    }
}

#[test]
fn the_public_listener_has_nothing_of_it() {
    let home = Home::new();
    let server = home.start_with(&LISTEN);
    for (path, told) in [("/livez", "ok\n"), ("/readyz", "ready\n")] {
        assert_eq!(get(&server.management, path).body, told);
    }
    assert_eq!(get(&server.management, "/healthz").status, 404);
    for path in ["/metrics", "/readyz", "/livez"] {
        let reply = get(&server.address, path);
        assert!(reply.status == 404 && !reply.body.contains("authflow_"), "{reply:?}");
    }
    drop(server);
    assert!(home.start().management.is_empty(), "off unless it is said");
    let refused = home.fails_to_start(&["--admin-listen", "0.0.0.0:0"]).stderr;
    assert!(String::from_utf8(refused).unwrap().contains("--admin-on-network"));
    assert!(!home.start_with(&["--admin-listen", "0.0.0.0:0", "--admin-on-network"]).management.is_empty());
}

#[test]
fn who_cannot_reach_the_database_is_not_ready_and_lives() {
    let home = Home::new();
    let server = home.start_with(&LISTEN);
    home.execute("ALTER TABLE authflow_claims RENAME TO away");
    let reply = get(&server.management, "/readyz");
    assert_eq!((reply.status, &*reply.body), (503, "the database does not answer\n"));
    assert_eq!(get(&server.management, "/livez").status, 200);
    home.execute("ALTER TABLE away RENAME TO authflow_claims");
    assert_eq!(get(&server.management, "/readyz").status, 200);
}
