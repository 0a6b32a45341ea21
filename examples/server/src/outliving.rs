//! Work that goes on when its caller no longer waits for it, once it has written something.

use crate::operations::of_this_request;
use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};
use tokio::{runtime::Handle, task::futures::TaskLocalFuture, task_local};

task_local! {
    static HAS_WRITTEN: Arc<AtomicBool>;
}

type Marked<F> = TaskLocalFuture<Arc<AtomicBool>, F>;

/// Says that the work in progress must come to its end. It is called before each write.
pub(crate) fn must_end() {
    // Work outside an `Outliving` needs no such mark.
    let _ = HAS_WRITTEN.try_with(|has_written| has_written.store(true, Ordering::Relaxed));
}

/// Runs where it is awaited. If it is dropped before its end and has written something, it goes on as a task, and is logged as its request's. If it
/// has written nothing, it ends. So the work of a call costs no task unless its client hangs up, and no client can leave its guess reserved and not
/// settled.
pub(crate) struct Outliving<F: Future<Output: Send> + Send + 'static> {
    rest: Option<Pin<Box<Marked<F>>>>,
    has_written: Arc<AtomicBool>,
}

impl<F: Future<Output: Send> + Send + 'static> Outliving<F> {
    pub(crate) fn new(work: F) -> Self {
        let has_written = Arc::<AtomicBool>::default();
        Self { rest: Some(Box::pin(HAS_WRITTEN.scope(Arc::clone(&has_written), work))), has_written }
    }

    /// Whether it has written something. The result can be asked while the work itself is borrowed.
    pub(crate) fn has_written(&self) -> impl Fn() -> bool + Send + Sync + use<F> {
        let has_written = Arc::clone(&self.has_written);
        move || has_written.load(Ordering::Relaxed)
    }
}

impl<F: Future<Output: Send> + Send + 'static> Future for Outliving<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let Some(work) = &mut self.rest else { return Poll::Pending };
        let polled = work.as_mut().poll(context);
        if polled.is_ready() {
            self.rest = None;
        }
        polled
    }
}

impl<F: Future<Output: Send> + Send + 'static> Drop for Outliving<F> {
    fn drop(&mut self) {
        let Some(rest) = self.rest.take() else { return };
        // Outside a runtime, nothing can go on.
        if let (true, Ok(runtime)) = (self.has_written.load(Ordering::Relaxed), Handle::try_current()) {
            runtime.spawn(of_this_request(rest));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::{
        sync::{mpsc, oneshot},
        time::timeout,
    };
    use tracing::{Instrument as _, Span};

    #[tokio::test]
    async fn what_is_awaited_to_its_end_is_over() {
        let (told, mut hears) = mpsc::unbounded_channel();
        let mut work = Outliving::new(async move { told.send("once").map(|()| 7) });
        assert_eq!((&mut work).await, Ok(7));
        drop(work);
        assert_eq!((hears.recv().await, hears.recv().await), (Some("once"), None));
    }

    #[tokio::test]
    async fn what_has_written_goes_on() {
        let (go_on, goes_on) = oneshot::channel();
        let (done, is_done) = oneshot::channel();
        let work = Outliving::new(async move {
            must_end();
            let word: Result<&str, _> = goes_on.await;
            done.send(word)
        });
        assert!(timeout(Duration::ZERO, work).await.is_err(), "it waits");
        go_on.send("go on").unwrap();
        assert_eq!(is_done.await.unwrap(), Ok("go on"));
    }

    /// The work keeps the span that it had while its caller waited.
    #[tokio::test]
    async fn what_goes_on_is_logged_as_its_requests() {
        let _subscriber = tracing::subscriber::set_default(tracing_subscriber::registry());
        let span = tracing::error_span!("request");
        let (go_on, goes_on) = oneshot::channel();
        let (done, is_done) = oneshot::channel();
        let work = Outliving::new(async move {
            must_end();
            let _: Result<(), _> = goes_on.await;
            done.send(Span::current().id())
        });
        let waited = async { timeout(Duration::ZERO, work).await.is_err() };
        assert!(waited.instrument(span.clone()).await);
        go_on.send(()).unwrap();
        assert_eq!(is_done.await.unwrap(), span.id());
        assert!(span.id().is_some());
    }

    #[tokio::test]
    async fn what_has_written_nothing_is_over() {
        let (told, hears) = oneshot::channel::<()>();
        let work = Outliving::new(async move {
            let _told = told;
            std::future::pending::<()>().await;
        });
        assert!(timeout(Duration::ZERO, work).await.is_err(), "it waits");
        assert!(hears.await.is_err());
    }
}
