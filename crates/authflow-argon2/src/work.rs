//! What hashing costs, counted and not timed.

/// Work that can be padded by more of the same: one algorithm over one memory. How long a block of argon2 takes depends on how much of its
/// memory is in the processor's caches, and so on what else is running; passes over the same memory take equally long, whatever is running.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Shape {
    /// Counted in passes.
    Argon2 { memory_kib: u32, lanes: u32 },
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
