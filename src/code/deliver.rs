//! Send this code.

use super::CodePurpose;
use crate::{Audience, Lifetime, Secret, contact::Recipient, device::Language};
use serde::{Deserialize, Serialize};

/// Send this code.
///
/// For a decoy, do everything but the sending, in the same time: the recipient is nobody's here, and the client must not
/// learn that. A code goes to the contact as the account has it; a decoy to what was typed, in its one spelling. Refuse neither for
/// how it is written.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Deliver {
    /// The application and tenant.
    pub audience: Audience,
    /// To whom.
    pub recipient: Recipient,
    /// What for: the text of the message should say so.
    pub purpose: CodePurpose,
    /// What: six digits.
    pub code: Secret,
    /// How long it is good.
    pub expires_in: Lifetime,
    /// In which language.
    pub language: Language,
    /// Whether to only pretend.
    pub decoy: bool,
}

/// Whether a code was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// It was (or, for a decoy, would have been).
    Delivered,
    /// It was not.
    NotDelivered,
}
