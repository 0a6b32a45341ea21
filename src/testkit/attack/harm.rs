//! The harm that an attack has done.

use super::{super::Answer, Attack};
use alloc::{boxed::Box, string::String};
use core::fmt;

/// The harm that a request of an attacker did. A [`Breach`] names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Harm {
    /// The request was not refused. This includes a request to which the host did not answer, because that shows nothing.
    #[error("it was not refused")]
    NotRefused,
    /// The refusal differs from the one that nonsense gets, so it reveals something.
    #[error("its refusal is not the one that nonsense gets")]
    Telling,
    /// The request has changed this kind of thing that a [`MemoryHost`](crate::testkit::MemoryHost) keeps.
    #[error("it has changed the {0} that the host keeps")]
    Wrote(&'static str),
    /// A guess in the request was judged and is not counted.
    #[error("a guess in it was judged and not counted")]
    UncountedGuess,
    /// Guesses that were counted before the request are no longer counted, although no proof was carried out.
    #[error("guesses that were counted before it are counted no more")]
    ForgottenGuesses,
    /// The victim of the attack has lost a right that they had before: to go on with the login, to renew the session, or to use a ticket.
    #[error("its victim has lost a right")]
    LostRight,
}

/// A request of an attacker that did harm.
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
    /// The path that was called.
    pub path: String,
    /// The harm that it did.
    pub harm: Harm,
    /// The answer.
    pub answer: Box<Answer>,
}

impl fmt::Debug for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
