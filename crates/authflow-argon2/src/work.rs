//! What hashing costs, counted and not timed.

use crate::algorithm::Argon2;

/// Work that can be padded by more of the same, which takes equally long whatever else is running. That of argon2 cannot: how long a block takes
/// depends on how much of the memory is in the processor's caches, and a first pass takes another time than the next ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Shape {
    /// Counted in computations: each set is a shape.
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

/// What a computation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Work {
    pub(crate) shape: Shape,
    pub(crate) units: u32,
}
