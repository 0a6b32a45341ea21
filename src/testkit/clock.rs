//! A clock that a test advances.

use crate::{Entropy, Moment, Timestamp};

/// A clock that stands still until a test advances it, and entropy that is the same in every run.
///
/// ```
/// use authflow::{Timestamp, testkit::Clock};
///
/// let mut clock = Clock::at(Timestamp::from_unix(1_700_000_000));
/// clock.pass(60);
/// assert_eq!(clock.moment().timestamp(), Timestamp::from_unix(1_700_000_060));
/// ```
#[derive(Clone, Debug)]
pub struct Clock {
    /// The time.
    pub now: Timestamp,
    drawn: u64,
}

impl Clock {
    /// A clock that shows this time.
    pub const fn at(now: Timestamp) -> Self {
        Self { now, drawn: 0 }
    }

    /// Advances the clock by this many seconds.
    pub fn pass(&mut self, seconds: u64) {
        self.now = self.now.plus_seconds(seconds);
    }

    /// The moment of one request: the clock's time, and 32 bytes that no other moment of this clock has. The bytes are no secret.
    pub fn moment(&mut self) -> Moment {
        self.drawn = self.drawn.wrapping_add(1);
        let mut bytes = [0; 32];
        for (to, from) in bytes.iter_mut().zip(self.drawn.to_be_bytes()) {
            *to = from;
        }
        Moment::new(self.now, Entropy::from_bytes(bytes))
    }
}
