//! Running and watching the server: metrics, logs, the audit stream, the management listener, reloads and clean-up.

mod audit;
pub(crate) mod clean_up;
mod current;
mod logging;
mod management;
mod metrics;
mod questions;
mod record;
pub(crate) mod reload;
mod request;
pub(crate) mod service_manager;
mod watch;

pub(crate) use audit::{Audit, AuditTo};
pub(crate) use current::Current;
pub(crate) use logging::{LogFormat, to_standard_error};
pub(crate) use management::Management;
pub(crate) use metrics::{Metrics, Reloaded};
pub(crate) use questions::drive;
pub(crate) use request::{RequestId, follow, of_this_request};
pub(crate) use watch::Watch;

use authflow_argon2::HasherLoad;

/// The load of the server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    /// The calls in progress.
    pub(crate) calls: usize,
    /// The most calls that may be in progress at once.
    pub(crate) most_calls: usize,
    pub(crate) hasher: HasherLoad,
}

impl Default for Load {
    /// The load of a server that has not started yet.
    fn default() -> Self {
        let hasher = HasherLoad { places: 0, places_taken: 0, cores: 0, cores_taken: 0 };
        Self { calls: 0, most_calls: 0, hasher }
    }
}
