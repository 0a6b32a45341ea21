//! The time for which a request is answered again if its answer was lost.

use crate::{Timestamp, moment::Skew};
use serde::{Deserialize, Serialize};

/// The time for which a request is answered again if its answer was lost. It is in seconds: 0 by default, and at most 60.
///
/// ```
/// use authflow::policy::RetryGrace;
///
/// assert_eq!(RetryGrace::default().seconds(), 0);
/// assert_eq!(RetryGrace::try_from(30).unwrap().seconds(), 30);
/// assert_eq!(
///     RetryGrace::try_from(61).unwrap_err().to_string(),
///     "retry_grace must be at most 60 seconds, not 61"
/// );
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct RetryGrace(u64);

impl RetryGrace {
    const LONGEST: u64 = 60;

    /// The grace in seconds.
    pub fn seconds(self) -> u64 {
        self.0
    }

    /// Whether any request is answered again.
    pub(crate) fn is_any(self) -> bool {
        self.0 > 0
    }

    /// Whether a request that was answered at `then`, by the clock of one instance, is answered again at `now`, by the clock of another.
    /// Each clock may be ahead of the other by the skew. Nothing can have been answered at a time that lies further ahead.
    pub(crate) fn covers(self, then: Timestamp, now: Timestamp, skew: Skew) -> bool {
        let is_over = skew.has_surely_ended(then.plus_seconds(self.0), now);
        self.is_any() && !skew.is_impossible(then, now) && !is_over
    }
}

impl TryFrom<u64> for RetryGrace {
    type Error = RetryGraceError;

    fn try_from(seconds: u64) -> Result<Self, RetryGraceError> {
        if seconds > Self::LONGEST { Err(RetryGraceError { seconds }) } else { Ok(Self(seconds)) }
    }
}

impl From<RetryGrace> for u64 {
    fn from(grace: RetryGrace) -> Self {
        grace.0
    }
}

/// A grace of more than 60 seconds. A request that comes back so late is not the work of a broken connection.
///
/// ```
/// use authflow::policy::Policy;
///
/// let refused = serde_json::from_str::<Policy>(r#"{ "retry_grace": 300 }"#).unwrap_err();
/// assert!(refused.to_string().contains("retry_grace must be at most 60 seconds, not 300"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("retry_grace must be at most 60 seconds, not {seconds}")]
pub struct RetryGraceError {
    seconds: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    const THEN: Timestamp = Timestamp::from_unix(1_700_000_000);

    #[test]
    fn a_grace_is_at_most_a_minute_and_is_read_from_a_number_of_seconds() {
        for (text, seconds) in [("0", Some(0)), ("60", Some(60)), ("61", None), ("-1", None), ("null", None)]
        {
            let read = serde_json::from_str::<RetryGrace>(text).ok().map(RetryGrace::seconds);
            assert_eq!(read, seconds, "{text}");
        }
        let longest = RetryGrace::try_from(60).unwrap();
        assert_eq!(serde_json::to_value(longest).unwrap(), 60);
    }

    #[test]
    fn it_ends_to_the_second_and_allows_for_the_skew_on_either_side() {
        let grace = RetryGrace::try_from(20).unwrap();
        for (skew, ahead, late) in [(0, 0, 20), (30, 30, 50), (120, 120, 140)] {
            let skew = Skew::of_seconds(skew);
            assert!(grace.covers(THEN, THEN, skew));
            assert!(grace.covers(THEN, THEN.plus_seconds(late - 1), skew));
            assert!(!grace.covers(THEN, THEN.plus_seconds(late), skew));
            assert!(grace.covers(THEN, THEN.minus_seconds(ahead), skew));
            assert!(!grace.covers(THEN, THEN.minus_seconds(ahead + 1), skew));
        }
        let skew = Skew::of_seconds(120);
        assert!(!grace.covers(Timestamp::MAX, THEN, skew), "a time far ahead covers nothing");
        assert!(!grace.covers(Timestamp::from_unix(0), THEN, skew));
    }

    #[test]
    fn without_a_grace_no_skew_makes_one() {
        for now in [THEN.minus_seconds(1), THEN, THEN.plus_seconds(1)] {
            assert!(!RetryGrace::default().covers(THEN, now, Skew::of_seconds(120)));
        }
    }
}
