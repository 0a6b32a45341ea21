//! poem: the service for the calls, and the guard around an endpoint, through its bridge to tower.

use crate::demo::{DemoLogin, application};
use authflow_tower::Session;
use http_body_util::Full;
use hyper::{Request, Response, body::Bytes};
use poem::{Route, Server, endpoint::TowerCompatExt as _, listener::TcpAcceptor};
use std::{convert::Infallible, io};
use tokio::net::TcpListener;
use tower::{Layer as _, service_fn};

async fn orders<B>(request: Request<B>) -> Result<Response<Full<Bytes>>, Infallible> {
    let whose =
        request.extensions().get().map(|session: &Session| format!("orders of {}", session.subject.id));
    Ok(Response::new(whose.unwrap_or_default().into()))
}

pub async fn serve(listener: TcpListener, login: DemoLogin) -> io::Result<()> {
    let orders = login.require_session(application()).layer(service_fn(orders));
    let app = Route::new().nest_no_strip("/api/v2", login.service().compat()).at("/orders", orders.compat());
    Server::new_with_acceptor(TcpAcceptor::from_tokio(listener)?).run(app).await
}
