//! A guard for routes that demand a session.

#[cfg(feature = "axum")]
mod axum;
mod demands;
mod refusal;
mod session;

pub use refusal::Refusal;
pub use session::Session;

use crate::{Login, ResponseBody};
use authflow::{
    ClientId, Host,
    device::Headers,
    facade::{self, Facade},
    factor::Factor,
};
use bytes::Bytes;
use demands::Demands;
use http::{Request, Response};
use http_body_util::Full;
use std::{
    fmt,
    future::Future,
    mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tower_layer::Layer;
use tower_service::Service;

type Words = dyn Fn(&Refusal) -> Response<Full<Bytes>> + Send + Sync;

/// Passes a request on to a service only if it has a live session, and puts the [`Session`] into its extensions.
///
/// [`Login::require_session`] makes it. Every other request is refused, and the inner service is not called. The answer is 401 if there is no
/// session, or if the session is not what the route demands. It is 403 if another site may have made the browser send the request, and 503 if the
/// host cannot answer.
///
/// If an application's calls are [signed](authflow::signed_call), the guard uses up the signature, whatever the route does, because a signature is
/// good for one request. Put only one guard before such a route. A second guard would find the signature used, and refuse.
///
/// ```
/// use authflow::{
///     ClientId, Moment,
///     factor::Factor,
///     testkit::{MemoryHost, Setup, demo},
/// };
/// use authflow_tower::{Login, Session};
/// use axum::{
///     Router,
///     body::Body,
///     routing::{get, post},
/// };
/// use http::Request;
/// use std::sync::{Arc, Mutex};
/// use tower::ServiceExt as _;
///
/// async fn orders(session: Session) -> String {
///     format!("orders of {}", session.subject.id)
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), authflow::InvalidId> {
/// let (api, host) =
///     (Setup::default().api(demo::ring()), Arc::new(Mutex::new(MemoryHost::demo()))); // yours
/// let login = Login::new(api, host, Moment::now);
/// let guard = login.require_session(ClientId::new("web")?);
/// let app: Router = Router::new()
///     .route("/payments", post(async || "paid"))
///     .route_layer(guard.clone().recent(5).with(Factor::Totp)) // for what stands above it
///     .merge(Router::new().route("/orders", get(orders)).route_layer(guard))
///     .layer(login.layer());
///
/// let nobodys = Request::get("/orders").body(Body::empty()).unwrap();
/// assert_eq!(app.oneshot(nobodys).await.unwrap().status(), 401);
/// # Ok(()) }
/// ```
pub struct RequireSession<F, H> {
    login: Login<F, H>,
    demands: Demands,
    words: Arc<Words>,
}

impl<F, H> RequireSession<F, H> {
    pub(crate) fn new(login: Login<F, H>, application: ClientId) -> Self {
        Self { login, demands: Demands::of(application), words: Arc::new(Refusal::response) }
    }

    /// Also passes sessions of this application on.
    #[must_use]
    pub fn or_of(self, application: ClientId) -> Self {
        Self { demands: self.demands.or_of(application), ..self }
    }

    /// Demands that the subject has proved who they are within this number of minutes. With 0, no request passes.
    #[must_use]
    pub fn recent(self, minutes: u16) -> Self {
        Self { demands: self.demands.recent(minutes), ..self }
    }

    /// Demands that the subject has proved this factor. You can demand several factors, one call after another.
    #[must_use]
    pub fn with(self, factor: Factor) -> Self {
        Self { demands: self.demands.with(factor), ..self }
    }

    /// Answers refused requests by this function, instead of [`Refusal::response`]. It only changes the answer, and lets no request pass.
    ///
    /// ```
    /// use authflow::{
    ///     ClientId, Moment,
    ///     testkit::{MemoryHost, Setup, demo},
    /// };
    /// use authflow_tower::{Login, Refusal};
    /// use http::Response;
    /// use std::sync::{Arc, Mutex};
    ///
    /// let (api, host) =
    ///     (Setup::default().api(demo::ring()), Arc::new(Mutex::new(MemoryHost::demo()))); // yours
    /// let login = Login::new(api, host, Moment::now);
    /// let guard = login.require_session(ClientId::new("web")?).in_words(|refusal| match refusal {
    ///     Refusal::Unauthenticated => {
    ///         let mut response = Response::new("please sign in".into());
    ///         *response.status_mut() = refusal.status();
    ///         response
    ///     }
    ///     other => other.response(),
    /// });
    /// # let _ = guard;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn in_words(self, words: impl Fn(&Refusal) -> Response<Full<Bytes>> + Send + Sync + 'static) -> Self {
        Self { words: Arc::new(words), ..self }
    }
}

impl<F: Facade, H: Host + Send + Sync + 'static> RequireSession<F, H> {
    /// Judges a request directly, for a framework that has another kind of middleware. It reads only the method and the headers.
    ///
    /// # Errors
    /// Returns the reason why the request must not go on.
    pub async fn session<R: Headers + ?Sized>(
        &self,
        request: &facade::Request<'_, R>,
    ) -> Result<Session, Refusal> {
        let session = self.login.authenticate(request).await?;
        self.demands.judge(&session)?;
        Ok(session)
    }
}

impl<F, H> Clone for RequireSession<F, H> {
    fn clone(&self) -> Self {
        Self { login: self.login.clone(), demands: self.demands.clone(), words: Arc::clone(&self.words) }
    }
}

impl<F, H> fmt::Debug for RequireSession<F, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequireSession").field("demands", &self.demands).finish_non_exhaustive()
    }
}

impl<F, H, S> Layer<S> for RequireSession<F, H> {
    type Service = Guarded<F, H, S>;

    fn layer(&self, inner: S) -> Self::Service {
        Guarded { guard: Arc::new(self.clone()), inner }
    }
}

/// A service behind a guard. [`RequireSession`] makes it.
#[derive(Debug)]
pub struct Guarded<F, H, S> {
    guard: Arc<RequireSession<F, H>>,
    inner: S,
}

impl<F, H, S: Clone> Clone for Guarded<F, H, S> {
    fn clone(&self) -> Self {
        Self { guard: Arc::clone(&self.guard), inner: self.inner.clone() }
    }
}

impl<F, H, S, B, R> Service<Request<B>> for Guarded<F, H, S>
where
    F: Facade + 'static,
    H: Host + Send + Sync + 'static,
    S: Service<Request<B>, Response = Response<R>, Future: Send> + Clone + Send + 'static,
    B: Send + 'static,
{
    type Response = Response<ResponseBody<R>>;
    type Error = S::Error;
    type Future = GuardedFuture<R, S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // This call takes the service that is ready, and leaves a clone for the next call.
        let next = self.inner.clone();
        let mut inner = mem::replace(&mut self.inner, next);
        let guard = Arc::clone(&self.guard);
        GuardedFuture(Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            match guard.session(&guard.login.request(&parts, &[])).await {
                Ok(session) => {
                    parts.extensions.insert(session);
                    let response = inner.call(Request::from_parts(parts, body)).await?;
                    Ok(response.map(ResponseBody::inner))
                }
                Err(refusal) => Ok((guard.words)(&refusal).map(ResponseBody::own)),
            }
        }))
    }
}

type Answer<R, E> = Result<Response<ResponseBody<R>>, E>;

/// The future of the answer of a [`Guarded`].
pub struct GuardedFuture<R, E>(Pin<Box<dyn Future<Output = Answer<R, E>> + Send>>);

impl<R, E> fmt::Debug for GuardedFuture<R, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardedFuture").finish_non_exhaustive()
    }
}

impl<R, E> Future for GuardedFuture<R, E> {
    type Output = Answer<R, E>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}
