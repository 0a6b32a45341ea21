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
/// A table of your own that accounts are kept in: what its columns must be here.
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
/// People register where the mapping [says so](UsersTable::takes_new_accounts): the role of the store must be allowed to insert. A column that the mapping
/// does not name must take NULL or have a default then, and is refused by its name where it does neither. Where ids are numbers, the host chooses one
/// ([`JudgeProfile`](authflow::account::JudgeProfile)): `SELECT nextval(…)`.
///
/// One database has one such table.
///
/// A mapping with something unsaid is none:
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
