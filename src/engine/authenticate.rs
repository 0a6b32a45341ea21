//! Who makes a request at a route of the host's own.

use super::{
    admit::{self, Admitted, Errand},
    config::Core,
    open_session::{OpenSession, Shown, with_bearer, with_session_token},
};
use crate::{
    Moment,
    account::Subject,
    device::Caller,
    outcome::{Authenticated, Verdict},
    session::SessionRecord,
    step::Step,
    token::{IdToken, SessionToken, Untrusted},
};
use alloc::{boxed::Box, sync::Arc};

/// What a request at a route of the host's own bears, to show whose it is.
#[derive(Clone, Copy, Debug)]
pub enum PresentedToken<'a> {
    /// An id token, as `Authorization: Bearer …` carries it.
    Bearer(Untrusted<'a, IdToken>),
    /// A session token, in the family's header `X-session-token` or in a cookie of the host's.
    Session(Untrusted<'a, SessionToken>),
}

pub(super) fn start(core: &Arc<Core>, caller: Caller, presented: PresentedToken<'_>, moment: Moment) -> Step {
    match presented {
        PresentedToken::Bearer(presented) => {
            let text = presented.to_owned();
            admit::admit(core, caller, moment, move |admitted| {
                with_bearer(admitted, text.presented(), |admitted, token| {
                    Shown::to_authenticate_bearer(&token).open(admitted, authenticated)
                })
            })
        }
        PresentedToken::Session(presented) => {
            with_session_token(Errand::Act, core, caller, presented, moment, |admitted, shown| {
                shown.to_authenticate().open(admitted, authenticated)
            })
        }
    }
}

fn authenticated(admitted: Admitted, open: OpenSession) -> Step {
    let OpenSession { account, record } = open;
    let SessionRecord { session, audience, auth_time, factors, expires_at, .. } = record;
    let subject = Subject::of(&account);
    let skew = admitted.context.core.ring.skew();
    let authenticated = Authenticated { subject, audience, factors, auth_time, session, expires_at, skew };
    admitted.context.end(Verdict::Authenticated(Box::new(authenticated)))
}
