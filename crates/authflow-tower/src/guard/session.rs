//! The session of a request.

use super::Refusal;
use authflow::{Lifetime, Timestamp, factor::Factor, outcome::Authenticated};
use std::{ops::Deref, sync::Arc};

/// The [`Authenticated`] that a guard has found for a request. Only a guard makes one.
///
/// With the feature `axum` it is an extractor. A route without a guard then answers 500, and never calls its handler.
///
/// A handler may demand more than its route:
///
/// ```
/// use authflow::factor::Factor;
/// use authflow_tower::{Refusal, Session};
///
/// async fn pay(session: Session) -> Result<String, Refusal> {
///     session.recent(5)?.with(Factor::Totp)?;
///     Ok(format!("paid by {}", session.subject.id))
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Session {
    who: Arc<Authenticated>,
    now: Timestamp,
}

impl Session {
    pub(crate) fn new(who: Authenticated, now: Timestamp) -> Self {
        Self { who: Arc::new(who), now }
    }

    /// Demands that the subject has proved who they are within this number of minutes before this request. With 0, it always fails.
    ///
    /// # Errors
    /// [`Refusal::NotRecent`].
    pub fn recent(&self, minutes: u16) -> Result<&Self, Refusal> {
        let within = Lifetime::from_seconds(u32::from(minutes).saturating_mul(60));
        if within.is_ok_and(|within| self.is_recent(within, self.now)) {
            Ok(self)
        } else {
            Err(Refusal::NotRecent { minutes })
        }
    }

    /// Demands that the subject has proved this factor.
    ///
    /// # Errors
    /// [`Refusal::FactorMissing`].
    pub fn with(&self, factor: Factor) -> Result<&Self, Refusal> {
        if self.has(factor) { Ok(self) } else { Err(Refusal::FactorMissing { factor }) }
    }
}

impl Deref for Session {
    type Target = Authenticated;

    fn deref(&self) -> &Authenticated {
        &self.who
    }
}
