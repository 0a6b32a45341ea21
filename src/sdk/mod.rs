//! The wire: the `/api/v2/sdk` login family of Huawei OneAccess and BambooCloud IDaaS.
//!
//! Everything the family spells lives in this module, one table for each thing: paths and methods, request bodies, reply
//! bodies, codes and messages. The rest of the crate knows none of it.
//!
//! | call | operation |
//! |---|---|
//! | `POST /api/v2/sdk/login` | [`Engine::sign_in`] |
//! | `GET` or `POST /api/v2/sdk/pwd/skip-update` | [`Engine::skip_password`] |
//! | `POST /api/v2/sdk/pwd/update` | [`Engine::change_password`] |
//! | `GET /api/v2/sdk/pwd/check-exist` | [`Engine::password_is_set`] |
//!
//! `skip-update` is a GET that signs in, because that is the family's contract. Mobile HTTP stacks repeat a GET on their
//! own when a connection breaks; the second one finds the state token used and gets `Invalid state token`. A client that
//! can choose sends POST.

mod body;
mod catalogue;
mod reply;
mod request;
mod routes;

pub use reply::{Body, LoginBody, Reply};
pub use request::Request;

use crate::{
    Engine, Host, Moment, Outcome, Step,
    device::{Caller, Header, Headers, Language, RequestHeaders},
    drive,
    outcome::{Facts, NotOurs, Verdict},
};
use alloc::{boxed::Box, vec::Vec};
use core::future::Future;
use routes::Call;

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

    /// Reads a request and takes its first step. Whatever is wrong with it ends in an outcome.
    pub fn handle<H: Headers + ?Sized>(&self, request: &Request<'_, H>, moment: Moment) -> Step {
        let headers = RequestHeaders::read(request.headers);
        let call = match routes::find(request.method, request.path) {
            Ok(call) => call,
            Err(not_ours) => return self.not_ours(not_ours, &headers),
        };
        let caller = match Caller::from_request(&headers) {
            Ok(caller) => caller,
            Err(faults) => return self.engine.refuse_headers(faults),
        };
        match call {
            Call::SignIn => match body::credentials(&headers, request.body) {
                Ok(credentials) => self.engine.sign_in(caller, credentials, moment),
                Err(reason) => self.engine.refuse_body(caller, reason, moment),
            },
            Call::SkipPassword => self.engine.skip_password(caller, request::state_token(&headers), moment),
            Call::ChangePassword => match body::password_change(&headers, request.body) {
                Ok(change) => {
                    self.engine.change_password(caller, request::state_token(&headers), change, moment)
                }
                Err(reason) => self.engine.refuse_body(caller, reason, moment),
            },
            Call::PasswordIsSet => self.engine.password_is_set(caller, request::bearer(&headers), moment),
        }
    }

    /// The reply to an outcome.
    pub fn reply(&self, outcome: &Outcome) -> Reply {
        Reply::new(outcome)
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

    fn not_ours(&self, not_ours: NotOurs, headers: &RequestHeaders<'_>) -> Step {
        let asked = headers.get(Header::Language).ok().and_then(Language::from_tag);
        let facts = Facts { language: asked.unwrap_or(self.engine.language()), ..Facts::default() };
        Step::Done(Box::new(Outcome { verdict: Verdict::NotOurs(not_ours), facts, events: Vec::new() }))
    }
}
