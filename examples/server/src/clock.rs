//! The server's clock: the system's, moved by `--now-offset`.

use authflow::{Moment, OsEntropyUnavailable, Timestamp};
use std::time::{SystemTime, UNIX_EPOCH};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    offset_seconds: i64,
}

impl Clock {
    pub(crate) fn moved(offset_seconds: i64) -> Self {
        Self { offset_seconds }
    }

    pub(crate) fn now(self) -> Timestamp {
        self.shift(system_now())
    }

    /// The moment of a request, with entropy of its own.
    pub(crate) fn moment(self) -> Result<Moment, OsEntropyUnavailable> {
        let moment = Moment::now()?;
        let now = self.shift(moment.timestamp());
        Ok(moment.at(now))
    }

    /// The store's moment, by which it forgets: never later than the real time, because a server whose clock was moved forward for a
    /// demonstration must not forget claims that it needs again when the clock is moved back.
    pub(crate) fn moment_to_forget(self) -> Result<Moment, OsEntropyUnavailable> {
        let moment = Moment::now()?;
        let (now, real) = (self.shift(moment.timestamp()), moment.timestamp());
        Ok(moment.at(now.min(real)))
    }

    fn shift(self, at: Timestamp) -> Timestamp {
        let seconds = self.offset_seconds.unsigned_abs();
        if self.offset_seconds < 0 { at.minus_seconds(seconds) } else { at.plus_seconds(seconds) }
    }
}

fn system_now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    Timestamp::from_unix(since_epoch.map_or(0, |elapsed| elapsed.as_secs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_moves_both_ways_and_never_forgets_early() {
        let at = Timestamp::from_unix(1_000);
        assert_eq!(Clock::moved(600).shift(at).as_unix(), 1_600);
        assert_eq!(Clock::moved(-600).shift(at).as_unix(), 400);
        assert_eq!(Clock::moved(i64::MIN).shift(at).as_unix(), 0);
        let real = system_now();
        let forgets_at = |clock: Clock| clock.moment_to_forget().unwrap().timestamp();
        assert!(forgets_at(Clock::moved(86_400)) < real.plus_seconds(3_600));
        assert!(forgets_at(Clock::moved(-86_400)) < real.minus_seconds(3_600));
    }
}
