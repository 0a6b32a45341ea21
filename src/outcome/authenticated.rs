//! Whose request it is, at a route of the host's own.

use crate::{
    Audience, Lifetime, SessionId, Timestamp,
    account::Subject,
    factor::{Factor, FactorSet},
    moment::Skew,
};

/// Whose request it is: what [`Engine::authenticate`](crate::Engine::authenticate) ends in.
///
/// It says that the session lives, on this device, and that its subject may still use it. What a route wants beyond that is for the route to
/// demand: a sign-in of late, by [`is_recent`](Self::is_recent); a second factor, by [`has`](Self::has); and whatever the subject must be
/// allowed to do.
///
/// ```
/// use authflow::{Lifetime, Timestamp, factor::Factor, outcome::Authenticated};
///
/// /// Whether a request may move money.
/// fn may_pay(who: &Authenticated, now: Timestamp) -> bool {
///     who.has(Factor::Totp) && who.is_recent(Lifetime::of::<300>(), now)
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Authenticated {
    /// Who it is.
    pub subject: Subject,
    /// The application and tenant that they signed in to.
    pub audience: Audience,
    /// What they proved who they are with: the `amr` of the session's id token.
    pub factors: FactorSet,
    /// When they last proved it, as the session's record says: an id token may say what whoever holds an exported key has written.
    pub auth_time: Timestamp,
    /// The session.
    pub session: SessionId,
    /// The first second in which it is over, however much it is used.
    pub expires_at: Timestamp,
    /// How far the clock may be ahead that `auth_time` is of.
    pub(crate) skew: Skew,
}

impl Authenticated {
    /// Whether they have proved who they are within the time before `now`.
    ///
    /// The two times are of the clocks of two instances. A sign-in that lies ahead by no more than the ring's
    /// [clock skew](crate::token::KeyRing::with_clock_skew) is recent, and one that lies further ahead is not: it is no time that anybody signed
    /// in at. It is the rule of a first password, which takes a recent sign-in.
    pub fn is_recent(&self, within: Lifetime, now: Timestamp) -> bool {
        self.skew.is_recent(self.auth_time, within, now)
    }

    /// Whether they have proved this factor.
    pub const fn has(&self, factor: Factor) -> bool {
        self.factors.contains(factor)
    }
}
