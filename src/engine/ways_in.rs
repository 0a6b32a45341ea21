//! The ways in.

use super::{admit, config::Core};
use crate::{Moment, device::Caller, outcome::Verdict, step::Step};
use alloc::sync::Arc;

/// The facts of each outcome describe the application, so an admitted caller needs no more.
pub(super) fn start(core: &Arc<Core>, caller: Caller, moment: Moment) -> Step {
    admit::admit(core, caller, moment, |admitted| admitted.context.end(Verdict::Done))
}
