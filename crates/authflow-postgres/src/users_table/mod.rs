//! Accounts in a table of your own.

mod accounts;
mod beside;
mod catalogue;
mod lookup;
mod new_row;
mod spelling;
mod statements;
mod trigger;

pub use accounts::MappedAccounts;
/// A table of your own in which accounts are kept. Its columns must have these types:
///
/// | content | its column |
/// |---|---|
/// | id | `text`, `varchar`, `uuid` or an integer, unique and not deferrable, by itself or with a tenant that is NOT NULL or NULLS NOT DISTINCT |
/// | tenant | likewise; NULL means no tenant, and an empty text belongs to no account |
/// | names | anything that is a text; looked up by their one spelling, which the store keeps in its side table |
/// | verifier | `text`, or a `varchar` of 128 characters at least; NULL if there is no password |
/// | status | anything that is a text: a word, a `boolean` (`true`, `false`), an `enum` |
/// | password set at | `timestamptz`, `timestamp` (in UTC), `date`, or an integer of seconds since 1970; never NULL if there is a verifier |
///
/// The store keeps the values that such a table lacks (revision, skips, second factors, a reason to change the password) in a side table,
/// `authflow.side_accounts`. Triggers on the mapped columns keep both tables in step, whoever writes. If your own program changes a password, every
/// earlier session of the account ends, and the skips are cleared. [`migrate`](crate::PostgresStore::migrate) makes the triggers, as the owner of the
/// table. [`connect`](crate::PostgresStore::connect) refuses a missing column, by its name. It also refuses a trigger of another mapping, a trigger
/// that is switched off, and a table that another table inherits. If a trigger was missing for a time, `migrate` ends every session, because no
/// trigger has seen the changes of that time.
///
/// People can register if the mapping [says so](UsersTable::takes_new_accounts). The role of the store must then be allowed to insert. Every column
/// that the mapping does not name must take NULL or have a default. Any other column is refused by its name. If ids are numbers, the host chooses the
/// number ([`JudgeProfile`](authflow::account::JudgeProfile)): `SELECT nextval(…)`.
///
/// A database can have only one such table.
///
/// An incomplete mapping does not compile:
///
/// ```compile_fail,E0277
/// use authflow_postgres::{PostgresStore, Settings, UsersTable};
/// # async fn connect(settings: Settings) {
/// let users = UsersTable::named("users")
///     .id("id")
///     .tenant_is(None)
///     .no_user_name()
///     .email("email")
///     .no_mobile()
///     .verifier("hash");
/// PostgresStore::connect(settings.accounts(users)).await; // who is locked?
/// # }
/// ```
#[doc(inline)]
pub use authflow_users_table::UsersTable;
pub use authflow_users_table::unsaid;

pub(crate) use trigger::refuse_any;
