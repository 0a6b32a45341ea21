//! A password that an administrator gives must be as good as one that the subject sets.

use crate::config::ServerConfig;
use authflow::{
    Application, Secret, Tenancy, TenantId,
    account::UserName,
    contact::EmailAddress,
    parts::{AllowAll, Blocklist, Hasher as _},
    password::{PasswordRefusal, RuleViolation, Verifier},
};
use authflow_argon2::{Argon2Hasher, HasherError};

/// The reason why a password is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RefusedPassword {
    #[error("{0}")]
    Rule(#[from] RuleViolation),
    #[error("a password must be none that everybody tries first, and none made of a name: {}", told(.0))]
    Listed(PasswordRefusal),
    #[error(transparent)]
    NotServed(#[from] NotServed),
    #[error("the hasher: {0}")]
    Hasher(#[from] HasherError),
}

fn told(refusal: &PasswordRefusal) -> &'static str {
    match refusal {
        PasswordRefusal::Personal => "this one is made of its owner's name or address",
        PasswordRefusal::Expected => "this one is made of a name of this service",
        _ => "this one is among the commonest",
    }
}

/// No subject could sign in to an account that is made here.
#[derive(Debug, thiserror::Error)]
#[error("an application of the configuration must serve {}, and none does: say --config as the server does", accounts(.0))]
pub(crate) struct NotServed(Option<TenantId>);

fn accounts(tenant: &Option<TenantId>) -> String {
    tenant.map_or_else(|| "accounts without a tenant".to_owned(), |tenant| format!("the tenant {tenant}"))
}

/// The account that will have the password.
pub(crate) struct Owner<'a> {
    pub(crate) tenant: Option<TenantId>,
    pub(crate) user_name: Option<&'a UserName>,
    pub(crate) email: Option<&'a EmailAddress>,
}

/// The password's verifier, if it follows the rules of every application that the subject may sign in to.
pub(crate) async fn verifier(
    config: &ServerConfig,
    hasher: &Argon2Hasher,
    owner: Owner<'_>,
    given: &Secret,
) -> Result<Verifier, RefusedPassword> {
    let mut canonical = None;
    for application in served(config, owner.tenant) {
        canonical = Some(application.policy.password_rules.accept(given, owner.user_name, None)?);
    }
    let canonical = canonical.ok_or(NotServed(owner.tenant))?;
    let names = config.names.iter().cloned();
    let refusal = Blocklist::new(names, AllowAll).refuses(canonical.expose(), owner.user_name, owner.email);
    match refusal {
        Some(refusal) => Err(RefusedPassword::Listed(refusal)),
        None => Ok(hasher.hash(&canonical).await?),
    }
}

/// Refuses a tenant that no application serves: it is misspelt, or this is the wrong configuration.
pub(crate) fn refuse_unserved(config: &ServerConfig, tenant: Option<TenantId>) -> Result<(), NotServed> {
    served(config, tenant).next().map(drop).ok_or(NotServed(tenant))
}

/// The applications that accounts of a tenant sign in to.
fn served(config: &ServerConfig, tenant: Option<TenantId>) -> impl Iterator<Item = &Application> {
    config.applications.iter().filter(move |application| match (&application.tenancy, tenant) {
        (Tenancy::Ordinary, None) => true,
        (Tenancy::Isv(tenants), Some(tenant)) => tenants.contains(&tenant),
        (Tenancy::Ordinary, Some(_)) | (Tenancy::Isv(_), None) => false,
    })
}
