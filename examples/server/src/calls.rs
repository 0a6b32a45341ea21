//! The number of calls that are in progress at once.
//!
//! A call holds its place until it ends, even if its client hangs up before that. A client that gets no place is told that the
//! system is busy, before anything is counted or written for it.

use crate::client::Client;
use std::{sync::Arc, time::Duration};
use tokio::{
    select,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{sleep, timeout},
};

const MOST_CALLS: usize = 64;
/// A client that has stopped sending may be gone. It is not served while more calls than these are in progress.
const FEW_CALLS: usize = 8;
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// The time between two looks at whether a client still sends.
const PAUSE: Duration = Duration::from_millis(50);

/// The places for calls. A clone has the same places.
#[derive(Clone)]
pub(crate) struct Calls(Arc<Semaphore>);

/// The place of a call in progress, which is given back when this is dropped.
pub(crate) struct InProgress(#[expect(dead_code, reason = "it is held")] OwnedSemaphorePermit);

impl Calls {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(MOST_CALLS)))
    }

    /// Waits until the call may begin. Returns `None` if that takes too long.
    pub(crate) async fn begin(&self, client: &Client) -> Option<InProgress> {
        if self.turns_away(client) {
            return None;
        }
        select! {
            biased;
            place = timeout(LONGEST_WAIT, Arc::clone(&self.0).acquire_owned()) => place.ok()?.ok().map(InProgress),
            () = self.turned_away(client) => None,
        }
    }

    /// Ends when this client's call should make room for others, if the call has written nothing.
    pub(crate) async fn turned_away(&self, client: &Client) {
        loop {
            sleep(PAUSE).await;
            if self.turns_away(client) {
                break;
            }
        }
    }

    /// The number of calls in progress, and the greatest number.
    pub(crate) fn load(&self) -> (usize, usize) {
        (MOST_CALLS - self.0.available_permits(), MOST_CALLS)
    }

    fn turns_away(&self, client: &Client) -> bool {
        self.0.available_permits() < MOST_CALLS - FEW_CALLS && client.has_stopped_sending()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::tests::pair;
    use tokio::{io::AsyncWriteExt as _, join};

    const SOON: Duration = Duration::from_millis(10);

    async fn in_progress(calls: &Calls, client: &Client, count: usize) -> Vec<InProgress> {
        let mut begun = Vec::new();
        for _ in 0..count {
            begun.push(calls.begin(client).await.unwrap());
        }
        begun
    }

    #[tokio::test]
    async fn a_call_waits_for_a_place_and_takes_one_that_is_given_back() {
        let (client, _own_end) = pair().await;
        let calls = Calls::new();
        let mut begun = in_progress(&calls, &client, MOST_CALLS).await;
        assert!(timeout(SOON, calls.begin(&client)).await.is_err(), "it waits");
        begun.pop();
        assert!(calls.begin(&client).await.is_some());
    }

    #[tokio::test]
    async fn a_client_that_may_be_gone_is_served_while_few_calls_are_in_progress() {
        let (client, mut own_end) = pair().await;
        let calls = Calls::new();
        let begun = in_progress(&calls, &client, MOST_CALLS).await;
        let waits = calls.begin(&client);
        let (turned_away, _) = join!(waits, own_end.shutdown());
        assert!(turned_away.is_none(), "it went while it waited");
        assert!(calls.begin(&client).await.is_none());
        drop(begun);
        let _few = in_progress(&calls, &client, FEW_CALLS + 1).await;
        assert!(calls.begin(&client).await.is_none(), "there are places, but not for this one");
    }
}
