//! Examples of the README that are live: what stands there is known to everybody.

use crate::{
    example,
    process::{Home, PASSWORD},
    try_start_configured,
    wire::{Call, World},
};
use std::{fs, os::unix::fs::PermissionsExt as _};

/// A server that refuses to start with the example is as good.
#[test]
#[should_panic(expected = "finding 18: the word of the example is a credential")]
fn finding_18_the_credential_of_the_example_is_nobodys() {
    let home = Home::new();
    let Some(server) = try_start_configured(&home, example("config"), &["--demo"]) else { return };
    let granted = Call::login(World::Isv, "alice", PASSWORD).send(&server);
    assert!(granted.is_success(), "{granted:?}");
    let ticket = |credential| {
        let path = "/api/v2/tenant/sso/session-token/sso-ticket";
        let call = Call::of_tenant(path, credential, "session_token", &granted.text("session_token"));
        call.send(&server).status
    };
    assert_eq!(ticket("demo-tenant-credential"), 200);
    assert_eq!(ticket("other"), 400);
    assert_ne!(ticket("test"), 200, "finding 18: the word of the example is a credential");
}

/// Whether a server starts with these keys.
fn starts_with_keys(keys: &str) -> bool {
    let home = Home::new();
    let path = home.path("keys.toml");
    fs::write(&path, keys).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    home.try_start(&[]).is_some()
}

#[test]
fn finding_18_the_keys_of_the_example_are_refused() {
    assert!(!starts_with_keys(example("keys")), "finding 18: the keys of the example are taken");
}

/// A rotation to the same secret is none.
#[test]
fn finding_18_one_secret_under_two_ids_is_refused() {
    let new = "8f1d6a0c97b34e52d8a6f0137c5be94261f3d07ab8c9254e6d10a7f3be58c492";
    let other = "c20a7be5193f4d68a17e5c0b92d8f36470ad1be94f5823c6e90b7d41f8a6325e";
    let keys = |old: &str| {
        format!(
            "[signer]\nid = 'new'\nsecret = '{new}'\n[[verify]]\nid = 'old'\nsecret = '{old}'\nuntil = 4000000000\n"
        )
    };
    assert!(starts_with_keys(&keys(other)));
    assert!(!starts_with_keys(&keys(new)), "finding 18: one secret is two keys");
}
