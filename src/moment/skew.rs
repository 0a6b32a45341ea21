//! Comparing the times of two clocks.

use super::{Lifetime, Timestamp};

/// The seconds by which the clocks of two instances may differ. Any stored time may have been written by another instance, whose clock is ahead or
/// behind.
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

    /// The time at which something that ends at this second by one clock has ended by every other clock.
    pub(crate) fn end_of(self, end: Timestamp) -> Timestamp {
        end.plus_seconds(self.0)
    }

    /// Whether something that ends at this second by one clock has ended at `now` by another.
    pub(crate) fn has_surely_ended(self, end: Timestamp, now: Timestamp) -> bool {
        self.end_of(end) <= now
    }

    /// Whether something that happened at `then`, by the clock of another instance, lies less than `within` before `now`. That clock may be ahead. A
    /// time is never treated as more recent than it says, and a time further ahead than the skew is never recent.
    pub(crate) fn is_recent(self, then: Timestamp, within: Lifetime, now: Timestamp) -> bool {
        now < then.plus(within) && !self.is_impossible(then, now)
    }

    /// Whether a stored time lies further ahead of now than a clock may be. Nothing can have happened at such a time.
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

    #[test]
    fn what_is_recent_is_so_to_the_second_and_no_further_ahead_than_a_clock_may_be() {
        let (then, within) = (Timestamp::from_unix(10_000), Lifetime::of::<600>());
        for ahead in [0, 30, 120] {
            let skew = Skew::of_seconds(ahead);
            for (now, recent) in [
                (then.plus_seconds(599), true),
                (then.plus_seconds(600), false),
                (then.minus_seconds(ahead), true),
                (then.minus_seconds(ahead + 1), false),
            ] {
                assert_eq!(skew.is_recent(then, within, now), recent, "{ahead} {now}");
            }
            assert!(!skew.is_recent(Timestamp::MAX, within, then));
        }
    }
}
