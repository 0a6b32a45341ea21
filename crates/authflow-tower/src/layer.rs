//! A façade's calls in front of a service of your own.

use crate::{Login, LoginFuture, LoginService, ResponseBody};
use authflow::{Host, facade::Facade};
use http::{Request, Response};
use http_body::Body;
use pin_project_lite::pin_project;
use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};
use tower_layer::Layer;
use tower_service::Service;

/// Puts the calls of a [`Login`] in front of a service. It answers requests whose path belongs to the façade. All other requests go on untouched,
/// with their bodies unread.
///
/// ```
/// use authflow::{
///     Moment,
///     testkit::{MemoryHost, Setup, demo},
/// };
/// use authflow_tower::Login;
/// use axum::{Router, body::Body, routing::get};
/// use http::Request;
/// use std::sync::{Arc, Mutex};
/// use tower::ServiceExt as _;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let (api, host) =
///     (Setup::default().api(demo::ring()), Arc::new(Mutex::new(MemoryHost::demo()))); // yours
/// let login = Login::new(api, host, Moment::now);
/// let app: Router = Router::new().route("/", get(async || "welcome")).layer(login.layer());
///
/// for (path, status) in [("/", 200), ("/api/v2/sdk/login", 405), ("/elsewhere", 404)] {
///     let request = Request::get(path).body(Body::empty()).unwrap();
///     assert_eq!(app.clone().oneshot(request).await.unwrap().status(), status);
/// }
/// # }
/// ```
///
/// With `axum`, add it by `Router::layer` after the routes. The routes then answer unknown paths. If the façade must answer unknown paths, use
/// `Router::fallback_service` with [`Login::service`] instead.
pub struct LoginLayer<F, H> {
    login: Login<F, H>,
}

impl<F, H> LoginLayer<F, H> {
    pub(crate) fn new(login: Login<F, H>) -> Self {
        Self { login }
    }
}

impl<F, H> Clone for LoginLayer<F, H> {
    fn clone(&self) -> Self {
        Self { login: self.login.clone() }
    }
}

impl<F, H> fmt::Debug for LoginLayer<F, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginLayer").field("login", &self.login).finish()
    }
}

impl<F, H, S> Layer<S> for LoginLayer<F, H> {
    type Service = LoginOr<F, H, S>;

    fn layer(&self, inner: S) -> Self::Service {
        LoginOr { service: self.login.service(), inner }
    }
}

/// A service behind the façade's calls. [`LoginLayer`] makes it.
pub struct LoginOr<F, H, S> {
    service: LoginService<F, H>,
    inner: S,
}

impl<F, H, S: Clone> Clone for LoginOr<F, H, S> {
    fn clone(&self) -> Self {
        Self { service: self.service.clone(), inner: self.inner.clone() }
    }
}

impl<F, H, S: fmt::Debug> fmt::Debug for LoginOr<F, H, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginOr").field("service", &self.service).field("inner", &self.inner).finish()
    }
}

impl<F, H, S, B, R> Service<Request<B>> for LoginOr<F, H, S>
where
    F: Facade + 'static,
    H: Host + Send + Sync + 'static,
    S: Service<Request<B>, Response = Response<R>>,
    B: Body<Data: Send> + Send + 'static,
{
    type Response = Response<ResponseBody<R>>;
    type Error = S::Error;
    type Future = LoginOrFuture<S::Future>;

    /// This service is ready when the inner service is ready, because only the request shows which of the two must answer it.
    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        if self.service.login().facade().owns(request.uri().path()) {
            LoginOrFuture::Login { future: self.service.call(request) }
        } else {
            LoginOrFuture::Inner { future: self.inner.call(request) }
        }
    }
}

pin_project! {
    /// The future of the answer of a [`LoginOr`].
    #[project = Projected]
    #[derive(Debug)]
    pub enum LoginOrFuture<F> {
        /// The answer of the façade.
        #[doc(hidden)]
        Login { #[pin] future: LoginFuture },
        /// The answer of the inner service.
        #[doc(hidden)]
        Inner { #[pin] future: F },
    }
}

impl<F, R, E> Future for LoginOrFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
{
    type Output = Result<Response<ResponseBody<R>>, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match self.project() {
            Projected::Login { future } => match ready!(future.poll(context)) {
                Ok(response) => Ok(response.map(ResponseBody::own)),
                Err(never) => match never {},
            },
            Projected::Inner { future } => ready!(future.poll(context)).map(|it| it.map(ResponseBody::inner)),
        })
    }
}
