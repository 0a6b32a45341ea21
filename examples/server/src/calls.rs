//! How many calls are in progress at once.
//!
//! A call holds its place until it ends, also where its client hangs up before that; whoever gets none is told that the system is
//! busy before anything is counted or written for them.

use crate::client::Client;
use std::{pin::pin, sync::Arc, time::Duration};
use tokio::{
    select,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{sleep, timeout},
};

const MOST_CALLS: usize = 64;
/// A client that has stopped sending may be gone. It is served while no more calls than these are in progress.
const FEW_CALLS: usize = 8;
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// Until it is looked again whether a client that waits still sends.
const PAUSE: Duration = Duration::from_millis(50);

pub(crate) struct Calls(Arc<Semaphore>);

/// Of a call in progress: given back when it is dropped.
pub(crate) struct InProgress(#[expect(dead_code, reason = "it is held")] OwnedSemaphorePermit);

impl Calls {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(MOST_CALLS)))
    }

    /// Waits until the call may begin; `None` if that takes too long.
    pub(crate) async fn begin(&self, client: &Client) -> Option<InProgress> {
        let may_be_gone = || client.has_stopped_sending();
        if may_be_gone() && self.0.available_permits() < MOST_CALLS - FEW_CALLS {
            return None;
        }
        let mut place = pin!(timeout(LONGEST_WAIT, Arc::clone(&self.0).acquire_owned()));
        loop {
            select! {
                place = &mut place => return place.ok()?.ok().map(InProgress),
                () = sleep(PAUSE) => if may_be_gone() { return None },
            }
        }
    }
}
