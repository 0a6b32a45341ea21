//! Recognises the refusal of a unique key of the table itself, and its column.

use crate::StoreError;
use authflow_users_table::quoted;
use rusqlite::{Connection, OptionalExtension as _, ffi};

/// Whether a unique key with this column of this table refused. The key may be on the column alone, on several columns, or on an expression such as
/// `lower(email)`.
pub(super) fn is_of(
    connection: &Connection,
    error: &rusqlite::Error,
    table: &str,
    column: &str,
) -> Result<bool, StoreError> {
    let unique =
        [ffi::SQLITE_CONSTRAINT_UNIQUE, ffi::SQLITE_CONSTRAINT_PRIMARYKEY, ffi::SQLITE_CONSTRAINT_ROWID];
    let rusqlite::Error::SqliteFailure(failure, Some(message)) = error else { return Ok(false) };
    if !unique.contains(&failure.extended_code) {
        return Ok(false);
    }
    // `UNIQUE constraint failed: users.tenant, users.email`, or `… failed: index 'by_email'`
    let named = message.split_once(": ").map_or("", |(_, named)| named);
    match named.strip_prefix("index '").and_then(|named| named.strip_suffix('\'')) {
        Some(index) => has(connection, index, table, column),
        None => Ok(named.split(", ").any(|named| {
            named.rsplit_once('.').is_some_and(|(of, named)| {
                of.eq_ignore_ascii_case(table) && named.eq_ignore_ascii_case(column)
            })
        })),
    }
}

/// Whether an index of the table compares the column.
fn has(connection: &Connection, index: &str, table: &str, column: &str) -> Result<bool, StoreError> {
    let sql =
        "SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = ?1 AND tbl_name = ?2 COLLATE NOCASE";
    let made =
        connection.prepare_cached(sql)?.query_row([index, table], |row| row.get::<_, Option<String>>(0));
    let made = made.optional()?.flatten().unwrap_or_default();
    // `CREATE UNIQUE INDEX by_email ON users (lower(email))`
    let compared = made.split_once('(').map_or("", |(_, compared)| compared);
    let is_of_a_word = |character: char| character.is_alphanumeric() || character == '_';
    let mut words = compared.split(|character| !is_of_a_word(character));
    Ok(words.any(|word| word.eq_ignore_ascii_case(column)) || compared.contains(&quoted(column)))
}
