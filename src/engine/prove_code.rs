//! Proving a code that was sent.
//!
//! The host keeps only a digest, which is keyed and bound to the code's purpose and owner, so the code is compared here. An account that is
//! not there asks the same questions as a wrong code, as it does for a password.

use super::{
    admit::Admitted,
    ask::{InProgress as _, Then},
    candidate::Candidate,
    guess::Guess,
    holder::Holder,
    pending::PendingLogin,
    spent::UsedCode,
};
use crate::{
    AccountId, Secret, TokenId,
    account::{Account, Revision},
    code::{CodeBinding, CodeKey, CodePurpose, LoadCode, StoredCode},
    contact::{Channel, Recipient},
    factor::Factor,
    guess::{Aim, AttemptSlot},
    outcome::ProofRefusal,
    policy::Policy,
    spelling::digits_alone,
    step::Step,
};

/// Somebody about whom a code proves something. The code was bound to them when it was sent.
pub(super) trait CodeHolder: Send + Sync + 'static {
    /// The account and its revision; `None` if the code was to nobody's account.
    fn owner(&self) -> Option<(AccountId, Revision)>;
}

impl<T: Holder> CodeHolder for T {
    fn owner(&self) -> Option<(AccountId, Revision)> {
        let account = self.account();
        Some((account.id, account.revision))
    }
}

/// A code that a client presents.
pub(super) struct PresentedCode {
    /// The purpose for which it must have been sent.
    pub(super) purpose: CodePurpose,
    /// The recipient to whom it must have been sent.
    pub(super) recipient: Recipient,
    /// The pending login in which it must have been sent, if any.
    pub(super) login: Option<TokenId>,
    /// The code as typed.
    pub(super) code: Secret,
}

impl PresentedCode {
    /// Judges the code, and goes on with `then`, which gets the holder that it proves and the use of the code.
    pub(super) fn prove<T: CodeHolder>(
        self,
        admitted: Admitted,
        aim: Aim,
        claimant: Result<T, ProofRefusal>,
        then: impl Then<Admitted, Result<(T, UsedCode), ProofRefusal>>,
    ) -> Step {
        Guess::count(admitted, aim, claimant, move |guess| {
            let Admitted { context, audience, .. } = &guess.admitted;
            let key = CodeKey::new(audience, self.purpose, &self.recipient, &context.device, self.login);
            guess.ask(LoadCode { key }, move |guess, LoadCode { key }, stored| {
                let owner = guess.claimant.as_ref().ok().and_then(T::owner);
                let binding = CodeBinding::new(*key, owner);
                let judged = judge(&guess.admitted, &binding, stored, &self.code);
                let used = judged.map(|stored| UsedCode::new(&stored, self.recipient.channel()));
                let (admitted, proved) = guess.judged(used);
                then(admitted, proved)
            })
        })
    }
}

/// The stored code, if it is still good and is the presented one.
fn judge(
    admitted: &Admitted,
    binding: &CodeBinding,
    stored: Option<StoredCode>,
    presented: &Secret,
) -> Result<StoredCode, ProofRefusal> {
    let (now, ring) = (admitted.now(), &admitted.context.core.ring);
    // The end of a code is by the clock of the instance that sent it. An end later than that of a code sent now is impossible.
    let last_end = now.plus(admitted.policy().lifetimes.code());
    let is_good = |stored: &StoredCode| {
        now < stored.expires_at && !ring.skew().is_impossible(stored.expires_at, last_end)
    };
    let stored = stored.filter(is_good).ok_or(ProofRefusal::NoCode)?;
    // No code has other characters, and none is empty.
    let digits = digits_alone(presented.expose()).unwrap_or_default();
    let is_right = binding.is_met(ring, &stored.digest, &digits, now);
    if is_right { Ok(stored) } else { Err(ProofRefusal::Wrong) }
}

/// A guess at a code of an account's channel, by somebody who has proved something already.
pub(super) fn aim_at(admitted: &Admitted, account: AccountId, channel: Channel) -> Aim {
    let factor = Factor::of_channel(channel);
    let slot = AttemptSlot::of_known_subject(admitted.audience.tenant, account, factor);
    Aim::at(slot, factor)
}

/// Proves the ownership of an account's recipient, the one that `may` gives, by a code outside any pending login.
pub(super) fn prove_ownership(
    admitted: Admitted,
    purpose: CodePurpose,
    named: Recipient,
    may: fn(&Policy, &Account, Channel) -> Result<Recipient, ProofRefusal>,
    code: Secret,
    then: impl Then<Admitted, Result<(Account, UsedCode), ProofRefusal>>,
) -> Step {
    let channel = named.channel();
    let factor = Factor::of_channel(channel);
    let named = named.completed(admitted.numbering());
    Candidate::find(admitted, named.clone().into(), factor, move |admitted, candidate| {
        let Candidate { aim, account } = candidate;
        let own = account
            .as_ref()
            .map_err(|refusal| *refusal)
            .and_then(|account| may(admitted.policy(), account, channel));
        let (claimant, recipient) = match own {
            Ok(recipient) => (account, recipient),
            Err(refusal) => (Err(refusal), named),
        };
        PresentedCode { purpose, recipient, login: None, code }.prove(admitted, aim, claimant, then)
    })
}

/// Proves a code that was sent for a pending login. If the client names a recipient, it must be the account's own, or its mask. The code may
/// have been asked for in an earlier login of the same device, whose page was loaded again. The step uses up the code as well as its state token.
pub(super) fn prove_in_login(
    admitted: Admitted,
    login: PendingLogin,
    purpose: CodePurpose,
    channel: Channel,
    named: Option<Secret>,
    code: Secret,
    then: impl Then<Admitted, Result<(PendingLogin, UsedCode), ProofRefusal>>,
) -> Step {
    let aim = aim_at(&admitted, login.account.id, channel);
    let Some(recipient) = login.account.recipient(channel) else {
        return then(admitted, Err(ProofRefusal::NotEnrolled));
    };
    let is_meant = named.is_none_or(|named| recipient.is_meant_by(named.expose(), admitted.numbering()));
    let presented = PresentedCode { purpose, recipient, login: Some(login.id()), code };
    let claimant = if is_meant { Ok(login) } else { Err(ProofRefusal::OtherRecipient) };
    presented.prove(admitted, aim, claimant, then)
}
