//! A written account, with its secrets.

use super::date_time::DateTime;
use crate::{
    AccountId, TenantId,
    account::{Account, AccountStatus, Profile, Revision, UserName},
    contact::{EmailAddress, Mobile},
    factor::{FactorSet, Totp, TotpAlgorithm},
    password::{MustChange, Password, PasswordForm, Verifier},
    sealing::SealedSecret,
};
use alloc::string::{String, ToString as _};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordedAccount {
    id: AccountId,
    tenant: Option<TenantId>,
    revision: Revision,
    status: AccountStatus,
    user_name: Option<String>,
    password: Option<RecordedPassword>,
    mobile: Option<String>,
    email: Option<String>,
    totp: Option<RecordedTotp>,
    enrolled: FactorSet,
    factors_changed_at: DateTime,
    profile: Map<String, Value>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordedPassword {
    verifier: String,
    changed_at: DateTime,
    must_change: Option<MustChange>,
    skips_used: u32,
    form: PasswordForm,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordedTotp {
    sealed: String,
    algorithm: TotpAlgorithm,
    digits: u8,
    step_seconds: u64,
    last_used_step: Option<u64>,
}

impl RecordedAccount {
    pub(super) fn of(account: &Account) -> Self {
        let password = |password: &Password| RecordedPassword {
            verifier: password.verifier.expose().to_string(),
            changed_at: DateTime(password.changed_at),
            must_change: password.must_change,
            skips_used: password.skips_used,
            form: password.form,
        };
        let totp = |totp: &Totp| RecordedTotp {
            sealed: totp.secret().as_str().to_string(),
            algorithm: totp.algorithm(),
            step_seconds: totp.step_seconds(),
            digits: totp.digits(),
            last_used_step: totp.last_used_step(),
        };
        Self {
            id: account.id,
            tenant: account.tenant,
            revision: account.revision,
            status: account.status,
            user_name: account.user_name.as_ref().map(|name| name.as_str().to_string()),
            password: account.password.as_ref().map(password),
            mobile: account.mobile.as_ref().map(|mobile| mobile.as_str().to_string()),
            email: account.email.as_ref().map(|email| email.as_str().to_string()),
            totp: account.totp.as_ref().map(totp),
            enrolled: account.enrolled,
            factors_changed_at: DateTime(account.factors_changed_at),
            profile: account.profile.claims(),
        }
    }

    /// `None` if the record has a value that no account can have.
    pub(super) fn into_account(self) -> Option<Account> {
        let password = |recorded: RecordedPassword| Password {
            verifier: Verifier::new(recorded.verifier),
            changed_at: recorded.changed_at.0,
            must_change: recorded.must_change,
            skips_used: recorded.skips_used,
            form: recorded.form,
        };
        let totp = |recorded: RecordedTotp| {
            let RecordedTotp { sealed, algorithm, digits, step_seconds, last_used_step } = recorded;
            let sealed = SealedSecret::new(&sealed).ok()?;
            let totp = Totp::new(sealed, algorithm, digits, last_used_step).ok()?;
            [totp.clone(), totp.with_steps_of_a_minute()]
                .into_iter()
                .find(|totp| totp.step_seconds() == step_seconds)
        };
        Some(Account {
            id: self.id,
            tenant: self.tenant,
            revision: self.revision,
            status: self.status,
            user_name: good(self.user_name, |text| UserName::new(&text).ok())?,
            password: self.password.map(password),
            mobile: good(self.mobile, |text| Mobile::new(&text).ok())?,
            email: good(self.email, |text| EmailAddress::new(&text).ok())?,
            totp: good(self.totp, totp)?,
            enrolled: self.enrolled,
            factors_changed_at: self.factors_changed_at.0,
            profile: Profile::new(&self.profile).ok()?,
        })
    }
}

/// Reads a text that must be well-formed, if there is one.
fn good<T, U>(written: Option<T>, read: impl FnOnce(T) -> Option<U>) -> Option<Option<U>> {
    match written {
        Some(written) => read(written).map(Some),
        None => Some(None),
    }
}
