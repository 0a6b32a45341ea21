//! Places for connections. Their number is fixed. If none is left, a connection gives its place up.

use crate::client::Client;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{sync::Notify, time::timeout};

/// The time between two looks for a connection that waits for its client, if the server has work for all of them.
const PAUSE: Duration = Duration::from_millis(50);

pub(crate) struct Places {
    count: usize,
    taken: Mutex<Taken>,
    freed: Notify,
}

#[derive(Default)]
struct Taken {
    by: HashMap<u64, Arc<Client>>,
    last: u64,
}

/// A place, which is given back when this is dropped.
pub(crate) struct Place {
    places: Arc<Places>,
    number: u64,
}

impl Places {
    pub(crate) fn new(count: usize) -> Arc<Self> {
        Arc::new(Self { count, taken: Mutex::default(), freed: Notify::new() })
    }

    /// A place for this client. If none is left, the connection that has made no progress for the longest time gives
    /// way.
    pub(crate) async fn take(self: &Arc<Self>, client: &Arc<Client>) -> Place {
        loop {
            if let Some(place) = self.free(client) {
                return place;
            }
            if let Some(idle) = self.longest_without_progress() {
                idle.give_way();
            }
            let _ = timeout(PAUSE, self.freed.notified()).await;
        }
    }

    fn free(self: &Arc<Self>, client: &Arc<Client>) -> Option<Place> {
        let mut taken = self.taken();
        if taken.by.len() >= self.count {
            return None;
        }
        taken.last += 1;
        let number = taken.last;
        taken.by.insert(number, Arc::clone(client));
        Some(Place { places: Arc::clone(self), number })
    }

    fn longest_without_progress(&self) -> Option<Arc<Client>> {
        let taken = self.taken();
        let waited_for = taken.by.values().filter_map(|client| Some((client.waited_for_since()?, client)));
        waited_for.min_by_key(|(since, _)| *since).map(|(_, client)| Arc::clone(client))
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.taken().by.remove(&self.number);
        self.places.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{ClientStream, Loss, tests::pair};
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpStream,
    };

    const SOON: Duration = Duration::from_millis(10);

    async fn waited_for() -> (Arc<Client>, TcpStream) {
        let (client, own_end) = pair().await;
        assert!(client.waited_for_since().is_none(), "nobody has looked yet whether it sends something");
        let read = timeout(SOON, ClientStream(Arc::clone(&client)).read_u8()).await;
        assert!(read.is_err() && client.waited_for_since().is_some());
        (client, own_end)
    }

    #[tokio::test]
    async fn who_is_longest_without_progress_gives_way() {
        let places = Places::new(3);
        let (first, mut has_sent) = waited_for().await;
        let (second, _second) = waited_for().await;
        let (third, _third) = waited_for().await;
        let (last, _last) = waited_for().await;
        let _first_place = places.take(&first).await;
        let place = places.take(&second).await;
        let _third_place = places.take(&third).await;
        has_sent.write_u8(1).await.unwrap();
        while first.waited_for_since().is_some() {
            tokio::task::yield_now().await;
        }
        let ends = async {
            assert_eq!(second.lost().await, Loss::GaveWay);
            drop(place);
        };
        tokio::join!(places.take(&last), ends);
        for client in [first, third] {
            assert!(timeout(SOON, client.lost()).await.is_err(), "nobody else does");
        }
    }
}
