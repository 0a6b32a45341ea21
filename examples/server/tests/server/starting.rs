//! Starting: states in which the server refuses to start, and the signing keys that it starts with.

use crate::{
    process::{Home, PASSWORD, Server},
    wire::{Call, World},
};
use std::{fs, net::TcpListener, os::unix::fs::PermissionsExt as _};

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
fn with_sealing_keys_that_others_may_read() {
    let home = Home::new();
    home.start().stop();
    let keys = home.path("sealing.toml");
    assert_eq!(fs::metadata(&keys).unwrap().permissions().mode() & 0o777, 0o600);
    fs::set_permissions(&keys, fs::Permissions::from_mode(0o640)).unwrap();
    assert_fails(&home, &[], "chmod 600");
}

/// The file of the key was lost, or the key was removed too early.
#[test]
fn without_a_sealing_key_that_a_secret_needs() {
    let home = Home::new();
    home.start().stop();
    let (keys, kept) = (home.path("sealing.toml"), home.path("kept.toml"));
    fs::rename(&keys, &kept).unwrap();
    assert_fails(&home, &[], "a secret of an authenticator is sealed under, and 2 are sealed under others");
    fs::rename(&kept, &keys).unwrap();
    home.start();
}

/// The next key seals and the old one opens. At the start, secrets under the old key are sealed anew. After that, the old key can
/// go.
#[test]
fn a_sealing_key_is_rotated_in_two_starts() {
    let home = Home::new();
    let path = home.path("sealing.toml");
    home.start().stop();
    let earlier = fs::read_to_string(&path).unwrap();
    let earlier = earlier.split("[sealer]").nth(1).unwrap().to_owned();
    let next = "[sealer]\nid = \"next\"\nsecret = \"6b1a5d1f0c8e4b7799d2f3a4b5c6d7e80f1e2d3c4b5a69788796a5b4c3d2e1f0\"\n";
    fs::write(&path, format!("{next}[[open]]{earlier}")).unwrap();
    home.start().stop();
    fs::write(&path, next).unwrap();
    let server = home.start();
    assert_eq!(home.number("SELECT count(*) FROM authflow_accounts WHERE totp_key = 'next'"), 2);
    assert_eq!(Call::login(World::Ordinary, "tom", PASSWORD).send(&server).text("status"), "MFA_AUTH");
}

#[test]
fn as_a_demonstration_on_the_network() {
    let home = Home::new();
    assert_fails(&home, &["--listen", "0.0.0.0:0"], "--demo-on-network");
    assert!(!home.path("keys.toml").exists(), "refused before anything is made");
    let server = home.start_with(&["--listen", "0.0.0.0:0", "--demo-on-network"]);
    assert!(server.address.starts_with("0.0.0.0:"));
}

/// A server that has the port may also have the database.
#[test]
fn on_a_port_that_is_taken() {
    let home = Home::new();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap().to_string();
    assert_fails(&home, &["--listen", &address], "cannot listen on");
    assert!(!home.path("authflow.db").exists(), "refused before anything is made");
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

/// Any stranger could have text messages sent until no more code goes out.
#[test]
fn with_a_sum_of_codes_for_strangers_that_no_captcha_stands_before() {
    let home = Home::new();
    let config = home.path("config.toml");
    let start = |policy: &str| {
        let application = format!("applications = [{{ client_id = 'web', policy = {{ {policy} }} }}]");
        fs::write(&config, format!("issuer = 'https://login.example.com'\n{application}\n")).unwrap();
        ["--config".to_owned(), config.to_str().unwrap().to_owned()]
    };
    let strangers = "registration = ['sms'], sending = { daily_in_all = 1000 }";
    let arguments = start(strangers);
    assert_fails(&home, &arguments.each_ref().map(String::as_str), "captcha must be \"picture\"");
    let arguments = start(&format!("{strangers}, captcha = 'picture'"));
    home.start_with(&arguments.each_ref().map(String::as_str)).stop();
    // Without a sum, this is an error in the log, and one of `check`.
    let arguments = start("registration = ['sms']");
    home.start_with(&arguments.each_ref().map(String::as_str)).stop();
    assert!(home.log().contains("anybody has text messages sent to any number"));
    let config = config.to_str().unwrap();
    home.operate(&["check", "--config", config], "").refused(1, "something was found");
}

#[test]
fn as_a_demonstration_on_a_database_of_others() {
    let home = Home::new();
    home.start().stop();
    home.execute("UPDATE authflow_accounts SET id = 'their-' || id");
    assert_fails(&home, &[], "none of the demonstration's");
    assert_eq!(home.number("SELECT count(*) FROM authflow_accounts"), 9 * 2, "no account was made");
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
    assert_eq!(home.number("SELECT count(*) FROM authflow_accounts"), 0);
}

/// The provider vouches for all that a client asks for. So no application of a configuration may use it.
#[test]
fn the_demonstrations_provider_is_there_for_its_own_applications_alone() {
    let home = Home::new();
    let vouch = |server: &Server| {
        let asked = r#"{"source":"wechat","uid":"of-alice"}"#;
        Call::login(World::Ordinary, "alice", PASSWORD).path("/demo/provider").body(asked).send(server)
    };
    let code = vouch(&home.start()).text("code");
    assert_eq!(code.len(), 32);
    let config = home.path("config.toml");
    fs::write(&config, "issuer = 'https://login.example.com'\napplications = [{ client_id = 'web' }]\n")
        .unwrap();
    let server = home.start_with(&["--dev", "--dev-config", config.to_str().unwrap()]);
    assert_ne!(vouch(&server).status, 200);
    let body = format!(r#"{{"code":"{code}"}}"#);
    let wechat = Call::login(World::Ordinary, "alice", PASSWORD).path("/api/v2/sdk/login/wechat").body(body);
    assert_eq!(wechat.send(&server).status, 400, "nobody vouches for it there");
}

#[test]
fn signing_keys_are_made_once_published_and_rotated() {
    let home = Home::new();
    let path = home.path("signing.toml");
    let file = path.display().to_string();
    let start = || home.start_with(&["--signing-keys", &file, "--make-signing-key", "ES256"]);
    let server = start();
    let sign_in = || Call::login(World::Ordinary, "alice", PASSWORD);
    let id_token = sign_in().send(&server).text("id_token");
    let check = Call::check(World::Ordinary, &id_token);
    assert_eq!(check.send(&server).status, 200);
    let (signed, _) = id_token.rsplit_once('.').unwrap();
    let forged = format!("{signed}.{}", "A".repeat(86));
    Call::check(World::Ordinary, &forged).send(&server).assert_id_token_refused();
    let jwks =
        |server: &Server| sign_in().method("GET").path("/.well-known/jwks.json").body("").send(server).json();
    let published = jwks(&server);
    assert_eq!((&published["keys"][0]["kty"], &published["keys"][0]["alg"]), (&"EC".into(), &"ES256".into()));
    server.stop();

    let server = start();
    assert_eq!(jwks(&server), published, "the same key");
    assert_eq!(check.send(&server).status, 200);
    server.stop();

    // The old signer moves under `verify`, and a new one is made in its place.
    let old = fs::read_to_string(&path).unwrap();
    let old = old.split("[signer]").nth(1).unwrap();
    fs::remove_file(&path).unwrap();
    start().stop();
    let new = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{new}\n[[verify]]{old}until = 4000000000\n")).unwrap();
    let server = start();
    assert_eq!(jwks(&server)["keys"].as_array().unwrap().len(), 2);
    assert_eq!(check.send(&server).status, 200, "signed by the old key");
    let renewed = sign_in().send(&server).text("id_token");
    assert_ne!(renewed.split('.').next(), id_token.split('.').next(), "signed by the new one");
}
