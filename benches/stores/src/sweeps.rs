//! How long a sweep of what is over takes: on SQLite, nobody else writes meanwhile.

use crate::rounds::range;
use authflow::{
    Moment,
    administration::{Administer, Sweep},
};
use std::{error::Error, num::NonZeroU32, time::Instant};

/// As the reference server sweeps.
pub(crate) const AT_ONCE: u32 = 1_000;
/// Of sessions that are over.
pub(crate) const ALL: u32 = 20 * AT_ONCE;

/// Sweeps until nothing is left. In milliseconds.
pub(crate) async fn measure<S: Administer<Error: Error>>(store: &S) -> String {
    let now = Moment::now().expect("a moment").timestamp();
    let sweep = Sweep::new(now, NonZeroU32::new(AT_ONCE).expect("some"));
    let mut times = Vec::new();
    loop {
        let began = Instant::now();
        let swept = store.sweep(&sweep).await.expect("a sweep");
        if swept.sessions < AT_ONCE {
            break;
        }
        times.push(began.elapsed().as_secs_f64() * 1e3);
    }
    range(times.into_iter(), 1)
}
