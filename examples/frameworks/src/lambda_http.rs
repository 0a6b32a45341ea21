//! lambda_http: the layer and the guard around a function. A call that takes longer than twenty seconds is answered before its end. It goes on
//! with the next invocation, if there is one.

use crate::demo::{DemoLogin, application};
use authflow_tower::Session;
use http_body_util::Full;
use lambda_http::{Error, Request, Response, service_fn};
use std::convert::Infallible;
use tower::Layer as _;

async fn orders(request: Request) -> Result<Response<Full<hyper::body::Bytes>>, Infallible> {
    let whose =
        request.extensions().get().map(|session: &Session| format!("orders of {}", session.subject.id));
    Ok(Response::new(whose.unwrap_or_default().into()))
}

/// Every path outside the login is the protected route here.
pub async fn run(login: DemoLogin) -> Result<(), Error> {
    let orders = login.require_session(application()).layer(service_fn(orders));
    lambda_http::run(login.layer().layer(orders)).await
}
