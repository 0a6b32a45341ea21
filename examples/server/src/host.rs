//! The library's questions, answered by the server's parts.

use crate::{outbox::Outbox, signing_keys::SigningKeys, store::Store, tenants::TenantCredentials};
use authflow::{
    parts::{Blocklist, Parts, Rules},
    password::{JudgePassword, Judgement},
    step::{AccessDecision, CredentialOwner, DecideAccess, VerifyTenantCredential},
};
use authflow_argon2::Argon2Hasher;
use authflow_tracing::TracingLog;
use std::convert::Infallible;

/// Without an outbox no code is sent. Signing keys are there where it is not the library that signs id tokens.
pub(crate) type ServerHost =
    Parts<Store, Argon2Hasher, Blocklist<ServerRules>, Option<Outbox>, Option<SigningKeys>, TracingLog>;

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

#[cfg(test)]
#[path = "host_tests.rs"]
mod tests;
