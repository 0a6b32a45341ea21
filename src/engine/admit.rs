//! The beginning of every operation: which application and tenant, and which account of theirs.

use super::context::Context;
use crate::{
    Account, AccountId, Application, Audience, Step,
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

impl Context {
    /// Finds the application that the caller names, and goes on with `then`.
    pub(super) fn admit(self, then: impl FnOnce(Admitted) -> Step + Send + Sync + 'static) -> Step {
        let (client_id, tenant) = (self.caller.client_id, self.caller.tenant);
        if let Some(applications) = &self.core.applications {
            let found = applications.get(&client_id).cloned();
            return self.application_found(found, then);
        }
        Step::FindApplication(Ask::new(
            FindApplication { client_id, tenant },
            move |_, answer| match answer {
                None => self.unavailable::<FindApplication>(),
                Some(Some(other)) if other.client_id != client_id => self.contradiction::<FindApplication>(),
                Some(found) => self.application_found(found, then),
            },
        ))
    }

    fn application_found(
        mut self,
        found: Option<Arc<Application>>,
        then: impl FnOnce(Admitted) -> Step,
    ) -> Step {
        let (client_id, tenant) = (self.caller.client_id, self.caller.tenant);
        let known = found
            .and_then(|application| application.audience(tenant).map(|audience| (application, audience)));
        match known {
            Some((application, audience)) => {
                self.facts.audience = Some(audience);
                self.facts.language = self.caller.language.unwrap_or(application.language);
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
            self.context.facts.account = found.as_ref().map(|account| account.id);
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
        self.context.facts.account = account;
        self.context.refuse(fault, Event::TokenRefused { account, reason })
    }
}
