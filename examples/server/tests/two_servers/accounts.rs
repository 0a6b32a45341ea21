//! Accounts are made and changed beside two servers, which both follow at their next request.

use crate::{
    deployment::{Deployment, PORT},
    process::PASSWORD,
    server::server,
    wire::{Call, World},
};
use std::fs;

const NEW: &str = "Violet-Anchor-29";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accounts_are_changed_beside_servers_that_follow() {
    let Some(postgres) = server() else { return };
    let deployment = Deployment::on(postgres, PORT).await;
    let servers = [deployment.start(), deployment.start()];
    let run = |arguments: &[&str], input: &str| {
        deployment.home.operate(&[&["--database", &*deployment.url], arguments].concat(), input)
    };
    let zoe = |password| Call::login(World::Ordinary, "zoe", password);
    run(&["account", "add", "Zoe", "--password", "--permanent"], NEW).done();
    let sessions = servers.each_ref().map(|server| zoe(NEW).send(server).text("id_token"));
    let listed = run(&["sessions", "list", "zoe", "--json"], "").json();
    assert_eq!(listed["sessions"].as_array().unwrap().len(), 2);
    run(&["sessions", "end", "zoe"], "").done();
    for (server, session) in servers.iter().zip(&sessions) {
        Call::check(World::Ordinary, session).send(server).assert_id_token_refused();
    }
    run(&["account", "disable", "zoe"], "").done();
    servers.iter().for_each(|server| zoe(NEW).send(server).assert_credentials_refused());
    run(&["account", "enable", "zoe"], "").done();
    run(&["account", "set-password", "zoe"], "Amber-Compass-31").done();
    for server in &servers {
        assert_eq!(zoe("Amber-Compass-31").send(server).text("status"), "PASSWORD_EXPIRED");
    }
    for _ in 0..5 {
        Call::login(World::Ordinary, "alice", "wrong").send(&servers[0]).assert_credentials_refused();
    }
    run(&["account", "unlock", "alice"], "").done();
    assert!(Call::login(World::Ordinary, "alice", PASSWORD).send(&servers[1]).is_success());
    run(&["account", "enrol-totp", "alice"], "").done();
    assert_eq!(Call::login(World::Ordinary, "alice", PASSWORD).send(&servers[1]).text("status"), "MFA_AUTH");
    run(&["account", "show", "nobody"], "").refused(3, "no account of that name");

    let people = deployment.home.path("people.csv");
    let import = |text: &str| {
        fs::write(&people, text).unwrap();
        run(&["account", "import", people.to_str().unwrap()], "")
    };
    let before = deployment.number("SELECT count(*) FROM authflow.accounts").await;
    import("user_name\nyan\nZOE\n").refused(1, "line 3: the user name");
    assert_eq!(deployment.number("SELECT count(*) FROM authflow.accounts").await, before);
    import("user_name\nyan\nxia\n").done();
    let page = run(&["account", "list", "--at-most", "5", "--json"], "").json();
    assert_eq!(page["accounts"].as_array().unwrap().len(), 5);
    assert_eq!(page["next"], page["accounts"][4]["id"]);

    let earlier = run(&["keys", "list", "--json"], "").json()["sealing_keys"][0]["id"].clone();
    run(&["keys", "rotate", "--sealing"], "").done();
    let retire = ["keys", "retire", "--sealing", earlier.as_str().unwrap()];
    run(&retire, "").refused(1, "3 secrets of authenticators are sealed under");
    let [one, other] = servers;
    one.stop();
    let next = deployment.start();
    run(&retire, "").done();
    drop((other, next));
    let report = run(&["check", "--json"], "").json();
    assert_eq!(report["keys"], serde_json::json!([]));
}
