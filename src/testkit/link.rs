//! A link of a host in memory.

use crate::{AccountId, Timestamp, social::LinkedBy};

/// The account that a [`MemoryHost`](super::MemoryHost) has an identity linked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The account.
    pub account: AccountId,
    /// The time since which it is linked.
    pub linked_at: Timestamp,
    /// The proofs by which it was linked.
    pub linked_by: LinkedBy,
}
