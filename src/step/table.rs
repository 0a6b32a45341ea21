//! The one table of questions: the method of [`Host`](crate::Host) that is asked, the question, and its answer.
//!
//! Each question is defined in the module of its concept. The code that treats all questions alike is made from this table: [`Step`](super::Step),
//! the driver of hosts, and the hosts of the test kit.

pub(crate) use super::{
    Commit, DecideAccess, FindApplication, FindClaim, SignBytes, VerifyBytes, VerifyClientSecret,
    VerifyTenantCredential,
};
pub(crate) use crate::{
    account::{FindAccount, JudgeProfile},
    captcha::{IssueCaptcha, JudgeCaptcha, JudgeCaptchaPoint},
    code::{Deliver, LoadCode},
    guess::{ReserveAttempt, SettleAttempt},
    password::{JudgePassword, VerifyPassword},
    session::{CheckSession, FindSession},
    signed_call::OpenSealed,
    social::{ExchangeMobileToken, ExchangeSocialCode, ListIdentities},
};

/// Hands the table to the macro `$then`.
macro_rules! for_every_question {
    ($then:ident) => {
        $then! {
                /// Which application is this?
                find_application: FindApplication => Option<Arc<Application>>;
                /// Which account is this?
                find_account: FindAccount => Option<Account>;
                /// Is there a guess left? Count it.
                reserve_attempt: ReserveAttempt => Reservation;
                /// Is this the password?
                verify_password: VerifyPassword => PasswordMatch;
                /// Settle this guess.
                settle_attempt: SettleAttempt => ();
                /// May this account in, here and now?
                decide_access: DecideAccess => AccessDecision;
                /// Is this new password good enough?
                judge_password: JudgePassword => Judgement;
                /// Which code was sent?
                load_code: LoadCode => Option<StoredCode>;
                /// Which session is this?
                find_session: FindSession => Option<SessionRecord>;
                /// Does this session still live?
                check_session: CheckSession => Option<SessionRecord>;
                /// Has this been claimed, and which session did the claim open?
                find_claim: FindClaim => Option<SessionRecord>;
                /// Whose credential is this?
                verify_tenant_credential: VerifyTenantCredential => CredentialOwner;
                /// Write this, all or nothing.
                commit: Commit => Committed;
                /// Is this a human?
                judge_captcha: JudgeCaptcha => Captcha;
                /// Send this code.
                deliver: Deliver => Delivery;
                /// Sign this.
                sign_bytes: SignBytes => Option<Vec<u8>>;
                /// Is this signature good?
                verify_bytes: VerifyBytes => SignatureCheck;
                /// May this person have an account?
                judge_profile: JudgeProfile => ProfileJudgement;
                /// What does this open to?
                open_sealed: OpenSealed => Option<Secret>;
                /// Whose is this client, and is this its secret?
                verify_client_secret: VerifyClientSecret => CredentialOwner;
                /// Show a picture of a captcha.
                issue_captcha: IssueCaptcha => Option<CaptchaPicture>;
                /// Is the piece of a picture in its place?
                judge_captcha_point: JudgeCaptchaPoint => Captcha;
                /// Whose code from a provider is this?
                exchange_social_code: ExchangeSocialCode => Option<SocialIdentity>;
                /// Which mobile is this token for?
                exchange_mobile_token: ExchangeMobileToken => Option<Mobile>;
                /// Which identities is this account linked to?
                list_identities: ListIdentities => Vec<LinkedIdentity>;
        }
    };
}
pub(crate) use for_every_question;
