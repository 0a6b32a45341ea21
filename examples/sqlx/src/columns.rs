//! The form of ids, times and words in columns.

use crate::StoreError;
use authflow::{AccountId, TenantId, Timestamp};
use sqlx::{Decode, Postgres, Row as _, Type, postgres::PgRow};

pub(crate) fn get<'r, T: Decode<'r, Postgres> + Type<Postgres>>(
    row: &'r PgRow,
    column: &str,
) -> Result<T, StoreError> {
    Ok(row.try_get(column)?)
}

/// A column whose value the library parses.
pub(crate) fn read<'r, S, T, E>(
    row: &'r PgRow,
    column: &'static str,
    make: impl FnOnce(S) -> Result<T, E>,
) -> Result<T, StoreError>
where
    S: Decode<'r, Postgres> + Type<Postgres>,
{
    make(get(row, column)?).map_err(|_| StoreError::Malformed(column))
}

/// A column that may be NULL, and whose value the library parses.
pub(crate) fn read_optional<'r, S, T, E>(
    row: &'r PgRow,
    column: &'static str,
    make: impl FnOnce(S) -> Result<T, E>,
) -> Result<Option<T>, StoreError>
where
    S: Decode<'r, Postgres> + Type<Postgres>,
{
    get::<Option<S>>(row, column)?.map(make).transpose().map_err(|_| StoreError::Malformed(column))
}

pub(crate) fn timestamp(row: &PgRow, column: &'static str) -> Result<Timestamp, StoreError> {
    read(row, column, |stored: i64| Timestamp::try_from(stored))
}

pub(crate) fn seconds(at: Timestamp) -> i64 {
    at.into()
}

pub(crate) fn tenant(tenant: &Option<TenantId>) -> &str {
    tenant.as_ref().map_or("", TenantId::as_str)
}

pub(crate) fn tenant_id(row: &PgRow) -> Result<Option<TenantId>, StoreError> {
    read(row, "tenant", |stored: &str| match stored {
        "" => Ok(None),
        tenant => TenantId::new(tenant).map(Some),
    })
}

/// The account that a row belongs to.
#[derive(Clone, Copy)]
pub(crate) struct Of<'a> {
    pub(crate) tenant: &'a str,
    pub(crate) account: &'a AccountId,
}
