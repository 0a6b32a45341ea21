//! Resealing: the authenticator's secret gets another seal, and nothing else of the account changes.

use super::{NeglectedDuty, Sitting, holds};
use crate::{
    Host,
    account::Account,
    factor::TotpSecret,
    sealing::SealedSecret,
    session::EndSessions,
    step::{CommitRefusal, Committed, Write},
    testkit::demo,
};
use alloc::vec::Vec;

impl<H: Host> Sitting<'_, H> {
    /// Reseals a secret together with a use of the session, as a login does if the secret is sealed under an earlier key. The library would seal the
    /// same secret again. The exam uses another secret, which shows whether it was stored. At the end the account has its own secret again.
    pub(super) async fn reseal(&self, mut expected: Account) -> Result<Account, NeglectedDuty> {
        let Some(totp) = expected.totp.clone() else { return Ok(expected) };
        let (own, other) = (totp.secret().clone(), self.another_secret(&expected));
        let step = totp.last_used_step().unwrap_or_default().saturating_add(1);
        let reseal = |secret: &SealedSecret| Write::Reseal { secret: secret.clone() };

        // The last write is refused, so nothing of the first may stay.
        let used = Write::UseTotpStep { step: 0 };
        let writes = Vec::from([reseal(&other), used]);
        self.refused("no reseal", writes, CommitRefusal::TotpStepUsed, NeglectedDuty::UseTotpStep).await?;
        self.is_sealed(&expected, NeglectedDuty::RollBack).await?;

        let record = self.record("reseal").await?;
        let mut writes = Vec::from([Write::UseTotpStep { step }, reseal(&other)]);
        writes.extend(self.exam.sessions.then_some(Write::OpenSession(record)));
        self.done("reseal", writes, NeglectedDuty::Reseal).await?;
        expected.totp = Some(totp.with_last_used_step(Some(step)).with_secret(other));
        self.is_sealed(&expected, NeglectedDuty::Reseal).await?;
        if self.exam.sessions {
            let used = self.check(&record).await?;
            holds(used.is_some_and(|used| used.revision == expected.revision), NeglectedDuty::Reseal)?;
            let end = Vec::from([Write::EndSessions(EndSessions::All)]);
            self.done("end after a reseal", end, NeglectedDuty::EndSession).await?;
        }
        let back = self.commit("back", Vec::from([reseal(&own)])).await?;
        holds(back == Committed::Done, NeglectedDuty::Reseal)?;
        expected.totp = expected.totp.map(|totp| totp.with_secret(own));
        self.is_sealed(&expected, NeglectedDuty::Reseal).await?;
        Ok(expected)
    }

    fn another_secret(&self, account: &Account) -> SealedSecret {
        let clear = TotpSecret::new(Vec::from(self.id("sealed"))).ok();
        clear.map_or_else(SealedSecret::of_nothing, |clear| {
            clear.seal(&demo::sealing_keys(), account.owner(), &self.moment)
        })
    }

    async fn is_sealed(&self, expected: &Account, duty: NeglectedDuty) -> Result<(), NeglectedDuty> {
        self.is_read(expected).await.map_err(|neglected| match neglected {
            NeglectedDuty::ReadAccount { .. } => duty,
            other => other,
        })
    }
}
