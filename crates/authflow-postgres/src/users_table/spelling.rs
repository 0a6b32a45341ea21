//! Names that SQL cannot spell. The library spells them when an account is looked up.

use super::{beside::Beside, catalogue::Table};
use crate::{
    Connection, StoreError,
    columns::{self, get},
    names::mobile_key,
    parameters::{int8, text},
};
use authflow::{
    account::{NameKind, SpellingFinding, UserName},
    contact::{EmailAddress, Mobile},
    spelling::FORM,
};
use tokio_postgres::Row;

/// The number of accounts whose names are spelled at once. A request that finds more leaves the rest to the next request.
const AT_ONCE: i64 = 256;
const MOST_TOLD: usize = 100;

/// The result of spelling names.
pub(super) struct Spelled {
    /// The number of rows that had unspelled names. If there were none, no name is left.
    pub(super) rows: usize,
    /// Names that are not valid.
    pub(super) unreadable: Vec<SpellingFinding>,
}

/// Spells names that are not spelled yet, of any account. The account that is looked up may be among them.
pub(super) async fn spell(
    connection: &Connection,
    table: &Table,
    beside: Beside,
) -> Result<Spelled, StoreError> {
    let is_beside = table.is_beside();
    let [user_name, mobile, email] = [table.user_name_of("u"), table.mobile_of("u"), table.email_of("u")];
    let sql = format!(
        "SELECT s.tenant, s.id, s.names, s.user_name_key, s.mobile_key, s.email_key, {user_name} AS user_name, {mobile} AS mobile, {email} AS email
        FROM authflow.side_accounts AS s LEFT JOIN {} AS u ON {is_beside}
        WHERE NOT s.is_spelled ORDER BY s.tenant, s.id LIMIT $1",
        table.name
    );
    let rows = connection.query(&sql, &[int8(AT_ONCE)]).await?;
    let mut unreadable = Vec::new();
    for row in &rows {
        let user_name = get::<Option<&str>>(row, "user_name")?.map(UserName::new).transpose();
        let mobile = get::<Option<&str>>(row, "mobile")?.map(Mobile::new).transpose();
        let email = get::<Option<&str>>(row, "email")?.map(EmailAddress::new).transpose();
        let id = get::<&str>(row, "id")?;
        let kinds = [
            (NameKind::UserName, user_name.is_err()),
            (NameKind::Mobile, mobile.is_err()),
            (NameKind::Email, email.is_err()),
        ];
        let found = kinds.into_iter().filter(|(_, is_unreadable)| *is_unreadable);
        // A row whose id no account can have is no account, whatever its names are.
        if let Ok(account) = columns::account_id(id) {
            unreadable.extend(found.map(|(kind, _)| SpellingFinding::Unreadable { kind, account }));
        }
        let keys = [
            user_name.as_ref().ok().and_then(Option::as_ref).map(UserName::normalised),
            mobile.as_ref().ok().and_then(Option::as_ref).and_then(mobile_key),
            email.as_ref().ok().and_then(Option::as_ref).map(EmailAddress::normalised),
        ];
        let (tenant, names) = (get::<&str>(row, "tenant")?, get::<i64>(row, "names")?);
        if beside == Beside::Another && !keeps_a_name(row, &keys)? {
            let of = [text(tenant), text(id), int8(names)];
            connection
                .execute("DELETE FROM authflow.side_accounts WHERE tenant = $1 AND id = $2", &of[..2])
                .await?;
            let sql = "INSERT INTO authflow.side_accounts (tenant, id, revision, password_changed_at, is_spelled, names)
                VALUES ($1, $2, authflow.drawn_revision(), extract(epoch FROM now())::bigint, false, $3)";
            connection.execute(sql, &of).await?;
        }
        // A name that was changed meanwhile is spelled next time.
        let sql = "UPDATE authflow.side_accounts SET user_name_key = $4, mobile_key = $5, email_key = $6, is_spelled = true
            WHERE tenant = $1 AND id = $2 AND names = $3 AND NOT is_spelled";
        let [user_name, mobile, email] = keys;
        let values = [text(tenant), text(id), int8(names), text(user_name), text(mobile), text(email)];
        connection.execute(sql, &values).await?;
    }
    Ok(Spelled { rows: rows.len(), unreadable })
}

pub(super) async fn has_unspelled(connection: &Connection) -> Result<bool, StoreError> {
    let sql = "SELECT id FROM authflow.side_accounts WHERE NOT is_spelled ORDER BY tenant, id LIMIT 1";
    Ok(connection.query_opt(sql, &[]).await?.is_some())
}

/// Whether one of the names is still a name of the earlier row.
fn keeps_a_name(row: &Row, keys: &[Option<&str>; 3]) -> Result<bool, StoreError> {
    let mut keeps = false;
    for (column, key) in ["user_name_key", "mobile_key", "email_key"].into_iter().zip(keys) {
        keeps |= key.is_some() && get::<Option<&str>>(row, column)? == *key;
    }
    Ok(keeps)
}

/// Spells every name. Refuses names that are not valid. Also refuses names of two accounts, because only the owners can say to whom such a name
/// belongs.
pub(super) async fn spell_all(
    connection: &Connection,
    table: &Table,
    beside: Beside,
) -> Result<(), StoreError> {
    let sql = format!(
        "UPDATE authflow.side_accounts SET is_spelled = false WHERE (SELECT spelling.form FROM authflow.spelling) <> {FORM};
        UPDATE authflow.spelling SET form = {FORM}"
    );
    connection.batch(&sql).await?;
    let mut findings = Vec::new();
    loop {
        let Spelled { rows, unreadable } = spell(connection, table, beside).await?;
        findings.extend(unreadable);
        if rows == 0 {
            break;
        }
    }
    findings.extend(shared(connection).await?);
    if findings.is_empty() {
        return Ok(());
    }
    let told = findings.iter().take(MOST_TOLD).map(ToString::to_string).collect::<Vec<_>>().join("; ");
    let rest = findings.len().saturating_sub(MOST_TOLD);
    Err(StoreError::Names(if rest == 0 { told } else { format!("{told}; and {rest} more") }))
}

/// Names of two accounts. The user name of one may also be the number or address of another.
async fn shared(connection: &Connection) -> Result<Vec<SpellingFinding>, StoreError> {
    let sql = "WITH names AS (
            SELECT tenant, id, 0::bigint AS kind, user_name_key AS name FROM authflow.side_accounts
            UNION ALL SELECT tenant, id, 1, mobile_key FROM authflow.side_accounts
            UNION ALL SELECT tenant, id, 2, email_key FROM authflow.side_accounts)
        SELECT min(kind) AS kind, array_agg(DISTINCT id ORDER BY id) AS accounts FROM names WHERE name IS NOT NULL
        GROUP BY tenant, name HAVING count(DISTINCT id) > 1 ORDER BY 2";
    let rows = connection.query(sql, &[]).await?;
    let read = |row| {
        let kind = match get::<i64>(row, "kind")? {
            0 => NameKind::UserName,
            1 => NameKind::Mobile,
            _ => NameKind::Email,
        };
        let accounts = get::<Vec<String>>(row, "accounts")?;
        let accounts = accounts.iter().map(|id| columns::account_id(id)).collect::<Result<_, _>>()?;
        Ok(SpellingFinding::Shared { kind, accounts })
    };
    rows.iter().map(read).collect()
}
