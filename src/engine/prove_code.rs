//! Proving a code that was sent.
//!
//! The host keeps only a digest, keyed and bound to what the code is for and to whose it is; so the code is compared here. As for
//! a password, an account that is not there asks the same questions as one whose code is wrong.

use super::{admit::Admitted, guess, spent::Spent};
use crate::{
    Account, AccountId, Channel, CodePurpose, Factor, Recipient, Revision, Secret, Step, TokenId,
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
    fn account(&self) -> &Account;
}

impl Holder for Account {
    fn account(&self) -> &Account {
        self
    }
}

/// What the digest of a code is bound to. The key says purpose, recipient, audience and login; the revision of the account, that
/// nothing has changed since: a code that was sent before a change of password is none after it. A decoy is nobody's.
pub(super) struct Binding {
    key: CodeKey,
    owner: Option<(AccountId, [u8; 8])>,
}

impl Binding {
    pub(super) fn new(key: CodeKey, owner: Option<(AccountId, Revision)>) -> Self {
        let owner = owner.map(|(account, revision)| (account, revision.as_u64().to_be_bytes()));
        Self { key, owner }
    }

    pub(super) fn parts(&self) -> [&[u8]; 3] {
        let (account, revision) = self
            .owner
            .as_ref()
            .map_or((&[][..], &[][..]), |(account, revision)| (account.as_str().as_bytes(), revision));
        [self.key.as_bytes(), account, revision]
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
            let owner = guess.subject.as_ref().ok().map(T::account);
            let binding = Binding::new(key, owner.map(|account| (account.id, account.revision)));
            match judge(&guess.admitted, &binding, stored, &code) {
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
    binding: &Binding,
    stored: Option<StoredCode>,
    presented: &Secret,
) -> Result<StoredCode, ProofRefusal> {
    let now = admitted.context.moment.timestamp();
    let stored = stored.filter(|stored| now < stored.expires_at).ok_or(ProofRefusal::NoCode)?;
    let presented = presented.expose().trim();
    let ring = &admitted.context.core.ring;
    let matches = ring.code_matches(&stored.digest, &binding.parts(), presented, now);
    if matches { Ok(stored) } else { Err(ProofRefusal::Wrong) }
}

/// Where guesses at the codes of an account's channel are counted, for those who have proved something already.
pub(super) fn slot_of(admitted: &Admitted, account: AccountId, channel: Channel) -> AttemptSlot {
    AttemptSlot::of_known_subject(admitted.audience.tenant, account, Factor::of_channel(channel))
}
