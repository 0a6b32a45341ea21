//! The ticket: `ssoTicket-`, and the opaque form of the claims. It shows a session to the server of a tenant, once.
//!
//! Its fields, in order:
//!
//! ```text
//! id 16 │ session id 16 │ account: length, bytes │ client id: length, bytes │ tenant: length, bytes │ device digest 16
//! │ iat u64 │ exp u64
//! ```

use super::{
    DeviceDigest, KeyRing, Keys, TokenError, TokenText, Untrusted, Verified,
    opaque::{self, AROUND, Fields, Opaque, TEXT, Writer},
};
use crate::{AccountId, Audience, SessionId, Timestamp, TokenId};

/// Three ids of 64 bytes, and the fields of fixed length.
const MAX_FIELDS: usize = 16 + 16 + 3 * TEXT + 16 + 8 + 8;
const MAX_BYTES: usize = AROUND + MAX_FIELDS;

/// The claims of a ticket.
///
/// ```
/// use authflow::{
///     SessionId,
///     testkit::{
///         Call, World, demo,
///         forge::{Forge, TicketClaims},
///     },
///     token::Untrusted,
/// };
///
/// let mut world = World::new();
/// let signed_in = world.login("alice");
/// let issued = world.send(&Call::issue_ticket(signed_in.session_token()));
/// let (ring, now) = (demo::ring(), world.clock.now);
/// let tickets = Forge::of(&ring).tickets();
/// let claims = *tickets.verify(Untrusted::new(issued.text("sso_ticket")), now)?.claims();
///
/// // This is for a session that never existed.
/// let forged = tickets.mint(&TicketClaims { session: SessionId::from_bytes([7; 16]), ..claims });
/// assert_eq!(world.send(&Call::redeem_ticket(forged.expose())).status, 400);
/// # Ok::<(), authflow::token::TokenError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TicketClaims {
    /// Redeeming the ticket means inserting this id.
    pub id: TokenId,
    /// The session that the ticket stands for.
    pub session: SessionId,
    /// The account of that session.
    pub account: AccountId,
    /// The application and tenant that were signed in to.
    pub audience: Audience,
    /// The digest by which the device that signed in is recognised.
    pub device: DeviceDigest,
    /// When the ticket was minted.
    pub issued_at: Timestamp,
    /// The first second in which the ticket is no longer good.
    pub expires_at: Timestamp,
}

impl Opaque for TicketClaims {
    const PREFIX: &'static str = "ssoTicket-";
    const MAX_FIELDS: usize = MAX_FIELDS;

    fn tag(keys: &Keys, signed: &[u8]) -> [u8; 32] {
        keys.ticket.tag(&[signed])
    }

    fn write<const N: usize>(&self, fields: &mut Writer<N>) {
        fields.bytes(self.id.as_bytes());
        fields.bytes(self.session.as_bytes());
        fields.ids(&self.account, &self.audience);
        fields.bytes(self.device.as_bytes());
        fields.time(self.issued_at);
        fields.time(self.expires_at);
    }

    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let id = TokenId::from_bytes(fields.take()?);
        let session = SessionId::from_bytes(fields.take()?);
        let ids = fields.ids()?;
        Some(Self {
            id,
            session,
            account: ids.account()?,
            audience: ids.audience()?,
            device: DeviceDigest::from_bytes(fields.take()?),
            issued_at: fields.time()?,
            expires_at: fields.time()?,
        })
    }

    fn times(&self) -> (Timestamp, Timestamp) {
        (self.issued_at, self.expires_at)
    }
}

/// Mints and verifies tickets.
///
/// ```
/// use authflow::{
///     testkit::{Call, World, demo, forge::Forge},
///     token::{Key, KeyRing, TokenError, Untrusted},
/// };
///
/// let mut world = World::new();
/// let signed_in = world.login("alice");
/// let issued = world.send(&Call::issue_ticket(signed_in.session_token()));
/// let presented = Untrusted::new(issued.text("sso_ticket"));
/// let (ring, now) = (demo::ring(), world.clock.now);
/// let ticket = Forge::of(&ring).tickets().verify(presented, now).unwrap();
/// assert!(world.host.sessions.contains_key(&ticket.claims().session));
///
/// let other = KeyRing::new(Key::without_id(demo::secret(8))?);
/// let refused = Forge::of(&other).tickets().verify(presented, now).unwrap_err();
/// assert_eq!(refused, TokenError::Forged);
/// # Ok::<(), authflow::token::KeyError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Tickets<'ring> {
    ring: &'ring KeyRing,
}

impl<'ring> Tickets<'ring> {
    pub(super) fn new(ring: &'ring KeyRing) -> Self {
        Self { ring }
    }

    /// A ticket with these `claims`.
    pub fn mint(&self, claims: &TicketClaims) -> TokenText<Ticket> {
        TokenText::new(opaque::seal::<_, MAX_BYTES>(self.ring, claims))
    }

    /// Verifies the tag and the time. Only the host knows whether the ticket has been redeemed and whether its session still lives.
    /// [`Engine::redeem_ticket`](crate::Engine::redeem_ticket) asks the host.
    ///
    /// # Errors
    /// Returns the reason for the refusal. The client must not learn it.
    pub fn verify(&self, presented: Untrusted<'_, Ticket>, now: Timestamp) -> Result<Ticket, TokenError> {
        opaque::open::<_, MAX_BYTES>(self.ring, presented.bytes(), now)
    }
}

/// A ticket that verified. Only an engine makes one.
pub type Ticket = Verified<TicketClaims>;

#[cfg(test)]
#[path = "ticket_tests.rs"]
mod tests;
