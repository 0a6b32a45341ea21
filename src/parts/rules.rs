//! The rules, which say what is allowed and for whom others vouch.

use crate::{
    Application,
    account::{JudgeProfile, ProfileJudgement},
    captcha::{Captcha, CaptchaPicture, IssueCaptcha, JudgeCaptcha, JudgeCaptchaPoint},
    contact::Mobile,
    host::{asked, refused},
    password::{JudgePassword, Judgement, PasswordRefusal},
    social::{ExchangeMobileToken, ExchangeSocialCode, SocialIdentity},
    step::{
        AccessDecision, CredentialOwner, DecideAccess, FindApplication, VerifyClientSecret,
        VerifyTenantCredential,
    },
};
use alloc::sync::Arc;
use core::{
    convert::Infallible,
    error::Error,
    future::{Future, ready},
};

/// The part that decides what is allowed: who may come in, which new passwords are good, which captchas pass, to whom the credentials of servers
/// belong, which applications there are, and whom a provider of social accounts or a carrier vouches for. A method that you do not implement refuses.
///
/// ```
/// use authflow::{
///     parts::Rules,
///     step::{AccessDecision, AccessPurpose, DecideAccess},
/// };
/// use std::convert::Infallible;
///
/// /// Sessions go on, but nobody signs in, and no password is changed.
/// struct Closed;
///
/// impl Rules for Closed {
///     type Error = Infallible;
///
///     async fn decide_access(&self, ask: &DecideAccess) -> Result<AccessDecision, Infallible> {
///         Ok(match ask.about {
///             AccessPurpose::Refresh | AccessPurpose::Ticket => AccessDecision::Allow,
///             AccessPurpose::SignIn
///             | AccessPurpose::Recovery
///             | AccessPurpose::OwnPassword
///             | AccessPurpose::OwnContact
///             | AccessPurpose::LinkIdentity => AccessDecision::Deny,
///         })
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say what is allowed",
    label = "it must implement `authflow::parts::Rules`",
    note = "a host without rules says `AllowAll`"
)]
pub trait Rules: Sync {
    /// The error of the rules.
    type Error: Error + Send;

    asked! {
        /// See [`DecideAccess`]: asked for each [purpose](crate::step::AccessPurpose), from the sign-in to the ticket.
        decide_access(DecideAccess) -> AccessDecision;
    }
    refused! {
        /// See [`JudgePassword`]. By default no password can be changed.
        judge_password(JudgePassword) -> Judgement = Judgement::Refused(PasswordRefusal::NotOffered);
        /// See [`JudgeCaptcha`]; asked only where the host's own captcha is demanded, by the policy or because half of its `daily_in_all` has been
        /// asked for. By default no captcha is good, so nobody who must pass a captcha gets a code.
        judge_captcha(JudgeCaptcha) -> Captcha = Captcha::Failed;
        /// See [`VerifyTenantCredential`]. By default, a credential belongs to nobody.
        verify_tenant_credential(VerifyTenantCredential) -> CredentialOwner = CredentialOwner::Nobody;
        /// See [`VerifyClientSecret`]. By default, a secret belongs to nobody.
        verify_client_secret(VerifyClientSecret) -> CredentialOwner = CredentialOwner::Nobody;
        /// See [`FindApplication`]; asked only by an engine without a fixed list. There is no application by default.
        find_application(FindApplication) -> Option<Arc<Application>> = None;
        /// See [`JudgeProfile`]; asked only where a policy registers people. Nobody is registered by default.
        judge_profile(JudgeProfile) -> ProfileJudgement = ProfileJudgement::NotOffered;
        /// See [`IssueCaptcha`]; asked only where the policy's captcha is a picture. There is no picture by default.
        issue_captcha(IssueCaptcha) -> Option<CaptchaPicture> = None;
        /// See [`JudgeCaptchaPoint`]; asked only where the policy's captcha is a picture. No point is right by default, so nobody gets a code where a
        /// captcha is demanded.
        judge_captcha_point(JudgeCaptchaPoint) -> Captcha = Captcha::Failed;
        /// See [`ExchangeSocialCode`]; asked only where a policy has federated identities among its first factors. By default, a code belongs to
        /// nobody.
        exchange_social_code(ExchangeSocialCode) -> Option<SocialIdentity> = None;
        /// See [`ExchangeMobileToken`]; asked only where a policy [takes](crate::policy::Policy::takes_vouched_mobiles) such tokens. A token vouches
        /// for no mobile by default.
        exchange_mobile_token(ExchangeMobileToken) -> Option<Mobile> = None;
    }
}

/// No rules. Everybody who has proved enough may come in, and every new password that follows the application's own rules is good. Everybody who
/// registers where the policy says so may have an account.
///
/// It lets in no robot and no server: no captcha passes, and every credential belongs to nobody. For passwords it falls short of NIST SP 800-63B-4
/// §3.1.1.2, which demands a list of common passwords. Put `parts::Blocklist` (feature `blocklist`) in front of it.
///
/// ```
/// use authflow::{
///     drive_blocking,
///     parts::{AllowAll, NoCourier, NoSigner, Parts},
///     testkit::{Call, MemoryHost, PlainHasher, World, demo},
/// };
/// use std::{error::Error, sync::Mutex};
///
/// let World { api, mut clock, .. } = World::new();
/// let log = |question: &'static str, error: &dyn Error| {
///     eprintln!("{question} went unanswered: {error}")
/// };
/// let store = Mutex::new(MemoryHost::demo());
/// let host = Parts {
///     store,
///     hasher: PlainHasher,
///     rules: AllowAll,
///     courier: NoCourier,
///     signer: NoSigner,
///     log,
/// };
/// let mut status = |call: Call| {
///     let outcome = drive_blocking(api.handle(&call.request(), clock.moment()), &host).unwrap();
///     api.reply(&outcome).status()
/// };
/// assert_eq!(status(Call::login("alice", demo::PASSWORD)), 200);
/// assert_eq!(status(Call::issue_ticket("LGT…")), 400, "no server is let in");
/// ```
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

    async fn judge_profile(&self, ask: &JudgeProfile) -> Result<ProfileJudgement, Infallible> {
        Ok(ask.accept())
    }
}
