//! hyper alone: the layer and the guard around your own services.

use crate::demo::{DemoLogin, application};
use authflow_tower::{ResponseBody, Session};
use http_body_util::Full;
use hyper::{Request, Response, StatusCode, body::Bytes, body::Incoming, server::conn::http1};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use std::{convert::Infallible, io};
use tokio::net::TcpListener;
use tower::{Layer as _, ServiceExt as _, service_fn};

async fn orders(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let whose =
        request.extensions().get().map(|session: &Session| format!("orders of {}", session.subject.id));
    Ok(Response::new(whose.unwrap_or_default().into()))
}

pub async fn serve(listener: TcpListener, login: DemoLogin) -> io::Result<()> {
    let orders = login.require_session(application()).layer(service_fn(orders));
    let routes = service_fn(move |request: Request<Incoming>| {
        let orders = orders.clone();
        async move {
            if request.uri().path() == "/orders" {
                return orders.oneshot(request).await;
            }
            let mut unknown = Response::new(ResponseBody::default());
            *unknown.status_mut() = StatusCode::NOT_FOUND;
            Ok(unknown)
        }
    });
    let service = TowerToHyperService::new(login.layer().layer(routes));
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service.clone()));
    }
}
