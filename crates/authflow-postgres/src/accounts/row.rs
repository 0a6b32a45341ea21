//! An account as its row has it, wherever the row is kept. Each column is read by its name.

use crate::{
    StoreError,
    columns::{self, get},
};
use authflow::{
    account::{Account, Profile, UserName},
    contact::{EmailAddress, Mobile},
    factor::Totp,
    password::{Password, Verifier},
    sealing::SealedSecret,
};
use tokio_postgres::Row;

pub(crate) fn account(row: &Row) -> Result<Account, StoreError> {
    let user_name = get::<Option<&str>>(row, "user_name")?.map(UserName::new).transpose();
    let mobile = get::<Option<&str>>(row, "mobile")?.map(Mobile::new).transpose();
    let email = get::<Option<&str>>(row, "email")?.map(EmailAddress::new).transpose();
    Ok(Account {
        id: columns::account_id(get(row, "id")?)?,
        tenant: columns::tenant_id(get(row, "tenant")?)?,
        revision: columns::revision(get(row, "revision")?)?,
        status: columns::word("status", get(row, "status")?)?,
        user_name: user_name.map_err(|_| StoreError::malformed("user_name", "a user name"))?,
        password: match get::<Option<&str>>(row, "verifier")? {
            Some(verifier) => Some(password(row, Verifier::new(verifier))?),
            None => None,
        },
        mobile: mobile.map_err(|_| StoreError::malformed("mobile", "a mobile number"))?,
        email: email.map_err(|_| StoreError::malformed("email", "an e-mail address"))?,
        totp: totp(row)?,
        enrolled: columns::factor_set("enrolled", get(row, "enrolled")?)?,
        factors_changed_at: columns::timestamp("factors_changed_at", get(row, "factors_changed_at")?)?,
        profile: Profile::from_json(get(row, "profile")?)
            .map_err(|_| StoreError::malformed("profile", "an object of claims in JSON"))?,
    })
}

fn password(row: &Row, verifier: Verifier) -> Result<Password, StoreError> {
    let must_change = get::<Option<&str>>(row, "must_change")?;
    Ok(Password {
        verifier,
        changed_at: columns::timestamp("password_changed_at", get(row, "password_changed_at")?)?,
        must_change: must_change.map(|reason| columns::word("must_change", reason)).transpose()?,
        skips_used: columns::count("skips_used", get(row, "skips_used")?)?,
        form: columns::word("password_form", get(row, "password_form")?)?,
    })
}

fn totp(row: &Row) -> Result<Option<Totp>, StoreError> {
    let Some(sealed) = get::<Option<&str>>(row, "totp_sealed")? else { return Ok(None) };
    let malformed = |wanted| StoreError::malformed("one-time password", wanted);
    let secret = SealedSecret::new(sealed).map_err(|_| malformed("a sealed secret"))?;
    let algorithm = columns::word("totp_algorithm", get(row, "totp_algorithm")?)?;
    let digits = u8::try_from(get::<i64>(row, "totp_digits")?).map_err(|_| malformed("of 6 to 8 digits"))?;
    let used = get::<Option<i64>>(row, "totp_step")?.map(u64::try_from).transpose();
    let used = used.map_err(|_| malformed("of a step from 0 on"))?;
    let totp = Totp::new(secret, algorithm, digits, used).map_err(|_| malformed("of 6 to 8 digits"))?;
    let is_slow = get::<i64>(row, "totp_step_seconds")? != columns::number(Totp::STEP_SECONDS)?;
    Ok(Some(if is_slow { totp.with_steps_of_a_minute() } else { totp }))
}
