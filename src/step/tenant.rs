//! Whose credential is this?

use crate::{Audience, ClientId, Secret, TenantId, token::TenantServer};
use serde::{Deserialize, Serialize};

/// Whose credential is this?
///
/// It is asked where a tenant's server bears one of your credentials, and not the [token](crate::Engine::issue_tenant_token) that it got
/// for its secret.
///
/// A credential is a random text and no password, so guesses are not counted here. Limit the requests by address. Look the credential up by its hash,
/// or compare it in constant time.
///
/// In SQL: `SELECT tenant, application FROM server_credentials WHERE sha256 = :hash AND revoked_at IS NULL`.
///
/// ```
/// use authflow::{step::{CredentialOwner, VerifyTenantCredential}, testkit::{Call, World, demo}};
///
/// let mut world = World::new();
/// let signed_in = world.login("alice");
/// let step = world.begin(&Call::issue_ticket(signed_in.session_token()));
/// let ask = world.until::<VerifyTenantCredential>(step);
/// assert_eq!(ask.credential.expose(), demo::CREDENTIAL);
/// let owner = CredentialOwner::Tenant(demo::tenant());
/// assert_eq!(world.finish(ask.answer(owner)).status, 200);
/// ```
///
/// **If you answer wrongly:** if you answer with another owner, the bearer of the credential is shown sessions of that tenant or application, and
/// refreshes them, if it holds their session tokens. If you answer `Nobody` for a credential that has an owner, the owner's server is refused.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct VerifyTenantCredential {
    /// The bearer credential of a tenant's server.
    pub credential: Secret,
}

/// Whose is this client, and is this its secret?
///
/// It is asked where a tenant's server wants a token to show instead of its secret (RFC 6749 §4.4), before the token is
/// minted. The token is good for 30 minutes, and you are not asked about it again. So a secret that you withdraw may
/// count for that long.
///
/// A secret is a random text and no password, so guesses are not counted here. Limit the requests by address. Compare the secret by its hash, or in
/// constant time.
///
/// In SQL: `SELECT tenant, application FROM clients WHERE client_id = :client_id AND secret_sha256 = :hash`.
///
/// ```
/// use authflow::{
///     step::{CredentialOwner, VerifyClientSecret},
///     testkit::{Call, World, demo},
/// };
///
/// let mut world = World::new();
/// let step = world.begin(&Call::tenant_token(demo::ISV, "a secret"));
/// let ask = world.until::<VerifyClientSecret>(step);
/// let is_right =
///     // yours: by a hash
///     ask.client_id.as_str() == demo::ISV && ask.client_secret.expose() == "a secret";
/// let owner =
///     if is_right { CredentialOwner::Tenant(demo::tenant()) } else { CredentialOwner::Nobody };
/// assert_eq!(world.finish(ask.answer(owner)).text("token_type"), "Bearer");
/// ```
///
/// **If you answer wrongly:** if you answer with another owner, the server that asked is shown sessions of that tenant or application, and refreshes
/// them, if it holds their session tokens. If you answer `Nobody` for a secret that has an owner, the owner's server gets no token.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct VerifyClientSecret {
    /// The client id that the server gives.
    pub client_id: ClientId,
    /// The secret that the server presents.
    pub client_secret: Secret,
}

/// The owner of a tenant's credential.
///
/// ```
/// use authflow::{
///     ClientId,
///     step::{CredentialOwner, VerifyTenantCredential},
///     testkit::{Call, World, demo},
/// };
///
/// let mut world = World::new();
/// let signed_in = world.login("alice"); // a user of the tenant
/// let step = world.begin(&Call::issue_ticket(signed_in.session_token()));
/// let ask = world.until::<VerifyTenantCredential>(step);
/// // The credential belongs to the ordinary application's server, which has no session of a tenant.
/// let owner = CredentialOwner::Application(ClientId::new(demo::ORDINARY)?);
/// assert_eq!(world.finish(ask.answer(owner)).status, 400);
/// # Ok::<(), authflow::InvalidId>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialOwner {
    /// It belongs to a tenant.
    Tenant(TenantId),
    /// It belongs to the server behind one ordinary application, which knows no tenants.
    Application(ClientId),
    /// It belongs to nobody.
    Nobody,
}

impl CredentialOwner {
    /// Whether the owner may ask about sessions of this audience, which must be of its own tenant or its own application.
    pub(crate) fn is_of(self, audience: &Audience) -> bool {
        match self {
            Self::Tenant(tenant) => audience.tenant == Some(tenant),
            Self::Application(client_id) => *audience == Audience { client_id, tenant: None },
            Self::Nobody => false,
        }
    }

    /// The server, if there is one.
    pub(crate) fn server(self) -> Option<TenantServer> {
        match self {
            Self::Tenant(tenant) => Some(TenantServer::Tenant(tenant)),
            Self::Application(client_id) => Some(TenantServer::Application(client_id)),
            Self::Nobody => None,
        }
    }
}

impl From<TenantServer> for CredentialOwner {
    fn from(server: TenantServer) -> Self {
        match server {
            TenantServer::Tenant(tenant) => Self::Tenant(tenant),
            TenantServer::Application(client_id) => Self::Application(client_id),
        }
    }
}
