//! The key under which a sent code is stored.

use super::CodePurpose;
use crate::{
    Audience, TenantId, TokenId,
    contact::Recipient,
    device::{BindingKind, Device},
};
use core::fmt;
use sha2::{Digest as _, Sha256};

/// The hash of a list of parts. Each part is preceded by its length, so that no two lists are the same message.
pub(super) fn hash_list(label: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new_with_prefix(label);
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// The key under which a sent code is stored: a hash of the application, the tenant, the purpose, the recipient and the device that asked for
/// it. So a code of one purpose, recipient or device is not found by another. A code that was requested on another device does not count on this
/// one, and does not replace a code on it.
///
/// A login that starts again on the same device finds the code of the earlier login, so a client that reloads its page does not lose the code. A
/// device that shows nothing cannot be recognised. Its hash therefore includes the state token with which the code was requested. For a code to
/// a new contact, it includes the account instead.
///
/// The hash uses no key of the ring, so that no code is lost when keys are rotated.
///
/// ```
/// use authflow::{
///     code::LoadCode,
///     testkit::{Call, World},
/// };
/// use serde_json::json;
///
/// let mut world = World::new();
/// let asks = json!({ "mobile": "+86-13800000001", "type": "LOGIN_SMS" });
/// world.send(&Call::post("/api/v2/sdk/sms/send", &asks));
/// // The primary key of its row: 32 bytes.
/// let stored: Vec<[u8; 32]> = world.host.codes.keys().map(|key| *key.as_bytes()).collect();
///
/// let shows = json!({ "mobile": "+86-13800000001", "verify_code": world.code() });
/// let show = Call::post("/api/v2/sdk/login/mobile-verify-code", &shows);
/// let mut asked = |call: &Call| {
///     let step = world.begin(call);
///     *world.until::<LoadCode>(step).key.as_bytes()
/// };
/// assert_eq!(asked(&show), stored[0]);
/// assert_ne!(asked(&show.with_fingerprint("another phone")), stored[0]);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodeKey([u8; 32]);

impl CodeKey {
    pub(crate) fn new(
        audience: &Audience,
        purpose: CodePurpose,
        recipient: &Recipient,
        device: &Device,
        login: Option<TokenId>,
    ) -> Self {
        let tenant = audience.tenant.as_ref().map_or("", TenantId::as_str);
        let login = login.filter(|_| device.binding_kind() == BindingKind::Unbound);
        let login = login.as_ref().map_or(&[][..], |login| login.as_bytes());
        Self(hash_list(
            "authflow/v2/codes",
            &[
                audience.client_id.as_str().as_bytes(),
                tenant.as_bytes(),
                purpose.label().as_bytes(),
                recipient.channel().label().as_bytes(),
                recipient.normalised().as_bytes(),
                device.binding_kind().as_str().as_bytes(),
                device.mark().as_bytes(),
                login,
            ],
        ))
    }

    /// The bytes, for the host's store.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// `Debug` does not print the bytes, because a hash of a mobile number can be guessed.
impl fmt::Debug for CodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ClientId, contact::Channel, device::DeviceCookie};

    fn mobile(text: &str) -> Recipient {
        Recipient::new(Channel::Sms, text).unwrap()
    }

    #[test]
    fn a_key_differs_in_everything_it_is_of() {
        let tenant = Some(TenantId::new("t").unwrap());
        let audience = |client, tenant| Audience { client_id: ClientId::new(client).unwrap(), tenant };
        let login = |byte| Some(TokenId::from_bytes([byte; 16]));
        let (web, erin) = (audience("web", tenant), mobile("+86-13800000000"));
        let text = "MDEyMzQ1Njc4OWFiY2RlZg";
        let fingerprint = |text| Device::new("Android 10", text, "app/1", None).unwrap();
        let cookie = Device::with_cookie(&DeviceCookie::from_text(text).unwrap(), "", None).unwrap();
        let (here, unbound) = (fingerprint(text), Device::unbound("", None).unwrap());
        let (purpose, other) = (CodePurpose::SecondFactor, CodePurpose::ChangePassword);
        let keys = [
            CodeKey::new(&web, purpose, &erin, &here, login(1)),
            CodeKey::new(&audience("app", tenant), purpose, &erin, &here, login(1)),
            CodeKey::new(&audience("web", None), purpose, &erin, &here, login(1)),
            CodeKey::new(&web, other, &erin, &here, login(1)),
            CodeKey::new(&web, purpose, &mobile("+86-13800000001"), &here, login(1)),
            CodeKey::new(&web, purpose, &erin, &fingerprint("another"), login(1)),
            // These have the same text and another kind.
            CodeKey::new(&web, purpose, &erin, &cookie, None),
            CodeKey::new(&web, purpose, &erin, &unbound, None),
            CodeKey::new(&web, purpose, &erin, &unbound, login(1)),
            CodeKey::new(&web, purpose, &erin, &unbound, login(2)),
        ];
        for (at, one) in keys.iter().enumerate() {
            assert!(keys[at + 1..].iter().all(|other| one != other), "{at}");
        }
        let same = CodeKey::new(&web, purpose, &mobile("+8613800000000"), &here, login(1));
        assert_eq!(keys[0], same);
        for anew in [login(2), None] {
            assert_eq!(
                keys[0],
                CodeKey::new(&web, purpose, &erin, &here, anew),
                "another login of the device"
            );
        }
        let elsewhere = Device::new("iOS 17", text, "app/2", "10.0.0.1".parse().ok()).unwrap();
        assert_eq!(keys[0], CodeKey::new(&web, purpose, &erin, &elsewhere, login(1)), "the same device");
    }
}
