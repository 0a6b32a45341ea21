//! May this account in, here and now?

use crate::{AccountId, Audience, device::Device, factor::FactorSet};
use serde::{Deserialize, Serialize};

/// May this account do this, here and now? The host's access policy: networks, hours, countries, contracts, risk.
///
/// Asked each time that a login goes on, a password is set or a session is put to use ([`AccessPurpose`] says when). It is never asked about
/// an account that has not proved something, so a denial tells nobody who has an account. The account's status, its factors and its
/// password's age are not this question's: the library judges them itself.
///
/// In SQL: `SELECT 1 FROM access_rules WHERE application = … AND account = … AND network >>= …`, or whatever your rules are made of. Look
/// at what is true now. Have no answer ([`Ask::unavailable`](super::Ask::unavailable)) where you cannot find out.
///
/// A denial is final for the request: what it was proved by once – a state token, a code, a one-time password, a ticket – is used up, and
/// nothing else is written. A session is not ended by it; end it ([`Engine::end_sessions`](crate::Engine::end_sessions)) where it should be.
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
    /// Whose access it is.
    pub account: AccountId,
    /// From where. In a call of a tenant's server, the device that the server says.
    pub device: Device,
    /// On what proof: of the login so far, or of the session.
    pub factors: FactorSet,
}

/// What access is asked for. There will be no more without a new major version: whoever matches on it decides about all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessPurpose {
    /// To sign in, or to carry a login on: after every step, before anything else is asked of the client.
    SignIn,
    /// To set a password instead of a forgotten one: after the proof, before the new password is judged.
    Recovery,
    /// To set or change one's own password within a session: before the old one or a code is judged.
    OwnPassword,
    /// To go on with a session: before its tokens are made anew or rotated.
    Refresh,
    /// To show a session to a tenant's server: before a ticket is issued, and again before it is redeemed.
    Ticket,
}

/// The host's access decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessDecision {
    /// They may.
    Allow,
    /// They may not.
    Deny,
}
