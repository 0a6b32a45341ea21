//! Live examples of the README: all that they contain is public.

use crate::{
    example,
    process::{Home, PASSWORD},
    wire::{Call, World},
};
use std::{fs, os::unix::fs::PermissionsExt as _};

/// The example as it stands does not start a server. With a credential filled in, it starts one for that credential.
#[test]
fn finding_18_the_credential_of_the_example_is_nobodys() {
    let home = Home::new();
    // The key of signed calls is left out, because its file does not exist.
    let example = example(include_str!("../../README.md"), "config");
    let (before, call_keys) = example.split_once("[[call_keys]]").unwrap();
    let (_, after) = call_keys.split_once("\n\n").unwrap();
    let example = &format!("{before}{after}");
    let start = |config: &str| {
        let path = home.path("config.toml");
        fs::write(&path, config).unwrap();
        home.try_start(&["--dev", "--dev-config", path.to_str().unwrap()])
    };
    assert!(start(example).is_none(), "finding 18: the word of the example is a credential");
    let hash_of_b = "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d";
    let filled = example.replace("<printf %s $CREDENTIAL | sha256sum>", hash_of_b);
    let server = start(&filled).expect("it starts");
    let granted = Call::login(World::Isv, "alice", PASSWORD).send(&server);
    assert!(granted.is_success(), "{granted:?}");
    let ticket = |credential| {
        let path = "/api/v2/tenant/sso/session-token/sso-ticket";
        let call = Call::of_tenant(path, credential, "session_token", &granted.text("session_token"));
        call.send(&server).status
    };
    assert_eq!(ticket("b"), 200);
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
    let readme = include_str!("../../../../crates/authflow-keys/README.md");
    assert!(!starts_with_keys(example(readme, "key ring")), "finding 18: the keys of the example are taken");
}

/// Two ids for the same secret are no rotation.
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
