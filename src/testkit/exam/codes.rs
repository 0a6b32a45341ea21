//! Codes: kept under their key, within a budget.

use super::{AT_ONCE, NeglectedDuty, Sitting, answered, holds};
use crate::{
    Host,
    code::{
        CodeDigest, CodeKey, CodePurpose, LoadCode, SendBudget, SendPolicy, SendRefusal, SendSlot, StoredCode,
    },
    contact::{EmailAddress, Recipient},
    device::Device,
    step::{CommitRefusal, Committed, Write},
};
use alloc::{format, vec::Vec};

impl<H: Host> Sitting<'_, H> {
    pub(super) async fn codes(&self) -> Result<(), NeglectedDuty> {
        // A recipient that no earlier exam had.
        let name = u128::from_be_bytes(self.id("recipient"));
        let email = EmailAddress::new(&format!("exam-{name}@example.com"));
        let recipient = email.map(Recipient::Email).map_err(|_| NeglectedDuty::KeepCode)?;
        let device = Device::new("exam", "exam", "exam", None).map_err(|_| NeglectedDuty::KeepCode)?;
        let [key, other_key] = [CodePurpose::SignIn, CodePurpose::ForgottenPassword]
            .map(|purpose| CodeKey::new(&self.exam.audience, purpose, &recipient, &device, None));
        let slot = SendSlot::of_recipient(self.exam.audience.tenant, &recipient);
        let policy = SendPolicy::default();
        let store = |byte: u8, after: u64| {
            let digest = CodeDigest::from_bytes(&[byte; 32]).map_err(|_| NeglectedDuty::KeepCode)?;
            let code = StoredCode { digest, expires_at: self.now().plus_seconds(300) };
            let budget = SendBudget::new(slot, policy, self.now().plus_seconds(after));
            Ok(Write::StoreCode { key, code, budget })
        };
        let later = u64::from(policy.resend_after().as_seconds());
        // As it is for a recipient whom no account has.
        self.done_for(self.exam.audience, None, store(1, 0)?, NeglectedDuty::KeepCode).await?;
        self.is_kept(key, Some(1)).await?;
        self.is_kept(other_key, None).await?;
        let refusal = CommitRefusal::Code(SendRefusal::TooSoon);
        let too_soon = Vec::from([store(2, 0)?]);
        self.refused("code too soon", too_soon, refusal.clone(), NeglectedDuty::KeepBudget).await?;
        self.is_kept(key, Some(1)).await?;
        let others = Committed::Refused(refusal);
        self.race("next code", AT_ONCE, store(3, later)?, others, NeglectedDuty::KeepBudget).await?;
        self.is_kept(key, Some(3)).await
    }

    async fn is_kept(&self, key: CodeKey, expected: Option<u8>) -> Result<(), NeglectedDuty> {
        let found = answered::<LoadCode, _>(self.host.load_code(&LoadCode { key }).await)?;
        let kept = found.map(|code| (code.digest.to_bytes().to_vec(), code.expires_at));
        let expected = expected.map(|byte| ([byte; 32].to_vec(), self.now().plus_seconds(300)));
        holds(kept == expected, NeglectedDuty::KeepCode)
    }
}
