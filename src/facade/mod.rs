//! Façades: families of HTTP calls on an [`Engine`](crate::Engine), each with paths and bodies of its own.
//!
//! [`sdk::Api`](crate::sdk::Api) is one. Code that serves a façade, such as a `tower::Service`, has the same lines for each: the host reads a
//! [`Request`], [serves](Facade::serve) it, and sends the [`Reply`].
//!
//! ```
//! use authflow::{
//!     Host, Moment,
//!     device::Headers,
//!     facade::{Facade, Reply, Request},
//! };
//!
//! /// Answers the façade's requests. The rest is for the host's own router.
//! async fn answer<F: Facade, R: Headers + ?Sized, H: Host>(
//!     facade: &F,
//!     request: &Request<'_, R>,
//!     moment: Moment,
//!     host: &H,
//! ) -> Option<Reply> {
//!     if facade.owns(request.path) {
//!         Some(facade.serve(request, moment, host).await)
//!     } else {
//!         None
//!     }
//! }
//! ```

mod bearer;
mod cross_site;
pub(crate) mod form;
pub(crate) mod member;
pub(crate) mod object;
pub(crate) mod openapi;
mod reply;
mod request;

pub use cross_site::may_be_cross_site;
pub use reply::Reply;
pub use request::{MOST_OF_A_BODY, Request};

pub(crate) use bearer::{bearer, borne};
pub(crate) use cross_site::{FETCH_SITE, REQUESTED_BY};

use crate::{Host, Moment, device::Headers, host::drive, outcome::Outcome, step::Step};
use core::future::Future;

/// A family of HTTP calls on an engine.
///
/// A request is [handled](Self::handle) once, its step is driven to an outcome, and the outcome is [replied](Self::reply) to once. The
/// [`Manner`](Self::Manner) holds what the reply must know about its request in addition to the outcome. It is moved from `handle` to `reply`.
/// [`serve`](Self::serve) does all three.
///
/// ```
/// use authflow::{
///     Host, Moment,
///     device::Headers,
///     drive_blocking,
///     facade::{Facade, Reply, Request},
///     testkit::{Call, World, demo},
/// };
/// use std::sync::Mutex;
///
/// /// A façade without a server and without a runtime: for a command line, say.
/// fn call<F: Facade, R: Headers + ?Sized>(
///     facade: &F,
///     request: &Request<'_, R>,
///     moment: Moment,
///     host: &impl Host,
/// ) -> Reply {
///     let (step, manner) = facade.handle(request, moment);
///     match drive_blocking(step, host) {
///         Ok(outcome) => facade.reply(&outcome, manner),
///         Err(_) => facade.busy(request),
///     }
/// }
///
/// let mut world = World::new();
/// let (moment, host) = (world.moment(), Mutex::new(world.host));
/// let login = Call::login("alice", demo::PASSWORD);
/// assert!(Facade::owns(&world.api, &login.path));
/// let reply = call(&world.api, &login.request(), moment, &host);
/// assert_eq!(reply.status(), 200);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no façade",
    label = "it must be `authflow::sdk::Api`, `authflow::web::Web` or a façade of yours",
    note = "an `Engine` is none: `Api::new(engine)`, or `Web::new(engine, application, modes)`"
)]
pub trait Facade: Send + Sync {
    /// Everything that the reply needs from the request and that is not in the outcome. A manner cannot be copied, so that no reply is made
    /// with the manner of another request by mistake.
    type Manner: Send + Sync + 'static;

    /// Whether a path is one of the façade's, whatever the method and the query. The host's own router answers the rest.
    ///
    /// The path is compared as it stands, without decoding.
    fn owns(&self, path: &str) -> bool;

    /// Reads a request and takes its first step. Every fault of the request ends in an outcome, even a body that is [too long](MOST_OF_A_BODY).
    fn handle<R: Headers + ?Sized>(&self, request: &Request<'_, R>, moment: Moment) -> (Step, Self::Manner);

    /// Finds out who sends a request. Use it to guard the host's own routes. It reads from the request the token that the façade's clients show
    /// there, and goes on as [`Engine::authenticate`](crate::Engine::authenticate) does. Only
    /// [`Verdict::Authenticated`](crate::outcome::Verdict::Authenticated) lets the request pass. The [reply](Self::reply) to any other verdict
    /// refuses in the façade's words.
    fn authenticate<R: Headers + ?Sized>(
        &self,
        request: &Request<'_, R>,
        moment: Moment,
    ) -> (Step, Self::Manner);

    /// The reply to the outcome of a request.
    fn reply(&self, outcome: &Outcome, manner: Self::Manner) -> Reply;

    /// The reply to a request that the host cannot even begin, or has given up, for example because it has no entropy or has waited too long.
    fn busy<R: Headers + ?Sized>(&self, request: &Request<'_, R>) -> Reply;

    /// [`handle`](Self::handle), [`drive`] and [`reply`](Self::reply) in one.
    fn serve<'a, R: Headers + ?Sized, H: Host + ?Sized>(
        &'a self,
        request: &Request<'_, R>,
        moment: Moment,
        host: &'a H,
    ) -> impl Future<Output = Reply> + Send + use<'a, Self, R, H> {
        let (step, manner) = self.handle(request, moment);
        async move { self.reply(&drive(step, host).await, manner) }
    }
}
