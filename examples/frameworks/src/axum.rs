//! axum: a layer for the calls, a guard for routes, and the session as an argument.

use crate::demo::{DemoLogin, application};
use authflow_tower::Session;
use axum::{Router, routing::get};
use std::io;
use tokio::net::TcpListener;

async fn orders(session: Session) -> String {
    format!("orders of {}", session.subject.id)
}

pub async fn serve(listener: TcpListener, login: DemoLogin) -> io::Result<()> {
    let app = Router::new()
        .route("/orders", get(orders))
        .route_layer(login.require_session(application()))
        .layer(login.layer());
    axum::serve(listener, app).await
}
