//! Look-ups of rows, by an id or by what was typed.

use super::{MappedAccounts, beside::NOT_BESIDE};
use crate::{
    Connection, StoreError,
    columns::{self, get},
    parameters::text,
};
use authflow::{AccountId, TenantId};
use tokio_postgres::Row;

impl MappedAccounts {
    pub(super) async fn by_id(
        &self,
        connection: &Connection,
        tenant: &Option<TenantId>,
        account: &AccountId,
    ) -> Result<Vec<Row>, StoreError> {
        if !self.can_be(tenant, account) {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT {} FROM {} AS u LEFT JOIN authflow.side_accounts AS s ON s.tenant = $1 AND s.id = $2 WHERE {}",
            self.table.account(),
            self.table.name,
            self.table.is_row(tenant, ("$1", "$2"))
        );
        let rows = connection.query(&sql, &[text(columns::tenant(tenant)), text(account.as_str())]).await?;
        for row in &rows {
            get::<Option<i64>>(row, "revision")?.ok_or(NOT_BESIDE)?;
        }
        Ok(rows)
    }

    /// Looks up an account by its names, in one statement whether or not an account is found. The statement also says whether there are names that
    /// are not spelled yet. It looks for those names in the order of their index. Without an order, the planner reads the whole table as long as its
    /// statistics say that there are many such names.
    pub(super) async fn by_names(
        &self,
        connection: &Connection,
        tenant: &Option<TenantId>,
        names: &[Option<&str>; 3],
    ) -> Result<(Vec<Row>, bool), StoreError> {
        let sql = format!(
            "SELECT found.*,
                (SELECT true FROM authflow.side_accounts WHERE NOT is_spelled ORDER BY tenant, id LIMIT 1) IS NOT NULL AS is_unspelled
            FROM (SELECT) AS always LEFT JOIN (
                SELECT {} FROM (
                    SELECT * FROM authflow.side_accounts WHERE tenant = $1 AND user_name_key = $2
                    UNION SELECT * FROM authflow.side_accounts WHERE tenant = $1 AND mobile_key = $3
                    UNION SELECT * FROM authflow.side_accounts WHERE tenant = $1 AND email_key = $4
                ) AS s JOIN {} AS u ON {}
            ) AS found ON true",
            self.table.account(),
            self.table.name,
            self.table.is_row(tenant, ("s.tenant", "s.id"))
        );
        let [user_name, mobile, email] = *names;
        let parameters = [text(columns::tenant(tenant)), text(user_name), text(mobile), text(email)];
        let mut rows = connection.query(&sql, &parameters).await?;
        let is_unspelled = rows.first().map(|row| get(row, "is_unspelled")).transpose()?;
        rows.retain(|row| row.try_get::<_, Option<&str>>("id").is_ok_and(|id| id.is_some()));
        Ok((rows, is_unspelled.unwrap_or_default()))
    }
}
