//! The credentials that the servers of tenants present. Kept as hashes: who reads the configuration cannot present them.

use authflow::{Secret, TenantId, step::CredentialOwner};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeMap, sync::Arc};

/// A credential, and whose it is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TenantCredential {
    /// SHA-256 of the credential, which is a random text and no password, in hexadecimal.
    sha256: Sha256Hash,
    /// The tenant; left out for the server behind the ordinary applications.
    tenant: Option<TenantId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
struct Sha256Hash([u8; 32]);

impl Sha256Hash {
    fn of(credential: &str) -> Self {
        Self(Sha256::digest(credential).into())
    }
}

#[derive(Debug, thiserror::Error)]
#[error("sha256 is 64 hexadecimal digits")]
struct InvalidHash;

impl TryFrom<String> for Sha256Hash {
    type Error = InvalidHash;

    fn try_from(text: String) -> Result<Self, InvalidHash> {
        let bytes = crate::keys::from_hexadecimal(&text).ok_or(InvalidHash)?;
        Ok(Self((*bytes).try_into().map_err(|_| InvalidHash)?))
    }
}

impl TenantCredential {
    pub(crate) fn of(credential: &str, tenant: Option<TenantId>) -> Self {
        Self { sha256: Sha256Hash::of(credential), tenant }
    }
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct TenantCredentials(Arc<BTreeMap<Sha256Hash, Option<TenantId>>>);

impl TenantCredentials {
    pub(crate) fn new(credentials: impl IntoIterator<Item = TenantCredential>) -> Self {
        Self(Arc::new(credentials.into_iter().map(|it| (it.sha256, it.tenant)).collect()))
    }

    /// Whose a credential is. How far its hash agrees with a known one tells nothing about the credential.
    pub(crate) fn owner(&self, presented: &Secret) -> CredentialOwner {
        match self.0.get(&Sha256Hash::of(presented.expose())) {
            Some(Some(tenant)) => CredentialOwner::Tenant(*tenant),
            Some(None) => CredentialOwner::Tenantless,
            None => CredentialOwner::Nobody,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_its_owners_alone() {
        let acme = TenantId::new("acme").unwrap();
        let known = TenantCredentials::new([
            TenantCredential::of("a", Some(acme)),
            toml::from_str("sha256 = '3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d'")
                .unwrap(),
        ]);
        assert_eq!(known.owner(&Secret::new("a")), CredentialOwner::Tenant(acme));
        assert_eq!(known.owner(&Secret::new("b")), CredentialOwner::Tenantless, "the hash of a b");
        assert_eq!(known.owner(&Secret::new("c")), CredentialOwner::Nobody);
        assert_eq!(known.owner(&Secret::new("")), CredentialOwner::Nobody);
        for wrong in ["sha256 = 'aa'", "sha256 = 'x'", "tenant = 'acme'"] {
            assert!(toml::from_str::<TenantCredential>(wrong).is_err(), "{wrong}");
        }
    }
}
