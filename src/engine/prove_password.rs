//! Proving a password.
//!
//! The questions and their order depend on nothing that an outsider may not know: without a verifier the presented password
//! is hashed all the same, and a lock does not spare the host a question.

use super::{
    admit::Admitted,
    ask::{InProgress as _, Then},
    guess::Guess,
    holder::Holder,
};
use crate::{
    AccountId, Secret,
    factor::Factor,
    guess::{Aim, AttemptSlot},
    outcome::ProofRefusal,
    password::{PasswordMatch, Verifier, VerifyPassword},
    step::{Step, Write},
};

/// A guess at an account's password, by somebody who has proved something already.
pub(super) fn aim_at_password(admitted: &Admitted, account: AccountId) -> Aim {
    let slot = AttemptSlot::of_account(admitted.audience.tenant, account, Factor::Password);
    Aim::at(slot, Factor::Password)
}

/// Judges `presented` by the verifier of the claimant, if there is one, and goes on with `then`: with whom it proves and, where the
/// verifier is outdated, the write that renews it. That write goes with a step that leaves the password as it is.
pub(super) fn prove_password<T: Holder>(
    admitted: Admitted,
    aim: Aim,
    claimant: Result<(Verifier, T), ProofRefusal>,
    presented: Secret,
    then: impl Then<Admitted, Result<(T, Option<Write>), ProofRefusal>>,
) -> Step {
    Guess::count(admitted, aim, claimant, move |guess| {
        let (judged, mut guess) =
            guess.split(|(verifier, claimant)| ((claimant.account().id, verifier), claimant));
        let (account, verifier) = judged.unzip();
        let permit = guess.permit.take();
        guess.ask(VerifyPassword { account, verifier, presented, permit }, |guess, asked, answer| {
            // Kept on only where it is hashed anew; wiped here otherwise.
            let password = asked.presented;
            let rehash = match answer {
                PasswordMatch::Differs => return guess.wrong(ProofRefusal::Wrong, then),
                PasswordMatch::Matches => None,
                PasswordMatch::MatchesOutdated => Some(Write::Rehash { password }),
            };
            guess.right(move |admitted, claimant| then(admitted, claimant.map(|claimant| (claimant, rehash))))
        })
    })
}
