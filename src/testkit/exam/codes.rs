//! Codes, kept under their keys and within a budget.

use super::{AT_ONCE, NeglectedDuty, Sitting, answered, holds, together::together};
use crate::{
    Audience, Host, Lifetime, TenantId,
    code::{
        CodeDigest, CodeKey, CodeOwner, CodePurpose, LoadCode, SendBudget, SendPolicy, SendRefusal, SendSlot,
        SendSum, StoredCode,
    },
    contact::{EmailAddress, Recipient},
    device::Device,
    step::{Commit, CommitRefusal, Committed, Write},
    testkit::demo,
};
use alloc::{format, vec::Vec};

const CAPTCHA_DEMANDED: Committed = Committed::Refused(CommitRefusal::Code(SendRefusal::CaptchaDemanded));
/// The refusal of an application whose sum is spent. A third of the sum comes back in eight hours.
const SUM_SPENT: Committed =
    Committed::Refused(CommitRefusal::Code(SendRefusal::SumSpent { wait: Lifetime::of::<28_800>() }));

impl<H: Host> Sitting<'_, H> {
    pub(super) async fn codes(&self) -> Result<(), NeglectedDuty> {
        // A recipient that no earlier exam had.
        let name = u128::from_be_bytes(self.id("recipient"));
        let email = EmailAddress::new(&format!("exam-{name}@example.com"));
        let recipient = email.map(Recipient::Email).map_err(|_| NeglectedDuty::KeepCode)?;
        let device = Device::new("exam", "exam", "exam", None).map_err(|_| NeglectedDuty::KeepCode)?;
        let [key, other_key] = [CodePurpose::SignIn, CodePurpose::ForgottenPassword]
            .map(|purpose| CodeKey::new(&self.exam.audience, purpose, &recipient, &device, None));
        let tenant = self.exam.audience.tenant;
        let slot = SendSlot::of_recipient(&demo::ring(), tenant, &recipient);
        let policy = SendPolicy::default();
        let store = |byte: u8, after: u64| {
            let digest = CodeDigest::from_bytes(&[byte; 32]).map_err(|_| NeglectedDuty::KeepCode)?;
            let code = StoredCode { digest, expires_at: self.now().plus_seconds(300) };
            let budget = SendBudget::of_nobody(slot, tenant, policy, self.now().plus_seconds(after));
            Ok(Write::StoreCode { key, code, budget })
        };
        let later = u64::from(policy.resend_after().as_seconds());
        // This is what the library commits for a recipient that no account has.
        self.done_for(self.exam.audience, None, store(1, 0)?, NeglectedDuty::KeepCode).await?;
        self.is_kept(key, Some(1)).await?;
        self.is_kept(other_key, None).await?;
        let refusal = CommitRefusal::Code(SendRefusal::TooSoon { wait: policy.resend_after() });
        let too_soon = Vec::from([store(2, 0)?]);
        self.refused("code too soon", too_soon, refusal.clone(), NeglectedDuty::KeepBudget).await?;
        self.is_kept(key, Some(1)).await?;
        let others = Committed::Refused(refusal);
        self.race("next code", AT_ONCE, store(3, later)?, others, NeglectedDuty::KeepBudget).await?;
        self.is_kept(key, Some(3)).await?;
        self.asked().await?;
        self.used().await?;
        self.captchas(key, store(5, 2 * later)?, store(6, 3 * later)?).await?;
        self.sum(store(4, 4 * later)?).await
    }

    /// Checks that the separate budget of the asking account also refuses a code.
    async fn asked(&self) -> Result<(), NeglectedDuty> {
        let name = u128::from_be_bytes(self.id("asker"));
        let email = EmailAddress::new(&format!("asked-{name}@example.com")).map(Recipient::Email);
        let slot = SendSlot::of_recipient(
            &demo::ring(),
            self.exam.audience.tenant,
            &email.map_err(|_| NeglectedDuty::KeepBudget)?,
        );
        let (tenant, policy) = (self.exam.audience.tenant, SendPolicy::default());
        let owner = CodeOwner::account(tenant, self.exam.expected.id);
        let spend = Write::SpendBudget(SendBudget::of(slot, owner, policy, self.now()));
        let refusal = CommitRefusal::Code(SendRefusal::TooSoon { wait: policy.resend_after() });
        let others = Committed::Refused(refusal.clone());
        self.race("asker", AT_ONCE, spend.clone(), others, NeglectedDuty::KeepBudget).await?;
        self.refused("asker again", Vec::from([spend]), refusal, NeglectedDuty::KeepBudget).await
    }

    /// Checks that a code is used once, however many commits use it at once, and that a commit that is not done uses up no code.
    async fn used(&self) -> Result<(), NeglectedDuty> {
        let used = Write::UseCode(self.claim("used code"));
        self.rolled_back("code of a changed account", Vec::from([used.clone()])).await?;
        let others = Committed::Refused(CommitRefusal::CodeUsed);
        self.race("code", AT_ONCE, used.clone(), others, NeglectedDuty::UseCode).await?;
        let refusal = CommitRefusal::CodeUsed;
        self.refused("code again", Vec::from([used]), refusal, NeglectedDuty::UseCode).await
    }

    /// Checks that a code claims its captcha token once, even if the code is a decoy. A refused code must not claim the token.
    async fn captchas(&self, key: CodeKey, code: Write, next: Write) -> Result<(), NeglectedDuty> {
        let commit = |label: &str, write: &Write| Commit {
            claim: Some(self.claim(label)),
            audience: self.exam.audience,
            account: None,
            expected: None,
            writes: Vec::from([write.clone()]),
        };
        let answer = |commit: Commit| async move { answered::<Commit, _>(self.host.commit(&commit).await) };
        let first = answer(commit("captcha", &code)).await?;
        holds(first == Committed::Done, NeglectedDuty::ClaimCaptcha)?;
        self.is_kept(key, Some(5)).await?;
        let replayed = Committed::Replayed { opened: None };
        for write in [&code, &next] {
            let again = answer(commit("captcha", write)).await?;
            holds(again == replayed, NeglectedDuty::ClaimCaptcha)?;
        }
        self.is_kept(key, Some(5)).await.map_err(|_| NeglectedDuty::RollBack)?;
        let too_soon = answer(commit("next captcha", &code)).await?;
        let is_refused =
            matches!(too_soon, Committed::Refused(CommitRefusal::Code(SendRefusal::TooSoon { .. })));
        holds(is_refused, NeglectedDuty::KeepBudget)?;
        let later = answer(commit("next captcha", &next)).await?;
        holds(later == Committed::Done, NeglectedDuty::ClaimCaptcha)?;
        self.is_kept(key, Some(6)).await
    }

    /// Checks that every code that is sent or asked for is counted one by one, for each application. A code that the sum refuses must not be kept.
    async fn sum(&self, code: Write) -> Result<(), NeglectedDuty> {
        // A tenant that no earlier exam had.
        let name = u128::from_be_bytes(self.id("sum"));
        let [tenant, other] = ["a", "b"].map(|of| TenantId::new(&format!("exam-{of}-{name}")));
        let (Ok(tenant), Ok(other)) = (tenant, other) else { return Err(NeglectedDuty::KeepSum) };
        let audience = |tenant| Audience { tenant: Some(tenant), ..self.exam.audience };
        let most = 3_u32;
        let sum = |is_real, is_human| Write::CountSend(SendSum::new(most, self.now(), is_real, is_human));
        let count = |is_real| sum(is_real, true);
        let commit = |tenant, writes| Commit {
            claim: None,
            audience: audience(tenant),
            account: None,
            expected: None,
            writes,
        };
        let answer = |commit: Commit| async move { answered::<Commit, _>(self.host.commit(&commit).await) };
        for _ in 0..=most {
            let decoy = answer(commit(tenant, Vec::from([count(false)]))).await?;
            holds(decoy == Committed::Done, NeglectedDuty::KeepSum)?;
        }
        for is_real in [true, false] {
            let robot = answer(commit(tenant, Vec::from([sum(is_real, false)]))).await?;
            holds(robot == CAPTCHA_DEMANDED, NeglectedDuty::KeepSum)?;
        }
        let many: Vec<_> = (0..AT_ONCE).map(|_| commit(tenant, Vec::from([count(true)]))).collect();
        let mut sent = 0;
        for outcome in together(many.iter().map(|commit| self.host.commit(commit))).await {
            match answered::<Commit, _>(outcome)? {
                Committed::Done => sent += 1,
                refused => holds(refused == SUM_SPENT, NeglectedDuty::KeepSum)?,
            }
        }
        holds(sent == most, NeglectedDuty::KeepSum)?;
        let elsewhere = answer(commit(other, Vec::from([count(true)]))).await?;
        holds(elsewhere == Committed::Done, NeglectedDuty::KeepSum)?;
        let Write::StoreCode { key, .. } = &code else { return Err(NeglectedDuty::KeepCode) };
        let key = *key;
        let refused = answer(commit(tenant, Vec::from([code, count(false)]))).await?;
        holds(refused == SUM_SPENT, NeglectedDuty::KeepSum)?;
        self.is_kept(key, Some(6)).await.map_err(|_| NeglectedDuty::RollBack)
    }

    async fn is_kept(&self, key: CodeKey, expected: Option<u8>) -> Result<(), NeglectedDuty> {
        let found = answered::<LoadCode, _>(self.host.load_code(&LoadCode { key }).await)?;
        let kept = found.map(|code| (code.digest.to_bytes().to_vec(), code.expires_at));
        let expected = expected.map(|byte| ([byte; 32].to_vec(), self.now().plus_seconds(300)));
        holds(kept == expected, NeglectedDuty::KeepCode)
    }
}
