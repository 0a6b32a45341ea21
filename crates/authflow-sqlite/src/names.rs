//! The keys by which accounts are found: each name in its one spelling, which the library makes.

use crate::{StoreError, columns};
use authflow::{
    AccountId,
    account::{NamesOfRow, SpellingFinding, UserName, audit},
    contact::{EmailAddress, Mobile},
    spelling::FORM,
};
use rusqlite::{Connection, Row, params};

/// The names of an account, as its row has them.
struct Names {
    tenant: String,
    id: String,
    user_name: Option<String>,
    mobile: Option<String>,
    email: Option<String>,
}

impl Names {
    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            tenant: row.get(0)?,
            id: row.get(1)?,
            user_name: row.get(2)?,
            mobile: row.get(3)?,
            email: row.get(4)?,
        })
    }

    fn for_audit(&self) -> Result<NamesOfRow<'_>, StoreError> {
        Ok(NamesOfRow {
            tenant: columns::tenant_id(&self.tenant)?,
            account: AccountId::new(&self.id).map_err(|_| StoreError::Malformed("account id"))?,
            user_name: self.user_name.as_deref(),
            mobile: self.mobile.as_deref(),
            email: self.email.as_deref(),
        })
    }

    fn write_keys(&self, connection: &Connection) -> Result<(), StoreError> {
        let user_name = self.user_name.as_deref().map(UserName::new).transpose();
        let user_name = user_name.map_err(|_| StoreError::Malformed("user name"))?;
        let mobile = self.mobile.as_deref().and_then(|text| Mobile::new(text).ok());
        let email = self.email.as_deref().and_then(|text| EmailAddress::new(text).ok());
        let sql = "UPDATE authflow_accounts SET user_name_key = ?3, mobile_key = ?4, email_key = ?5
            WHERE tenant = ?1 AND id = ?2";
        connection.prepare_cached(sql)?.execute(params![
            self.tenant,
            self.id,
            user_name.as_ref().map(UserName::normalised),
            mobile.as_ref().and_then(mobile_key),
            email.as_ref().map(EmailAddress::normalised),
        ])?;
        Ok(())
    }
}

/// The key of a number, or `None` for a number without a country, by which no account is found.
pub(crate) fn mobile_key(mobile: &Mobile) -> Option<&str> {
    Some(mobile.normalised()).filter(|_| mobile.is_international())
}

/// Makes every key again if the keys are of another version of the spelling. If two accounts share a name or a name cannot be read, nothing is
/// written, because only the owners can say to whom it belongs.
pub(crate) fn spell(connection: &Connection) -> Result<(), StoreError> {
    if connection.query_row("SELECT form FROM authflow_spelling", [], |row| row.get::<_, u32>(0))? == FORM {
        return Ok(());
    }
    let sql = "SELECT tenant, id, user_name, mobile, email FROM authflow_accounts";
    let rows = connection.prepare(sql)?.query_map([], Names::of)?.collect::<Result<Vec<_>, _>>()?;
    let audited = audit(rows.iter().map(Names::for_audit).collect::<Result<Vec<_>, _>>()?);
    for finding in &audited {
        tracing::warn!(%finding, "a stored name");
    }
    let stops = |finding: &&SpellingFinding| !matches!(finding, SpellingFinding::NumberWithoutCountry { .. });
    let stopping: Vec<_> = audited.iter().filter(stops).map(ToString::to_string).collect();
    if !stopping.is_empty() {
        return Err(StoreError::Names(stopping.join("; ")));
    }
    // Two rows may exchange their keys.
    connection.execute(
        "UPDATE authflow_accounts SET user_name_key = NULL, mobile_key = NULL, email_key = NULL",
        [],
    )?;
    rows.iter().try_for_each(|names| names.write_keys(connection))?;
    connection.execute("UPDATE authflow_spelling SET form = ?1", [FORM])?;
    Ok(())
}

#[cfg(test)]
#[path = "names_tests.rs"]
mod tests;
