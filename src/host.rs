//! Sugar for asynchronous hosts: answer questions in a trait, and let [`drive`] run the loop.
//!
//! A synchronous host needs no trait, only the loop: see the crate's front page.

use crate::{
    Account, Application, Outcome,
    policy::PasswordRefusal,
    step::{
        Access, Captcha, CheckSession, Commit, Committed, CredentialOwner, DecideAccess, Deliver, Delivery,
        FindAccount, FindApplication, JudgeCaptcha, JudgePassword, Judgement, LoadCode, PasswordMatch,
        Question, Reservation, ReserveAttempt, SessionRecord, SettleAttempt, SignBytes, SignatureCheck, Step,
        StoredCode, VerifyBytes, VerifyPassword, VerifyTenantCredential,
    },
};
use alloc::{sync::Arc, vec::Vec};
use core::future::{Future, ready};

macro_rules! host {
    (
        asked: { $($(#[$doc:meta])* $method:ident($question:ident) -> $answer:ty;)* }
        optional: { $($(#[$optional_doc:meta])* $optional:ident($optional_question:ident) -> $optional_answer:ty = $default:expr;)* }
    ) => {
        /// A host that answers asynchronously. Write the methods as `async fn`.
        ///
        /// The futures are `Send`, so a host can run on any executor; the trait is therefore **not** usable as `dyn Host`.
        /// The methods without a body here are all that sign-in and skip need. The others have default answers, which refuse:
        /// no code is sent, no password changed, no session lives on.
        pub trait Host: Sync {
            /// What goes wrong when the host goes wrong.
            type Error: Send;

            $($(#[$doc])*
            fn $method(&self, ask: &$question) -> impl Future<Output = Result<$answer, Self::Error>> + Send;)*

            $($(#[$optional_doc])*
            fn $optional(&self, ask: &$optional_question) -> impl Future<Output = Result<$optional_answer, Self::Error>> + Send {
                let _ = ask;
                ready(Ok($default))
            })*

            /// Called with every error of the other methods, which otherwise ends here: the client is told "system busy".
            fn failed(&self, question: &'static str, error: Self::Error) {
                let _ = (question, error);
            }

            /// Called with every outcome before its reply is made: the place to log its events.
            fn observe(&self, outcome: &Outcome) {
                let _ = outcome;
            }
        }
    };
}

host! {
    asked: {
        /// See [`FindAccount`].
        find_account(FindAccount) -> Option<Account>;
        /// See [`ReserveAttempt`]: one atomic read-modify-write with [`ReserveAttempt::reserve`].
        reserve_attempt(ReserveAttempt) -> Reservation;
        /// See [`VerifyPassword`]: hash even where there is no verifier.
        verify_password(VerifyPassword) -> PasswordMatch;
        /// See [`SettleAttempt`]: one atomic read-modify-write with [`SettleAttempt::settle`].
        settle_attempt(SettleAttempt) -> ();
        /// See [`DecideAccess`]. A host without an access policy says so: `Ok(Access::Allow)`.
        decide_access(DecideAccess) -> Access;
        /// See [`Commit`]: one transaction.
        commit(Commit) -> Committed;
    }
    optional: {
        /// See [`FindApplication`]; asked only of an engine without a fixed list. There is none by default.
        find_application(FindApplication) -> Option<Arc<Application>> = None;
        /// See [`CheckSession`]. Every session has ended by default.
        check_session(CheckSession) -> Option<SessionRecord> = None;
        /// See [`JudgePassword`]. By default no password can be changed: a host that keeps no history and no list of breached
        /// ones says so, with `Ok(Judgement::Accepted)`.
        judge_password(JudgePassword) -> Judgement = Judgement::Refused(PasswordRefusal::NotOffered);
        /// See [`LoadCode`]. There is none by default.
        load_code(LoadCode) -> Option<StoredCode> = None;
        /// See [`VerifyTenantCredential`]. It is nobody's by default.
        verify_tenant_credential(VerifyTenantCredential) -> CredentialOwner = CredentialOwner::Nobody;
        /// See [`JudgeCaptcha`]. No proof is demanded by default.
        judge_captcha(JudgeCaptcha) -> Captcha = Captcha::Passed;
        /// See [`Deliver`]. Nothing is sent by default.
        deliver(Deliver) -> Delivery = Delivery::NotDelivered;
        /// See [`SignBytes`]. There is no such key by default.
        sign_bytes(SignBytes) -> Option<Vec<u8>> = None;
        /// See [`VerifyBytes`]. No signature is good by default.
        verify_bytes(VerifyBytes) -> SignatureCheck = SignatureCheck::Invalid;
    }
}

/// Answers every question of a request, in the order they come, until it is done.
pub async fn drive<H: Host + ?Sized>(mut step: Step, host: &H) -> Outcome {
    macro_rules! answer {
        ($ask:ident: $question:ty, $answer:expr) => {{
            let answer = $answer.await;
            $ask.resolve(answer.map_err(|error| host.failed(<$question>::NAME, error)))
        }};
    }
    loop {
        step = match step {
            Step::FindApplication(ask) => answer!(ask: FindApplication, host.find_application(&ask)),
            Step::FindAccount(ask) => answer!(ask: FindAccount, host.find_account(&ask)),
            Step::ReserveAttempt(ask) => answer!(ask: ReserveAttempt, host.reserve_attempt(&ask)),
            Step::VerifyPassword(ask) => answer!(ask: VerifyPassword, host.verify_password(&ask)),
            Step::SettleAttempt(ask) => answer!(ask: SettleAttempt, host.settle_attempt(&ask)),
            Step::DecideAccess(ask) => answer!(ask: DecideAccess, host.decide_access(&ask)),
            Step::JudgePassword(ask) => answer!(ask: JudgePassword, host.judge_password(&ask)),
            Step::LoadCode(ask) => answer!(ask: LoadCode, host.load_code(&ask)),
            Step::CheckSession(ask) => answer!(ask: CheckSession, host.check_session(&ask)),
            Step::VerifyTenantCredential(ask) => {
                answer!(ask: VerifyTenantCredential, host.verify_tenant_credential(&ask))
            }
            Step::Commit(ask) => answer!(ask: Commit, host.commit(&ask)),
            Step::JudgeCaptcha(ask) => answer!(ask: JudgeCaptcha, host.judge_captcha(&ask)),
            Step::Deliver(ask) => answer!(ask: Deliver, host.deliver(&ask)),
            Step::SignBytes(ask) => answer!(ask: SignBytes, host.sign_bytes(&ask)),
            Step::VerifyBytes(ask) => answer!(ask: VerifyBytes, host.verify_bytes(&ask)),
            Step::Done(outcome) => {
                host.observe(&outcome);
                return *outcome;
            }
        };
    }
}
