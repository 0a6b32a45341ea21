//! The time, for clients that sign their calls.

use super::{admit, config::Core};
use crate::{Moment, device::Caller, outcome::Verdict, step::Step};
use alloc::sync::Arc;

/// The engine knows the time only to the second. The milliseconds are drawn, because the family's clients may make their nonce of them.
pub(super) fn start(core: &Arc<Core>, caller: Caller, moment: Moment) -> Step {
    admit::admit(core, caller, moment, |admitted| {
        let context = &admitted.context;
        let [high, low, ..] = context.core.ring.signer().draw(&context.moment, "server date", &[]);
        let drawn = u64::from(u16::from_be_bytes([high, low]) % 1_000);
        let milliseconds = admitted.now().as_unix().saturating_mul(1_000).saturating_add(drawn);
        admitted.context.end(Verdict::ServerDate { milliseconds })
    })
}
