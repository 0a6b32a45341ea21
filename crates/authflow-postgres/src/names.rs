//! The keys that accounts are found by: each name in its one spelling, made by the library.

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

/// What an account is known by, as its row says it.
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

/// The key of a number; none of one that says no country, which is nobody's.
pub(crate) fn mobile_key(mobile: &Mobile) -> Option<&str> {
    Some(mobile.normalised()).filter(|_| mobile.is_international())
}

/// Makes every key anew where they are of another version of the spelling. Where a name is of two accounts or cannot be read, nothing is
/// written: whose it is, only its owners can say.
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
    // Two rows may exchange keys.
    let sql = "UPDATE authflow.accounts SET user_name_key = NULL, mobile_key = NULL, email_key = NULL";
    transaction.execute(sql, &[]).await?;
    for names in &rows {
        names.write_keys(transaction).await?;
    }
    transaction.batch(&format!("UPDATE authflow.spelling SET form = {FORM}")).await
}

/// Whether another account of the tenant is known by a contact, or by one of these user names. Asked by whoever
/// [decides alone](decide_alone).
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

/// Until the transaction ends, nobody else decides whose a name is. What is read after this is what whoever did before has left: at every isolation,
/// since the row is written, and a transaction that has looked before is begun anew.
pub(crate) async fn decide_alone(transaction: &Transaction) -> Result<(), StoreError> {
    transaction.execute("UPDATE authflow.spelling SET form = form", &[]).await.map(drop)
}

/// Refuses keys of another version of the spelling: who typed a name in the present one would not be found.
pub(crate) async fn check(connection: &Connection) -> Result<(), StoreError> {
    let found = form(connection).await?;
    if found == i64::from(FORM) { Ok(()) } else { Err(StoreError::OtherSpelling { wanted: FORM, found }) }
}

async fn form(connection: &Connection) -> Result<i64, StoreError> {
    let row = connection.query_opt("SELECT form::bigint AS form FROM authflow.spelling", &[]).await?;
    row.map(|row| get(&row, "form")).transpose()?.ok_or(StoreError::malformed("spelling", "one row"))
}
