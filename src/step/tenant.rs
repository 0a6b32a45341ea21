//! Whose credential is this?

use crate::{Audience, ClientId, Secret, TenantId};
use serde::{Deserialize, Serialize};

/// Whose credential is this?
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct VerifyTenantCredential {
    /// The bearer credential of a tenant's server.
    pub credential: Secret,
}

/// Whose a tenant credential is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialOwner {
    /// A tenant's.
    Tenant(TenantId),
    /// That of the server behind one ordinary application, which knows no tenants.
    Application(ClientId),
    /// Nobody's.
    Nobody,
}

impl CredentialOwner {
    /// Whether it may ask about sessions of this audience: of its own tenant, or of its own application.
    pub(crate) fn is_of(self, audience: &Audience) -> bool {
        match self {
            Self::Tenant(tenant) => audience.tenant == Some(tenant),
            Self::Application(client_id) => *audience == Audience { client_id, tenant: None },
            Self::Nobody => false,
        }
    }
}
