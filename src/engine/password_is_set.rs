//! Whether a signed-in subject has set a password.

use super::{config::Core, open_session::with_id_token};
use crate::{
    Moment,
    device::Caller,
    outcome::Verdict,
    step::Step,
    token::{IdToken, Untrusted},
};
use alloc::sync::Arc;

pub(super) fn start(
    core: &Arc<Core>,
    caller: Caller,
    presented: Untrusted<'_, IdToken>,
    moment: Moment,
) -> Step {
    with_id_token(core, caller, presented, moment, |admitted, session| {
        let is_set = session.account.password.is_some();
        admitted.context.end(Verdict::PasswordPresence { is_set })
    })
}
