//! Times of all operations in one run, interleaved, and their range.

use crate::operation::Operation;
use std::time::{Duration, Instant};

/// The most runs that are stocked at once.
const BATCH: usize = 256;

/// Nanoseconds for one run, from the quietest of the batches that fit in about `span`. A neighbour on the core makes the
/// other batches slower, by different factors.
pub fn nanoseconds(operation: &mut Operation, span: Duration) -> f64 {
    let (mut taken, mut least) = (Duration::ZERO, Duration::MAX);
    while taken < span {
        let batch = batch(operation, BATCH);
        taken += batch;
        least = least.min(batch);
    }
    least.as_secs_f64() * 1e9 / BATCH as f64
}

/// The time of this many runs. At most [`BATCH`] are stocked at once.
pub fn iterations(operation: &mut Operation, runs: u64) -> Duration {
    let mut taken = Duration::ZERO;
    let mut left = runs;
    while left > 0 {
        let now = left.min(BATCH as u64);
        taken += batch(operation, now as usize);
        left -= now;
    }
    taken
}

fn batch(operation: &mut Operation, runs: usize) -> Duration {
    operation.stock(runs);
    let began = Instant::now();
    for _ in 0..runs {
        operation.run();
    }
    began.elapsed()
}

/// The least, the median and the greatest of some numbers.
#[derive(Clone, Copy)]
pub struct Range {
    pub least: f64,
    pub median: f64,
    pub greatest: f64,
}

impl Range {
    /// # Panics
    /// If there are no numbers.
    pub fn of(numbers: impl IntoIterator<Item = f64>) -> Self {
        let mut numbers: Vec<_> = numbers.into_iter().collect();
        numbers.sort_by(f64::total_cmp);
        Self { least: numbers[0], median: numbers[numbers.len() / 2], greatest: numbers[numbers.len() - 1] }
    }
}
