//! Whether a signed-in subject has set a password.

use super::{bearer, config::Core};
use crate::{
    Moment, Step,
    device::Caller,
    outcome::Verdict,
    token::{Id, Untrusted},
};
use alloc::sync::Arc;

pub(super) fn start(core: &Arc<Core>, caller: Caller, presented: Untrusted<'_, Id>, moment: Moment) -> Step {
    bearer::resume(core, caller, presented, moment, |admitted, bearer| {
        let is_set = bearer.account.password.is_some();
        admitted.context.end(Verdict::PasswordPresence { is_set })
    })
}
