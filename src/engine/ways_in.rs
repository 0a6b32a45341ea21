//! How one gets in.

use super::{admit, config::Core};
use crate::{Moment, device::Caller, outcome::Verdict, step::Step};
use alloc::sync::Arc;

/// Whoever is admitted knows what the facts of each outcome say of the application.
pub(super) fn start(core: &Arc<Core>, caller: Caller, moment: Moment) -> Step {
    admit::admit(core, caller, moment, |admitted| admitted.context.end(Verdict::Done))
}
