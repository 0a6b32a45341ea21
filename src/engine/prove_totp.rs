//! Proving a time-based one-time password (RFC 6238). It is judged here, and the commit sees to it that its step is used once.

use super::{admit::Admitted, ask::Then, config::Core, guess::Guess};
use crate::{
    Moment, Secret,
    account::Account,
    factor::{Totp, TotpSecret},
    guess::Aim,
    outcome::ProofRefusal,
    sealing::{NotOpened, Owner},
    spelling::digits_alone,
    step::{Step, Write},
};
use alloc::vec::Vec;

/// An account's one-time password whose secret is open, for this request.
pub(super) struct OpenTotp {
    totp: Totp,
    secret: TotpSecret,
    owner: Owner,
}

impl OpenTotp {
    /// Opens the secret of an account's one-time password, if it has one.
    pub(super) fn of(core: &Core, account: &Account) -> Result<Option<Self>, NotOpened> {
        let Some(totp) = account.totp.clone() else { return Ok(None) };
        let owner = account.owner();
        let keys = core.sealing.as_ref().ok_or_else(|| NotOpened::KeyMissing(*totp.secret().key_id()))?;
        let secret = TotpSecret::open(keys, owner, totp.secret())?;
        Ok(Some(Self { totp, secret, owner }))
    }

    /// The write that seals the secret anew, if an earlier key has sealed it.
    fn reseal(&self, core: &Core, moment: &Moment) -> Option<Write> {
        let keys = core.sealing.as_ref()?;
        let is_earlier = self.totp.secret().key_id() != keys.sealer().id();
        is_earlier.then(|| Write::Reseal { secret: self.secret.seal(keys, self.owner, moment) })
    }
}

/// Judges `presented`, and goes on with `then`. That gets the claimant, the write that uses the step and, if an earlier key has sealed the
/// secret, the write that seals it anew.
pub(super) fn prove_totp<T: Send + Sync + 'static>(
    admitted: Admitted,
    aim: Aim,
    claimant: Result<(OpenTotp, T), ProofRefusal>,
    presented: Secret,
    then: impl Then<Admitted, Result<(T, Vec<Write>), ProofRefusal>>,
) -> Step {
    Guess::count(admitted, aim, claimant, move |guess| {
        let (now, skew) = (guess.admitted.now(), guess.admitted.policy().totp_skew.steps());
        let presented = digits_alone(presented.expose()).unwrap_or_default();
        let (open, guess) = guess.split(|judged| judged);
        let matching = open.and_then(|open| {
            let step = open.totp.matching_step(&open.secret, &presented, now, skew)?;
            Some((step, open))
        });
        let (admitted, proved) = guess.judged(matching.ok_or(ProofRefusal::Wrong));
        let proved = proved.map(|(claimant, (step, open))| {
            let reseal = open.reseal(&admitted.context.core, &admitted.context.moment);
            (claimant, [Write::UseTotpStep { step }].into_iter().chain(reseal).collect())
        });
        then(admitted, proved)
    })
}
