//! A test double cannot reach anything of a service, and no other server has its routes.

use super::{WORLD, bare, get, post, refused};
use crate::{
    process::{Home, PASSWORD},
    wire::Call,
};
use serde_json::json;
use std::{
    fs,
    process::{Command, Stdio},
};

/// The exit code and the messages of a server that is started with these arguments.
fn end(arguments: &[&str], environment: &[(&str, &str)]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_authflow-server"));
    command.args(arguments).envs(environment.iter().copied()).stdout(Stdio::null());
    let output = Home::ends(&mut command);
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

/// It ends before it opens anything: these files do not exist.
#[test]
fn beside_what_is_a_services_it_ends_with_2_and_names_the_flag() {
    for arguments in [
        &["--config", "c.toml"][..],
        &["--database", "sqlite:authflow.db"],
        &["--database", "postgres://app@localhost/people"],
        &["--keys", "authflow-keys.toml"],
        &["--sealing-keys", "authflow-sealing-keys.toml"],
        &["--signing-keys", "signing.toml"],
        &["--outbox", "outbox.toml"],
        &["--accounts", "accounts.toml"],
        &["--demo-on-network"],
        &["--listen", "0.0.0.0:0"],
        &["--listen", "[::]:0"],
        &["--listen", "192.0.2.1:0"],
    ] {
        let (code, told) = end(&[&["--dev"], arguments].concat(), &[]);
        assert!(code == Some(2) && told.contains(arguments[0]), "{arguments:?}: {code:?} {told}");
    }
    let (code, told) = end(&["--dev", "account", "list"], &[]);
    assert!(code == Some(2) && told.contains("--dev"), "{code:?} {told}");
    let (code, told) = end(&["--dev"], &[("AUTHFLOW_DATABASE", "sqlite:authflow.db")]);
    assert!(code == Some(2) && told.contains("--database"), "{code:?} {told}");
}

#[test]
fn beside_no_double_what_is_a_doubles_ends_with_2() {
    for arguments in [&["--dev-config", "x"][..], &["--dev-keep", "x"], &["--demo"], &["--now-offset=60"]] {
        let (code, told) = end(arguments, &[]);
        assert_eq!(code, Some(2), "{arguments:?}: {told}");
    }
}

/// The folder is a service's. Its files have the names that a server takes by default.
#[test]
fn a_double_opens_no_file_of_a_service_that_lies_beside_it() {
    let home = Home::new();
    let names = ["authflow.db", "authflow-keys.toml", "authflow-sealing-keys.toml"];
    for name in names {
        fs::write(home.path(name), "a service's").unwrap();
    }
    let server = home.start_double();
    assert!(Call::login(WORLD, "alice", PASSWORD).send(&server).is_success());
    assert_eq!(bare("POST", "/dev/reset").send(&server).status, 204);
    server.stop();
    for name in names {
        assert_eq!(fs::read_to_string(home.path(name)).unwrap(), "a service's", "{name}");
    }
}

/// A service refuses its database, too.
#[test]
fn what_a_double_keeps_is_no_services() {
    let home = Home::new();
    home.start_double().stop();
    let database = format!("sqlite:{}", home.path("authflow-dev.db").display());
    fs::write(
        home.path("config.toml"),
        "issuer = 'https://login.example.com'\napplications = [{ client_id = 'web' }]\n",
    )
    .unwrap();
    let config = home.path("config.toml").display().to_string();
    let keys = ["keys.toml", "sealing.toml"].map(|name| home.path(name).display().to_string());
    for (kept, name) in ["authflow-dev-keys.toml", "authflow-dev-sealing-keys.toml"].iter().zip(&keys) {
        fs::copy(home.path(kept), name).unwrap();
    }
    let output = home.fails_to_start(&["--config", &config, "--database", &database]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && told.contains("demo accounts"), "{told}");
}

#[test]
fn neither_a_service_nor_a_demonstration_has_its_routes() {
    let home = Home::new();
    fs::write(
        home.path("config.toml"),
        "issuer = 'https://login.example.com'\napplications = [{ client_id = 'web' }]\n",
    )
    .unwrap();
    let config = home.path("config.toml").display().to_string();
    let service = home.start_with(&["--config", &config]);
    let other = Home::new();
    let demonstration = other.start();
    for server in [service, demonstration] {
        assert_eq!(get(&server, "/dev/codes/last?to=+86-13800000001").status, 404);
        for path in ["/dev/clock", "/dev/accounts", "/dev/reset"] {
            assert_eq!(post(&server, path, &json!({ "advance": 1 })).status, 404, "{path}");
        }
        assert_eq!(bare("DELETE", "/dev/attempts/alice").send(&server).status, 404);
    }
}

/// A developer has other pages open.
#[test]
fn a_page_of_another_site_moves_nothing() {
    let home = Home::new();
    let server = home.start_double();
    for (method, path) in [
        ("POST", "/dev/reset"),
        ("GET", "/dev/codes/last?to=+86-13800000001"),
        ("DELETE", "/dev/attempts/alice"),
    ] {
        for site in ["cross-site", "same-site"] {
            let reply = bare(method, path).with("Sec-Fetch-Site", site).send(&server);
            let detail = "Sec-Fetch-Site must be same-origin or none, or not be there";
            refused(&reply, 403, "Forbidden", detail);
        }
        for site in ["same-origin", "none"] {
            assert_ne!(bare(method, path).with("Sec-Fetch-Site", site).send(&server).status, 403);
        }
        // The owner of the name may have pointed it at this machine.
        let rebound = bare(method, path).with("Host", "example.com").send(&server);
        refused(&rebound, 403, "Forbidden", "Host must be an address or localhost");
        assert_ne!(
            bare(method, path).with("Host", "10.0.2.2:8080").send(&server).status,
            403,
            "an emulator's"
        );
    }
}
