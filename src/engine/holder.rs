//! The holder of an account.

use super::{open_session::OpenSession, pending::PendingLogin};
use crate::account::Account;

/// The holder of an account: found by what was typed, in a pending login, or signed in.
pub(super) trait Holder: Send + Sync + 'static {
    /// The account.
    fn account(&self) -> &Account;
}

impl Holder for Account {
    fn account(&self) -> &Account {
        self
    }
}

impl Holder for PendingLogin {
    fn account(&self) -> &Account {
        &self.account
    }
}

impl Holder for OpenSession {
    fn account(&self) -> &Account {
        &self.account
    }
}
