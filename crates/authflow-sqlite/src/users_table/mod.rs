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
/// | content | its column |
/// |---|---|
/// | id | of a type of text or integers, unique by itself or with the tenant |
/// | tenant | of a type of text or integers; NULL and '' mean no tenant; NOT NULL if the id is unique only with it |
/// | names | text; NULL and '' mean none; looked up by their one spelling, which the store keeps in its side table |
/// | verifier | text; NULL or '' if there is no password |
/// | status | any words, or numbers in their printed form: a `BOOLEAN` has `1` and `0` |
/// | password set at | of a type of integers: seconds since 1970; of any other type: a text that SQLite reads as a time, in UTC. Never NULL if there is a verifier |
///
/// The store keeps the values that such a table lacks (revision, skips, second factors, a reason to change the password) in a side table,
/// `authflow_side_accounts`. Triggers on the mapped columns keep both tables in step, whoever writes. If your own program changes a password, every
/// earlier session of the account ends, and the skips are cleared. [`open`](crate::SqliteStore::open) makes the triggers, and refuses a missing
/// column, by its name.
///
/// If `REPLACE` writes a row again, or if the id of a row changes, the row keeps its side row, with the second factors and the reason to change the
/// password. Either event ends every session of the account. A secret of an authenticator is sealed for its account's id, so it cannot be used under
/// another id. A `REPLACE` makes a new account without a side row of the old one in two cases: if it deletes a row because of a conflict in another
/// column, and if `PRAGMA recursive_triggers` is on.
///
/// **A table that is made again, as migrations in SQLite do it, has lost its triggers.** Open the store after such a migration. This makes the
/// triggers again and ends every earlier session, because no trigger has seen the changes meanwhile. Until then, a store that was open finds no
/// account, and its errors say why.
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
