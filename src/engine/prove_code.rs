//! Proving a code that was sent.
//!
//! The host keeps only a digest, keyed and bound to what the code is for and to whose it is; so the code is compared here. As for
//! a password, an account that is not there asks the same questions as one whose code is wrong.

use super::{admit::Admitted, guess, spent::Spent};
use crate::{
    AccountId, Channel, CodePurpose, Factor, Recipient, Secret, Step, TokenId,
    outcome::ProofRefusal,
    step::{Ask, AttemptSlot, CodeKey, LoadCode, StoredCode},
};

/// A code that a client presents.
pub(super) struct PresentedCode {
    /// What it must have been sent for.
    pub(super) purpose: CodePurpose,
    /// To whom.
    pub(super) recipient: Recipient,
    /// In which pending login.
    pub(super) login: Option<TokenId>,
    /// What the client typed.
    pub(super) code: Secret,
}

/// Whom a right code proves.
pub(super) trait Holder: Send + Sync + 'static {
    /// The account that the code must have been made for.
    fn account(&self) -> AccountId;
}

impl Holder for crate::Account {
    fn account(&self) -> AccountId {
        self.id
    }
}

/// Judges a presented code, and goes on with `then`: with whom it proves and what its use spends.
pub(super) fn prove_code<T: Holder>(
    admitted: Admitted,
    slot: AttemptSlot,
    subject: Result<T, ProofRefusal>,
    presented: PresentedCode,
    then: impl FnOnce(Admitted, Result<(T, Spent), ProofRefusal>) -> Step + Send + Sync + 'static,
) -> Step {
    let PresentedCode { purpose, recipient, login, code } = presented;
    guess::count(admitted, slot, subject, move |guess| {
        let key = CodeKey::new(&guess.admitted.audience, purpose, &recipient, login);
        Step::LoadCode(Ask::new(LoadCode { key }, move |LoadCode { key }, answer| {
            let Some(stored) = answer else {
                return guess.unjudged::<LoadCode>();
            };
            let account = guess.subject.as_ref().ok().map(T::account);
            match judge(&guess.admitted, &key, account, stored, &code) {
                Ok(stored) => {
                    let spent = Spent::code(&stored, recipient.channel());
                    guess.right(move |admitted, subject| {
                        then(admitted, subject.map(|subject| (subject, spent)))
                    })
                }
                Err(reason) => {
                    let (admitted, refusal) = guess.wrong(reason);
                    then(admitted, Err(refusal))
                }
            }
        }))
    })
}

/// The stored code, if it is still good and is the presented one.
fn judge(
    admitted: &Admitted,
    key: &CodeKey,
    account: Option<AccountId>,
    stored: Option<StoredCode>,
    presented: &Secret,
) -> Result<StoredCode, ProofRefusal> {
    let now = admitted.context.moment.timestamp();
    let stored = stored.filter(|stored| now < stored.expires_at).ok_or(ProofRefusal::NoCode)?;
    let bound = bound_to(key, account.as_ref());
    let presented = presented.expose().trim();
    let matches = admitted.context.core.ring.code_matches(&stored.digest, &bound, presented, now);
    if matches { Ok(stored) } else { Err(ProofRefusal::Wrong) }
}

/// What the digest of a code is bound to: the key says purpose, recipient, audience and login. A decoy is nobody's.
pub(super) fn bound_to<'a>(key: &'a CodeKey, account: Option<&'a AccountId>) -> [&'a [u8]; 2] {
    [key.as_bytes(), account.map_or(&[][..], |account| account.as_str().as_bytes())]
}

/// Where guesses at the codes of an account's channel are counted.
pub(super) fn slot_of(admitted: &Admitted, account: AccountId, channel: Channel) -> AttemptSlot {
    AttemptSlot::of_account(admitted.audience.tenant, account, Factor::of_channel(channel))
}
