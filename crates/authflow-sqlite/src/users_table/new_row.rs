//! The row of an account that registers.

use super::{
    table::{SetAt, Table, refused},
    unique,
};
use crate::{StoreError, Transaction, accounts::taken_by_another, columns, names::mobile_key};
use authflow::{
    TenantId,
    account::{NewAccount, UserName},
    contact::{EmailAddress, Mobile},
    password::Verifier,
    step::CommitRefusal,
};
use authflow_users_table::{TenantColumn, quoted};
use rusqlite::{
    Connection, params, params_from_iter,
    types::{Null, Value},
};

/// Makes the row and its side row, or returns why not. The caller has stored the keys of all names, and holds the only write transaction.
pub(super) fn insert(
    transaction: &Transaction<'_>,
    table: &Table,
    tenant: Option<TenantId>,
    new: &NewAccount<Verifier>,
) -> Result<Option<CommitRefusal>, StoreError> {
    can_be_made(table, tenant, new)?;
    if let Some(refusal) = taken_by_another(transaction, "authflow_side_accounts", tenant, new)? {
        return Ok(Some(refusal));
    }
    let row = row(table, tenant, new);
    let columns: Vec<_> = row.iter().map(|cell| quoted(cell.column)).collect();
    let values: Vec<_> = row.iter().zip(1..).map(|(cell, at)| cell.written(&format!("?{at}"))).collect();
    let sql = format!("INSERT INTO {} ({}) VALUES ({})", table.name, columns.join(", "), values.join(", "));
    let values = row.iter().map(|cell| cell.value.clone());
    if let Err(error) = transaction.prepare_cached(&sql)?.execute(params_from_iter(values)) {
        return match of_a_unique_column(transaction, table, &row, &error)? {
            Some(refusal) => Ok(Some(refusal)),
            None => Err(error.into()),
        };
    }
    // The triggers have made the side row, with a revision that they drew.
    let sql = "UPDATE authflow_side_accounts SET revision = ?3, password_form = 'canonical', password_changed_at = ?4,
            enrolled = ?5, user_name_key = ?6, mobile_key = ?7, email_key = ?8, is_spelled = 1
        WHERE tenant = ?1 AND id = ?2";
    let beside = transaction.prepare_cached(sql)?.execute(params![
        columns::tenant(&tenant),
        new.id.as_str(),
        i64::from(new.revision),
        columns::seconds(new.created_at),
        columns::factors(new.enrolled),
        new.user_name.as_ref().map(UserName::normalised),
        new.mobile.as_ref().and_then(mobile_key),
        new.email.as_ref().map(EmailAddress::normalised),
    ])?;
    if beside == 1 { Ok(None) } else { Err(StoreError::Malformed("row beside a user")) }
}

/// Checks that the table has a place for everything that the account has.
fn can_be_made(
    table: &Table,
    tenant: Option<TenantId>,
    new: &NewAccount<Verifier>,
) -> Result<(), StoreError> {
    let columns = &table.columns;
    let id = new.id.as_str();
    let is_number = id.parse::<i64>().is_ok_and(|number| number.to_string() == id);
    let is_of_another = matches!(&columns.tenant, TenantColumn::Is(only) if *only != tenant);
    let wanted = if !columns.takes_new_accounts {
        Err("must be mapped with `takes_new_accounts`, since a policy registers people")
    } else if is_of_another {
        Err("must have a column for tenant, since people of another one register")
    } else if table.numbers_itself && !is_number {
        Err("has numbers for ids, so `JudgeProfile` must choose one for who registers")
    } else {
        columns.place_for(new)
    };
    wanted.map_err(|wanted| refused(columns, wanted))
}

/// The value of a column of the new row.
struct Cell<'t> {
    column: &'t str,
    value: Value,
    /// The kind of the column.
    is: What,
    as_time: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Id,
    Contact,
    UserName,
    Other,
}

impl Cell<'_> {
    fn written(&self, parameter: &str) -> String {
        if self.as_time { format!("datetime({parameter}, 'unixepoch')") } else { parameter.into() }
    }
}

fn row<'t>(table: &'t Table, tenant: Option<TenantId>, new: &NewAccount<Verifier>) -> Vec<Cell<'t>> {
    let columns = &table.columns;
    let cell = |column: &'t str, value: Option<&str>, is: What| {
        let takes_null = !table.not_null.contains(&column.to_ascii_lowercase());
        // An empty text also counts as no value.
        let absent = || if takes_null { Null.into() } else { Value::Text(String::new()) };
        let value = value.map_or_else(absent, |value| Value::Text(value.into()));
        Cell { column, value, is, as_time: false }
    };
    let named = |column: &'t Option<String>, value: Option<&str>, is: What| {
        column.as_deref().map(|column| cell(column, value, is))
    };
    let tenant_column = match &columns.tenant {
        TenantColumn::Named(column) => Some(cell(column, tenant.as_ref().map(TenantId::as_str), What::Id)),
        TenantColumn::Is(_) => None,
    };
    let status = columns.word_for(new.status).ok();
    let password = new.password.as_ref().map(Verifier::expose);
    let profile = new.profile.to_json();
    let set_at = columns.password_set_at.as_deref().map(|column| Cell {
        column,
        value: Value::Integer(columns::seconds(new.created_at)),
        is: What::Other,
        as_time: table.set_at == SetAt::Text,
    });
    [
        Some(cell(&columns.id, Some(new.id.as_str()), What::Id)),
        tenant_column,
        named(&columns.user_name, new.user_name.as_ref().map(UserName::as_str), What::UserName),
        named(&columns.mobile, new.mobile.as_ref().map(Mobile::as_str), What::Contact),
        named(&columns.email, new.email.as_ref().map(EmailAddress::as_str), What::Contact),
        Some(cell(&columns.verifier, password, What::Other)),
        status.map(|(column, word)| cell(column, Some(word), What::Other)),
        set_at,
        named(&columns.profile, Some(&profile), What::Other),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The refusal of a unique key of the table itself, which may compare texts differently from the library.
fn of_a_unique_column(
    connection: &Connection,
    table: &Table,
    row: &[Cell<'_>],
    error: &rusqlite::Error,
) -> Result<Option<CommitRefusal>, StoreError> {
    let mut cells = Vec::new();
    for cell in row {
        if unique::is_of(connection, error, &table.columns.table, cell.column)? {
            cells.push(cell);
        }
    }
    let has = |what| cells.iter().any(|cell| cell.is == what);
    if let Some(cell) =
        cells.iter().find(|cell| cell.is != What::Id && cell.value == Value::Text(String::new()))
    {
        let column = quoted(cell.column);
        let finding = format!("the column {column} must take NULL, since somebody registers without it");
        return Err(refused(&table.columns, finding));
    }
    Ok(if has(What::Contact) {
        Some(CommitRefusal::ContactTaken)
    } else if has(What::UserName) {
        Some(CommitRefusal::UserNameTaken)
    } else if has(What::Id) {
        Some(CommitRefusal::AccountExists)
    } else {
        None
    })
}
