//! Accounts: found by what was typed or by id, always within one tenant.

use crate::{SqliteStore, StoreError, columns, names::mobile_key, writer::Written};
use authflow::{
    AccountId, TenantId,
    account::{Account, AccountKey, FindAccount, NameKind, Profile, UserName},
    contact::{EmailAddress, Mobile},
    factor::Totp,
    password::{MustChange, Password, PasswordForm, Verifier},
    sealing::SealedSecret,
};
use rusqlite::{Connection, OptionalExtension as _, Row, ffi::SQLITE_CONSTRAINT_UNIQUE, params};

/// Whether an account was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Created {
    /// It was.
    Done,
    /// There is one of that id in the tenant; it is left as it is, with what has been counted for it.
    IdTaken,
    /// Its user name, number or address is another account's in the tenant, in this spelling or another one. Nothing was made.
    NameTaken,
}

/// What is selected, in the order that [`account`] reads it.
macro_rules! select_account {
    ($condition:literal) => {
        concat!(
            "SELECT id, revision, status, verifier, password_changed_at, must_change, skips_used, enrolled, ",
            "factors_changed_at, profile, user_name, mobile, email, totp_sealed, totp_algorithm, totp_digits, totp_step, ",
            "password_form, totp_step_seconds FROM accounts WHERE tenant = ?1 AND ",
            $condition,
        )
    };
}

impl SqliteStore {
    pub(crate) async fn find_account(&self, ask: FindAccount) -> Result<Option<Account>, StoreError> {
        self.read(move |connection| find(connection, &ask)).await
    }

    /// An account, as an administrator reads it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn account(
        &self,
        tenant: Option<TenantId>,
        id: AccountId,
    ) -> Result<Option<Account>, StoreError> {
        self.read(move |connection| one(connection, BY_ID, tenant, id.as_str())).await
    }

    /// Makes an account. Its revision is drawn, whatever it says here: what was judged on an earlier account of the id is over.
    ///
    /// Let its user name be one that [`UserName::for_new_account`] takes.
    ///
    /// ```
    /// # use authflow::{Moment, account::Account};
    /// # use authflow_sqlite::{Created, Place, Settings, SqliteStore, StoreError, system_time};
    /// # async fn example(erin: Account) -> Result<(), Box<dyn std::error::Error>> {
    /// let store = SqliteStore::open(&Settings::new(Place::Memory, None, system_time), &Moment::now()?)?;
    /// assert_eq!(store.create_account(erin.clone()).await?, Created::Done);
    /// assert_eq!(store.create_account(erin).await?, Created::IdTaken);
    /// # Ok(()) }
    /// # let erin = authflow::testkit::demo::account("erin");
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(example(erin)).unwrap();
    /// ```
    ///
    /// # Errors
    /// When the database does not take it.
    pub async fn create_account(&self, new: Account) -> Result<Created, StoreError> {
        self.write(move |connection| {
            let created = create(connection, &new)?;
            Ok(if created == Created::Done { Written::Kept(created) } else { Written::TakenBack(created) })
        })
        .await
    }
}

const BY_ID: &str = select_account!("id = ?2");
const BY_NAME: &str = select_account!("user_name_key = ?2");
const BY_MOBILE: &str = select_account!("mobile_key = ?2");
const BY_EMAIL: &str = select_account!("email_key = ?2");

fn one(
    connection: &Connection,
    sql: &'static str,
    tenant: Option<TenantId>,
    key: &str,
) -> Result<Option<Account>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let parameters = params![columns::tenant(&tenant), key];
    statement.query_row(parameters, |row| Ok(account(row, tenant))).optional()?.transpose()
}

fn find(connection: &Connection, ask: &FindAccount) -> Result<Option<Account>, StoreError> {
    let one = |sql, key: &str| one(connection, sql, ask.audience.tenant, key);
    match &ask.key {
        AccountKey::Id(id) => one(BY_ID, id.as_str()),
        // As many look-ups as what was typed may be names, whoever has them.
        AccountKey::Identifier(typed) => {
            let found = typed.names().map(|(kind, text)| match kind {
                NameKind::UserName => one(BY_NAME, text),
                NameKind::Mobile => one(BY_MOBILE, text),
                NameKind::Email => one(BY_EMAIL, text),
            });
            let found = found.collect::<Result<Vec<_>, _>>()?;
            FindAccount::only(found).map_err(|_| StoreError::Ambiguous)
        }
    }
}

fn account(row: &Row<'_>, tenant: Option<TenantId>) -> Result<Account, StoreError> {
    let user_name = row.get::<_, Option<String>>(10)?.map(|text| UserName::new(&text));
    let mobile = row.get::<_, Option<String>>(11)?.map(|text| Mobile::new(&text));
    let email = row.get::<_, Option<String>>(12)?.map(|text| EmailAddress::new(&text));
    Ok(Account {
        id: AccountId::new(&row.get::<_, String>(0)?).map_err(|_| StoreError::Malformed("account id"))?,
        tenant,
        revision: columns::revision(row.get(1)?)?,
        status: columns::word("account status", &row.get::<_, String>(2)?)?,
        user_name: user_name.transpose().map_err(|_| StoreError::Malformed("user name"))?,
        password: match row.get::<_, Option<String>>(3)? {
            Some(verifier) => Some(password(row, Verifier::new(verifier))?),
            None => None,
        },
        mobile: mobile.transpose().map_err(|_| StoreError::Malformed("mobile"))?,
        email: email.transpose().map_err(|_| StoreError::Malformed("e-mail address"))?,
        totp: match row.get::<_, Option<String>>(13)? {
            Some(sealed) => Some(totp(row, &sealed)?),
            None => None,
        },
        enrolled: columns::factor_set(&row.get::<_, String>(7)?)?,
        factors_changed_at: columns::timestamp("factors_changed_at", row.get(8)?)?,
        profile: Profile::from_json(&row.get::<_, String>(9)?)
            .map_err(|_| StoreError::Malformed("profile"))?,
    })
}

fn totp(row: &Row<'_>, sealed: &str) -> Result<Totp, StoreError> {
    let secret = SealedSecret::new(sealed).map_err(|_| StoreError::Malformed("sealed secret"))?;
    let algorithm = columns::word("algorithm of a one-time password", &row.get::<_, String>(14)?)?;
    // -1 until a first one is used.
    let last_used_step = u64::try_from(row.get::<_, i64>(16)?).ok();
    let totp = Totp::new(secret, algorithm, row.get(15)?, last_used_step)
        .map_err(|_| StoreError::Malformed("totp"))?;
    let is_slow = columns::number(Totp::STEP_SECONDS)? != row.get::<_, i64>(18)?;
    Ok(if is_slow { totp.with_steps_of_a_minute() } else { totp })
}

fn password(row: &Row<'_>, verifier: Verifier) -> Result<Password, StoreError> {
    let must_change = row.get::<_, Option<String>>(5)?;
    Ok(Password {
        verifier,
        changed_at: columns::timestamp("password_changed_at", row.get(4)?)?,
        must_change: must_change
            .map(|reason| columns::word("reason to change a password", &reason))
            .transpose()?,
        skips_used: row.get(6)?,
        form: columns::word("form of a password", &row.get::<_, String>(17)?)?,
    })
}

fn create(connection: &Connection, new: &Account) -> Result<Created, StoreError> {
    let sql = "INSERT INTO accounts (tenant, id, user_name, mobile, email, user_name_key, mobile_key, email_key, status,
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

fn is_of_another(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|error| error.extended_code == SQLITE_CONSTRAINT_UNIQUE)
}
