//! The library's questions, answered by the store and the hasher.

use crate::{
    clock::Clock,
    hasher::{Hasher, HasherError},
    outbox::{Outbox, OutboxError},
    signing_keys::SigningKeys,
    store::{Store, StoreError},
    tenants::TenantCredentials,
};
use authflow::{
    Host,
    account::{Account, FindAccount},
    code::{Deliver, Delivery, LoadCode, StoredCode},
    guess::{Reservation, ReserveAttempt, SettleAttempt},
    outcome::{Event, Outcome},
    password::{JudgePassword, Judgement, PasswordMatch, VerifyPassword},
    session::{CheckSession, SessionRecord},
    step::{
        AccessDecision, Commit, Committed, CredentialOwner, DecideAccess, FindClaim, SignBytes,
        SignatureCheck, VerifyBytes, VerifyTenantCredential, Write,
    },
};
use std::sync::Arc;

/// Answers the library's questions.
#[derive(Clone)]
pub(crate) struct ServerHost {
    pub(crate) store: Store,
    pub(crate) hasher: Hasher,
    pub(crate) clock: Clock,
    /// Without one, no code is sent.
    pub(crate) outbox: Option<Arc<Outbox>>,
    pub(crate) credentials: TenantCredentials,
    /// The keys that sign id tokens, where it is not the library that signs them.
    pub(crate) signing_keys: Option<Arc<SigningKeys>>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum HostError {
    #[error("store: {0}")]
    Store(#[from] StoreError),
    #[error("hasher: {0}")]
    Hasher(#[from] HasherError),
    #[error("outbox: {0}")]
    Outbox(#[from] OutboxError),
}

impl Host for ServerHost {
    type Error = HostError;

    async fn find_account(&self, ask: &FindAccount) -> Result<Option<Account>, HostError> {
        Ok(self.store.account(ask.clone()).await?)
    }

    async fn reserve_attempt(&self, ask: &ReserveAttempt) -> Result<Reservation, HostError> {
        Ok(self.store.reserve_attempt(ask.clone()).await?)
    }

    async fn verify_password(&self, ask: &VerifyPassword) -> Result<PasswordMatch, HostError> {
        Ok(self.hasher.verify(ask.verifier.clone(), ask.presented.clone()).await?)
    }

    async fn settle_attempt(&self, ask: &SettleAttempt) -> Result<(), HostError> {
        Ok(self.store.settle_attempt(ask.clone()).await?)
    }

    async fn decide_access(&self, _: &DecideAccess) -> Result<AccessDecision, HostError> {
        Ok(AccessDecision::Allow)
    }

    async fn commit(&self, ask: &Commit) -> Result<Committed, HostError> {
        // One commit stores a new password, or hashes the present one anew, or neither.
        let to_hash = ask.writes.iter().find_map(|write| match write {
            Write::StorePassword { new_password: password, .. } | Write::Rehash { password } => {
                Some(password.clone())
            }
            _ => None,
        });
        let verifier = match to_hash {
            Some(password) => Some(self.hasher.hash(password).await?),
            None => None,
        };
        Ok(self.store.commit(ask.clone(), verifier).await?)
    }

    async fn check_session(&self, ask: &CheckSession) -> Result<Option<SessionRecord>, HostError> {
        Ok(self.store.check_session(ask.clone()).await?)
    }

    async fn find_claim(&self, ask: &FindClaim) -> Result<Option<SessionRecord>, HostError> {
        Ok(self.store.find_claim(*ask).await?)
    }

    async fn load_code(&self, ask: &LoadCode) -> Result<Option<StoredCode>, HostError> {
        Ok(self.store.code(ask.clone()).await?)
    }

    /// No history and no list of breached passwords is kept here.
    async fn judge_password(&self, _: &JudgePassword) -> Result<Judgement, HostError> {
        Ok(Judgement::Accepted)
    }

    async fn deliver(&self, ask: &Deliver) -> Result<Delivery, HostError> {
        match &self.outbox {
            Some(outbox) => Ok(outbox.deliver(ask).await?),
            None => Ok(Delivery::NotDelivered),
        }
    }

    async fn verify_tenant_credential(
        &self,
        ask: &VerifyTenantCredential,
    ) -> Result<CredentialOwner, HostError> {
        Ok(self.credentials.owner(&ask.credential))
    }

    async fn sign_bytes(&self, ask: &SignBytes) -> Result<Option<Vec<u8>>, HostError> {
        Ok(self.signing_keys.as_ref().and_then(|keys| keys.sign(&ask.key_id, &ask.bytes)))
    }

    async fn verify_bytes(&self, ask: &VerifyBytes) -> Result<SignatureCheck, HostError> {
        let keys = self.signing_keys.as_ref();
        let is_good = keys.is_some_and(|keys| keys.verify(&ask.key_id, &ask.bytes, &ask.signature));
        Ok(if is_good { SignatureCheck::Valid } else { SignatureCheck::Invalid })
    }

    fn failed(&self, question: &'static str, error: HostError) {
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
