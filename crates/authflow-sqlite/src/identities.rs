//! Identities for which providers of social accounts vouch, and the accounts to which they are linked.

use crate::{Accounts, SqliteStore, StoreError, Transaction, columns};
use authflow::{
    AccountId, TenantId, Timestamp,
    account::AccountKey,
    social::{EndLinks, LinkedBy, LinkedIdentity, ListIdentities, Provider, SocialIdentity},
    step::CommitRefusal,
};
use rusqlite::{Connection, OptionalExtension as _, params};

impl<A: Accounts> SqliteStore<A> {
    pub(crate) async fn list_identities(
        &self,
        ask: ListIdentities,
    ) -> Result<Vec<LinkedIdentity>, StoreError> {
        self.read(move |connection| list(connection, ask.audience.tenant, ask.account)).await
    }
}

/// The account that an identity is linked to.
pub(crate) fn owner(
    connection: &Connection,
    tenant: Option<TenantId>,
    identity: &SocialIdentity,
) -> Result<Option<AccountId>, StoreError> {
    Ok(kept(connection, tenant, identity)?.map(|(account, _)| account))
}

/// A link that will be made.
pub(crate) struct NewLink<'a> {
    pub(crate) identity: &'a SocialIdentity,
    pub(crate) linked_at: Timestamp,
    pub(crate) linked_by: LinkedBy,
}

/// Makes a link, but never in place of another existing account's link.
pub(crate) fn link(
    transaction: &Transaction<'_>,
    accounts: &impl Accounts,
    (tenant, account): (Option<TenantId>, AccountId),
    new: &NewLink<'_>,
) -> Result<Option<CommitRefusal>, StoreError> {
    let NewLink { identity, linked_at, linked_by } = new;
    let (provider, uid) = (identity.provider(), identity.uid());
    let of = columns::tenant(&tenant);
    let kept = kept(transaction, tenant, identity)?;
    match kept {
        Some((owner, before)) if owner == account => {
            let sql = "UPDATE authflow_identities SET linked_by = ?4 WHERE tenant = ?1 AND provider = ?2 AND uid = ?3";
            let together = before.union(*linked_by).to_bits();
            transaction.prepare_cached(sql)?.execute(params![of, provider.as_str(), uid, together])?;
            return Ok(None);
        }
        Some((owner, _)) if accounts.find(transaction, tenant, &AccountKey::Id(owner))?.is_some() => {
            return Ok(Some(CommitRefusal::IdentityTaken));
        }
        _ => {}
    }
    let sql =
        "INSERT OR REPLACE INTO authflow_identities (tenant, provider, uid, account, linked_at, linked_by)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let (since, linked_by) = (columns::seconds(*linked_at), linked_by.to_bits());
    transaction.prepare_cached(sql)?.execute(params![
        of,
        provider.as_str(),
        uid,
        account.as_str(),
        since,
        linked_by
    ])?;
    Ok(None)
}

/// The account of a link, and the proof by which it was made.
fn kept(
    connection: &Connection,
    tenant: Option<TenantId>,
    identity: &SocialIdentity,
) -> Result<Option<(AccountId, LinkedBy)>, StoreError> {
    let sql =
        "SELECT account, linked_by FROM authflow_identities WHERE tenant = ?1 AND provider = ?2 AND uid = ?3";
    let provider = identity.provider();
    let key = params![columns::tenant(&tenant), provider.as_str(), identity.uid()];
    let row = connection
        .prepare_cached(sql)?
        .query_row(key, |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))
        .optional()?;
    let Some((account, linked_by)) = row else { return Ok(None) };
    let account = AccountId::new(&account).map_err(|_| StoreError::Malformed("account of an identity"))?;
    Ok(Some((account, columns::linked_by(linked_by)?)))
}

pub(crate) fn unlink(
    connection: &Connection,
    tenant: Option<TenantId>,
    account: AccountId,
    (identity, is_last): (&SocialIdentity, bool),
) -> Result<Option<CommitRefusal>, StoreError> {
    let sql =
        "DELETE FROM authflow_identities WHERE tenant = ?1 AND provider = ?2 AND uid = ?3 AND account = ?4";
    let deleted = connection.prepare_cached(sql)?.execute(params![
        columns::tenant(&tenant),
        identity.provider().as_str(),
        identity.uid(),
        account.as_str(),
    ])?;
    if deleted == 0 {
        return Ok(Some(CommitRefusal::NotLinked));
    }
    let sql = "SELECT 1 FROM authflow_identities WHERE tenant = ?1 AND account = ?2 LIMIT 1";
    let key = [columns::tenant(&tenant), account.as_str()];
    let has_none_left = is_last && !connection.prepare_cached(sql)?.exists(key)?;
    Ok(has_none_left.then_some(CommitRefusal::LastWayIn))
}

fn list(
    connection: &Connection,
    tenant: Option<TenantId>,
    account: AccountId,
) -> Result<Vec<LinkedIdentity>, StoreError> {
    let sql =
        "SELECT provider, uid, linked_at, linked_by FROM authflow_identities WHERE tenant = ?1 AND account = ?2
        ORDER BY linked_at, provider, uid";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([columns::tenant(&tenant), account.as_str()], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?, row.get::<_, i64>(3)?))
    })?;
    let linked = |row: Result<(String, String, i64, i64), rusqlite::Error>| {
        let (provider, uid, linked_at, linked_by) = row?;
        let identity = Provider::new(&provider).and_then(|provider| SocialIdentity::new(provider, &uid));
        Ok(LinkedIdentity {
            identity: identity.map_err(|_| StoreError::Malformed("identity"))?,
            linked_at: columns::timestamp("linked_at", linked_at)?,
            linked_by: columns::linked_by(linked_by)?,
        })
    };
    rows.map(linked).collect()
}

/// Ends links of an account.
pub(crate) fn end(
    connection: &Connection,
    tenant: Option<TenantId>,
    account: AccountId,
    which: EndLinks,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM authflow_identities WHERE tenant = ?1 AND account = ?2 AND (?3 IS NULL OR provider = ?3)";
    let provider = match &which {
        EndLinks::All => None,
        EndLinks::Of(provider) => Some(provider.as_str()),
    };
    connection.prepare_cached(sql)?.execute(params![columns::tenant(&tenant), account.as_str(), provider])?;
    Ok(())
}
