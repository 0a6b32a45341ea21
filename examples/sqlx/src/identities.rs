//! Identities that providers of social accounts vouch for, and the accounts that they are linked to.

use crate::{
    StoreError,
    columns::{Of, get, read, seconds, tenant, timestamp},
};
use authflow::{
    Timestamp,
    social::{EndLinks, LinkedBy, LinkedIdentity, ListIdentities, Provider, SocialIdentity},
    step::CommitRefusal,
};
use sqlx::{PgConnection, postgres::PgRow};

/// Links an identity to an account, unless it is another account's. If another transaction links it at the same time, this one waits for it. (A
/// deleted account has left no link: the schema sees to that.)
pub(crate) async fn link(
    connection: &mut PgConnection,
    of: Of<'_>,
    (identity, linked_at, linked_by): (&SocialIdentity, Timestamp, LinkedBy),
) -> Result<Option<CommitRefusal>, StoreError> {
    let sql = "INSERT INTO login.identities (tenant, provider, uid, account, linked_at, linked_by)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, provider, uid) DO NOTHING";
    let provider = identity.provider();
    let row = sqlx::query(sql).bind(of.tenant).bind(provider.as_str()).bind(identity.uid());
    let row = row.bind(of.account.as_str()).bind(seconds(linked_at)).bind(i64::from(linked_by.to_bits()));
    if row.execute(&mut *connection).await?.rows_affected() == 1 {
        return Ok(None);
    }
    let sql = "SELECT linked_by FROM login.identities
        WHERE tenant = $1 AND provider = $2 AND uid = $3 AND account = $4 FOR UPDATE";
    let row = sqlx::query(sql).bind(of.tenant).bind(provider.as_str()).bind(identity.uid());
    let Some(own) = row.bind(of.account.as_str()).fetch_optional(&mut *connection).await? else {
        return Ok(Some(CommitRefusal::IdentityTaken));
    };
    let together = read_linked_by(&own)?.union(linked_by);
    let sql = "UPDATE login.identities SET linked_by = $4 WHERE tenant = $1 AND provider = $2 AND uid = $3";
    let row = sqlx::query(sql).bind(of.tenant).bind(provider.as_str()).bind(identity.uid());
    row.bind(i64::from(together.to_bits())).execute(connection).await?;
    Ok(None)
}

/// Ends the links of an account that `which` names.
pub(crate) async fn end(
    connection: &mut PgConnection,
    of: Of<'_>,
    which: EndLinks,
) -> Result<Option<CommitRefusal>, StoreError> {
    let sql = "DELETE FROM login.identities WHERE tenant = $1 AND account = $2 AND ($3::text IS NULL OR provider = $3)";
    let provider = match &which {
        EndLinks::All => None,
        EndLinks::Of(provider) => Some(provider.as_str()),
    };
    sqlx::query(sql).bind(of.tenant).bind(of.account.as_str()).bind(provider).execute(connection).await?;
    Ok(None)
}

/// Takes a link away, under the account's lock. So two that are taken away at once go one after the other.
pub(crate) async fn unlink(
    connection: &mut PgConnection,
    of: Of<'_>,
    (identity, is_last): (&SocialIdentity, bool),
) -> Result<Option<CommitRefusal>, StoreError> {
    let sql =
        "DELETE FROM login.identities WHERE tenant = $1 AND provider = $2 AND uid = $3 AND account = $4";
    let provider = identity.provider();
    let row = sqlx::query(sql).bind(of.tenant).bind(provider.as_str()).bind(identity.uid());
    if row.bind(of.account.as_str()).execute(&mut *connection).await?.rows_affected() == 0 {
        return Ok(Some(CommitRefusal::NotLinked));
    }
    let sql = "SELECT uid FROM login.identities WHERE tenant = $1 AND account = $2 LIMIT 1";
    let left = sqlx::query(sql).bind(of.tenant).bind(of.account.as_str()).fetch_optional(connection).await?;
    Ok((is_last && left.is_none()).then_some(CommitRefusal::LastWayIn))
}

pub(crate) async fn list(
    connection: &mut PgConnection,
    ask: &ListIdentities,
) -> Result<Vec<LinkedIdentity>, StoreError> {
    let sql =
        "SELECT provider, uid, linked_at, linked_by FROM login.identities WHERE tenant = $1 AND account = $2
        ORDER BY linked_at, provider, uid";
    let rows = sqlx::query(sql).bind(tenant(&ask.audience.tenant)).bind(ask.account.as_str());
    let rows = rows.fetch_all(connection).await?;
    let linked = rows.iter().map(|row| {
        let provider = read(row, "provider", |name: &str| Provider::new(name))?;
        let identity = SocialIdentity::new(provider, get::<&str>(row, "uid")?);
        let identity = identity.map_err(|_| StoreError::Malformed("uid"))?;
        let (linked_at, linked_by) = (timestamp(row, "linked_at")?, read_linked_by(row)?);
        Ok(LinkedIdentity { identity, linked_at, linked_by })
    });
    linked.collect()
}

fn read_linked_by(row: &PgRow) -> Result<LinkedBy, StoreError> {
    let bits = read(row, "linked_by", |stored: i64| u16::try_from(stored))?;
    LinkedBy::from_bits(bits).map_err(|_| StoreError::Malformed("linked_by"))
}
