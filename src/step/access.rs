//! May this account in, here and now?

use crate::{AccountId, Audience, device::Device, factor::FactorSet};
use serde::{Deserialize, Serialize};

/// May this account in, here and now? The host's access policy, asked after the password has been found right.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DecideAccess {
    /// The application and tenant.
    pub audience: Audience,
    /// Who asks to get in.
    pub account: AccountId,
    /// From where.
    pub device: Device,
    /// On what proof so far.
    pub factors: FactorSet,
}

/// The host's access decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessDecision {
    /// Let them in.
    Allow,
    /// Do not.
    Deny,
}
