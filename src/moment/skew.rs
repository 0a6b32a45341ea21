//! Times of two clocks.

use super::Timestamp;

/// How far the clocks of two instances may be apart, in seconds. Every stored time was written by another instance's clock, ahead or behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Skew(u64);

impl Skew {
    pub(crate) const fn of_seconds(seconds: u64) -> Self {
        Self(seconds)
    }

    /// Whether `earlier` was before `later`, whichever of their two clocks is ahead.
    pub(crate) fn is_surely_before(self, earlier: Timestamp, later: Timestamp) -> bool {
        earlier.plus_seconds(self.0) < later
    }

    /// Whether what ends at this second, by the one clock, is over at `now`, by the other.
    pub(crate) fn has_surely_ended(self, end: Timestamp, now: Timestamp) -> bool {
        end.plus_seconds(self.0) <= now
    }

    /// Whether a stored time lies further ahead of now than a clock may be: it is no time that anything happened at.
    pub(crate) fn is_impossible(self, stored: Timestamp, now: Timestamp) -> bool {
        self.is_surely_before(now, stored)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_clocks_may_disagree_about_is_not_sure() {
        let (skew, at) = (Skew::of_seconds(30), Timestamp::from_unix);
        for (earlier, later, sure) in
            [(100, 131, true), (100, 130, false), (100, 100, false), (130, 100, false)]
        {
            assert_eq!(skew.is_surely_before(at(earlier), at(later)), sure, "{earlier} {later}");
        }
        assert!(skew.has_surely_ended(at(100), at(130)) && !skew.has_surely_ended(at(100), at(129)));
        assert!(skew.is_impossible(at(131), at(100)) && !skew.is_impossible(at(130), at(100)));
        assert!(!skew.is_surely_before(Timestamp::MAX, Timestamp::MAX));
    }
}
