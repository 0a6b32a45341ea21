//! The accounts that a server is started with. They are made if they do not exist, and otherwise left as they are.

use crate::{
    added_account::{AddedAccount, Brought, Names, Unfit, draw_id},
    clock::Clock,
    config::ServerConfig,
    new_password::{self, Owner, RefusedPassword},
    store::{Created, Store, StoreError},
};
use authflow::{
    OsEntropyUnavailable, Secret, TenantId,
    account::{AccountStatus, Identifier, Profile, ProfileError, Revision},
    password::{MustChange, Password, PasswordForm},
};
use authflow_argon2::{Argon2Hasher, HasherError};
use authflow_keys::private_file::{self, MalformedToml, PrivateFileError};
use serde::Deserialize;
use std::path::Path;
use zeroize::Zeroizing;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedFile {
    #[serde(default)]
    accounts: Vec<Seed>,
}

/// An account. It has no `Debug`, because it may contain a password.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seed {
    tenant: Option<TenantId>,
    user_name: Option<String>,
    mobile: Option<String>,
    email: Option<String>,
    /// The subject must change it at the first sign-in, unless `permanent` is set.
    password: Option<Zeroizing<String>>,
    #[serde(default)]
    permanent: bool,
    verifier: Option<String>,
    password_set_at: Option<toml::value::Datetime>,
    status: Option<AccountStatus>,
    profile: Option<toml::Table>,
}

/// The reason why a server does not start with these accounts. It quotes nothing of the file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SeedError {
    #[error(transparent)]
    File(#[from] PrivateFileError),
    #[error(transparent)]
    Malformed(#[from] MalformedToml),
    #[error("account {0}: {1}")]
    Unfit(usize, Unfit),
    #[error("account {0}: {1}")]
    Password(usize, RefusedPassword),
    #[error("account {0}: give either password or verifier")]
    OnePassword(usize),
    #[error("account {0}: profile: {1}")]
    Profile(usize, ProfileError),
    #[error(transparent)]
    Hasher(#[from] HasherError),
    #[error(transparent)]
    Entropy(#[from] OsEntropyUnavailable),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes the accounts that do not exist. An account that has any of these names in the tenant counts as the same
/// account.
pub(crate) async fn sow(
    path: &Path,
    config: &ServerConfig,
    store: &Store,
    hasher: &Argon2Hasher,
    clock: Clock,
) -> Result<(), SeedError> {
    let SeedFile { accounts } = private_file::from_toml(&private_file::read(path)?)?;
    for (place, seed) in accounts.into_iter().enumerate() {
        let (number, tenant) = (place + 1, seed.tenant);
        let of = (seed.user_name.as_deref(), seed.mobile.as_deref(), seed.email.as_deref());
        let names = Names::of(of.0, of.1, of.2).map_err(|error| SeedError::Unfit(number, error))?;
        if is_there(store, tenant, &names).await? {
            tracing::info!(
                event = "account_is_there",
                account = number,
                "an account of --accounts is there, and is left as it is"
            );
            continue;
        }
        let password = password(number, &seed, &names, config, hasher, clock).await?;
        let profile = seed.profile.map(|claims| Profile::from_json(&json(claims)));
        let new = AddedAccount {
            id: draw_id().map_err(|error| SeedError::Unfit(number, error))?,
            tenant,
            names,
            status: seed.status.unwrap_or(AccountStatus::Active),
            password,
            profile: profile
                .transpose()
                .map_err(|error| SeedError::Profile(number, error))?
                .unwrap_or_default(),
        };
        match store.create_account(new.account(Revision::first(&clock.moment()?))).await? {
            Created::Done => {
                tracing::info!(event = "account_made", account = number, "made an account of --accounts")
            }
            // Another server was first.
            Created::IdTaken | Created::NameTaken => {}
        }
    }
    Ok(())
}

async fn is_there(store: &Store, tenant: Option<TenantId>, names: &Names) -> Result<bool, StoreError> {
    let Names { user_name, mobile, email } = names.clone();
    let names = [user_name.map(Identifier::from), mobile.map(Identifier::from), email.map(Identifier::from)];
    for name in names.into_iter().flatten() {
        if store.account_named(tenant, &name).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn password(
    number: usize,
    seed: &Seed,
    names: &Names,
    config: &ServerConfig,
    hasher: &Argon2Hasher,
    clock: Clock,
) -> Result<Option<Password>, SeedError> {
    match (&seed.password, &seed.verifier) {
        (None, None) => Ok(None),
        (Some(_), Some(_)) => Err(SeedError::OnePassword(number)),
        (None, Some(verifier)) => {
            let set_at = seed.password_set_at.map(|at| at.to_string());
            let brought = Brought { verifier, set_at: set_at.as_deref() };
            let password = brought.password(hasher, None, clock.now());
            password.map(Some).map_err(|error| SeedError::Unfit(number, error))
        }
        (Some(password), None) => {
            let owner = Owner {
                tenant: seed.tenant,
                user_name: names.user_name.as_ref(),
                email: names.email.as_ref(),
            };
            let given = Secret::new(password.as_str());
            let made = new_password::verifier(config, hasher, owner, &given).await;
            Ok(Some(Password {
                verifier: made.map_err(|error| SeedError::Password(number, error))?,
                changed_at: clock.now(),
                must_change: (!seed.permanent).then_some(MustChange::FirstLogin),
                skips_used: 0,
                form: PasswordForm::Canonical,
            }))
        }
    }
}

fn json(claims: toml::Table) -> String {
    serde_json::to_string(&claims).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_readme_is_a_file_of_accounts() {
        let readme = include_str!("../README.md");
        let example =
            readme.split("<!-- accounts -->\n```toml\n").nth(1).unwrap().split("```").next().unwrap();
        let SeedFile { accounts } = toml::from_str(example).unwrap();
        let [zoe, other] = &accounts[..] else { panic!("two accounts") };
        assert!(zoe.password.is_some() && !zoe.permanent && zoe.profile.is_some());
        assert_eq!(other.status, Some(AccountStatus::Disabled));
        assert!(other.verifier.is_some() && other.password_set_at.is_some());
    }
}
