//! Proving a password.
//!
//! The questions and their order depend on nothing that an outsider may not know. Without a verifier, the presented password is hashed all
//! the same, and a lock does not spare the host a question.

use super::{
    admit::Admitted,
    ask::{InProgress as _, Then},
    guess::Guess,
    holder::Holder,
};
use crate::{
    AccountId, Secret,
    account::Account,
    factor::Factor,
    guess::{Aim, AttemptSlot},
    outcome::{MemberProblem, ProofRefusal},
    password::{PasswordForm, PasswordMatch, Verifier, VerifyPassword},
    spelling::canonical_password,
    step::{Step, Write},
};

/// The spelling of the verifier. Without a verifier, it is the spelling of new ones.
fn form_of(account: Option<&Account>) -> PasswordForm {
    let password = account.and_then(|account| account.password.as_ref());
    password.map_or(PasswordForm::Canonical, |password| password.form)
}

/// A guess at an account's password, by somebody who has proved something already.
pub(super) fn aim_at_password(admitted: &Admitted, account: AccountId) -> Aim {
    let slot = AttemptSlot::of_account(admitted.audience.tenant, account, Factor::Password);
    Aim::at(slot, Factor::Password)
}

/// Judges `presented` by the claimant's verifier, if there is one, and goes on with `then`. That gets the claimant and, if the verifier is
/// outdated, the write that renews it. The write goes with a step that leaves the password as it is. `member` is the member of the body that
/// had the password.
pub(super) fn prove_password<T: Holder>(
    admitted: Admitted,
    aim: Aim,
    claimant: Result<(Verifier, T), ProofRefusal>,
    presented: Secret,
    member: &'static str,
    then: impl Then<Admitted, Result<(T, Option<Write>), ProofRefusal>>,
) -> Step {
    let Ok(canonical) = canonical_password(&presented) else {
        return admitted.refuse_body(MemberProblem::UnknownCharacter.of(member));
    };
    Guess::count(admitted, aim, claimant, move |guess| {
        let (judged, mut guess) =
            guess.split(|(verifier, claimant)| ((claimant.account().id, verifier), claimant));
        let (account, verifier) = judged.unzip();
        let form = form_of(guess.claimant.as_ref().ok().map(T::account));
        // Only the spelling of the verifier is hashed, so that one guess is one hash.
        let (presented, is_of_old_form) = match form {
            PasswordForm::AsTyped => (presented, !canonical.expose().is_ascii()),
            PasswordForm::Canonical => (canonical.clone(), false),
        };
        let permit = guess.permit.take();
        guess.ask(VerifyPassword { account, verifier, presented, permit }, move |guess, _, answer| {
            let is_outdated = match answer {
                PasswordMatch::Differs => Err(ProofRefusal::Wrong),
                PasswordMatch::Matches => Ok(is_of_old_form),
                PasswordMatch::MatchesOutdated => Ok(true),
            };
            // The password is kept only if it is hashed anew, and is wiped here otherwise.
            let rehash = is_outdated.map(|it| it.then_some(Write::Rehash { password: canonical }));
            let (admitted, proved) = guess.judged(rehash);
            then(admitted, proved)
        })
    })
}
