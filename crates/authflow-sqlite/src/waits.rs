//! The time that the store waits for the database.

use std::time::Duration;

/// The time that the store waits for the database before the answer is "system busy". Each wait is from a millisecond to 30 seconds. The defaults are
/// 5 seconds, 20 seconds and 5 seconds.
///
/// ```
/// use authflow::{Moment, testkit::demo};
/// use authflow_sqlite::{Place, Settings, Waits};
/// use std::time::Duration;
///
/// let [short, long] = [Duration::from_secs(2), Duration::from_secs(10)];
/// let mut settings = Settings::new(Place::Memory, demo::sealing_keys(), Moment::now);
/// assert_eq!(settings.waits, Waits::DEFAULT);
/// settings.waits = Waits::new(short, long, short)?; // where a request may last for 10 seconds
/// # Ok::<(), authflow_sqlite::InvalidWaits>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waits {
    to_begin: Duration,
    to_end: Duration,
    for_others: Duration,
}

/// Waits that are out of their bounds.
///
/// ```
/// use authflow_sqlite::{InvalidWaits, Waits};
/// use std::time::Duration;
///
/// let [short, long] = [Duration::from_secs(2), Duration::from_secs(10)];
/// let refused = Waits::new(long, short, short).unwrap_err();
/// assert_eq!(refused, InvalidWaits::EndsBeforeBegun { to_begin: long, to_end: short });
/// assert_eq!(
///     refused.to_string(),
///     "the wait to end (2s) must not be shorter than the wait to begin (10s)"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidWaits {
    /// A wait is too short or too long.
    #[error("each wait must be from 1 ms to 30 s, and one is {given:?}")]
    OutOfBounds {
        /// The wait that was given.
        given: Duration,
    },
    /// A question that ends a request would be shed before one that begins it.
    #[error("the wait to end ({to_end:?}) must not be shorter than the wait to begin ({to_begin:?})")]
    EndsBeforeBegun {
        /// The given wait to begin.
        to_begin: Duration,
        /// The given wait to end.
        to_end: Duration,
    },
}

impl Waits {
    const SHORTEST: Duration = Duration::from_millis(1);
    /// A guess may be in flight for 30 seconds. If it is settled later, it already counts as wrong.
    const LONGEST: Duration = Duration::from_secs(30);

    /// The default waits.
    pub const DEFAULT: Self = Self {
        to_begin: Duration::from_secs(5),
        to_end: Duration::from_secs(20),
        for_others: Duration::from_secs(5),
    };

    /// - `to_begin`: for a place in the queue, for a question that begins something or only reads. A caller that is shed has lost nothing.
    /// - `to_end`: for a place in the queue, for a question that ends something: a commit, or a guess that was judged. Make it as long as a request
    ///   may last. If such a question is shed, its guess stays in flight and then counts as wrong.
    /// - `for_others`: for another process that holds the database, such as a backup or an SQL prompt, once the question has its turn.
    ///
    /// ```
    /// use authflow_sqlite::Waits;
    /// use std::time::Duration;
    ///
    /// let [short, long] = [Duration::from_secs(2), Duration::from_secs(10)];
    /// assert!(Waits::new(short, long, short).is_ok());
    /// assert!(Waits::new(long, short, short).is_err());
    /// ```
    ///
    /// # Errors
    /// When a wait is out of bounds, or `to_end` is shorter than `to_begin`.
    pub fn new(to_begin: Duration, to_end: Duration, for_others: Duration) -> Result<Self, InvalidWaits> {
        for given in [to_begin, to_end, for_others] {
            if !(Self::SHORTEST..=Self::LONGEST).contains(&given) {
                return Err(InvalidWaits::OutOfBounds { given });
            }
        }
        if to_end < to_begin {
            return Err(InvalidWaits::EndsBeforeBegun { to_begin, to_end });
        }
        Ok(Self { to_begin, to_end, for_others })
    }

    pub(crate) fn to_begin(self) -> Duration {
        self.to_begin
    }

    pub(crate) fn to_end(self) -> Duration {
        self.to_end
    }

    pub(crate) fn for_others(self) -> Duration {
        self.for_others
    }
}

impl Default for Waits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_have_bounds_and_an_end_waits_no_shorter_than_a_beginning() {
        let [none, least, most] = [0, 1, 30_000].map(Duration::from_millis);
        let more = most + least;
        assert!(Waits::new(least, most, most).is_ok() && Waits::new(most, most, least).is_ok());
        for (to_begin, to_end, for_others, given) in
            [(none, most, most, none), (least, more, most, more), (least, most, none, none)]
        {
            assert_eq!(Waits::new(to_begin, to_end, for_others), Err(InvalidWaits::OutOfBounds { given }));
        }
        let ends_early = InvalidWaits::EndsBeforeBegun { to_begin: most, to_end: least };
        assert_eq!(Waits::new(most, least, least), Err(ends_early));
        let Waits { to_begin, to_end, for_others } = Waits::DEFAULT;
        assert_eq!(Waits::new(to_begin, to_end, for_others), Ok(Waits::default()));
    }
}
