//! Every question, for what treats them all alike.

/// Hands `$then!` the method of [`Host`](crate::Host) and the question, for each of them.
macro_rules! for_every_question {
    ($then:ident) => {
        $then! {
            find_application(FindApplication);
            find_account(FindAccount);
            reserve_attempt(ReserveAttempt);
            verify_password(VerifyPassword);
            settle_attempt(SettleAttempt);
            decide_access(DecideAccess);
            judge_password(JudgePassword);
            load_code(LoadCode);
            check_session(CheckSession);
            verify_tenant_credential(VerifyTenantCredential);
            commit(Commit);
            judge_captcha(JudgeCaptcha);
            deliver(Deliver);
            sign_bytes(SignBytes);
            verify_bytes(VerifyBytes);
        }
    };
}
pub(super) use for_every_question;
