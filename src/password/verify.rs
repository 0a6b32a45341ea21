//! Is this the password?

use super::{Permit, Verifier};
use crate::{AccountId, Secret};
use serde::{Deserialize, Serialize};

/// Is this the password?
///
/// Hash the presented password as the [`verifier`](Self::verifier) says – its algorithm, parameters and salt – and compare in constant time.
/// Both account and verifier are there, or neither. Without them the account is unknown, locked, disabled or has no password: hash the
/// presented password all the same, against a verifier of your own with the parameters that most of yours have, so that the answer takes as
/// long as for everybody. That answer is ignored.
///
/// Nothing is read or written for this question: the verifier came with [`FindAccount`](crate::account::FindAccount), as in
/// `SELECT verifier FROM accounts WHERE id = …`. The account is named for your log, and for a verifier that says which of your
/// hashers it is of.
///
/// ```
/// use authflow::{
///     Secret,
///     password::{PasswordMatch, VerifyPassword},
///     testkit::{Call, World, demo},
/// };
///
/// /// Where there is no verifier, another one is verified all the same, and its answer means
/// /// nothing.
/// fn verify(ask: &VerifyPassword, hashes_to: impl Fn(&str, &Secret) -> bool) -> PasswordMatch {
///     let verifier =
///         ask.verifier.as_ref().map_or("a verifier of your own", |verifier| verifier.expose());
///     if hashes_to(verifier, &ask.presented) {
///         PasswordMatch::Matches
///     } else {
///         PasswordMatch::Differs
///     }
/// }
///
/// let mut world = World::new();
/// // yours: argon2
/// let plain = |verifier: &str, presented: &Secret| verifier == presented.expose();
/// let step = world.begin(&Call::login("alice", demo::PASSWORD));
/// let ask = world.until::<VerifyPassword>(step);
/// assert_eq!(verify(&ask, plain), PasswordMatch::Matches);
///
/// let step = world.begin(&Call::login("nobody", demo::PASSWORD));
/// let ask = world.until::<VerifyPassword>(step);
/// assert!(ask.account.is_none() && ask.verifier.is_none(), "and it is asked all the same");
/// ```
///
/// **If you answer wrongly:**
/// - `Matches` for a wrong password: whoever typed it is in. Have no answer ([`Ask::unavailable`](crate::step::Ask::unavailable)) for a verifier
///   that you cannot read; do not guess.
/// - `Matches` for one whose parameters are outdated: they stay what they were. Each of those is cheaper to guess offline than the others,
///   and takes another time to verify, which tells who has an account.
/// - `MatchesOutdated` where they are today's: each sign-in costs one hash more, and a write.
/// - `Differs` for the right one: a guess is counted, and five lock its owner out.
/// - No hash without a verifier: who has an account shows in how long the answer takes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct VerifyPassword {
    /// Whose password it is to be.
    pub account: Option<AccountId>,
    /// What to verify against.
    pub verifier: Option<Verifier>,
    /// What the client typed.
    pub presented: Secret,
    /// The place at the hasher that the host took when it [counted](crate::guess::Reservation::holding) the guess, if it did.
    pub permit: Option<Permit>,
}

/// Whether a presented password is the account's.
///
/// ```
/// use authflow::{
///     password::{PasswordMatch, VerifyPassword},
///     step::{Commit, Write},
///     testkit::{Call, World, demo},
/// };
///
/// let mut world = World::new();
/// let step = world.begin(&Call::login("alice", demo::PASSWORD));
/// let ask = world.until::<VerifyPassword>(step);
/// // It is right, and its verifier has fewer rounds than you make one with today.
/// let ask = world.until::<Commit>(ask.answer(PasswordMatch::MatchesOutdated));
/// assert!(ask.writes.iter().any(|write| matches!(write, Write::Rehash { .. })));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PasswordMatch {
    /// It is.
    Matches,
    /// It is, and its verifier is made with other parameters than you would make one with today. The commit of the step hashes it anew
    /// ([`Write::Rehash`](crate::step::Write::Rehash)), unless the step changes the password.
    MatchesOutdated,
    /// It is not.
    Differs,
}
