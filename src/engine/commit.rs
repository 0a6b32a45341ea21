//! The writes of a step, and what they do to the guess that proved it.

use super::{admit::Admitted, ask::InProgress, guess::OpenGuess};
use crate::{
    AccountId,
    account::Revision,
    outcome::{Fault, TokenRefusal},
    step::{Claim, Commit, CommitRefusal, Committed, Step, Write},
};
use alloc::vec::Vec;
use core::cmp::Ordering;

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
        if carried.admitted().answered(unsettled, &committed) == SignatureUse::Second {
            let admitted = carried.into_admitted();
            return admitted.refuse_token(Fault::SignatureInvalid, commit.account, TokenRefusal::Replayed);
        }
        then(carried, commit, committed)
    })
}

/// What a commit leaves to settle.
struct Unsettled {
    guess: Option<OpenGuess>,
    /// Whether the claim of the commit is the signature of the call.
    claims_signature: bool,
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
        let claims_signature = claim.is_none() && signature.is_some();
        let unsettled = Unsettled { guess, claims_signature };
        (Commit { claim: claim.or(signature), audience: self.audience, account, expected, writes }, unsettled)
    }

    /// Keeps the guess if it is still to be settled, and says whether the signature of the call had been used before.
    fn answered(&mut self, left: Unsettled, answer: &Committed) -> SignatureUse {
        let Unsettled { guess, claims_signature } = left;
        self.context.guess = guess.and_then(|guess| after(guess, answer));
        match answer {
            Committed::Replayed { .. } if claims_signature => SignatureUse::Second,
            _ => SignatureUse::FirstOrNone,
        }
    }
}

/// Counts are cleared last, in the order of their slots, so that no two commits wait for each other. A step's own writes clear one slot at most.
fn clear(writes: &mut Vec<Write>, guess: &OpenGuess) {
    let slot = |write: &Write| match write {
        Write::ClearGuesses(cleared) => Some(cleared.slot()),
        _ => None,
    };
    let of_guess = Write::ClearGuesses(guess.clear());
    let of_step = writes.iter().position(|write| slot(write).is_some()).map(|at| writes.remove(at));
    debug_assert!(!writes.iter().any(|write| slot(write).is_some()), "of one slot at most");
    match of_step {
        None => writes.push(of_guess),
        Some(of_step) => match slot(&of_step).cmp(&slot(&of_guess)) {
            Ordering::Less => writes.extend([of_step, of_guess]),
            Ordering::Equal => writes.push(of_step),
            Ordering::Greater => writes.extend([of_guess, of_step]),
        },
    }
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
