//! A test double that serves, and starts again when a test asks for it.

use super::{
    Codes, deployment,
    problem::Problem,
    request::from_this_machine,
    routes::{self, World, other_method},
};
use crate::{
    cli::Cli,
    clock::ClockHand,
    deployment::Deployment,
    http::{self, Service},
    operations::{self, Current, Watch},
    served::{Served, served},
    start::StartError,
};
use axum::{
    Router,
    extract::{Request, State},
    http::StatusCode,
    middleware,
    response::Response,
    routing::post,
};
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::Mutex;
use tower::ServiceExt as _;

/// A test double. A reset makes another world and puts it in the place of the present one. Requests in progress come to their end in the
/// old world.
pub(crate) struct Double {
    cli: Arc<Cli>,
    watch: Watch,
    clock: ClockHand,
    /// The service of the present world.
    current: Arc<Current>,
    present: RwLock<Router>,
    /// Lets one reset run at a time.
    resets: Mutex<()>,
}

impl Double {
    /// Starts a test double. Returns what it serves now, and the routes of all its worlds.
    pub(crate) async fn begin(cli: Arc<Cli>, watch: Watch) -> Result<(Arc<Current>, Router), StartError> {
        let clock = ClockHand::new();
        let deployment = deployment::deployment(&cli.dev, clock.clock())?;
        let (service, besides) = world(&cli, deployment, clock, &watch).await?;
        let current = Current::new(service);
        // Only this route is followed here: the router of the fallback follows its own requests.
        let followed = middleware::from_fn_with_state(watch.metrics.clone(), operations::follow);
        let present = RwLock::new(http::router(Arc::clone(&current), watch.metrics.clone(), besides));
        let double =
            Self { cli, watch, clock, current: Arc::clone(&current), present, resets: Mutex::new(()) };
        let reset = Router::new()
            .route("/dev/reset", post(reset).layer(followed))
            .method_not_allowed_fallback(other_method)
            .layer(middleware::from_fn(from_this_machine));
        Ok((current, reset.fallback(in_the_present_world).with_state(Arc::new(double))))
    }

    async fn reset(&self) -> Result<(), StartError> {
        let _alone = self.resets.lock().await;
        // The files are read first, so that a file that cannot be read changes nothing.
        let deployment = deployment::deployment(&self.cli.dev, self.clock.clock())?;
        if let Some(folder) = self.cli.dev.kept_in() {
            deployment::forget(folder)?;
        }
        self.clock.reset();
        let (service, besides) = world(&self.cli, deployment, self.clock, &self.watch).await?;
        self.current.replace(service);
        let new = http::router(Arc::clone(&self.current), self.watch.metrics.clone(), besides);
        *self.present.write().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(())
    }
}

/// A world in its first state: the service, and the routes beside the calls.
async fn world(
    cli: &Cli,
    deployment: Deployment,
    clock: ClockHand,
    watch: &Watch,
) -> Result<(Service, Router<Arc<Current>>), StartError> {
    let codes = Codes::new(clock.clock());
    let (config, sealing_keys) = (deployment.config.clone(), deployment.sealing_keys.clone());
    let Served { service, besides, .. } = served(cli, deployment, watch, Some(codes.clone())).await?;
    let world = World {
        config,
        store: service.host.store.clone(),
        hasher: service.host.hasher.clone(),
        sealing_keys,
        clock,
        codes,
    };
    Ok((service, besides.merge(routes::routes(world))))
}

/// `POST /dev/reset`
async fn reset(State(double): State<Arc<Double>>) -> Result<StatusCode, Problem> {
    double.reset().await.map_err(|error| Problem::failed(&error))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn in_the_present_world(State(double): State<Arc<Double>>, request: Request) -> Response {
    let present = double.present.read().unwrap_or_else(PoisonError::into_inner).clone();
    match present.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}
