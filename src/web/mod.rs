//! Routes of our own: `/v1/…`, neutral names, for whoever does not speak the vendor family.
mod body;
mod cookie;
mod manner;
mod mode;
mod next;
mod openapi;
mod problem;
mod reply;
mod routes;
mod shown;

pub use manner::Manner;
pub use mode::Modes;
pub use openapi::openapi;

use crate::{
    ClientId, Engine, Moment, PresentedToken, TenantId,
    device::{Caller, Device, Header, HeaderFault, HeaderFaults, Headers, Problem},
    facade::{self, Facade, Reply, Request},
    outcome::{Event, Fault, NotOurs, Outcome, Verdict},
    step::Step,
    token::{SessionToken, StateToken, Untrusted},
};
use alloc::{boxed::Box, vec::Vec};
use manner::Carried;
use mode::Mode;
use routes::{Endpoint, Route};
use shown::Shown;

/// The calls `/v1/…` on an engine. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Web {
    engine: Engine,
    application: ClientId,
    tenant: Option<TenantId>,
    modes: Modes,
}

impl Web {
    /// The calls on this engine, which sign in to this application. A browser need not know its id.
    pub fn new(engine: Engine, application: ClientId, modes: Modes) -> Self {
        Self { engine, application, tenant: None, modes }
    }

    /// The same, for a tenant of an ISV application.
    #[must_use]
    pub fn for_tenant(self, tenant: TenantId) -> Self {
        Self { tenant: Some(tenant), ..self }
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Goes on with who calls, where it may be told.
    fn read<R: Headers + ?Sized>(
        &self,
        route: Option<&'static Route>,
        request: &Request<'_, R>,
        moment: Moment,
        then: impl FnOnce(Caller, Tokens<'_>, Moment) -> Step,
    ) -> (Step, Manner) {
        let shown = Shown::read(request.headers);
        let mode = match self.modes.judge(request, &shown) {
            Ok(mode) => mode,
            Err(fault) => return (self.refuse(fault), Manner { route, carried: None }),
        };
        let (device, carried) = match mode {
            Mode::Cookie => self.browser(&shown, request, &moment),
            Mode::Bearer => app(&shown, request),
        };
        let step = match device {
            Err(fault) => self.engine.refuse_headers(HeaderFaults::one(fault, None)),
            Ok(device) => {
                let caller =
                    Caller { device, client_id: self.application, tenant: self.tenant, language: None };
                then(caller, Tokens { shown: &shown, mode }, moment)
            }
        };
        (step, Manner { route, carried: Some(carried) })
    }

    /// A browser that brings no cookie is another one at each request, until it begins something.
    fn browser<R: Headers + ?Sized>(
        &self,
        shown: &Shown<'_>,
        request: &Request<'_, R>,
        moment: &Moment,
    ) -> (Result<Device, HeaderFault>, Carried) {
        let known = shown.device_cookie();
        let is_new = known.is_none();
        let cookie = known.unwrap_or_else(|| self.engine.draw_device_cookie(moment));
        let device = Device::with_cookie(&cookie, &shown.agent(), request.peer);
        (device, Carried::InCookies { device: cookie, is_new })
    }

    fn refuse(&self, fault: Fault) -> Step {
        let event = match fault {
            Fault::CrossSite => Event::CrossSiteRefused,
            _ => Event::MisplacedTokensRefused,
        };
        self.done(Verdict::Refused(fault), Vec::from([event]))
    }

    fn done(&self, verdict: Verdict, events: Vec<Event>) -> Step {
        Step::Done(Box::new(Outcome { verdict, facts: self.engine.facts(None), events }))
    }

    fn not_ours(&self, not_ours: NotOurs) -> (Step, Manner) {
        (self.done(Verdict::NotOurs(not_ours), Vec::new()), Manner { route: None, carried: None })
    }

    fn call(
        &self,
        endpoint: Endpoint,
        caller: Caller,
        tokens: &Tokens<'_>,
        body: &[u8],
        moment: Moment,
    ) -> Step {
        let (engine, headers) = (&self.engine, &tokens.shown.headers);
        /// Goes on with a body that was read, or refuses it.
        macro_rules! with {
            ($body:expr, |$read:ident| $then:expr) => {
                match $body {
                    Ok($read) => $then,
                    Err(reason) => engine.refuse_body(caller, reason, moment),
                }
            };
        }
        match endpoint {
            Endpoint::Begin => engine.ways_in(caller, moment),
            Endpoint::SignIn => {
                with!(body::credentials(headers, body), |it| engine.sign_in(caller, it, moment))
            }
            Endpoint::SignInByCode(channel) => {
                with!(body::code_credentials(headers, body, channel), |it| engine
                    .sign_in_with_code(caller, it, moment))
            }
            Endpoint::SendCode(purpose, channel) => {
                let state_token =
                    if purpose.is_of_pending_login() { tokens.state() } else { Untrusted::new(b"") };
                with!(body::code_request(headers, body, purpose, channel), |it| engine.send_code(
                    caller,
                    state_token,
                    it,
                    moment
                ))
            }
            Endpoint::ProveTotp => {
                with!(body::totp_response(headers, body), |it| engine.prove_factor(
                    caller,
                    tokens.state(),
                    it,
                    moment
                ))
            }
            Endpoint::ProveCode(channel) => {
                with!(body::code_response(headers, body, channel), |it| engine.prove_factor(
                    caller,
                    tokens.state(),
                    it,
                    moment
                ))
            }
            Endpoint::SkipPassword => engine.skip_password(caller, tokens.state(), moment),
            Endpoint::ChangePassword => {
                with!(body::password_change(headers, body), |it| engine.change_password(
                    caller,
                    tokens.state(),
                    it,
                    moment
                ))
            }
            Endpoint::ChangePasswordByCode(channel) => {
                with!(body::code_change(headers, body, channel), |it| engine.change_password(
                    caller,
                    tokens.state(),
                    it,
                    moment
                ))
            }
            Endpoint::ResetPassword(channel) => {
                with!(body::recovery(headers, body, channel), |it| engine.reset_password(caller, it, moment))
            }
            Endpoint::WhoAmI => {
                engine.authenticate(caller, PresentedToken::Session(tokens.session()), moment)
            }
            Endpoint::RefreshSession => engine.refresh_session(caller, tokens.session(), moment),
            Endpoint::ChangeOwnPassword => {
                with!(body::own_change(headers, body), |it| engine.change_own_password(
                    caller,
                    PresentedToken::Session(tokens.session()),
                    it,
                    moment
                ))
            }
            Endpoint::SignOut => engine.sign_out(caller, tokens.session(), moment),
            Endpoint::Problems => self.done(Verdict::Done, Vec::new()),
        }
    }
}

/// The tokens of a request, from the one place where they are taken.
struct Tokens<'a> {
    shown: &'a Shown<'a>,
    mode: Mode,
}

impl<'a> Tokens<'a> {
    fn state(&self) -> Untrusted<'a, StateToken> {
        match self.mode {
            Mode::Cookie => shown::token(self.shown.state),
            Mode::Bearer => facade::bearer(&self.shown.headers),
        }
    }

    fn session(&self) -> Untrusted<'a, SessionToken> {
        match self.mode {
            Mode::Cookie => shown::token(self.shown.session),
            Mode::Bearer => facade::bearer(&self.shown.headers),
        }
    }
}

/// An app is recognised by its fingerprint; without one by nothing, which the policy must allow.
fn app<R: Headers + ?Sized>(
    shown: &Shown<'_>,
    request: &Request<'_, R>,
) -> (Result<Device, HeaderFault>, Carried) {
    let agent = shown.agent();
    let device = match shown.headers.get(Header::Fingerprint) {
        Ok(fingerprint) => Device::with_fingerprint(fingerprint, &agent, request.peer),
        Err(Problem::Missing) => Device::unbound(&agent, request.peer),
        Err(problem) => Err(HeaderFault { header: Header::Fingerprint, problem }),
    };
    (device, Carried::ByBearer { has_shown: shown.has_bearer })
}

impl Facade for Web {
    type Manner = Manner;

    fn owns(&self, path: &str) -> bool {
        routes::owns(path)
    }

    fn handle<R: Headers + ?Sized>(&self, request: &Request<'_, R>, moment: Moment) -> (Step, Manner) {
        let route = match routes::find(request.method, request.path) {
            Ok(route) => route,
            Err(not_ours) => return self.not_ours(not_ours),
        };
        self.read(Some(route), request, moment, |caller, tokens, moment| {
            self.call(route.endpoint, caller, &tokens, request.body, moment)
        })
    }

    fn authenticate<R: Headers + ?Sized>(&self, request: &Request<'_, R>, moment: Moment) -> (Step, Manner) {
        self.read(None, request, moment, |caller, tokens, moment| {
            self.engine.authenticate(caller, PresentedToken::Session(tokens.session()), moment)
        })
    }

    fn reply(&self, outcome: &Outcome, manner: Manner) -> Reply {
        reply::reply(outcome, &manner)
    }

    fn busy<R: Headers + ?Sized>(&self, request: &Request<'_, R>) -> Reply {
        let route = routes::find(request.method, request.path).ok();
        let outcome = Outcome { verdict: Verdict::Busy, facts: self.engine.facts(None), events: Vec::new() };
        reply::reply(&outcome, &Manner { route, carried: None })
    }
}
