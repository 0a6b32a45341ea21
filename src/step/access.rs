//! May this account in, here and now?

use crate::{AccountId, Audience, device::Device, factor::FactorSet};
use serde::{Deserialize, Serialize};

/// May this account do this, here and now? The host's access policy: networks, hours, countries, contracts, risk.
///
/// Asked each time that a login goes on, a password is set, a contact is replaced, an identity is linked, the tokens of a session are made anew
/// or a ticket is issued or redeemed ([`AccessPurpose`] says when). It is never asked about an account that has not proved something, so a
/// denial tells nobody who has an account. The account's status, its factors and its password's age are not this question's: the library
/// judges them itself.
///
/// In SQL: `SELECT 1 FROM access_rules WHERE application = … AND account = … AND network >>= …`, or whatever your rules are made of. Look
/// at what is true now. Have no answer ([`Ask::unavailable`](super::Ask::unavailable)) where you cannot find out.
///
/// A denial is final for the request: what it was proved by once – a state token, a code, a one-time password, a ticket – is used up, and
/// nothing else is written. A session is not ended by it; end it ([`Engine::end_sessions`](crate::Engine::end_sessions)) where it should be.
///
/// ```
/// use authflow::{
///     AccountId,
///     step::{AccessDecision, AccessPurpose, DecideAccess},
///     testkit::{Call, World, demo},
/// };
///
/// /// Whoever is on leave comes in no more. Who is in may finish what they are at.
/// fn decide(ask: &DecideAccess, is_on_leave: impl Fn(AccountId) -> bool) -> AccessDecision {
///     use AccessPurpose::*;
///     match ask.about {
///         SignIn | Recovery if is_on_leave(ask.account) => AccessDecision::Deny,
///         SignIn | Recovery | OwnPassword | OwnContact | LinkIdentity | Refresh | Ticket => {
///             AccessDecision::Allow
///         }
///     }
/// }
///
/// let mut world = World::new();
/// let step = world.begin(&Call::login("alice", demo::PASSWORD));
/// let ask = world.until::<DecideAccess>(step);
/// let denied = decide(&ask, |account| account.as_str() == "id-alice");
/// assert_eq!(world.finish(ask.answer(denied)).text("status"), "ACCESS_DENIED");
/// ```
///
/// **If you answer wrongly:**
/// - `Allow` where it should be denied: they get in, or stay in, set a password, or take the session to another server. A host that answers
///   `Allow` to whatever `about` it does not know has a rule for the door and none for the windows: match on it.
/// - `Deny` where it should be allowed: they are told `ACCESS_DENIED` when they sign in, and elsewhere that their code, token or ticket is
///   invalid, and must begin again. Nothing is lost beyond that.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DecideAccess {
    /// What it is about.
    pub about: AccessPurpose,
    /// The application and tenant.
    pub audience: Audience,
    /// Whose access it is. Of somebody who registers, of the account that is about to be made: nothing of it is stored yet.
    pub account: AccountId,
    /// From where. In a call of a tenant's server, the device that the server says.
    pub device: Device,
    /// On what proof: of the login so far, or of the session.
    pub factors: FactorSet,
}

/// What access is asked for. There will be no more without a new major version: whoever matches on it decides about all.
///
/// ```
/// use authflow::{
///     step::{AccessDecision, AccessPurpose, DecideAccess},
///     testkit::{Call, World},
/// };
///
/// let mut world = World::new();
/// let signed_in = world.login("alice");
/// let step = world.begin(&Call::refresh(signed_in.session_token()));
/// let ask = world.until::<DecideAccess>(step);
/// assert_eq!(ask.about, AccessPurpose::Refresh);
/// // Her contract ended this morning: no session of hers goes on.
/// assert_eq!(world.finish(ask.answer(AccessDecision::Deny)).status, 400);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessPurpose {
    /// To sign in, or to carry a login on: after every step, before anything else is asked of the client. To register is to sign in for the first time.
    SignIn,
    /// To set a password instead of a forgotten one: after the proof, before the new password is judged.
    Recovery,
    /// To set or change one's own password within a session: before the old one or a code is judged.
    OwnPassword,
    /// To replace one's own number or address within a session: before a code is sent to the new one, and again before it is judged.
    OwnContact,
    /// To go on with a session: before its tokens are made anew or rotated.
    Refresh,
    /// To link a social identity to the account, which signs in by it from then on: when a login that is to do so has nothing more to prove, after
    /// [`SignIn`](Self::SignIn) and in the same request.
    LinkIdentity,
    /// To show a session to a tenant's server: before a ticket is issued, and again before it is redeemed.
    Ticket,
}

/// The host's access decision.
///
/// ```
/// use authflow::{
///     factor::Factor,
///     outcome::Event,
///     step::{AccessDecision, DecideAccess},
///     testkit::{Call, World, demo},
/// };
///
/// /// Nobody is in by a password alone.
/// fn decide(ask: &DecideAccess) -> AccessDecision {
///     let others = ask.factors.iter().filter(|factor| *factor != Factor::Password);
///     if others.count() > 0 { AccessDecision::Allow } else { AccessDecision::Deny }
/// }
///
/// let mut world = World::new();
/// let step = world.begin(&Call::login("alice", demo::PASSWORD));
/// let ask = world.until::<DecideAccess>(step);
/// let decision = decide(&ask);
/// assert_eq!(world.finish(ask.answer(decision)).text("status"), "ACCESS_DENIED");
/// let by_host = |event: &Event| matches!(event, Event::AccessDenied { denial: None, .. });
/// assert!(world.outcome.unwrap().events.iter().any(by_host));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessDecision {
    /// They may.
    Allow,
    /// They may not.
    Deny,
}
