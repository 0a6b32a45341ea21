//! The library's loop, with a clock at each question.

use super::Metrics;
use crate::host::ServerHost;
use authflow::{
    Host as _,
    outcome::Outcome,
    step::{Ask, Question, Step},
};
use std::time::Instant;

/// Does the same as [`authflow::drive`], and times each question. The match is over all questions, so a new question does not
/// compile until it is added here.
macro_rules! timed {
    ($($question:ident: $method:ident;)*) => {
        pub(crate) async fn drive(mut step: Step, host: &ServerHost, metrics: &Metrics) -> Outcome {
            loop {
                step = match step {
                    $(Step::$question(ask) => {
                        let (name, began) = (name(&ask), Instant::now());
                        let answer = host.$method(&ask).await;
                        metrics.question(name, began.elapsed());
                        ask.resolve(answer.map_err(|error| host.failed(name, error)))
                    })*
                    Step::Done(outcome) => {
                        host.observe(&outcome);
                        return *outcome;
                    }
                };
            }
        }
    };
}

fn name<Q: Question>(_: &Ask<Q>) -> &'static str {
    Q::NAME
}

timed! {
    FindApplication: find_application;
    FindAccount: find_account;
    ReserveAttempt: reserve_attempt;
    VerifyPassword: verify_password;
    SettleAttempt: settle_attempt;
    DecideAccess: decide_access;
    JudgePassword: judge_password;
    LoadCode: load_code;
    FindSession: find_session;
    CheckSession: check_session;
    FindClaim: find_claim;
    VerifyTenantCredential: verify_tenant_credential;
    Commit: commit;
    JudgeCaptcha: judge_captcha;
    Deliver: deliver;
    SignBytes: sign_bytes;
    VerifyBytes: verify_bytes;
    JudgeProfile: judge_profile;
    OpenSealed: open_sealed;
    VerifyClientSecret: verify_client_secret;
    IssueCaptcha: issue_captcha;
    JudgeCaptchaPoint: judge_captcha_point;
    ExchangeSocialCode: exchange_social_code;
    ExchangeMobileToken: exchange_mobile_token;
    ListIdentities: list_identities;
}
