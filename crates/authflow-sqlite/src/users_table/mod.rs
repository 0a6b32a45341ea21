//! A table of your own in which accounts are kept.

mod accounts;
mod new_row;
mod spelling;
mod statements;
mod table;
mod triggers;
mod unique;

pub use accounts::MappedAccounts;
/// A table of your own in which accounts are kept. Its columns must have these types:
///
/// | what | its column |
/// |---|---|
/// | id | of a type of text or integers, unique by itself or with the tenant |
/// | tenant | of a type of text or integers; NULL and '' mean no tenant; NOT NULL if the id is unique only with it |
/// | names | text; NULL and '' mean none; looked up by their one spelling, which the store keeps in its side table |
/// | verifier | text; NULL or '' if there is no password |
/// | status | any words, or numbers in their printed form: a `BOOLEAN` has `1` and `0` |
/// | password set at | of a type of integers: seconds since 1970; of any other: a text that SQLite reads as a time, in UTC. Never NULL if there is a verifier |
///
/// The store keeps what such a table lacks (revision, skips, second factors, a reason to change the password) in a side table,
/// `authflow_side_accounts`. Triggers on the mapped columns keep both in step, whoever writes. When your own program changes a password, every
/// earlier session ends, and the skips are cleared. [`open`](crate::SqliteStore::open) makes the triggers, and refuses a missing column, by its
/// name.
///
/// The side row stays with its row, with the second factors and the reason to change the password, even if `REPLACE` writes the row again or its id
/// changes. Both end every session. A secret of an authenticator is sealed for its account's id, so it cannot be used under another one. If a
/// `REPLACE` deletes a row because of a conflict in another column, or runs with `PRAGMA recursive_triggers` on, it makes a new account without any
/// of this.
///
/// **A table that is made anew, as migrations in SQLite do it, has lost its triggers.** Open the store after such a migration. The triggers are
/// made again, and every earlier session is over, because nobody has seen what was changed meanwhile. A store that was open finds nobody until
/// then, and says so in its errors.
///
/// People can register if the mapping [says so](UsersTable::takes_new_accounts). Every column that the mapping does not name must then take NULL or
/// have a default. Any other column is refused by its name. If the id is an `INTEGER PRIMARY KEY`, the host chooses a number
/// ([`JudgeProfile`](authflow::account::JudgeProfile)).
///
/// A database can have only one such table.
///
/// An incomplete mapping does not compile:
///
/// ```compile_fail,E0277
/// use authflow_sqlite::{Settings, SqliteStore, UsersTable};
/// # fn open(settings: Settings) {
/// let users = UsersTable::named("users")
///     .id("id")
///     .tenant_is(None)
///     .no_user_name()
///     .email("email")
///     .no_mobile()
///     .verifier("hash");
/// SqliteStore::open(&settings.accounts(users)); // who is locked?
/// # }
/// ```
#[doc(inline)]
pub use authflow_users_table::UsersTable;
pub use authflow_users_table::unsaid;
