//! What a sent code is stored under.

use super::CodePurpose;
use crate::{Audience, TenantId, TokenId, contact::Recipient};
use core::fmt;
use sha2::{Digest as _, Sha256};

/// The hash of a list of parts, each behind its length, so that no two lists are the same message.
pub(super) fn hash_list(label: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new_with_prefix(label);
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// What a sent code is stored under: a hash of the application, the tenant, what it is for, whom it was sent to and, within a
/// pending login, the state token it was asked for with. So a code of one purpose, recipient or login is not found by another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodeKey([u8; 32]);

impl CodeKey {
    pub(crate) fn new(
        audience: &Audience,
        purpose: CodePurpose,
        recipient: &Recipient,
        login: Option<TokenId>,
    ) -> Self {
        let tenant = audience.tenant.as_ref().map_or("", TenantId::as_str);
        let login = login.as_ref().map_or(&[][..], |login| login.as_bytes());
        Self(hash_list(
            "authflow/v1/codes",
            &[
                audience.client_id.as_str().as_bytes(),
                tenant.as_bytes(),
                purpose.label().as_bytes(),
                recipient.channel().label().as_bytes(),
                recipient.normalised().as_bytes(),
                login,
            ],
        ))
    }

    /// The bytes, for the host's store.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// A hash of a mobile number can be guessed.
impl fmt::Debug for CodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ClientId, contact::Channel};

    fn mobile(text: &str) -> Recipient {
        Recipient::new(Channel::Sms, text).unwrap()
    }

    #[test]
    fn a_key_differs_in_everything_it_is_of() {
        let tenant = Some(TenantId::new("t").unwrap());
        let audience = |client, tenant| Audience { client_id: ClientId::new(client).unwrap(), tenant };
        let login = |byte| Some(TokenId::from_bytes([byte; 16]));
        let (web, erin) = (audience("web", tenant), mobile("+86-13800000000"));
        let base = CodeKey::new(&web, CodePurpose::SecondFactor, &erin, login(1));
        for other in [
            CodeKey::new(&audience("app", tenant), CodePurpose::SecondFactor, &erin, login(1)),
            CodeKey::new(&audience("web", None), CodePurpose::SecondFactor, &erin, login(1)),
            CodeKey::new(&web, CodePurpose::ChangePassword, &erin, login(1)),
            CodeKey::new(&web, CodePurpose::SecondFactor, &mobile("+86-13800000001"), login(1)),
            CodeKey::new(&web, CodePurpose::SecondFactor, &erin, login(2)),
            CodeKey::new(&web, CodePurpose::SecondFactor, &erin, None),
        ] {
            assert_ne!(base, other);
        }
        assert_eq!(base, CodeKey::new(&web, CodePurpose::SecondFactor, &mobile("+8613800000000"), login(1)));
    }
}
