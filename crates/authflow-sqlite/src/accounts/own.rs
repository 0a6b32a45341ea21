//! Accounts in the store's own table.

use super::{Accounts, IntoAccounts, SealedRow, account, create};
use crate::{StoreError, Transaction, authenticator, columns, names, sealed};
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
use rusqlite::{Connection, OptionalExtension as _, params};

/// Accounts in the store's own table, `authflow_accounts`. Its triggers draw and raise revisions, whoever writes. If a program writes by SQL, they
/// also make the keys of ASCII names. [`create_account`](crate::SqliteStore::create_account) accepts all other names.
///
/// ```
/// use authflow::{Moment, testkit::demo};
/// use authflow_sqlite::{OwnAccounts, Place, Settings, SqliteStore, rusqlite::Connection};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("authflow.db");
/// let settings = Settings::new(Place::File(path.clone()), demo::sealing_keys(), Moment::now);
/// let store: SqliteStore<OwnAccounts> = SqliteStore::open(&settings)?;
/// let erin = demo::account("erin");
/// let _ = store.create_account(erin.clone()).await?;
/// let before = store.account(erin.tenant, erin.id).await?.unwrap();
///
/// let sql = "UPDATE authflow_accounts SET status = 'disabled' WHERE id = 'id-erin'";
/// Connection::open(&path)?.execute(sql, [])?;
/// let after = store.account(erin.tenant, erin.id).await?.unwrap();
/// assert_ne!(after.revision, before.revision, "her sessions are over");
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct OwnAccounts;

impl IntoAccounts for OwnAccounts {
    type Accounts = Self;

    fn open(&self, transaction: &Transaction<'_>) -> Result<Self, StoreError> {
        names::spell(transaction)?;
        Ok(Self)
    }
}

/// The selected columns, in the order in which [`account`] reads them.
macro_rules! select_account {
    ($condition:literal) => {
        concat!(
            "SELECT id, revision, status, verifier, password_changed_at, must_change, skips_used, enrolled, ",
            "factors_changed_at, profile, user_name, mobile, email, totp_sealed, totp_algorithm, totp_digits, totp_step, ",
            "password_form, totp_step_seconds FROM authflow_accounts WHERE tenant = ?1 AND ",
            $condition,
        )
    };
}

const BY_ID: &str = select_account!("id = ?2");
const BY_NAME: &str = select_account!("user_name_key = ?2");
const BY_MOBILE: &str = select_account!("mobile_key = ?2");
/// The accounts after an id, in the order of ids.
pub(super) const BEHIND: &str = select_account!("id > ?2 ORDER BY id LIMIT ?3");
const BY_EMAIL: &str = select_account!("email_key = ?2");

/// Whether another account has a contact, or one of four user names.
macro_rules! is_taken {
    ($key:literal) => {
        concat!(
            "SELECT 1 FROM authflow_accounts WHERE tenant = ?1 AND id <> ?2 AND ",
            $key,
            " = ?3 UNION ALL SELECT 1 FROM authflow_accounts WHERE tenant = ?1 AND id <> ?2 AND user_name_key IN (?4, ?5, ?6, ?7)",
        )
    };
}

/// The triggers make no key if the statement writes one, and raise no revision if the statement sets it. A stored contact that is
/// another spelling of the new one stays as it is.
macro_rules! replace {
    ($contact:literal, $key:literal) => {
        concat!(
            "UPDATE authflow_accounts SET revision = ?5, ",
            $contact,
            " = iif(",
            $key,
            " IS ?4, ",
            $contact,
            ", ?3), ",
            $key,
            " = ?4 WHERE tenant = ?1 AND id = ?2",
        )
    };
}

fn one(
    connection: &Connection,
    sql: &'static str,
    tenant: Option<TenantId>,
    key: &str,
) -> Result<Option<Account>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let parameters = params![columns::tenant(&tenant), key];
    statement.query_row(parameters, |row| Ok(account(row, tenant))).optional()?.transpose()
}

impl Accounts for OwnAccounts {
    fn find(
        &self,
        connection: &Connection,
        tenant: Option<TenantId>,
        key: &AccountKey,
    ) -> Result<Option<Account>, StoreError> {
        match key {
            AccountKey::Id(id) => one(connection, BY_ID, tenant, id.as_str()),
            AccountKey::Identity(_) => Ok(None),
            // There is one look-up for each kind of name that the typed text may be, whether or not an account has it.
            AccountKey::Identifier(typed) => {
                let found = typed.names().map(|(kind, text)| match kind {
                    NameKind::UserName => one(connection, BY_NAME, tenant, text),
                    NameKind::Mobile => one(connection, BY_MOBILE, tenant, text),
                    NameKind::Email => one(connection, BY_EMAIL, tenant, text),
                });
                let found = found.collect::<Result<Vec<_>, _>>()?;
                FindAccount::only(found).map_err(|_| StoreError::Ambiguous)
            }
        }
    }

    fn lock(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
    ) -> Result<Option<(Revision, AccountStatus)>, StoreError> {
        let sql = "SELECT revision, status FROM authflow_accounts WHERE tenant = ?1 AND id = ?2";
        let found = transaction
            .prepare_cached(sql)?
            .query_row([columns::tenant(&tenant), account.as_str()], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
            })
            .optional()?;
        let read = |(revision, status): (i64, String)| {
            Ok((columns::revision(revision)?, columns::word("account status", &status)?))
        };
        found.map(read).transpose()
    }

    fn record_skip(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        budget: u32,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE authflow_accounts SET skips_used = skips_used + 1
            WHERE tenant = ?1 AND id = ?2 AND verifier IS NOT NULL AND skips_used < ?3";
        let parameters = params![columns::tenant(&tenant), account.as_str(), budget];
        Ok(transaction.prepare_cached(sql)?.execute(parameters)? == 1)
    }

    /// The schema's trigger raises a revision only if the statement does not set it.
    fn store_password(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        (verifier, changed_at, revision): (&Verifier, Timestamp, Revision),
    ) -> Result<(), StoreError> {
        let sql =
            "UPDATE authflow_accounts SET verifier = ?3, password_form = 'canonical', password_changed_at = ?4,
                must_change = NULL, skips_used = 0, revision = ?5
            WHERE tenant = ?1 AND id = ?2";
        transaction.prepare_cached(sql)?.execute(params![
            columns::tenant(&tenant),
            account.as_str(),
            verifier.expose(),
            columns::seconds(changed_at),
            i64::from(revision),
        ])?;
        Ok(())
    }

    /// Nothing else can write, so a contact that is free now stays free until the transaction ends.
    fn replace_contact(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        (new, taken_by, revision): (&Recipient, &ContactNames, Revision),
    ) -> Result<bool, StoreError> {
        let (is_taken, replace) = match new.channel() {
            Channel::Sms => (is_taken!("mobile_key"), replace!("mobile", "mobile_key")),
            Channel::Email => (is_taken!("email_key"), replace!("email", "email_key")),
        };
        let (tenant, account) = (columns::tenant(&tenant), account.as_str());
        let key = new.normalised();
        let [full, national, dialled, address] = taken_by.texts();
        let asked = params![tenant, account, key, full, national, dialled, address];
        if transaction.prepare_cached(is_taken)?.exists(asked)? {
            return Ok(false);
        }
        let parameters = params![tenant, account, new.as_str(), key, i64::from(revision)];
        Ok(transaction.prepare_cached(replace)?.execute(parameters)? == 1)
    }

    fn set_revision(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        revision: Revision,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE authflow_accounts SET revision = ?3 WHERE tenant = ?1 AND id = ?2";
        let parameters = params![columns::tenant(&tenant), account.as_str(), i64::from(revision)];
        transaction.prepare_cached(sql)?.execute(parameters)?;
        Ok(())
    }

    fn rehash(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        verifier: &Verifier,
    ) -> Result<(), StoreError> {
        let assignments = "verifier = ?3, password_form = 'canonical'";
        set_uncounted(transaction, tenant, account, assignments, verifier.expose())
    }

    fn reseal(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        secret: &SealedSecret,
    ) -> Result<(), StoreError> {
        set_uncounted(transaction, tenant, account, "totp_sealed = ?3", secret.as_str())
    }

    fn use_totp_step(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        step: u64,
    ) -> Result<bool, StoreError> {
        let sql =
            "UPDATE authflow_accounts SET totp_step = ?3 WHERE tenant = ?1 AND id = ?2 AND totp_step < ?3";
        let parameters = params![columns::tenant(&tenant), account.as_str(), columns::number(step)?];
        Ok(transaction.prepare_cached(sql)?.execute(parameters)? == 1)
    }

    fn set_status(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        status: AccountStatus,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE authflow_accounts SET status = ?3 WHERE tenant = ?1 AND id = ?2 AND status <> ?3";
        let parameters = params![columns::tenant(&tenant), account.as_str(), status.as_str()];
        transaction.prepare_cached(sql)?.execute(parameters)?;
        Ok(())
    }

    fn require_change(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        reason: MustChange,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE authflow_accounts SET must_change = ?3
            WHERE tenant = ?1 AND id = ?2 AND verifier IS NOT NULL
                AND must_change IS NOT ?3 AND must_change IS NOT 'breached'";
        let parameters = params![columns::tenant(&tenant), account.as_str(), reason.as_str()];
        transaction.prepare_cached(sql)?.execute(parameters)?;
        Ok(())
    }

    fn enrol_authenticator(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        new: (&Totp, FactorSet, Timestamp),
    ) -> Result<(), StoreError> {
        authenticator::enrol(
            transaction,
            "authflow_accounts",
            (columns::tenant(&tenant), account.as_str()),
            new,
        )
    }

    fn delete(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
    ) -> Result<(), StoreError> {
        let sql = "DELETE FROM authflow_accounts WHERE tenant = ?1 AND id = ?2";
        transaction.prepare_cached(sql)?.execute([columns::tenant(&tenant), account.as_str()])?;
        Ok(())
    }

    fn create(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        new: &NewAccount<Verifier>,
    ) -> Result<Option<CommitRefusal>, StoreError> {
        create::register(transaction, tenant, new)
    }

    fn seals(&self, connection: &Connection) -> Result<Vec<(String, i64)>, StoreError> {
        sealed::count_by_key(connection, "authflow_accounts")
    }

    fn sealed_by_others(
        &self,
        connection: &Connection,
        sealer: &KeyId,
    ) -> Result<Vec<SealedRow>, StoreError> {
        sealed::by_others(connection, "authflow_accounts", sealer)
    }
}

/// Makes a change that the trigger counts although it must not count. The count is taken back in the same transaction, so nobody sees it.
fn set_uncounted(
    transaction: &Transaction<'_>,
    tenant: Option<TenantId>,
    account: AccountId,
    assignments: &'static str,
    value: &str,
) -> Result<(), StoreError> {
    let (tenant, account) = (columns::tenant(&tenant), account.as_str());
    let sql = "SELECT revision FROM authflow_accounts WHERE tenant = ?1 AND id = ?2";
    let revision: i64 = transaction.prepare_cached(sql)?.query_row([tenant, account], |row| row.get(0))?;
    let sql = format!("UPDATE authflow_accounts SET {assignments} WHERE tenant = ?1 AND id = ?2");
    transaction.prepare_cached(&sql)?.execute([tenant, account, value])?;
    let sql = "UPDATE authflow_accounts SET revision = ?3 WHERE tenant = ?1 AND id = ?2";
    transaction.prepare_cached(sql)?.execute(params![tenant, account, revision])?;
    Ok(())
}
