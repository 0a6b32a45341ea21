//! The binding of a code.

use super::{Asked, CodeDigest, CodeKey, digest};
use crate::{AccountId, Moment, Secret, Timestamp, account::Revision, token::KeyRing};

/// Everything that a code is bound to. The key stands for purpose, recipient, audience, device and login. The revision of the account shows that
/// nothing has changed since, so a code that was sent before a change of password is not good after it. A decoy is bound to no account.
pub(crate) struct CodeBinding {
    key: CodeKey,
    owner: Option<(AccountId, [u8; 8])>,
}

impl CodeBinding {
    /// The binding of a code under this key, for this account as it is now.
    pub(crate) fn new(key: CodeKey, owner: Option<(AccountId, Revision)>) -> Self {
        let owner = owner.map(|(account, revision)| (account, revision.as_u64().to_be_bytes()));
        Self { key, owner }
    }

    /// A new code.
    pub(crate) fn draw(&self, ring: &KeyRing, moment: &Moment) -> Secret {
        digest::draw(ring, moment, &self.parts())
    }

    /// The digest that is kept of a code. It includes the session that asked for the code, if the code proves nothing in that session.
    pub(crate) fn digest(&self, ring: &KeyRing, asked: Option<Asked>, code: &Secret) -> CodeDigest {
        CodeDigest::new(ring, &self.parts(), asked, code.expose())
    }

    /// Whether `presented` is the code whose digest was kept.
    pub(crate) fn is_met(&self, ring: &KeyRing, kept: &CodeDigest, presented: &str, now: Timestamp) -> bool {
        kept.matches(ring, &self.parts(), presented, now)
    }

    fn parts(&self) -> [&[u8]; 3] {
        let (account, revision) = self
            .owner
            .as_ref()
            .map_or((&[][..], &[][..]), |(account, revision)| (account.as_str().as_bytes(), revision));
        [self.key.as_bytes(), account, revision]
    }
}
