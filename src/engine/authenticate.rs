//! Finds out who makes a request at one of the host's own routes.

use super::{
    admit::Admitted,
    config::Core,
    open_session::OpenSession,
    presented::{PresentedToken, with_presented},
};
use crate::{
    Moment,
    account::Subject,
    device::Caller,
    outcome::{Authenticated, Verdict},
    session::SessionRecord,
    step::Step,
};
use alloc::{boxed::Box, sync::Arc};

pub(super) fn start(core: &Arc<Core>, caller: Caller, presented: PresentedToken<'_>, moment: Moment) -> Step {
    with_presented(core, caller, presented, moment, |admitted, shown| {
        shown.to_authenticate().open(admitted, authenticated)
    })
}

fn authenticated(admitted: Admitted, open: OpenSession) -> Step {
    let OpenSession { account, record } = open;
    let SessionRecord { session, audience, auth_time, factors, expires_at, .. } = record;
    let subject = Subject::of(&account);
    let skew = admitted.context.core.ring.skew();
    let authenticated =
        Box::new(Authenticated { subject, audience, factors, auth_time, session, expires_at, skew });
    // The signature is used up because the route may write. The library does not know what the route does.
    admitted.use_signature(move |admitted| admitted.context.end(Verdict::Authenticated(authenticated)))
}
