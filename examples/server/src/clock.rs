//! The server's clock: the system's clock, which a test double moves.

use authflow::{Moment, OsEntropyUnavailable, Timestamp};
use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

/// The system's clock, or the clock of a test double.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    /// The offset, if there is a [`ClockHand`].
    moved: Option<&'static AtomicI64>,
}

/// The hand that moves a clock and every copy of it. Only a test double has one, so the clock of another server stays the system's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClockHand(&'static AtomicI64);

/// The latest time that a clock is moved to: the end of the year 9999.
pub(crate) const LATEST: u64 = 253_402_300_799;

/// The time is one that a clock cannot be moved to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OutOfTime;

impl Clock {
    pub(crate) fn system() -> Self {
        Self { moved: None }
    }

    pub(crate) fn now(self) -> Timestamp {
        self.shift(system_now())
    }

    /// The moment of a request, with fresh entropy.
    pub(crate) fn moment(self) -> Result<Moment, OsEntropyUnavailable> {
        let moment = Moment::now()?;
        let now = self.shift(moment.timestamp());
        Ok(moment.at(now))
    }

    /// The store's moment, by which it forgets. It is never later than the real time. A test double whose clock was moved forward must not
    /// forget claims that it needs again when the clock is moved back.
    pub(crate) fn moment_to_forget(self) -> Result<Moment, OsEntropyUnavailable> {
        let moment = Moment::now()?;
        let (now, real) = (self.shift(moment.timestamp()), moment.timestamp());
        Ok(moment.at(now.min(real)))
    }

    fn offset(self) -> i64 {
        self.moved.map_or(0, |offset| offset.load(Ordering::Relaxed))
    }

    fn shift(self, at: Timestamp) -> Timestamp {
        let offset = self.offset();
        let seconds = offset.unsigned_abs();
        if offset < 0 { at.minus_seconds(seconds) } else { at.plus_seconds(seconds) }
    }
}

impl ClockHand {
    /// The hand of a clock that shows the system's time until it is moved. It is kept for as long as the process lives.
    pub(crate) fn new() -> Self {
        Self(Box::leak(Box::default()))
    }

    pub(crate) fn clock(self) -> Clock {
        Clock { moved: Some(self.0) }
    }

    /// The seconds by which the clock is ahead of the system's.
    pub(crate) fn offset(self) -> i64 {
        self.clock().offset()
    }

    /// Sets the clock to this time, in seconds since 1970. It goes on from there.
    pub(crate) fn set(self, now: u64) -> Result<(), OutOfTime> {
        self.move_to(system_now(), Some(i128::from(now)))
    }

    /// Moves the clock by this many seconds: backwards, if they are negative.
    pub(crate) fn advance(self, seconds: i64) -> Result<(), OutOfTime> {
        // The system's clock is read once. With two reads, a second that passes between them would be lost.
        let system = system_now();
        let now = i128::from(self.clock().shift(system).as_unix());
        self.move_to(system, now.checked_add(i128::from(seconds)))
    }

    /// Sets the clock to the system's time again.
    pub(crate) fn reset(self) {
        self.0.store(0, Ordering::Relaxed);
    }

    fn move_to(self, system: Timestamp, now: Option<i128>) -> Result<(), OutOfTime> {
        let now =
            now.and_then(|now| u64::try_from(now).ok()).filter(|now| *now <= LATEST).ok_or(OutOfTime)?;
        let offset = i128::from(now).checked_sub(i128::from(system.as_unix()));
        let offset = offset.and_then(|offset| i64::try_from(offset).ok()).ok_or(OutOfTime)?;
        self.0.store(offset, Ordering::Relaxed);
        Ok(())
    }
}

fn system_now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    Timestamp::from_unix(since_epoch.map_or(0, |elapsed| elapsed.as_secs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(offset: i64) -> Clock {
        let hand = ClockHand::new();
        hand.0.store(offset, Ordering::Relaxed);
        hand.clock()
    }

    #[test]
    fn a_hand_moves_every_copy_both_ways_and_nothing_is_forgotten_early() {
        let at = Timestamp::from_unix(1_000);
        assert_eq!(moved(600).shift(at).as_unix(), 1_600);
        assert_eq!(moved(-600).shift(at).as_unix(), 400);
        assert_eq!(moved(i64::MIN).shift(at).as_unix(), 0);
        assert_eq!(Clock::system().shift(at), at);
        let real = system_now();
        let forgets_at = |clock: Clock| clock.moment_to_forget().unwrap().timestamp();
        assert!(forgets_at(moved(86_400)) < real.plus_seconds(3_600));
        assert!(forgets_at(moved(-86_400)) < real.minus_seconds(3_600));
        let hand = ClockHand::new();
        let [one, other] = [hand.clock(), hand.clock()];
        hand.set(1_000_000).unwrap();
        assert!((1_000_000..1_003_600).contains(&one.now().as_unix()));
        hand.advance(-900_000).unwrap();
        assert!((100_000..103_600).contains(&other.moment().unwrap().timestamp().as_unix()));
        hand.reset();
        assert!(one.now() >= real && hand.offset() == 0);
    }

    #[test]
    fn no_clock_is_moved_out_of_time() {
        let hand = ClockHand::new();
        assert_eq!(hand.set(LATEST + 1), Err(OutOfTime));
        assert_eq!(hand.set(u64::MAX), Err(OutOfTime));
        hand.set(0).unwrap();
        assert_eq!(hand.advance(-86_400), Err(OutOfTime));
        assert_eq!(hand.advance(i64::MIN), Err(OutOfTime));
        assert_eq!(hand.advance(i64::MAX), Err(OutOfTime));
        assert!(hand.clock().now().as_unix() < 3_600, "a move that is refused moves nothing");
        hand.set(LATEST).unwrap();
        assert_eq!(hand.clock().now().as_unix().checked_sub(LATEST).map(|late| late < 3_600), Some(true));
    }
}
