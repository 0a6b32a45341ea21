//! A sent code as the host keeps it.

use super::{CodeDigest, CodeKey};
use crate::Timestamp;

/// A sent code as the host keeps it: never the code, only its keyed digest.
#[derive(Clone, Debug)]
pub struct StoredCode {
    /// The digest.
    pub digest: CodeDigest,
    /// The first second in which it is no longer good.
    pub expires_at: Timestamp,
}

/// Which code was sent? `None` for none, or none any more.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LoadCode {
    /// What it was stored under.
    pub key: CodeKey,
}
