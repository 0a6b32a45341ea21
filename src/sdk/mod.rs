//! The wire: the `/api/v2/sdk` login family of Huawei OneAccess and BambooCloud IDaaS.
//!
//! Every spelling of the family is in this module, with one table for each kind: paths and methods, request bodies, reply
//! bodies, codes and messages. The rest of the crate knows none of it.
//!
//! ```
//! use authflow::{
//!     Application, ClientId, Config, Engine, TenantId, drive_blocking,
//!     facade::Request,
//!     sdk::Api,
//!     testkit::{Clock, MemoryHost, demo},
//! };
//! use std::sync::Mutex;
//!
//! let (client, tenant) = (ClientId::new(demo::ISV)?, TenantId::new(demo::TENANT)?);
//! let config =
//!     // your own keys
//!     Config::new(demo::issuer(), demo::ring(), [Application::isv(client, [tenant])].into());
//! let api = Api::new(Engine::new(config)?);
//! let host = Mutex::new(MemoryHost::demo()); // your host
//!
//! let request = Request {
//!     method: "POST",
//!     path: "/api/v2/sdk/login",
//!     headers: &demo::device().with("Content-Type", "application/json"), // those of the request
//!     body: br#"{"user_name":"alice","password":"Correct-Horse-7"}"#,
//!     peer: None,
//! };
//! let moment = Clock::at(demo::START).moment(); // yours: Moment::now()?
//! // In a runtime: api.serve(&request, moment, &host).await
//! let reply = api.reply(&drive_blocking(api.handle(&request, moment), &host)?);
//! assert_eq!(reply.status(), 200);
//! let body: serde_json::Value = serde_json::from_slice(reply.body())?;
//! assert_eq!((&body["status"], &body["expire"]), (&"SUCCESS".into(), &43_200.into()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | call | operation |
//! |---|---|
//! | `POST /api/v2/sdk/login`, `login/auth`, `login/mobile-pwd` | [`Engine::sign_in`] |
//! | `POST …/login/mobile-verify-code`, `login/email-verify-code` | [`Engine::sign_in_with_code`] |
//! | `GET` or `POST …/pwd/skip-update` | [`Engine::skip_password`] |
//! | `POST …/pwd/update`, `after-login/pwd/update-by-mobile`, `after-login/pwd/update-by-email` | [`Engine::change_password`] |
//! | `GET …/mobile-by-token` | [`Engine::masked_mobile`] |
//! | `POST …/sms/send`, `email/send` | [`Engine::send_code`] |
//! | `GET …/captcha` | [`Engine::issue_captcha`] |
//! | `POST …/captcha/verify` | [`Engine::verify_captcha`] |
//! | `POST …/mfa/sms`, `mfa/email`, `mfa/totp` (ours) | [`Engine::prove_factor`] |
//! | `GET …/pwd/check-exist` | [`Engine::password_is_set`] |
//! | `POST …/pwd/change` | [`Engine::change_own_password`] |
//! | `POST …/pwd/update-by-mobile` | [`Engine::update_password_by_mobile`] |
//! | `POST …/sso/session-token/id-token` | [`Engine::refresh_session`] |
//! | `POST …/session-token/refresh-id-token` | [`Engine::refresh_id_token`] |
//! | `GET` or `POST …/logout` | [`Engine::sign_out`] |
//! | `GET …/server-date` | [`Engine::server_date`] |
//! | `GET …/public-key` | [`Engine::public_key`] |
//! | `POST …/pwd/change-by-mobile`, `pwd/change-by-email` | [`Engine::change_own_password_by_code`] |
//! | `POST …/sms/send` of `UPDATE_MOBILE_SMS`, with the id token | [`Engine::send_contact_code`] |
//! | `POST …/profile/update-mobile` | [`Engine::change_contact`] |
//! | `GET /api/v1/oauth2/keys` | [`Engine::public_keys`] |
//! | `POST /api/v2/tenant/sso/session-token/sso-ticket` | [`Engine::issue_ticket`] |
//! | `POST /api/v2/tenant/sso/sso-ticket/verify` | [`Engine::redeem_ticket`] |
//! | `POST /api/v2/sdk/register/mobile-verify-code`, `register/email-verify-code` (CIAM, OneAccess) | [`Engine::register`] |
//! | `POST /api/v2/tenant/sso/session-token/refresh` | [`Engine::refresh_session_for_tenant`] |
//! | `POST /api/v2/tenant/token` | [`Engine::issue_tenant_token`] |
//! | `POST …/login/wechat`, `login/wechat-miniprogram`, `/api/v3/sdk/login/alipay` | [`Engine::sign_in_with_social_code`] |
//! | `POST …/login/aliyun-mobile-auth` | [`Engine::sign_in_with_mobile_token`] |
//! | `POST …/social/bind`, `social/username-password-bind`, `social/wechat-mobile-bind`, `social/alipay-mini-mobile-bind` | [`Engine::link_identity`] |
//! | `POST …/social/register-bind`, `social/wechat-mobile-register-bind` | [`Engine::register_and_link`] |
//! | `GET …/social` | [`Engine::list_identities`] |
//! | `POST …/social/unbind-account`, `social/unbind` | [`Engine::unlink_identity`] |
//!
//! [`openapi`] describes them all from the same table.
//!
//! `skip-update` is a GET that signs in, because that is the family's contract. Mobile HTTP stacks repeat a GET by
//! themselves when a connection breaks. The second GET finds the state token used and gets `Invalid state token`. A
//! client that can choose should send POST.

mod body;
mod captcha_body;
mod catalogue;
mod openapi;
mod registration;
mod reply;
mod request;
mod routes;
mod social_accounts;

pub use captcha_body::CaptchaBody;
pub use openapi::openapi;
pub use reply::{Body, LoginBody, LoginData, SessionBody};
pub use social_accounts::{SocialAccount, SocialAccounts};

use crate::{
    Engine, Host, LinkProof, Moment, PresentedToken, Secret, TenantCaller,
    account::Identifier,
    code::CodePurpose,
    device::{Caller, Device, Header, HeaderFault, HeaderFaults, Headers, RequestHeaders},
    drive,
    facade::{self, Facade, Reply, Request},
    outcome::{BodyFault, Outcome, Verdict},
    signed_call::CallSignature,
    step::Step,
    token::{LinkToken, SessionToken, StateToken, Untrusted},
};
use alloc::{boxed::Box, vec::Vec};
use core::future::Future;
use routes::{DeviceEndpoint, Endpoint, TenantEndpoint};

/// The family's calls on an engine. Cheap to clone.
///
/// ```
/// use authflow::{Host, Moment, device::Headers, facade::{Reply, Request}, sdk::Api};
///
/// /// The family's paths, in front of your own router.
/// async fn login<R: Headers + ?Sized>(
///     api: &Api, request: &Request<'_, R>, moment: Moment, host: &impl Host,
/// ) -> Option<Reply> {
///     if Api::owns(request.path) { Some(api.serve(request, moment, host).await) } else { None }
/// }
/// ```
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

    /// Whether a path is one of the family's, whatever the method. A query does not count. This is for a host that has other routes too:
    /// its own router answers a path that the family does not have, instead of the family's "not found".
    ///
    /// The path is compared as it stands, without decoding. The answer holds for every configuration: a call that an application does not
    /// offer is refused, but its path is still the family's.
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
        Self::route(path).is_some()
    }

    /// The family's path that `path` stands for, if it [is one](Self::owns). The paths are a fixed set, to which no client can add, so they are fit
    /// for counters and logs.
    ///
    /// ```
    /// use authflow::sdk::Api;
    ///
    /// assert_eq!(Api::route("/api/v2/sdk/logout?x=1"), Some("/api/v2/sdk/logout"));
    /// assert_eq!(Api::route("/api/v2/orders"), None);
    /// ```
    pub fn route(path: &str) -> Option<&'static str> {
        routes::at(path).map(|route| route.path)
    }

    /// Reads a request and takes its first step. Any fault in it ends in an outcome.
    pub fn handle<H: Headers + ?Sized>(&self, request: &Request<'_, H>, moment: Moment) -> Step {
        let headers = RequestHeaders::read(request.headers);
        let endpoint = match routes::find(request.method, request.path) {
            Ok(endpoint) => endpoint,
            Err(not_ours) => return self.done(Verdict::NotOurs(not_ours), &headers),
        };
        match endpoint {
            Endpoint::OfTenant(endpoint) => self.tenant_call(endpoint, &headers, request.body, moment),
            Endpoint::PublicKeys => {
                let verdict = Verdict::PublicKeys(self.engine.public_keys(moment.timestamp()));
                self.done(verdict, &headers)
            }
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
        let link_token = || request::token::<LinkToken>(headers, Header::StateToken);
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
                with!(body::code_request(headers, body, channel), |it| {
                    // A new contact belongs to no account yet, so the caller must show whose it will be.
                    if it.purpose == CodePurpose::UpdateContact && state_token().is_empty() {
                        return with!(body::new_contact(it), |contact| engine.send_contact_code(
                            caller,
                            request::subject(headers),
                            contact,
                            moment
                        ));
                    }
                    engine.send_code_as_meant(caller, state_token(), it, routes::meant, moment)
                })
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
            DeviceEndpoint::PasswordIsSet => {
                engine.password_is_set(caller, request::subject(headers), moment)
            }
            DeviceEndpoint::ChangeOwnPassword => {
                with!(body::own_change(headers, body), |it| engine.change_own_password(
                    caller,
                    request::subject(headers),
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
            DeviceEndpoint::RefreshSession => {
                engine.refresh_session(caller, request::session(headers), moment)
            }
            DeviceEndpoint::SignOut => engine.sign_out(caller, request::session(headers), moment),
            DeviceEndpoint::RefreshIdToken => {
                let signature = request::signature(headers).unwrap_or(CallSignature::new(b""));
                engine.refresh_id_token(caller, signature, moment)
            }
            DeviceEndpoint::ServerDate => engine.server_date(caller, moment),
            DeviceEndpoint::PublicKey => engine.public_key(caller, moment),
            DeviceEndpoint::Register(channel) => {
                with!(registration::registrant(headers, body, channel), |it| engine.register_where_offered(
                    caller,
                    it,
                    routes::registers,
                    moment
                ))
            }
            DeviceEndpoint::IssueCaptcha => engine.issue_captcha(caller, moment),
            DeviceEndpoint::VerifyCaptcha => {
                with!(body::captcha_solution(headers, body), |it| engine.verify_captcha(caller, it, moment))
            }
            DeviceEndpoint::ChangeOwnPasswordByCode(channel) => {
                with!(body::own_code_change(headers, body, channel), |it| engine.change_own_password_by_code(
                    caller,
                    request::subject(headers),
                    it,
                    moment
                ))
            }
            DeviceEndpoint::ReplaceMobile => {
                with!(body::new_mobile(headers, body), |it| engine.change_contact(
                    caller,
                    request::subject(headers),
                    it,
                    moment
                ))
            }
            DeviceEndpoint::SignInBySocialCode(source) => {
                with!(body::social_code(headers, body, source), |it| engine
                    .sign_in_with_social_code(caller, it, moment))
            }
            DeviceEndpoint::SignInByCarrier => {
                with!(body::carrier_token(headers, body), |it| engine
                    .sign_in_with_mobile_token(caller, it, moment))
            }
            DeviceEndpoint::LinkByCode => {
                with!(body::link_by_code(headers, body), |it| engine.link_identity(
                    caller,
                    link_token(),
                    it,
                    moment
                ))
            }
            DeviceEndpoint::LinkByPassword => {
                with!(body::credentials(headers, body, Identifier::of_user_name), |it| engine.link_identity(
                    caller,
                    link_token(),
                    LinkProof::Password(it),
                    moment
                ))
            }
            DeviceEndpoint::LinkByWechatMobile => {
                with!(body::link_by_wechat_mobile(headers, body), |it| engine.link_identity(
                    caller,
                    link_token(),
                    it,
                    moment
                ))
            }
            DeviceEndpoint::LinkByAlipayMobile => {
                with!(body::link_by_alipay_mobile(headers, body), |it| engine.link_identity(
                    caller,
                    link_token(),
                    it,
                    moment
                ))
            }
            DeviceEndpoint::RegisterAndLinkByCode => {
                with!(body::newcomer_by_code(headers, body), |it| engine.register_and_link(
                    caller,
                    link_token(),
                    it,
                    moment
                ))
            }
            DeviceEndpoint::RegisterAndLinkByWechatMobile => {
                with!(body::newcomer_by_wechat_mobile(headers, body), |it| engine.register_and_link(
                    caller,
                    link_token(),
                    it,
                    moment
                ))
            }
            DeviceEndpoint::ListIdentities => {
                engine.list_identities(caller, request::subject(headers), moment)
            }
            DeviceEndpoint::UnlinkById => {
                with!(body::link_id(headers, body), |it| engine.unlink_identity(
                    caller,
                    request::subject(headers),
                    it,
                    moment
                ))
            }
            DeviceEndpoint::UnlinkIdentity => {
                with!(body::linked_identity(headers, body), |it| engine.unlink_identity(
                    caller,
                    request::subject(headers),
                    it,
                    moment
                ))
            }
        }
    }

    fn tenant_call(
        &self,
        endpoint: TenantEndpoint,
        headers: &RequestHeaders<'_>,
        body: &[u8],
        moment: Moment,
    ) -> Step {
        let engine = &self.engine;
        match endpoint {
            TenantEndpoint::IssueTicket => {
                let read = body::of_tenant(headers, body, &body::TICKET_REQUEST);
                self.about_device(headers, read, |caller, token| {
                    engine.issue_ticket(caller, Untrusted::new(token), moment)
                })
            }
            TenantEndpoint::RedeemTicket => {
                let read = body::of_tenant(headers, body, &body::TICKET_REDEMPTION);
                self.about_device(headers, read, |caller, token| {
                    engine.redeem_ticket(caller, Untrusted::new(token), moment)
                })
            }
            TenantEndpoint::RefreshSession => {
                let read = body::tenant_refresh(headers, body);
                self.about_device(headers, read, |caller, token| {
                    engine.refresh_session_for_tenant(caller, Untrusted::new(token), moment)
                })
            }
            TenantEndpoint::IssueToken => {
                let language = request::language(headers);
                match body::tenant_client(headers, body, language) {
                    Ok(client) => engine.issue_tenant_token(client, moment),
                    Err(reason) => engine.refuse_tenants_body(language, reason),
                }
            }
        }
    }

    /// The body of these calls has a token, and the members that a device sends as headers.
    fn about_device(
        &self,
        headers: &RequestHeaders<'_>,
        read: Result<(Result<Device, HeaderFault>, Option<Secret>), BodyFault>,
        then: impl FnOnce(TenantCaller, &str) -> Step,
    ) -> Step {
        let language = request::language(headers);
        let (device, token) = match read {
            Ok(read) => read,
            Err(reason) => return self.engine.refuse_tenants_body(language, reason),
        };
        let device = match device {
            Ok(device) => device,
            Err(fault) => return self.engine.refuse_headers(HeaderFaults::one(fault, language)),
        };
        let caller = TenantCaller { credential: request::credential(headers), device, language };
        then(caller, token.as_ref().map_or("", Secret::expose))
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

    /// The reply to a request that the host cannot even begin, for example because it has no entropy or the request has waited too long.
    pub fn busy<R: Headers + ?Sized>(&self, request: &Request<'_, R>) -> Reply {
        let facts = self.engine.facts(request::language(&RequestHeaders::read(request.headers)));
        self.reply(&Outcome { verdict: Verdict::Busy, facts, events: Vec::new() })
    }

    /// Finds out whose request it is, from the signature, the session token or the id token in its headers: see [`Facade::authenticate`]. If there is
    /// a signature, nothing else counts. A request without a signature but with both tokens is refused, so that nobody has to know which of the two
    /// counts.
    pub fn authenticate<H: Headers + ?Sized>(&self, request: &Request<'_, H>, moment: Moment) -> Step {
        let headers = RequestHeaders::read(request.headers);
        let session = request::token::<SessionToken>(&headers, Header::SessionToken);
        let bearer = facade::bearer(&headers);
        let presented = match (request::signature(&headers), session.is_empty(), bearer.is_empty()) {
            (Some(signature), ..) => PresentedToken::Signed(signature),
            (None, true, _) => PresentedToken::Bearer(bearer),
            (None, false, true) => PresentedToken::Session(session),
            (None, false, false) => PresentedToken::Bearer(Untrusted::unreadable()),
        };
        match Caller::from_request_headers(&headers) {
            Ok(caller) => self.engine.authenticate(caller, presented, moment),
            Err(faults) => self.engine.refuse_headers(faults),
        }
    }

    /// A step that asks nothing.
    fn done(&self, verdict: Verdict, headers: &RequestHeaders<'_>) -> Step {
        let facts = self.engine.facts(request::language(headers));
        Step::Done(Box::new(Outcome { verdict, facts, events: Vec::new() }))
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
