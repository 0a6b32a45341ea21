//! Which application is this?

use crate::{ClientId, TenantId};

/// Which application is this? The answer is `None` if there is no such application.
///
/// It is never asked of an engine that was given a fixed list. It is the first question of a request, and every request waits for it, so keep the
/// answers in memory.
///
/// In SQL: `SELECT … FROM applications WHERE client_id = :client_id`, with the one tenant that was asked about, if the application serves
/// it.
///
/// ```
/// use authflow::{Application, ClientId, step::FindApplication, testkit::demo};
/// use authflow::{Applications, Config, Engine, sdk::Api, testkit::{Call, MemoryHost, World}};
/// use std::sync::Arc;
///
/// fn find(ask: &FindApplication, known: &[ClientId]) -> Option<Arc<Application>> {
///     let is_known = known.contains(&ask.client_id);
///     is_known.then(|| Arc::new(Application::isv(ask.client_id, ask.tenant)))
/// }
///
/// let engine = Engine::new(Config::new(demo::issuer(), demo::ring(), Applications::Asked))?;
/// let mut world = World::of(Api::new(engine), MemoryHost::demo());
/// let step = world.begin(&Call::login("alice", demo::PASSWORD));
/// let ask = world.until::<FindApplication>(step);
/// let found = find(&ask, &[ClientId::new(demo::ISV)?]);
/// assert_eq!(world.finish(ask.answer(found)).text("status"), "SUCCESS");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// **If you answer wrongly:**
/// - The application of another client id: a [contradiction](crate::outcome::Event::Contradiction), and nothing is issued.
/// - A tenant that it does not serve among its [`tenancy`](crate::Application::tenancy): accounts of that tenant sign in to it.
/// - Yesterday's policy: the application demands what it demanded yesterday.
/// - `None` for one that exists: its clients are told that they are unknown.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FindApplication {
    /// The client id that the caller names.
    pub client_id: ClientId,
    /// The tenant the caller names. An application that serves it must list it.
    pub tenant: Option<TenantId>,
}
