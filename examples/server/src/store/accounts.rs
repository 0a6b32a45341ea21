//! Accounts: found by what was typed or by id, always within one tenant.

use super::{Store, StoreError, Written, columns, names::mobile_key};
use authflow::{
    AccountId, TenantId, Timestamp,
    account::{Account, AccountKey, AccountStatus, FindAccount, NameKind, Profile, UserName},
    contact::{EmailAddress, Mobile},
    factor::{FactorSet, Totp},
    password::{MustChange, Password, PasswordForm, Verifier},
    sealing::SealedSecret,
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

/// An account to make.
pub(crate) struct NewAccount {
    pub(crate) tenant: Option<TenantId>,
    pub(crate) id: AccountId,
    pub(crate) user_name: UserName,
    pub(crate) status: AccountStatus,
    /// Of the one spelling of its password.
    pub(crate) verifier: Option<Verifier>,
    /// When the password was set, if there is one.
    pub(crate) changed_at: Timestamp,
    pub(crate) must_change: Option<MustChange>,
    pub(crate) mobile: Option<Mobile>,
    pub(crate) email: Option<EmailAddress>,
    /// The sealed secret of a one-time password of six digits under SHA-1, which every authenticator has.
    pub(crate) totp: Option<SealedSecret>,
    pub(crate) enrolled: FactorSet,
    pub(crate) profile: String,
    /// Its password is public.
    pub(crate) is_demo: bool,
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

impl Store {
    pub(crate) async fn account(&self, ask: FindAccount) -> Result<Option<Account>, StoreError> {
        self.read(move |connection| find(connection, &ask)).await
    }

    pub(crate) async fn has_account(
        &self,
        tenant: Option<TenantId>,
        id: AccountId,
    ) -> Result<bool, StoreError> {
        self.read(move |connection| {
            let mut statement =
                connection.prepare_cached("SELECT 1 FROM accounts WHERE tenant = ?1 AND id = ?2")?;
            Ok(statement.exists(params![columns::tenant(&tenant), id.as_str()])?)
        })
        .await
    }

    pub(crate) async fn has_demo_accounts(&self) -> Result<bool, StoreError> {
        let read = |connection: &Connection| {
            Ok(connection.prepare_cached("SELECT 1 FROM accounts WHERE is_demo = 1 LIMIT 1")?.exists([])?)
        };
        self.read(read).await
    }

    /// Makes an account unless there is one of that id: what has been counted for it is not counted afresh. The schema draws its first
    /// revision.
    pub(crate) async fn add_account(&self, new: NewAccount) -> Result<(), StoreError> {
        self.write(move |connection| add(connection, &new).map(Written::Kept)).await
    }
}

fn find(connection: &Connection, ask: &FindAccount) -> Result<Option<Account>, StoreError> {
    const BY_ID: &str = select_account!("id = ?2");
    const BY_NAME: &str = select_account!("user_name_key = ?2");
    const BY_MOBILE: &str = select_account!("mobile_key = ?2");
    const BY_EMAIL: &str = select_account!("email_key = ?2");
    let one = |sql, key: &str| {
        let mut statement = connection.prepare_cached(sql)?;
        let parameters = params![columns::tenant_of(&ask.audience), key];
        statement.query_row(parameters, |row| Ok(account(row, ask.audience.tenant))).optional()?.transpose()
    };
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
    let mobile = row.get::<_, Option<String>>(11)?.map(|text| Mobile::new(&text));
    let email = row.get::<_, Option<String>>(12)?.map(|text| EmailAddress::new(&text));
    Ok(Account {
        id: AccountId::new(&row.get::<_, String>(0)?).map_err(|_| StoreError::Malformed("account id"))?,
        tenant,
        revision: columns::revision(row.get(1)?)?,
        status: columns::word("account status", &row.get::<_, String>(2)?)?,
        user_name: Some(
            UserName::new(&row.get::<_, String>(10)?).map_err(|_| StoreError::Malformed("user name"))?,
        ),
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

fn add(connection: &Connection, new: &NewAccount) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO accounts (tenant, id, user_name, status, verifier, password_changed_at, must_change,
            profile, is_demo, mobile, email, totp_sealed, enrolled, user_name_key, mobile_key, email_key, password_form)
        VALUES (?1, ?2, ?3, ?4, ?5, iif(?5 IS NULL, NULL, ?6), ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
        ON CONFLICT (tenant, id) DO NOTHING";
    connection.prepare_cached(sql)?.execute(params![
        columns::tenant(&new.tenant),
        new.id.as_str(),
        new.user_name.as_str(),
        new.status.as_str(),
        new.verifier.as_ref().map(Verifier::expose),
        columns::seconds(new.changed_at),
        new.must_change.map(MustChange::as_str),
        new.profile,
        new.is_demo,
        new.mobile.as_ref().map(Mobile::as_str),
        new.email.as_ref().map(EmailAddress::as_str),
        new.totp.as_ref().map(SealedSecret::as_str),
        columns::factors(new.enrolled),
        new.user_name.normalised(),
        new.mobile.as_ref().and_then(mobile_key),
        new.email.as_ref().map(EmailAddress::normalised),
        PasswordForm::Canonical.as_str(),
    ])?;
    Ok(())
}
