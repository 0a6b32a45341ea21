//! The work of hashing, counted instead of timed.

use crate::algorithm::Argon2;

/// A kind of work. Work of one shape can be padded with more of the same, so that it always takes the same time. Argon2 cannot be padded in this way.
/// The time of its blocks depends on how much of the memory is in the processor's caches, and its first pass differs in time from the later passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Shape {
    /// Counted in computations. Each parameter set is a separate shape.
    Argon2(Argon2),
    /// Counted in lanes.
    #[cfg(feature = "scrypt")]
    Scrypt { log_n: u8, r: u32 },
    /// Counted in iterations.
    #[cfg(feature = "pbkdf2")]
    Pbkdf2Sha256,
    /// Counted in iterations.
    #[cfg(feature = "pbkdf2")]
    Pbkdf2Sha512,
    /// Counted in rounds: 2 to the power of the cost.
    #[cfg(feature = "bcrypt")]
    Bcrypt,
}

/// The work of a computation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Work {
    pub(crate) shape: Shape,
    pub(crate) units: u32,
}
