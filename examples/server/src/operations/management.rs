//! The listener for the operator: metrics, and whether the server lives and is ready. The public listener has none of it.

use super::{Current, Load, Metrics};
use crate::serve;
use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use std::{
    future::pending,
    io,
    net::SocketAddr,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::net::TcpListener;

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The state of the server, as the management listener knows it.
pub(crate) struct Management {
    metrics: Metrics,
    /// Set once keys are loaded and the database is open.
    current: OnceLock<Arc<Current>>,
    is_stopping: AtomicBool,
}

impl Management {
    pub(crate) fn new(metrics: Metrics) -> Arc<Self> {
        Arc::new(Self { metrics, current: OnceLock::new(), is_stopping: AtomicBool::new(false) })
    }

    /// Answers as long as the process lives. Returns the address.
    pub(crate) fn listen(self: &Arc<Self>, address: SocketAddr) -> io::Result<SocketAddr> {
        let listener = serve::listen(address)?;
        let address = listener.local_addr()?;
        tokio::spawn(Arc::clone(self).serve(listener));
        Ok(address)
    }

    async fn serve(self: Arc<Self>, listener: TcpListener) {
        let router = Router::new()
            .route("/metrics", get(metrics))
            .route("/readyz", get(readyz))
            .route("/livez", get(async || "ok\n"))
            .with_state(self);
        serve::serve(listener, router, pending()).await;
    }

    /// From now on the server is ready.
    pub(crate) fn serves(&self, current: Arc<Current>) {
        // There is only one start.
        let _ = self.current.set(current);
    }

    /// From now on the server is not ready, so a load balancer sends no more requests.
    pub(crate) fn stops(&self) {
        self.is_stopping.store(true, Ordering::Relaxed);
    }
}

async fn metrics(State(it): State<Arc<Management>>) -> Response {
    let load = it.current.get().map_or_else(Load::default, |current| current.service().load());
    match it.metrics.text(&load) {
        Ok(text) => ([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Keys are read before the database is opened, and are kept. So if there is a service, there are keys.
async fn readyz(State(it): State<Arc<Management>>) -> Response {
    let not_ready = |why: &'static str| (StatusCode::SERVICE_UNAVAILABLE, why).into_response();
    if it.is_stopping.load(Ordering::Relaxed) {
        return not_ready("stopping\n");
    }
    let Some(current) = it.current.get() else {
        return not_ready("starting: keys are not loaded, or the database is not open\n");
    };
    match current.service().check().await {
        Ok(()) => "ready\n".into_response(),
        Err(why) => not_ready(why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpStream,
    };

    async fn get(address: SocketAddr, path: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn who_starts_or_stops_lives_and_is_not_ready() {
        let management = Management::new(Metrics::new());
        let address = management.listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let starting = get(address, "/readyz").await;
        assert!(starting.starts_with("HTTP/1.1 503 ") && starting.contains("starting"), "{starting}");
        assert!(get(address, "/livez").await.starts_with("HTTP/1.1 200 "));
        let metrics = get(address, "/metrics").await;
        assert!(metrics.starts_with("HTTP/1.1 200 ") && metrics.contains("authflow_calls"), "{metrics}");
        management.stops();
        let stopping = get(address, "/readyz").await;
        assert!(stopping.starts_with("HTTP/1.1 503 ") && stopping.contains("stopping"), "{stopping}");
        assert!(get(address, "/livez").await.starts_with("HTTP/1.1 200 "));
    }
}
