//! Futures that never wait.

use core::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

/// The output of a future that never waits, because its host is in memory.
///
/// # Panics
/// When the future waits.
pub(super) fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a host in memory waits for nothing"),
    }
}
