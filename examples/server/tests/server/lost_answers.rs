//! Lost answers, over HTTP and restarts: one skip is one session, and a repeated refresh is answered.

use crate::{
    process::{Home, PASSWORD, Server},
    races::at_once,
    wire::{Call, World, warned},
};
use serde_json::Value;

const WORLD: World = World::Ordinary;

/// A server that rotates session tokens, and repeats lost answers.
fn patient(home: &Home, moved: i64) -> Server {
    let config = "issuer = 'https://authflow.example'
        [[applications]]
        client_id = 'nTo1eRIub60vPb54WeE6aojPwYwImtl4'
        policy = { rotate_session_tokens = true, retry_grace = 20,
            ageing = { max_age_days = 90, warn_before_days = 14, max_skips = 3 } }";
    let server = home.start_double_with(config);
    server.advance(moved);
    server
}

fn refresh(token: &str) -> Call {
    let path = "/api/v2/sdk/sso/session-token/id-token";
    Call::post(WORLD, path, &Value::Null).with("X-session-token", token)
}

#[test]
fn a_skip_whose_answer_was_lost_is_answered_over_a_restart() {
    let home = Home::new();
    let server = patient(&home, 0);
    let skip = Call::skip(WORLD, &warned(&server, WORLD));
    let before = home.sessions();
    assert!(skip.send(&server).is_success());
    server.stop();
    let server = patient(&home, 0);
    let again = skip.send(&server);
    assert!(again.is_success());
    assert_eq!(
        (home.sessions() - before, home.number("SELECT sum(skips_used) FROM authflow_accounts")),
        (1, 1)
    );
    // A client that has used the token has got the answer.
    assert_eq!(refresh(&again.text("session_token")).send(&server).status, 200);
    skip.send(&server).assert_state_token_refused();
}

#[test]
fn of_many_skips_at_once_all_open_one_session() {
    let home = Home::new();
    let server = patient(&home, 0);
    let skip = Call::skip(WORLD, &warned(&server, WORLD));
    let before = home.sessions();
    let replies = at_once(&server, &vec![skip; 16]);
    assert!(replies.iter().all(|reply| reply.is_success()));
    assert_eq!(
        (home.sessions() - before, home.number("SELECT sum(skips_used) FROM authflow_accounts")),
        (1, 1)
    );
}

#[test]
fn a_refresh_that_comes_again_is_answered_and_later_it_is_a_copy() {
    let home = Home::new();
    let server = patient(&home, 0);
    let first = Call::login(WORLD, "alice", PASSWORD).send(&server).text("session_token");
    let replies = at_once(&server, &vec![refresh(&first); 8]);
    assert!(replies.iter().all(|reply| reply.status == 200));
    assert_eq!(home.number("SELECT max(generation) FROM authflow_sessions"), 1);
    server.stop();
    let server = patient(&home, 10);
    assert_eq!(refresh(&first).send(&server).status, 200);
    server.stop();
    let server = patient(&home, 60);
    let late = refresh(&first).send(&server);
    late.assert_refused("IDAAS.SDK.PARAM.0023", "Invalid or expired session token");
    assert_eq!(home.number("SELECT count(*) FROM authflow_sessions WHERE ended_at IS NULL"), 0);
}
