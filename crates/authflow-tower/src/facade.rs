//! What answers a request.

use authflow::{
    Moment, PresentedToken,
    device::{Caller, Header, Headers, RequestHeaders},
    outcome::Outcome,
    sdk::{Api, Reply, Request},
    step::Step,
    token::Untrusted,
};

/// A family of calls on an engine.
pub trait Facade: Send + Sync {
    /// How a request wants to be replied to.
    type Manner: Send + Sync + 'static;
    /// Whether a path is one of its calls, whatever the method.
    fn owns(&self, path: &str) -> bool;
    /// Reads a request and takes its first step.
    fn handle<R: Headers + ?Sized>(&self, request: &Request<'_, R>, moment: Moment) -> (Step, Self::Manner);
    /// Finds out whose request it is.
    fn authenticate<R: Headers + ?Sized>(
        &self,
        request: &Request<'_, R>,
        moment: Moment,
    ) -> (Step, Self::Manner);
    /// The reply to an outcome.
    fn reply(&self, outcome: &Outcome, manner: Self::Manner) -> Reply;
    /// The reply to a request that cannot even begin.
    fn busy<R: Headers + ?Sized>(&self, request: &Request<'_, R>) -> Reply;
}

impl Facade for Api {
    type Manner = ();

    fn owns(&self, path: &str) -> bool {
        Self::owns(path)
    }

    fn handle<R: Headers + ?Sized>(&self, request: &Request<'_, R>, moment: Moment) -> (Step, ()) {
        (self.handle(request, moment), ())
    }

    fn authenticate<R: Headers + ?Sized>(&self, request: &Request<'_, R>, moment: Moment) -> (Step, ()) {
        let headers = RequestHeaders::read(request.headers);
        let bearer = headers.get(Header::Authorization).unwrap_or_default();
        let bearer = bearer.strip_prefix("Bearer ").unwrap_or(bearer);
        let presented = match headers.get(Header::SessionToken) {
            Ok(session) if bearer.is_empty() => PresentedToken::Session(Untrusted::new(session)),
            Ok(_) => PresentedToken::Bearer(Untrusted::new("both")),
            Err(_) => PresentedToken::Bearer(Untrusted::new(bearer)),
        };
        match Caller::from_request_headers(&headers) {
            Ok(caller) => (self.engine().authenticate(caller, presented, moment), ()),
            Err(faults) => (self.engine().refuse_headers(faults), ()),
        }
    }

    fn reply(&self, outcome: &Outcome, (): ()) -> Reply {
        self.reply(outcome)
    }

    fn busy<R: Headers + ?Sized>(&self, request: &Request<'_, R>) -> Reply {
        self.busy(request)
    }
}
