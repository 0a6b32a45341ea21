//! Limits the number of calls in progress, and carries each call to its end.

use std::{future::Future, sync::Arc, time::Duration};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// The longest wait for a place.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// The longest time until the client gets the answer that the system is busy. The call goes on, and keeps its place.
pub(crate) const LONGEST_ANSWER: Duration = Duration::from_secs(20);

/// Places for calls. A call without a place is turned away before anything is counted or written for it.
#[derive(Clone, Debug)]
pub(crate) struct Calls {
    places: Arc<Semaphore>,
}

impl Calls {
    pub(crate) fn new(most: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS))) }
    }

    /// Waits for a place. Returns `None` if that takes too long.
    pub(crate) async fn place(&self) -> Option<Place> {
        if let Ok(Ok(place)) = timeout(LONGEST_WAIT, Arc::clone(&self.places).acquire_owned()).await {
            return Some(Place(place));
        }
        tracing::warn!("a call was turned away: all places were taken");
        None
    }
}

/// A place, which is given back when it is dropped.
pub(crate) struct Place(#[expect(dead_code, reason = "it is held")] OwnedSemaphorePermit);

/// Does the work of a call to its end, whether or not anybody waits for it, because a reserved guess must be settled.
///
/// Returns `None` if there is no result in time, or none at all.
pub(crate) async fn run<W>(work: W, place: Place) -> Option<W::Output>
where
    W: Future<Output: Send> + Send + 'static,
{
    let task = tokio::spawn(async move {
        let _place = place;
        work.await
    });
    match timeout(LONGEST_ANSWER, task).await {
        Ok(Ok(output)) => Some(output),
        Ok(Err(error)) => {
            tracing::error!(%error, "a call broke off");
            None
        }
        Err(_) => {
            tracing::error!("a call takes too long");
            None
        }
    }
}
