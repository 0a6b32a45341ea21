//! Work that goes on when nobody waits for it any more.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};
use tokio::runtime::Handle;

/// Runs where it is awaited; dropped before it is done, it goes on as a task of its own. So the work of a call costs no task
/// unless its client hangs up in the middle.
pub(crate) struct Outliving<F: Future<Output: Send> + Send + 'static> {
    rest: Option<Pin<Box<F>>>,
}

impl<F: Future<Output: Send> + Send + 'static> Outliving<F> {
    pub(crate) fn new(work: F) -> Self {
        Self { rest: Some(Box::pin(work)) }
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
        // Outside a runtime there is nobody to go on.
        if let (Some(rest), Ok(runtime)) = (self.rest.take(), Handle::try_current()) {
            runtime.spawn(rest);
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

    #[tokio::test]
    async fn what_is_awaited_to_its_end_is_over() {
        let (told, mut hears) = mpsc::unbounded_channel();
        let mut work = Outliving::new(async move { told.send("once").map(|()| 7) });
        assert_eq!((&mut work).await, Ok(7));
        drop(work);
        assert_eq!((hears.recv().await, hears.recv().await), (Some("once"), None));
    }

    #[tokio::test]
    async fn what_is_dropped_in_the_middle_goes_on() {
        let (go_on, goes_on) = oneshot::channel();
        let (done, is_done) = oneshot::channel();
        let work = Outliving::new(async move {
            let word: Result<&str, _> = goes_on.await;
            done.send(word)
        });
        assert!(timeout(Duration::ZERO, work).await.is_err(), "it waits");
        go_on.send("go on").unwrap();
        assert_eq!(is_done.await.unwrap(), Ok("go on"));
    }
}
