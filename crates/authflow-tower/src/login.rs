//! A login for a program on tower: the common part of its service, its layer and its guards.

use crate::{
    LoginLayer, LoginService, Refusal, RequireSession, Session, body,
    calls::{self, Calls, LONGEST_ANSWER},
};
use authflow::{
    ClientId, Host, Moment,
    device::Headers,
    drive,
    facade::{Facade, Reply, Request},
    outcome::{Fault, Verdict},
};
use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode, header, request::Parts};
use http_body::Body;
use http_body_util::Full;
use std::{error::Error, fmt, net::IpAddr, sync::Arc};
use tokio::time::timeout;

const MOST_CALLS: usize = 64;

type Peers = dyn Fn(&Parts) -> Option<IpAddr> + Send + Sync;
type Moments = dyn Fn() -> Result<Moment, Box<dyn Error + Send + Sync>> + Send + Sync;

/// A façade, the host that answers its questions, and the source of its moments. It is cheap to clone.
///
/// ```
/// use authflow::{Moment, testkit::{Call, MemoryHost, Setup, demo}};
/// use authflow_tower::Login;
/// use std::sync::{Arc, Mutex};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let api = Setup::default().api(demo::ring()); // yours: Api::new(Engine::new(config)?)
/// let host = Arc::new(Mutex::new(MemoryHost::demo())); // yours
/// let login = Login::new(api, host, Moment::now); // with the feature `os`
///
/// // In another kind of framework, without a service or a layer:
/// let reply = login.serve(&Call::login("alice", "a guess").request()).await;
/// assert_eq!(reply.status(), 400);
/// # }
/// ```
pub struct Login<F, H> {
    shared: Arc<Shared<F, H>>,
    calls: Calls,
    peers: Option<Arc<Peers>>,
}

struct Shared<F, H> {
    facade: F,
    host: Arc<H>,
    moments: Box<Moments>,
}

impl<F, H> Login<F, H> {
    /// `moments` gives the moment of each request. Use `authflow::Moment::now` (feature `os`), or a test's own source. If it fails, the request is
    /// answered with "system busy", and the error is logged.
    pub fn new<M, E>(facade: F, host: Arc<H>, moments: M) -> Self
    where
        M: Fn() -> Result<Moment, E> + Send + Sync + 'static,
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        let moments = Box::new(move || moments().map_err(Into::into));
        Self {
            shared: Arc::new(Shared { facade, host, moments }),
            calls: Calls::new(MOST_CALLS),
            peers: None,
        }
    }

    /// Sets how many calls may be in progress at once. The default is 64. A call that finds no place within five seconds is answered with "system
    /// busy", and nothing has been counted for it.
    ///
    /// Call this method first, because services, layers and guards that were made before it count separately.
    #[must_use]
    pub fn with_most_calls(self, most: usize) -> Self {
        Self { calls: Calls::new(most), ..self }
    }

    /// Sets how the client's address is found for a request, for services, layers and guards that are made afterwards. For example, the server in
    /// front may have put the address into the extensions. By default, the address is unknown. A façade notes the address, but lets nobody in because
    /// of it. If a policy [binds](authflow::device::Bindings::ip) logins to the address, no login of `/v1` gets beyond its first step while the
    /// address is unknown.
    ///
    /// ```
    /// use authflow::{
    ///     Moment,
    ///     testkit::{MemoryHost, Setup, demo},
    /// };
    /// use authflow_tower::Login;
    /// use axum::extract::ConnectInfo;
    /// use std::{
    ///     net::SocketAddr,
    ///     sync::{Arc, Mutex},
    /// };
    ///
    /// let (api, host) =
    ///     (Setup::default().api(demo::ring()), Arc::new(Mutex::new(MemoryHost::demo()))); // yours
    /// let login = Login::new(api, host, Moment::now).with_peers(|parts| {
    ///     parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip())
    /// });
    /// # let _ = login;
    /// ```
    #[must_use]
    pub fn with_peers(self, peers: impl Fn(&Parts) -> Option<IpAddr> + Send + Sync + 'static) -> Self {
        Self { peers: Some(Arc::new(peers)), ..self }
    }

    /// The façade.
    pub fn facade(&self) -> &F {
        &self.shared.facade
    }

    /// The host.
    pub fn host(&self) -> &Arc<H> {
        &self.shared.host
    }

    /// The façade's calls as a service, for a program that has nothing else at these paths.
    pub fn service(&self) -> LoginService<F, H> {
        LoginService::new(self.clone())
    }

    /// The façade's calls as a layer. Requests for other paths go on to the inner service, untouched.
    pub fn layer(&self) -> LoginLayer<F, H> {
        LoginLayer::new(self.clone())
    }

    /// A guard for routes. It passes a request on only if it has a live session of this application.
    pub fn require_session(&self, application: ClientId) -> RequireSession<F, H> {
        RequireSession::new(self.clone(), application)
    }

    pub(crate) fn request<'r>(&self, parts: &'r Parts, body: &'r [u8]) -> Request<'r, HeaderMap> {
        let peer = self.peers.as_ref().and_then(|peers| peers(parts));
        Request { peer, ..Request::from_http(parts, body) }
    }

    fn moment(&self) -> Option<Moment> {
        let moment = (self.shared.moments)();
        moment.map_err(|error| tracing::error!(%error, "there is no moment for a request")).ok()
    }
}

impl<F: Facade, H: Host + Send + Sync + 'static> Login<F, H> {
    /// Answers a request of the façade, from any framework. [`Login::service`] calls this method after it has read the body.
    ///
    /// The body must be whole, or cut after the 16 KiB that a façade accepts: see [`LoginService`].
    pub async fn serve<R: Headers + ?Sized>(&self, request: &Request<'_, R>) -> Reply {
        self.serve_in_time(request).await.unwrap_or_else(|| self.facade().busy(request))
    }

    /// `None` if there is no result in time, or none at all.
    async fn serve_in_time<R: Headers + ?Sized>(&self, request: &Request<'_, R>) -> Option<Reply> {
        let place = self.calls.place().await?;
        let (step, manner) = self.facade().handle(request, self.moment()?);
        let host = Arc::clone(self.host());
        let outcome = calls::run(async move { drive(step, &*host).await }, place).await?;
        Some(self.facade().reply(&outcome, manner))
    }

    pub(crate) async fn answer<B: Body>(self, request: http::Request<B>) -> Response<Full<Bytes>> {
        let (parts, body) = request.into_parts();
        match body::read(body).await {
            Ok(body) => response(self.serve(&self.request(&parts, &body)).await),
            Err(unread) => plain(unread.status(), unread.reason()),
        }
    }

    /// The session of a request, found by the tokens that the façade's clients show in its headers. The guard of a route judges whether the route
    /// accepts the session.
    pub(crate) async fn authenticate<R: Headers + ?Sized>(
        &self,
        request: &Request<'_, R>,
    ) -> Result<Session, Refusal> {
        let moment = self.moment().ok_or(Refusal::Unavailable)?;
        let now = moment.timestamp();
        let (step, _) = self.facade().authenticate(request, moment);
        let Ok(outcome) = timeout(LONGEST_ANSWER, drive(step, &**self.host())).await else {
            tracing::error!("a guard waits too long");
            return Err(Refusal::Unavailable);
        };
        match outcome.verdict {
            Verdict::Authenticated(who) => Ok(Session::new(*who, now)),
            Verdict::Busy => Err(Refusal::Unavailable),
            Verdict::Refused(Fault::CrossSite) => Err(Refusal::CrossSite),
            _ => Err(Refusal::Unauthenticated),
        }
    }
}

fn response(reply: Reply) -> Response<Full<Bytes>> {
    let mut response = Response::builder().status(reply.status());
    for (name, value) in reply.headers() {
        response = response.header(name, value);
    }
    let response = response.body(Full::from(reply.into_body()));
    response.unwrap_or_else(|_| plain(StatusCode::INTERNAL_SERVER_ERROR, ""))
}

fn plain(status: StatusCode, reason: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(reason));
    *response.status_mut() = status;
    let plain = header::HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, plain);
    response
}

impl<F, H> Clone for Login<F, H> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), calls: self.calls.clone(), peers: self.peers.clone() }
    }
}

impl<F, H> fmt::Debug for Login<F, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("calls", &self.calls).finish_non_exhaustive()
    }
}
