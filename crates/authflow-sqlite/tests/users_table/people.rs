//! A service that has users already, in its own database.

use authflow::{Moment, account::AccountStatus, testkit::demo};
use authflow_sqlite::{
    IntoAccounts, MappedAccounts, Place, Settings, SqliteStore, StoreError, UsersTable, rusqlite::Connection,
};
use std::path::PathBuf;
use tempfile::TempDir;

pub(crate) struct Service {
    folder: TempDir,
    /// The service's own connection.
    pub(crate) connection: Connection,
}

impl Service {
    pub(crate) fn with(tables: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("service.db");
        std::fs::File::create(&path).unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        let connection = Connection::open(path).unwrap();
        let service = Self { folder, connection };
        service.execute(tables);
        service
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("service.db")
    }

    pub(crate) fn execute(&self, sql: &str) {
        self.connection.execute_batch(sql).unwrap();
    }

    pub(crate) fn text(&self, sql: &str) -> String {
        self.connection.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    pub(crate) fn number(&self, sql: &str) -> i64 {
        self.connection.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    pub(crate) fn open<M>(&self, accounts: M) -> Result<SqliteStore<M::Accounts>, StoreError>
    where
        M: IntoAccounts,
    {
        let settings = Settings::new(Place::File(self.path()), demo::sealing_keys(), Moment::now);
        SqliteStore::open(&settings.accounts(accounts))
    }
}

/// The table of a small service. Its ids are numbers, and it has erin and dora.
pub(crate) const SMALL: &str = "
    CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL, password_hash TEXT, is_active BOOLEAN NOT NULL DEFAULT 1);
    INSERT INTO users VALUES (7, 'Erin@example.com', 'Correct-Horse-7', 1), (8, 'dora@example.com', 'Correct-Horse-7', 0);";

pub(crate) fn small() -> UsersTable {
    unwritten().takes_new_contacts()
}

pub(crate) fn unwritten() -> UsersTable {
    UsersTable::named("users")
        .id("id")
        .tenant_is(demo::tenant())
        .no_user_name()
        .email("email")
        .no_mobile()
        .verifier("password_hash")
        .status("is_active", [("1", AccountStatus::Active), ("0", AccountStatus::Disabled)])
        .no_password_set_at()
}

pub(crate) type SmallStore = SqliteStore<MappedAccounts>;
