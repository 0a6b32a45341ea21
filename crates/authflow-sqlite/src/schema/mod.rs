//! The creation and migration of the tables in a database.

mod before;
mod scripts;

#[cfg(test)]
pub(crate) use before::as_of_version;

use crate::StoreError;
use authflow::{Moment, sealing::SealingKeys};
use rusqlite::Connection;
use scripts::SCRIPTS;

/// Brings a database to the present version, within the transaction of the caller.
pub(crate) fn migrate(
    connection: &Connection,
    keys: &SealingKeys,
    moment: &Moment,
) -> Result<(), StoreError> {
    if before::is(connection)? {
        before::migrate(connection, keys, moment)?;
    }
    SCRIPTS.iter().skip(done(connection)?).try_for_each(|script| Ok(connection.execute_batch(script)?))
}

/// Refuses a database that is not of the present version.
pub(crate) fn refuse_older(connection: &Connection) -> Result<(), StoreError> {
    match done(connection)? == SCRIPTS.len() {
        true => Ok(()),
        false => Err(StoreError::OlderSchema),
    }
}

/// The number of scripts that a database has run.
fn done(connection: &Connection) -> Result<usize, StoreError> {
    let done = match has_table(connection, "authflow_versions")? {
        true => connection.query_row("SELECT max(version) FROM authflow_versions", [], |row| row.get(0))?,
        false => 0_i64,
    };
    usize::try_from(done).ok().filter(|done| *done <= SCRIPTS.len()).ok_or(StoreError::NewerSchema)
}

pub(crate) fn has_table(connection: &Connection, name: &str) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1";
    Ok(connection.prepare(sql)?.exists([name])?)
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
        connection
            .execute("INSERT INTO authflow_claims (id, keep_until) VALUES (zeroblob(16), 1)", [])
            .unwrap();
        migrate(&mut connection).unwrap();
        let claims =
            connection.query_row("SELECT count(*) FROM authflow_claims", [], |row| row.get::<_, u32>(0));
        assert_eq!(claims, Ok(1));
    }

    /// Every name and definition, except the mark of a file that must be rewritten.
    fn tables(connection: &Connection) -> Vec<(String, String)> {
        let sql = "SELECT name, coalesce(sql, '') FROM sqlite_schema WHERE name <> 'authflow_unscrubbed' ORDER BY name";
        let mut statement = connection.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    }

    #[test]
    fn a_database_of_before_becomes_what_a_new_one_is_and_keeps_its_rows() {
        let mut new = memory();
        migrate(&mut new).unwrap();
        for version in 1..=10 {
            let mut old = memory();
            as_of_version(&old, version);
            old.execute_batch(
                "INSERT INTO accounts (tenant, id, user_name) VALUES ('', 'a', 'a');
                UPDATE accounts SET revision = 77;
                INSERT INTO attempts (slot, record) VALUES (x'01', x'02');
                INSERT INTO claims (id, keep_until) VALUES (x'03', 4);
                INSERT INTO sessions (id, client_id, tenant, account, auth_time, factors, expires_at)
                VALUES (x'05', 'c', '', 'a', 6, 'pwd', 7);",
            )
            .unwrap();
            migrate(&mut old).unwrap();
            assert_eq!(tables(&old), tables(&new), "{version}");
            let sql = "SELECT user_name_key || a.revision || hex(slot) || hex(record) || hex(c.id) || c.keep_until || hex(s.id)
                || client_id || s.account || auth_time || factors || s.expires_at
                FROM authflow_accounts AS a, authflow_attempts, authflow_claims AS c, authflow_sessions AS s";
            let kept = old.query_row(sql, [], |row| row.get::<_, String>(0));
            assert_eq!(kept.unwrap(), "a77010203405ca6pwd7", "{version}");
            migrate(&mut old).unwrap();
            assert_eq!(old.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap(), "a77010203405ca6pwd7");
        }
    }

    #[test]
    fn the_server_of_before_leaves_a_database_alone_that_was_moved_on() {
        let mut connection = memory();
        as_of_version(&connection, 10);
        migrate(&mut connection).unwrap();
        let version = connection.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0));
        assert_eq!(version, Ok(11), "newer than its own");
    }

    #[test]
    fn the_keys_of_names_are_made_in_a_database_of_the_first_version() {
        let mut connection = memory();
        as_of_version(&connection, 1);
        connection.execute("INSERT INTO accounts (tenant, id, user_name) VALUES ('', 'a', 'a')", []).unwrap();
        migrate(&mut connection).unwrap();
        connection
            .execute("UPDATE authflow_accounts SET mobile = '+86-138 0000 0000', email = 'A@b.c'", [])
            .unwrap();
        let keys = connection.query_row("SELECT mobile_key, email_key FROM authflow_accounts", [], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        });
        assert_eq!(keys, Ok(("+8613800000000".into(), "a@b.c".into())));
    }

    #[test]
    fn an_older_database_is_refused_by_who_may_not_migrate_and_left_as_it_is() {
        for version in [1, 10] {
            let mut older = memory();
            as_of_version(&older, version);
            let before = tables(&older);
            assert!(matches!(refuse_older(&older), Err(StoreError::OlderSchema)), "{version}");
            assert_eq!(tables(&older), before);
            migrate(&mut older).unwrap();
            refuse_older(&older).unwrap();
        }
        assert!(matches!(refuse_older(&memory()), Err(StoreError::OlderSchema)));
    }

    #[test]
    fn newer_databases_are_refused_and_those_with_other_tables_are_not() {
        let mut newer = memory();
        migrate(&mut newer).unwrap();
        newer.execute("INSERT INTO authflow_versions VALUES (4)", []).unwrap();
        assert!(matches!(migrate(&mut newer), Err(StoreError::NewerSchema)));
        let mut newer = memory();
        as_of_version(&newer, 10);
        newer.pragma_update(None, "user_version", 11).unwrap();
        assert!(matches!(migrate(&mut newer), Err(StoreError::NewerSchema)));

        let mut shared = memory();
        shared.execute_batch("CREATE TABLE accounts (mine); PRAGMA user_version = 7").unwrap();
        migrate(&mut shared).unwrap();
        migrate(&mut shared).unwrap();
        let version = shared.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0));
        assert_eq!(version, Ok(7), "that is the other's");
    }

    /// A database with the accounts `a` and `b`.
    fn of_two() -> Connection {
        let mut connection = memory();
        migrate(&mut connection).unwrap();
        execute(
            &connection,
            "INSERT INTO authflow_accounts (tenant, id, user_name) VALUES ('', 'a', 'a'), ('', 'b', 'b')",
        );
        connection
    }

    fn execute(connection: &Connection, sql: &str) {
        connection.execute(sql, []).unwrap();
    }

    fn revision(connection: &Connection, id: &str) -> i64 {
        let sql = "SELECT revision FROM authflow_accounts WHERE id = ?1";
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
            execute(&connection, &format!("UPDATE authflow_accounts SET {assignment} WHERE id = 'a'"));
            expected += i64::from(counts);
            assert_eq!(revision(&connection, "a"), expected, "{assignment}");
            assert_eq!(revision(&connection, "b"), other, "{assignment}");
        }
    }

    #[test]
    fn a_statement_that_sets_the_revision_is_not_counted_besides() {
        let connection = of_two();
        execute(&connection, "UPDATE authflow_accounts SET status = 'locked', revision = 77 WHERE id = 'a'");
        assert_eq!(revision(&connection, "a"), 77);
    }

    #[test]
    fn the_largest_revision_is_followed_by_another_one() {
        let connection = of_two();
        execute(&connection, "UPDATE authflow_accounts SET revision = 9223372036854775807 WHERE id = 'a'");
        execute(&connection, "UPDATE authflow_accounts SET status = 'locked' WHERE id = 'a'");
        assert_eq!(revision(&connection, "a"), 0);
    }

    #[test]
    fn no_life_of_an_account_has_a_revision_of_another_one() {
        let connection = of_two();
        let mut seen = vec![revision(&connection, "a"), revision(&connection, "b")];
        for again in [
            "DELETE FROM authflow_accounts WHERE id = 'a'; INSERT INTO authflow_accounts (tenant, id, user_name) VALUES ('', 'a', 'c')",
            // A dump of the table writes the row with its revision.
            "INSERT OR REPLACE INTO authflow_accounts (tenant, id, user_name, revision) VALUES ('', 'a', 'a', 1)",
            "REPLACE INTO authflow_accounts (tenant, id, user_name, revision)
                SELECT tenant, id, user_name, revision FROM authflow_accounts WHERE id = 'a'",
            // The row gives way to another row with its unique name, and comes back.
            "REPLACE INTO authflow_accounts (tenant, id, user_name) VALUES ('', 'b', 'a');
             INSERT INTO authflow_accounts (tenant, id, user_name) VALUES ('', 'a', 'd')",
            // The id is passed on to another row.
            "UPDATE authflow_accounts SET id = 'old' WHERE id = 'a'; UPDATE authflow_accounts SET id = 'a' WHERE id = 'b'",
            "UPDATE authflow_accounts SET id = 'c', status = 'locked' WHERE id = 'a';
             UPDATE authflow_accounts SET id = 'a', revision = 1 WHERE id = 'c'",
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
        execute(&connection, "UPDATE authflow_accounts SET status = 'active'");
        assert_eq!(revision(&connection, "a"), 3);
    }
}
