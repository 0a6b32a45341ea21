//! Names that SQL cannot spell: the library does, when somebody is looked up.

use super::catalogue::Table;
use crate::{
    Connection, StoreError,
    columns::get,
    names::mobile_key,
    parameters::{int8, text},
};
use authflow::{
    account::UserName,
    contact::{EmailAddress, Mobile},
};

/// So many at once: a request that meets more of them leaves the rest to the next one.
const AT_ONCE: i64 = 256;

/// Spells names that have not been, of any account: whoever is looked up may be one of them. Says whether there may be more.
pub(super) async fn spell(connection: &Connection, table: &Table) -> Result<bool, StoreError> {
    let is_row = table.is_beside();
    let [user_name, mobile, email] = [table.user_name_of("u"), table.mobile_of("u"), table.email_of("u")];
    let sql = format!(
        "SELECT s.tenant, s.id, s.names, {user_name} AS user_name, {mobile} AS mobile, {email} AS email
        FROM authflow.side_accounts AS s LEFT JOIN {} AS u ON {is_row}
        WHERE NOT s.is_spelled LIMIT $1",
        table.name
    );
    let rows = connection.query(&sql, &[int8(AT_ONCE)]).await?;
    for row in &rows {
        let user_name = get::<Option<&str>>(row, "user_name")?.and_then(|name| UserName::new(name).ok());
        let mobile = get::<Option<&str>>(row, "mobile")?.and_then(|number| Mobile::new(number).ok());
        let email = get::<Option<&str>>(row, "email")?.and_then(|address| EmailAddress::new(address).ok());
        // Names that were changed meanwhile are spelled next time.
        let sql = "UPDATE authflow.side_accounts SET user_name_key = $4, mobile_key = $5, email_key = $6, is_spelled = true
            WHERE tenant = $1 AND id = $2 AND names = $3 AND NOT is_spelled";
        connection
            .execute(
                sql,
                &[
                    text(get::<&str>(row, "tenant")?),
                    text(get::<&str>(row, "id")?),
                    int8(get::<i64>(row, "names")?),
                    text(user_name.as_ref().map(UserName::normalised)),
                    text(mobile.as_ref().and_then(mobile_key)),
                    text(email.as_ref().map(EmailAddress::normalised)),
                ],
            )
            .await?;
    }
    Ok(!rows.is_empty())
}

/// Refuses names that lead to two accounts: whose they are, only their owners can say.
pub(super) async fn refuse_shared(connection: &Connection) -> Result<(), StoreError> {
    let sql = "WITH names AS (
            SELECT tenant, id, user_name_key AS name FROM authflow.side_accounts WHERE user_name_key IS NOT NULL
            UNION SELECT tenant, id, mobile_key FROM authflow.side_accounts WHERE mobile_key IS NOT NULL
            UNION SELECT tenant, id, email_key FROM authflow.side_accounts WHERE email_key IS NOT NULL)
        SELECT string_agg(id, ', ' ORDER BY id) AS accounts FROM names GROUP BY tenant, name HAVING count(*) > 1
        ORDER BY 1 LIMIT 100";
    let rows = connection.query(sql, &[]).await?;
    let shared = rows.iter().map(|row| Ok(format!("one is of {}", get::<&str>(row, "accounts")?)));
    let shared = shared.collect::<Result<Vec<_>, StoreError>>()?;
    if shared.is_empty() { Ok(()) } else { Err(StoreError::Names(shared.join("; "))) }
}

/// Has every name spelled anew where it was by another version.
pub(super) async fn begin_anew(connection: &Connection, form: u32) -> Result<(), StoreError> {
    let sql = format!(
        "UPDATE authflow.side_accounts SET is_spelled = false WHERE (SELECT spelling.form FROM authflow.spelling) <> {form};
        UPDATE authflow.spelling SET form = {form}"
    );
    connection.batch(&sql).await
}
