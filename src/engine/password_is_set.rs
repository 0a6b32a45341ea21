//! Whether a signed-in subject has set a password.

use super::{
    config::Core,
    presented::{PresentedToken, with_presented},
};
use crate::{Moment, device::Caller, outcome::Verdict, step::Step};
use alloc::sync::Arc;

pub(super) fn start(core: &Arc<Core>, caller: Caller, presented: PresentedToken<'_>, moment: Moment) -> Step {
    with_presented(core, caller, presented, moment, |admitted, shown| {
        shown.open(admitted, |admitted, session| {
            let is_set = session.account.password.is_some();
            admitted.context.end(Verdict::PasswordPresence { is_set })
        })
    })
}
