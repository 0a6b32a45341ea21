//! A login for a program on tower: what its service, its layer and its guards have in common.

use crate::{
    Facade, LoginLayer, LoginService, Refusal, RequireSession, Session, body,
    calls::{Calls, LONGEST_ANSWER},
};
use authflow::{
    ClientId, Host, Moment, drive,
    outcome::Verdict,
    sdk::{Reply, Request},
};
use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode, header, request::Parts};
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

impl<F: Facade + 'static, H: Host + Send + Sync + 'static> Login<F, H> {
    /// Answers a request of the façade's.
    pub(crate) async fn answer<B: Body>(self, request: http::Request<B>) -> Response<Full<Bytes>> {
        let (mut parts, body) = request.into_parts();
        // What outlives the connection does not keep it open.
        parts.extensions.clear();
        let body = match body::read(body).await {
            Ok(body) => body,
            Err(unread) => return plain(unread.status(), unread.reason()),
        };
        let parts = Arc::new(parts);
        let served = self.calls.run(self.clone().serve(Arc::clone(&parts), body)).await;
        response(served.unwrap_or_else(|| self.busy(&parts)))
    }

    /// Whose request it is, by what the façade's clients show in its headers.
    ///
    /// [`RequireSession`] asks it for a service of tower's; a framework that has middleware of another kind asks it there.
    ///
    /// # Errors
    /// Why the request must not go on.
    pub async fn authenticate(&self, request: &Request<'_, HeaderMap>) -> Result<Session, Refusal> {
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

    async fn serve(self, parts: Arc<Parts>, body: Vec<u8>) -> Reply {
        let Shared { facade, host, .. } = &*self.shared;
        let (step, manner) = match self.moment() {
            Some(moment) => facade.handle(&Request::from_http(&parts, &body), moment),
            None => return self.busy(&parts),
        };
        facade.reply(&drive(step, &**host).await, manner)
    }

    fn busy(&self, parts: &Parts) -> Reply {
        let request: Request<'_, HeaderMap> = Request::from_http(parts, &[]);
        self.facade().busy(&request)
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
