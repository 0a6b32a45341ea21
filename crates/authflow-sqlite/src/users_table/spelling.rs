//! The keys by which names are found. The library makes them when a store is opened and when an account is looked up.

use super::table::Table;
use crate::{StoreError, Transaction, names::mobile_key};
use authflow::{
    account::UserName,
    contact::{EmailAddress, Mobile},
    spelling::FORM,
};
use rusqlite::{
    Connection, Row, params,
    types::{ToSqlOutput, ValueRef},
};

/// The number of accounts whose names are spelled at once. A look-up that finds more leaves the rest to the next look-up.
const AT_ONCE: u32 = 256;

/// The names of an account. A text in SQLite need not be UTF-8.
struct Names {
    tenant: Vec<u8>,
    id: Vec<u8>,
    /// User name, mobile and e-mail address.
    named: [Option<Vec<u8>>; 3],
}

impl Names {
    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        let named = |column| -> rusqlite::Result<_> {
            Ok(row.get_ref(column)?.as_bytes_or_null()?.map(<[u8]>::to_vec))
        };
        Ok(Self {
            tenant: row.get_ref(0)?.as_bytes()?.to_vec(),
            id: row.get_ref(1)?.as_bytes()?.to_vec(),
            named: [named(2)?, named(3)?, named(4)?],
        })
    }

    /// The key of each name. An unreadable name has none, so no account is found by it.
    fn keys(&self) -> [Option<String>; 3] {
        let [user_name, mobile, email] = self.named.each_ref().map(|name| {
            let name = str::from_utf8(name.as_deref()?);
            if name.is_err() {
                tracing::warn!(
                    id = %String::from_utf8_lossy(&self.id),
                    "a name must be UTF-8, and is not: nobody is found by it"
                );
            }
            name.ok()
        });
        let user_name = user_name.and_then(|name| UserName::new(name).ok());
        let mobile = mobile.and_then(|number| Mobile::new(number).ok());
        let email = email.and_then(|address| EmailAddress::new(address).ok());
        [
            user_name.as_ref().map(UserName::normalised),
            mobile.as_ref().and_then(mobile_key),
            email.as_ref().map(EmailAddress::normalised),
        ]
        .map(|key| key.map(str::to_owned))
    }
}

/// A text as SQLite has it, UTF-8 or not.
fn text(bytes: &[u8]) -> ToSqlOutput<'_> {
    ToSqlOutput::Borrowed(ValueRef::Text(bytes))
}

pub(super) fn has_unspelled(connection: &Connection) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM authflow_side_accounts WHERE is_spelled = 0 LIMIT 1";
    Ok(connection.prepare_cached(sql)?.exists([])?)
}

/// Spells names that are not spelled yet, of any account. The account that is looked up may be among them. Returns the number of accounts.
pub(super) fn spell(transaction: &Transaction<'_>, table: &Table) -> Result<usize, StoreError> {
    let [user_name, mobile, email] = table.names_of("u");
    let sql = format!(
        "SELECT s.tenant, s.id, {user_name}, {mobile}, {email}
        FROM authflow_side_accounts AS s LEFT JOIN {} AS u ON {} WHERE s.is_spelled = 0 LIMIT ?1",
        table.name,
        table.is_row("s.tenant", "s.id")
    );
    let mut statement = transaction.prepare_cached(&sql)?;
    let rows = statement.query_map([AT_ONCE], Names::of)?;
    let mut spelled = 0;
    for names in rows.collect::<Result<Vec<_>, _>>()? {
        let [user_name, mobile, email] = names.keys();
        let sql = "UPDATE authflow_side_accounts SET user_name_key = ?3, mobile_key = ?4, email_key = ?5, is_spelled = 1
            WHERE tenant = ?1 AND id = ?2";
        let of = (text(&names.tenant), text(&names.id));
        let parameters = params![of.0, of.1, user_name, mobile, email];
        spelled += transaction.prepare_cached(sql)?.execute(parameters)?;
    }
    Ok(spelled)
}

/// Spells every name that is not spelled yet, or all names if their keys are of another version of the spelling. Refuses names of two accounts,
/// because only the owners can say to whom such a name belongs.
pub(super) fn spell_all(transaction: &Transaction<'_>, table: &Table) -> Result<(), StoreError> {
    let sql =
        "UPDATE authflow_side_accounts SET is_spelled = 0 WHERE (SELECT form FROM authflow_spelling) <> ?1";
    transaction.execute(sql, [FORM])?;
    transaction.execute("UPDATE authflow_spelling SET form = ?1", [FORM])?;
    if !has_unspelled(transaction)? {
        return Ok(());
    }
    while spell(transaction, table)? > 0 {}
    let sql = "WITH names AS (
            SELECT tenant, id, user_name_key AS name FROM authflow_side_accounts WHERE user_name_key IS NOT NULL
            UNION SELECT tenant, id, mobile_key FROM authflow_side_accounts WHERE mobile_key IS NOT NULL
            UNION SELECT tenant, id, email_key FROM authflow_side_accounts WHERE email_key IS NOT NULL)
        SELECT group_concat(id, ', ') FROM names GROUP BY tenant, name HAVING count(*) > 1 ORDER BY 1 LIMIT 100";
    let mut statement = transaction.prepare(sql)?;
    let shared = statement
        .query_map([], |row| Ok(String::from_utf8_lossy(row.get_ref(0)?.as_bytes()?).into_owned()))?;
    let shared =
        shared.map(|ids| ids.map(|ids| format!("one is of {ids}"))).collect::<Result<Vec<_>, _>>()?;
    if shared.is_empty() { Ok(()) } else { Err(StoreError::Names(shared.join("; "))) }
}
