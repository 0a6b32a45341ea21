//! actix-web: its types are not tower's, so handlers hand requests to the login and its replies back.

use crate::demo::{DemoHost, DemoLogin, application};
use actix_web::{
    App, Error, HttpRequest, HttpResponse, HttpServer,
    error::{ErrorInternalServerError, ErrorRequestTimeout, PayloadError},
    http::StatusCode,
    web::{Data, Payload, get, to},
};
use authflow::{
    facade::{MOST_OF_A_BODY, Request},
    sdk::Api,
};
use authflow_tower::RequireSession;
use futures_util::StreamExt as _;
use std::{io, net::TcpListener, time::Duration};
use tokio::time::timeout;

type Guard = RequireSession<Api, DemoHost>;
type Headers<'r> = Vec<(&'r str, &'r [u8])>;

fn headers(http: &HttpRequest) -> Headers<'_> {
    http.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect()
}

async fn read(mut payload: Payload) -> Result<Vec<u8>, PayloadError> {
    let mut body = Vec::new();
    while body.len() <= MOST_OF_A_BODY
        && let Some(chunk) = payload.next().await
    {
        body.extend_from_slice(&chunk?);
    }
    Ok(body)
}

async fn call(http: HttpRequest, payload: Payload, login: Data<DemoLogin>) -> Result<HttpResponse, Error> {
    let body = timeout(Duration::from_secs(10), read(payload)).await.map_err(ErrorRequestTimeout)??;
    let (method, headers) = (http.method().as_str(), &headers(&http));
    let reply = login.serve(&Request { method, path: http.path(), headers, body: &body, peer: None }).await;
    let status = StatusCode::from_u16(reply.status()).map_err(ErrorInternalServerError)?;
    let mut response = HttpResponse::build(status);
    for header in reply.headers() {
        response.append_header(header);
    }
    Ok(response.body(reply.into_body()))
}

async fn orders(http: HttpRequest, guard: Data<Guard>) -> Result<String, Error> {
    let (method, headers) = (http.method().as_str(), &headers(&http));
    match guard.session(&Request { method, path: http.path(), headers, body: &[], peer: None }).await {
        Ok(session) => Ok(format!("orders of {}", session.subject.id)),
        Err(refusal) => {
            let status = StatusCode::from_u16(refusal.status().as_u16()).map_err(ErrorInternalServerError)?;
            Err(actix_web::error::InternalError::new(refusal, status).into())
        }
    }
}

pub fn serve(listener: TcpListener, login: DemoLogin) -> io::Result<()> {
    let (guard, login) = (Data::new(login.require_session(application())), Data::new(login));
    let app = move || {
        let app = App::new().app_data(Data::clone(&guard)).app_data(Data::clone(&login));
        app.route("/orders", get().to(orders)).default_service(to(call))
    };
    actix_web::rt::System::new().block_on(HttpServer::new(app).workers(2).listen(listener)?.run())
}
