//! Delete what has expired.

use crate::Timestamp;
use core::num::NonZeroU32;

/// The seconds for which a row is kept after its end: longer than two clocks of a ring may differ (120 s at most) and a guess may be in flight
/// (30 s).
const MARGIN: u64 = 180;

/// Delete what has expired, in portions so small that no request waits for them.
///
/// | rows | have expired if | were kept |
/// |---|---|---|
/// | claims | `keep_until <= :over` | so that a token, code or ticket counts once |
/// | sessions, ended ones too | `expires_at <= :over` | so that an id is never opened again while its tokens live |
/// | codes | `expires_at <= :over` | so that the code can be presented |
/// | counts of sends | `forget_at <= :over` ([`SendRecord::forget_at`](crate::code::SendRecord::forget_at)) | so that they count against the budget |
/// | guesses, codes and counts of sends of nobody | they are the oldest beyond [`MOST_OF_NOBODY`](Self::MOST_OF_NOBODY) of each and were last seen before `:over`, and the counts of sends have [cooled](crate::code::SendBudget::cools_until) by then | so that they look like those of an account |
///
/// Guesses of accounts and the sum of what an application sends are never deleted.
///
/// Each row may have been written by an instance with a different clock, so [`over`](Self::over) lies three minutes back. Rows that any clock of
/// the ring still needs are kept. Delete at most [`at_most`](Self::at_most) rows of each kind, in one transaction or in one for each kind. Call
/// again until the sweep [is done](Self::is_done).
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
/// **If you answer wrongly:** if a claim is deleted early, its token counts twice. If a count is deleted early, its budget starts again. Rows
/// that are never deleted fill the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sweep {
    now: Timestamp,
    at_most: NonZeroU32,
}

impl Sweep {
    /// The highest number of rows of nobody that a store keeps. It applies to guesses, to codes and to counts of sends separately.
    pub const MOST_OF_NOBODY: u32 = 1 << 20;

    /// A sweep by this clock, of at most so many rows of each kind.
    ///
    /// **The clock must be roughly right**, as those of the instances are. Use a clock of the instances or of the database. If a console's clock
    /// is more than eight minutes fast, its sweep frees claims of tokens that still live, and those tokens count twice. A claim is kept for five
    /// minutes longer than its token lives, and a sweep stays three minutes behind its clock.
    pub const fn new(now: Timestamp, at_most: NonZeroU32) -> Self {
        Self { now, at_most }
    }

    /// By every clock of the ring, everything that ended at this time or before has expired.
    pub const fn over(&self) -> Timestamp {
        self.now.minus_seconds(MARGIN)
    }

    /// The highest number of rows of each kind that are deleted.
    pub const fn at_most(&self) -> u32 {
        self.at_most.get()
    }

    /// Whether no expired row is left.
    pub fn is_done(&self, swept: &Swept) -> bool {
        let Swept { claims, sessions, codes, sends, guesses_of_nobody } = *swept;
        [claims, sessions, codes, sends, guesses_of_nobody].into_iter().all(|rows| rows < self.at_most.get())
    }
}

/// The numbers of rows that were deleted.
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
