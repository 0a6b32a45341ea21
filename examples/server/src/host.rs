//! The library's questions, answered by the server's parts.

use crate::{
    call_keys::CallKeys,
    loopback_provider::LoopbackProvider,
    outbox::Outbox,
    server_log::ServerLog,
    signing_keys::SigningKeys,
    slider::{PictureError, Slider},
    store::Store,
    tenants::TenantCredentials,
};
use authflow::{
    ClientId, Secret, TenantId,
    account::{JudgeProfile, ProfileJudgement},
    captcha::{Captcha, CaptchaPicture, IssueCaptcha, JudgeCaptchaPoint},
    contact::Mobile,
    parts::{Blocklist, Parts, Rules, Signer},
    password::{JudgePassword, Judgement},
    signed_call::OpenSealed,
    social::{ExchangeMobileToken, ExchangeSocialCode, SocialIdentity},
    step::{
        AccessDecision, CredentialOwner, DecideAccess, SignBytes, SignatureCheck, VerifyBytes,
        VerifyClientSecret, VerifyTenantCredential,
    },
};
use authflow_argon2::Argon2Hasher;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use tokio::task::JoinError;

/// The host. Without an outbox it sends no code.
pub(crate) type ServerHost =
    Parts<Store, Argon2Hasher, Blocklist<ServerRules>, Option<Outbox>, ServerKeys, ServerLog>;

/// The keys that the library does not have.
#[derive(Debug, Default)]
pub(crate) struct ServerKeys {
    /// The keys of id tokens, if the library does not sign them.
    pub(crate) signing: Option<SigningKeys>,
    /// The keys that open the signatures of calls.
    pub(crate) calls: CallKeys,
}

impl Signer for ServerKeys {
    type Error = JoinError;

    async fn sign_bytes(&self, ask: &SignBytes) -> Result<Option<Vec<u8>>, JoinError> {
        self.signing.sign_bytes(ask).await
    }

    async fn verify_bytes(&self, ask: &VerifyBytes) -> Result<SignatureCheck, JoinError> {
        self.signing.verify_bytes(ask).await
    }

    async fn open_sealed(&self, ask: &OpenSealed) -> Result<Option<Secret>, JoinError> {
        self.calls.open(ask).await
    }
}

/// Lets in every subject who has proved enough, and keeps no history of passwords. Only a demonstration with its own applications has a provider,
/// which vouches for social accounts and mobiles.
#[derive(Debug, Default)]
pub(crate) struct ServerRules {
    pub(crate) credentials: TenantCredentials,
    /// The tenants of each ISV application.
    pub(crate) tenants: BTreeMap<ClientId, BTreeSet<TenantId>>,
    pub(crate) slider: Arc<Slider>,
    pub(crate) provider: Option<Arc<LoopbackProvider>>,
}

impl Rules for ServerRules {
    /// Only a picture can fail.
    type Error = PictureError;

    async fn decide_access(&self, _: &DecideAccess) -> Result<AccessDecision, PictureError> {
        Ok(AccessDecision::Allow)
    }

    async fn judge_password(&self, _: &JudgePassword) -> Result<Judgement, PictureError> {
        Ok(Judgement::Accepted)
    }

    /// Every subject who registers under a policy that allows it may have an account. No member is demanded here, and the given names are kept.
    async fn judge_profile(&self, ask: &JudgeProfile) -> Result<ProfileJudgement, PictureError> {
        Ok(ask.accept())
    }

    async fn verify_tenant_credential(
        &self,
        ask: &VerifyTenantCredential,
    ) -> Result<CredentialOwner, PictureError> {
        Ok(self.credentials.owner(&ask.credential))
    }

    /// A server's credential is also its client secret, in the name of its application.
    async fn verify_client_secret(&self, ask: &VerifyClientSecret) -> Result<CredentialOwner, PictureError> {
        let owner = self.credentials.owner(&ask.client_secret);
        let is_named = match owner {
            CredentialOwner::Tenant(tenant) => {
                self.tenants.get(&ask.client_id).is_some_and(|tenants| tenants.contains(&tenant))
            }
            CredentialOwner::Application(client_id) => client_id == ask.client_id,
            CredentialOwner::Nobody => false,
        };
        Ok(if is_named { owner } else { CredentialOwner::Nobody })
    }

    async fn issue_captcha(&self, ask: &IssueCaptcha) -> Result<Option<CaptchaPicture>, PictureError> {
        self.slider.issue(ask).await
    }

    async fn judge_captcha_point(&self, ask: &JudgeCaptchaPoint) -> Result<Captcha, PictureError> {
        Ok(self.slider.judge(ask))
    }

    async fn exchange_social_code(
        &self,
        ask: &ExchangeSocialCode,
    ) -> Result<Option<SocialIdentity>, PictureError> {
        Ok(self.provider.as_ref().and_then(|provider| provider.identity(ask.source, ask.code.expose())))
    }

    async fn exchange_mobile_token(&self, ask: &ExchangeMobileToken) -> Result<Option<Mobile>, PictureError> {
        Ok(self.provider.as_ref().and_then(|provider| provider.mobile(ask.source, ask.token.expose())))
    }
}

#[cfg(test)]
#[path = "host_tests.rs"]
mod tests;
