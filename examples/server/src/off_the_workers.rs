//! Asserts that work does not run on the threads that serve connections.

use std::{
    future::Future,
    pin::pin,
    sync::mpsc,
    task::{Context, Poll, Waker},
};
use tokio::{runtime::Builder, task::spawn_blocking};

/// The result of the work, which must wait while the only thread for such work is taken.
pub(crate) fn awaited<F: Future>(work: F) -> F::Output {
    let runtime = Builder::new_current_thread().max_blocking_threads(1).build().unwrap();
    let (free, taken) = mpsc::channel::<()>();
    let _inside = runtime.enter();
    let waiting = spawn_blocking(move || taken.recv());
    let mut work = pin!(work);
    let first = work.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(first, Poll::Pending), "it is done on a thread that serves connections");
    free.send(()).unwrap();
    runtime.block_on(async {
        waiting.await.unwrap().unwrap();
        work.await
    })
}
