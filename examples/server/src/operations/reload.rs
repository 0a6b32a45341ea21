//! Reloads: on SIGHUP, keys and configuration are read again.

use super::{Metrics, Reloaded, service_manager};
use std::{error::Error, future::Future, io};

/// Yields on each SIGHUP. Several signals may count as one. On a system without SIGHUP it never yields.
pub(crate) struct Hangups {
    #[cfg(unix)]
    signal: tokio::signal::unix::Signal,
}

impl Hangups {
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            signal: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) {
        #[cfg(unix)]
        self.signal.recv().await;
        #[cfg(not(unix))]
        std::future::pending::<()>().await;
    }
}

/// Reloads on each SIGHUP, one reload after the other. A reload that fails changes nothing, logs its reason once, and
/// is counted.
pub(crate) async fn with_each<F, E>(mut hangups: Hangups, metrics: Metrics, reload: impl Fn() -> F)
where
    F: Future<Output = Result<(), E>>,
    E: Error,
{
    loop {
        hangups.next().await;
        service_manager::reloading();
        match reload().await {
            Ok(()) => {
                metrics.reload(Reloaded::Done);
                tracing::info!(event = "reloaded", "keys and configuration were read anew");
            }
            Err(error) => {
                metrics.reload(Reloaded::Failed);
                tracing::error!(event = "reload_failed", %error, "what was before goes on");
            }
        }
        service_manager::ready();
    }
}
