//! The wire: the `/api/v2/sdk` login family of Huawei OneAccess and BambooCloud IDaaS.
//!
//! Everything the family spells lives in this module, one table for each thing: paths and methods, request bodies, reply
//! bodies, codes and messages. The rest of the crate knows none of it.
//!
//! | call | operation |
//! |---|---|
//! | `POST /api/v2/sdk/login`, `login/auth`, `login/mobile-pwd` | [`Engine::sign_in`] |
//! | `POST …/login/mobile-verify-code`, `login/email-verify-code` | [`Engine::sign_in_with_code`] |
//! | `GET` or `POST …/pwd/skip-update` | [`Engine::skip_password`] |
//! | `POST …/pwd/update`, `after-login/pwd/update-by-mobile`, `after-login/pwd/update-by-email` | [`Engine::change_password`] |
//! | `GET …/mobile-by-token` | [`Engine::masked_mobile`] |
//! | `POST …/sms/send`, `email/send` | [`Engine::send_code`] |
//! | `POST …/mfa/sms`, `mfa/email`, `mfa/totp` (ours) | [`Engine::prove_factor`] |
//! | `GET …/pwd/check-exist` | [`Engine::password_is_set`] |
//! | `POST …/pwd/change` | [`Engine::change_own_password`] |
//! | `POST …/pwd/update-by-mobile` | [`Engine::update_password_by_mobile`] |
//! | `POST …/sso/session-token/id-token` | [`Engine::refresh_session`] |
//! | `GET` or `POST …/logout` | [`Engine::sign_out`] |
//! | `POST /api/v2/tenant/sso/session-token/sso-ticket` | [`Engine::issue_ticket`] |
//! | `POST /api/v2/tenant/sso/sso-ticket/verify` | [`Engine::redeem_ticket`] |
//!
//! [`openapi`] describes them all from the same table.
//!
//! `skip-update` is a GET that signs in, because that is the family's contract. Mobile HTTP stacks repeat a GET on their
//! own when a connection breaks; the second one finds the state token used and gets `Invalid state token`. A client that
//! can choose sends POST.

mod body;
mod catalogue;
mod openapi;
mod reply;
mod request;
mod routes;

pub use openapi::openapi;
pub use reply::{Body, LoginBody, SessionBody};

use crate::{
    Engine, Host, Moment, PresentedToken, Secret, TenantCaller,
    account::Identifier,
    device::{Caller, Header, HeaderFaults, Headers, RequestHeaders},
    drive,
    facade::{self, Facade, Reply, Request},
    outcome::{NotOurs, Outcome, Verdict},
    step::Step,
    token::{SessionToken, StateToken, Untrusted},
};
use alloc::{boxed::Box, vec::Vec};
use core::future::Future;
use routes::{DeviceEndpoint, Endpoint, TenantEndpoint};

/// The family's calls on an engine. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Api {
    engine: Engine,
}

impl Api {
    /// The calls on this engine.
    pub fn new(engine: Engine) -> Self {
        Self { engine }
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Whether a path is one of the family's, whatever the method; a query does not count. For a host that has routes of its own
    /// beside them: what the family does not have is then its own router's to answer, not the family's "not found".
    ///
    /// The path is compared as it stands, without decoding. It holds for every configuration: what an application does not
    /// offer is refused, and still the family's.
    ///
    /// ```
    /// use authflow::sdk::Api;
    ///
    /// enum To { Login, Own }
    ///
    /// fn route(path: &str) -> To {
    ///     if Api::owns(path) { To::Login } else { To::Own }
    /// }
    ///
    /// assert!(matches!(route("/api/v2/sdk/pwd/skip-update"), To::Login));
    /// assert!(matches!(route("/api/v2/sdk/logout?x=1"), To::Login));
    /// assert!(matches!(route("/api/v2/orders"), To::Own));
    /// ```
    pub fn owns(path: &str) -> bool {
        routes::at(path).is_some()
    }

    /// Reads a request and takes its first step. Whatever is wrong with it ends in an outcome.
    pub fn handle<H: Headers + ?Sized>(&self, request: &Request<'_, H>, moment: Moment) -> Step {
        let headers = RequestHeaders::read(request.headers);
        let endpoint = match routes::find(request.method, request.path) {
            Ok(endpoint) => endpoint,
            Err(not_ours) => return self.not_ours(not_ours, &headers),
        };
        match endpoint {
            Endpoint::OfTenant(endpoint) => self.tenant_call(endpoint, &headers, request.body, moment),
            Endpoint::OfDevice(endpoint) => match Caller::from_request_headers(&headers) {
                Ok(caller) => self.device_call(endpoint, caller, &headers, request.body, moment),
                Err(faults) => self.engine.refuse_headers(faults),
            },
        }
    }

    fn device_call(
        &self,
        endpoint: DeviceEndpoint,
        caller: Caller,
        headers: &RequestHeaders<'_>,
        body: &[u8],
        moment: Moment,
    ) -> Step {
        let engine = &self.engine;
        let state_token = || request::token::<StateToken>(headers, Header::StateToken);
        let session_token = || request::token::<SessionToken>(headers, Header::SessionToken);
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
            DeviceEndpoint::SignIn => {
                with!(body::credentials(headers, body, Identifier::of_user_name), |it| engine
                    .sign_in(caller, it, moment))
            }
            DeviceEndpoint::SignInByAnyName => {
                with!(body::credentials(headers, body, Identifier::of_any), |it| engine
                    .sign_in(caller, it, moment))
            }
            DeviceEndpoint::SignInByMobile => {
                with!(body::mobile_credentials(headers, body), |it| engine.sign_in(caller, it, moment))
            }
            DeviceEndpoint::SignInByCode(channel) => {
                with!(body::code_credentials(headers, body, channel), |it| engine
                    .sign_in_with_code(caller, it, moment))
            }
            DeviceEndpoint::SkipPassword => engine.skip_password(caller, state_token(), moment),
            DeviceEndpoint::ChangePassword => {
                with!(body::password_change(headers, body), |it| engine.change_password(
                    caller,
                    state_token(),
                    it,
                    moment
                ))
            }
            DeviceEndpoint::ChangePasswordByCode(channel) => {
                with!(body::code_change(headers, body, channel), |it| engine.change_password(
                    caller,
                    state_token(),
                    it,
                    moment
                ))
            }
            DeviceEndpoint::MaskedMobile => engine.masked_mobile(caller, state_token(), moment),
            DeviceEndpoint::SendCode(channel) => {
                with!(body::code_request(headers, body, channel), |it| engine.send_code_that_is_taken(
                    caller,
                    state_token(),
                    it,
                    routes::takes,
                    moment
                ))
            }
            DeviceEndpoint::ProveCode(channel) => {
                with!(body::code_response(headers, body, channel), |it| engine.prove_factor(
                    caller,
                    state_token(),
                    it,
                    moment
                ))
            }
            DeviceEndpoint::ProveTotp => {
                with!(body::totp_response(headers, body), |it| engine.prove_factor(
                    caller,
                    state_token(),
                    it,
                    moment
                ))
            }
            DeviceEndpoint::PasswordIsSet => engine.password_is_set(caller, facade::bearer(headers), moment),
            DeviceEndpoint::ChangeOwnPassword => {
                with!(body::own_change(headers, body), |it| engine.change_own_password(
                    caller,
                    PresentedToken::Bearer(facade::bearer(headers)),
                    it,
                    moment
                ))
            }
            DeviceEndpoint::UpdatePasswordByMobile => {
                with!(body::mobile_update(headers, body), |it| engine.update_password_by_mobile(
                    caller,
                    facade::bearer(headers),
                    it,
                    moment
                ))
            }
            DeviceEndpoint::RefreshSession => engine.refresh_session(caller, session_token(), moment),
            DeviceEndpoint::SignOut => engine.sign_out(caller, session_token(), moment),
        }
    }

    /// What a device says in headers stands in the body here.
    fn tenant_call(
        &self,
        endpoint: TenantEndpoint,
        headers: &RequestHeaders<'_>,
        body: &[u8],
        moment: Moment,
    ) -> Step {
        let engine = &self.engine;
        let language = request::language(headers);
        let wanted = match endpoint {
            TenantEndpoint::IssueTicket => &body::TICKET_REQUEST,
            TenantEndpoint::RedeemTicket => &body::TICKET_REDEMPTION,
        };
        let (device, token) = match body::of_tenant(headers, body, wanted) {
            Ok(read) => read,
            Err(reason) => return engine.refuse_tenants_body(language, reason),
        };
        let device = match device {
            Ok(device) => device,
            Err(fault) => return engine.refuse_headers(HeaderFaults::one(fault, language)),
        };
        let caller = TenantCaller { credential: request::credential(headers), device, language };
        let token = token.as_ref().map_or("", Secret::expose);
        match endpoint {
            TenantEndpoint::IssueTicket => engine.issue_ticket(caller, Untrusted::new(token), moment),
            TenantEndpoint::RedeemTicket => engine.redeem_ticket(caller, Untrusted::new(token), moment),
        }
    }

    /// The reply to an outcome.
    pub fn reply(&self, outcome: &Outcome) -> Reply {
        reply::reply(outcome)
    }

    /// [`handle`](Self::handle), [`drive`] and [`reply`](Self::reply) in one.
    pub fn serve<'a, R: Headers + ?Sized, H: Host + ?Sized>(
        &'a self,
        request: &Request<'_, R>,
        moment: Moment,
        host: &'a H,
    ) -> impl Future<Output = Reply> + Send + use<'a, R, H> {
        let step = self.handle(request, moment);
        async move { self.reply(&drive(step, host).await) }
    }

    /// The reply to a request that the host cannot even begin: it has no entropy, say, or has waited too long.
    pub fn busy<R: Headers + ?Sized>(&self, request: &Request<'_, R>) -> Reply {
        let facts = self.engine.facts(request::language(&RequestHeaders::read(request.headers)));
        self.reply(&Outcome { verdict: Verdict::Busy, facts, events: Vec::new() })
    }

    /// Whose request it is, by the session token or the id token in its headers: see [`Facade::authenticate`]. One that has both is refused, so that
    /// nobody has to know which of the two counts.
    pub fn authenticate<H: Headers + ?Sized>(&self, request: &Request<'_, H>, moment: Moment) -> Step {
        let headers = RequestHeaders::read(request.headers);
        let session = request::token::<SessionToken>(&headers, Header::SessionToken);
        let bearer = facade::bearer(&headers);
        let presented = match (session.is_empty(), bearer.is_empty()) {
            (true, _) => PresentedToken::Bearer(bearer),
            (false, true) => PresentedToken::Session(session),
            (false, false) => PresentedToken::Bearer(Untrusted::unreadable()),
        };
        match Caller::from_request_headers(&headers) {
            Ok(caller) => self.engine.authenticate(caller, presented, moment),
            Err(faults) => self.engine.refuse_headers(faults),
        }
    }

    fn not_ours(&self, not_ours: NotOurs, headers: &RequestHeaders<'_>) -> Step {
        let facts = self.engine.facts(request::language(headers));
        Step::Done(Box::new(Outcome { verdict: Verdict::NotOurs(not_ours), facts, events: Vec::new() }))
    }
}

/// The family's replies depend on the outcome alone.
impl Facade for Api {
    type Manner = ();

    fn owns(&self, path: &str) -> bool {
        Self::owns(path)
    }

    fn handle<R: Headers + ?Sized>(&self, request: &Request<'_, R>, moment: Moment) -> (Step, ()) {
        (self.handle(request, moment), ())
    }

    fn authenticate<R: Headers + ?Sized>(&self, request: &Request<'_, R>, moment: Moment) -> (Step, ()) {
        (self.authenticate(request, moment), ())
    }

    fn reply(&self, outcome: &Outcome, (): ()) -> Reply {
        self.reply(outcome)
    }

    fn busy<R: Headers + ?Sized>(&self, request: &Request<'_, R>) -> Reply {
        self.busy(request)
    }
}
