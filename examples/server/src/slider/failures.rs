//! Who has failed, and how often of late.

use authflow::Timestamp;
use std::collections::{HashMap, VecDeque};

/// So many wrong answers within a minute stop a device until the first of them is a minute old.
pub(super) const MOST: u8 = 5;
pub(super) const SECONDS: u64 = 60;
/// So many are remembered, the latest ones: 3 MiB. Whoever makes a thousand a second is not stopped by this.
pub(super) const REMEMBERED: usize = 65_536;

/// What a device is recognised by, hashed.
pub(super) type Device = [u8; 16];

/// The wrong answers of the last minute.
#[derive(Debug, Default)]
pub(super) struct Failures {
    /// In the order in which they came.
    latest: VecDeque<(Device, Timestamp)>,
    /// How many of those each device has.
    counts: HashMap<Device, u32>,
}

impl Failures {
    pub(super) fn are_too_many(&mut self, device: Device, now: Timestamp) -> bool {
        self.forget(now);
        self.counts.get(&device).is_some_and(|count| *count >= u32::from(MOST))
    }

    pub(super) fn note(&mut self, device: Device, now: Timestamp) {
        self.forget(now);
        if self.latest.len() == REMEMBERED {
            self.forget_first();
        }
        self.latest.push_back((device, now));
        let count = self.counts.entry(device).or_default();
        *count = count.saturating_add(1);
    }

    /// One from later than now was noted by a clock that has been set back: it is over, too.
    fn forget(&mut self, now: Timestamp) {
        while self.latest.front().is_some_and(|(_, at)| *at > now || now >= at.plus_seconds(SECONDS)) {
            self.forget_first();
        }
    }

    fn forget_first(&mut self) {
        let Some((device, _)) = self.latest.pop_front() else { return };
        match self.counts.get_mut(&device) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                self.counts.remove(&device);
            }
        }
    }

    #[cfg(test)]
    pub(super) fn remembered(&self) -> (usize, usize) {
        (self.latest.len(), self.counts.len())
    }
}
