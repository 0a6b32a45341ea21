//! The tables, and how a database gets them.

mod scripts;

use crate::{StoreError, names, sealed};
use authflow::{Moment, sealing::SealingKeys};
use rusqlite::{Connection, TransactionBehavior};
use scripts::SCRIPTS;

/// "auth", so that the database of another program is not taken for ours.
const APPLICATION_ID: i32 = 0x6175_7468;

/// After this one, secrets in the clear are sealed.
const SEALS: usize = 5;
const VERSION: i64 = SCRIPTS.len() as i64;

/// Brings a database to the present version.
pub(crate) fn migrate(
    connection: &mut Connection,
    keys: Option<&SealingKeys>,
    moment: &Moment,
) -> Result<(), StoreError> {
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
    if done > SCRIPTS.len() {
        return Err(StoreError::NewerSchema);
    }
    for (version, migration) in (1..).zip(SCRIPTS).skip(done) {
        transaction.execute_batch(migration)?;
        if version == SEALS && done > 0 {
            sealed::seal_clear_secrets(&transaction, keys, moment)?;
            sealed::note_unscrubbed(&transaction)?;
        }
    }
    names::spell(&transaction)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    Ok(transaction.commit()?)
}

/// A database as an earlier version of this crate has made it.
#[cfg(test)]
pub(crate) fn as_of_version(connection: &Connection, version: usize) {
    for migration in &SCRIPTS[..version] {
        connection.execute_batch(migration).unwrap();
    }
    connection.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
    connection.pragma_update(None, "user_version", i64::try_from(version).unwrap()).unwrap();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::migrate;

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
        as_of_version(&connection, 1);
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

    /// A database with the accounts `a` and `b`.
    fn of_two() -> Connection {
        let mut connection = memory();
        migrate(&mut connection).unwrap();
        execute(
            &connection,
            "INSERT INTO accounts (tenant, id, user_name) VALUES ('', 'a', 'a'), ('', 'b', 'b')",
        );
        connection
    }

    fn execute(connection: &Connection, sql: &str) {
        connection.execute(sql, []).unwrap();
    }

    fn revision(connection: &Connection, id: &str) -> i64 {
        let sql = "SELECT revision FROM accounts WHERE id = ?1";
        connection.query_row(sql, [id], |row| row.get(0)).unwrap()
    }

    #[test]
    fn a_change_that_ends_what_was_judged_before_counts_the_revision_up_and_a_skip_does_not() {
        let connection = of_two();
        let (mut expected, other) = (revision(&connection, "a"), revision(&connection, "b"));
        for (assignment, counts) in [
            ("status = 'disabled'", true),
            ("status = 'disabled'", false),
            ("skips_used = 1", false),
            ("verifier = 'v', password_changed_at = 5", true),
            ("password_changed_at = 6", true),
            ("must_change = 'breached'", true),
            ("enrolled = 'otp'", true),
            ("mobile = '+8613800000000'", true),
            ("email = 'a@example.com'", true),
            ("totp_sealed = '1:a:b'", true),
            ("totp_step = 7", false),
            ("profile = '{\"name\":\"A\"}'", false),
        ] {
            execute(&connection, &format!("UPDATE accounts SET {assignment} WHERE id = 'a'"));
            expected += i64::from(counts);
            assert_eq!(revision(&connection, "a"), expected, "{assignment}");
            assert_eq!(revision(&connection, "b"), other, "{assignment}");
        }
    }

    #[test]
    fn a_statement_that_sets_the_revision_is_not_counted_besides() {
        let connection = of_two();
        execute(&connection, "UPDATE accounts SET status = 'locked', revision = 77 WHERE id = 'a'");
        assert_eq!(revision(&connection, "a"), 77);
    }

    #[test]
    fn the_largest_revision_is_followed_by_another_one() {
        let connection = of_two();
        execute(&connection, "UPDATE accounts SET revision = 9223372036854775807 WHERE id = 'a'");
        execute(&connection, "UPDATE accounts SET status = 'locked' WHERE id = 'a'");
        assert_eq!(revision(&connection, "a"), 0);
    }

    #[test]
    fn no_life_of_an_account_has_a_revision_of_another_one() {
        let connection = of_two();
        let mut seen = vec![revision(&connection, "a"), revision(&connection, "b")];
        for again in [
            "DELETE FROM accounts WHERE id = 'a'; INSERT INTO accounts (tenant, id, user_name) VALUES ('', 'a', 'c')",
            // As a dump of the table has it, revision and all.
            "INSERT OR REPLACE INTO accounts (tenant, id, user_name, revision) VALUES ('', 'a', 'a', 1)",
            "REPLACE INTO accounts (tenant, id, user_name, revision)
                SELECT tenant, id, user_name, revision FROM accounts WHERE id = 'a'",
            // Another row gives way to a unique name, and comes back.
            "REPLACE INTO accounts (tenant, id, user_name) VALUES ('', 'b', 'a');
             INSERT INTO accounts (tenant, id, user_name) VALUES ('', 'a', 'd')",
            // The id is passed on.
            "UPDATE accounts SET id = 'old' WHERE id = 'a'; UPDATE accounts SET id = 'a' WHERE id = 'b'",
            "UPDATE accounts SET id = 'c', status = 'locked' WHERE id = 'a';
             UPDATE accounts SET id = 'a', revision = 1 WHERE id = 'c'",
        ] {
            connection.execute_batch(again).unwrap();
            let now = revision(&connection, "a");
            assert!(!seen.contains(&now), "{again}");
            seen.push(now);
        }
        assert!(seen.iter().all(|revision| *revision >= 0));
    }

    #[test]
    fn accounts_of_an_older_version_keep_their_revisions_and_their_sessions() {
        let mut connection = memory();
        as_of_version(&connection, 2);
        execute(&connection, "INSERT INTO accounts (tenant, id, user_name) VALUES ('', 'a', 'a')");
        execute(&connection, "UPDATE accounts SET status = 'locked'");
        migrate(&mut connection).unwrap();
        assert_eq!(revision(&connection, "a"), 2);
        execute(&connection, "UPDATE accounts SET status = 'active'");
        assert_eq!(revision(&connection, "a"), 3);
    }
}
