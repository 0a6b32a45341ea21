//! The library's questions, answered by the server's parts.

use crate::{outbox::Outbox, signing_keys::SigningKeys, store::Store, tenants::TenantCredentials};
use authflow::{
    outcome::{Event, Outcome},
    parts::{Blocklist, Log, Parts, Rules},
    password::{JudgePassword, Judgement},
    step::{AccessDecision, CredentialOwner, DecideAccess, VerifyTenantCredential},
};
use authflow_argon2::Argon2Hasher;
use std::{convert::Infallible, error::Error};

/// Without an outbox no code is sent. Signing keys are there where it is not the library that signs id tokens.
pub(crate) type ServerHost =
    Parts<Store, Argon2Hasher, Blocklist<ServerRules>, Option<Outbox>, Option<SigningKeys>, EventLog>;

/// Whoever has proved enough is let in, and no history of passwords is kept here.
#[derive(Debug, Default)]
pub(crate) struct ServerRules {
    pub(crate) credentials: TenantCredentials,
}

impl Rules for ServerRules {
    type Error = Infallible;

    async fn decide_access(&self, _: &DecideAccess) -> Result<AccessDecision, Infallible> {
        Ok(AccessDecision::Allow)
    }

    async fn judge_password(&self, _: &JudgePassword) -> Result<Judgement, Infallible> {
        Ok(Judgement::Accepted)
    }

    async fn verify_tenant_credential(
        &self,
        ask: &VerifyTenantCredential,
    ) -> Result<CredentialOwner, Infallible> {
        Ok(self.credentials.owner(&ask.credential))
    }
}

#[derive(Debug)]
pub(crate) struct EventLog;

impl Log for EventLog {
    fn failed(&self, question: &'static str, error: &dyn Error) {
        tracing::error!(question, %error, "a question went unanswered");
    }

    fn observe(&self, outcome: &Outcome) {
        for event in &outcome.events {
            match event {
                Event::Unavailable { .. } | Event::Contradiction { .. } => tracing::error!(?event),
                _ => tracing::info!(?event),
            }
        }
    }
}

#[cfg(test)]
#[path = "host_tests.rs"]
mod tests;
