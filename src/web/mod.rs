//! Our own routes `/v1/…`, with neutral names, for clients that do not speak the vendor family's protocol.
//!
//! Every answer says which calls may follow, so a client needs no knowledge of the flow. A whole login, by a browser:
//!
//! ```
//! use authflow::{
//!     ClientId,
//!     facade::{Facade, Reply, Request},
//!     testkit::{HeaderList, World, demo},
//!     web::{Modes, Web},
//! };
//! use serde_json::{Value, json};
//!
//! let mut world = World::new();
//! let application = ClientId::new(demo::ISV)?;
//! // You say where tokens travel; there is no default.
//! let web = Web::new(world.api.engine().clone(), application, Modes::Cookie)
//!     .for_tenant(demo::tenant());
//! # fn read(reply: &Reply) -> Value { serde_json::from_slice(reply.body()).unwrap() }
//!
//! // With a `Host`, this is `web.serve(&request, moment, &host).await`.
//! let mut send = |method, path, cookies: &str, body: Value| {
//!     // The browser itself says that the page is of this site. Without that,
//!     // `X-Requested-By` with any value is enough.
//!     let headers = HeaderList::new()
//!         .with("Sec-Fetch-Site", "same-origin")
//!         .with("Content-Type", "application/json")
//!         .with("Cookie", cookies);
//!     let body = body.to_string().into_bytes();
//!     let request = Request { method, path, headers: &headers, body: &body, peer: None };
//!     let (step, manner) = web.handle(&request, world.moment());
//!     web.reply(&world.run(step), manner)
//! };
//! # fn kept(reply: &Reply) -> String {
//! #     let lines = reply.headers().filter(|(name, _)| *name == "set-cookie");
//! #     lines.map(|(_, line)| line.split(';').next().unwrap()).collect::<Vec<_>>().join("; ")
//! # }
//!
//! // How can somebody sign in? The policy allows a password or a code, and resets a forgotten
//! // password by SMS.
//! let begin = send("GET", "/v1/sign-in", "", Value::Null);
//! assert_eq!(
//!     read(&begin)["next"][0],
//!     json!({
//!         "name": "sign_in", "method": "POST", "path": "/v1/sign-in", "takes": ["identifier", "password"],
//!     })
//! );
//!
//! // erin's password is about to expire. The browser gets two cookies: one by which it is
//! // recognised, and one of the pending login.
//! let warned = send(
//!     "POST",
//!     "/v1/sign-in",
//!     "",
//!     json!({ "identifier": "erin", "password": "Correct-Horse-7" }),
//! );
//! let cookies = kept(&warned);
//! assert!(cookies.starts_with("__Host-device=") && cookies.contains("__Host-state="));
//! let warned = read(&warned);
//! assert_eq!(
//!     (&warned["state"], &warned["skips_left"]),
//!     (&json!("password_expiring"), &json!(3))
//! );
//! assert_eq!(warned["password_expires_in_seconds"], 5 * 86_400);
//! let names: Vec<_> =
//!     warned["next"].as_array().unwrap().iter().map(|call| &call["name"]).collect();
//! assert_eq!(names, ["skip_password", "change_password"]);
//!
//! // She skips, and is signed in.
//! let signed_in = send("POST", "/v1/sign-in/password/skip", &cookies, Value::Null);
//! let cookies = kept(&signed_in);
//! assert_eq!(read(&signed_in)["state"], "signed_in");
//!
//! let who = read(&send("GET", "/v1/session", &cookies, Value::Null));
//! assert_eq!(who["subject"]["user_name"], "erin");
//!
//! // Everything that is wrong is a problem (RFC 9457).
//! let out = send("DELETE", "/v1/session", &cookies, Value::Null);
//! assert_eq!(out.status(), 200);
//! let gone = send("GET", "/v1/session", &cookies, Value::Null);
//! assert_eq!(
//!     (gone.status(), &read(&gone)["type"]),
//!     (401, &json!("/v1/problems#session-invalid"))
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Calls
//!
//! | call | operation |
//! |---|---|
//! | `GET /v1/sign-in` | [`Engine::ways_in`] |
//! | `POST /v1/sign-in` | [`Engine::sign_in`] |
//! | `POST /v1/sign-in/by-sms`, `…/by-email` | [`Engine::sign_in_with_code`] |
//! | `POST /v1/sign-in/factor/totp`, `…/factor/sms`, `…/factor/email` | [`Engine::prove_factor`] |
//! | `POST /v1/sign-in/password/skip` | [`Engine::skip_password`] |
//! | `POST /v1/sign-in/password`, `…/password/by-sms`, `…/password/by-email` | [`Engine::change_password`] |
//! | `POST /v1/recovery/by-sms`, `…/by-email` | [`Engine::reset_password`] |
//! | `POST /v1/registration/by-sms`, `…/by-email` | [`Engine::register`] |
//! | the path of a call that takes a code that is sent, and `/send` | [`Engine::send_code`] |
//! | `GET /v1/session` | [`Engine::authenticate`] |
//! | `POST /v1/session/refresh` | [`Engine::refresh_session`] |
//! | `POST /v1/session/password` | [`Engine::change_own_password`] |
//! | `POST /v1/session/mobile`, `…/email` | [`Engine::change_contact`], after [`Engine::send_contact_code`] |
//! | `DELETE /v1/session` | [`Engine::sign_out`] |
//! | `GET /v1/problems` | what every type of problem means |
//!
//! [`openapi`] describes all calls from the same table. A `GET` changes nothing.
//!
//! # Answers
//!
//! An answer has `state` and `next`. `state` is one of `signed_out`, `code_sent`, `factor_required`, `password_expiring`, `password_expired`,
//! `signed_in`, `password_changed`, `password_reset` and `contact_replaced`. `next` lists the calls that may follow, each with its `name`, `method`
//! and `path`, the members that its body `takes`, and those that it also `may_take`. Times and lengths have their units in their names.
//!
//! A problem has `type`, `title`, `status`, `detail` and `next`. Title and detail depend only on the type, and no problem repeats what was typed. If
//! a refusal leaves the step open, `next` is the call itself, and the calls that the previous answer allowed are still allowed.
//!
//! | status | what it means |
//! |---|---|
//! | 400 | the request is not what the call takes (`reason` says why, and in which `member`) |
//! | 401 | there is no pending login, or no session: start again |
//! | 403 | a proof is wrong or missing (`factor` says which factor is wanted); or access is denied; or another site may have made the request |
//! | 404, 405 | no call has that path, or that method |
//! | 409 | the contact that was proved belongs to another account |
//! | 422 | a new password or a member of a registration is not acceptable (`reason` says why), or a code was not sent |
//! | 429 | a code is asked for too soon (`wait_seconds`) |
//! | 500 | the application is not registered: a mistake in the set-up |
//! | 503 | the host could not answer |
//!
//! # Tokens
//!
//! Tokens travel in cookies or by `Authorization: Bearer …`. [`Modes`] says which, and what each is bound to. In cookie mode, a request that
//! changes something must show that it comes from this site ([`may_be_cross_site`](crate::facade::may_be_cross_site)); this includes the sign-in.
//! In bearer mode, answers have `state_token`, `session_token` and `id_token`. The client sends the state token of a pending login, or the session
//! token, after `Bearer`.
//!
//! The cookies belong to the whole host, so an origin can have only one such façade.
//!
//! # Your own routes
//!
//! At a route of your own, [`Facade::authenticate`] finds the subject of a request. It uses the same cookies or tokens, and the same rule about other
//! sites.

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
    code::CodePurpose,
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

/// The calls `/v1/…` on an engine, which sign in to one application. The trait [`Facade`] serves them. `Web` is cheap to clone.
///
/// ```
/// use authflow::{
///     ClientId, drive_blocking,
///     facade::{Facade, Request},
///     testkit::{Clock, MemoryHost, Setup, demo},
///     web::{Modes, Web},
/// };
/// use std::sync::Mutex;
///
/// // yours: Engine::new(config)?
/// let engine = Setup::default().api(demo::ring()).engine().clone();
/// let web =
///     Web::new(engine, ClientId::new(demo::ISV)?, Modes::Bearer).for_tenant(demo::tenant());
/// let host = Mutex::new(MemoryHost::demo());
///
/// let request = Request {
///     method: "POST",
///     path: "/v1/sign-in",
///     headers: &[("X-Device-Fingerprint", "this phone"), ("Content-Type", "application/json")],
///     body: br#"{"identifier":"alice","password":"Correct-Horse-7"}"#,
///     peer: None,
/// };
/// let (step, manner) = web.handle(&request, Clock::at(demo::START).moment());
/// let reply = web.reply(&drive_blocking(step, &host)?, manner);
/// let body: serde_json::Value = serde_json::from_slice(reply.body())?;
/// assert_eq!(body["state"], "signed_in");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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

    /// The same calls, for a tenant of an ISV application.
    #[must_use]
    pub fn for_tenant(self, tenant: TenantId) -> Self {
        Self { tenant: Some(tenant), ..self }
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Passes the caller on if the request may be answered at all.
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

    /// A browser without a cookie counts as a new one at each request, until it begins something.
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
        /// Passes the body on if it can be read, and otherwise refuses the request.
        macro_rules! with {
            ($body:expr, |$read:ident| $then:expr) => {
                match $body {
                    Ok($read) => $then,
                    Err(fault) => engine.refuse_body(caller, fault, moment),
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
            Endpoint::SendCode(CodePurpose::UpdateContact, channel) => {
                with!(body::new_contact(headers, body, channel), |it| engine.send_contact_code(
                    caller,
                    PresentedToken::Session(tokens.session()),
                    it,
                    moment
                ))
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
            Endpoint::Register(channel) => {
                with!(body::registrant(headers, body, channel), |it| engine.register(caller, it, moment))
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
            Endpoint::ReplaceContact(channel) => {
                with!(body::contact_change(headers, body, channel), |it| engine.change_contact(
                    caller,
                    PresentedToken::Session(tokens.session()),
                    it,
                    moment
                ))
            }
        }
    }
}

/// The tokens of a request, taken only from the place of its mode.
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

/// An app is recognised by its fingerprint. An app without a fingerprint cannot be recognised, and the policy must allow that.
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
