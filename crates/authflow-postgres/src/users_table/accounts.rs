//! The accounts of a table that fits its mapping.

use super::{
    beside::{Beside, Side},
    catalogue::{self, Table, refused},
    new_row, spelling, trigger,
};
use crate::{
    Accounts, Connection, IntoAccounts, SealedRow, StoreError, Transaction,
    accounts::account,
    authenticator,
    columns::{self, get},
    names,
    parameters::{int8, text},
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

/// The accounts of a [`UsersTable`] that fits its mapping.
///
/// ```no_run
/// use authflow::account::AccountStatus;
/// use authflow_postgres::{MappedAccounts, PostgresStore, Settings, StoreError, UsersTable};
///
/// # async fn example(settings: Settings) -> Result<(), StoreError> {
/// let users = UsersTable::in_schema("shop", "users").id("id").tenant_is(None);
/// let users = users.no_user_name().email("mail").no_mobile().verifier("hash");
/// let words = [("ok", AccountStatus::Active), ("banned", AccountStatus::Locked)];
/// let users = users.status("state", words).no_password_set_at();
///
/// let settings = settings.accounts(users);
/// PostgresStore::migrate(&settings).await?; // as the owner of the tables
/// let store: PostgresStore<MappedAccounts> = PostgresStore::connect(settings).await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct MappedAccounts {
    pub(super) table: Table,
}

impl IntoAccounts for UsersTable {
    type Accounts = MappedAccounts;

    async fn migrate(&self, transaction: &Transaction) -> Result<(), StoreError> {
        let table = catalogue::find(transaction, self).await?;
        let beside = trigger::make(transaction, &table).await?;
        spelling::spell_all(transaction, &table, beside).await
    }

    async fn open(&self, connection: &Connection) -> Result<MappedAccounts, StoreError> {
        let table = catalogue::find(connection, self).await?;
        trigger::check(connection, &table).await?;
        names::check(connection).await?;
        Ok(MappedAccounts { table })
    }
}

impl MappedAccounts {
    /// Whether such an account can exist at all. In a column of numbers, a text that is no number belongs to no account.
    pub(super) fn can_be(&self, tenant: &Option<TenantId>, account: &AccountId) -> bool {
        self.table.can_have_of(tenant) && self.table.can_have(account)
    }
}

impl MappedAccounts {
    /// Spells every name, and then locks out every other transaction that gives a name to an account, until this transaction ends. If many names are
    /// unspelled, for example after an import, spelling takes long. So names are spelled before the lock is taken, and no other transaction waits for
    /// that.
    async fn decide_alone(&self, transaction: &Transaction) -> Result<(), StoreError> {
        for _ in 0..MOST_ROUNDS {
            if spelling::spell(transaction, &self.table, Beside::This).await?.rows == 0 {
                break;
            }
        }
        names::decide_alone(transaction).await?;
        if spelling::has_unspelled(transaction).await? { Err(StoreError::Unspelled) } else { Ok(()) }
    }
}

/// The number of times that a request spells names before it leaves the rest to the next request.
const MOST_ROUNDS: u32 = 16;

impl Accounts for MappedAccounts {
    async fn find(
        &self,
        connection: &Connection,
        tenant: Option<TenantId>,
        key: &AccountKey,
    ) -> Result<Option<Account>, StoreError> {
        let tenant = &tenant;
        let rows = match key {
            AccountKey::Id(id) => self.by_id(connection, tenant, id).await?,
            AccountKey::Identity(_) => Vec::new(),
            AccountKey::Identifier(_) if !self.table.can_have_of(tenant) => Vec::new(),
            AccountKey::Identifier(typed) => {
                let named = |wanted| typed.names().find(|(kind, _)| *kind == wanted).map(|(_, name)| name);
                let names = [NameKind::UserName, NameKind::Mobile, NameKind::Email].map(named);
                let (rows, is_unspelled) = self.by_names(connection, tenant, &names).await?;
                if is_unspelled {
                    spelling::spell(connection, &self.table, Beside::This).await?;
                    self.by_names(connection, tenant, &names).await?.0
                } else {
                    rows
                }
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
        if !self.can_be(&tenant, &account) {
            return Ok(None);
        }
        let sql = format!(
            "SELECT {} AS status FROM {} AS u WHERE {} FOR NO KEY UPDATE",
            self.table.status_of("u"),
            self.table.name,
            self.table.is_row(&tenant, ("$1", "$2"))
        );
        let of = [text(columns::tenant(&tenant)), text(account.as_str())];
        let Some(row) = transaction.query_opt(&sql, &of).await? else { return Ok(None) };
        let status = columns::word("status", get(&row, "status")?)?;
        let side = self.side(transaction, &tenant, &account).await?;
        Ok(Some((columns::revision(side.revision)?, status)))
    }

    async fn record_skip(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        budget: u32,
    ) -> Result<bool, StoreError> {
        let sql = format!(
            "UPDATE authflow.side_accounts SET skips_used = skips_used + 1
            WHERE tenant = $1 AND id = $2 AND skips_used < $3
                AND EXISTS (SELECT FROM {} AS u WHERE {} AND {} IS NOT NULL) RETURNING id",
            self.table.name,
            self.table.is_row(&tenant, ("$1", "$2")),
            self.table.verifier_of("u")
        );
        let of = [text(columns::tenant(&tenant)), text(account.as_str()), int8(i64::from(budget))];
        Ok(transaction.query_opt(&sql, &of).await?.is_some())
    }

    async fn store_password(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        (verifier, changed_at, revision): (&Verifier, Timestamp, Revision),
    ) -> Result<(), StoreError> {
        let changed_at = columns::seconds(changed_at);
        let assignment =
            format!("{} = $3{}", quoted(&self.table.columns.verifier), self.table.set_at_is("$4"));
        self.update(transaction, &tenant, &account, (&assignment, verifier.expose(), Some(changed_at)))
            .await?;
        let left = Side {
            revision: revision.into(),
            skips_used: 0,
            must_change: None,
            password_changed_at: Some(changed_at),
        };
        self.put_back(transaction, &tenant, &account, &left).await
    }

    /// A name that SQL cannot spell, and that is not spelled yet, may be the new contact in another spelling. So no unspelled name may be left. The
    /// contact is written in its one spelling, which is also its key. The commit's revision replaces the one that the trigger has set.
    async fn replace_contact(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        (new, taken_by, revision): (&Recipient, &ContactNames, Revision),
    ) -> Result<bool, StoreError> {
        let columns = &self.table.columns;
        let column = columns.contact(new.channel()).map_err(|finding| refused(columns, finding))?;
        let key_column = match new.channel() {
            Channel::Sms => "mobile_key",
            Channel::Email => "email_key",
        };
        self.decide_alone(transaction).await?;
        let of = (columns::tenant(&tenant), account.as_str());
        if names::is_taken(transaction, "authflow.side_accounts", of, key_column, (new, taken_by)).await? {
            return Ok(false);
        }
        let assignment = format!("{} = $3", quoted(column));
        let written = self.update(transaction, &tenant, &account, (&assignment, new.as_str(), None)).await;
        match written {
            Ok(()) => {}
            // A unique index of the table itself refused. Another transaction wrote meanwhile, or the index compares differently.
            Err(error) if error.is_taken_in(&columns.table, column) => return Ok(false),
            Err(error) => return Err(error),
        }
        let left = format!("revision = {}", i64::from(revision));
        self.update_side(transaction, &tenant, &account, (&left, None)).await?;
        spelling::spell(transaction, &self.table, Beside::This).await?;
        Ok(true)
    }

    async fn set_revision(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        revision: Revision,
    ) -> Result<(), StoreError> {
        let revision = format!("revision = {}", i64::from(revision));
        self.update_side(transaction, &tenant, &account, (&revision, None)).await
    }

    async fn rehash(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        verifier: &Verifier,
    ) -> Result<(), StoreError> {
        let before = self.side(transaction, &tenant, &account).await?;
        let assignment = format!("{} = $3", quoted(&self.table.columns.verifier));
        self.update(transaction, &tenant, &account, (&assignment, verifier.expose(), None)).await?;
        self.put_back(transaction, &tenant, &account, &before).await
    }

    async fn reseal(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        secret: &SealedSecret,
    ) -> Result<(), StoreError> {
        let before = self.side(transaction, &tenant, &account).await?.revision;
        let sealed = ("totp_sealed = $3", Some(secret.as_str()));
        self.update_side(transaction, &tenant, &account, sealed).await?;
        let back = format!("revision = {before}");
        self.update_side(transaction, &tenant, &account, (&back, None)).await
    }

    async fn use_totp_step(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        step: u64,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE authflow.side_accounts SET totp_step = $3
            WHERE tenant = $1 AND id = $2 AND (totp_step IS NULL OR totp_step < $3) RETURNING id";
        let of = [text(columns::tenant(&tenant)), text(account.as_str()), int8(columns::number(step)?)];
        Ok(transaction.query_opt(sql, &of).await?.is_some())
    }

    /// The trigger raises the revision.
    async fn set_status(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        status: AccountStatus,
    ) -> Result<(), StoreError> {
        let columns = &self.table.columns;
        let (column, word) = columns.word_for(status).map_err(|finding| refused(columns, finding))?;
        let sql = format!(
            "UPDATE {} AS u SET {} = $3::{} WHERE {} AND {} <> $4",
            self.table.name,
            quoted(column),
            self.table.status_type,
            self.table.is_row(&tenant, ("$1", "$2")),
            self.table.status_of("u")
        );
        let of = [text(columns::tenant(&tenant)), text(account.as_str()), text(word), text(status.as_str())];
        transaction.execute(&sql, &of).await.map(drop)
    }

    /// The trigger on the side table raises the revision.
    async fn require_change(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        reason: MustChange,
    ) -> Result<(), StoreError> {
        let sql = format!(
            "UPDATE authflow.side_accounts SET must_change = $3
            WHERE tenant = $1 AND id = $2 AND must_change IS DISTINCT FROM $3
                AND must_change IS DISTINCT FROM 'breached' AND EXISTS (SELECT FROM {} AS u WHERE {} AND {} IS NOT NULL)",
            self.table.name,
            self.table.is_row(&tenant, ("$1", "$2")),
            self.table.verifier_of("u")
        );
        let of = [text(columns::tenant(&tenant)), text(account.as_str()), text(reason.as_str())];
        transaction.execute(&sql, &of).await.map(drop)
    }

    async fn enrol_authenticator(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        new: (&Totp, FactorSet, Timestamp),
    ) -> Result<(), StoreError> {
        let of = (columns::tenant(&tenant), account.as_str());
        authenticator::enrol(transaction, "authflow.side_accounts", of, new).await
    }

    async fn delete(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
    ) -> Result<(), StoreError> {
        let is_row = self.table.is_row(&tenant, ("$1", "$2"));
        let sql = format!("DELETE FROM {} AS u WHERE {is_row}", self.table.name);
        let of = [text(columns::tenant(&tenant)), text(account.as_str())];
        transaction.execute(&sql, &of).await.map(drop)
    }

    /// A name that SQL cannot spell, and that is not spelled yet, may be one of the new names in another spelling. So no unspelled name may be left.
    async fn create(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        new: &NewAccount<Verifier>,
    ) -> Result<Option<CommitRefusal>, StoreError> {
        self.decide_alone(transaction).await?;
        new_row::insert(transaction, &self.table, tenant, new).await
    }

    async fn sealed(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
    ) -> Result<Option<String>, StoreError> {
        let of = (columns::tenant(&tenant), account.as_str());
        crate::sealed::of(transaction, "authflow.side_accounts", of).await
    }

    async fn seals(&self, connection: &Connection) -> Result<Vec<(String, i64)>, StoreError> {
        crate::sealed::count_by_key(connection, "authflow.side_accounts").await
    }

    async fn sealed_by_others(
        &self,
        connection: &Connection,
        sealer: &KeyId,
        behind: &(String, String),
        at_most: u32,
    ) -> Result<Vec<SealedRow>, StoreError> {
        crate::sealed::by_others(connection, "authflow.side_accounts", sealer, behind, at_most).await
    }
}
