//! The stored device binding of a session, and the device that comes with one of its tokens.

use super::{BindingKind, Device};
use crate::{
    Timestamp,
    token::{DeviceDigest, KeyId, KeyRing},
};
use alloc::sync::Arc;
use core::fmt;
use serde::{Deserialize, Serialize};

/// The device binding of a session, as a host keeps it. It is a keyed hash, which reveals nothing about the device to a reader of the
/// database.
///
/// The hash is made again under the signing key when the session's token is rotated or a use of it is noted. If the key that made it is no
/// longer in the ring, or is outside its window, no device matches, and the session has ended. So do not retire a key before the longest
/// session that was opened under it ends.
///
/// Its JSON may have members that only a later version knows. They are ignored.
///
/// ```
/// use authflow::{
///     device::DeviceBinding,
///     testkit::World,
///     token::{DeviceDigest, KeyId},
/// };
///
/// let mut world = World::new();
/// world.login("alice");
/// let stored = world.host.sessions.values().next().unwrap().device;
///
/// // In three columns, and back. The second column may be NULL.
/// let kind: &str = stored.kind.as_str();
/// let key: Option<&str> = stored.key.as_ref().map(KeyId::as_str);
/// let digest: [u8; 16] = *stored.digest.as_bytes();
/// let read = DeviceBinding {
///     kind: kind.parse()?,
///     key: key.map(KeyId::new).transpose()?,
///     digest: DeviceDigest::from_bytes(digest),
/// };
/// assert_eq!((kind, read), ("fingerprint", stored));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceBinding {
    /// Its kind.
    pub kind: BindingKind,
    /// The key of the ring that made the digest; `None` for the key without an id.
    pub key: Option<KeyId>,
    /// The keyed hash of what the device showed.
    pub digest: DeviceDigest,
}

/// The device that comes with a token, in a question. It says whether a stored session is bound to it.
///
/// What the device showed is not printed, and neither are the keys that it is hashed under.
///
/// ```
/// use authflow::{session::CheckSession, testkit::{Call, World}};
///
/// let mut world = World::new();
/// let signed_in = world.login("alice");
/// let stored = world.host.sessions.values().next().unwrap().device;
///
/// let step = world.begin(&Call::check_exist(signed_in.id_token()));
/// let ask = world.until::<CheckSession>(step);
/// assert!(ask.device.is_bound(&stored, ask.now));
/// let other = Call::check_exist(signed_in.id_token()).with_fingerprint("another phone");
/// let step = world.begin(&other);
/// let ask = world.until::<CheckSession>(step);
/// assert!(!ask.device.is_bound(&stored, ask.now));
/// ```
#[derive(Clone)]
pub struct PresentedDevice {
    device: Device,
    ring: Arc<KeyRing>,
}

impl PresentedDevice {
    pub(crate) fn new(device: Device, ring: &Arc<KeyRing>) -> Self {
        Self { device, ring: Arc::clone(ring) }
    }

    /// Whether this is the device that a session is bound to. The kind must be the same, and so must the value under the key that the binding
    /// names. No device matches if that key does not count at `now`.
    pub fn is_bound(&self, binding: &DeviceBinding, now: Timestamp) -> bool {
        let key = binding.key.as_ref().map(|id| id.as_str().as_bytes());
        binding.kind == self.device.binding_kind()
            && self.ring.by_id(key, now).is_ok_and(|(_, keys)| self.device.digest(keys) == binding.digest)
    }

    /// The device, as it describes itself.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The binding to this device, under the signing key.
    pub fn binding(&self) -> DeviceBinding {
        self.device.binding(self.ring.signer())
    }

    /// Whether the binding was made under the signing key.
    pub(crate) fn is_under_signer(&self, binding: &DeviceBinding) -> bool {
        self.ring.signer().id() == binding.key.as_ref()
    }
}

impl fmt::Debug for PresentedDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PresentedDevice").field(&self.device).finish()
    }
}
