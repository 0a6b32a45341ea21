//! An account as its row has it, wherever the row is kept.

use crate::{StoreError, columns};
use authflow::{
    AccountId, TenantId,
    account::{Account, Profile, UserName},
    contact::{EmailAddress, Mobile},
    factor::Totp,
    password::{Password, Verifier},
    sealing::SealedSecret,
};
use rusqlite::Row;

/// Reads a row with these columns in this order: id, revision, status, verifier, password_changed_at, must_change, skips_used, enrolled,
/// factors_changed_at, profile, user_name, mobile, email, totp_sealed, totp_algorithm, totp_digits, totp_step, password_form, totp_step_seconds.
pub(crate) fn account(row: &Row<'_>, tenant: Option<TenantId>) -> Result<Account, StoreError> {
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
    // The column has -1 until the first step is used.
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
