//! What hashing costs, counted and not timed.

/// An algorithm whose work is counted in one unit, in which any of its parameter sets can be padded to any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    /// Blocks of 1 KiB that are filled, over all passes.
    Argon2,
    /// Blocks of 128 bytes that are mixed: N × r × p.
    #[cfg(feature = "scrypt")]
    Scrypt,
    /// Iterations.
    #[cfg(feature = "pbkdf2")]
    Pbkdf2Sha256,
    /// Iterations.
    #[cfg(feature = "pbkdf2")]
    Pbkdf2Sha512,
    /// Rounds: 2 to the power of the cost.
    #[cfg(feature = "bcrypt")]
    Bcrypt,
}

/// What one computation has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Work {
    pub(crate) kind: Kind,
    pub(crate) units: u64,
}
