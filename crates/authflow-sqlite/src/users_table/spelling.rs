//! The keys that names are found by: the library makes them, when a store is opened and when somebody is looked up.

use super::table::Table;
use crate::{StoreError, Transaction, names::mobile_key};
use authflow::{
    account::UserName,
    contact::{EmailAddress, Mobile},
    spelling::FORM,
};
use rusqlite::{Connection, params};

/// So many at once: a look-up that meets more of them leaves the rest to the next one.
const AT_ONCE: u32 = 256;

/// What an account is known by.
struct Names {
    tenant: String,
    id: String,
    user_name: Option<String>,
    mobile: Option<String>,
    email: Option<String>,
}

pub(super) fn has_unspelled(connection: &Connection) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM authflow_side_accounts WHERE is_spelled = 0 LIMIT 1";
    Ok(connection.prepare_cached(sql)?.exists([])?)
}

/// Spells names that have not been, of any account: whoever is looked up may be one of them. What cannot be read is nobody's name.
pub(super) fn spell(transaction: &Transaction<'_>, table: &Table) -> Result<(), StoreError> {
    let [user_name, mobile, email] = table.names_of("u");
    let sql = format!(
        "SELECT s.tenant, s.id, {user_name}, {mobile}, {email}
        FROM authflow_side_accounts AS s LEFT JOIN {} AS u ON {} WHERE s.is_spelled = 0 LIMIT ?1",
        table.name,
        table.is_row("s.tenant", "s.id")
    );
    let mut statement = transaction.prepare_cached(&sql)?;
    let rows = statement.query_map([AT_ONCE], |row| {
        Ok(Names {
            tenant: row.get(0)?,
            id: row.get(1)?,
            user_name: row.get(2)?,
            mobile: row.get(3)?,
            email: row.get(4)?,
        })
    })?;
    for names in rows.collect::<Result<Vec<_>, _>>()? {
        let user_name = names.user_name.and_then(|name| UserName::new(&name).ok());
        let mobile = names.mobile.and_then(|number| Mobile::new(&number).ok());
        let email = names.email.and_then(|address| EmailAddress::new(&address).ok());
        let sql = "UPDATE authflow_side_accounts SET user_name_key = ?3, mobile_key = ?4, email_key = ?5, is_spelled = 1
            WHERE tenant = ?1 AND id = ?2";
        transaction.prepare_cached(sql)?.execute(params![
            names.tenant,
            names.id,
            user_name.as_ref().map(UserName::normalised),
            mobile.as_ref().and_then(mobile_key),
            email.as_ref().map(EmailAddress::normalised),
        ])?;
    }
    Ok(())
}

/// Spells every name that has not been, and all of them where they were by another version. Refuses names that lead to two accounts: whose they
/// are, only their owners can say.
pub(super) fn spell_all(transaction: &Transaction<'_>, table: &Table) -> Result<(), StoreError> {
    let sql =
        "UPDATE authflow_side_accounts SET is_spelled = 0 WHERE (SELECT form FROM authflow_spelling) <> ?1";
    transaction.execute(sql, [FORM])?;
    transaction.execute("UPDATE authflow_spelling SET form = ?1", [FORM])?;
    if !has_unspelled(transaction)? {
        return Ok(());
    }
    while has_unspelled(transaction)? {
        spell(transaction, table)?;
    }
    let sql = "WITH names AS (
            SELECT tenant, id, user_name_key AS name FROM authflow_side_accounts WHERE user_name_key IS NOT NULL
            UNION SELECT tenant, id, mobile_key FROM authflow_side_accounts WHERE mobile_key IS NOT NULL
            UNION SELECT tenant, id, email_key FROM authflow_side_accounts WHERE email_key IS NOT NULL)
        SELECT group_concat(id, ', ') FROM names GROUP BY tenant, name HAVING count(*) > 1 ORDER BY 1 LIMIT 100";
    let mut statement = transaction.prepare(sql)?;
    let shared = statement.query_map([], |row| row.get::<_, String>(0))?;
    let shared =
        shared.map(|ids| ids.map(|ids| format!("one is of {ids}"))).collect::<Result<Vec<_>, _>>()?;
    if shared.is_empty() { Ok(()) } else { Err(StoreError::Names(shared.join("; "))) }
}
