//! The place of the database, as the command line gives it.

use crate::postgres::PostgresUrl;
use authflow_sqlite::Place;
use std::{fmt, str::FromStr};

/// The place of the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DatabaseUrl {
    Sqlite(Place),
    Postgres(PostgresUrl),
}

impl DatabaseUrl {
    /// Whether the database ends with its server.
    pub(crate) fn is_in_memory(&self) -> bool {
        *self == Self::Sqlite(Place::Memory)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("a database must be sqlite:PATH, sqlite::memory: or postgres://…")]
pub(crate) struct InvalidDatabaseUrl;

impl FromStr for DatabaseUrl {
    type Err = InvalidDatabaseUrl;

    /// A URL of PostgreSQL is kept as it is, and parsed when the server starts. An error here would be printed together with the text, which may
    /// contain a password.
    fn from_str(text: &str) -> Result<Self, InvalidDatabaseUrl> {
        if ["postgres:", "postgresql:"].iter().any(|scheme| text.starts_with(scheme)) {
            return Ok(Self::Postgres(PostgresUrl::new(text)));
        }
        match text.strip_prefix("sqlite:") {
            Some(":memory:") => Ok(Self::Sqlite(Place::Memory)),
            None | Some("") => Err(InvalidDatabaseUrl),
            Some(path) => Ok(Self::Sqlite(Place::File(path.into()))),
        }
    }
}

/// The text leaves out the URL of a PostgreSQL, which may contain a password.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(Place::Memory) => f.write_str("sqlite::memory:"),
            Self::Sqlite(Place::File(path)) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(_) => f.write_str("postgres://…"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_of_sqlite_or_of_postgresql() {
        let read = |text: &str| text.parse::<DatabaseUrl>();
        assert_eq!(read("sqlite::memory:").unwrap(), DatabaseUrl::Sqlite(Place::Memory));
        assert_eq!(read("sqlite:/a/b.db").unwrap(), DatabaseUrl::Sqlite(Place::File("/a/b.db".into())));
        for text in ["postgres://app@localhost/people", "postgresql://app@localhost/people"] {
            assert_eq!(read(text).unwrap(), DatabaseUrl::Postgres(PostgresUrl::new(text)));
        }
        for wrong in ["mysql://x", "sqlite:", "authflow.db", ""] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_password_is_never_printed() {
        for text in
            ["postgres://app:hunter2@localhost/people", "postgres:hunter2", "postgres://x?password=hunter2"]
        {
            let url: DatabaseUrl = text.parse().unwrap();
            assert!(!format!("{url} {url:?}").contains("hunter2"), "{text}");
        }
    }
}
