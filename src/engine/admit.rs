//! The beginning of every operation: which application and tenant, and which account of theirs.

use super::{config::Core, context::Context};
use crate::{
    Account, AccountId, Application, Audience, ClientId, Moment, Step, TenantId,
    device::Caller,
    outcome::{Event, Fault, TokenRefusal},
    step::{AccountKey, Ask, FindAccount, FindApplication},
};
use alloc::sync::Arc;

/// A request whose application and tenant are known.
pub(super) struct Admitted {
    pub(super) context: Context,
    pub(super) application: Arc<Application>,
    pub(super) audience: Audience,
}

/// Finds the application that the caller names, and goes on with `then`.
pub(super) fn admit(
    core: &Arc<Core>,
    caller: Caller,
    moment: Moment,
    then: impl FnOnce(Admitted) -> Step + Send + Sync + 'static,
) -> Step {
    let Caller { device, client_id, tenant, language } = caller;
    Context::new(core, device, language, moment).find_application(client_id, tenant, then)
}

impl Context {
    /// Finds an application for a tenant, and goes on with `then`.
    pub(super) fn find_application(
        self,
        client_id: ClientId,
        tenant: Option<TenantId>,
        then: impl FnOnce(Admitted) -> Step + Send + Sync + 'static,
    ) -> Step {
        if let Some(applications) = &self.core.applications {
            let found = applications.get(&client_id).cloned();
            return self.application_found(client_id, tenant, found, then);
        }
        Step::FindApplication(Ask::new(
            FindApplication { client_id, tenant },
            move |_, answer| match answer {
                None => self.unavailable::<FindApplication>(),
                Some(Some(other)) if other.client_id != client_id => self.contradiction::<FindApplication>(),
                Some(found) => self.application_found(client_id, tenant, found, then),
            },
        ))
    }

    fn application_found(
        mut self,
        client_id: ClientId,
        tenant: Option<TenantId>,
        found: Option<Arc<Application>>,
        then: impl FnOnce(Admitted) -> Step,
    ) -> Step {
        let known = found
            .and_then(|application| application.audience(tenant).map(|audience| (application, audience)));
        match known {
            Some((application, audience)) => {
                self.speak_for(&application, audience);
                then(Admitted { context: self, application, audience })
            }
            None => self.refuse(Fault::ApplicationUnknown, Event::ApplicationUnknown { client_id, tenant }),
        }
    }
}

impl Admitted {
    /// Finds an account of this audience, and goes on with `then`.
    pub(super) fn find_account(
        mut self,
        key: AccountKey,
        then: impl FnOnce(Self, Option<Account>) -> Step + Send + Sync + 'static,
    ) -> Step {
        let question = FindAccount { audience: self.audience, key };
        Step::FindAccount(Ask::new(question, move |FindAccount { key, .. }, answer| {
            let Some(found) = answer else {
                return self.context.unavailable::<FindAccount>();
            };
            let contradicts = |account: &Account| {
                let another = matches!(&key, AccountKey::Id(id) if *id != account.id);
                another || account.tenant != self.audience.tenant
            };
            if found.as_ref().is_some_and(contradicts) {
                return self.context.contradiction::<FindAccount>();
            }
            self.context.outcome.facts.account = found.as_ref().map(|account| account.id);
            then(self, found)
        }))
    }

    /// Refuses a token that the client presented: `fault` for the client, the reason for the log.
    pub(super) fn refuse_token(
        mut self,
        fault: Fault,
        account: Option<AccountId>,
        reason: TokenRefusal,
    ) -> Step {
        self.context.outcome.facts.account = account;
        self.context.refuse(fault, Event::TokenRefused { account, reason })
    }
}
