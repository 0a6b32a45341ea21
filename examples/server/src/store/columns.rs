//! How ids, times and sets stand in columns.

use super::StoreError;
use authflow::{
    Audience, TenantId, Timestamp,
    account::AccountStatus,
    factor::{Factor, FactorSet, TotpAlgorithm},
    password::MustChange,
};

/// SQLite's integers are signed.
pub(super) fn number(value: u64) -> Result<i64, StoreError> {
    i64::try_from(value).map_err(|_| StoreError::TooLarge)
}

pub(super) fn unsigned(column: &'static str, stored: i64) -> Result<u64, StoreError> {
    u64::try_from(stored).map_err(|_| StoreError::Malformed(column))
}

/// Never too large: the last timestamp is the year 9999.
pub(super) fn seconds(at: Timestamp) -> i64 {
    i64::try_from(at.as_unix()).unwrap_or(i64::MAX)
}

pub(super) fn timestamp(column: &'static str, stored: i64) -> Result<Timestamp, StoreError> {
    unsigned(column, stored).map(Timestamp::from_unix)
}

pub(super) fn tenant(tenant: &Option<TenantId>) -> &str {
    tenant.as_ref().map_or("", TenantId::as_str)
}

pub(super) fn tenant_of(audience: &Audience) -> &str {
    tenant(&audience.tenant)
}

pub(super) fn factors(set: FactorSet) -> String {
    set.iter().map(Factor::amr).collect::<Vec<_>>().join(" ")
}

pub(super) fn factor_set(stored: &str) -> Result<FactorSet, StoreError> {
    let named = |name| Factor::ALL.into_iter().find(|factor| factor.amr() == name);
    stored
        .split_ascii_whitespace()
        .map(named)
        .collect::<Option<_>>()
        .ok_or(StoreError::Malformed("set of factors"))
}

pub(super) fn status(status: AccountStatus) -> &'static str {
    match status {
        AccountStatus::Active => "active",
        AccountStatus::Locked => "locked",
        AccountStatus::Disabled => "disabled",
    }
}

pub(super) fn account_status(stored: &str) -> Result<AccountStatus, StoreError> {
    [AccountStatus::Active, AccountStatus::Locked, AccountStatus::Disabled]
        .into_iter()
        .find(|known| status(*known) == stored)
        .ok_or(StoreError::Malformed("account status"))
}

pub(super) fn must_change(reason: MustChange) -> &'static str {
    match reason {
        MustChange::AdministratorReset => "administrator_reset",
        MustChange::Breached => "breached",
        MustChange::FirstLogin => "first_login",
    }
}

pub(super) fn must_change_reason(stored: &str) -> Result<MustChange, StoreError> {
    [MustChange::AdministratorReset, MustChange::Breached, MustChange::FirstLogin]
        .into_iter()
        .find(|known| must_change(*known) == stored)
        .ok_or(StoreError::Malformed("reason to change a password"))
}

pub(super) fn totp_algorithm(stored: &str) -> Result<TotpAlgorithm, StoreError> {
    match stored {
        "sha1" => Ok(TotpAlgorithm::Sha1),
        "sha256" => Ok(TotpAlgorithm::Sha256),
        "sha512" => Ok(TotpAlgorithm::Sha512),
        _ => Err(StoreError::Malformed("algorithm of a one-time password")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_and_names_survive_their_columns_and_others_are_refused() {
        for set in [FactorSet::EMPTY, Factor::ALL.into_iter().collect(), FactorSet::EMPTY.with(Factor::Totp)]
        {
            assert_eq!(factor_set(&factors(set)).unwrap(), set);
        }
        assert!(factor_set("pwd mfa").is_err());
        assert!(account_status("").is_err() && must_change_reason("none").is_err());
        assert!(timestamp("x", -1).is_err() && number(u64::MAX).is_err());
    }
}
