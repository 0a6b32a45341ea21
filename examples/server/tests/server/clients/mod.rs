//! The two public programs that are known to call the family, written anew: their requests, and the members of the answers
//! that they read.

mod auth_demo;
mod maitux;

use crate::process::{Home, Server};
use std::{fs, os::unix::fs::PermissionsExt as _};

const CLIENT_ID: &str = "nTo1eRIub60vPb54WeE6aojPwYwImtl4";

/// The configuration of an ordinary application in a product's dialect.
fn config(dialect: &str, identity: &str) -> String {
    format!(
        "issuer = \"https://authflow.example\"\ndialect = \"{dialect}\"\n\n[[applications]]\nclient_id = \"{CLIENT_ID}\"\n\
         dialect = \"{dialect}\"\nidentity = \"{identity}\"\ntells_attempts = true\n\
         policy = {{ ageing = {{ max_age_days = 90, warn_before_days = 14, max_skips = 3 }} }}\n"
    )
}

/// A test double with this configuration.
fn server(home: &Home, dialect: &str, identity: &str) -> Server {
    home.start_double_with(&config(dialect, identity))
}

/// A service with this configuration and these accounts.
fn service(home: &Home, dialect: &str, identity: &str, accounts: &str, arguments: &[&str]) -> Server {
    let [config_file, accounts_file] = ["clients.toml", "accounts.toml"].map(|name| home.path(name));
    fs::write(&config_file, config(dialect, identity)).unwrap();
    fs::write(&accounts_file, accounts).unwrap();
    fs::set_permissions(&accounts_file, fs::Permissions::from_mode(0o600)).unwrap();
    let files = ["--config", config_file.to_str().unwrap(), "--accounts", accounts_file.to_str().unwrap()];
    home.start_with(&[&files, arguments].concat())
}
