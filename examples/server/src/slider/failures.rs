//! The devices that have failed, and how often in the last minute.

use authflow::Timestamp;
use std::collections::{HashMap, VecDeque};

/// This many wrong answers within a minute stop a device until the first of them is a minute old.
pub(super) const MOST: u8 = 5;
pub(super) const SECONDS: u64 = 60;
/// The latest failures that are remembered: 3 MiB. A client that makes a thousand a second is not stopped by this
/// limit.
pub(super) const REMEMBERED: usize = 65_536;

/// A hash of the properties that a device is recognised by.
pub(super) type Device = [u8; 16];

/// The wrong answers of the last minute.
#[derive(Debug, Default)]
pub(super) struct Failures {
    /// In the order in which they came.
    latest: VecDeque<(Device, Timestamp)>,
    /// The number of these failures for each device.
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

    /// A failure with a later time than now was noted by a clock that has been set back. It is over, too.
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
