//! The tables, and how a database gets them.

use super::StoreError;
use rusqlite::{Connection, TransactionBehavior};

/// "auth", so that the database of another program is not taken for ours.
const APPLICATION_ID: i32 = 0x6175_7468;

/// One script for each version. What has been released is never edited, only added to.
const MIGRATIONS: &[&str] =
    &[include_str!("schema_1.sql"), include_str!("schema_2.sql"), include_str!("schema_guesses.sql")];
const VERSION: i64 = MIGRATIONS.len() as i64;

/// Brings a database to the present version.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    // Immediate, so that of two servers that start at once, one migrates and the other one finds it done.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let number = |pragma| transaction.query_row(pragma, [], |row| row.get::<_, i32>(0));
    let version = number("PRAGMA user_version")?;
    let is_empty = number("SELECT count(*) FROM sqlite_schema")? == 0;
    let is_ours = number("PRAGMA application_id")? == APPLICATION_ID;
    if !(is_ours || is_empty && version == 0) {
        return Err(StoreError::Foreign);
    }
    let done = usize::try_from(version).map_err(|_| StoreError::Foreign)?;
    for migration in MIGRATIONS.get(done..).ok_or(StoreError::NewerSchema)? {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    Ok(transaction.commit()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory() -> Connection {
        Connection::open_in_memory().unwrap()
    }

    #[test]
    fn migrating_twice_changes_nothing() {
        let mut connection = memory();
        migrate(&mut connection).unwrap();
        connection.execute("INSERT INTO claims (id, keep_until) VALUES (zeroblob(16), 1)", []).unwrap();
        migrate(&mut connection).unwrap();
        let claims = connection.query_row("SELECT count(*) FROM claims", [], |row| row.get::<_, u32>(0));
        assert_eq!(claims, Ok(1));
    }

    #[test]
    fn a_database_of_the_first_version_keeps_its_accounts() {
        let mut connection = memory();
        connection.execute_batch(MIGRATIONS[0]).unwrap();
        connection.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
        connection.pragma_update(None, "user_version", 1).unwrap();
        connection.execute("INSERT INTO accounts (tenant, id, user_name) VALUES ('', 'a', 'a')", []).unwrap();
        migrate(&mut connection).unwrap();
        connection.execute("UPDATE accounts SET mobile = '+86-138 0000 0000', email = 'A@b.c'", []).unwrap();
        let keys = connection.query_row("SELECT mobile_key, email_key FROM accounts", [], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        });
        assert_eq!(keys, Ok(("+8613800000000".into(), "a@b.c".into())));
    }

    #[test]
    fn newer_and_foreign_databases_are_refused() {
        let mut newer = memory();
        migrate(&mut newer).unwrap();
        newer.pragma_update(None, "user_version", VERSION + 1).unwrap();
        assert!(matches!(migrate(&mut newer), Err(StoreError::NewerSchema)));

        let mut foreign = memory();
        foreign.execute_batch("CREATE TABLE notes (text)").unwrap();
        assert!(matches!(migrate(&mut foreign), Err(StoreError::Foreign)));
    }

    #[test]
    fn a_change_that_ends_what_was_judged_before_bumps_the_revision_and_a_skip_does_not() {
        let mut connection = memory();
        migrate(&mut connection).unwrap();
        let insert = "INSERT INTO accounts (tenant, id, user_name) VALUES ('', 'a', 'a'), ('', 'b', 'b')";
        connection.execute(insert, []).unwrap();
        let mut expected = 1;
        for (assignment, bumps) in [
            ("status = 'disabled'", true),
            ("status = 'disabled'", false),
            ("skips_used = 1", false),
            ("verifier = 'v', password_changed_at = 5", true),
            ("password_changed_at = 6", true),
            ("must_change = 'breached'", true),
            ("enrolled = 'otp'", true),
            ("mobile = '13800000000'", true),
            ("email = 'a@example.com'", true),
            ("totp_secret = zeroblob(20)", true),
            ("totp_step = 7", false),
            ("profile = '{\"name\":\"A\"}'", false),
        ] {
            connection.execute(&format!("UPDATE accounts SET {assignment} WHERE id = 'a'"), []).unwrap();
            expected += i64::from(bumps);
            let revision = |id| {
                connection.query_row("SELECT revision FROM accounts WHERE id = ?1", [id], |row| {
                    row.get::<_, i64>(0)
                })
            };
            assert_eq!(revision("a"), Ok(expected), "{assignment}");
            assert_eq!(revision("b"), Ok(1), "{assignment}");
        }
    }
}
