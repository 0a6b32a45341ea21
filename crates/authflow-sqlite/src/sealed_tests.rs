use super::*;
use crate::{
    connection, database_file, schema,
    testing::{migrate, store_in as open},
};
use authflow::testkit::demo;
use rusqlite::params;
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// 20 bytes of each account that occur nowhere else.
const SECRETS: [&[u8; 20]; 3] = [b"clear-secret-of-ann-", b"clear-secret-of-bob-", b"clear-secret-of-gone"];

/// A database of a version that kept secrets in the clear, with two of them and the traces of a third. It was not closed properly, so its write-ahead
/// log still exists.
fn of_clear_secrets() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("authflow.db");
    let connection = written_to(&path);
    schema::as_of_version(&connection, 4);
    for (id, secret) in ["ann", "bob", "gone"].into_iter().zip(SECRETS) {
        let tenant = if id == "bob" { "" } else { demo::TENANT };
        let sql = "INSERT INTO accounts (tenant, id, user_name, totp_secret, enrolled) VALUES (?1, ?2, ?2, ?3, 'otp')";
        connection.execute(sql, params![tenant, id, &secret[..]]).unwrap();
    }
    connection.execute("DELETE FROM accounts WHERE id = 'gone'", []).unwrap();
    std::mem::forget(connection);
    (folder, path)
}

fn found_in(folder: &Path) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        for (at, secret) in SECRETS.iter().enumerate() {
            if bytes.windows(secret.len()).any(|window| window == *secret) {
                found.push((path.file_name().unwrap().to_str().unwrap().to_owned(), at));
            }
        }
    }
    found
}

/// A connection to a file that only its owner may read.
fn written_to(path: &Path) -> Connection {
    database_file::claim(path).unwrap();
    connection::open_writer(path, std::time::Duration::ZERO).unwrap()
}

#[test]
fn secrets_in_the_clear_are_sealed_once_and_no_trace_of_them_is_left() {
    let (folder, path) = of_clear_secrets();
    let before: Vec<_> = found_in(folder.path()).into_iter().map(|(_, secret)| secret).collect();
    assert!((0..3).all(|secret| before.contains(&secret)), "the deleted one too: {before:?}");
    let stored = || {
        let connection = Connection::open(&path).unwrap();
        let sql = "SELECT totp_sealed FROM authflow_accounts WHERE id = 'ann'";
        connection.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap()
    };
    let store = open(&path, demo::sealing_keys()).unwrap();
    assert_eq!(found_in(folder.path()), [], "while it serves");
    let sealed = stored();
    drop(store);
    drop(open(&path, demo::sealing_keys()).unwrap());
    assert_eq!(stored(), sealed, "once");

    // The sealed secret is ann's. The same secret, sealed at the same moment under the same key, gives the same text.
    let ann = Owner { tenant: Some(demo::tenant()), account: AccountId::new("ann").unwrap() };
    let at = || Moment::new(demo::START, authflow::Entropy::from_bytes([7; 32]));
    let later = SealingKeys::new(sealing_key("later", 9)).with_opener(sealing_key("seal-2", 102)).unwrap();
    let resealed = TotpSecret::reseal(&later, ann, &SealedSecret::new(&sealed).unwrap(), &at()).unwrap();
    assert_eq!(resealed, Some(TotpSecret::new(*SECRETS[0]).unwrap().seal(&later, ann, &at())));
    let connection = Connection::open(&path).unwrap();
    assert_eq!(count_by_key(&connection, "authflow_accounts").unwrap(), [("seal-2".to_owned(), 2)]);
}

fn sealing_key(id: &str, number: u8) -> authflow::sealing::SealingKey {
    authflow::sealing::SealingKey::new(id, demo::secret(number)).unwrap()
}

#[test]
fn a_server_that_was_stopped_before_the_file_was_written_anew_does_it_at_its_next_start() {
    let (folder, path) = of_clear_secrets();
    let mut connection = written_to(&path);
    migrate(&mut connection).unwrap();
    drop(connection);
    assert!(!found_in(folder.path()).is_empty(), "nothing to do");
    drop(open(&path, demo::sealing_keys()).unwrap());
    assert_eq!(found_in(folder.path()), []);
    let connection = Connection::open(&path).unwrap();
    assert!(!has_table(&connection, UNSCRUBBED).unwrap());
}

#[test]
fn what_cannot_be_sealed_stops_the_migration_and_changes_nothing() {
    let (_folder, path) = of_clear_secrets();
    let change = |secret: &str| {
        let connection = Connection::open(&path).unwrap();
        connection
            .execute("UPDATE accounts SET totp_secret = ?1 WHERE id = 'bob'", [secret.as_bytes()])
            .unwrap();
        connection.query_row("PRAGMA user_version", [], |row| row.get::<_, u32>(0)).unwrap()
    };
    change("nine byte");
    assert!(matches!(open(&path, demo::sealing_keys()), Err(StoreError::ClearSecret(_))));
    // Earlier versions allowed this length.
    assert_eq!(change("ten bytes."), 4);
    assert!(open(&path, demo::sealing_keys()).is_ok());
}

#[test]
fn a_key_that_a_secret_needs_is_missed_with_a_count() {
    let (_folder, path) = of_clear_secrets();
    drop(open(&path, demo::earlier_sealing_keys()).unwrap());
    let other = SealingKeys::new(sealing_key("other", 9));
    let Err(error) = open(&path, other) else { panic!("it was opened") };
    let told = "the sealing keys must have each key that a secret of an authenticator is sealed under, and 2 are sealed under others: seal-1";
    assert_eq!(error.to_string(), told);
}

/// After resealing, the earlier key can be dropped.
#[test]
fn what_an_earlier_key_has_sealed_is_sealed_anew_at_the_start_and_no_account_changes() {
    let (_folder, path) = of_clear_secrets();
    drop(open(&path, demo::earlier_sealing_keys()).unwrap());
    let connection = Connection::open(&path).unwrap();
    let revisions = || {
        let mut statement = connection.prepare("SELECT revision FROM authflow_accounts ORDER BY id").unwrap();
        statement.query_map([], |row| row.get::<_, i64>(0)).unwrap().map(Result::unwrap).collect::<Vec<_>>()
    };
    let before = revisions();
    drop(open(&path, demo::sealing_keys()).unwrap());
    assert_eq!(revisions(), before);
    let one = |id, number| SealingKeys::new(sealing_key(id, number));
    assert!(open(&path, one("seal-2", 102)).is_ok());

    // A secret that was moved here from another account stays as it is, and still needs its key.
    let sql = "UPDATE authflow_accounts SET totp_sealed = (SELECT totp_sealed FROM authflow_accounts WHERE id = 'bob') WHERE id = 'ann'";
    connection.execute(sql, []).unwrap();
    let next = one("next", 9).with_opener(sealing_key("seal-2", 102)).unwrap();
    drop(open(&path, next).unwrap());
    let counts = [("next".to_owned(), 1), ("seal-2".to_owned(), 1)];
    assert_eq!(count_by_key(&connection, "authflow_accounts").unwrap(), counts);
}
