//! SIGHUP: keys and configuration are read anew.

use super::{Metrics, Reloaded, service_manager};
use std::{error::Error, future::Future, io};

/// Comes with each SIGHUP, or several of them; never where there is no such thing.
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

/// Reloads with each SIGHUP, one after the other. A reload that fails leaves what was, says why once, and is counted.
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
