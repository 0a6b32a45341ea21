//! What answers a request.

use authflow::{
    Engine, Moment,
    outcome::Outcome,
    sdk::{Api, Reply, Request},
    step::Step,
};
use http::HeaderMap;

/// The calls of one wire, on an engine.
pub trait Facade: Send + Sync + 'static {
    /// The engine.
    fn engine(&self) -> &Engine;
    /// Whether a path is one of its calls, whatever the method.
    fn owns(&self, path: &str) -> bool;
    /// Reads a request and takes its first step.
    fn handle(&self, request: &Request<'_, HeaderMap>, moment: Moment) -> Step;
    /// The reply to an outcome.
    fn reply(&self, outcome: &Outcome) -> Reply;
    /// The reply to a request that cannot even begin.
    fn busy(&self, request: &Request<'_, HeaderMap>) -> Reply;
}

impl Facade for Api {
    fn engine(&self) -> &Engine {
        self.engine()
    }

    fn owns(&self, path: &str) -> bool {
        Self::owns(path)
    }

    fn handle(&self, request: &Request<'_, HeaderMap>, moment: Moment) -> Step {
        self.handle(request, moment)
    }

    fn reply(&self, outcome: &Outcome) -> Reply {
        self.reply(outcome)
    }

    fn busy(&self, request: &Request<'_, HeaderMap>) -> Reply {
        self.busy(request)
    }
}
