//! The database's own description of a table. It shows whether the mapped columns exist, and which types they have.

use crate::StoreError;
use authflow_users_table::{Columns, TenantColumn, UsersTable, quoted};
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};

/// A table that fits its mapping.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// The quoted name.
    pub(super) name: String,
    pub(super) columns: Columns,
    pub(super) set_at: SetAt,
    pub(super) id_is_unique: Unique,
    /// Whether SQLite gives an id to a row without one.
    pub(super) numbers_itself: bool,
    /// The columns that do not take NULL, in lower case.
    pub(super) not_null: BTreeSet<String>,
}

/// The rows among which an id is unique.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unique {
    ByItself,
    /// The id is unique only together with the tenant, which is then never NULL.
    WithTenant,
}

/// The place and the form of the time when a password was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SetAt {
    Beside,
    Seconds,
    Text,
}

/// SQLite's affinity of a column, which follows from its declared type (<https://www.sqlite.org/datatype3.html>, section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Affinity {
    Integer,
    Text,
    Blob,
    Real,
    Numeric,
}

impl Affinity {
    fn of(declared: &str) -> Self {
        let declared = declared.to_ascii_uppercase();
        let has_any = |words: &[&str]| words.iter().any(|word| declared.contains(word));
        if has_any(&["INT"]) {
            Self::Integer
        } else if has_any(&["CHAR", "CLOB", "TEXT"]) {
            Self::Text
        } else if declared.is_empty() || has_any(&["BLOB"]) {
            Self::Blob
        } else if has_any(&["REAL", "FLOA", "DOUB"]) {
            Self::Real
        } else {
            Self::Numeric
        }
    }
}

pub(super) fn refused(columns: &Columns, finding: impl Into<String>) -> StoreError {
    StoreError::UsersTable { table: columns.table_as_named(), finding: finding.into() }
}

/// Looks up a table.
pub(super) fn find(connection: &Connection, mapping: &UsersTable) -> Result<Table, StoreError> {
    let named = mapping.columns();
    if let Some(finding) = named.finding() {
        return Err(refused(named, finding));
    }
    if named.schema.is_some() {
        return Err(refused(named, "must be named without a schema: it is in the store's database"));
    }
    if named.table.to_ascii_lowercase().starts_with("authflow_") {
        return Err(refused(
            named,
            "must be a table of yours: names that begin with authflow_ are the store's",
        ));
    }
    let sql = "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?1 COLLATE NOCASE";
    let made = connection.prepare(sql)?.query_map([&named.table], |row| row.get(0))?.next().transpose()?;
    let made: String = made.ok_or_else(|| refused(named, "must be there, and is not"))?;
    if made.to_ascii_uppercase().starts_with("CREATE VIRTUAL") {
        return Err(refused(named, "must be an ordinary table: a virtual one has no triggers"));
    }
    let declared = columns(connection, &named.table)?;
    are_all_there(named, &declared)?;
    keys_can_be_compared(named, &declared)?;
    let id_is_unique = id_is_unique(connection, named)?;
    let set_at = match &named.password_set_at {
        None => SetAt::Beside,
        Some(column) => match declared.get(&column.to_ascii_lowercase()) {
            Some(Affinity::Integer) => SetAt::Seconds,
            _ => SetAt::Text,
        },
    };
    let numbers_itself = numbers_itself(connection, named)?;
    let not_null = not_null(connection, named)?;
    can_be_inserted(named, &not_null)?;
    let not_null = not_null.into_keys().collect();
    Ok(Table {
        name: quoted(&named.table),
        columns: named.clone(),
        set_at,
        id_is_unique,
        numbers_itself,
        not_null,
    })
}

/// The columns by their names in lower case, because SQLite ignores the case of names.
fn columns(connection: &Connection, table: &str) -> Result<BTreeMap<String, Affinity>, StoreError> {
    let mut statement = connection.prepare("SELECT name, type FROM pragma_table_xinfo(?1)")?;
    let rows = statement.query_map([table], |row| {
        Ok((row.get::<_, String>(0)?.to_ascii_lowercase(), Affinity::of(&row.get::<_, String>(1)?)))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Refuses unknown names before any statement contains them, because SQLite takes an unknown name that stands alone for a text.
fn are_all_there(columns: &Columns, declared: &BTreeMap<String, Affinity>) -> Result<(), StoreError> {
    let missing: Vec<_> = columns
        .named()
        .into_iter()
        .filter(|(_, column)| !declared.contains_key(&column.to_ascii_lowercase()))
        .map(|(what, column)| format!("{} for {what}", quoted(column)))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(refused(columns, format!("must have a column {}, and has none", missing.join(" and a column "))))
}

fn keys_can_be_compared(columns: &Columns, declared: &BTreeMap<String, Affinity>) -> Result<(), StoreError> {
    for (what, column) in columns.named().into_iter().filter(|(what, _)| ["id", "tenant"].contains(what)) {
        let affinity = declared.get(&column.to_ascii_lowercase());
        if matches!(affinity, Some(Affinity::Blob | Affinity::Real)) {
            let column = quoted(column);
            return Err(refused(
                columns,
                format!("the column {column} for {what} must be declared as text or integers"),
            ));
        }
    }
    Ok(())
}

/// Returns the rows among which an id is unique, or refuses the table, because two rows of one id would be one account.
fn id_is_unique(connection: &Connection, columns: &Columns) -> Result<Unique, StoreError> {
    let id = columns.id.to_ascii_lowercase();
    let by_itself = BTreeSet::from([id.clone()]);
    let with_tenant = match &columns.tenant {
        TenantColumn::Named(tenant) => Some((tenant, BTreeSet::from([id, tenant.to_ascii_lowercase()]))),
        TenantColumn::Is(_) => None,
    };
    let sql = "SELECT name FROM pragma_table_info(?1) WHERE pk > 0";
    let mut unique = vec![names(connection, sql, &columns.table)?];
    let sql = "SELECT name FROM pragma_index_list(?1) WHERE \"unique\" = 1 AND partial = 0";
    for index in names_as_they_are(connection, sql, &columns.table)? {
        // An expression has no name.
        let sql = "SELECT coalesce(name, '') FROM pragma_index_info(?1)";
        unique.push(names(connection, sql, &index)?);
    }
    if unique.contains(&by_itself) {
        return Ok(Unique::ByItself);
    }
    let id = quoted(&columns.id);
    if let Some((tenant, _)) = with_tenant.filter(|(_, both)| unique.contains(both)) {
        // For an index, two NULLs differ.
        let sql = "SELECT 1 FROM pragma_table_xinfo(?1) WHERE name = ?2 COLLATE NOCASE AND \"notnull\" = 1";
        if connection.prepare(sql)?.exists([&columns.table, tenant])? {
            return Ok(Unique::WithTenant);
        }
        let tenant = quoted(tenant);
        return Err(refused(
            columns,
            format!(
                "the column {tenant} for tenant must be NOT NULL ('' is none), or the column {id} for id unique by itself"
            ),
        ));
    }
    Err(refused(columns, format!("the column {id} for id must be unique, by itself or with the tenant")))
}

/// Whether the id is an INTEGER PRIMARY KEY (<https://www.sqlite.org/lang_createtable.html#rowid>).
fn numbers_itself(connection: &Connection, columns: &Columns) -> Result<bool, StoreError> {
    let sql = "SELECT count(*) = 1 AND max(name = ?2 COLLATE NOCASE AND type = 'INTEGER' COLLATE NOCASE)
        FROM pragma_table_info(?1) WHERE pk > 0";
    Ok(connection.query_row(sql, [&columns.table, &columns.id], |row| row.get::<_, Option<bool>>(0))?
        == Some(true))
}

/// The columns that do not take NULL, and whether they have a value in a row that does not set them.
fn not_null(connection: &Connection, columns: &Columns) -> Result<BTreeMap<String, bool>, StoreError> {
    let sql = "SELECT name, dflt_value IS NOT NULL OR hidden IN (2, 3) FROM pragma_table_xinfo(?1) WHERE \"notnull\" = 1";
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([&columns.table], |row| {
        Ok((row.get::<_, String>(0)?.to_ascii_lowercase(), row.get(1)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Checks that a row can be made from the mapped columns, if the mapping says that rows are made.
fn can_be_inserted(columns: &Columns, not_null: &BTreeMap<String, bool>) -> Result<(), StoreError> {
    let mapped: BTreeSet<_> =
        columns.named().into_iter().map(|(_, column)| column.to_ascii_lowercase()).collect();
    let unsaid = not_null.iter().find(|(column, has_default)| !**has_default && !mapped.contains(*column));
    match unsaid.filter(|_| columns.takes_new_accounts) {
        None => Ok(()),
        Some((column, _)) => Err(refused(
            columns,
            format!(
                "the column {} must take NULL or have a default, to make accounts: the mapping does not name it",
                quoted(column)
            ),
        )),
    }
}

fn names(connection: &Connection, sql: &str, of: &str) -> Result<BTreeSet<String>, StoreError> {
    let names = names_as_they_are(connection, sql, of)?;
    Ok(names.iter().map(|name| name.to_ascii_lowercase()).collect())
}

fn names_as_they_are(connection: &Connection, sql: &str, of: &str) -> Result<Vec<String>, StoreError> {
    let mut statement = connection.prepare(sql)?;
    let names = statement.query_map([of], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_what_sqlite_makes_of_it() {
        for (declared, affinity) in [
            ("bigint", Affinity::Integer),
            ("VARCHAR(36)", Affinity::Text),
            ("", Affinity::Blob),
            ("double precision", Affinity::Real),
            ("UUID", Affinity::Numeric),
            ("DATETIME", Affinity::Numeric),
        ] {
            assert_eq!(Affinity::of(declared), affinity, "{declared}");
        }
    }
}
