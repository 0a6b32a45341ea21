//! The messages to the service manager that has started the server (`sd_notify(3)`). Without one, nothing is sent.

use sd_notify::NotifyState;

/// The server serves: at the start, and after a reload.
pub(crate) fn ready() {
    tell(&[NotifyState::Ready]);
}

pub(crate) fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]),
        Err(error) => tracing::warn!(event = "not_notified", %error, "the service manager is not told"),
    }
}

pub(crate) fn stopping() {
    tell(&[NotifyState::Stopping]);
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(event = "not_notified", %error, "the service manager is not told");
    }
}
