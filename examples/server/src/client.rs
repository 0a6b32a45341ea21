//! The client of a connection: since when the server waits for it, and whether it is still there.

use std::{
    future::{Future as _, pending},
    io::{self, IoSlice},
    pin::{Pin, pin},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, Interest, ReadBuf, Ready},
    net::TcpStream,
    select,
    sync::Notify,
    time::{Instant, sleep, sleep_until},
};

/// The longest wait for a client to read more of its answer.
const LONGEST_WRITE: Duration = Duration::from_secs(10);

pub(crate) struct Client {
    stream: TcpStream,
    waits: Mutex<Waits>,
    gives_way: Notify,
}

/// Since when the server cannot go on before the client has sent more, or has read more.
struct Waits {
    to_read: Option<Instant>,
    to_write: Option<Instant>,
}

/// The reason why the server ends a connection that neither side has closed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Loss {
    /// The client has reset it, and reads no more of its answer.
    Reset,
    /// The client has read nothing of its answer for too long.
    Stalled,
    /// Another connection needed its place.
    GaveWay,
}

impl Client {
    pub(crate) fn new(stream: TcpStream) -> Arc<Self> {
        let waits = Waits { to_read: None, to_write: None };
        Arc::new(Self { stream, waits: Mutex::new(waits), gives_way: Notify::new() })
    }

    /// Since when the connection makes no progress because of its client. `None` while the server has work for it.
    pub(crate) fn waited_for_since(&self) -> Option<Instant> {
        let Waits { to_read, to_write } = *self.waits();
        to_write.or_else(|| to_read.filter(|_| !self.is(Ready::is_readable)))
    }

    /// Ends the connection, because another one needs its place.
    pub(crate) fn give_way(&self) {
        self.gives_way.notify_one();
    }

    /// Ends when the connection must end, whatever is in progress on it.
    pub(crate) async fn lost(&self) -> Loss {
        select! {
            () = self.reset() => Loss::Reset,
            () = self.stalled() => Loss::Stalled,
            () = self.gives_way.notified() => Loss::GaveWay,
        }
    }

    /// Whether the client has closed its half of the connection. It may wait for its answer, or have closed the other half
    /// too. The server learns that only when it writes.
    pub(crate) fn has_stopped_sending(&self) -> bool {
        self.is(Ready::is_read_closed)
    }

    fn is(&self, state: impl FnOnce(Ready) -> bool) -> bool {
        let ready = pin!(self.stream.ready(Interest::READABLE));
        let ready = ready.poll(&mut Context::from_waker(Waker::noop()));
        matches!(ready, Poll::Ready(Ok(ready)) if state(ready))
    }

    async fn reset(&self) {
        if self.stream.ready(Interest::ERROR).await.is_err() {
            // The error comes from the runtime, which is about to end.
            pending().await
        }
    }

    async fn stalled(&self) {
        loop {
            let since = self.waits().to_write;
            match since.map(|since| since + LONGEST_WRITE) {
                Some(end) if end <= Instant::now() => return,
                Some(end) => sleep_until(end).await,
                None => sleep(LONGEST_WRITE).await,
            }
        }
    }

    fn waits(&self) -> MutexGuard<'_, Waits> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The client's stream, which notes when the server must wait for the client.
pub(crate) struct ClientStream(pub(crate) Arc<Client>);

impl ClientStream {
    fn write_with(
        &self,
        context: &mut Context<'_>,
        write: impl FnMut() -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        let written = when_ready(|| self.0.stream.poll_write_ready(context), write);
        note(&mut self.0.waits().to_write, written.is_pending());
        written
    }
}

impl AsyncRead for ClientStream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Client { stream, .. } = &*self.0;
        let read = when_ready(|| stream.poll_read_ready(context), || stream.try_read_buf(buffer));
        note(&mut self.0.waits().to_read, read.is_pending());
        read.map_ok(|_| ())
    }
}

impl AsyncWrite for ClientStream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.write_with(context, || self.0.stream.try_write(bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.write_with(context, || self.0.stream.try_write_vectored(slices))
    }

    /// Without this, each connection would copy its answers.
    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    /// The caller drops the stream next, and so closes it.
    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Attempts again as often as needed, because a stream may only seem ready.
fn when_ready(
    mut ready: impl FnMut() -> Poll<io::Result<()>>,
    mut attempt: impl FnMut() -> io::Result<usize>,
) -> Poll<io::Result<usize>> {
    loop {
        ready!(ready())?;
        match attempt() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            done => return Poll::Ready(done),
        }
    }
}

fn note(since: &mut Option<Instant>, waits: bool) {
    *since = match *since {
        Some(since) if waits => Some(since),
        _ => waits.then(Instant::now),
    };
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use tokio::{
        io::AsyncWriteExt as _,
        net::{TcpListener, TcpSocket},
        time::{advance, pause, timeout},
    };

    /// A client, and its end of the connection.
    pub(crate) async fn pair() -> (Arc<Client>, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4_096).unwrap();
        let own_end = socket.connect(listener.local_addr().unwrap()).await.unwrap();
        (Client::new(listener.accept().await.unwrap().0), own_end)
    }

    #[tokio::test]
    async fn a_client_that_reads_nothing_is_lost_and_one_that_reads_slowly_is_not() {
        let (client, own_end) = pair().await;
        let mut stream = ClientStream(Arc::clone(&client));
        let too_much = vec![0; 16 << 20];
        let wait = Duration::from_millis(100);
        assert!(timeout(wait, stream.write_all(&too_much)).await.is_err());
        let first = client.waited_for_since().unwrap();
        let mut lost = pin!(client.lost());
        assert!(timeout(Duration::ZERO, &mut lost).await.is_err());
        pause();
        advance(LONGEST_WRITE - Duration::from_secs(1)).await;
        assert!(timeout(Duration::ZERO, &mut lost).await.is_err());
        while client.waited_for_since() == Some(first) {
            while own_end.try_read(&mut [0; 64 << 10]).is_ok() {}
            let _ = timeout(Duration::ZERO, stream.write_all(&too_much)).await;
        }
        advance(LONGEST_WRITE - Duration::from_secs(1)).await;
        assert!(timeout(Duration::ZERO, &mut lost).await.is_err(), "it has read something");
        advance(Duration::from_secs(2)).await;
        assert_eq!(lost.await, Loss::Stalled);
    }

    #[tokio::test]
    async fn a_half_that_is_closed_is_no_reset() {
        let (client, mut own_end) = pair().await;
        own_end.shutdown().await.unwrap();
        while !client.has_stopped_sending() {
            tokio::task::yield_now().await;
        }
        let wait = Duration::from_millis(10);
        assert!(timeout(wait, client.lost()).await.is_err());
        own_end.set_zero_linger().unwrap();
        drop(own_end);
        assert_eq!(client.lost().await, Loss::Reset);
    }
}
