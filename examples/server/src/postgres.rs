//! A PostgreSQL: its URL, and the protection of the connection to it.

use crate::clock::Clock;
use authflow::sealing::SealingKeys;
use authflow_postgres::{
    Settings, StoreError,
    tokio_postgres::{
        self, NoTls,
        config::{Host, SslMode},
    },
};
use std::{fmt, net::IpAddr};
use tokio_postgres_rustls::MakeRustlsConnect;
use zeroize::Zeroizing;

/// The URL of a PostgreSQL, which may contain a password.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct PostgresUrl(Zeroizing<String>);

#[derive(Debug, thiserror::Error)]
pub(crate) enum PostgresUrlError {
    #[error("it must be a URL of PostgreSQL: {0}")]
    Malformed(tokio_postgres::Error),
    #[error(
        "over a network `sslmode` must be `require`, and is {given}: without TLS, whoever reads along has the verifiers of passwords"
    )]
    InTheClear { given: &'static str },
    #[error(
        "the system must have certificates of authorities for TLS, and has none (SSL_CERT_FILE names a file of one's own): {0}"
    )]
    NoAuthorities(String),
    #[error(transparent)]
    Settings(#[from] StoreError),
}

/// The protection of the connection to the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protection {
    /// The connection does not leave this machine, so nobody else can read it.
    Local,
    Tls,
}

impl PostgresUrl {
    pub(crate) fn new(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }

    /// The settings of a store on this database. Over a network they use TLS. The certificate must be the host's, from an authority that the system
    /// trusts.
    pub(crate) fn settings(&self, sealing: &SealingKeys, clock: Clock) -> Result<Settings, PostgresUrlError> {
        let (url, sealing) = (self.0.as_str(), Some(sealing.clone()));
        let moments = move || clock.moment_to_forget();
        let settings = match self.protection()? {
            Protection::Local => Settings::new(url, NoTls, sealing, moments),
            Protection::Tls => Settings::new(url, connector()?, sealing, moments),
        };
        Ok(settings?)
    }

    fn protection(&self) -> Result<Protection, PostgresUrlError> {
        let database: tokio_postgres::Config = self.0.parse().map_err(PostgresUrlError::Malformed)?;
        match database.get_ssl_mode() {
            SslMode::Require => Ok(Protection::Tls),
            _ if is_local(&database) => Ok(Protection::Local),
            SslMode::Disable => Err(PostgresUrlError::InTheClear { given: "`disable`" }),
            _ => Err(PostgresUrlError::InTheClear { given: "`prefer`, as it is where the URL does not say" }),
        }
    }
}

/// Whether every path to the database stays on this machine. If addresses are given, names are only for certificates.
fn is_local(database: &tokio_postgres::Config) -> bool {
    let is_local_name = |host: &Host| match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    };
    match database.get_hostaddrs() {
        [] => database.get_hosts().iter().all(is_local_name),
        addresses => addresses.iter().all(IpAddr::is_loopback),
    }
}

fn connector() -> Result<MakeRustlsConnect, PostgresUrlError> {
    match MakeRustlsConnect::with_native_certs() {
        Ok((connector, unread)) => {
            for error in unread {
                tracing::warn!(event = "certificates_unread", %error, "certificates of authorities were not read");
            }
            Ok(connector)
        }
        Err(errors) => {
            let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
            Err(PostgresUrlError::NoAuthorities(errors.join("; ")))
        }
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostgresUrl(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn protection(url: &str) -> Result<Protection, PostgresUrlError> {
        PostgresUrl::new(url).protection()
    }

    #[test]
    fn a_way_over_a_network_has_tls_or_is_refused() {
        for local in [
            "postgres://app@%2Frun%2Fpostgresql/people",
            "postgres://app@localhost/people",
            "postgres://app@127.0.0.1:5433/people?sslmode=disable",
            "postgres://app@[::1]/people",
            "postgres://app@localhost,127.0.0.1/people",
            "postgres://app@db.example.com/people?hostaddr=127.0.0.1",
        ] {
            assert_eq!(protection(local).unwrap(), Protection::Local, "{local}");
            let asked = format!("{}?sslmode=require", local.split('?').next().unwrap());
            assert_eq!(protection(&asked).unwrap(), Protection::Tls, "{asked}");
        }
        for (remote, given) in [
            ("postgres://app:hunter2@db.example.com/people", "prefer"),
            ("postgres://app:hunter2@db.example.com/people?sslmode=prefer", "prefer"),
            ("postgres://app:hunter2@10.0.0.1/people?sslmode=disable", "disable"),
            ("postgres://app:hunter2@localhost,db.example.com/people", "prefer"),
            ("postgres://app:hunter2@localhost/people?hostaddr=10.0.0.1", "prefer"),
            ("postgres://app:hunter2@localhost.example.com/people", "prefer"),
        ] {
            let told = protection(remote).unwrap_err().to_string();
            assert!(told.contains("must be `require`") && told.contains(given), "{told}");
            assert!(!told.contains("hunter2"), "{told}");
        }
        let remote = "postgres://app@db.example.com/people?sslmode=require";
        assert_eq!(protection(remote).unwrap(), Protection::Tls);
    }

    #[test]
    fn what_is_no_url_is_told_without_its_password() {
        for wrong in [
            "postgres://app:hunter2@localhost:port/people",
            "postgres://app:hunter2@localhost/people?sslmode=verify-full",
        ] {
            let error = protection(wrong).unwrap_err();
            assert!(matches!(error, PostgresUrlError::Malformed(_)));
            assert!(!format!("{error} {error:?}").contains("hunter2"));
        }
    }
}
