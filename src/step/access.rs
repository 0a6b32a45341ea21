//! May this account in, here and now?

use crate::{AccountId, Audience, device::Device, factor::FactorSet};
use serde::{Deserialize, Serialize};

/// May this account do this, here and now? The host's access policy: networks, hours, countries, contracts, risk.
///
/// It is asked each time that a login goes on, a password is set, a contact is replaced, an identity is linked, a session gets new tokens, or a
/// ticket is issued or redeemed ([`AccessPurpose`] says when). It is never asked about an account that has not proved something, so a denial does not
/// reveal who has an account. This question is not about the account's status, its factors or its password's age, because the library judges those
/// itself.
///
/// In SQL: `SELECT 1 FROM access_rules WHERE application = … AND account = … AND network >>= …`, or whatever your rules are made of. Look
/// at what is true now. Have no answer ([`Ask::unavailable`](super::Ask::unavailable)) where you cannot find out.
///
/// A denial is final for the request. The proof that is good only once (a state token, a code, a one-time password or a ticket) is used up, and
/// nothing else is written. A denial does not end a session. End the session yourself ([`Engine::end_sessions`](crate::Engine::end_sessions)) where
/// it should end.
///
/// ```
/// use authflow::{
///     AccountId,
///     step::{AccessDecision, AccessPurpose, DecideAccess},
///     testkit::{Call, World, demo},
/// };
///
/// /// A person on leave can neither sign in nor reset a password. A session that is open goes on.
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
/// - `Allow` where access should be denied: the subject gets in, or stays in, sets a password, or takes the session to another server. A
///   host that answers `Allow` for every `about` that it does not know leaves some ways in without a rule, so match on it.
/// - `Deny` where access should be allowed: the subject is told `ACCESS_DENIED` at sign-in, and elsewhere that the code, token or ticket is
///   invalid, and must start again. Nothing else is lost.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DecideAccess {
    /// The purpose of the access.
    pub about: AccessPurpose,
    /// The application and tenant.
    pub audience: Audience,
    /// The account. In a registration, it is the account that is about to be made, and nothing of it is stored yet.
    pub account: AccountId,
    /// The device. In a call of a tenant's server, it is the device that the server names.
    pub device: Device,
    /// The factors that were proved, in the login so far or for the session.
    pub factors: FactorSet,
}

/// The purpose of an access. There will be no more purposes without a new major version, so a host that matches on them decides about all.
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
/// // Her contract ended this morning, so none of her sessions goes on.
/// assert_eq!(world.finish(ask.answer(AccessDecision::Deny)).status, 400);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessPurpose {
    /// To sign in, or to carry a login on: after every step, before anything else is asked of the client. A registration is a first sign-in.
    SignIn,
    /// To set a password instead of a forgotten one: after the proof, before the new password is judged.
    Recovery,
    /// To set or change one's own password within a session: before the old one or a code is judged.
    OwnPassword,
    /// To replace one's own number or address within a session: before a code is sent to the new one, and again before the code is judged.
    OwnContact,
    /// To go on with a session: before its tokens are made anew or rotated.
    Refresh,
    /// To link a social identity to the account, so that it signs in to the account from then on. This is asked when the login has nothing more to
    /// prove, after [`SignIn`](Self::SignIn) and in the same request.
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
/// /// Nobody gets in by a password alone.
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
    /// The account may do it.
    Allow,
    /// The account may not do it.
    Deny,
}
