//! What a code is bound to.

use super::{Asked, CodeDigest, CodeKey, digest};
use crate::{AccountId, Moment, Secret, Timestamp, account::Revision, token::KeyRing};

/// What a code is bound to. The key says purpose, recipient, audience, device and login; the revision of the account, that nothing has changed
/// since: a code that was sent before a change of password is none after it. A decoy is nobody's.
pub(crate) struct CodeBinding {
    key: CodeKey,
    owner: Option<(AccountId, [u8; 8])>,
}

impl CodeBinding {
    /// Of a code under this key, for this account as it is now.
    pub(crate) fn new(key: CodeKey, owner: Option<(AccountId, Revision)>) -> Self {
        let owner = owner.map(|(account, revision)| (account, revision.as_u64().to_be_bytes()));
        Self { key, owner }
    }

    /// A new code.
    pub(crate) fn draw(&self, ring: &KeyRing, moment: &Moment) -> Secret {
        digest::draw(ring, moment, &self.parts())
    }

    /// What is kept of a code; of one that proves nothing in the session that asked for it, which that was.
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
