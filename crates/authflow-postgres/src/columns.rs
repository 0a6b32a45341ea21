//! The form of ids, times and sets in columns.

use crate::StoreError;
use authflow::{
    AccountId, Audience, TenantId, Timestamp, UnknownWord,
    account::Revision,
    device::DeviceBinding,
    factor::{Factor, FactorSet},
    social::LinkedBy,
    token::{DeviceDigest, KeyId},
};
use std::str::FromStr;
use tokio_postgres::{Row, types::FromSql};

/// A column of a row, by its name.
pub(crate) fn get<'r, T: FromSql<'r>>(row: &'r Row, column: &'static str) -> Result<T, StoreError> {
    row.try_get(column)
        .map_err(|_| StoreError::malformed(column, "of the type that the tables have, and not NULL"))
}

/// The tenant of a row. An application without tenants has the empty one, because two NULLs are never equal.
pub(crate) fn tenant_id(stored: &str) -> Result<Option<TenantId>, StoreError> {
    match stored {
        "" => Ok(None),
        tenant => {
            TenantId::new(tenant).map(Some).map_err(|_| StoreError::malformed("tenant", "an id of a tenant"))
        }
    }
}

pub(crate) fn account_id(stored: &str) -> Result<AccountId, StoreError> {
    AccountId::new(stored).map_err(|_| StoreError::malformed("id", "an id of an account"))
}

pub(crate) fn tenant(tenant: &Option<TenantId>) -> &str {
    tenant.as_ref().map_or("", TenantId::as_str)
}

pub(crate) fn tenant_of(audience: &Audience) -> &str {
    tenant(&audience.tenant)
}

/// The database's integers are signed.
pub(crate) fn number(value: u64) -> Result<i64, StoreError> {
    i64::try_from(value).map_err(|_| StoreError::TooLarge)
}

/// A number that must not be negative.
pub(crate) fn count(column: &'static str, stored: i64) -> Result<u32, StoreError> {
    u32::try_from(stored).map_err(|_| StoreError::malformed(column, "0 to 4294967295"))
}

pub(crate) fn seconds(at: Timestamp) -> i64 {
    at.into()
}

pub(crate) fn timestamp(column: &'static str, stored: i64) -> Result<Timestamp, StoreError> {
    Timestamp::try_from(stored).map_err(|_| StoreError::malformed(column, "seconds since 1970"))
}

pub(crate) fn optional_timestamp(
    column: &'static str,
    stored: Option<i64>,
) -> Result<Option<Timestamp>, StoreError> {
    stored.map(|stored| timestamp(column, stored)).transpose()
}

pub(crate) fn factors(set: FactorSet) -> String {
    set.iter().map(Factor::amr).collect::<Vec<_>>().join(" ")
}

pub(crate) fn factor_set(column: &'static str, stored: &str) -> Result<FactorSet, StoreError> {
    let named = |name| Factor::ALL.into_iter().find(|factor| factor.amr() == name);
    let set = stored.split_ascii_whitespace().map(named).collect::<Option<_>>();
    set.ok_or(StoreError::malformed(column, "names of factors with blanks between"))
}

pub(crate) fn linked_by(stored: i64) -> Result<LinkedBy, StoreError> {
    let bits = u16::try_from(stored).ok().and_then(|bits| LinkedBy::from_bits(bits).ok());
    bits.ok_or(StoreError::malformed("linked_by", "bits of a `LinkedBy`"))
}

pub(crate) fn revision(stored: i64) -> Result<Revision, StoreError> {
    Revision::try_from(stored).map_err(|_| StoreError::malformed("revision", "0 to 9223372036854775807"))
}

/// One of the words of the library.
pub(crate) fn word<T: FromStr<Err = UnknownWord>>(
    column: &'static str,
    stored: &str,
) -> Result<T, StoreError> {
    stored.parse().map_err(|_| StoreError::malformed(column, "a word of the library's"))
}

/// A digest of 16 bytes.
pub(crate) fn digest(column: &'static str, stored: &[u8]) -> Result<[u8; 16], StoreError> {
    stored.try_into().map_err(|_| StoreError::malformed(column, "16 bytes"))
}

/// The binding of a session: its kind, the key that made the digest, and the digest.
pub(crate) fn device_binding(
    kind: &str,
    key: Option<&str>,
    stored: &[u8],
) -> Result<DeviceBinding, StoreError> {
    let key = key.map(KeyId::new).transpose();
    Ok(DeviceBinding {
        kind: word("device_kind", kind)?,
        key: key.map_err(|_| StoreError::malformed("device_key", "an id of a key"))?,
        digest: DeviceDigest::from_bytes(digest("device_digest", stored)?),
    })
}

pub(crate) fn key_id(device: &DeviceBinding) -> Option<&str> {
    device.key.as_ref().map(KeyId::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use authflow::account::AccountStatus;

    #[test]
    fn sets_and_names_survive_their_columns_and_others_are_refused() {
        for set in [FactorSet::EMPTY, Factor::ALL.into_iter().collect(), FactorSet::EMPTY.with(Factor::Totp)]
        {
            assert_eq!(factor_set("enrolled", &factors(set)).unwrap(), set);
        }
        assert!(factor_set("enrolled", "pwd mfa").is_err());
        assert!(word::<AccountStatus>("status", "").is_err());
        assert!(device_binding("cookie", None, &[1; 16]).is_ok());
        assert!(device_binding("fingerprint", Some("2026-11"), &[1; 16]).is_ok());
        for (kind, key, digest) in
            [("Cookie", None, &[1; 16][..]), ("cookie", Some(""), &[1; 16]), ("cookie", None, &[1; 15])]
        {
            assert!(device_binding(kind, key, digest).is_err());
        }
        assert!(timestamp("x", -1).is_err() && revision(-1).is_err() && number(u64::MAX).is_err());
        assert!(count("x", -1).is_err() && tenant_id("a\n").is_err() && account_id("").is_err());
    }
}
