//! A table of your own that accounts are kept in.

mod accounts;
mod new_row;
mod spelling;
mod statements;
mod table;
mod triggers;
mod unique;

pub use accounts::MappedAccounts;
/// A table of your own that accounts are kept in: what its columns must be here.
///
/// | what | its column |
/// |---|---|
/// | id | of a type of text or integers, unique by itself or with the tenant |
/// | tenant | of a type of text or integers; NULL and '' are none; NOT NULL where the id is unique only with it |
/// | names | text; NULL and '' are none; looked up by their one spelling, which the store keeps beside |
/// | verifier | text; NULL and '' where there is no password |
/// | status | any words, or numbers as they are printed: a `BOOLEAN` has `1` and `0` |
/// | password set at | of a type of integers: seconds since 1970; of any other: a text that SQLite reads as a time, in UTC. Never NULL where there is a verifier |
///
/// What such a table does not have – revision, skips, second factors, a reason to change the password – stands beside it, in
/// `authflow_side_accounts`. Triggers on the columns that are named here keep both in step, whoever writes: a password that your own program
/// changes ends every session of before, and clears skips. [`open`](crate::SqliteStore::open) makes the triggers, and refuses a column that is not
/// there, by its name.
///
/// What stands beside a row stays with it, also when `REPLACE` writes the row again and when its id changes: second factors, and a reason to change
/// the password. Either ends every session. A secret of an authenticator is sealed for its account's id, so it cannot be used under another one. A
/// `REPLACE` that deletes a row because another column meets, or with `PRAGMA recursive_triggers` on, makes a new account without any of it.
///
/// **A table that is made anew, as migrations in SQLite do it, has lost its triggers.** Open the store after it: the triggers are made again, and
/// every session of before is over, because nobody has seen what was changed meanwhile. A store that was open finds nobody until then, and says so in
/// its errors.
///
/// People register where the mapping [says so](UsersTable::takes_new_accounts). A column that it does not name must take NULL or have a default then, and
/// is refused by its name where it does neither. Where the id is an `INTEGER PRIMARY KEY`, the host chooses a number
/// ([`JudgeProfile`](authflow::account::JudgeProfile)).
///
/// One database has one such table.
///
/// A mapping with something unsaid is none:
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
