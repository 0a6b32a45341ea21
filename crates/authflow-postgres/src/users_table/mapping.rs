//! Which column says what.

use authflow::{TenantId, account::AccountStatus};
use std::{fmt, marker::PhantomData};

/// A table of your own that accounts are kept in, by the names of its columns.
///
/// Each column is named, or its absence is, in this order: nothing that protects can be left out.
///
/// ```
/// use authflow::account::AccountStatus;
/// use authflow_postgres::UsersTable;
///
/// let users = UsersTable::named("users")
///     .id("id")
///     .tenant_is(None) // or .tenant("tenant_id")
///     .user_name("login") // or .no_user_name()
///     .email("email") // or .no_email()
///     .mobile("phone") // or .no_mobile()
///     .verifier("password_hash")
///     .status("state", [("active", AccountStatus::Active), ("banned", AccountStatus::Locked), ("gone", AccountStatus::Disabled)])
///     .password_set_at("password_changed_at"); // or .no_password_set_at()
/// # let _ = users;
/// ```
///
/// | what | its column |
/// |---|---|
/// | id | `text`, `varchar`, `uuid` or an integer, unique and not deferrable, by itself or with a tenant that is NOT NULL or NULLS NOT DISTINCT |
/// | tenant | likewise; NULL is none, and an empty text is nobody's |
/// | names | anything that is a text; looked up by their one spelling, which the store keeps beside |
/// | verifier | `text`, or a `varchar` of 128 characters at least; NULL where there is no password |
/// | status | anything that is a text: a word, a `boolean` (`true`, `false`), an `enum` |
/// | password set at | `timestamptz`, `timestamp` (in UTC), `date`, or an integer of seconds since 1970; never NULL where there is a verifier |
///
/// What such a table does not have – revision, skips, second factors, a reason to change the password – stands beside it, in
/// `authflow.side_accounts`. Triggers on the columns that are named here keep both in step, whoever writes: a password that your own program
/// changes ends every session of before, and clears skips.
/// [`migrate`](crate::PostgresStore::migrate) makes the triggers, as the owner of the table. [`connect`](crate::PostgresStore::connect) refuses
/// a column that is not there, by its name, a trigger that is another mapping's or switched off, and a table that another one inherits. Where a
/// trigger was away, `migrate` ends every session: nobody has seen what was changed meanwhile.
///
/// One database has one such table.
///
/// A mapping with something unsaid is none:
///
/// ```compile_fail,E0277
/// # use authflow_postgres::{PostgresStore, Settings, UsersTable};
/// # async fn connect(settings: Settings) {
/// let users = UsersTable::named("users").id("id").tenant_is(None).no_user_name().email("email").no_mobile().verifier("hash");
/// PostgresStore::connect(settings.accounts(users)).await; // who is locked?
/// # }
/// ```
#[must_use]
pub struct UsersTable<Unsaid = unsaid::Nothing> {
    pub(super) columns: Columns,
    unsaid: PhantomData<fn() -> Unsaid>,
}

/// What of a mapping is to be said next.
pub mod unsaid {
    /// Everything has been said.
    #[derive(Clone, Copy, Debug)]
    pub enum Nothing {}
    /// The id of an account.
    #[derive(Clone, Copy, Debug)]
    pub enum Id {}
    /// Its tenant.
    #[derive(Clone, Copy, Debug)]
    pub enum Tenant {}
    /// Its user name.
    #[derive(Clone, Copy, Debug)]
    pub enum UserName {}
    /// Its e-mail address.
    #[derive(Clone, Copy, Debug)]
    pub enum Email {}
    /// Its mobile number.
    #[derive(Clone, Copy, Debug)]
    pub enum Mobile {}
    /// The verifier of its password.
    #[derive(Clone, Copy, Debug)]
    pub enum Verifier {}
    /// Whether it may sign in.
    #[derive(Clone, Copy, Debug)]
    pub enum Status {}
    /// When its password was set.
    #[derive(Clone, Copy, Debug)]
    pub enum PasswordSetAt {}
}

/// The columns, by name. Those that are not said yet are empty; nobody reads them then.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Columns {
    pub(super) schema: Option<String>,
    pub(super) table: String,
    pub(super) id: String,
    pub(super) tenant: TenantColumn,
    pub(super) user_name: Option<String>,
    pub(super) email: Option<String>,
    pub(super) mobile: Option<String>,
    pub(super) verifier: String,
    /// With the words that mean each status.
    pub(super) status: Option<(String, Vec<(String, AccountStatus)>)>,
    pub(super) password_set_at: Option<String>,
    pub(super) profile: Option<String>,
}

/// What says the tenant of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TenantColumn {
    /// All rows are of this one, or of an application without tenants.
    Is(Option<TenantId>),
    Named(String),
}

impl Default for TenantColumn {
    fn default() -> Self {
        Self::Is(None)
    }
}

impl<Unsaid> UsersTable<Unsaid> {
    fn said<Next>(columns: Columns) -> UsersTable<Next> {
        UsersTable { columns, unsaid: PhantomData }
    }
}

impl UsersTable {
    /// The table of this name, as the role's `search_path` finds it.
    pub fn named(table: &str) -> UsersTable<unsaid::Id> {
        Self::said(Columns { table: table.into(), ..Columns::default() })
    }

    /// The table of this name in a schema.
    pub fn in_schema(schema: &str, table: &str) -> UsersTable<unsaid::Id> {
        Self::said(Columns { schema: Some(schema.into()), table: table.into(), ..Columns::default() })
    }

    /// The column of claims for id tokens: an object, as `json`, `jsonb` or text. Without one, accounts have none.
    pub fn profile(self, column: &str) -> Self {
        Self::said(Columns { profile: Some(column.into()), ..self.columns })
    }
}

impl UsersTable<unsaid::Id> {
    /// The column of the account's id.
    pub fn id(self, column: &str) -> UsersTable<unsaid::Tenant> {
        Self::said(Columns { id: column.into(), ..self.columns })
    }
}

impl UsersTable<unsaid::Tenant> {
    /// The column of the account's tenant. Where it is NULL, the account is of applications without tenants.
    pub fn tenant(self, column: &str) -> UsersTable<unsaid::UserName> {
        Self::said(Columns { tenant: TenantColumn::Named(column.into()), ..self.columns })
    }

    /// There is no such column: every account is of this tenant, or, with `None`, of applications without tenants.
    pub fn tenant_is(self, tenant: impl Into<Option<TenantId>>) -> UsersTable<unsaid::UserName> {
        Self::said(Columns { tenant: TenantColumn::Is(tenant.into()), ..self.columns })
    }
}

impl UsersTable<unsaid::UserName> {
    /// The column of the user name.
    pub fn user_name(self, column: &str) -> UsersTable<unsaid::Email> {
        Self::said(Columns { user_name: Some(column.into()), ..self.columns })
    }

    /// There is no such column: nobody signs in by a user name, and a new password may be anything that would have been one.
    pub fn no_user_name(self) -> UsersTable<unsaid::Email> {
        Self::said(self.columns)
    }
}

impl UsersTable<unsaid::Email> {
    /// The column of the verified e-mail address.
    pub fn email(self, column: &str) -> UsersTable<unsaid::Mobile> {
        Self::said(Columns { email: Some(column.into()), ..self.columns })
    }

    /// There is no such column: nobody gets a code by e-mail.
    pub fn no_email(self) -> UsersTable<unsaid::Mobile> {
        Self::said(self.columns)
    }
}

impl UsersTable<unsaid::Mobile> {
    /// The column of the verified mobile number, in full.
    pub fn mobile(self, column: &str) -> UsersTable<unsaid::Verifier> {
        Self::said(Columns { mobile: Some(column.into()), ..self.columns })
    }

    /// There is no such column: nobody gets a code by SMS.
    pub fn no_mobile(self) -> UsersTable<unsaid::Verifier> {
        Self::said(self.columns)
    }
}

impl UsersTable<unsaid::Verifier> {
    /// The column of what passwords are verified against.
    pub fn verifier(self, column: &str) -> UsersTable<unsaid::Status> {
        Self::said(Columns { verifier: column.into(), ..self.columns })
    }
}

impl UsersTable<unsaid::Status> {
    /// The column that says whether an account may sign in, and what its words mean. A word that is not among them is an error, and lets nobody
    /// in. The first word of a status is the one that is written.
    pub fn status<'w>(
        self,
        column: &str,
        words: impl IntoIterator<Item = (&'w str, AccountStatus)>,
    ) -> UsersTable<unsaid::PasswordSetAt> {
        let words = words.into_iter().map(|(word, status)| (word.to_owned(), status)).collect();
        Self::said(Columns { status: Some((column.into(), words)), ..self.columns })
    }

    /// There is no such column: whoever has a row may sign in. An administrator can disable nobody.
    pub fn always_active(self) -> UsersTable<unsaid::PasswordSetAt> {
        Self::said(self.columns)
    }
}

impl UsersTable<unsaid::PasswordSetAt> {
    /// The column of when the password was set.
    pub fn password_set_at(self, column: &str) -> UsersTable {
        Self::said(Columns { password_set_at: Some(column.into()), ..self.columns })
    }

    /// There is no such column: the store notes beside when a password is set. One that was there before [`migrate`](crate::PostgresStore::migrate)
    /// counts as set then.
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
