//! The keys by which accounts are found: each name in its one spelling, which the library makes.

use crate::{
    StoreError,
    columns::{self, get},
    connection::{Connection, Transaction},
    parameters::text,
};
use authflow::{
    account::{ContactNames, NamesOfRow, SpellingFinding, UserName, audit},
    contact::{EmailAddress, Mobile, Recipient},
    spelling::FORM,
};
use tokio_postgres::Row;

/// The names of an account, as its row has them.
struct Names {
    tenant: String,
    id: String,
    user_name: Option<String>,
    mobile: Option<String>,
    email: Option<String>,
}

impl Names {
    fn of(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            tenant: get(row, "tenant")?,
            id: get(row, "id")?,
            user_name: get(row, "user_name")?,
            mobile: get(row, "mobile")?,
            email: get(row, "email")?,
        })
    }

    fn for_audit(&self) -> Result<NamesOfRow<'_>, StoreError> {
        Ok(NamesOfRow {
            tenant: columns::tenant_id(&self.tenant)?,
            account: columns::account_id(&self.id)?,
            user_name: self.user_name.as_deref(),
            mobile: self.mobile.as_deref(),
            email: self.email.as_deref(),
        })
    }

    async fn write_keys(&self, transaction: &Transaction) -> Result<(), StoreError> {
        let name = self.user_name.as_deref().and_then(|text| UserName::new(text).ok());
        let mobile = self.mobile.as_deref().and_then(|text| Mobile::new(text).ok());
        let email = self.email.as_deref().and_then(|text| EmailAddress::new(text).ok());
        let sql = "UPDATE authflow.accounts SET user_name_key = $3, mobile_key = $4, email_key = $5
            WHERE tenant = $1 AND id = $2";
        transaction
            .execute(
                sql,
                &[
                    text(&*self.tenant),
                    text(&*self.id),
                    text(name.as_ref().map(UserName::normalised)),
                    text(mobile.as_ref().and_then(mobile_key)),
                    text(email.as_ref().map(EmailAddress::normalised)),
                ],
            )
            .await
            .map(drop)
    }
}

/// The key of a number, or `None` for a number without a country, by which no account is found.
pub(crate) fn mobile_key(mobile: &Mobile) -> Option<&str> {
    Some(mobile.normalised()).filter(|_| mobile.is_international())
}

/// Makes every key again if the keys are of another version of the spelling. If two accounts share a name or a name cannot be read, nothing is
/// written, because only the owners can say to whom it belongs.
pub(crate) async fn spell(transaction: &Transaction) -> Result<(), StoreError> {
    if form(transaction).await? == i64::from(FORM) {
        return Ok(());
    }
    let sql = "SELECT tenant, id, user_name, mobile, email FROM authflow.accounts";
    let rows = transaction.query(sql, &[]).await?;
    let rows = rows.iter().map(Names::of).collect::<Result<Vec<_>, _>>()?;
    let audited = audit(rows.iter().map(Names::for_audit).collect::<Result<Vec<_>, _>>()?);
    let stops = |finding: &&SpellingFinding| !matches!(finding, SpellingFinding::NumberWithoutCountry { .. });
    let stopping: Vec<_> = audited.iter().filter(stops).map(ToString::to_string).collect();
    if !stopping.is_empty() {
        return Err(StoreError::Names(stopping.join("; ")));
    }
    // Two rows may exchange their keys.
    let sql = "UPDATE authflow.accounts SET user_name_key = NULL, mobile_key = NULL, email_key = NULL";
    transaction.execute(sql, &[]).await?;
    for names in &rows {
        names.write_keys(transaction).await?;
    }
    transaction.batch(&format!("UPDATE authflow.spelling SET form = {FORM}")).await
}

/// Whether another account of the tenant has a contact, or one of these user names. The caller must [decide alone](decide_alone).
pub(crate) async fn is_taken(
    transaction: &Transaction,
    table: &'static str,
    (tenant, account): (&str, &str),
    key_column: &'static str,
    (contact, taken_by): (&Recipient, &ContactNames),
) -> Result<bool, StoreError> {
    let sql = format!(
        "SELECT id FROM {table} WHERE tenant = $1 AND id <> $2 AND {key_column} = $3
        UNION ALL SELECT id FROM {table} WHERE tenant = $1 AND id <> $2 AND user_name_key IN ($4, $5, $6, $7) LIMIT 1"
    );
    let [full, national, dialled, address] = taken_by.texts().map(text);
    let key = text(contact.normalised());
    let asked = [text(tenant), text(account), key, full, national, dialled, address];
    let found = transaction.query_opt(&sql, &asked).await?;
    Ok(found.is_some())
}

/// Locks out every other transaction that gives a name to an account, until this transaction ends. Later reads see the writes of earlier such
/// transactions. This holds at every isolation level. The lock writes a row, so a transaction whose reads are older than the row's latest write has
/// to start again.
pub(crate) async fn decide_alone(transaction: &Transaction) -> Result<(), StoreError> {
    transaction.execute("UPDATE authflow.spelling SET form = form", &[]).await.map(drop)
}

/// Refuses keys of another version of the spelling. An account would not be found by a name that is typed in the present spelling.
pub(crate) async fn check(connection: &Connection) -> Result<(), StoreError> {
    let found = form(connection).await?;
    if found == i64::from(FORM) { Ok(()) } else { Err(StoreError::OtherSpelling { wanted: FORM, found }) }
}

async fn form(connection: &Connection) -> Result<i64, StoreError> {
    let row = connection.query_opt("SELECT form::bigint AS form FROM authflow.spelling", &[]).await?;
    row.map(|row| get(&row, "form")).transpose()?.ok_or(StoreError::malformed("spelling", "one row"))
}
