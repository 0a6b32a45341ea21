//! A login for a program on tower: what its service, its layer and its guards have in common.

use crate::{
    Facade, LoginLayer, LoginService, Refusal, RequireSession, Session, body,
    calls::{self, Calls, LONGEST_ANSWER},
};
use authflow::{
    ClientId, Host, Moment,
    device::Headers,
    drive,
    outcome::Verdict,
    sdk::{Reply, Request},
};
use bytes::Bytes;
use http::{Response, StatusCode, header};
use http_body::Body;
use http_body_util::Full;
use std::{error::Error, fmt, sync::Arc};
use tokio::time::timeout;

const MOST_CALLS: usize = 64;

type Moments = dyn Fn() -> Result<Moment, Box<dyn Error + Send + Sync>> + Send + Sync;

/// A façade, the host that answers its questions, and where its moments come from. Cheap to clone.
///
/// ```
/// use authflow::testkit::{MemoryHost, Setup, demo};
/// use authflow_tower::Login;
/// use std::sync::{Arc, Mutex};
///
/// let api = Setup::default().api(demo::ring()); // yours: Api::new(Engine::new(config)?)
/// let host = Arc::new(Mutex::new(MemoryHost::demo())); // yours
/// # let moment = || -> Result<authflow::Moment, std::convert::Infallible> { unimplemented!() };
/// let login = Login::new(api, host, moment); // with the feature `os`: Moment::now
/// let service = login.service();
/// # let _ = service;
/// ```
pub struct Login<F, H> {
    shared: Arc<Shared<F, H>>,
    calls: Calls,
}

struct Shared<F, H> {
    facade: F,
    host: Arc<H>,
    moments: Box<Moments>,
}

impl<F, H> Login<F, H> {
    /// `moments` gives the moment of each request: the operating system's, by `authflow::Moment::now` (feature `os`), or a test's. Where it
    /// gives none, the request is answered with "system busy", and the error is logged.
    pub fn new<M, E>(facade: F, host: Arc<H>, moments: M) -> Self
    where
        M: Fn() -> Result<Moment, E> + Send + Sync + 'static,
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        let moments = Box::new(move || moments().map_err(Into::into));
        Self { shared: Arc::new(Shared { facade, host, moments }), calls: Calls::new(MOST_CALLS) }
    }

    /// How many calls are in progress at once; 64 unless it is said. A call that finds no place within five seconds is answered with "system
    /// busy", and nothing has been counted for it.
    ///
    /// To be said first: what was made of this value before is counted apart.
    #[must_use]
    pub fn with_most_calls(self, most: usize) -> Self {
        Self { calls: Calls::new(most), ..self }
    }

    /// The façade.
    pub fn facade(&self) -> &F {
        &self.shared.facade
    }

    /// The host.
    pub fn host(&self) -> &Arc<H> {
        &self.shared.host
    }

    /// The façade's calls as a service: for a program that has nothing else at these paths.
    pub fn service(&self) -> LoginService<F, H> {
        LoginService::new(self.clone())
    }

    /// The façade's calls as a layer: requests for other paths go on to the inner service, untouched.
    pub fn layer(&self) -> LoginLayer<F, H> {
        LoginLayer::new(self.clone())
    }

    /// A guard for routes: it lets a request on only with a session that lives, of somebody who signed in to this application.
    pub fn require_session(&self, application: ClientId) -> RequireSession<F, H> {
        RequireSession::new(self.clone(), application)
    }

    fn moment(&self) -> Option<Moment> {
        let moment = (self.shared.moments)();
        moment.map_err(|error| tracing::error!(%error, "there is no moment for a request")).ok()
    }
}

impl<F: Facade, H: Host + Send + Sync + 'static> Login<F, H> {
    /// Answers a request of the façade's, whatever framework it came by: what [`Login::service`] does once it has read the body.
    ///
    /// The body must be whole, or cut after the 16 KiB that a façade takes: see [`LoginService`].
    pub async fn serve<R: Headers + ?Sized>(&self, request: &Request<'_, R>) -> Reply {
        self.serve_in_time(request).await.unwrap_or_else(|| self.facade().busy(request))
    }

    /// `None` where it cannot be told how it ends.
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
            Ok(body) => response(self.serve(&Request::from_http(&parts, &body)).await),
            Err(unread) => plain(unread.status(), unread.reason()),
        }
    }

    /// Whose request it is, by what the façade's clients show in its headers.
    ///
    /// [`RequireSession`] asks it for a service of tower's; a framework that has middleware of another kind asks it there.
    ///
    /// # Errors
    /// Why the request must not go on.
    pub async fn authenticate<R: Headers + ?Sized>(
        &self,
        request: &Request<'_, R>,
    ) -> Result<Session, Refusal> {
        let moment = self.moment().ok_or(Refusal::Unavailable)?;
        let now = moment.timestamp();
        let (step, manner) = self.facade().authenticate(request, moment);
        let Ok(outcome) = timeout(LONGEST_ANSWER, drive(step, &**self.host())).await else {
            tracing::error!("a guard waits too long");
            return Err(Refusal::Unavailable);
        };
        match outcome.verdict {
            Verdict::Authenticated(who) => Ok(Session::new(*who, now)),
            Verdict::Busy => Err(Refusal::Unavailable),
            _ if self.facade().reply(&outcome, manner).status() == 403 => Err(Refusal::CrossSite),
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
        Self { shared: Arc::clone(&self.shared), calls: self.calls.clone() }
    }
}

impl<F, H> fmt::Debug for Login<F, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("calls", &self.calls).finish_non_exhaustive()
    }
}
