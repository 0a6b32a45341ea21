//! An identity on its way to an account.

use super::{LinkedBy, SocialIdentity};
use crate::factor::FactorSet;

/// An identity that a login links to its account, and how sure its proofs are so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingIdentity {
    /// The identity.
    pub identity: SocialIdentity,
    /// Whether the provider's code was bound to the client that brought it.
    pub is_bound: bool,
    /// Whether another party vouched for the mobile that proves the account.
    pub is_vouched: bool,
}

impl PendingIdentity {
    /// The proofs that the link is made by, with these factors of its login.
    pub(crate) fn linked_by(&self, factors: FactorSet) -> LinkedBy {
        let linked_by = if self.is_bound { LinkedBy::bound(factors) } else { LinkedBy::unbound(factors) };
        if self.is_vouched { linked_by.vouched() } else { linked_by }
    }
}
