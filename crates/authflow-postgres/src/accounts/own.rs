//! Accounts in the store's own table.

use super::{Accounts, IntoAccounts, SealedRow, create, row::account};
use crate::{
    Connection, StoreError, Transaction, authenticator,
    columns::{self, get},
    names,
    parameters::{int8, text},
    sealed, users_table,
};
use authflow::{
    AccountId, TenantId, Timestamp,
    account::{
        Account, AccountKey, AccountStatus, ContactNames, FindAccount, NameKind, NewAccount, Revision,
    },
    contact::{Channel, Recipient},
    factor::{FactorSet, Totp},
    password::{MustChange, Verifier},
    sealing::SealedSecret,
    step::CommitRefusal,
    token::KeyId,
};
use tokio_postgres::Row;

/// Accounts in the store's own table, `authflow.accounts`. Its triggers draw and raise revisions, whoever writes. If a program writes by SQL, they
/// also make the keys of ASCII names. [`create_account`](crate::PostgresStore::create_account) accepts all other names.
///
/// ```no_run
/// use authflow::testkit::demo;
/// use authflow_postgres::{OwnAccounts, PostgresStore, StoreError, tokio_postgres::Client};
///
/// # async fn example(store: PostgresStore<OwnAccounts>, client: Client) -> Result<(), StoreError> {
/// let erin = demo::account("erin");
/// let _ = store.create_account(&erin).await?;
/// let before = store.account(erin.tenant, erin.id).await?.unwrap();
///
/// let sql = "UPDATE authflow.accounts SET status = 'disabled' WHERE id = 'id-erin'";
/// client.execute(sql, &[]).await?; // by a connection of yours
/// let after = store.account(erin.tenant, erin.id).await?.unwrap();
/// assert_ne!(after.revision, before.revision, "her sessions are over");
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct OwnAccounts;

impl IntoAccounts for OwnAccounts {
    type Accounts = Self;

    async fn migrate(&self, transaction: &Transaction) -> Result<(), StoreError> {
        names::spell(transaction).await
    }

    async fn open(&self, connection: &Connection) -> Result<Self, StoreError> {
        names::check(connection).await?;
        users_table::refuse_any(connection).await?;
        Ok(Self)
    }
}

impl Accounts for OwnAccounts {
    async fn find(
        &self,
        connection: &Connection,
        tenant: Option<TenantId>,
        key: &AccountKey,
    ) -> Result<Option<Account>, StoreError> {
        let tenant = columns::tenant(&tenant);
        let rows = match key {
            AccountKey::Id(id) => {
                let sql = "SELECT * FROM authflow.accounts WHERE tenant = $1 AND id = $2";
                connection.query(sql, &[text(tenant), text(id.as_str())]).await?
            }
            AccountKey::Identity(_) => Vec::new(),
            // There is one look-up for each kind of name that the typed text may be, whether or not an account has it.
            AccountKey::Identifier(typed) => {
                let named = |wanted| typed.names().find(|(kind, _)| *kind == wanted).map(|(_, name)| name);
                let sql = "SELECT * FROM authflow.accounts WHERE tenant = $1 AND user_name_key = $2
                    UNION ALL SELECT * FROM authflow.accounts WHERE tenant = $1 AND mobile_key = $3
                    UNION ALL SELECT * FROM authflow.accounts WHERE tenant = $1 AND email_key = $4";
                connection
                    .query(
                        sql,
                        &[
                            text(tenant),
                            text(named(NameKind::UserName)),
                            text(named(NameKind::Mobile)),
                            text(named(NameKind::Email)),
                        ],
                    )
                    .await?
            }
        };
        let found = rows.iter().map(|row| account(row).map(Some)).collect::<Result<Vec<_>, _>>()?;
        FindAccount::only(found).map_err(|_| StoreError::Ambiguous)
    }

    async fn lock(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
    ) -> Result<Option<(Revision, AccountStatus)>, StoreError> {
        let sql =
            "SELECT revision, status FROM authflow.accounts WHERE tenant = $1 AND id = $2 FOR NO KEY UPDATE";
        let of = [text(columns::tenant(&tenant)), text(account.as_str())];
        let row = transaction.query_opt(sql, &of).await?;
        let read = |row: Row| {
            Ok((columns::revision(get(&row, "revision")?)?, columns::word("status", get(&row, "status")?)?))
        };
        row.map(read).transpose()
    }

    async fn record_skip(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        budget: u32,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE authflow.accounts SET skips_used = skips_used + 1
            WHERE tenant = $1 AND id = $2 AND verifier IS NOT NULL AND skips_used < $3 RETURNING id";
        let budget = i64::from(budget);
        let of = [text(columns::tenant(&tenant)), text(account.as_str()), int8(budget)];
        Ok(transaction.query_opt(sql, &of).await?.is_some())
    }

    /// The trigger raises a revision only if the statement does not set it.
    async fn store_password(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        (verifier, changed_at, revision): (&Verifier, Timestamp, Revision),
    ) -> Result<(), StoreError> {
        let sql = "UPDATE authflow.accounts SET verifier = $3, password_form = 'canonical', password_changed_at = $4,
                must_change = NULL, skips_used = 0, revision = $5
            WHERE tenant = $1 AND id = $2 RETURNING id";
        let stored = transaction
            .query_opt(
                sql,
                &[
                    text(columns::tenant(&tenant)),
                    text(account.as_str()),
                    text(verifier.expose()),
                    int8(columns::seconds(changed_at)),
                    int8(i64::from(revision)),
                ],
            )
            .await?;
        stored.map(drop).ok_or(StoreError::Raced)
    }

    /// The trigger makes no key if the statement writes one, and raises no revision if the statement sets it. A stored contact that is
    /// another spelling of the new one stays as it is.
    async fn replace_contact(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        (new, taken_by, revision): (&Recipient, &ContactNames, Revision),
    ) -> Result<bool, StoreError> {
        let (column, key_column) = match new.channel() {
            Channel::Sms => ("mobile", "mobile_key"),
            Channel::Email => ("email", "email_key"),
        };
        let of = (columns::tenant(&tenant), account.as_str());
        names::decide_alone(transaction).await?;
        if names::is_taken(transaction, "authflow.accounts", of, key_column, (new, taken_by)).await? {
            return Ok(false);
        }
        let sql = format!(
            "UPDATE authflow.accounts SET revision = $5, {key_column} = $4,
                {column} = CASE WHEN {key_column} IS NOT DISTINCT FROM $4 THEN {column} ELSE $3 END
            WHERE tenant = $1 AND id = $2 RETURNING id"
        );
        let values =
            [text(of.0), text(of.1), text(new.as_str()), text(new.normalised()), int8(i64::from(revision))];
        match transaction.query_opt(&sql, &values).await {
            Ok(replaced) => replaced.map(|_| true).ok_or(StoreError::Raced),
            // The key belongs to an account that was made meanwhile.
            Err(error) if error.is_taken_in("accounts", key_column) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn set_revision(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        revision: Revision,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE authflow.accounts SET revision = $3 WHERE tenant = $1 AND id = $2";
        let of = [text(columns::tenant(&tenant)), text(account.as_str()), int8(i64::from(revision))];
        match transaction.execute(sql, &of).await? {
            1 => Ok(()),
            _ => Err(StoreError::Raced),
        }
    }

    async fn rehash(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        verifier: &Verifier,
    ) -> Result<(), StoreError> {
        let assignment = "verifier = $3, password_form = 'canonical'";
        set_uncounted(transaction, tenant, account, assignment, verifier.expose()).await
    }

    async fn reseal(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        secret: &SealedSecret,
    ) -> Result<(), StoreError> {
        set_uncounted(transaction, tenant, account, "totp_sealed = $3", secret.as_str()).await
    }

    async fn use_totp_step(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        step: u64,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE authflow.accounts SET totp_step = $3
            WHERE tenant = $1 AND id = $2 AND (totp_step IS NULL OR totp_step < $3) RETURNING id";
        let step = columns::number(step)?;
        let of = [text(columns::tenant(&tenant)), text(account.as_str()), int8(step)];
        Ok(transaction.query_opt(sql, &of).await?.is_some())
    }

    async fn set_status(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        status: AccountStatus,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE authflow.accounts SET status = $3 WHERE tenant = $1 AND id = $2 AND status <> $3";
        let of = [text(columns::tenant(&tenant)), text(account.as_str()), text(status.as_str())];
        transaction.execute(sql, &of).await.map(drop)
    }

    async fn require_change(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        reason: MustChange,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE authflow.accounts SET must_change = $3
            WHERE tenant = $1 AND id = $2 AND verifier IS NOT NULL
                AND must_change IS DISTINCT FROM $3 AND must_change IS DISTINCT FROM 'breached'";
        let of = [text(columns::tenant(&tenant)), text(account.as_str()), text(reason.as_str())];
        transaction.execute(sql, &of).await.map(drop)
    }

    async fn enrol_authenticator(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        new: (&Totp, FactorSet, Timestamp),
    ) -> Result<(), StoreError> {
        let of = (columns::tenant(&tenant), account.as_str());
        authenticator::enrol(transaction, "authflow.accounts", of, new).await
    }

    async fn delete(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
    ) -> Result<(), StoreError> {
        let sql = "DELETE FROM authflow.accounts WHERE tenant = $1 AND id = $2";
        let of = [text(columns::tenant(&tenant)), text(account.as_str())];
        transaction.execute(sql, &of).await.map(drop)
    }

    async fn create(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        new: &NewAccount<Verifier>,
    ) -> Result<Option<CommitRefusal>, StoreError> {
        create::register(transaction, tenant, new).await
    }

    async fn sealed(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
    ) -> Result<Option<String>, StoreError> {
        let of = (columns::tenant(&tenant), account.as_str());
        sealed::of(transaction, "authflow.accounts", of).await
    }

    async fn seals(&self, connection: &Connection) -> Result<Vec<(String, i64)>, StoreError> {
        sealed::count_by_key(connection, "authflow.accounts").await
    }

    async fn sealed_by_others(
        &self,
        connection: &Connection,
        sealer: &KeyId,
        behind: &(String, String),
        at_most: u32,
    ) -> Result<Vec<SealedRow>, StoreError> {
        sealed::by_others(connection, "authflow.accounts", sealer, behind, at_most).await
    }
}

/// Makes a change that the trigger counts although it must not count. The count is taken back in the same transaction, so nobody sees it.
async fn set_uncounted(
    transaction: &Transaction,
    tenant: Option<TenantId>,
    account: AccountId,
    assignment: &'static str,
    value: &str,
) -> Result<(), StoreError> {
    let (tenant, account) = (columns::tenant(&tenant), account.as_str());
    let of = [text(tenant), text(account)];
    let sql = "SELECT revision FROM authflow.accounts WHERE tenant = $1 AND id = $2";
    let row = transaction.query_opt(sql, &of).await?.ok_or(StoreError::Raced)?;
    let revision = get::<i64>(&row, "revision")?;
    let sql = format!("UPDATE authflow.accounts SET {assignment} WHERE tenant = $1 AND id = $2");
    transaction.execute(&sql, &[text(tenant), text(account), text(value)]).await?;
    let sql = "UPDATE authflow.accounts SET revision = $3 WHERE tenant = $1 AND id = $2";
    transaction.execute(sql, &[text(tenant), text(account), int8(revision)]).await.map(drop)
}
