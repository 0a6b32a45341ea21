//! actix-web: its types are not tower's, so handlers hand requests to the login and its replies back.

use crate::demo::{DemoHost, DemoLogin, application};
use actix_web::{
    App, Error, HttpRequest, HttpResponse, HttpServer,
    error::{ErrorInternalServerError, ErrorRequestTimeout, InternalError},
    http::StatusCode,
    web::{Bytes, Data, Payload, get, to},
};
use authflow::{
    facade::{MOST_OF_A_BODY, Request},
    sdk::Api,
};
use authflow_tower::RequireSession;
use std::{io, net::TcpListener, time::Duration};
use tokio::time::timeout;

/// Stands for every body that is too long: its content does not matter.
static TOO_LONG: [u8; MOST_OF_A_BODY + 1] = [0; MOST_OF_A_BODY + 1];

type Headers<'r> = Vec<(&'r str, &'r [u8])>;

fn headers(http: &HttpRequest) -> Headers<'_> {
    http.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect()
}

fn read<'r>(http: &'r HttpRequest, headers: &'r Headers<'r>, body: &'r [u8]) -> Request<'r, Headers<'r>> {
    Request { method: http.method().as_str(), path: http.path(), headers, body, peer: None }
}

async fn call(http: HttpRequest, payload: Payload, login: Data<DemoLogin>) -> Result<HttpResponse, Error> {
    let body = timeout(Duration::from_secs(10), payload.to_bytes_limited(MOST_OF_A_BODY)).await;
    let body = body.map_err(ErrorRequestTimeout)?.unwrap_or(Ok(Bytes::from_static(&TOO_LONG)))?;
    let reply = login.serve(&read(&http, &headers(&http), &body)).await;
    let status = StatusCode::from_u16(reply.status()).map_err(ErrorInternalServerError)?;
    let mut response = HttpResponse::build(status);
    for header in reply.headers() {
        response.append_header(header);
    }
    Ok(response.body(reply.into_body()))
}

async fn orders(http: HttpRequest, guard: Data<RequireSession<Api, DemoHost>>) -> Result<String, Error> {
    let session = guard.session(&read(&http, &headers(&http), &[])).await.map_err(|refusal| {
        let status = StatusCode::from_u16(refusal.status().as_u16());
        InternalError::new(refusal, status.unwrap_or(StatusCode::UNAUTHORIZED))
    })?;
    Ok(format!("orders of {}", session.subject.id))
}

pub fn serve(listener: TcpListener, login: DemoLogin) -> io::Result<()> {
    let (guard, login) = (Data::new(login.require_session(application())), Data::new(login));
    let app = move || {
        let app = App::new().app_data(Data::clone(&guard)).app_data(Data::clone(&login));
        app.route("/orders", get().to(orders)).default_service(to(call))
    };
    actix_web::rt::System::new().block_on(HttpServer::new(app).workers(2).listen(listener)?.run())
}
