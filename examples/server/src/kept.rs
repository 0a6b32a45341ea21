//! The state that a reload keeps.

use crate::{
    calls::Calls,
    cli::Cli,
    clock::Clock,
    dev::{self, Codes},
    http,
    loopback_provider::LoopbackProvider,
    operations::Watch,
    slider::Slider,
};
use axum::body::Bytes;
use std::sync::Arc;

/// The state that is in no file, and so must outlive a reload.
pub(crate) struct Kept {
    pub(crate) clock: Clock,
    pub(crate) calls: Calls,
    pub(crate) watch: Watch,
    pub(crate) slider: Arc<Slider>,
    pub(crate) provider: Option<Arc<LoopbackProvider>>,
    /// The codes of a test double.
    pub(crate) codes: Option<Codes>,
    /// The description of the calls (OpenAPI).
    pub(crate) description: fn() -> Bytes,
}

impl Kept {
    pub(crate) fn new(cli: &Cli, clock: Clock, watch: Watch, codes: Option<Codes>) -> Self {
        let slider = if cli.is_demo() { Slider::telling() } else { Slider::default() };
        let description = if codes.is_some() { dev::description } else { http::description };
        Self {
            clock,
            calls: Calls::new(),
            watch,
            slider: Arc::new(slider),
            // The provider vouches for all that a client asks for. So no application of a configuration may use it.
            provider: cli.config_file().is_none().then(Arc::<LoopbackProvider>::default),
            codes,
            description,
        }
    }
}
