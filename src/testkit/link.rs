//! A link of a host in memory.

use crate::{AccountId, Timestamp, social::LinkedBy};

/// Which account a [`MemoryHost`](super::MemoryHost) has an identity linked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Whose account.
    pub account: AccountId,
    /// Since when.
    pub linked_at: Timestamp,
    /// What it was made by.
    pub linked_by: LinkedBy,
}
