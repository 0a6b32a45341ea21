//! The token of a tenant's server: `tenantToken-`, and the opaque form of the claims. The server shows the token instead of its secret.
//!
//! Its fields, in order:
//!
//! ```text
//! kind 1 (1: of a tenant, 2: of an ordinary application) │ its id: length, bytes │ iat u64 │ exp u64
//! ```

use super::{
    KeyRing, Keys, TokenError, TokenText, Untrusted, Verified,
    opaque::{self, AROUND, Fields, Opaque, TEXT, Writer},
};
use crate::{ClientId, TenantId, Timestamp};
use core::str;

const MAX_FIELDS: usize = 1 + TEXT + 8 + 8;
const MAX_BYTES: usize = AROUND + MAX_FIELDS;
const PREFIX: &str = "tenantToken-";

/// The owner of the server.
///
/// ```
/// use authflow::{
///     outcome::Event,
///     testkit::{Call, World, demo},
///     token::TenantServer,
/// };
///
/// /// A line of a log.
/// fn line(event: &Event) -> Option<String> {
///     match event {
///         Event::TenantTokenIssued { server: TenantServer::Tenant(tenant) } => {
///             Some(format!("a token for the server of tenant {tenant}"))
///         }
///         Event::TenantTokenIssued { server: TenantServer::Application(client_id) } => {
///             Some(format!("a token for the server of application {client_id}"))
///         }
///         _ => None,
///     }
/// }
///
/// let mut world = World::new();
/// world.send(&Call::tenant_token(demo::ISV, demo::CREDENTIAL));
/// let lines: Vec<_> = world.outcome.unwrap().events.iter().filter_map(line).collect();
/// assert_eq!(lines, [format!("a token for the server of tenant {}", demo::TENANT)]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TenantServer {
    /// The server of a tenant.
    Tenant(TenantId),
    /// The server of an ordinary application, which has no tenants.
    Application(ClientId),
}

impl TenantServer {
    const TENANT: u8 = 1;
    const APPLICATION: u8 = 2;

    fn written(&self) -> (u8, &str) {
        match self {
            Self::Tenant(tenant) => (Self::TENANT, tenant.as_str()),
            Self::Application(client_id) => (Self::APPLICATION, client_id.as_str()),
        }
    }

    fn read(kind: u8, id: &str) -> Option<Self> {
        match kind {
            Self::TENANT => TenantId::new(id).ok().map(Self::Tenant),
            Self::APPLICATION => ClientId::new(id).ok().map(Self::Application),
            _ => None,
        }
    }
}

/// The claims of a token of a tenant's server.
///
/// ```
/// use authflow::{
///     TenantId,
///     testkit::{
///         Call, World, demo,
///         forge::{Forge, TenantClaims},
///     },
///     token::TenantServer,
/// };
///
/// let mut world = World::new();
/// let signed_in = world.login("alice");
/// let (ring, now) = (demo::ring(), world.clock.now);
/// // The server of another tenant shows its own token.
/// let forged = Forge::of(&ring).tenant_tokens().mint(&TenantClaims {
///     server: TenantServer::Tenant(TenantId::new("another")?),
///     issued_at: now,
///     expires_at: now.plus_seconds(1_800),
/// });
/// let call = Call::issue_ticket(signed_in.session_token()).bearing(forged.expose());
/// assert_eq!(world.send(&call).status, 400);
/// # Ok::<(), authflow::InvalidId>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TenantClaims {
    /// The owner of the server.
    pub server: TenantServer,
    /// When the token was minted.
    pub issued_at: Timestamp,
    /// The first second in which the token is no longer good.
    pub expires_at: Timestamp,
}

impl Opaque for TenantClaims {
    const PREFIX: &'static str = PREFIX;
    const MAX_FIELDS: usize = MAX_FIELDS;

    fn tag(keys: &Keys, signed: &[u8]) -> [u8; 32] {
        keys.tenant.tag(&[signed])
    }

    fn write<const N: usize>(&self, fields: &mut Writer<N>) {
        let (kind, id) = self.server.written();
        fields.bytes(&[kind]);
        fields.text(id);
        fields.time(self.issued_at);
        fields.time(self.expires_at);
    }

    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let [kind] = fields.take()?;
        let server = TenantServer::read(kind, str::from_utf8(fields.text()?).ok()?)?;
        Some(Self { server, issued_at: fields.time()?, expires_at: fields.time()? })
    }

    fn times(&self) -> (Timestamp, Timestamp) {
        (self.issued_at, self.expires_at)
    }
}

/// Mints and verifies the tokens of tenants' servers.
///
/// ```
/// use authflow::{
///     testkit::{Call, World, demo, forge::Forge},
///     token::{TenantServer, TokenError, Untrusted},
/// };
///
/// let mut world = World::new();
/// let issued = world.send(&Call::tenant_token(demo::ISV, demo::CREDENTIAL));
/// let presented = Untrusted::new(issued.text("access_token"));
/// let (ring, now) = (demo::ring(), world.clock.now);
/// let tokens = Forge::of(&ring).tenant_tokens();
/// let token = tokens.verify(presented, now)?;
/// assert_eq!(token.claims().server, TenantServer::Tenant(demo::tenant()));
/// let late = tokens.verify(presented, now.plus_seconds(1_800)).unwrap_err();
/// assert_eq!(late, TokenError::Expired);
/// # Ok::<(), TokenError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct TenantTokens<'ring> {
    ring: &'ring KeyRing,
}

impl<'ring> TenantTokens<'ring> {
    pub(super) fn new(ring: &'ring KeyRing) -> Self {
        Self { ring }
    }

    /// A token with these `claims`.
    pub fn mint(&self, claims: &TenantClaims) -> TokenText<TenantToken> {
        TokenText::new(opaque::seal::<_, MAX_BYTES>(self.ring, claims))
    }

    /// Whether a credential claims to be a token of this kind. Such a credential is judged as a token, and never as the host's own.
    pub(crate) fn is_meant(presented: Untrusted<'_, TenantToken>) -> bool {
        presented.bytes().starts_with(PREFIX.as_bytes())
    }

    /// Verifies the tag and the time.
    ///
    /// # Errors
    /// Returns the reason for the refusal. The client must not learn it.
    pub fn verify(
        &self,
        presented: Untrusted<'_, TenantToken>,
        now: Timestamp,
    ) -> Result<TenantToken, TokenError> {
        opaque::open::<_, MAX_BYTES>(self.ring, presented.bytes(), now)
    }
}

/// The token of a tenant's server that verified. Only an engine makes one.
pub type TenantToken = Verified<TenantClaims>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::{Key, opaque::sealed_bytes};
    use alloc::string::ToString as _;

    const NOW: Timestamp = Timestamp::from_unix(1_700_000_000);

    fn ring() -> KeyRing {
        KeyRing::new(Key::new("2026-11", crate::token::known_secret(7)).unwrap())
    }

    fn claims(server: TenantServer) -> TenantClaims {
        TenantClaims { server, issued_at: NOW, expires_at: NOW.plus_seconds(1_800) }
    }

    fn servers() -> [TenantServer; 2] {
        [
            TenantServer::Tenant(TenantId::new("acme").unwrap()),
            TenantServer::Application(ClientId::new("acme").unwrap()),
        ]
    }

    fn verify(text: &[u8], now: Timestamp) -> Result<TenantClaims, TokenError> {
        ring().tenant_tokens().verify(Untrusted::new(text), now).map(|token| *token.claims())
    }

    #[test]
    fn it_says_whose_server_it_is_until_its_expiry() {
        for server in servers() {
            let text = ring().tenant_tokens().mint(&claims(server));
            let at = |now| verify(text.expose().as_bytes(), now);
            assert_eq!(at(NOW.plus_seconds(1_799)), Ok(claims(server)));
            assert_eq!(at(NOW.plus_seconds(1_800)), Err(TokenError::Expired));
            assert_eq!(at(NOW.minus_seconds(31)), Err(TokenError::NotYetValid));
        }
        let [tenant, application] = servers().map(|it| ring().tenant_tokens().mint(&claims(it)));
        assert_ne!(tenant.expose(), application.expose(), "of one name");
    }

    #[test]
    fn every_changed_bit_and_every_prefix_is_refused() {
        for server in servers() {
            let text = ring().tenant_tokens().mint(&claims(server)).expose().to_string();
            for at in 0..text.len() {
                for bit in 0..8 {
                    let mut bytes = text.clone().into_bytes();
                    bytes[at] ^= 1 << bit;
                    assert!(verify(&bytes, NOW).is_err(), "{at} {bit}");
                }
                assert!(verify(&text.as_bytes()[..at], NOW).is_err(), "a prefix of {at}");
            }
        }
    }

    /// A right tag does not make other bytes a token of this kind.
    #[test]
    fn bytes_that_say_something_else_are_none() {
        let ring = ring();
        let signed = opaque::signed_bytes(ring.signer(), &claims(servers()[0]));
        let presented = |bytes: &[u8]| {
            let tag = TenantClaims::tag(ring.signer(), bytes);
            verify(sealed_bytes::<TenantClaims>(bytes, tag).as_bytes(), NOW).map(|_| ())
        };
        assert_eq!(presented(&signed), Ok(()));
        let kind = 1 + 1 + "2026-11".len();
        for (at, byte) in [(0, 2), (kind, 0), (kind, 3), (kind + 1, 0), (kind + 1, 200), (kind + 2, 0xff)] {
            let mut other = signed.clone();
            other[at] = byte;
            assert_eq!(presented(&other), Err(TokenError::Malformed), "{at} {byte}");
        }
        assert_eq!(presented(&[&signed[..], &[0]].concat()), Err(TokenError::Malformed));
    }

    /// The values were computed independently of this library. A changed label or layout would be a new version of the token.
    #[test]
    fn it_is_what_it_has_always_been() {
        assert_eq!(
            ring().tenant_tokens().mint(&claims(servers()[0])).expose(),
            "tenantToken-AQcyMDI2LTExAQRhY21lAAAAAGVT8QAAAAAAZVP4CO9Ay8DESpQTU8XkraC09F52oM0dW8PxhuuAgqiBgHaG"
        );
    }
}
