//! All sealing keys of a deployment: one seals, and all open.

use super::{Owner, Purpose, SealedSecret, SealingKey};
use crate::{Moment, key::KeyId, mac::same_tag};
use alloc::{sync::Arc, vec::Vec};
use zeroize::Zeroizing;

/// The sealing keys of a deployment. Cheap to clone.
///
/// One key seals. All open at any time, because a sealing key has no window. See [rotation](super#rotation).
///
/// ```
/// use authflow::{
///     AccountId, Entropy, Moment, Timestamp,
///     factor::TotpSecret,
///     sealing::{Owner, SealingKey, SealingKeys},
/// };
///
/// # let [first, second] = [21, 22].map(authflow::testkit::demo::secret); // 32 random bytes each, from your secret store
/// let keys = SealingKeys::new(SealingKey::new("2027", second)?)
///     .with_opener(SealingKey::new("2026", first)?)?;
///
/// // An import of a secret in the clear, or an enrolment.
/// let secret = TotpSecret::new(*b"12345678901234567890")?;
/// let owner = Owner { tenant: None, account: AccountId::new("4711")? };
/// // with the feature `os`: Moment::now()?
/// let moment = Moment::new(Timestamp::from_unix(1_700_000_000), Entropy::from_bytes([9; 32]));
/// let sealed = secret.seal(&keys, owner, &moment);
/// assert_eq!(sealed.key_id().as_str(), "2027"); // sealed.as_str() is what your database keeps
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct SealingKeys {
    sealer: Arc<SealingKey>,
    openers: Vec<Arc<SealingKey>>,
}

impl SealingKeys {
    /// One key, which seals and opens.
    pub fn new(sealer: SealingKey) -> Self {
        Self { sealer: Arc::new(sealer), openers: Vec::new() }
    }

    /// Adds a key that opens and does not seal: an earlier one, or the next.
    ///
    /// # Errors
    /// When there is a key with that id or that secret already.
    pub fn with_opener(mut self, key: SealingKey) -> Result<Self, SealingKeysError> {
        if self.get(key.id()).is_some() {
            return Err(SealingKeysError::DuplicateId(*key.id()));
        }
        let is_same = |known: &&SealingKey| same_tag(&known.root().tag(&[]), &key.root().tag(&[]));
        if let Some(same) = self.iter().find(is_same) {
            return Err(SealingKeysError::DuplicateSecret(*same.id(), *key.id()));
        }
        self.openers.push(Arc::new(key));
        Ok(self)
    }

    /// The key that seals.
    pub fn sealer(&self) -> &SealingKey {
        &self.sealer
    }

    /// The key with this id. It is `None` if there is no such key, and then a secret that names the id does not open.
    pub fn get(&self, id: &KeyId) -> Option<&SealingKey> {
        self.iter().find(|key| key.id() == id)
    }

    /// Every key, the one that seals first.
    pub fn iter(&self) -> impl Iterator<Item = &SealingKey> {
        core::iter::once(&self.sealer).chain(&self.openers).map(|key| &**key)
    }

    pub(crate) fn seal(
        &self,
        purpose: Purpose,
        owner: Owner,
        clear: &[u8],
        moment: &Moment,
    ) -> Option<SealedSecret> {
        self.sealer.seal(purpose, owner, clear, moment)
    }

    pub(crate) fn open(
        &self,
        purpose: Purpose,
        owner: Owner,
        sealed: &SealedSecret,
    ) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
        let key = self.get(sealed.key_id()).ok_or_else(|| NotOpened::KeyMissing(*sealed.key_id()))?;
        key.open(purpose, owner, sealed).ok_or_else(|| NotOpened::Foreign(*sealed.key_id()))
    }
}

/// The reason why a sealed secret was not opened. The factor is unavailable until somebody repairs the fault. It never counts as a factor that is not
/// enrolled.
///
/// ```
/// use authflow::{
///     outcome::Event,
///     sealing::{NotOpened, SealingKey, SealingKeys},
///     testkit::{Call, World, demo},
/// };
///
/// let mut world = World::new();
/// // The engine does not have this key: it was dropped too early, or its file was lost.
/// let lost = SealingKeys::new(SealingKey::new("2025", demo::secret(25))?);
/// let tom = world.account("tom");
/// tom.totp = Some(demo::totp_under(&lost, tom));
///
/// let pending = world.login("tom");
/// let told = world.send(&Call::prove_totp(pending.state_token(), "123456"));
/// assert_eq!(told.status, 500, "and no guess is counted");
/// let events = world.outcome.unwrap().events;
/// let Some(Event::SecretNotOpened { reason, .. }) = events.first() else { panic!("it is told") };
/// assert!(matches!(reason, NotOpened::KeyMissing(_)));
/// assert_eq!(
///     reason.to_string(),
///     r#"the secret is sealed under "2025", which is not among the sealing keys"#
/// );
/// # Ok::<(), authflow::token::KeyError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotOpened {
    /// It names a key that is not among the sealing keys, or the engine has none.
    #[error("the secret is sealed under {:?}, which is not among the sealing keys", .0.as_str())]
    KeyMissing(KeyId),
    /// It was not sealed under the key that it names for this account. It was moved here from another row, altered, or sealed under another
    /// secret with the same id.
    #[error("the secret was not sealed under {:?} for this account", .0.as_str())]
    Foreign(KeyId),
}

/// The reason why a key cannot join the sealing keys.
///
/// ```
/// use authflow::sealing::{SealingKey, SealingKeys, SealingKeysError};
///
/// # let secret = authflow::testkit::demo::secret(21); // 32 random bytes, from your secret store
/// let keys = SealingKeys::new(SealingKey::new("2027", secret)?);
/// // Somebody has copied the secret, and changed the id.
/// let refused = keys.with_opener(SealingKey::new("2026", secret)?).unwrap_err();
/// assert!(matches!(refused, SealingKeysError::DuplicateSecret(..)));
/// assert_eq!(
///     refused.to_string(),
///     r#"each sealing key must have a secret of its own, and "2027" and "2026" have the same one"#
/// );
/// # Ok::<(), authflow::token::KeyError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealingKeysError {
    /// There is a key with this id.
    #[error("each sealing key must have an id of its own, and there are two of {:?}", .0.as_str())]
    DuplicateId(KeyId),
    /// There is a key with the same secret under another id.
    #[error("each sealing key must have a secret of its own, and {:?} and {:?} have the same one", .0.as_str(), .1.as_str())]
    DuplicateSecret(KeyId, KeyId),
}
