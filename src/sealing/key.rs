//! A sealing key, which seals and opens secrets.

use super::{Owner, Purpose, SealedSecret};
use crate::{
    Moment, TenantId,
    key::{Key, KeyError, KeyId},
    mac::{MacKey, first},
};
use alloc::{boxed::Box, vec::Vec};
use chacha20poly1305::{AeadInOut as _, KeyInit as _, XChaCha20Poly1305, aead::inout::InOutBuf};
use core::fmt;
use zeroize::{Zeroize as _, Zeroizing};

/// The labels are fixed for ever, because a secret that was sealed under another label does not open.
mod label {
    pub(super) const CIPHER: &[u8] = b"authflow/v1/sealing/cipher";
    pub(super) const NONCE: &[u8] = b"authflow/v1/sealing/nonce";
    pub(super) const TOTP: &[u8] = b"authflow/v1/sealed/totp";
}

/// A key that seals secrets, with the id by which they name it.
///
/// The secret must be 32 bytes or more of real randomness. It must not be the secret of a key of the [ring](crate::token::KeyRing), because such a
/// key is rotated away while the sealed secrets stay. An id belongs to one key for ever, because nothing opens under another secret with that id.
///
/// ```
/// use authflow::{sealing::{SealingKey, SealingKeys}, testkit::demo, token::{Key, KeyRing}};
/// use authflow::{Application, ClientId, Config, ConfigError, Engine};
///
/// let secret = demo::secret(21); // yours: 32 random bytes from a secret store
/// let mut config = Config::new(
///     demo::issuer(),
///     KeyRing::new(Key::new("2026-11", secret)?),
///     [Application::new(ClientId::new("shop")?)].into(),
/// );
/// // A key of the ring is rotated away, and the secrets that it had sealed would be lost.
/// config.sealing = Some(SealingKeys::new(SealingKey::new("2026", secret)?));
/// assert!(matches!(Engine::new(config), Err(ConfigError::SealingKeyInRing(_))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SealingKey {
    id: KeyId,
    root: MacKey,
    cipher: XChaCha20Poly1305,
    nonces: MacKey,
}

impl SealingKey {
    /// A key with an id.
    ///
    /// # Errors
    /// When the id is not a [`KeyId`], the secret is shorter than 32 bytes, or its bytes are all equal or count up or down.
    pub fn new(id: &str, secret: impl Into<Box<[u8]>>) -> Result<Self, KeyError> {
        let (id, key) = (KeyId::new(id)?, Key::without_id(secret)?);
        let root = MacKey::new(&key.secret);
        let [mut cipher, mut nonces] = [label::CIPHER, label::NONCE].map(|label| root.derive(&[label]));
        let derived = (XChaCha20Poly1305::new((&cipher).into()), MacKey::new(&nonces));
        cipher.zeroize();
        nonces.zeroize();
        Ok(Self { id, root, cipher: derived.0, nonces: derived.1 })
    }

    /// The id by which sealed secrets name the key.
    pub fn id(&self) -> &KeyId {
        &self.id
    }

    /// The key that everything is derived from, to compare with others.
    pub(crate) fn root(&self) -> &MacKey {
        &self.root
    }

    /// `None` where the clear text is longer than [`MAX_CLEAR_BYTES`](SealedSecret::MAX_CLEAR_BYTES).
    pub(super) fn seal(
        &self,
        purpose: Purpose,
        owner: Owner,
        clear: &[u8],
        moment: &Moment,
    ) -> Option<SealedSecret> {
        if clear.len() > SealedSecret::MAX_CLEAR_BYTES {
            return None;
        }
        let associated = associated_data(purpose, owner);
        let nonce = self.nonce(&associated, clear, moment);
        let mut body = Vec::with_capacity(SealedSecret::MAX_BODY_BYTES);
        body.extend_from_slice(&nonce);
        body.extend_from_slice(clear);
        let text = body.get_mut(nonce.len()..)?;
        let tag =
            self.cipher.encrypt_inout_detached((&nonce).into(), &associated, InOutBuf::from(text)).ok()?;
        body.extend_from_slice(&tag);
        Some(SealedSecret::of_parts(&self.id, body))
    }

    /// `None` if the text was not sealed under this key, for this purpose and owner.
    pub(super) fn open(
        &self,
        purpose: Purpose,
        owner: Owner,
        sealed: &SealedSecret,
    ) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, sealed) = sealed.body()?;
        let (text, tag) = sealed.split_last_chunk::<{ SealedSecret::TAG_BYTES }>()?;
        let mut clear = Zeroizing::new(text.to_vec());
        let associated = associated_data(purpose, owner);
        let text = InOutBuf::from(clear.as_mut_slice());
        self.cipher.decrypt_inout_detached(nonce.into(), &associated, text, tag.into()).ok()?;
        Some(clear)
    }

    /// The nonce is drawn from the moment's entropy and bound to everything that is sealed. So two secrets, or two owners, have two nonces even if a
    /// host hands in the same entropy twice.
    fn nonce(&self, associated: &[u8], clear: &[u8], moment: &Moment) -> [u8; SealedSecret::NONCE_BYTES] {
        let now = moment.timestamp().as_unix().to_be_bytes();
        let tag = self.nonces.tag_list([&moment.entropy().as_bytes()[..], &now, associated, clear]);
        first(tag)
    }
}

/// Purpose, tenant and account, each after its length in 8 bytes, the highest byte first. The length is 0 where there is no tenant.
fn associated_data(purpose: Purpose, owner: Owner) -> Vec<u8> {
    let purpose = match purpose {
        Purpose::Totp => label::TOTP,
    };
    let tenant = owner.tenant.as_ref().map_or("", TenantId::as_str);
    let mut data = Vec::new();
    for part in [purpose, tenant.as_bytes(), owner.account.as_str().as_bytes()] {
        data.extend_from_slice(&(part.len() as u64).to_be_bytes());
        data.extend_from_slice(part);
    }
    data
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealingKey").field("id", &self.id).finish_non_exhaustive()
    }
}
