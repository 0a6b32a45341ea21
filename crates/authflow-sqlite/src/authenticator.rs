//! The enrolment of authenticators, in whichever table they are kept.

use crate::{StoreError, columns};
use authflow::{
    Timestamp,
    factor::{FactorSet, Totp},
};
use rusqlite::{Connection, params};

/// Enrols an authenticator. The table's trigger raises the revision if a row changes. So the earlier authenticator is removed first, and there is
/// always a change.
pub(crate) fn enrol(
    connection: &Connection,
    table: &'static str,
    (tenant, account): (&str, &str),
    (totp, enrolled, changed_at): (&Totp, FactorSet, Timestamp),
) -> Result<(), StoreError> {
    let sql = format!("UPDATE {table} SET totp_sealed = NULL WHERE tenant = ?1 AND id = ?2");
    connection.prepare_cached(&sql)?.execute([tenant, account])?;
    let sql = format!(
        "UPDATE {table} SET totp_sealed = ?3, totp_algorithm = ?4, totp_digits = ?5, totp_step_seconds = ?6, totp_step = ?7,
            enrolled = ?8, factors_changed_at = ?9
        WHERE tenant = ?1 AND id = ?2"
    );
    connection.prepare_cached(&sql)?.execute(params![
        tenant,
        account,
        totp.secret().as_str(),
        totp.algorithm().as_str(),
        totp.digits(),
        columns::number(totp.step_seconds())?,
        // The column has -1 until the first step is used.
        totp.last_used_step().map(columns::number).transpose()?.unwrap_or(-1),
        columns::factors(enrolled),
        columns::seconds(changed_at),
    ])?;
    Ok(())
}
