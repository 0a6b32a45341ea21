//! The secret of an authenticator, in the clear for as long as it is needed.

use super::{TotpAlgorithm, TotpError};
use crate::{
    Moment,
    sealing::{NotOpened, Owner, Purpose, SealedSecret, SealingKeys},
};
use alloc::boxed::Box;
use core::fmt;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

/// The secret of an authenticator, in the clear. It was drawn at an enrolment, or comes from an import.
///
/// ```
/// use authflow::{
///     factor::{Totp, TotpAlgorithm, TotpSecret},
///     sealing::Owner,
///     testkit::{World, demo},
/// };
///
/// // To enrol: draw 20 bytes, and show them to their owner as an `otpauth://` code.
/// let secret = TotpSecret::new(demo::secret(9)[..20].to_vec())?;
/// let mut world = World::new();
/// let alice = world.account("alice").clone();
/// let owner = Owner { tenant: alice.tenant, account: alice.id };
/// let sealed = secret.seal(&demo::sealing_keys(), owner, &world.moment());
/// let totp = Totp::new(sealed, TotpAlgorithm::Sha1, 6, None)?;
///
/// // Have one password of it typed before you store it.
/// let typed = totp.code(&secret, totp.step_at(demo::START));
/// assert_eq!(typed.expose().len(), 6);
/// # Ok::<(), authflow::factor::TotpError>(())
/// ```
///
/// No account can hold it in the clear. The [`Totp`](super::Totp) of an account holds it [sealed](Self::seal):
///
/// ```compile_fail,E0308
/// use authflow::factor::{Totp, TotpAlgorithm, TotpSecret};
/// # fn of(secret: TotpSecret) {
/// let _ = Totp::new(secret, TotpAlgorithm::Sha1, 6, None);
/// # }
/// ```
pub struct TotpSecret(Zeroizing<Box<[u8]>>);

impl TotpSecret {
    /// 16 to 128 bytes of real randomness. RFC 4226 §4 R6 asks for 16, and recommends 20.
    ///
    /// # Errors
    /// When there are fewer or more.
    pub fn new(secret: impl Into<Box<[u8]>>) -> Result<Self, TotpError> {
        Self::of(secret.into(), 16)
    }

    /// A secret that was enrolled long ago, of 10 to 128 bytes. Ten bytes, which are sixteen characters of base32, were once the usual length.
    /// RFC 4226 §4 R6 demands sixteen bytes. An attacker who reads one password of such an authenticator has 2⁸⁰ secrets to try. Keep the old
    /// secrets, and enrol no new ones of this kind.
    ///
    /// # Errors
    /// When there are fewer or more.
    pub fn legacy(secret: impl Into<Box<[u8]>>) -> Result<Self, TotpError> {
        Self::of(secret.into(), Self::LEAST_BYTES)
    }

    const LEAST_BYTES: usize = 10;

    fn of(secret: Box<[u8]>, least: usize) -> Result<Self, TotpError> {
        let secret = Zeroizing::new(secret);
        if (least..=SealedSecret::MAX_CLEAR_BYTES).contains(&secret.len()) {
            Ok(Self(secret))
        } else {
            Err(TotpError::Secret { least, bytes: secret.len() })
        }
    }

    /// Seals it for the account that it belongs to, and for no other. [`SealingKeys`] shows an import.
    ///
    /// The nonce is made of the moment's entropy, the secret and its owner. Give the moment fresh entropy. One moment for all rows of an
    /// import is safe.
    pub fn seal(&self, keys: &SealingKeys, owner: Owner, moment: &Moment) -> SealedSecret {
        // The fallback is never taken, because the secret is not longer than what can be sealed.
        keys.seal(Purpose::Totp, owner, &self.0, moment).unwrap_or_else(SealedSecret::of_nothing)
    }

    /// Opens a secret that was sealed for this account, even a [legacy](Self::legacy) one.
    pub(crate) fn open(keys: &SealingKeys, owner: Owner, sealed: &SealedSecret) -> Result<Self, NotOpened> {
        let clear = keys.open(Purpose::Totp, owner, sealed)?;
        Self::legacy(clear.as_slice()).map_err(|_| NotOpened::Foreign(*sealed.key_id()))
    }

    /// Seals a secret again under the present sealing key, if an earlier key has sealed it. The result is `None` if the present key has sealed
    /// it already. Call this for every row before you drop an earlier key.
    ///
    /// The secret stays the same. Store the result only if the row still has the sealed secret that was read, and do not raise the revision:
    /// `UPDATE accounts SET totp_sealed = :new WHERE id = :id AND totp_sealed = :old`. No session ends.
    ///
    /// ```
    /// use authflow::{
    ///     factor::TotpSecret,
    ///     sealing::Owner,
    ///     testkit::{World, demo},
    /// };
    ///
    /// let mut world = World::new();
    /// world.host.seal_under_earlier_key("tom"); // before the rotation
    /// let tom = world.account("tom").clone();
    /// let stored = tom.totp.as_ref().unwrap().secret().clone();
    ///
    /// let (keys, owner) = (demo::sealing_keys(), Owner { tenant: tom.tenant, account: tom.id });
    /// let anew = TotpSecret::reseal(&keys, owner, &stored, &world.moment())?
    ///     .expect("an earlier key has sealed it");
    /// assert_eq!(anew.key_id(), keys.sealer().id());
    /// assert!(
    ///     TotpSecret::reseal(&keys, owner, &anew, &world.moment())?.is_none(),
    ///     "there is nothing left to do"
    /// );
    /// # Ok::<(), authflow::sealing::NotOpened>(())
    /// ```
    ///
    /// # Errors
    /// When the secret does not open. Leave such a row as it is, and look for its key.
    pub fn reseal(
        keys: &SealingKeys,
        owner: Owner,
        sealed: &SealedSecret,
        moment: &Moment,
    ) -> Result<Option<SealedSecret>, NotOpened> {
        if sealed.key_id() == keys.sealer().id() {
            return Ok(None);
        }
        Ok(Some(Self::open(keys, owner, sealed)?.seal(keys, owner, moment)))
    }

    /// The 31 bits of RFC 4226 §5.3, with the step as the counter. `None`, which no password matches, if the HMAC could not be made.
    pub(super) fn truncated(&self, algorithm: TotpAlgorithm, step: u64) -> Option<u32> {
        let step = step.to_be_bytes();
        match algorithm {
            TotpAlgorithm::Sha1 => truncated::<Hmac<Sha1>>(&self.0, &step),
            TotpAlgorithm::Sha256 => truncated::<Hmac<Sha256>>(&self.0, &step),
            TotpAlgorithm::Sha512 => truncated::<Hmac<Sha512>>(&self.0, &step),
        }
    }
}

/// Dynamic truncation (RFC 4226 §5.3). HMAC takes keys of every length, and no hash is shorter than 20 bytes.
fn truncated<M: KeyInit + Mac>(secret: &[u8], step: &[u8]) -> Option<u32> {
    let mut mac = <M as KeyInit>::new_from_slice(secret).ok()?;
    mac.update(step);
    let tag = mac.finalize().into_bytes();
    let offset = usize::from(tag.last()? & 0xF);
    let chosen = tag.get(offset..)?.first_chunk()?;
    Some(u32::from_be_bytes(*chosen) & 0x7FFF_FFFF)
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret(…)")
    }
}
