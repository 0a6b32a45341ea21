//! Identities for which providers of social accounts vouch, and the accounts to which they are linked.

use crate::{
    Accounts, Connection, StoreError, Transaction,
    columns::{self, get},
    parameters::{int8, text},
};
use authflow::{
    AccountId, TenantId, Timestamp,
    account::{Account, AccountKey, FindAccount},
    social::{EndLinks, LinkedBy, LinkedIdentity, ListIdentities, Provider, SocialIdentity},
    step::CommitRefusal,
};

/// The account that has a key of any kind. The store itself knows the accounts of identities, wherever accounts are kept.
pub(crate) async fn find_account(
    accounts: &impl Accounts,
    connection: &Connection,
    ask: &FindAccount,
) -> Result<Option<Account>, StoreError> {
    let tenant = ask.audience.tenant;
    match &ask.key {
        AccountKey::Identity(identity) => match owner(connection, tenant, identity).await? {
            Some(account) => {
                let found = accounts.find(connection, tenant, &AccountKey::Id(account)).await?;
                // The link is read again, after the account. An unlink before this read is seen here. A later unlink changes the revision that was
                // read.
                let is_linked = owner(connection, tenant, identity).await? == Some(account);
                Ok(found.filter(|_| is_linked))
            }
            None => Ok(None),
        },
        key => accounts.find(connection, tenant, key).await,
    }
}

/// The account that an identity is linked to.
async fn owner(
    connection: &Connection,
    tenant: Option<TenantId>,
    identity: &SocialIdentity,
) -> Result<Option<AccountId>, StoreError> {
    let sql = "SELECT account FROM authflow.identities WHERE tenant = $1 AND provider = $2 AND uid = $3";
    let provider = identity.provider();
    let key = [text(columns::tenant(&tenant)), text(provider.as_str()), text(identity.uid())];
    let row = connection.query_opt(sql, &key).await?;
    row.map(|row| columns::account_id(get(&row, "account")?)).transpose()
}

/// A link that will be made.
pub(crate) struct NewLink<'a> {
    pub(crate) identity: &'a SocialIdentity,
    pub(crate) linked_at: Timestamp,
    pub(crate) linked_by: LinkedBy,
}

/// Makes a link, but never in place of another existing account's link. It waits for any transaction that is linking the same identity.
pub(crate) async fn link(
    transaction: &Transaction,
    accounts: &impl Accounts,
    (tenant, account): (Option<TenantId>, AccountId),
    new: &NewLink<'_>,
) -> Result<Option<CommitRefusal>, StoreError> {
    let NewLink { identity, linked_at, linked_by } = new;
    let (provider, of) = (identity.provider(), columns::tenant(&tenant));
    let since = columns::seconds(*linked_at);
    let made = int8(i64::from(linked_by.to_bits()));
    let sql = "INSERT INTO authflow.identities (tenant, provider, uid, account, linked_at, linked_by)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, provider, uid) DO NOTHING";
    let key = [text(of), text(provider.as_str()), text(identity.uid())];
    let [of_key, provider_key, uid_key] = key;
    let values = [of_key, provider_key, uid_key, text(account.as_str()), int8(since), made];
    if transaction.execute(sql, &values).await? == 1 {
        return Ok(None);
    }
    let sql =
        "SELECT account, linked_by FROM authflow.identities WHERE tenant = $1 AND provider = $2 AND uid = $3
        FOR UPDATE";
    let Some(row) = transaction.query_opt(sql, &key).await? else {
        // Another transaction took the link away a moment ago.
        return Ok(Some(CommitRefusal::IdentityTaken));
    };
    let owner = columns::account_id(get(&row, "account")?)?;
    let before = columns::linked_by(get(&row, "linked_by")?)?;
    if owner != account && accounts.find(transaction, tenant, &AccountKey::Id(owner)).await?.is_some() {
        return Ok(Some(CommitRefusal::IdentityTaken));
    }
    if owner == account {
        let together = int8(i64::from(before.union(*linked_by).to_bits()));
        let sql =
            "UPDATE authflow.identities SET linked_by = $4 WHERE tenant = $1 AND provider = $2 AND uid = $3";
        let [of_key, provider_key, uid_key] = key;
        transaction.execute(sql, &[of_key, provider_key, uid_key, together]).await?;
    } else {
        let sql = "UPDATE authflow.identities SET account = $4, linked_at = $5, linked_by = $6
            WHERE tenant = $1 AND provider = $2 AND uid = $3";
        transaction.execute(sql, &values).await?;
    }
    Ok(None)
}

/// Removes a link under the account's lock, so that two removals at once happen one after the other.
pub(crate) async fn unlink(
    transaction: &Transaction,
    tenant: Option<TenantId>,
    account: AccountId,
    (identity, is_last): (&SocialIdentity, bool),
) -> Result<Option<CommitRefusal>, StoreError> {
    let sql =
        "DELETE FROM authflow.identities WHERE tenant = $1 AND provider = $2 AND uid = $3 AND account = $4";
    let (tenant, provider) = (columns::tenant(&tenant), identity.provider());
    let key = [text(tenant), text(provider.as_str()), text(identity.uid()), text(account.as_str())];
    if transaction.execute(sql, &key).await? == 0 {
        return Ok(Some(CommitRefusal::NotLinked));
    }
    let sql = "SELECT uid FROM authflow.identities WHERE tenant = $1 AND account = $2 LIMIT 1";
    let left = transaction.query_opt(sql, &[text(tenant), text(account.as_str())]).await?;
    Ok((is_last && left.is_none()).then_some(CommitRefusal::LastWayIn))
}

pub(crate) async fn list(
    connection: &Connection,
    ask: &ListIdentities,
) -> Result<Vec<LinkedIdentity>, StoreError> {
    let sql =
        "SELECT provider, uid, linked_at, linked_by FROM authflow.identities WHERE tenant = $1 AND account = $2
        ORDER BY linked_at, provider, uid";
    let key = [text(columns::tenant(&ask.audience.tenant)), text(ask.account.as_str())];
    let mut all = Vec::new();
    for row in connection.query(sql, &key).await? {
        let provider = Provider::new(get(&row, "provider")?);
        let identity = provider.map(|provider| (provider, get::<&str>(&row, "uid")));
        let malformed = |_| StoreError::malformed("provider or uid", "those of an identity");
        let (provider, uid) = identity.map_err(malformed)?;
        all.push(LinkedIdentity {
            identity: SocialIdentity::new(provider, uid?).map_err(malformed)?,
            linked_at: columns::timestamp("linked_at", get(&row, "linked_at")?)?,
            linked_by: columns::linked_by(get(&row, "linked_by")?)?,
        });
    }
    Ok(all)
}

/// Ends links of an account.
pub(crate) async fn end(
    transaction: &Transaction,
    (tenant, account): (&Option<TenantId>, &AccountId),
    which: EndLinks,
) -> Result<(), StoreError> {
    let (tenant, account) = (text(columns::tenant(tenant)), text(account.as_str()));
    let ended = match &which {
        EndLinks::All => {
            let sql = "DELETE FROM authflow.identities WHERE tenant = $1 AND account = $2";
            transaction.execute(sql, &[tenant, account]).await
        }
        EndLinks::Of(provider) => {
            let sql = "DELETE FROM authflow.identities WHERE tenant = $1 AND account = $2 AND provider = $3";
            transaction.execute(sql, &[tenant, account, text(provider.as_str())]).await
        }
    };
    ended.map(drop)
}
