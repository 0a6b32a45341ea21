//! What is allowed.

use crate::{
    Application,
    code::{Captcha, JudgeCaptcha},
    host::{asked, refused},
    password::{JudgePassword, Judgement, PasswordRefusal},
    step::{AccessDecision, CredentialOwner, DecideAccess, FindApplication, VerifyTenantCredential},
};
use alloc::sync::Arc;
use core::{
    convert::Infallible,
    error::Error,
    future::{Future, ready},
};

/// What is allowed here: who may in, which new passwords are good, which captchas pass, whose the credentials of servers are, and which
/// applications there are. What is not answered is refused.
///
/// ```
/// use authflow::{parts::Rules, step::{AccessDecision, AccessPurpose, DecideAccess}};
/// use std::convert::Infallible;
///
/// /// Whoever is in stays in; nobody else comes in, and no password is changed.
/// struct Closed;
///
/// impl Rules for Closed {
///     type Error = Infallible;
///
///     async fn decide_access(&self, ask: &DecideAccess) -> Result<AccessDecision, Infallible> {
///         Ok(match ask.about {
///             AccessPurpose::Refresh | AccessPurpose::Ticket => AccessDecision::Allow,
///             AccessPurpose::SignIn | AccessPurpose::Recovery | AccessPurpose::OwnPassword => AccessDecision::Deny,
///         })
///     }
/// }
/// ```
pub trait Rules: Sync {
    /// What goes wrong when the rules go wrong.
    type Error: Error + Send;

    asked! {
        /// See [`DecideAccess`]: asked for sign-in, recovery, own password, refresh and ticket.
        decide_access(DecideAccess) -> AccessDecision;
    }
    refused! {
        /// See [`JudgePassword`]. By default no password can be changed.
        judge_password(JudgePassword) -> Judgement = Judgement::Refused(PasswordRefusal::NotOffered);
        /// See [`JudgeCaptcha`]; asked only where a captcha is demanded: by the policy, or when half of its `daily_in_all` has been asked for.
        /// None is good by default: then nobody gets a code there.
        judge_captcha(JudgeCaptcha) -> Captcha = Captcha::Failed;
        /// See [`VerifyTenantCredential`]. It is nobody's by default.
        verify_tenant_credential(VerifyTenantCredential) -> CredentialOwner = CredentialOwner::Nobody;
        /// See [`FindApplication`]; asked only of an engine without a fixed list. There is none by default.
        find_application(FindApplication) -> Option<Arc<Application>> = None;
    }
}

/// No rules: everybody may in who has proved enough, and every new password is good that follows the application's own rules.
///
/// It lets in no robot and no server: a captcha passes, and a credential is somebody's, only where somebody says so. For passwords it falls
/// short of NIST SP 800-63B-4 §3.1.1.2, which demands a list of common ones: `parts::Blocklist` (feature `blocklist`) goes in front of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct AllowAll;

impl Rules for AllowAll {
    type Error = Infallible;

    async fn decide_access(&self, _: &DecideAccess) -> Result<AccessDecision, Infallible> {
        Ok(AccessDecision::Allow)
    }

    async fn judge_password(&self, _: &JudgePassword) -> Result<Judgement, Infallible> {
        Ok(Judgement::Accepted)
    }
}
