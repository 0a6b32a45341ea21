//! Sugar for asynchronous hosts: answer questions in a trait, and let [`drive`] run the loop.
//!
//! A synchronous host needs no trait, only the loop: see the crate's front page.

use crate::{
    Application,
    account::Account,
    code::{Captcha, Delivery, StoredCode},
    guess::Reservation,
    outcome::Outcome,
    password::{Judgement, PasswordMatch, PasswordRefusal},
    session::SessionRecord,
    step::{AccessDecision, Committed, CredentialOwner, Question, SignatureCheck, Step, table::*},
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
        /// See [`DecideAccess`]. A host without an access policy says so: `Ok(AccessDecision::Allow)`.
        decide_access(DecideAccess) -> AccessDecision;
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

macro_rules! drive {
    ($($(#[$doc:meta])* $method:ident: $question:ident => $answer:ty;)*) => {
        /// Answers every question of a request, in the order they come, until it is done.
        pub async fn drive<H: Host + ?Sized>(mut step: Step, host: &H) -> Outcome {
            loop {
                step = match step {
                    $(Step::$question(ask) => {
                        let answer = host.$method(&ask).await;
                        ask.resolve(answer.map_err(|error| host.failed($question::NAME, error)))
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

for_every_question!(drive);
