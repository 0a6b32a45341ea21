//! The time that the store waits for the database.

use std::time::Duration;

/// The time that the store waits for the database before the answer is "system busy". A wait includes the time for a free connection, for the
/// transactions of others, and for the database's own work. Each wait must be from a millisecond to 30 seconds. The defaults are 5 seconds and 20
/// seconds.
///
/// A transaction that has no answer in time is rolled back, and its connection is closed.
///
/// ```
/// use authflow::Moment;
/// use authflow_postgres::{Settings, Waits, tokio_postgres::NoTls};
/// use std::time::Duration;
///
/// let url = "postgres://authflow@localhost/people";
/// let mut settings = Settings::new(url, NoTls, None, Moment::now)?;
/// assert_eq!(settings.waits, Waits::DEFAULT);
/// // A request may last for 10 seconds here.
/// settings.waits = Waits::new(Duration::from_secs(2), Duration::from_secs(10))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waits {
    to_begin: Duration,
    to_end: Duration,
}

/// Waits that are out of their bounds.
///
/// ```
/// use authflow_postgres::{InvalidWaits, Waits};
/// use std::time::Duration;
///
/// let [short, long] = [Duration::from_secs(2), Duration::from_secs(10)];
/// let refused = Waits::new(long, short).unwrap_err();
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
    pub const DEFAULT: Self = Self { to_begin: Duration::from_secs(5), to_end: Duration::from_secs(20) };

    /// - `to_begin` is for a question that begins something or only reads. A caller that is shed has lost nothing.
    /// - `to_end` is for a question that ends something: a commit, or a guess that was judged. Make it as long as a request may last. If such a
    ///   question is shed, its guess stays in flight and then counts as wrong.
    ///
    /// ```
    /// use authflow_postgres::Waits;
    /// use std::time::Duration;
    ///
    /// let [short, long] = [Duration::from_secs(2), Duration::from_secs(10)];
    /// assert!(Waits::new(short, long).is_ok());
    /// assert!(Waits::new(long, short).is_err());
    /// ```
    ///
    /// # Errors
    /// When a wait is out of bounds, or `to_end` is shorter than `to_begin`.
    pub fn new(to_begin: Duration, to_end: Duration) -> Result<Self, InvalidWaits> {
        for given in [to_begin, to_end] {
            if !(Self::SHORTEST..=Self::LONGEST).contains(&given) {
                return Err(InvalidWaits::OutOfBounds { given });
            }
        }
        if to_end < to_begin {
            return Err(InvalidWaits::EndsBeforeBegun { to_begin, to_end });
        }
        Ok(Self { to_begin, to_end })
    }

    pub(crate) fn to_begin(self) -> Duration {
        self.to_begin
    }

    pub(crate) fn to_end(self) -> Duration {
        self.to_end
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
        assert!(Waits::new(least, most).is_ok() && Waits::new(most, most).is_ok());
        for (to_begin, to_end, given) in [(none, most, none), (least, more, more)] {
            assert_eq!(Waits::new(to_begin, to_end), Err(InvalidWaits::OutOfBounds { given }));
        }
        let ends_early = InvalidWaits::EndsBeforeBegun { to_begin: most, to_end: least };
        assert_eq!(Waits::new(most, least), Err(ends_early));
        let Waits { to_begin, to_end } = Waits::DEFAULT;
        assert_eq!(Waits::new(to_begin, to_end), Ok(Waits::default()));
    }
}
