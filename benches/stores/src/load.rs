//! So many calls, so many of them at once.

use crate::processor::Processes;
use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

#[derive(Clone, Copy)]
pub(crate) struct Measured {
    pub(crate) per_second: f64,
    /// In milliseconds.
    pub(crate) median: f64,
    /// The 99th percentile, in milliseconds.
    pub(crate) slow: f64,
    /// Processor time of the service, its driver and its database, in microseconds a call.
    pub(crate) processor: f64,
}

/// Calls with each number below `calls` once; the next one begins as soon as one has ended. Also what was answered.
pub(crate) async fn measure<T, F>(
    processes: &Processes,
    (calls, at_once): (usize, usize),
    call: impl Fn(usize) -> F + Clone + Send + 'static,
) -> (Measured, Vec<T>)
where
    T: Send + 'static,
    F: Future<Output = T> + Send,
{
    let next = Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    let used = processes.used();
    let began = Instant::now();
    for _ in 0..at_once {
        let (next, call) = (Arc::clone(&next), call.clone());
        tasks.spawn(async move {
            let mut ended = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= calls {
                    break ended;
                }
                let began = Instant::now();
                let answer = call(number).await;
                ended.push((began.elapsed(), answer));
            }
        });
    }
    let ended = tasks.join_all().await;
    let took = began.elapsed();
    let used = processes.used() - used;
    let (mut times, answers): (Vec<Duration>, Vec<T>) = ended.into_iter().flatten().unzip();
    times.sort_unstable();
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e3;
    let per_second = times.len() as f64 / took.as_secs_f64();
    let processor = used.as_micros() as f64 / times.len() as f64;
    (Measured { per_second, median: at(0.5), slow: at(0.99), processor }, answers)
}
