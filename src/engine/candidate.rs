//! The account that a client claims to be, before anything is proved.

use super::{admit::Admitted, ask::Then};
use crate::{
    account::{Account, AccountKey, AccountStatus, Identifier},
    factor::Factor,
    guess::{Aim, TypedName},
    outcome::ProofRefusal,
    step::Step,
};

/// The account that a client claims to be.
pub(super) struct Candidate {
    /// Where a guess at it is counted. Guesses at a name that no account has are counted too.
    pub(super) aim: Aim,
    /// The account, if it may sign in at all.
    pub(super) account: Result<Account, ProofRefusal>,
}

impl Candidate {
    /// Finds the account, and goes on with `then`.
    pub(super) fn find(
        admitted: Admitted,
        identifier: Identifier,
        factor: Factor,
        then: impl Then<Admitted, Self>,
    ) -> Step {
        let identifier = identifier.completed(admitted.numbering());
        let typed =
            TypedName::new(&admitted.context.core.ring, admitted.audience.tenant, &identifier, factor);
        admitted.find_account(AccountKey::Identifier(identifier), move |admitted, found| {
            let candidate = match found {
                None => Self { aim: typed.aim(), account: Err(ProofRefusal::UnknownAccount) },
                Some(account) => {
                    let aim = typed.aim_at(account.id);
                    let is_active = account.status == AccountStatus::Active;
                    Self { aim, account: if is_active { Ok(account) } else { Err(ProofRefusal::Inactive) } }
                }
            };
            then(admitted, candidate)
        })
    }
}
