//! The enrolment of authenticators, in whichever table they are kept.

use crate::{
    StoreError, Transaction, columns,
    parameters::{int8, text},
};
use authflow::{
    Timestamp,
    factor::{FactorSet, Totp},
};

/// Enrols an authenticator. The table's trigger raises the revision if a row changes. So the earlier authenticator is removed first, and there is
/// always a change.
pub(crate) async fn enrol(
    transaction: &Transaction,
    table: &'static str,
    (tenant, account): (&str, &str),
    (totp, enrolled, changed_at): (&Totp, FactorSet, Timestamp),
) -> Result<(), StoreError> {
    let sql = format!("UPDATE {table} SET totp_sealed = NULL WHERE tenant = $1 AND id = $2");
    transaction.execute(&sql, &[text(tenant), text(account)]).await?;
    let sql = format!(
        "UPDATE {table} SET totp_sealed = $3, totp_algorithm = $4, totp_digits = $5, totp_step_seconds = $6, totp_step = $7,
            enrolled = $8, factors_changed_at = $9
        WHERE tenant = $1 AND id = $2"
    );
    let written = transaction
        .execute(
            &sql,
            &[
                text(tenant),
                text(account),
                text(totp.secret().as_str()),
                text(totp.algorithm().as_str()),
                int8(i64::from(totp.digits())),
                int8(columns::number(totp.step_seconds())?),
                int8(totp.last_used_step().map(columns::number).transpose()?),
                text(&*columns::factors(enrolled)),
                int8(columns::seconds(changed_at)),
            ],
        )
        .await?;
    if written == 1 { Ok(()) } else { Err(StoreError::Raced) }
}
