//! Look-ups of sessions for an administrator.

use crate::{
    Accounts, Connection, PostgresStore, StoreError,
    columns::{self, get},
    database::reading,
    parameters::{int8, text},
    sessions::record,
};
use authflow::{AccountId, SessionId, TenantId, Timestamp, session::SessionRecord};
use std::num::NonZeroU32;

impl<A: Accounts> PostgresStore<A> {
    /// The sessions of an account that have neither ended nor expired, with the most recently used first, up to the given number. A session is also
    /// over if its [revision](SessionRecord::revision) is not the account's, but this method returns it.
    ///
    /// # Errors
    /// When the database has no answer.
    pub async fn sessions_of(
        &self,
        tenant: Option<TenantId>,
        account: AccountId,
        at_most: NonZeroU32,
    ) -> Result<Vec<SessionRecord>, StoreError> {
        let now = self.database.moment()?.timestamp();
        reading!(self.database.to_begin(), connection => live(connection, (tenant, account), now, at_most))
    }

    /// The number of authenticators' secrets that need each sealing key, by the key's id.
    ///
    /// # Errors
    /// When the database has no answer.
    pub async fn sealed_secrets(&self) -> Result<Vec<(String, i64)>, StoreError> {
        reading!(self.database.to_begin(), connection => self.accounts.seals(connection))
    }
}

async fn live(
    connection: &Connection,
    (tenant, account): (Option<TenantId>, AccountId),
    now: Timestamp,
    at_most: NonZeroU32,
) -> Result<Vec<SessionRecord>, StoreError> {
    let sql = "SELECT * FROM authflow.sessions
        WHERE tenant = $1 AND account = $2 AND ended_at IS NULL AND expires_at > $3
        ORDER BY used_at DESC, id LIMIT $4";
    let of = [
        text(columns::tenant(&tenant)),
        text(account.as_str()),
        int8(columns::seconds(now)),
        int8(i64::from(at_most.get())),
    ];
    let rows = connection.query(sql, &of).await?;
    let read = |row| {
        let id = <[u8; 16]>::try_from(get::<&[u8]>(row, "id")?);
        record(row, SessionId::from_bytes(id.map_err(|_| StoreError::malformed("id", "16 bytes"))?))
    };
    rows.iter().map(read).collect()
}
