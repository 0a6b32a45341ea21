//! What an attack has done.

use super::{super::Answer, Attack};
use alloc::{boxed::Box, string::String};
use core::fmt;

/// What a request of an attacker's did that it must not do. A [`Breach`] has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Harm {
    /// It was not refused; or the host did not answer, which shows nothing.
    #[error("it was not refused")]
    NotRefused,
    /// It was refused in other words than nonsense is, so it taught something.
    #[error("its refusal is not the one that nonsense gets")]
    Telling,
    /// It has written something, of this kind of what a [`MemoryHost`](crate::testkit::MemoryHost) keeps.
    #[error("it has changed the {0} that the host keeps")]
    Wrote(&'static str),
    /// A guess in it was judged, and is not counted.
    #[error("a guess in it was judged and not counted")]
    UncountedGuess,
    /// Guesses that were counted before it are counted no more, without a proof that was carried out.
    #[error("guesses that were counted before it are counted no more")]
    ForgottenGuesses,
    /// Whoever the attack is against can do no more what they could before: take the login on, renew the session, use a ticket.
    #[error("its victim has lost a right")]
    LostRight,
}

/// A request of an attacker's that did harm.
///
/// ```
/// use authflow::{
///     testkit::{Attack, Harm, Scenario, demo},
///     token::Stage,
/// };
///
/// let mut login = Scenario::new(demo::policy()).reach(Stage::PasswordExpiring)?;
/// login.skip();
/// login.world.host.claims.clear(); // a host that forgets which tokens were used
/// let breach = Attack::Replay.mount(&login).unwrap_err();
/// assert_eq!((breach.attack, breach.harm), (Attack::Replay, Harm::NotRefused));
/// assert_eq!((&*breach.path, breach.answer.status), ("/api/v2/sdk/pwd/skip-update", 200));
/// # Ok::<(), authflow::testkit::Unreachable>(())
/// ```
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{attack:?} of {path}: {harm}: {answer:?}")]
#[non_exhaustive]
pub struct Breach {
    /// The attack.
    pub attack: Attack,
    /// What was called.
    pub path: String,
    /// What it did.
    pub harm: Harm,
    /// The answer.
    pub answer: Box<Answer>,
}

impl fmt::Debug for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
