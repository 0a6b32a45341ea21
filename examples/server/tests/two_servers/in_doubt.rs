//! The database's machine is lost while a commit waits for the standby, and no client was told of the commit. Either it is carried out once, or
//! not at all.

use crate::{
    deployment::Deployment,
    pair::Pair,
    process::Server,
    server::told,
    wire::{Call, World, warned},
};
use std::thread;

const WORLD: World = World::Ordinary;

/// A skip whose commit waits for the standby when the primary goes.
struct InDoubt {
    deployment: Deployment,
    servers: [Server; 2],
    skip: Call,
}

impl InDoubt {
    /// `before` acts on the standby first. `meanwhile` waits for something before the primary goes.
    async fn on(pair: &Pair, before: impl AsyncFnOnce(), meanwhile: impl AsyncFnOnce()) -> Self {
        pair.synchronise().await;
        let mut deployment = pair.deployment().await;
        deployment.url = pair.url_of_both(&deployment);
        let servers = [(); 2].map(|()| deployment.start());
        let skip = Call::skip(WORLD, &warned(&servers[0], WORLD));
        before().await;
        let (address, sent) = (servers[0].address.clone(), skip.clone());
        let client = thread::spawn(move || sent.try_send(&address));
        pair.wait_for_commit().await;
        meanwhile().await;
        pair.fail_over();
        let reply = client.join().unwrap().unwrap();
        assert!(reply.is_busy(), "nobody is told what nobody knows: {reply:?}");
        pair.follow(&mut deployment).await;
        Self { deployment, servers, skip }
    }

    async fn sessions(&self) -> i64 {
        self.deployment.number("SELECT count(*) FROM authflow.sessions").await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_standby_has_not_got_has_not_happened() {
    let started = Pair::start().await;
    let Some(pair) = told(&started) else { return };
    let of = InDoubt::on(pair, || pair.cut(), async || ()).await;
    assert_eq!(of.sessions().await, 0);
    assert!(of.skip.send(&of.servers[0]).is_success());
    of.skip.send(&of.servers[1]).assert_state_token_refused();
    assert_eq!(of.sessions().await, 1);
    println!("in doubt, and not at the standby: the state token is good once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_standby_has_got_has_happened() {
    let started = Pair::start().await;
    let Some(pair) = told(&started) else { return };
    let of = InDoubt::on(pair, || pair.hold_back(), || pair.wait_for_standby()).await;
    for server in &of.servers {
        of.skip.send(server).assert_state_token_refused();
    }
    assert_eq!(of.sessions().await, 1);
    println!("in doubt, and at the standby: the state token is spent, and its session is on record");
}
