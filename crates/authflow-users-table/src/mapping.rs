//! The meanings of columns.

use crate::columns::{Columns, TenantColumn};
use authflow::{TenantId, account::AccountStatus};
use std::{fmt, marker::PhantomData};

/// A table of your own in which accounts are kept, by the names of its columns.
///
/// You name each column or state that it is absent, in this order. You cannot omit a column that protects accounts.
///
/// ```
/// use authflow::account::AccountStatus;
/// use authflow_users_table::{TenantColumn, UsersTable};
///
/// let users = UsersTable::in_schema("shop", "users")
///     .id("id")
///     .tenant("customer")
///     .no_user_name()
///     .email("email")
///     .no_mobile()
///     .verifier("hash")
///     .status("state", [("ok", AccountStatus::Active), ("banned", AccountStatus::Locked)])
///     .no_password_set_at();
/// assert_eq!(users.columns().tenant, TenantColumn::Named("customer".to_owned()));
/// assert!(
///     users.columns().word_for(AccountStatus::Disabled).is_err(),
///     "no word of this table means that"
/// );
/// ```
///
/// An incomplete mapping cannot be used:
///
/// ```compile_fail,E0599
/// use authflow_users_table::UsersTable;
/// let users = UsersTable::named("users")
///     .id("id")
///     .tenant_is(None)
///     .no_user_name()
///     .email("email")
///     .no_mobile()
///     .verifier("hash");
/// users.columns(); // who is locked?
/// ```
#[must_use]
pub struct UsersTable<Unsaid = unsaid::Nothing> {
    columns: Columns,
    unsaid: PhantomData<fn() -> Unsaid>,
}

/// The part of a mapping that must be stated next.
pub mod unsaid {
    /// Everything has been stated.
    #[derive(Clone, Copy, Debug)]
    pub enum Nothing {}
    /// The id of an account.
    #[derive(Clone, Copy, Debug)]
    pub enum Id {}
    /// The tenant of an account.
    #[derive(Clone, Copy, Debug)]
    pub enum Tenant {}
    /// The user name of an account.
    #[derive(Clone, Copy, Debug)]
    pub enum UserName {}
    /// The e-mail address of an account.
    #[derive(Clone, Copy, Debug)]
    pub enum Email {}
    /// The mobile number of an account.
    #[derive(Clone, Copy, Debug)]
    pub enum Mobile {}
    /// The verifier of an account's password.
    #[derive(Clone, Copy, Debug)]
    pub enum Verifier {}
    /// Whether an account may sign in.
    #[derive(Clone, Copy, Debug)]
    pub enum Status {}
    /// When an account's password was set.
    #[derive(Clone, Copy, Debug)]
    pub enum PasswordSetAt {}
}

impl<Unsaid> UsersTable<Unsaid> {
    fn said<Next>(columns: Columns) -> UsersTable<Next> {
        UsersTable { columns, unsaid: PhantomData }
    }
}

impl UsersTable {
    /// The table of this name. If a database has several schemas, the table is looked up there as usual.
    pub fn named(table: &str) -> UsersTable<unsaid::Id> {
        Self::said(Columns { table: table.into(), ..Columns::default() })
    }

    /// The table of this name in a schema, for a database that has several.
    pub fn in_schema(schema: &str, table: &str) -> UsersTable<unsaid::Id> {
        Self::said(Columns { schema: Some(schema.into()), table: table.into(), ..Columns::default() })
    }

    /// The column of claims for id tokens, as a JSON object. Without such a column, accounts have no claims.
    pub fn profile(self, column: &str) -> Self {
        Self::said(Columns { profile: Some(column.into()), ..self.columns })
    }

    /// Lets the store make rows in the table, for people who [register](authflow::policy::Policy::registration). Without this call nobody can
    /// register, whatever a policy says.
    ///
    /// The store writes the mapped columns and no others. So every other column must take NULL or have a default. A store refuses the mapping if it
    /// finds a column that does not.
    pub fn takes_new_accounts(self) -> Self {
        Self::said(Columns { takes_new_accounts: true, ..self.columns })
    }

    /// Lets the store write the number and the address of a row, for people who [replace](authflow::policy::Policy::replaces_contacts) their contact.
    /// Without this call nobody can replace one, whatever a policy says.
    pub fn takes_new_contacts(self) -> Self {
        Self::said(Columns { takes_new_contacts: true, ..self.columns })
    }

    /// The columns of the mapping, for a store.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }
}

impl UsersTable<unsaid::Id> {
    /// The column of the account's id.
    pub fn id(self, column: &str) -> UsersTable<unsaid::Tenant> {
        Self::said(Columns { id: column.into(), ..self.columns })
    }
}

impl UsersTable<unsaid::Tenant> {
    /// The column of the account's tenant. An account without a tenant belongs to applications without tenants.
    pub fn tenant(self, column: &str) -> UsersTable<unsaid::UserName> {
        Self::said(Columns { tenant: TenantColumn::Named(column.into()), ..self.columns })
    }

    /// States that there is no such column. Every account is of this tenant or, with `None`, of applications without tenants.
    pub fn tenant_is(self, tenant: impl Into<Option<TenantId>>) -> UsersTable<unsaid::UserName> {
        Self::said(Columns { tenant: TenantColumn::Is(tenant.into()), ..self.columns })
    }
}

impl UsersTable<unsaid::UserName> {
    /// The column of the user name.
    pub fn user_name(self, column: &str) -> UsersTable<unsaid::Email> {
        Self::said(Columns { user_name: Some(column.into()), ..self.columns })
    }

    /// States that there is no such column. Nobody signs in by a user name, and a new password is not compared with one.
    pub fn no_user_name(self) -> UsersTable<unsaid::Email> {
        Self::said(self.columns)
    }
}

impl UsersTable<unsaid::Email> {
    /// The column of the verified e-mail address.
    pub fn email(self, column: &str) -> UsersTable<unsaid::Mobile> {
        Self::said(Columns { email: Some(column.into()), ..self.columns })
    }

    /// States that there is no such column. Nobody gets a code by e-mail.
    pub fn no_email(self) -> UsersTable<unsaid::Mobile> {
        Self::said(self.columns)
    }
}

impl UsersTable<unsaid::Mobile> {
    /// The column of the verified mobile number, in full.
    pub fn mobile(self, column: &str) -> UsersTable<unsaid::Verifier> {
        Self::said(Columns { mobile: Some(column.into()), ..self.columns })
    }

    /// States that there is no such column. Nobody gets a code by SMS.
    pub fn no_mobile(self) -> UsersTable<unsaid::Verifier> {
        Self::said(self.columns)
    }
}

impl UsersTable<unsaid::Verifier> {
    /// The column of the verifiers of passwords.
    pub fn verifier(self, column: &str) -> UsersTable<unsaid::Status> {
        Self::said(Columns { verifier: column.into(), ..self.columns })
    }
}

impl UsersTable<unsaid::Status> {
    /// The column that says whether an account may sign in, and the meanings of its words. Any other word is an error, and nobody signs in with it.
    /// The store writes the first word of a status.
    pub fn status<'w>(
        self,
        column: &str,
        words: impl IntoIterator<Item = (&'w str, AccountStatus)>,
    ) -> UsersTable<unsaid::PasswordSetAt> {
        let words = words.into_iter().map(|(word, status)| (word.to_owned(), status)).collect();
        Self::said(Columns { status: Some((column.into(), words)), ..self.columns })
    }

    /// States that there is no such column. Every account may sign in, and an administrator can disable none.
    pub fn always_active(self) -> UsersTable<unsaid::PasswordSetAt> {
        Self::said(self.columns)
    }
}

impl UsersTable<unsaid::PasswordSetAt> {
    /// The column of the time when the password was set.
    pub fn password_set_at(self, column: &str) -> UsersTable {
        Self::said(Columns { password_set_at: Some(column.into()), ..self.columns })
    }

    /// States that there is no such column. The store notes in its side table when a password is set. A password that is older than the store
    /// counts as set when the store first saw the table.
    pub fn no_password_set_at(self) -> UsersTable {
        Self::said(self.columns)
    }
}

impl<Unsaid> Clone for UsersTable<Unsaid> {
    fn clone(&self) -> Self {
        Self::said(self.columns.clone())
    }
}

impl<Unsaid> fmt::Debug for UsersTable<Unsaid> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("UsersTable").field(&self.columns).finish()
    }
}
