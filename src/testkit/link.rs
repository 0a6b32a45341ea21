//! A link of an in-memory host.

use crate::{AccountId, Timestamp, social::LinkedBy};

/// The link of an identity to an account, in a [`MemoryHost`](super::MemoryHost).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The account.
    pub account: AccountId,
    /// The time since which the identity is linked.
    pub linked_at: Timestamp,
    /// The proofs by which the identity was linked.
    pub linked_by: LinkedBy,
}
