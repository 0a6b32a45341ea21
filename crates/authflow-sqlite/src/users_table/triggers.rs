//! The triggers on the table, which keep the side table in step, whoever writes.

use super::table::{Table, refused};
use crate::{StoreError, Transaction};
use authflow_users_table::quoted;
use rusqlite::{Connection, OptionalExtension as _, params};

const DRAWN: &str = "random() & 9223372036854775807";
const NEXT: &str = "iif(revision = 9223372036854775807, 0, revision + 1)";
const UNSPELLED: &str = "is_spelled = 0, user_name_key = NULL, mobile_key = NULL, email_key = NULL";
const NOW: &str = "CAST(strftime('%s', 'now') AS INTEGER)";

/// The names of the triggers, and the statement that makes each.
fn all(table: &Table) -> [(&'static str, String); 5] {
    let name = &table.name;
    let of = |row: &str| (table.tenant_of(row), table.id_of(row));
    let ((tenant, id), (earlier_tenant, earlier_id)) = (of("NEW"), of("OLD"));
    let is_another =
        format!("({earlier_tenant} COLLATE BINARY, {earlier_id} COLLATE BINARY) IS NOT ({tenant}, {id})");
    let is_theirs = format!("tenant = {tenant} AND id = {id}");
    let was_theirs = format!("tenant = {earlier_tenant} AND id = {earlier_id}");
    let is_changed = |old: &str, new: &str| format!("({old}) IS NOT ({new})");
    let names = is_changed(&table.names_of("OLD").join(", "), &table.names_of("NEW").join(", "));
    let verifier = is_changed(&table.verifier_of("OLD"), &table.verifier_of("NEW"));
    let judged = is_changed(&table.judged_of("OLD"), &table.judged_of("NEW"));
    let begin = format!(
        "INSERT INTO authflow_side_accounts (tenant, id, revision, password_changed_at)
    SELECT {tenant}, {id}, {DRAWN}, {NOW}
    WHERE {id} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM authflow_side_accounts WHERE {is_theirs});"
    );
    let judge_verifier = format!(
        "UPDATE authflow_side_accounts SET revision = {NEXT}, password_form = 'as_typed', skips_used = 0, must_change = NULL,
        password_changed_at = {NOW}
    WHERE {is_theirs} AND {verifier};"
    );
    let made =
        |name: &str, when: &str, body: &str| format!("CREATE TRIGGER {name} {when}\nBEGIN\n    {body}\nEND");
    [
        (
            "authflow_users_to_insert",
            format!("BEFORE INSERT ON {name}"),
            // A REPLACE with a conflict in another column deletes a row without running a trigger. A new row with the deleted row's id must not get
            // its side row.
            format!(
                "DELETE FROM authflow_side_accounts WHERE tenant = {tenant} AND id IN ({})
    AND NOT EXISTS (SELECT 1 FROM {name} AS u WHERE {});",
                table.ids_to_insert(),
                table.is_row("authflow_side_accounts.tenant", "authflow_side_accounts.id")
            ),
        ),
        (
            "authflow_users_inserted",
            format!("AFTER INSERT ON {name}"),
            // The side row exists already if REPLACE has deleted the row, which no trigger sees.
            format!(
                "UPDATE authflow_side_accounts SET revision = {DRAWN}, {UNSPELLED}, password_form = 'as_typed',
        password_changed_at = {NOW}
    WHERE {is_theirs};
    DELETE FROM authflow_identities WHERE tenant = {tenant} AND account = {id};
    {begin}"
            ),
        ),
        (
            "authflow_users_deleted",
            format!("AFTER DELETE ON {name}"),
            format!("DELETE FROM authflow_side_accounts WHERE {was_theirs};"),
        ),
        (
            "authflow_users_renamed",
            format!("AFTER UPDATE ON {name} WHEN {is_another}"),
            format!(
                "DELETE FROM authflow_side_accounts WHERE {is_theirs};
    UPDATE authflow_side_accounts SET tenant = {tenant}, id = {id}, revision = {DRAWN}, {UNSPELLED}
    WHERE {was_theirs} AND {id} IS NOT NULL;
    DELETE FROM authflow_side_accounts WHERE {was_theirs};
    {begin}
    {judge_verifier}"
            ),
        ),
        (
            "authflow_users_changed",
            format!("AFTER UPDATE ON {name} WHEN NOT ({is_another})"),
            format!(
                "UPDATE authflow_side_accounts SET {UNSPELLED} WHERE {is_theirs} AND {names};
    {judge_verifier}
    UPDATE authflow_side_accounts SET revision = {NEXT}
    WHERE {is_theirs} AND NOT ({verifier}) AND {judged};"
            ),
        ),
    ]
    .map(|(name, when, body)| (name, made(name, &when, &body)))
}

/// Whether the triggers exist as they must be.
pub(super) fn are_there(connection: &Connection, table: &Table) -> Result<bool, StoreError> {
    let mut are_there = true;
    for (name, made) in &all(table) {
        let sql = "SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND name = ?1 AND sql = ?2";
        are_there &= connection.prepare(sql)?.exists(params![name, made])?;
    }
    Ok(are_there)
}

/// Whether triggers of these names exist, even those of another mapping. If they do, they have seen every deletion. Otherwise, an id may now belong
/// to another person, and the identities of its earlier owner must not sign in to that person's account.
fn were_there(connection: &Connection, table: &Table) -> Result<bool, StoreError> {
    let mut were_there = true;
    for (name, _) in &all(table) {
        let sql = "SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND name = ?1 AND tbl_name = ?2 COLLATE NOCASE";
        were_there &= connection.prepare(sql)?.exists(params![name, table.columns.table])?;
    }
    Ok(were_there)
}

/// Makes the triggers and the side rows, unless the triggers exist as they must be. Returns whether it did.
pub(super) fn make(transaction: &Transaction<'_>, table: &Table) -> Result<bool, StoreError> {
    is_alone(transaction, table)?;
    if are_there(transaction, table)? {
        return Ok(false);
    }
    if !were_there(transaction, table)? {
        transaction.execute_batch("DELETE FROM authflow_identities")?;
    }
    for (name, made) in &all(table) {
        transaction.execute_batch(&format!("DROP TRIGGER IF EXISTS {}; {made}", quoted(name)))?;
    }
    let of_keys = [&table.id_of("u"), &table.tenant_of("u")];
    let [id, tenant] = of_keys;
    let sql = format!(
        "SELECT typeof(u.{}) FROM {} AS u WHERE typeof(u.{0}) NOT IN ('integer', 'text') LIMIT 1",
        quoted(&table.columns.id),
        table.name
    );
    if let Some(found) = transaction.query_row(&sql, [], |row| row.get::<_, String>(0)).optional()? {
        let column = quoted(&table.columns.id);
        return Err(refused(
            &table.columns,
            format!("the column {column} for id must hold texts or integers, and holds {found}"),
        ));
    }
    // No trigger has seen the changes meanwhile.
    transaction.execute_batch(&format!(
        "DELETE FROM authflow_side_accounts AS s
        WHERE NOT EXISTS (SELECT 1 FROM {name} AS u WHERE {is_row});
        UPDATE authflow_side_accounts
        SET revision = {DRAWN}, {UNSPELLED};
        INSERT INTO authflow_side_accounts (tenant, id, revision, password_changed_at)
        SELECT {tenant}, {id}, {DRAWN}, {NOW} FROM {name} AS u WHERE true ON CONFLICT (tenant, id) DO NOTHING",
        name = table.name,
        is_row = table.is_row("s.tenant", "s.id"),
    ))?;
    Ok(true)
}

/// Checks that no other table has the triggers, because accounts of the same id in two tables would share sessions.
fn is_alone(transaction: &Transaction<'_>, table: &Table) -> Result<(), StoreError> {
    let sql = "SELECT tbl_name FROM sqlite_schema
        WHERE type = 'trigger' AND name = 'authflow_users_inserted' AND tbl_name <> ?1 COLLATE NOCASE";
    let other =
        transaction.query_row(sql, [&table.columns.table], |row| row.get::<_, String>(0)).optional()?;
    if let Some(other) = other {
        let other = quoted(&other);
        return Err(refused(
            &table.columns,
            format!("must be the only one in its database, and {other} is one"),
        ));
    }
    if transaction.prepare("SELECT 1 FROM authflow_accounts LIMIT 1")?.exists([])? {
        let finding = "must be the only accounts in its database, and there are some in authflow_accounts";
        return Err(refused(&table.columns, finding));
    }
    Ok(())
}
