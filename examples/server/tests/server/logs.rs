//! The contents of the log and of the audit stream, and what must not be in them.

use crate::{
    process::{Home, PASSWORD, Server},
    wire::{Call, Reply, World, nora, warned},
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, fs};

const WRONG: &str = "Wrong-Guess-77";
const NEW: &str = "Battery-Staple-8";

fn start(home: &Home) -> Server {
    let audit = home.path("audit");
    home.start_with(&["--log", "json", "--audit", audit.to_str().unwrap()])
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect()
}

/// Calls of all kinds, at the most verbose level. No line has a secret of theirs, except where a demonstration tells its
/// codes.
#[test]
fn no_secret_is_in_any_line() {
    let home = Home::new();
    let server = start(&home);
    let (world, mut secrets) = (World::Ordinary, BTreeSet::from([PASSWORD, WRONG, NEW].map(str::to_owned)));
    let mut keep = |reply: &Reply| {
        for member in ["state_token", "id_token", "session_token", "ticket", "access_token"] {
            if let Some(token) = reply.json()[member].as_str() {
                secrets.insert(token.to_owned());
            }
        }
    };
    Call::login(world, "alice", WRONG).send(&server).assert_credentials_refused();
    let alice = Call::login(world, "alice", PASSWORD).send(&server);
    keep(&alice);
    let state = warned(&server, world);
    keep(&Call::skip(world, &state).send(&server));
    let state = warned(&server, world);
    keep(&Call::update(world, &state, PASSWORD, NEW).send(&server));
    keep(&Call::login(world, "tom", PASSWORD).send(&server));
    let body = json!({ "old_password": PASSWORD, "new_password": NEW });
    let change = Call::post(world, "/api/v2/sdk/pwd/change", &body);
    change.with("Authorization", &format!("Bearer {}", alice.text("id_token"))).send(&server);
    let id_token = nora(&home, &server, world);
    let code = home.code();
    let ticket = "/api/v2/tenant/sso/session-token/sso-ticket";
    let session = Call::login(world, "alice", NEW).send(&server);
    keep(&session);
    let token = session.text("session_token");
    keep(&Call::of_tenant(ticket, "demo-application-credential", "session_token", &token).send(&server));
    for forged in [Call::check(world, &format!("{id_token}x")), Call::skip(world, &format!("{state}x"))] {
        forged.send(&server);
    }
    secrets.extend([id_token, state, "demo-application-credential".to_owned()]);
    assert!(secrets.len() >= 12, "{}", secrets.len());
    server.stop();

    let (log, audit) = (home.log(), fs::read_to_string(home.path("audit")).unwrap());
    for secret in &secrets {
        assert!(!log.contains(secret) && !audit.contains(secret), "{secret} is in a log");
    }
    let with_code: Vec<_> = log.lines().filter(|line| line.contains(&*code)).collect();
    assert!(
        with_code.iter().all(|line| line.contains("code for ")) && !audit.contains(&*code),
        "{with_code:?}"
    );
    for name in ["alice", "nora", "13800000001"] {
        let told = |line: &str| line.contains(name) && !line.contains(&format!("demo-{name}"));
        assert!(!audit.lines().any(told), "{name} is in the audit stream");
    }
}

#[test]
fn a_start_that_fails_says_so_in_the_format_of_the_log() {
    let home = Home::new();
    let refused = home.fails_to_start(&["--log", "json", "--listen", "0.0.0.0:0"]).stderr;
    let all = lines(&String::from_utf8(refused).unwrap());
    assert_eq!(all.last().unwrap()["event"], "not_started");
    assert!(all.last().unwrap()["error"].as_str().unwrap().contains("--demo-on-network"));
}

#[test]
fn a_line_names_its_request_by_an_id_that_the_answer_and_the_audit_stream_have() {
    let home = Home::new();
    let server = start(&home);
    let login = || Call::login(World::Ordinary, "alice", PASSWORD);
    let given = login().with("X-Request-Id", "from-a.proxy_7").send(&server);
    assert!(given.has_header("x-request-id: from-a.proxy_7"));
    let hostile =
        login().with("X-Request-Id", "x\"} {\"level\":\"ERROR\"").path("/api/v2/sdk/%22%0d%0aforged");
    let refused = hostile.method("FORGED").send(&server);
    assert!(!refused.has_header("x-request-id: from-a.proxy_7"));
    server.stop();
    let log = home.log();
    assert!(
        !log.contains("forged") && !log.contains("FORGED"),
        "neither path nor method of a client's is logged"
    );
    let all = lines(&log);
    assert!(all.iter().all(|line| line["level"].is_string() && line["timestamp"].is_string()));
    let of = |event: &str| -> Vec<&Value> { all.iter().filter(|line| line["event"] == event).collect() };
    let [first, second] = of("request_ended")[..] else { panic!("{log}") };
    assert_eq!(first["span"]["request_id"], "from-a.proxy_7");
    let members = ["method", "route", "status"].map(|member| first[member].as_str().unwrap());
    assert_eq!(members, ["POST", "/api/v2/sdk/login", "200"]);
    assert!(first["duration_ms"].is_u64());
    assert_eq!((&second["method"], &second["route"]), (&"other".into(), &"none".into()));
    let drawn = second["span"]["request_id"].as_str().unwrap();
    assert!(drawn.len() == 32 && refused.has_header(&format!("x-request-id: {drawn}")));
    assert_eq!(of("signed_in")[0]["span"]["request_id"], "from-a.proxy_7");
    let audit = lines(&fs::read_to_string(home.path("audit")).unwrap());
    let [record] = &audit[..] else { panic!("{audit:?}") };
    assert_eq!((&record["event"], &record["request"]), (&"signed_in".into(), &"from-a.proxy_7".into()));
    assert_eq!(
        (&record["account"], &record["client_id"]),
        (&"demo-alice".into(), &"nTo1eRIub60vPb54WeE6aojPwYwImtl4".into())
    );
}
