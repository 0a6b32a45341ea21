//! When the server refuses to start.

use crate::{
    process::{Home, PASSWORD},
    wire::{Call, World},
};
use std::{fs, os::unix::fs::PermissionsExt as _};

fn assert_fails(home: &Home, arguments: &[&str], reason: &str) {
    let output = home.fails_to_start(arguments);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && told.contains(reason), "{told}");
}

#[test]
fn with_keys_that_others_may_read() {
    let home = Home::new();
    home.start().stop();
    let keys = home.path("keys.toml");
    assert_eq!(fs::metadata(&keys).unwrap().permissions().mode() & 0o777, 0o600);
    for mode in [0o640, 0o604] {
        fs::set_permissions(&keys, fs::Permissions::from_mode(mode)).unwrap();
        assert_fails(&home, &[], "chmod 600");
    }
}

#[test]
fn as_a_demonstration_on_the_network() {
    let home = Home::new();
    assert_fails(&home, &["--listen", "0.0.0.0:0"], "--demo-on-network");
    assert!(!home.path("keys.toml").exists(), "refused before anything is made");
    let server = home.start_with(&["--listen", "0.0.0.0:0", "--demo-on-network"]);
    assert!(server.address.starts_with("0.0.0.0:"));
}

#[test]
fn in_earnest_on_a_database_of_demo_accounts() {
    let home = Home::new();
    home.start().stop();
    let config = home.path("config.toml");
    fs::write(&config, "issuer = 'https://login.example.com'\napplications = [{ client_id = 'web' }]\n")
        .unwrap();
    assert_fails(&home, &["--config", config.to_str().unwrap()], "demo accounts");
}

#[test]
fn and_a_configured_server_has_its_own_applications_and_no_demo() {
    let home = Home::new();
    let config = home.path("config.toml");
    fs::write(
        &config,
        "issuer = 'https://login.example.com'\nlanguage = 'zh'\napplications = [{ client_id = 'web' }]\n",
    )
    .unwrap();
    let server = home.start_with(&["--config", config.to_str().unwrap()]);
    let login = Call::login(World::Ordinary, "alice", PASSWORD);
    let unknown = login.send(&server);
    unknown.assert_refused("IDAAS.SDK.PARAM.0003", "应用未注册,请先注册应用");
    login.with("X-client-id", "web").send(&server).assert_credentials_refused();
    assert_eq!(home.number("SELECT count(*) FROM accounts"), 0);
}
