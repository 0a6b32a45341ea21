//! The subject and session behind a request at one of the host's own routes.

use crate::{
    Audience, Lifetime, SessionId, Timestamp,
    account::Subject,
    factor::{Factor, FactorSet},
    moment::Skew,
};

/// The result of [`Engine::authenticate`](crate::Engine::authenticate): whose request it is.
///
/// It says that the session lives on this device, and that its subject may still use it. The route itself must demand anything beyond that: a recent
/// sign-in ([`is_recent`](Self::is_recent)), a second factor ([`has`](Self::has)), and any permission of the subject.
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
    /// The signed-in subject.
    pub subject: Subject,
    /// The application and tenant that they signed in to.
    pub audience: Audience,
    /// The factors that they proved: the `amr` of the session's id token.
    pub factors: FactorSet,
    /// When they last proved who they are, by the session's record. An id token is not believed here, because anybody who holds an exported
    /// key can write one.
    pub auth_time: Timestamp,
    /// The session.
    pub session: SessionId,
    /// The first second in which the session is over, however much it is used.
    pub expires_at: Timestamp,
    /// The furthest that the clock which wrote `auth_time` may be ahead.
    pub(crate) skew: Skew,
}

impl Authenticated {
    /// Whether they have proved who they are within this time before `now`.
    ///
    /// The two times come from the clocks of two instances. A sign-in that lies ahead by no more than the ring's
    /// [clock skew](crate::token::KeyRing::with_clock_skew) is recent. One that lies further ahead is not, because nobody can have signed in at that
    /// time. The same rule decides which sign-in is recent enough to set a first password.
    pub fn is_recent(&self, within: Lifetime, now: Timestamp) -> bool {
        self.skew.is_recent(self.auth_time, within, now)
    }

    /// Whether they have proved this factor.
    pub const fn has(&self, factor: Factor) -> bool {
        self.factors.contains(factor)
    }
}
