//! The access decision: whether the host lets an account do what it is about to do.
//!
//! A login asks at the end of each step (`login.rs`), and a denial has its own verdict there. Everywhere else the client gets the fault of the token
//! or code that it presented, so that a denial reveals no more than any other refusal of that token or code.

use super::{
    admit::Admitted,
    ask::{InProgress as _, Then},
    open_session::OpenSession,
};
use crate::{
    AccountId,
    factor::FactorSet,
    outcome::{Event, Fault},
    step::{AccessDecision, AccessPurpose, DecideAccess, Step},
};

impl Admitted {
    /// The question about an account of this request.
    pub(super) fn access(
        &self,
        about: AccessPurpose,
        account: AccountId,
        factors: FactorSet,
    ) -> DecideAccess {
        DecideAccess { about, audience: self.audience, account, device: self.context.device.clone(), factors }
    }

    /// Refuses because the host has denied access. The client gets `fault`.
    pub(super) fn deny(self, about: AccessPurpose, account: AccountId, fault: Fault) -> Step {
        let fault = self.as_presented(fault);
        self.context.refuse(fault, Event::AccessDenied { account, about, denial: None })
    }
}

impl OpenSession {
    /// Asks whether the subject of a session may use it for this purpose, and goes on with `then`.
    pub(super) fn decide_access(
        self,
        admitted: Admitted,
        about: AccessPurpose,
        then: impl FnOnce(Admitted, Self, AccessDecision) -> Step + Send + Sync + 'static,
    ) -> Step {
        let question = admitted.access(about, self.account.id, self.record.factors);
        admitted.ask(question, move |admitted, _, decision| then(admitted, self, decision))
    }

    /// The same, for a denial that uses nothing up. The client gets `fault`, and nothing is written.
    pub(super) fn allowed(
        self,
        admitted: Admitted,
        about: AccessPurpose,
        fault: Fault,
        then: impl Then<Admitted, Self>,
    ) -> Step {
        self.decide_access(admitted, about, move |admitted, open, decision| match decision {
            AccessDecision::Allow => then(admitted, open),
            AccessDecision::Deny => admitted.deny(about, open.account.id, fault),
        })
    }
}
