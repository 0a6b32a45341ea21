//! The in-memory host as an implementation of the host's traits.

use super::{MemoryHost, Planned};
use crate::{
    Host,
    parts::{Courier, Rules, Signer, Store},
    password::Verifier,
    step::{
        Commit, Committed, Question,
        table::{self, for_every_question},
    },
};
use std::sync::{Mutex, PoisonError};

/// Implements one trait of the host. Each question is answered under the lock, so everything that a host must do in one step is done in one step.
macro_rules! answered_under_the_lock {
    ($host:ty, $of:ident { $($method:ident: $question:ident;)* } $($more:tt)*) => {
        impl $of for $host {
            type Error = Planned;

            $(async fn $method(
                &self,
                ask: &table::$question,
            ) -> Result<<table::$question as Question>::Answer, Planned> {
                let mut host = self.lock().unwrap_or_else(PoisonError::into_inner);
                host.consider(ask, MemoryHost::$method)
            })*

            $($more)*
        }
    };
}

macro_rules! host {
    ($($(#[$doc:meta])* $method:ident: $question:ident => $answer:ty;)*) => {
        answered_under_the_lock! { Mutex<MemoryHost>, Host { $($method: $question;)* }
            /// The test has planned every fault, so nothing is logged.
            fn failed(&self, _: &'static str, _: Planned) {}
        }
    };
}

for_every_question!(host);

/// Implements the parts of the same host, for [`Parts`](crate::parts::Parts).
macro_rules! parts {
    ($($host:ty),*) => {
        $(answered_under_the_lock! { $host, Store {
            find_account: FindAccount;
            reserve_attempt: ReserveAttempt;
            settle_attempt: SettleAttempt;
            find_session: FindSession;
            check_session: CheckSession;
            find_claim: FindClaim;
            load_code: LoadCode;
            list_identities: ListIdentities;
        }
            async fn commit(&self, ask: &Commit<Verifier>) -> Result<Committed, Planned> {
                let mut host = self.lock().unwrap_or_else(PoisonError::into_inner);
                host.answer_named(table::Commit::NAME, |host| host.store_commit(ask))
            }
        }
        answered_under_the_lock! { $host, Rules {
            decide_access: DecideAccess;
            judge_password: JudgePassword;
            judge_captcha: JudgeCaptcha;
            issue_captcha: IssueCaptcha;
            judge_captcha_point: JudgeCaptchaPoint;
            verify_tenant_credential: VerifyTenantCredential;
            verify_client_secret: VerifyClientSecret;
            find_application: FindApplication;
            judge_profile: JudgeProfile;
            exchange_social_code: ExchangeSocialCode;
            exchange_mobile_token: ExchangeMobileToken;
        } }
        answered_under_the_lock! { $host, Courier { deliver: Deliver; } }
        answered_under_the_lock! { $host, Signer { sign_bytes: SignBytes; verify_bytes: VerifyBytes; open_sealed: OpenSealed; } })*
    };
}

parts!(Mutex<MemoryHost>, &Mutex<MemoryHost>);
