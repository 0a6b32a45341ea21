//! The form of ids, times and sets in columns.

use super::StoreError;
use authflow::{
    Audience, TenantId, Timestamp, UnknownWord,
    account::Revision,
    device::DeviceBinding,
    factor::{Factor, FactorSet},
    social::LinkedBy,
    token::{DeviceDigest, KeyId},
};
use std::str::FromStr;

/// The tenant of a row.
pub(crate) fn tenant_id(stored: &str) -> Result<Option<TenantId>, StoreError> {
    match stored {
        "" => Ok(None),
        tenant => TenantId::new(tenant).map(Some).map_err(|_| StoreError::Malformed("tenant")),
    }
}

/// SQLite's integers are signed.
pub(crate) fn number(value: u64) -> Result<i64, StoreError> {
    i64::try_from(value).map_err(|_| StoreError::TooLarge)
}

pub(crate) fn seconds(at: Timestamp) -> i64 {
    at.into()
}

pub(crate) fn timestamp(column: &'static str, stored: i64) -> Result<Timestamp, StoreError> {
    Timestamp::try_from(stored).map_err(|_| StoreError::Malformed(column))
}

pub(crate) fn optional_timestamp(
    column: &'static str,
    stored: Option<i64>,
) -> Result<Option<Timestamp>, StoreError> {
    stored.map(|stored| timestamp(column, stored)).transpose()
}

pub(crate) fn tenant(tenant: &Option<TenantId>) -> &str {
    tenant.as_ref().map_or("", TenantId::as_str)
}

pub(crate) fn tenant_of(audience: &Audience) -> &str {
    tenant(&audience.tenant)
}

pub(crate) fn factors(set: FactorSet) -> String {
    set.iter().map(Factor::amr).collect::<Vec<_>>().join(" ")
}

pub(crate) fn factor_set(stored: &str) -> Result<FactorSet, StoreError> {
    let named = |name| Factor::ALL.into_iter().find(|factor| factor.amr() == name);
    stored
        .split_ascii_whitespace()
        .map(named)
        .collect::<Option<_>>()
        .ok_or(StoreError::Malformed("set of factors"))
}

pub(crate) fn linked_by(stored: i64) -> Result<LinkedBy, StoreError> {
    let bits = u16::try_from(stored).ok().and_then(|bits| LinkedBy::from_bits(bits).ok());
    bits.ok_or(StoreError::Malformed("linked_by"))
}

pub(crate) fn revision(stored: i64) -> Result<Revision, StoreError> {
    Revision::try_from(stored).map_err(|_| StoreError::Malformed("revision"))
}

/// One of the words of the library.
pub(crate) fn word<T: FromStr<Err = UnknownWord>>(
    column: &'static str,
    stored: &str,
) -> Result<T, StoreError> {
    stored.parse().map_err(|_| StoreError::Malformed(column))
}

/// The binding of a session: its kind, the key that made the digest, and the digest.
pub(crate) fn device_binding(
    kind: String,
    key: Option<String>,
    digest: [u8; 16],
) -> Result<DeviceBinding, StoreError> {
    let key = key.as_deref().map(KeyId::new).transpose();
    Ok(DeviceBinding {
        kind: word("device_kind", &kind)?,
        key: key.map_err(|_| StoreError::Malformed("device_key"))?,
        digest: DeviceDigest::from_bytes(digest),
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
            assert_eq!(factor_set(&factors(set)).unwrap(), set);
        }
        assert!(factor_set("pwd mfa").is_err());
        assert!(word::<AccountStatus>("status", "").is_err());
        let binding =
            |kind: &str, key: Option<&str>| device_binding(kind.into(), key.map(Into::into), [1; 16]);
        assert!(binding("cookie", None).is_ok() && binding("fingerprint", Some("2026-11")).is_ok());
        assert!(binding("Cookie", None).is_err() && binding("cookie", Some("")).is_err());
        assert!(timestamp("x", -1).is_err() && revision(-1).is_err() && number(u64::MAX).is_err());
    }
}
