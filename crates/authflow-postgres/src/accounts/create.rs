//! The creation of accounts.

use super::OwnAccounts;
use crate::{
    PostgresStore, StoreError, Transaction, columns,
    database::{Written, writing},
    names::mobile_key,
    parameters::{int8, text},
};
use authflow::{
    TenantId,
    account::{Account, NewAccount, UserName},
    contact::{EmailAddress, Mobile},
    factor::Totp,
    password::{PasswordForm, Verifier},
    sealing::SealedSecret,
    step::CommitRefusal,
};

/// Whether an account was made.
///
/// ```no_run
/// use authflow::{account::UserName, testkit::demo};
/// use authflow_postgres::{Created, PostgresStore};
///
/// # async fn example(store: PostgresStore) -> Result<(), Box<dyn std::error::Error>> {
/// assert_eq!(store.create_account(&demo::account("erin")).await?, Created::Done);
/// let mut other = demo::account("zoe");
/// other.user_name = Some(UserName::new("ERIN")?); // erin's, in another spelling
/// assert_eq!(store.create_account(&other).await?, Created::NameTaken);
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

impl PostgresStore<OwnAccounts> {
    /// Makes an account. Its revision is always drawn, whatever revision `new` has, so everything that was judged on an earlier account of the id is
    /// over.
    ///
    /// The user name should be one that [`UserName::for_new_account`] accepts.
    ///
    /// ```no_run
    /// use authflow::{Moment, sealing::SealingKeys, testkit::demo};
    /// use authflow_postgres::{
    ///     Created, PostgresStore, Settings, StoreError, tokio_postgres::NoTls,
    /// };
    ///
    /// # async fn example(keys: SealingKeys) -> Result<(), StoreError> {
    /// let settings =
    ///     Settings::new("postgres://authflow@localhost/people", NoTls, Some(keys), Moment::now)?;
    /// let store = PostgresStore::connect(settings).await?;
    /// // yours: Account::new(id, user_name, verifier, &Moment::now()?)
    /// let erin = demo::account("erin");
    /// assert_eq!(store.create_account(&erin).await?, Created::Done);
    /// assert_eq!(store.create_account(&erin).await?, Created::IdTaken);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When the database does not accept the account.
    pub async fn create_account(&self, new: &Account) -> Result<Created, StoreError> {
        writing!(self.database.to_end(), transaction => create(transaction, new))
    }
}

/// Makes an account for somebody who registers.
pub(super) async fn register(
    transaction: &Transaction,
    tenant: Option<TenantId>,
    new: &NewAccount<Verifier>,
) -> Result<Option<CommitRefusal>, StoreError> {
    if let Some(refusal) = taken_by_another(transaction, "authflow.accounts", tenant, new).await? {
        return Ok(Some(refusal));
    }
    if let Written::TakenBack(_) = create(transaction, &new.account(tenant)).await? {
        // Another registration was faster. If this isolation level does not show the other account, the transaction starts again.
        let refusal = taken_by_another(transaction, "authflow.accounts", tenant, new).await?;
        return refusal.map(Some).ok_or(StoreError::Raced);
    }
    // A trigger has drawn another revision.
    let sql = "UPDATE authflow.accounts SET revision = $3 WHERE tenant = $1 AND id = $2";
    let of = [text(columns::tenant(&tenant)), text(new.id.as_str()), int8(i64::from(new.revision))];
    transaction.execute(sql, &of).await.map(|_| None)
}

/// Why somebody cannot register, according to the keys of names in a table.
pub(crate) async fn taken_by_another(
    transaction: &Transaction,
    table: &'static str,
    tenant: Option<TenantId>,
    new: &NewAccount<Verifier>,
) -> Result<Option<CommitRefusal>, StoreError> {
    let sql = format!(
        "SELECT EXISTS (SELECT FROM {table} WHERE tenant = $1 AND id = $2) AS id,
            EXISTS (SELECT FROM {table} WHERE tenant = $1 AND mobile_key = $3)
                OR EXISTS (SELECT FROM {table} WHERE tenant = $1 AND email_key = $4)
                OR EXISTS (SELECT FROM {table} WHERE tenant = $1 AND user_name_key IN ($6, $7, $8, $9)) AS contact,
            EXISTS (SELECT FROM {table} WHERE tenant = $1 AND user_name_key = $5) AS user_name"
    );
    let [full, national, dialled, address] = new.contact_names.texts().map(text);
    let values = [
        text(columns::tenant(&tenant)),
        text(new.id.as_str()),
        text(new.mobile.as_ref().and_then(mobile_key)),
        text(new.email.as_ref().map(EmailAddress::normalised)),
        text(new.user_name.as_ref().map(UserName::normalised)),
        full,
        national,
        dialled,
        address,
    ];
    let row = transaction.query_opt(&sql, &values).await?.ok_or(StoreError::Raced)?;
    for (column, refusal) in [
        ("id", CommitRefusal::AccountExists),
        ("contact", CommitRefusal::ContactTaken),
        ("user_name", CommitRefusal::UserNameTaken),
    ] {
        if columns::get(&row, column)? {
            return Ok(Some(refusal));
        }
    }
    Ok(None)
}

/// No row is made if any unique key would be violated. A second statement then finds out which key it was.
pub(super) async fn create(transaction: &Transaction, new: &Account) -> Result<Written<Created>, StoreError> {
    let sql = "INSERT INTO authflow.accounts (tenant, id, revision, status, user_name, mobile, email, user_name_key,
            mobile_key, email_key, verifier, password_form, password_changed_at, must_change, skips_used, enrolled,
            factors_changed_at, totp_sealed, totp_algorithm, totp_digits, totp_step_seconds, totp_step, profile)
        VALUES ($1, $2, 0, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
        ON CONFLICT DO NOTHING RETURNING id";
    let (password, totp) = (new.password.as_ref(), new.totp.as_ref());
    let (tenant, id) = (columns::tenant(&new.tenant), new.id.as_str());
    let made = transaction
        .query_opt(
            sql,
            &[
                text(tenant),
                text(id),
                text(new.status.as_str()),
                text(new.user_name.as_ref().map(UserName::as_str)),
                text(new.mobile.as_ref().map(Mobile::as_str)),
                text(new.email.as_ref().map(EmailAddress::as_str)),
                text(new.user_name.as_ref().map(UserName::normalised)),
                text(new.mobile.as_ref().and_then(mobile_key)),
                text(new.email.as_ref().map(EmailAddress::normalised)),
                text(password.map(|password| Verifier::expose(&password.verifier))),
                text(password.map_or(PasswordForm::AsTyped, |password| password.form).as_str()),
                int8(password.map(|password| columns::seconds(password.changed_at))),
                text(password.and_then(|password| password.must_change).map(|reason| reason.as_str())),
                int8(password.map_or(0, |password| i64::from(password.skips_used))),
                text(&*columns::factors(new.enrolled)),
                int8(columns::seconds(new.factors_changed_at)),
                text(totp.map(Totp::secret).map(SealedSecret::as_str)),
                text(totp.map(Totp::algorithm).unwrap_or_default().as_str()),
                int8(totp.map_or(6, |totp| i64::from(totp.digits()))),
                int8(columns::number(totp.map_or(Totp::STEP_SECONDS, Totp::step_seconds))?),
                int8(totp.and_then(Totp::last_used_step).map(columns::number).transpose()?),
                text(&*new.profile.to_json()),
            ],
        )
        .await?;
    if made.is_some() {
        return Ok(Written::Kept(Created::Done));
    }
    let sql = "SELECT id FROM authflow.accounts WHERE tenant = $1 AND id = $2";
    let taken = transaction.query_opt(sql, &[text(tenant), text(id)]).await?;
    Ok(Written::TakenBack(if taken.is_some() { Created::IdTaken } else { Created::NameTaken }))
}
