//! Keys of two servers are rotated while both serve.

use crate::{
    deployment::{Deployment, PORT},
    process::{PASSWORD, Server},
    scrape::Scrape,
    server::server,
    wire::{Call, World},
};
use std::{thread, time::Duration};

/// Sends SIGHUP, and waits until that is counted.
fn reload(server: &Server) {
    let done = || Scrape::of(server).value("authflow_reloads_total{result=\"done\"}").unwrap();
    let before = done();
    server.hang_up();
    let is_done = |_: &usize| {
        thread::sleep(Duration::from_millis(10));
        done() > before
    };
    assert!((0..6_000).find(is_done).is_some());
}

#[tokio::test]
async fn at_every_step_each_takes_what_the_other_one_issued() {
    let Some(postgres) = server() else { return };
    let deployment = Deployment::on(postgres, PORT).await;
    let servers = [(); 2].map(|()| deployment.start_with(&["--admin-listen", "127.0.0.1:0"]));
    let mut sessions = Vec::new();
    let mut each_takes_all = || {
        for server in &servers {
            let alice = Call::login(World::Ordinary, "alice", PASSWORD).send(server);
            sessions.push(Call::check(World::Ordinary, &alice.text("id_token")));
        }
        for (server, session) in servers.iter().flat_map(|server| sessions.iter().map(move |it| (server, it)))
        {
            assert_eq!(session.send(server).status, 200);
        }
    };
    let operate = |arguments: &[&str]| {
        let arguments = [&["--database", &*deployment.url], arguments].concat();
        deployment.home.operate(&arguments, "").done().out
    };
    each_takes_all();
    let prepared = operate(&["keys", "rotate", "--prepare", "--json"]);
    let prepared: serde_json::Value = serde_json::from_str(&prepared).unwrap();
    for step in [None, Some(prepared["key"].as_str().unwrap())] {
        if let Some(key) = step {
            operate(&["keys", "rotate", "--to", key]);
        }
        for server in &servers {
            reload(server);
            each_takes_all();
        }
    }
    operate(&["keys", "retire", "--no-id", "--early"]);
    servers.iter().for_each(reload);
    let first = sessions.first().unwrap().send(&servers[1]);
    assert_ne!(first.status, 200, "the key before is left out");
    assert_eq!(sessions.last().unwrap().send(&servers[0]).status, 200);
}
