//! What a service manager that has started the server is told (`sd_notify(3)`); nothing where none has.

use sd_notify::NotifyState;

/// It serves: at the start, and after a reload.
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
