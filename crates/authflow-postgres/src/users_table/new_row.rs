//! The row of an account that registers.

use super::{
    beside::NOT_BESIDE,
    catalogue::{Table, refused},
};
use crate::{
    StoreError, Transaction,
    accounts::taken_by_another,
    columns,
    names::mobile_key,
    parameters::{Parameter, boolean, int8, text},
};
use authflow::{
    TenantId,
    account::{NewAccount, UserName},
    contact::{EmailAddress, Mobile},
    password::Verifier,
    step::CommitRefusal,
};
use authflow_users_table::{TenantColumn, quoted};

/// Makes the row and its side row, or returns why not. The caller has stored the keys of all names, and has locked out every other transaction that
/// gives a name to an account.
pub(super) async fn insert(
    transaction: &Transaction,
    table: &Table,
    tenant: Option<TenantId>,
    new: &NewAccount<Verifier>,
) -> Result<Option<CommitRefusal>, StoreError> {
    can_be_made(table, &tenant, new)?;
    if let Some(refusal) = taken_by_another(transaction, "authflow.side_accounts", tenant, new).await? {
        return Ok(Some(refusal));
    }
    let profile = new.profile.to_json();
    let row = row(table, tenant.as_ref().map(TenantId::as_str), new, &profile)?;
    let (mut names, mut values, mut parameters) = (Vec::new(), Vec::new(), Vec::<Parameter<'_>>::new());
    for Cell { column, value } in &row {
        parameters.push(text(*value));
        names.push(quoted(column));
        values.push(format!("${}::{}", parameters.len(), table.type_of(column)));
    }
    if let Some(column) = &table.columns.password_set_at {
        parameters.push(int8(columns::seconds(new.created_at)));
        names.push(quoted(column));
        values.extend(table.time_set(&format!("${}", parameters.len())));
    }
    let sql = format!("INSERT INTO {} ({}) VALUES ({})", table.name, names.join(", "), values.join(", "));
    if let Err(error) = transaction.execute(&sql, &parameters).await {
        return of_a_unique_key(table, &error).map(Some).ok_or(error);
    }
    // The trigger has made the side row, with a revision that it drew.
    let sql = "UPDATE authflow.side_accounts SET revision = $3, password_form = 'canonical', password_changed_at = $4,
            enrolled = $5, user_name_key = $6, mobile_key = $7, email_key = $8, is_spelled = $9
        WHERE tenant = $1 AND id = $2";
    let beside = transaction
        .execute(
            sql,
            &[
                text(columns::tenant(&tenant)),
                text(new.id.as_str()),
                int8(i64::from(new.revision)),
                int8(columns::seconds(new.created_at)),
                text(&*columns::factors(new.enrolled)),
                text(new.user_name.as_ref().map(UserName::normalised)),
                text(new.mobile.as_ref().and_then(mobile_key)),
                text(new.email.as_ref().map(EmailAddress::normalised)),
                boolean(true),
            ],
        )
        .await?;
    if beside == 1 { Ok(None) } else { Err(NOT_BESIDE) }
}

/// Checks that the table has a place for everything that the account has.
fn can_be_made(
    table: &Table,
    tenant: &Option<TenantId>,
    new: &NewAccount<Verifier>,
) -> Result<(), StoreError> {
    let columns = &table.columns;
    let is_of_another = match &columns.tenant {
        TenantColumn::Is(only) => only != tenant,
        TenantColumn::Named(_) => !table.can_have_of(tenant),
    };
    let wanted = if !columns.takes_new_accounts {
        Err("must be mapped with `takes_new_accounts`, since a policy registers people")
    } else if is_of_another {
        Err("must have a tenant that its column can hold, since people of another one register")
    } else if !table.can_have(&new.id) {
        Err("must have ids that its column can hold, so `JudgeProfile` must choose one for who registers")
    } else {
        columns.place_for(new)
    };
    wanted.map_err(|wanted| refused(columns, wanted.into()))
}

/// The value of a column of the new row.
struct Cell<'r> {
    column: &'r str,
    value: Option<&'r str>,
}

fn row<'r>(
    table: &'r Table,
    tenant: Option<&'r str>,
    new: &'r NewAccount<Verifier>,
    profile: &'r str,
) -> Result<Vec<Cell<'r>>, StoreError> {
    let columns = &table.columns;
    let tenant_column = match &columns.tenant {
        TenantColumn::Named(column) => Some(column),
        TenantColumn::Is(_) => None,
    };
    let status = columns.word_for(new.status).ok();
    let cells = [
        (Some(columns.id.as_str()), Some(new.id.as_str())),
        (tenant_column.map(String::as_str), tenant),
        (columns.user_name.as_deref(), new.user_name.as_ref().map(UserName::as_str)),
        (columns.mobile.as_deref(), new.mobile.as_ref().map(Mobile::as_str)),
        (columns.email.as_deref(), new.email.as_ref().map(EmailAddress::as_str)),
        (Some(columns.verifier.as_str()), new.password.as_ref().map(Verifier::expose)),
        (status.map(|(column, _)| column), status.map(|(_, word)| word)),
        (columns.profile.as_deref(), Some(profile)),
    ];
    let mut row = Vec::new();
    for (column, value) in cells {
        let Some(column) = column else { continue };
        if value.is_none() && table.not_null.contains(column) {
            let finding =
                format!("the column \"{column}\" must take NULL, since somebody registers without it");
            return Err(refused(columns, finding));
        }
        row.push(Cell { column, value });
    }
    Ok(row)
}

impl Table {
    fn type_of(&self, column: &str) -> &str {
        self.types.get(column).map_or("text", String::as_str)
    }
}

/// The refusal of a unique key of the table itself, which may compare texts differently from the library.
fn of_a_unique_key(table: &Table, error: &StoreError) -> Option<CommitRefusal> {
    let columns = &table.columns;
    let has =
        |column: Option<&String>| column.is_some_and(|column| error.is_taken_in(&columns.table, column));
    if has(columns.email.as_ref()) || has(columns.mobile.as_ref()) {
        Some(CommitRefusal::ContactTaken)
    } else if has(columns.user_name.as_ref()) {
        Some(CommitRefusal::UserNameTaken)
    } else if has(Some(&columns.id)) {
        Some(CommitRefusal::AccountExists)
    } else {
        None
    }
}
