//! The demands that a route makes of a session.

use super::{Refusal, Session};
use authflow::{
    ClientId,
    factor::{Factor, FactorSet},
};

#[derive(Clone, Debug)]
pub(super) struct Demands {
    /// The session must be of one of these applications.
    applications: Vec<ClientId>,
    minutes: Option<u16>,
    factors: FactorSet,
}

impl Demands {
    pub(super) fn of(application: ClientId) -> Self {
        Self { applications: vec![application], minutes: None, factors: FactorSet::EMPTY }
    }

    pub(super) fn or_of(mut self, application: ClientId) -> Self {
        self.applications.push(application);
        self
    }

    /// The stricter of the two demands, if there is one already.
    pub(super) fn recent(self, minutes: u16) -> Self {
        let minutes = self.minutes.map_or(minutes, |other| other.min(minutes));
        Self { minutes: Some(minutes), ..self }
    }

    pub(super) fn with(self, factor: Factor) -> Self {
        Self { factors: self.factors.with(factor), ..self }
    }

    pub(super) fn judge(&self, session: &Session) -> Result<(), Refusal> {
        if !self.applications.contains(&session.audience.client_id) {
            return Err(Refusal::Unauthenticated);
        }
        for factor in Factor::ALL {
            if self.factors.contains(factor) {
                session.with(factor)?;
            }
        }
        if let Some(minutes) = self.minutes {
            session.recent(minutes)?;
        }
        Ok(())
    }
}
