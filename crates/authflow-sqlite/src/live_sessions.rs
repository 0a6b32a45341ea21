//! Look-ups of sessions for an administrator.

use crate::{Accounts, SqliteStore, StoreError, columns, sessions::record};
use authflow::{AccountId, SessionId, TenantId, session::SessionRecord};
use rusqlite::params;
use std::num::NonZeroU32;

impl<A: Accounts> SqliteStore<A> {
    /// The sessions of an account that have neither ended nor expired, with the most recently used first, up to the given number. A session is also
    /// over if its [revision](SessionRecord::revision) is not the account's, but this method returns it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn sessions_of(
        &self,
        tenant: Option<TenantId>,
        account: AccountId,
        at_most: NonZeroU32,
    ) -> Result<Vec<SessionRecord>, StoreError> {
        let now = columns::seconds(self.now()?);
        self.read(move |connection| {
            let sql = "SELECT client_id, tenant, account, auth_time, factors, generation, used_at, expires_at, revision,
                    device_kind, device_key, device_digest, unseen_since, id FROM authflow_sessions
                WHERE tenant = ?1 AND account = ?2 AND ended_at IS NULL AND device_digest IS NOT NULL AND expires_at > ?3
                ORDER BY used_at DESC, id LIMIT ?4";
            let mut statement = connection.prepare_cached(sql)?;
            let parameters = params![columns::tenant(&tenant), account.as_str(), now, at_most.get()];
            let rows = statement
                .query_map(parameters, |row| Ok(record(row, SessionId::from_bytes(row.get(13)?))))?;
            rows.map(|row| row?).collect()
        })
        .await
    }

    /// The number of authenticators' secrets that need each sealing key, by the key's id. A key that is not listed may be retired.
    ///
    /// ```
    /// use authflow::{Moment, factor::Factor, testkit::demo};
    /// use authflow_sqlite::{Place, Settings, SqliteStore};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let store =
    ///     SqliteStore::open(&Settings::new(Place::Memory, demo::sealing_keys(), Moment::now))?;
    /// let mut tom = demo::account("tom");
    /// demo::enrol(Factor::Totp, &mut tom);
    /// store.create_account(tom).await?;
    /// assert_eq!(store.sealed_secrets().await?, [("seal-2".to_owned(), 1)]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn sealed_secrets(&self) -> Result<Vec<(String, i64)>, StoreError> {
        let accounts = std::sync::Arc::clone(&self.accounts);
        self.read(move |connection| accounts.seals(connection)).await
    }
}
