//! Which account is this?

use super::Identifier;
use crate::{AccountId, Audience};

/// Which account is this? `None` for no such account.
///
/// The answer must be of the tenant that the audience names, and have the id that was asked for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FindAccount {
    /// The application and tenant.
    pub audience: Audience,
    /// What the account is known by.
    pub key: AccountKey,
}

/// What an account is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountKey {
    /// What a client typed to sign in.
    Identifier(Identifier),
    /// The host's own id of it, from a token.
    Id(AccountId),
}
