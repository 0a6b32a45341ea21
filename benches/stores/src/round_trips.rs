//! How often each call goes to PostgreSQL and back.

use crate::{
    calls::{self, PASSWORD},
    contender::{OURS, PEERS, Service},
    ours, peer,
    relay::Relay,
    settings::Settings,
};
use authflow_postgres::Statements;
use axum::{Router, body::Body, http::Request};

/// On one connection that is there already, and with every statement known that will be. Of so many calls, the most frequent count: now and then one
/// forgets what is over, or notes a use.
const TRIES: usize = 9;

pub(crate) async fn run(settings: &Settings) {
    println!("\n| call | authflow, round trips | axum-login |\n|---|--:|--:|");
    let relay = Relay::to(settings.sockets.join(".s.PGSQL.5432")).await;
    let url = |database| format!("postgres://owner@127.0.0.1:{}/{database}", relay.port);
    let ours = ours::router(ours::postgres(&url(OURS), 1, Statements::Unprepared).await);
    let theirs = peer::postgres(&url(PEERS), 1, true).await;

    let right = |number| calls::sign_in(&calls::fresh(number), PASSWORD);
    let ours_signs_in = usual(&relay, &ours, right).await;
    println!("| sign in | {ours_signs_in} | {} |", usual(&relay, &theirs, right).await);
    let wrong = |number| calls::sign_in(&calls::fresh(number), "wrong");
    println!(
        "| sign in with a wrong password | {} | {} |",
        usual(&relay, &ours, wrong).await,
        usual(&relay, &theirs, wrong).await
    );

    let mut states = Vec::new();
    for number in 0..TRIES {
        let warned = calls::send(&ours, calls::sign_in(&calls::expiring(number), PASSWORD)).await;
        states.push(warned.member("state_token"));
    }
    println!("| skip | {} | |", usual(&relay, &ours, |number| calls::skip(&states[number])).await);

    let mut route = Vec::new();
    for (router, service) in [(&ours, Service::Authflow), (&theirs, Service::Peer)] {
        let session = service.session(&calls::send(router, right(0)).await);
        route.push(usual(&relay, router, |_| service.route(&session)).await);
    }
    println!("| protected route | {} | {} |", route[0], route[1]);
}

async fn usual(relay: &Relay, router: &Router, request: impl Fn(usize) -> Request<Body>) -> u64 {
    let mut counts = Vec::new();
    for number in 0..TRIES {
        relay.trips();
        calls::send(router, request(number)).await;
        counts.push(relay.trips());
    }
    counts.sort_unstable();
    counts[TRIES / 2]
}
