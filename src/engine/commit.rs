//! The writes of a step, and what they do to the guess that proved it.

use super::{admit::Admitted, ask::InProgress, guess::OpenGuess};
use crate::{
    AccountId,
    account::Revision,
    outcome::{Fault, TokenRefusal},
    step::{Claim, Commit, CommitRefusal, Committed, Step, Write},
};
use alloc::vec::Vec;

/// The writes of a step.
pub(super) struct Writing {
    pub(super) claim: Option<Claim>,
    pub(super) account: Option<AccountId>,
    pub(super) expected: Option<Revision>,
    pub(super) writes: Vec<Write>,
}

/// A request in progress whose application is known.
pub(super) trait InApplication: InProgress {
    fn admitted(&mut self) -> &mut Admitted;

    fn into_admitted(self) -> Admitted;
}

impl InApplication for Admitted {
    fn admitted(&mut self) -> &mut Admitted {
        self
    }

    fn into_admitted(self) -> Admitted {
        self
    }
}

/// Asks the host to write, and goes on with `then`. Every commit of a step goes through here. So a right guess is cleared together with what
/// it proves, or not at all. The signature of a call is used once, because its use is the claim of the first commit.
pub(super) fn commit<T: InApplication>(
    mut carried: T,
    writing: Writing,
    then: impl FnOnce(T, &Commit, Committed) -> Step + Send + Sync + 'static,
) -> Step {
    let (question, unsettled) = carried.admitted().question(writing);
    // A commit that went unanswered may have been carried out, so its guess stays as it is.
    carried.ask(question, move |mut carried, commit, committed| {
        if carried.admitted().settle(unsettled, &committed) == SignatureUse::Second {
            let admitted = carried.into_admitted();
            return admitted.refuse_token(Fault::SignatureInvalid, commit.account, TokenRefusal::Replayed);
        }
        then(carried, commit, committed)
    })
}

/// What a commit leaves to settle.
struct Unsettled {
    guess: Option<OpenGuess>,
    /// Whether the commit uses the signature of the call.
    uses_signature: bool,
}

/// Whether a signature had been used before.
#[derive(PartialEq, Eq)]
enum SignatureUse {
    FirstOrNone,
    Second,
}

impl Admitted {
    /// The question, and what its answer leaves to settle.
    fn question(&mut self, writing: Writing) -> (Commit, Unsettled) {
        let Writing { claim, account, expected, mut writes } = writing;
        let guess = self.context.guess.take();
        let signature = self.context.signature.take().map(|signature| signature.claim());
        if let Some(guess) = &guess {
            clear(&mut writes, guess);
        }
        let unsettled = Unsettled { guess, uses_signature: signature.is_some() };
        (Commit { claim: claim.or(signature), audience: self.audience, account, expected, writes }, unsettled)
    }

    /// Settles what is left.
    fn settle(&mut self, Unsettled { guess, uses_signature }: Unsettled, answer: &Committed) -> SignatureUse {
        self.context.guess = guess.and_then(|guess| after(guess, answer));
        match answer {
            Committed::Replayed { .. } if uses_signature => SignatureUse::Second,
            _ => SignatureUse::FirstOrNone,
        }
    }
}

/// Counts are cleared last, in the order of their slots, so that no two commits wait for each other. A step by itself clears those of one slot.
fn clear(writes: &mut Vec<Write>, guess: &OpenGuess) {
    let slot = |write: &Write| match write {
        Write::ClearGuesses(cleared) => Some(cleared.slot()),
        _ => None,
    };
    let mut cleared: Vec<_> = writes.extract_if(.., |write| slot(write).is_some()).collect();
    let own = Write::ClearGuesses(guess.clear());
    if !cleared.iter().any(|other| slot(other) == slot(&own)) {
        let at = cleared.partition_point(|other| slot(other) < slot(&own));
        cleared.insert(at, own);
    }
    writes.append(&mut cleared);
}

/// The guess that is still to be settled. If nothing was written, the guess is given back. But it stays counted if the commit's claim, the code or
/// the one-time password had been used before, or if the user name is taken.
fn after(guess: OpenGuess, committed: &Committed) -> Option<OpenGuess> {
    match committed {
        Committed::Done => None,
        Committed::Replayed { .. }
        | Committed::Refused(
            // A caller who has proved a contact learns whether a user name is taken, but cannot ask without limit.
            CommitRefusal::TotpStepUsed | CommitRefusal::CodeUsed | CommitRefusal::UserNameTaken,
        ) => Some(guess.counted()),
        Committed::Changed | Committed::Refused(_) => Some(guess),
    }
}
