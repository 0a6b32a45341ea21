//! Is this the password?

use super::{Permit, Verifier};
use crate::{AccountId, Secret};
use serde::{Deserialize, Serialize};

/// Is this the password?
///
/// Hash the presented password with the algorithm, parameters and salt of the [`verifier`](Self::verifier), and compare in constant time. The account
/// and the verifier are both there, or both missing. If they are missing, the account is unknown, locked, disabled or without a password. Hash the
/// presented password all the same, against a dummy verifier with the parameters that most of yours have, so that the answer takes as long as any
/// other. That answer is ignored.
///
/// This question takes no read and no write, because the verifier came with [`FindAccount`](crate::account::FindAccount), as in
/// `SELECT verifier FROM accounts WHERE id = …`. The account is named for your log, and for a verifier that says which of your hashers made
/// it.
///
/// ```
/// use authflow::{
///     Secret,
///     password::{PasswordMatch, VerifyPassword},
///     testkit::{Call, World, demo},
/// };
///
/// /// If there is no verifier, a dummy is verified all the same, and its answer means
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
/// - `Matches` for a wrong password: the person who typed it is in. Have no answer ([`Ask::unavailable`](crate::step::Ask::unavailable)) for a
///   verifier that you cannot read; do not guess.
/// - `Matches` for a verifier with outdated parameters: it keeps them. It is cheaper to guess offline than the others, and takes a
///   different time to verify, which reveals who has an account.
/// - `MatchesOutdated` for a verifier with today's parameters: each sign-in costs one more hash, and a write.
/// - `Differs` for the right password: a guess is counted, and five lock its owner out.
/// - No hash where there is no verifier: the time of the answer reveals who has an account.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct VerifyPassword {
    /// The account whose password is presented.
    pub account: Option<AccountId>,
    /// The verifier to check the password against.
    pub verifier: Option<Verifier>,
    /// The presented password, in the spelling from which the verifier was made ([`PasswordForm`](super::PasswordForm)).
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
/// // The password is right, but its verifier has fewer rounds than you would use today.
/// let ask = world.until::<Commit>(ask.answer(PasswordMatch::MatchesOutdated));
/// assert!(ask.writes.iter().any(|write| matches!(write, Write::Rehash { .. })));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PasswordMatch {
    /// The password is right.
    Matches,
    /// The password is right, but its verifier was made with other parameters than you would use today. The commit of the step hashes the password
    /// anew ([`Write::Rehash`](crate::step::Write::Rehash)), unless the step changes the password.
    MatchesOutdated,
    /// The password is wrong.
    Differs,
}
