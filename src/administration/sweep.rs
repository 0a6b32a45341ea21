//! Forget what is over.

use crate::Timestamp;
use core::num::NonZeroU32;

/// How long after its end something is kept. It covers how far two clocks of a ring may differ (120 s) and a guess in flight (30 s).
const MARGIN: u64 = 180;

/// Forget what is over, in portions so small that nobody waits for them.
///
/// | rows | are over | what they were kept for |
/// |---|---|---|
/// | claims | `keep_until <= :over` | that a token, code or ticket counts once |
/// | sessions, ended ones too | `expires_at <= :over` | that an id is never opened again while its tokens live |
/// | codes | `expires_at <= :over` | to be presented |
/// | counts of sends | `forget_at <= :over` ([`SendRecord::forget_at`](crate::code::SendRecord::forget_at)) | the budget |
/// | guesses, codes and counts of sends of nobody | the oldest beyond [`MOST_OF_NOBODY`](Self::MOST_OF_NOBODY) of each, if they were last seen before `:over`, and the counts of sends have [cooled](crate::code::SendBudget::cools_until) by then | to look like somebody's |
///
/// Guesses of accounts are never forgotten, nor the sum of what an application sends.
///
/// Every row was written by an instance that has a different clock, so [`over`](Self::over) lies three minutes back. Rows that any clock of the
/// ring still needs are kept. Delete at most [`at_most`](Self::at_most) rows of each kind, in one transaction or in one for each kind. Call again
/// until the sweep [is done](Self::is_done).
///
/// ```sql
/// DELETE FROM claims WHERE id IN (SELECT id FROM claims WHERE keep_until <= :over LIMIT :at_most);
/// ```
///
/// ```
/// use authflow::{administration::Sweep, testkit::World};
/// use core::num::NonZeroU32;
///
/// let mut world = World::new();
/// world.login("alice");
/// assert_eq!(world.host.sessions.len(), 1);
/// world.clock.pass(30 * 86_400);
/// let sweep = Sweep::new(world.clock.now, NonZeroU32::new(1000).unwrap());
/// while !sweep.is_done(&world.host.sweep(&sweep)) {}
/// assert!(world.host.sessions.is_empty());
/// ```
///
/// **If you answer wrongly:** if a claim is forgotten early, its token counts twice. If a count is forgotten early, its budget begins anew. Rows
/// that are never forgotten fill the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sweep {
    now: Timestamp,
    at_most: NonZeroU32,
}

impl Sweep {
    /// How many guesses, codes and counts of sends of nobody a store keeps: this number of each.
    pub const MOST_OF_NOBODY: u32 = 1 << 20;

    /// A sweep by this clock, of at most so many rows of each kind.
    ///
    /// **The clock must be roughly right**, as those of the instances are. Take theirs, or the database's. If a console's clock is more than
    /// eight minutes fast, its sweep frees claims of tokens that still live, and those tokens count twice. A claim is kept for five minutes
    /// longer than its token lives, and a sweep stays three minutes behind its clock.
    pub const fn new(now: Timestamp, at_most: NonZeroU32) -> Self {
        Self { now, at_most }
    }

    /// Everything that ended at this time or before is over by every clock.
    pub const fn over(&self) -> Timestamp {
        self.now.minus_seconds(MARGIN)
    }

    /// How many rows of each kind are forgotten at most.
    pub const fn at_most(&self) -> u32 {
        self.at_most.get()
    }

    /// Whether nothing is left that is over.
    pub fn is_done(&self, swept: &Swept) -> bool {
        let Swept { claims, sessions, codes, sends, guesses_of_nobody } = *swept;
        [claims, sessions, codes, sends, guesses_of_nobody].into_iter().all(|rows| rows < self.at_most.get())
    }
}

/// How much was forgotten.
///
/// ```
/// use authflow::{
///     administration::{Sweep, Swept},
///     testkit::World,
/// };
/// use core::num::NonZeroU32;
///
/// let mut world = World::new();
/// world.login("alice");
/// world.clock.pass(30 * 86_400);
/// let sweep = Sweep::new(world.clock.now, NonZeroU32::new(1000).unwrap());
/// let Swept { sessions, claims, .. } = world.host.sweep(&sweep);
/// assert_eq!((sessions, claims), (1, 0), "she had no pending login");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Claims.
    pub claims: u32,
    /// Sessions.
    pub sessions: u32,
    /// Codes.
    pub codes: u32,
    /// Counts of sends.
    pub sends: u32,
    /// Records of guesses at names that nobody has.
    pub guesses_of_nobody: u32,
}
