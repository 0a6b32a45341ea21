//! Bodies: how much of a body is read, and the answer to a body that is too long, too late or broken.

use crate::demo::{Demo, answer, request_with};
use authflow::testkit::{Answer, Call, World, demo};
use bytes::Bytes;
use http::StatusCode;
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};
use tokio::time::Instant;
use tower::ServiceExt as _;

const MOST: usize = 16 * 1024;

/// A body in chunks, whose length is not announced, and how much of it was read.
pub(crate) struct Chunks {
    left: Bytes,
    chunk: usize,
    end: End,
    pub(crate) read: Arc<AtomicUsize>,
}

#[derive(Clone, Copy)]
enum End {
    Well,
    Broken,
    Never,
}

impl Chunks {
    pub(crate) fn new(bytes: impl Into<Bytes>) -> Self {
        Self { left: bytes.into(), chunk: 1_000, end: End::Well, read: Arc::default() }
    }
}

impl Body for Chunks {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.left.is_empty() {
            return match self.end {
                End::Well => Poll::Ready(None),
                End::Broken => Poll::Ready(Some(Err(io::ErrorKind::UnexpectedEof.into()))),
                End::Never => Poll::Pending,
            };
        }
        let chunk = self.chunk.min(self.left.len());
        let chunk = self.left.split_to(chunk);
        self.read.fetch_add(chunk.len(), Ordering::Relaxed);
        Poll::Ready(Some(Ok(Frame::data(chunk))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

/// A login whose body has so many bytes.
fn login_of(length: usize) -> Call {
    let call = Call::login("alice", demo::PASSWORD);
    let mut body = call.body.clone();
    body.resize(length, b' ');
    call.with_body(body)
}

async fn send<B>(demo: &Demo, call: &Call, body: B) -> Answer
where
    B: Body<Data: Send> + Send + 'static,
{
    answer(demo.login.service().oneshot(request_with(call, body)).await.unwrap()).await
}

#[tokio::test]
async fn sixteen_kibibytes_are_taken_and_one_byte_more_is_refused_in_the_familys_words() {
    let demo = Demo::new();
    for (length, status) in
        [(MOST - 1, 200), (MOST, 200), (MOST + 1, 400), (MOST + 5_000, 400), (1 << 20, 400)]
    {
        let call = login_of(length);
        let whole = send(&demo, &call, Full::<Bytes>::from(call.body.clone())).await;
        let in_chunks = send(&demo, &call, Chunks::new(call.body.clone())).await;
        assert_eq!((whole.status, in_chunks.status), (status, status), "{length}");
        if status == 400 {
            let of_library = World::new().send(&call);
            assert!(of_library.text("error_code").starts_with("IDAAS.SDK."), "{of_library:?}");
            assert_eq!((whole, in_chunks), (of_library.clone(), of_library), "{length}");
        }
    }
}

#[tokio::test]
async fn of_a_body_that_is_too_long_the_rest_is_left_unread() {
    let demo = Demo::new();
    let body = Chunks::new(vec![b' '; 1 << 20]);
    let read = Arc::clone(&body.read);
    assert_eq!(send(&demo, &login_of(0), body).await.status, 400);
    assert!((MOST + 1..MOST + 8 * 1024).contains(&read.load(Ordering::Relaxed)), "{read:?}");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_waited_for_for_ten_seconds() {
    let demo = Demo::new();
    let began = Instant::now();
    let body = Chunks { end: End::Never, ..Chunks::new(&b"{\"user_name\":"[..]) };
    assert_eq!(send(&demo, &login_of(0), body).await.status, StatusCode::REQUEST_TIMEOUT);
    assert_eq!(began.elapsed().as_secs(), 10);
    assert!(demo.memory().asked.is_empty());
}

#[tokio::test]
async fn a_body_that_breaks_off_is_no_request_whatever_it_has_said() {
    let demo = Demo::new();
    let call = Call::login("alice", demo::PASSWORD);
    let body = Chunks { end: End::Broken, ..Chunks::new(call.body.clone()) };
    let refused = send(&demo, &call, body).await;
    assert_eq!((refused.status, &*refused.bytes), (400, &b"the body must be as long as it says\n"[..]));
    assert!(demo.memory().asked.is_empty());
}
