//! A façade's calls as a service.

use crate::Login;
use authflow::{Host, facade::Facade};
use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};
use tower_service::Service;

/// The calls of a [`Login`] as a service. It answers every request. A request for another path gets the façade's "not found".
///
/// A body is read a little further than a façade accepts, so that the façade itself refuses a body that is too long. The rest is left unread. The
/// body must arrive within ten seconds.
///
/// A call that has begun goes on to its end, even if its client hangs up, because a reserved guess must be settled. So it runs as a tokio task.
///
/// ```
/// use authflow::{
///     Moment,
///     testkit::{MemoryHost, Setup, demo},
/// };
/// use authflow_tower::Login;
/// use http::Request;
/// use http_body_util::Full;
/// use std::sync::{Arc, Mutex};
/// use tower::ServiceExt as _;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let (api, host) =
///     (Setup::default().api(demo::ring()), Arc::new(Mutex::new(MemoryHost::demo()))); // yours
/// let service = Login::new(api, host, Moment::now).service();
/// let request = Request::get("/api/v2/sdk/nothing").body(Full::<&[u8]>::default()).unwrap();
/// assert_eq!(service.oneshot(request).await.unwrap().status(), 404);
/// # }
/// ```
pub struct LoginService<F, H> {
    login: Login<F, H>,
}

impl<F, H> LoginService<F, H> {
    pub(crate) fn new(login: Login<F, H>) -> Self {
        Self { login }
    }

    pub(crate) fn login(&self) -> &Login<F, H> {
        &self.login
    }
}

impl<F, H> Clone for LoginService<F, H> {
    fn clone(&self) -> Self {
        Self { login: self.login.clone() }
    }
}

impl<F, H> std::fmt::Debug for LoginService<F, H> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoginService").field("login", &self.login).finish()
    }
}

impl<F, H, B> Service<Request<B>> for LoginService<F, H>
where
    F: Facade + 'static,
    H: Host + Send + Sync + 'static,
    B: Body<Data: Send> + Send + 'static,
{
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = LoginFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> LoginFuture {
        LoginFuture(Box::pin(self.login.clone().answer(request)))
    }
}

/// The future of the answer of a [`LoginService`]. If it is dropped, the call goes on, as described for the service.
pub struct LoginFuture(Pin<Box<dyn Future<Output = Response<Full<Bytes>>> + Send>>);

impl std::fmt::Debug for LoginFuture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoginFuture").finish_non_exhaustive()
    }
}

impl Future for LoginFuture {
    type Output = Result<Response<Full<Bytes>>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context).map(Ok)
    }
}
