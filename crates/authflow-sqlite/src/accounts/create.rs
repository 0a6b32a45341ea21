//! The creation of accounts.

use super::OwnAccounts;
use crate::{SqliteStore, StoreError, columns, names::mobile_key, writer::Written};
use authflow::{
    TenantId,
    account::{Account, NewAccount, UserName},
    contact::{EmailAddress, Mobile},
    factor::Totp,
    password::{MustChange, PasswordForm, Verifier},
    step::CommitRefusal,
};
use rusqlite::{Connection, ffi::SQLITE_CONSTRAINT_UNIQUE, params};

/// Whether an account was made.
///
/// ```
/// use authflow::{Moment, account::UserName, testkit::demo};
/// use authflow_sqlite::{Created, Place, Settings, SqliteStore};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let settings = Settings::new(Place::Memory, demo::sealing_keys(), Moment::now);
/// let store = SqliteStore::open(&settings)?;
/// assert_eq!(store.create_account(demo::account("erin")).await?, Created::Done);
/// let mut other = demo::account("zoe");
/// other.user_name = Some(UserName::new("ERIN")?); // erin's, in another spelling
/// assert_eq!(store.create_account(other).await?, Created::NameTaken);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Created {
    /// The account was made.
    Done,
    /// The tenant already has an account of that id. That account stays as it is, with everything that was counted for it.
    IdTaken,
    /// Another account of the tenant has the user name, number or address, in this or another spelling. Nothing was made.
    NameTaken,
}

impl SqliteStore<OwnAccounts> {
    /// Makes an account. Its revision is always drawn, whatever revision `new` has, so everything that was judged on an earlier account of the id is
    /// over.
    ///
    /// The user name should be one that [`UserName::for_new_account`] accepts.
    ///
    /// ```
    /// use authflow::{Moment, testkit::demo};
    /// use authflow_sqlite::{Created, Place, Settings, SqliteStore};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let store =
    ///     // keys of your own
    ///     SqliteStore::open(&Settings::new(Place::Memory, demo::sealing_keys(), Moment::now))?;
    /// // yours: Account::new(id, user_name, verifier, &Moment::now()?)
    /// let erin = demo::account("erin");
    /// assert_eq!(store.create_account(erin.clone()).await?, Created::Done);
    /// assert_eq!(store.create_account(erin).await?, Created::IdTaken);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When the database does not accept the account.
    pub async fn create_account(&self, new: Account) -> Result<Created, StoreError> {
        self.write(move |connection| {
            let created = create(connection, &new)?;
            Ok(if created == Created::Done { Written::Kept(created) } else { Written::TakenBack(created) })
        })
        .await
    }
}

/// Makes an account for somebody who registers. Nothing else can write until the transaction ends, so a free name stays free.
pub(super) fn register(
    connection: &Connection,
    tenant: Option<TenantId>,
    new: &NewAccount<Verifier>,
) -> Result<Option<CommitRefusal>, StoreError> {
    if let Some(refusal) = taken_by_another(connection, "authflow_accounts", tenant, new)? {
        return Ok(Some(refusal));
    }
    match create(connection, &new.account(tenant))? {
        Created::Done => {}
        Created::IdTaken => return Ok(Some(CommitRefusal::AccountExists)),
        Created::NameTaken => return Err(StoreError::NotCarriedOut),
    }
    // A trigger has drawn another revision.
    let sql = "UPDATE authflow_accounts SET revision = ?3 WHERE tenant = ?1 AND id = ?2";
    let parameters = params![columns::tenant(&tenant), new.id.as_str(), i64::from(new.revision)];
    connection.prepare_cached(sql)?.execute(parameters)?;
    Ok(None)
}

/// Why somebody cannot register, according to the keys of names in a table.
pub(crate) fn taken_by_another(
    connection: &Connection,
    table: &str,
    tenant: Option<TenantId>,
    new: &NewAccount<Verifier>,
) -> Result<Option<CommitRefusal>, StoreError> {
    let tenant = columns::tenant(&tenant);
    let is_there = |column: &str, keys: &[Option<&str>]| -> Result<bool, StoreError> {
        for key in keys.iter().flatten() {
            let sql = format!("SELECT 1 FROM {table} WHERE tenant = ?1 AND {column} = ?2");
            if connection.prepare_cached(&sql)?.exists([tenant, key])? {
                return Ok(true);
            }
        }
        Ok(false)
    };
    let mobile = new.mobile.as_ref().and_then(mobile_key);
    let email = new.email.as_ref().map(EmailAddress::normalised);
    let user_name = new.user_name.as_ref().map(UserName::normalised);
    Ok(if is_there("id", &[Some(new.id.as_str())])? {
        Some(CommitRefusal::AccountExists)
    } else if is_there("mobile_key", &[mobile])?
        || is_there("email_key", &[email])?
        || is_there("user_name_key", &new.contact_names.texts())?
    {
        Some(CommitRefusal::ContactTaken)
    } else if is_there("user_name_key", &[user_name])? {
        Some(CommitRefusal::UserNameTaken)
    } else {
        None
    })
}

pub(super) fn create(connection: &Connection, new: &Account) -> Result<Created, StoreError> {
    let sql = "INSERT INTO authflow_accounts (tenant, id, user_name, mobile, email, user_name_key, mobile_key, email_key, status,
            verifier, password_form, password_changed_at, must_change, skips_used, enrolled, factors_changed_at,
            totp_sealed, totp_algorithm, totp_digits, totp_step_seconds, totp_step, profile)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
            ?17, coalesce(?18, 'sha1'), coalesce(?19, 6), coalesce(?20, 30), coalesce(?21, -1), ?22)
        ON CONFLICT (tenant, id) DO NOTHING";
    let (password, totp) = (new.password.as_ref(), new.totp.as_ref());
    let form = password.map_or(PasswordForm::Canonical, |password| password.form);
    let inserted = connection.prepare_cached(sql)?.execute(params![
        columns::tenant(&new.tenant),
        new.id.as_str(),
        new.user_name.as_ref().map(UserName::as_str),
        new.mobile.as_ref().map(Mobile::as_str),
        new.email.as_ref().map(EmailAddress::as_str),
        new.user_name.as_ref().map(UserName::normalised),
        new.mobile.as_ref().and_then(mobile_key),
        new.email.as_ref().map(EmailAddress::normalised),
        new.status.as_str(),
        password.map(|password| password.verifier.expose()),
        form.as_str(),
        password.map(|password| columns::seconds(password.changed_at)),
        password.and_then(|password| password.must_change).map(MustChange::as_str),
        password.map_or(0, |password| password.skips_used),
        columns::factors(new.enrolled),
        columns::seconds(new.factors_changed_at),
        totp.map(|totp| totp.secret().as_str()),
        totp.map(|totp| totp.algorithm().as_str()),
        totp.map(Totp::digits),
        totp.map(|totp| columns::number(totp.step_seconds())).transpose()?,
        totp.and_then(Totp::last_used_step).map(columns::number).transpose()?,
        new.profile.to_json(),
    ]);
    match inserted {
        Ok(0) => Ok(Created::IdTaken),
        Ok(_) => Ok(Created::Done),
        Err(error) if is_of_another(&error) => Ok(Created::NameTaken),
        Err(error) => Err(error.into()),
    }
}

/// Whether a unique index has refused.
fn is_of_another(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|error| error.extended_code == SQLITE_CONSTRAINT_UNIQUE)
}
