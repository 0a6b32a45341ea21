//! A test double that serves, and begins anew when a test says so.

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

/// A test double. A reset makes another world and puts it in the place of the present one, in which requests in progress come to their end.
pub(crate) struct Double {
    cli: Arc<Cli>,
    watch: Watch,
    clock: ClockHand,
    /// Of the present world.
    current: Arc<Current>,
    present: RwLock<Router>,
    /// One at a time.
    resets: Mutex<()>,
}

impl Double {
    /// What it answers now, and all that it answers.
    pub(crate) async fn begin(cli: Arc<Cli>, watch: Watch) -> Result<(Arc<Current>, Router), StartError> {
        let clock = ClockHand::new();
        let deployment = deployment::deployment(&cli.dev, clock.clock())?;
        let (service, besides) = world(&cli, deployment, clock, &watch).await?;
        let current = Current::new(service);
        // Not the fallback, whose router follows its own.
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
        // A file that cannot be read changes nothing.
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

/// A world as it is at the start: what answers calls, and the routes besides.
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
