//! The beginning of every operation: it finds the application, the tenant, and one of their accounts.

use super::{
    ask::{InProgress, Then},
    config::Core,
    context::Context,
};
use crate::{
    AccountId, Application, Audience, ClientId, Moment, TenantId, Timestamp,
    account::{Account, AccountKey, FindAccount},
    contact::NumberingPlan,
    device::{BindingKind, Caller},
    factor::Factor,
    outcome::{BodyFault, Event, Fault, ProofRefusal, TokenRefusal},
    policy::Policy,
    step::{FindApplication, Step},
};
use alloc::{boxed::Box, sync::Arc};
use core::convert::identity;

/// A request whose application and tenant are known.
pub(super) struct Admitted {
    pub(super) context: Box<Context>,
    pub(super) application: Arc<Application>,
    pub(super) audience: Audience,
}

/// The errand of a caller.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Errand {
    /// Something for which the caller must be bound, unless the policy allows unbound callers.
    Act,
    /// To give up a right. The caller's binding does not matter for that.
    GiveUp,
}

/// Finds the application that the caller names, and goes on with `then`.
pub(super) fn admit(
    core: &Arc<Core>,
    caller: Caller,
    moment: Moment,
    then: impl FnOnce(Admitted) -> Step + Send + Sync + 'static,
) -> Step {
    admit_for(Errand::Act, core, caller, moment, then)
}

/// The same, whatever the caller comes for.
pub(super) fn admit_for(
    errand: Errand,
    core: &Arc<Core>,
    caller: Caller,
    moment: Moment,
    then: impl FnOnce(Admitted) -> Step + Send + Sync + 'static,
) -> Step {
    let Caller { device, client_id, tenant, language } = caller;
    let context = Context::new(core, device, language, moment);
    find_application(errand, context, client_id, tenant, then)
}

/// Finds an application for a tenant, and goes on with `then` if the caller may do their errand there.
pub(super) fn find_application(
    errand: Errand,
    context: Box<Context>,
    client_id: ClientId,
    tenant: Option<TenantId>,
    then: impl FnOnce(Admitted) -> Step + Send + Sync + 'static,
) -> Step {
    if let Some(applications) = &context.core.applications {
        let found = applications.get(&client_id).cloned();
        return application_found(errand, context, client_id, tenant, found).map_or_else(identity, then);
    }
    context.ask(FindApplication { client_id, tenant }, move |context, _, found| match found {
        Some(other) if other.client_id != client_id => context.contradiction::<FindApplication>(),
        found => application_found(errand, context, client_id, tenant, found).map_or_else(identity, then),
    })
}

/// The request in its application, or its end. It is generic over nothing, so that a program has it once and not once for each operation.
fn application_found(
    errand: Errand,
    mut context: Box<Context>,
    client_id: ClientId,
    tenant: Option<TenantId>,
    found: Option<Arc<Application>>,
) -> Result<Admitted, Step> {
    let known =
        found.and_then(|application| application.audience(tenant).map(|audience| (application, audience)));
    let Some((application, audience)) = known else {
        let event = Event::ApplicationUnknown { client_id, tenant };
        return Err(context.refuse(Fault::ApplicationUnknown, event));
    };
    context.speak_for(&application, audience);
    let is_unbound = context.device.binding_kind() == BindingKind::Unbound;
    if errand == Errand::Act && is_unbound && !application.policy.allows_unbound {
        return Err(context.refuse(Fault::DeviceIncomplete, Event::UnboundRefused));
    }
    Ok(Admitted { context, application, audience })
}

impl Admitted {
    pub(super) fn now(&self) -> Timestamp {
        self.context.moment.timestamp()
    }

    pub(super) fn policy(&self) -> &Policy {
        &self.application.policy
    }

    /// The way in which the tenant writes national numbers.
    pub(super) fn numbering(&self) -> Option<&NumberingPlan> {
        self.context.core.numbering.get(&self.audience.tenant)
    }

    /// Finds an account of this audience, and goes on with `then`.
    pub(super) fn find_account(self, key: AccountKey, then: impl Then<Self, Option<Account>>) -> Step {
        let question = FindAccount { audience: self.audience, key };
        self.ask(question, move |mut admitted, asked, found| {
            if admitted.contradicts(asked, found.as_ref()) {
                return admitted.context.contradiction::<FindAccount>();
            }
            admitted.note_account(found.as_ref());
            then(admitted, found)
        })
    }

    /// Whether an account is not the one that was asked for.
    fn contradicts(&self, asked: &FindAccount, found: Option<&Account>) -> bool {
        found.is_some_and(|account| {
            let another = matches!(&asked.key, AccountKey::Id(id) if *id != account.id);
            another || account.tenant != self.audience.tenant
        })
    }

    /// Notes for the log which account was found.
    fn note_account(&mut self, found: Option<&Account>) {
        let outcome = &mut self.context.outcome;
        outcome.facts.account = found.map(|account| account.id);
        let unreachable = found.filter(|account| account.has_unreachable_mobile());
        outcome.events.extend(unreachable.map(|account| Event::NumberWithoutCountry { account: account.id }));
    }

    /// Refuses a token that the client presented. The client gets `fault`, and the log gets the reason.
    pub(super) fn refuse_token(
        mut self,
        fault: Fault,
        account: Option<AccountId>,
        reason: TokenRefusal,
    ) -> Step {
        self.context.outcome.facts.account = account;
        let fault = self.as_presented(fault);
        self.context.refuse(fault, Event::TokenRefused { account, reason })
    }

    /// The fault of a token. A sealed token always has the fault of its signature, so that a client learns nothing else about what it
    /// has sealed.
    pub(super) fn as_presented(&self, fault: Fault) -> Fault {
        if self.context.is_signed { Fault::SignatureInvalid } else { fault }
    }

    /// Refuses a proof. The client gets `fault`, and the log gets the reason.
    pub(super) fn refuse_proof(self, fault: Fault, factor: Factor, reason: ProofRefusal) -> Step {
        let account = self.context.outcome.facts.account;
        self.context.refuse(fault, Event::ProofRefused { account, factor, reason })
    }

    /// Refuses a body that is not what the call takes.
    pub(super) fn refuse_body(self, fault: BodyFault) -> Step {
        self.context.refuse(Fault::RequestMalformed(fault), Event::BodyRefused(fault))
    }
}

impl InProgress for Admitted {
    fn unanswered(self, question: &'static str) -> Step {
        self.context.unanswered(question)
    }
}
