//! The accounts of a table that fits its mapping.

use super::{
    new_row, spelling,
    table::{self, Table, refused},
    triggers, unique,
};
use crate::{
    Accounts, IntoAccounts, SealedRow, StoreError, Transaction, accounts::account, authenticator, columns,
    sealed,
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
use authflow_users_table::{UsersTable, quoted};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// The accounts of a [`UsersTable`] that fits its mapping.
///
/// ```
/// use authflow::{AccountId, Moment, account::AccountStatus, testkit::demo};
/// use authflow_sqlite::{
///     MappedAccounts, Place, Settings, SqliteStore, UsersTable, rusqlite::Connection,
/// };
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("shop.db");
/// # std::fs::write(&path, "")?;
/// # #[cfg(unix)]
/// # std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
/// Connection::open(&path)?.execute_batch(
///     "CREATE TABLE users (id INTEGER PRIMARY KEY, mail TEXT UNIQUE, hash TEXT, state TEXT);
///     INSERT INTO users VALUES (7, 'erin@example.com', NULL, 'banned');",
/// )?;
/// let users = UsersTable::named("users").id("id").tenant_is(None).no_user_name().email("mail");
/// let users = users.no_mobile().verifier("hash");
/// let words = [("ok", AccountStatus::Active), ("banned", AccountStatus::Locked)];
/// let users = users.status("state", words).no_password_set_at();
///
/// let settings = Settings::new(Place::File(path), demo::sealing_keys(), Moment::now);
/// let store: SqliteStore<MappedAccounts> = SqliteStore::open(&settings.accounts(users))?;
/// let erin = store.account(None, AccountId::new("7")?).await?.unwrap();
/// assert_eq!(erin.status, AccountStatus::Locked);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct MappedAccounts {
    mapping: UsersTable,
    table: Table,
    /// The version of the database's schema in which the table was last checked.
    judged: Arc<AtomicI64>,
}

impl IntoAccounts for UsersTable {
    type Accounts = MappedAccounts;

    fn open(&self, transaction: &Transaction<'_>) -> Result<MappedAccounts, StoreError> {
        let table = table::find(transaction, self)?;
        if triggers::make(transaction, &table)? {
            tracing::info!(
                table = table.name,
                "triggers note who is changed; every session of before is over"
            );
        }
        spelling::spell_all(transaction, &table)?;
        let judged = Arc::new(AtomicI64::new(schema_version(transaction)?));
        Ok(MappedAccounts { mapping: self.clone(), table, judged })
    }
}

/// The version of the database's schema. It changes whenever a table or a trigger is made, changed or dropped
/// (<https://www.sqlite.org/pragma.html#pragma_schema_version>).
fn schema_version(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection.prepare_cached("PRAGMA schema_version")?.query_row([], |row| row.get(0))?)
}

/// The columns of a side row that are put back if a change must not count.
struct Side {
    revision: i64,
    skips_used: u32,
    must_change: Option<String>,
    password_changed_at: i64,
}

impl MappedAccounts {
    /// Refuses a table that was made again or lost its triggers while the store was open. It runs in the transaction of the next read.
    fn refuse_unwatched(&self, connection: &Connection) -> Result<(), StoreError> {
        let now = schema_version(connection)?;
        if now == self.judged.load(Ordering::Relaxed) {
            return Ok(());
        }
        let table = table::find(connection, &self.mapping)?;
        if !triggers::are_there(connection, &table)? {
            let finding =
                "must have the store's triggers, and has lost them since the store was opened: open it again";
            return Err(refused(&table.columns, finding));
        }
        self.judged.store(now, Ordering::Relaxed);
        Ok(())
    }

    /// Spells names, because every name must be spelled before a name is given to an account. Nothing else can write meanwhile, so a request spells
    /// only some names. It leaves the rest to look-ups, each of which spells a few.
    fn spell_before(&self, transaction: &Transaction<'_>) -> Result<(), StoreError> {
        spelling::spell(transaction, &self.table)?;
        if spelling::has_unspelled(transaction)? { Err(StoreError::Unspelled) } else { Ok(()) }
    }

    fn side(
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
    ) -> Result<Side, StoreError> {
        let sql = "SELECT revision, skips_used, must_change, password_changed_at FROM authflow_side_accounts
            WHERE tenant = ?1 AND id = ?2";
        let of = [columns::tenant(&tenant), account.as_str()];
        let side = transaction.prepare_cached(sql)?.query_row(of, |row| {
            Ok(Side {
                revision: row.get(0)?,
                skips_used: row.get(1)?,
                must_change: row.get(2)?,
                password_changed_at: row.get(3)?,
            })
        });
        side.optional()?.ok_or(StoreError::Malformed("row beside a user"))
    }

    /// Stores a verifier of the password's one spelling, and sets the columns that the triggers have changed to what they must be.
    fn set_verifier(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        (verifier, set_at_is): (&Verifier, &str),
        left: &Side,
    ) -> Result<(), StoreError> {
        let sql = format!(
            "UPDATE {} AS u SET {} = ?3{set_at_is} WHERE {} AND ?4 IS NOT NULL",
            self.table.name,
            quoted(&self.table.columns.verifier),
            self.table.is_row("?1", "?2")
        );
        transaction.prepare_cached(&sql)?.execute(params![
            columns::tenant(&tenant),
            account.as_str(),
            verifier.expose(),
            left.password_changed_at,
        ])?;
        let sql = "UPDATE authflow_side_accounts
            SET password_form = 'canonical', revision = ?3, skips_used = ?4, must_change = ?5, password_changed_at = ?6
            WHERE tenant = ?1 AND id = ?2";
        transaction.prepare_cached(sql)?.execute(params![
            columns::tenant(&tenant),
            account.as_str(),
            left.revision,
            left.skips_used,
            left.must_change,
            left.password_changed_at,
        ])?;
        Ok(())
    }

    /// The condition that the row of an account has a password.
    fn has_password(&self) -> String {
        format!(
            "EXISTS (SELECT 1 FROM {} AS u WHERE {} AND {} IS NOT NULL)",
            self.table.name,
            self.table.is_row("?1", "?2"),
            self.table.verifier_of("u")
        )
    }
}

impl Accounts for MappedAccounts {
    fn find(
        &self,
        connection: &Connection,
        tenant: Option<TenantId>,
        key: &AccountKey,
    ) -> Result<Option<Account>, StoreError> {
        // A transaction makes all reads consistent. The writer has a transaction already.
        let _begun = connection.is_autocommit().then(|| connection.unchecked_transaction()).transpose()?;
        self.refuse_unwatched(connection)?;
        let found = |condition: &str, key: &str| -> Result<Vec<Account>, StoreError> {
            let sql = format!(
                "SELECT {} FROM authflow_side_accounts AS s JOIN {} AS u ON {} WHERE s.tenant = ?1 AND s.{condition} = ?2",
                self.table.account(),
                self.table.name,
                self.table.is_row("s.tenant", "s.id"),
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let rows =
                statement.query_map([columns::tenant(&tenant), key], |row| Ok(account(row, tenant)))?;
            rows.map(|row| row?).collect()
        };
        let found = match key {
            AccountKey::Id(id) => found("id", id.as_str())?,
            AccountKey::Identity(_) => Vec::new(),
            AccountKey::Identifier(typed) => {
                let found = typed.names().map(|(kind, text)| match kind {
                    NameKind::UserName => found("user_name_key", text),
                    NameKind::Mobile => found("mobile_key", text),
                    NameKind::Email => found("email_key", text),
                });
                found.collect::<Result<Vec<_>, _>>()?.concat()
            }
        };
        FindAccount::only(found.into_iter().map(Some)).map_err(|_| StoreError::Ambiguous)
    }

    fn lock(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
    ) -> Result<Option<(Revision, AccountStatus)>, StoreError> {
        self.refuse_unwatched(transaction)?;
        let sql = format!(
            "SELECT s.revision, {} FROM authflow_side_accounts AS s JOIN {} AS u ON {} WHERE s.tenant = ?1 AND s.id = ?2",
            self.table.status_of("u"),
            self.table.name,
            self.table.is_row("s.tenant", "s.id")
        );
        let of = [columns::tenant(&tenant), account.as_str()];
        let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?));
        let found = transaction.prepare_cached(&sql)?.query_row(of, read).optional()?;
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
        let sql = format!(
            "UPDATE authflow_side_accounts SET skips_used = skips_used + 1
            WHERE tenant = ?1 AND id = ?2 AND skips_used < ?3 AND {}",
            self.has_password()
        );
        let parameters = params![columns::tenant(&tenant), account.as_str(), budget];
        Ok(transaction.prepare_cached(&sql)?.execute(parameters)? == 1)
    }

    fn store_password(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        (verifier, changed_at, revision): (&Verifier, Timestamp, Revision),
    ) -> Result<(), StoreError> {
        let left = Side {
            revision: revision.into(),
            skips_used: 0,
            must_change: None,
            password_changed_at: columns::seconds(changed_at),
        };
        let set_at_is = self.table.set_at_is("?4");
        self.set_verifier(transaction, tenant, account, (verifier, &set_at_is), &left)
    }

    /// A name that is not spelled yet may be the new contact in another spelling. So no unspelled name may be left. The contact is written in its one
    /// spelling, which is also its key. The commit's revision replaces the one that the triggers have set.
    fn replace_contact(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        (new, taken_by, revision): (&Recipient, &ContactNames, Revision),
    ) -> Result<bool, StoreError> {
        let columns = &self.table.columns;
        let column = columns.contact(new.channel()).map_err(|finding| refused(columns, finding))?;
        self.spell_before(transaction)?;
        let key_column = match new.channel() {
            Channel::Sms => "mobile_key",
            Channel::Email => "email_key",
        };
        let (tenant, account, key) = (columns::tenant(&tenant), account.as_str(), new.normalised());
        let sql = format!(
            "SELECT 1 FROM authflow_side_accounts WHERE tenant = ?1 AND id <> ?2 AND {key_column} = ?3
            UNION ALL SELECT 1 FROM authflow_side_accounts
                WHERE tenant = ?1 AND id <> ?2 AND user_name_key IN (?4, ?5, ?6, ?7)"
        );
        let [full, national, dialled, address] = taken_by.texts();
        let asked = params![tenant, account, key, full, national, dialled, address];
        if transaction.prepare_cached(&sql)?.exists(asked)? {
            return Ok(false);
        }
        let sql = format!(
            "UPDATE {} AS u SET {} = ?3 WHERE {}",
            self.table.name,
            quoted(column),
            self.table.is_row("?1", "?2")
        );
        match transaction.prepare_cached(&sql)?.execute([tenant, account, new.as_str()]) {
            Ok(_) => {}
            // A unique index of the table itself refused. It may compare differently from the library.
            Err(error) if unique::is_of(transaction, &error, &self.table.columns.table, column)? => {
                return Ok(false);
            }
            Err(error) => return Err(error.into()),
        }
        let sql = "UPDATE authflow_side_accounts SET revision = ?3 WHERE tenant = ?1 AND id = ?2";
        transaction.prepare_cached(sql)?.execute(params![tenant, account, i64::from(revision)])?;
        spelling::spell(transaction, &self.table)?;
        Ok(true)
    }

    fn set_revision(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        revision: Revision,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE authflow_side_accounts SET revision = ?3 WHERE tenant = ?1 AND id = ?2";
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
        let before = Self::side(transaction, tenant, account)?;
        self.set_verifier(transaction, tenant, account, (verifier, ""), &before)
    }

    fn reseal(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        secret: &SealedSecret,
    ) -> Result<(), StoreError> {
        let before = Self::side(transaction, tenant, account)?.revision;
        let of = (columns::tenant(&tenant), account.as_str());
        let sql = "UPDATE authflow_side_accounts SET totp_sealed = ?3 WHERE tenant = ?1 AND id = ?2";
        transaction.prepare_cached(sql)?.execute([of.0, of.1, secret.as_str()])?;
        let sql = "UPDATE authflow_side_accounts SET revision = ?3 WHERE tenant = ?1 AND id = ?2";
        transaction.prepare_cached(sql)?.execute(params![of.0, of.1, before])?;
        Ok(())
    }

    fn use_totp_step(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        step: u64,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE authflow_side_accounts SET totp_step = ?3 WHERE tenant = ?1 AND id = ?2 AND totp_step < ?3";
        let parameters = params![columns::tenant(&tenant), account.as_str(), columns::number(step)?];
        Ok(transaction.prepare_cached(sql)?.execute(parameters)? == 1)
    }

    /// The trigger on the table raises the revision.
    fn set_status(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        status: AccountStatus,
    ) -> Result<(), StoreError> {
        let columns = &self.table.columns;
        let (column, word) = columns.word_for(status).map_err(|finding| refused(columns, finding))?;
        let sql = format!(
            "UPDATE {} AS u SET {} = ?3 WHERE {} AND {} <> ?4",
            self.table.name,
            quoted(column),
            self.table.is_row("?1", "?2"),
            self.table.status_of("u")
        );
        let parameters = [columns::tenant(&tenant), account.as_str(), word, status.as_str()];
        transaction.prepare_cached(&sql)?.execute(parameters)?;
        Ok(())
    }

    /// The trigger on the side table raises the revision.
    fn require_change(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        reason: MustChange,
    ) -> Result<(), StoreError> {
        let sql = format!(
            "UPDATE authflow_side_accounts SET must_change = ?3
            WHERE tenant = ?1 AND id = ?2 AND must_change IS NOT ?3 AND must_change IS NOT 'breached' AND {}",
            self.has_password()
        );
        let parameters = [columns::tenant(&tenant), account.as_str(), reason.as_str()];
        transaction.prepare_cached(&sql)?.execute(parameters)?;
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
            "authflow_side_accounts",
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
        let sql = format!("DELETE FROM {} AS u WHERE {}", self.table.name, self.table.is_row("?1", "?2"));
        transaction.prepare_cached(&sql)?.execute([columns::tenant(&tenant), account.as_str()])?;
        Ok(())
    }

    fn create(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        new: &NewAccount<Verifier>,
    ) -> Result<Option<CommitRefusal>, StoreError> {
        self.refuse_unwatched(transaction)?;
        self.spell_before(transaction)?;
        new_row::insert(transaction, &self.table, tenant, new)
    }

    fn seals(&self, connection: &Connection) -> Result<Vec<(String, i64)>, StoreError> {
        sealed::count_by_key(connection, "authflow_side_accounts")
    }

    fn sealed_by_others(
        &self,
        connection: &Connection,
        sealer: &KeyId,
    ) -> Result<Vec<SealedRow>, StoreError> {
        sealed::by_others(connection, "authflow_side_accounts", sealer)
    }

    fn has_unspelled(&self, connection: &Connection) -> Result<bool, StoreError> {
        spelling::has_unspelled(connection)
    }

    fn spell(&self, transaction: &Transaction<'_>) -> Result<(), StoreError> {
        spelling::spell(transaction, &self.table).map(drop)
    }
}
