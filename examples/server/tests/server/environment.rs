//! Settings from the environment, and what wins over them.

use crate::{process::Home, wire::get};
use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Stdio},
};

/// A server whose settings all come from the environment.
fn command(home: &Home) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_authflow-server"));
    command
        .env("AUTHFLOW_LISTEN", "127.0.0.1:0")
        .env("AUTHFLOW_KEYS", home.path("keys.toml"))
        .env("AUTHFLOW_SEALING_KEYS", home.path("sealing.toml"))
        .current_dir(home.path(""))
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

fn private(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn a_flag_wins_over_the_environment_and_that_over_a_file() {
    let home = Home::new();
    let file = home.path("url");
    private(&file, &format!("sqlite:{}\n", home.path("file.db").display()));
    let there = || {
        let names = ["flag.db", "environment.db", "file.db", "authflow.db"];
        let there: Vec<_> = names.into_iter().filter(|name| home.path(name).exists()).collect();
        for name in &there {
            fs::remove_file(home.path(name)).unwrap();
        }
        there
    };
    let url = |name: &str| format!("sqlite:{}", home.path(name).display());

    home.run(&mut command(&home), true).unwrap().stop();
    assert_eq!(there(), ["authflow.db"], "what is there when nothing is said");
    home.run(command(&home).env("AUTHFLOW_DATABASE_FILE", &file), true).unwrap().stop();
    assert_eq!(there(), ["file.db"]);
    let mut both = command(&home);
    both.env("AUTHFLOW_DATABASE_FILE", &file).env("AUTHFLOW_DATABASE", url("environment.db"));
    home.run(&mut both, true).unwrap().stop();
    assert_eq!(there(), ["environment.db"]);
    home.run(both.arg("--database").arg(url("flag.db")), true).unwrap().stop();
    assert_eq!(there(), ["flag.db"]);
}

#[test]
fn a_file_that_others_may_read_or_that_says_no_database_starts_nothing_and_is_not_told() {
    let home = Home::new();
    let file = home.path("url");
    for (text, mode, told) in [
        ("mysql://app:hunter2@localhost/people", 0o600, "a database must be"),
        ("sqlite:a.db", 0o644, "chmod 600"),
    ] {
        private(&file, text);
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        // `migrate` is a command, so it ends even if it is not refused.
        let mut migrate = command(&home);
        migrate.arg("migrate").env("AUTHFLOW_DATABASE_FILE", &file).stderr(Stdio::piped());
        let output = migrate.output().unwrap();
        let refused = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && refused.contains(told), "{refused}");
        assert!(refused.contains("AUTHFLOW_DATABASE_FILE") && !refused.contains("hunter2"), "{refused}");
    }
}

#[test]
fn a_credential_of_systemd_may_have_a_mode_of_a_group() {
    let home = Home::new();
    let file = home.path("url");
    private(&file, &format!("sqlite:{}\n", home.path("credential.db").display()));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o440)).unwrap();
    let mut command = command(&home);
    command.env("AUTHFLOW_DATABASE_FILE", &file);
    assert!(home.run(&mut command, true).is_none(), "it is no credential");
    command.env("CREDENTIALS_DIRECTORY", file.parent().unwrap());
    home.run(&mut command, true).unwrap().stop();
    assert!(home.path("credential.db").exists());
}

#[test]
fn what_is_on_or_off_is_said_by_the_environment_too() {
    let home = Home::new();
    let start = |word: &str| {
        let mut command = command(&home);
        command.env("AUTHFLOW_ADMIN_LISTEN", "0.0.0.0:0").env("AUTHFLOW_ADMIN_ON_NETWORK", word);
        home.run(&mut command, true)
    };
    assert!(start("false").is_none());
    let server = start("true").unwrap();
    let address = server.management.replace("0.0.0.0", "127.0.0.1");
    assert_eq!(get(&address, "/livez").status, 200);
}
