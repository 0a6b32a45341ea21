//! The configuration file: issuer, language, and the applications with their policies.

use crate::{call_keys::CallKeyEntry, tenants::TenantCredential};
use authflow::{
    Application, Dialect, TenantId, administration::Sweep, contact::NumberingPlan, device::Language,
    token::Issuer,
};
use authflow_argon2::{Argon2Hasher, Argon2id, HasherError, ParameterSet};
use serde::Deserialize;
use std::{fs, io, num::NonZeroU32, path::Path};

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServerConfig {
    /// `iss` of id tokens.
    pub(crate) issuer: Issuer,
    /// The names of this service and its makers. No password may be made of one of them.
    #[serde(default)]
    pub(crate) names: Vec<Box<str>>,
    /// The language of messages while the application is not known.
    #[serde(default)]
    pub(crate) language: Language,
    /// The codes and messages while the application is not known.
    #[serde(default)]
    pub(crate) dialect: Dialect,
    /// How national numbers are written in each tenant.
    #[serde(default)]
    pub(crate) numbering: Vec<TenantNumbering>,
    #[serde(default)]
    pub(crate) applications: Vec<Application>,
    /// The keys with which the calls of applications are signed.
    #[serde(default)]
    pub(crate) call_keys: Vec<CallKeyEntry>,
    /// The credentials that the servers of tenants present.
    #[serde(default)]
    pub(crate) tenant_credentials: Vec<TenantCredential>,
    /// How many names and recipients of codes that no account has are remembered: at least 65,536, except in a demonstration.
    #[serde(default = "most_of_nobody")]
    pub(crate) most_of_nobody: NonZeroU32,
    /// How statements reach a PostgreSQL.
    #[serde(default)]
    pub(crate) statements: Statements,
    #[serde(default)]
    pub(crate) hashing: Hashing,
}

/// How statements reach a PostgreSQL: see [`authflow_postgres::Statements`]. SQLite does not use it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Statements {
    #[default]
    Unprepared,
    Prepared,
}

impl From<Statements> for authflow_postgres::Statements {
    fn from(statements: Statements) -> Self {
        match statements {
            Statements::Unprepared => Self::Unprepared,
            Statements::Prepared => Self::Prepared,
        }
    }
}

/// How passwords are hashed. Parameters are written as in the first part of a verifier that was made with them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Hashing {
    /// The parameters of new verifiers.
    new: Argon2id,
    /// Other parameters that a verifier may have been made with.
    accepted: Vec<ParameterSet>,
}

impl Hashing {
    pub(crate) fn hasher(&self) -> Result<Argon2Hasher, HasherError> {
        Argon2Hasher::new(self.new, self.accepted.iter().copied())
    }
}

impl Default for Hashing {
    /// Parameters that are not named are not accepted.
    fn default() -> Self {
        Self { new: Argon2id::OWASP_MINIMUM, accepted: Vec::new() }
    }
}

pub(crate) fn most_of_nobody() -> NonZeroU32 {
    NonZeroU32::new(Sweep::MOST_OF_NOBODY).unwrap_or(NonZeroU32::MIN)
}

/// How national numbers are written in a tenant.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TenantNumbering {
    /// The tenant. Without one, these are the accounts of ordinary applications.
    pub(crate) tenant: Option<TenantId>,
    pub(crate) plan: NumberingPlan,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ServerConfigError {
    #[error("cannot read it: {0}")]
    Unreadable(#[from] io::Error),
    #[error("{0}")]
    Malformed(#[from] toml::de::Error),
}

pub(crate) fn read(path: &Path) -> Result<ServerConfig, ServerConfigError> {
    Ok(toml::from_str(&fs::read_to_string(path)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use authflow::Tenancy;

    #[test]
    fn the_example_of_the_readme_is_a_configuration() {
        let readme = include_str!("../README.md");
        let example = readme.split("<!-- config -->\n```toml\n").nth(1).unwrap().split("```").next().unwrap();
        assert!(toml::from_str::<ServerConfig>(example).is_err(), "nobody starts with the example");
        let filled = example.replace("<printf %s $CREDENTIAL | sha256sum>", &"3e".repeat(32));
        let config: ServerConfig = toml::from_str(&filled).unwrap();
        let [isv, ordinary] = &config.applications[..] else { panic!("{config:?}") };
        assert!(matches!(&isv.tenancy, Tenancy::Isv(tenants) if tenants.len() == 1));
        assert_eq!(isv.policy.ageing.unwrap().max_skips(), 3);
        assert_eq!((isv.dialect, config.tenant_credentials.len()), (Dialect::Eiam, 1));
        assert_eq!(
            (ordinary.call_key.is_none(), config.call_keys.len()),
            (true, 1),
            "it is made of the file"
        );
        assert_eq!(ordinary.tenancy, Tenancy::Ordinary);
        let [ours] = &config.numbering[..] else { panic!("{config:?}") };
        assert_eq!((ours.tenant, ours.plan.calling_code()), (None, 86));
        assert_eq!((config.hashing.new, config.hashing.accepted.len()), (Argon2id::OWASP_MINIMUM, 2));
    }

    #[test]
    fn what_is_misspelt_is_refused() {
        assert!(toml::from_str::<ServerConfig>("issuer = 'x'\nlangauge = 'zh'").is_err());
        assert!(toml::from_str::<ServerConfig>("language = 'zh'").is_err(), "no issuer");
    }

    #[test]
    fn only_parameters_that_are_named_are_accepted_and_weak_ones_are_not_made() {
        let read = |hashing: &str| {
            toml::from_str::<ServerConfig>(&format!("issuer = 'https://login.example.com'\n{hashing}"))
        };
        let sets = |config: ServerConfig| -> Vec<_> {
            config.hashing.hasher().unwrap().accepted().map(|set| set.to_string()).collect()
        };
        assert_eq!(sets(read("").unwrap()), ["$argon2id$v=19$m=19456,t=2,p=1"]);
        let raised = "hashing = { new = '$argon2id$v=19$m=19456,t=3,p=1', accepted = ['$argon2id$v=19$m=19456,t=2,p=1', '$2b$12'] }";
        assert_eq!(
            sets(read(raised).unwrap()),
            ["$argon2id$v=19$m=19456,t=2,p=1", "$argon2id$v=19$m=19456,t=3,p=1", "$2b$12"]
        );
        for (wrong, told) in [
            ("new = '$argon2id$v=19$m=19456,t=1,p=1'", "m × t of at least 35840"),
            ("new = '$2b$12'", "m × t of at least 35840"),
            ("accepted = ['$2b$31']", "cost of bcrypt must be 4 to 15, and is 31"),
            ("accepts = []", "accepts"),
        ] {
            let error = read(&format!("hashing = {{ {wrong} }}")).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
    }
}
