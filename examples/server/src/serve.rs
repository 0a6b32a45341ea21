//! Accepts connections, bounds them, and brings them to an end.

use crate::{
    client::{Client, ClientStream},
    places::Places,
    well_formed,
};
use axum::Router;
use hyper::{
    Request,
    body::Incoming,
    server::conn::http1,
    service::{Service as _, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use std::{future::Future, io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpSocket},
    select,
    time::{sleep, timeout},
};

const MOST_CONNECTIONS: usize = 1024;
const MOST_HEADERS: usize = 64;
/// The library's longest headers are some 8 KiB together.
const MOST_HEADER_BYTES: usize = 16 * 1024;
const READ_BUFFER: usize = 32 * 1024;
/// The bytes of unread answers that the kernel keeps: more than one of the longest answers. Linux's own default would be megabytes.
const SEND_BUFFER: u32 = 64 * 1024;
/// The connections that wait to be accepted.
const BACKLOG: u32 = 1024;
/// The longest time for the headers of a request, and for the wait between two requests of a connection.
const LONGEST_HEADER_READ: Duration = Duration::from_secs(15);
/// The time that requests in progress get when the server stops.
const LONGEST_STOP: Duration = Duration::from_secs(10);
/// The pause if no file descriptor is left, until another connection may have ended.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Listens. The connections inherit its options.
pub(crate) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // `TcpListener::bind` also does this, so that a server that starts again gets its port.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves until `stop` ends, and then lets the requests in progress finish.
pub(crate) async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(LONGEST_HEADER_READ)
        .max_headers(MOST_HEADERS)
        .max_header_size(MOST_HEADER_BYTES)
        .max_buf_size(READ_BUFFER)
        // A client may close its half after its request, and wait for its answer.
        .half_close(true);
    let service = TowerToHyperService::new(router);
    let places = Places::new(MOST_CONNECTIONS);
    let graceful = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let accepted = select! {
            () = &mut stop => break,
            accepted = accept(&listener) => accepted,
        };
        let client = match accepted {
            Ok(client) => client,
            Err(error) if is_the_peers(&error) => continue,
            Err(error) => {
                tracing::warn!(event = "connection_not_accepted", %error, "a connection was not accepted");
                sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let place = select! {
            () = &mut stop => break,
            place = places.take(&client) => place,
        };
        let stream = TokioIo::new(ClientStream(Arc::clone(&client)));
        let (service, of_client) = (service.clone(), Arc::clone(&client));
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Arc::clone(&of_client));
            let answer = match well_formed::refusal(&request) {
                None => Ok(service.call(request)),
                Some(refusal) => Err(refusal),
            };
            async {
                match answer {
                    Ok(answer) => answer.await,
                    Err(refusal) => Ok(refusal),
                }
            }
        });
        let connection = graceful.watch(http.serve_connection(stream, service));
        tokio::spawn(async move {
            let _place = place;
            select! {
                biased;
                loss = client.lost() => tracing::debug!(event = "connection_lost", ?loss, "a connection was lost"),
                ended = connection => if let Err(error) = ended {
                    tracing::debug!(event = "connection_broke", %error, "a connection broke");
                },
            }
        });
    }
    drop(listener);
    tracing::info!(event = "stopping", "stopping");
    if timeout(LONGEST_STOP, graceful.shutdown()).await.is_err() {
        tracing::warn!(event = "requests_unfinished", "some requests did not finish in time");
    }
}

async fn accept(listener: &TcpListener) -> io::Result<Arc<Client>> {
    let (stream, _) = listener.accept().await?;
    // Without it, the connection is only slower.
    let _ = stream.set_nodelay(true);
    Ok(Client::new(stream))
}

/// Whether the peer caused the error. A peer that has gone already must not make the others wait.
fn is_the_peers(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Ctrl-C, or SIGTERM if the system has it.
pub(crate) fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    Ok(async move {
        #[cfg(unix)]
        let terminated = terminate.recv();
        #[cfg(not(unix))]
        let terminated = std::future::pending::<Option<()>>();
        select! {
            _ = terminated => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    })
}
