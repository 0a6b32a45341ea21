//! The credentials that the servers of tenants present. They are kept as hashes, so a reader of the configuration cannot
//! present them.

use authflow::{ClientId, Secret, TenantId, step::CredentialOwner};
use data_encoding::HEXLOWER_PERMISSIVE;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeMap, sync::Arc};

/// A credential, and its owner.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Entry")]
pub(crate) struct TenantCredential {
    sha256: Sha256Hash,
    owner: CredentialOwner,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// SHA-256 of the credential in hexadecimal. The credential is a random text, not a password.
    sha256: Sha256Hash,
    /// The owner is the tenant whose server presents it, or the ordinary application: one of the two.
    tenant: Option<TenantId>,
    client_id: Option<ClientId>,
}

#[derive(Debug, thiserror::Error)]
#[error("a credential must be of a tenant or of a client_id, and of one of the two")]
struct InvalidOwner;

impl TryFrom<Entry> for TenantCredential {
    type Error = InvalidOwner;

    fn try_from(entry: Entry) -> Result<Self, InvalidOwner> {
        let owner = match (entry.tenant, entry.client_id) {
            (Some(tenant), None) => CredentialOwner::Tenant(tenant),
            (None, Some(client_id)) => CredentialOwner::Application(client_id),
            _ => return Err(InvalidOwner),
        };
        Ok(Self { sha256: entry.sha256, owner })
    }
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
#[error("sha256 must be 64 hexadecimal digits")]
struct InvalidHash;

impl TryFrom<String> for Sha256Hash {
    type Error = InvalidHash;

    fn try_from(text: String) -> Result<Self, InvalidHash> {
        let bytes = HEXLOWER_PERMISSIVE.decode(text.as_bytes()).map_err(|_| InvalidHash)?;
        Ok(Self(bytes.try_into().map_err(|_| InvalidHash)?))
    }
}

impl TenantCredential {
    pub(crate) fn of(credential: &str, owner: CredentialOwner) -> Self {
        Self { sha256: Sha256Hash::of(credential), owner }
    }
}

/// All credentials.
#[derive(Clone, Debug, Default)]
pub(crate) struct TenantCredentials(Arc<BTreeMap<Sha256Hash, CredentialOwner>>);

#[derive(Debug, thiserror::Error)]
#[error("a credential must be of one owner, and one is of {0} and of {1}")]
pub(crate) struct SharedCredential(String, String);

impl TenantCredentials {
    pub(crate) fn new(
        credentials: impl IntoIterator<Item = TenantCredential>,
    ) -> Result<Self, SharedCredential> {
        let mut owners = BTreeMap::new();
        for TenantCredential { sha256, owner } in credentials {
            match owners.insert(sha256, owner) {
                Some(other) if other != owner => {
                    let [one, other] = [other, owner].map(|owner| format!("{owner:?}"));
                    return Err(SharedCredential(one, other));
                }
                _ => {}
            }
        }
        Ok(Self(Arc::new(owners)))
    }

    /// The owner of a credential. A hash that agrees with a known one in part tells nothing about the credential.
    pub(crate) fn owner(&self, presented: &Secret) -> CredentialOwner {
        self.0.get(&Sha256Hash::of(presented.expose())).copied().unwrap_or(CredentialOwner::Nobody)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_its_owners_alone() {
        let acme = CredentialOwner::Tenant(TenantId::new("acme").unwrap());
        let hash_of_b = "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d";
        let entry = format!("sha256 = '{hash_of_b}'\nclient_id = 'web'");
        let known =
            TenantCredentials::new([TenantCredential::of("a", acme), toml::from_str(&entry).unwrap()])
                .unwrap();
        assert_eq!(known.owner(&Secret::new("a")), acme);
        let web = CredentialOwner::Application(ClientId::new("web").unwrap());
        assert_eq!(known.owner(&Secret::new("b")), web);
        assert_eq!(known.owner(&Secret::new("c")), CredentialOwner::Nobody);
        assert_eq!(known.owner(&Secret::new("")), CredentialOwner::Nobody);
        let of_a = |owner| TenantCredential::of("a", owner);
        assert!(TenantCredentials::new([of_a(acme), of_a(acme)]).is_ok());
        assert!(TenantCredentials::new([of_a(acme), of_a(web)]).is_err(), "one of them would lose it");
        let nobodys = format!("sha256 = '{hash_of_b}'");
        let twos = format!("{entry}\ntenant = 'acme'");
        for wrong in ["sha256 = 'aa'\ntenant = 'acme'", "tenant = 'acme'", &nobodys, &twos] {
            assert!(toml::from_str::<TenantCredential>(wrong).is_err(), "{wrong}");
        }
    }
}
