//! Deletes rows that are over, even if no commit comes that would delete some as well.

use super::{Current, Metrics};
use authflow::{
    Timestamp,
    administration::{Administer, Sweep},
};
use std::{error::Error, num::NonZeroU32, sync::Arc, time::Duration};
use tokio::time::{MissedTickBehavior, interval};

const INTERVAL: Duration = Duration::from_secs(60);
/// The rows of each kind in one transaction. They are few enough that no call waits for them, even if a million rows lie
/// scattered.
const BATCH: u32 = 250;
/// The most batches in one sweep. After a purge, the rest waits for the next minute.
const MOST_BATCHES: usize = 400;

/// Sweeps now, and once a minute. Several servers of one database may sweep at once: each passes over the rows that another
/// one has locked.
pub(crate) async fn once_a_minute(current: Arc<Current>, metrics: Metrics) {
    let mut minutes = interval(INTERVAL);
    minutes.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        minutes.tick().await;
        let service = current.service();
        match service.clock.moment_to_forget() {
            Ok(moment) => sweep(&service.host.store, moment.timestamp(), &metrics).await,
            Err(error) => failed(&error, &metrics),
        }
    }
}

/// Sweeps batch by batch, until nothing is left or the most batches are done.
async fn sweep<S>(store: &S, now: Timestamp, metrics: &Metrics)
where
    S: Administer,
    S::Error: Error,
{
    let sweep = Sweep::new(now, NonZeroU32::new(BATCH).unwrap_or(NonZeroU32::MIN));
    for _ in 0..MOST_BATCHES {
        match store.sweep(&sweep).await {
            Ok(swept) => {
                metrics.swept(&swept);
                if sweep.is_done(&swept) {
                    return;
                }
            }
            Err(error) => return failed(&error, metrics),
        }
    }
    tracing::warn!(event = "sweep_unfinished", "more is over than is forgotten in a minute");
}

fn failed(error: &dyn Error, metrics: &Metrics) {
    metrics.sweep_failed();
    tracing::error!(event = "sweep_failed", %error, "what is over was not forgotten");
}

#[cfg(test)]
mod tests {
    use super::*;
    use authflow::administration::{
        Administered, DeletePerson, EndLinksOf, EndSessionsOf, EnrolAuthenticator, RequireChange,
        SetPassword, SetStatus, Swept, Unlock,
    };
    use std::{
        io,
        sync::atomic::{AtomicUsize, Ordering},
    };

    /// Has this many batches of claims that are over. Then it fails, if it is one that fails.
    struct Full {
        batches: AtomicUsize,
        fails: bool,
        asked: AtomicUsize,
    }

    impl Full {
        fn of(batches: usize, fails: bool) -> Self {
            Self { batches: AtomicUsize::new(batches), fails, asked: AtomicUsize::new(0) }
        }
    }

    macro_rules! not_asked {
        ($($method:ident($ask:ty);)*) => {
            $(async fn $method(&self, _: &$ask) -> io::Result<Administered> {
                Ok(Administered::Nobody)
            })*
        };
    }

    impl Administer for Full {
        type Error = io::Error;

        not_asked! {
            unlock(Unlock);
            set_status(SetStatus);
            require_change(RequireChange);
            set_password(SetPassword);
            enrol_authenticator(EnrolAuthenticator);
            end_links_of(EndLinksOf);
            end_sessions_of(EndSessionsOf);
            delete_person(DeletePerson);
        }

        async fn sweep(&self, ask: &Sweep) -> io::Result<Swept> {
            self.asked.fetch_add(1, Ordering::Relaxed);
            let left = self.batches.load(Ordering::Relaxed);
            if left == 0 {
                return if self.fails { Err(io::Error::other("gone")) } else { Ok(Swept::default()) };
            }
            self.batches.store(left - 1, Ordering::Relaxed);
            Ok(Swept { claims: ask.at_most(), ..Swept::default() })
        }
    }

    #[tokio::test]
    async fn it_goes_on_until_nothing_is_left_and_is_bounded() {
        for (batches, fails, asked, counted, failed) in [
            (0, false, 1, 0, 0),
            (3, false, 4, 3, 0),
            (2, true, 3, 2, 1),
            (MOST_BATCHES + 50, false, MOST_BATCHES, MOST_BATCHES, 0),
        ] {
            let (store, metrics) = (Full::of(batches, fails), Metrics::new());
            sweep(&store, Timestamp::from_unix(1_000_000), &metrics).await;
            assert_eq!(store.asked.load(Ordering::Relaxed), asked);
            let text = metrics.text(&super::super::Load::default()).unwrap();
            let rows = counted * BATCH as usize;
            assert!(
                text.contains(&format!("authflow_swept_rows_total{{kind=\"claims\"}} {rows}\n")),
                "{text}"
            );
            assert!(text.contains(&format!("authflow_sweeps_failed_total {failed}\n")), "{text}");
        }
    }
}
