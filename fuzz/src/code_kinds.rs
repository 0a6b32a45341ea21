//! Kinds of code. Each is for one purpose of one application, for one recipient and, if it belongs to a pending login, for that login.

use crate::{keys::list, tokens::FINGERPRINT};
use arbitrary::Arbitrary;
use authflow::{Audience, ClientId};
use sha2::{Digest as _, Sha256};

/// A kind of code, and the call that takes it. A code is good for no other kind, except the same kind in another pending login of the
/// device.
pub struct Kind {
    /// The `type` by which a client asks for it.
    pub of_type: &'static str,
    /// Its purpose, in the words of the hash.
    pub label: &'static str,
    /// One of the two applications.
    pub application: usize,
    /// The pending login that asks for it, or presents it.
    pub login: Option<u8>,
    /// The call that takes it.
    pub path: &'static str,
    /// The member for a new password, if the call takes one.
    pub new_password: Option<&'static str>,
}

const fn kind(of_type: &'static str, label: &'static str, application: usize, path: &'static str) -> Kind {
    Kind { of_type, label, application, login: None, path, new_password: None }
}

const BY_MOBILE: &str = "/api/v2/sdk/pwd/update-by-mobile";
const CHANGE_BY_MOBILE: &str = "/api/v2/sdk/after-login/pwd/update-by-mobile";
const CHANGE_BY_EMAIL: &str = "/api/v2/sdk/after-login/pwd/update-by-email";

/// All kinds.
pub const KINDS: [Kind; 10] = [
    kind("LOGIN_SMS", "sign in", 0, "/api/v2/sdk/login/mobile-verify-code"),
    kind("LOGIN_SMS", "sign in", 1, "/api/v2/sdk/login/mobile-verify-code"),
    kind("LOGIN_EMS", "sign in", 0, "/api/v2/sdk/login/email-verify-code"),
    // One path has two meanings, and each application has one of them.
    Kind { new_password: Some("password"), ..kind("FORGET_PWD_SMS", "forgotten password", 1, BY_MOBILE) },
    Kind { new_password: Some("password"), ..kind("UPDATE_PWD_SMS", "update password", 0, BY_MOBILE) },
    change("CHANGE_PWD_SMS", 1, CHANGE_BY_MOBILE),
    change("CHANGE_PWD_SMS", 2, CHANGE_BY_MOBILE),
    change("CHANGE_PWD_EMS", 1, CHANGE_BY_EMAIL),
    Kind { login: Some(3), ..kind("MFA_AUTH_EMS", "second factor", 0, "/api/v2/sdk/mfa/email") },
    Kind { login: Some(4), ..kind("MFA_AUTH_EMS", "second factor", 0, "/api/v2/sdk/mfa/email") },
];

const fn change(of_type: &'static str, login: u8, path: &'static str) -> Kind {
    let kind = kind(of_type, "change password", 0, path);
    Kind { login: Some(login), new_password: Some("new_password"), ..kind }
}

/// One of two applications.
pub fn client_id(application: usize) -> ClientId {
    ClientId::new(["web", "app"][application]).unwrap()
}

/// The audience of an application's tokens.
pub fn audience(application: usize) -> Audience {
    Audience { client_id: client_id(application), tenant: None }
}

impl Kind {
    pub fn is_sms(&self) -> bool {
        self.of_type.ends_with("_SMS")
    }
}

/// The member that names a recipient, with the account's own recipient or one that no account has.
pub fn recipient(kind: &Kind, nobody: bool) -> (&'static str, &'static str) {
    match (kind.is_sms(), nobody) {
        (true, false) => ("mobile", " +86 138-0000 0000"),
        (true, true) => ("mobile", "+86-13900000000"),
        (false, false) => ("email", "mona@EXAMPLE.com"),
        (false, true) => ("email", "nobody@example.com"),
    }
}

/// The key under which the host stores a code: a hash of its purpose, and of the device that asked for it. The login is part of it only for
/// callers that show nothing, and there are none here.
pub fn key(kind: &Kind, is_known: bool) -> [u8; 32] {
    let recipient = match (kind.is_sms(), is_known) {
        (true, true) => "+8613800000000",
        (true, false) => "+8613900000000",
        (false, true) => "mona@example.com",
        (false, false) => "nobody@example.com",
    };
    let channel = if kind.is_sms() { "sms" } else { "email" };
    let client_id = client_id(kind.application);
    let texts = [client_id.as_str(), "", kind.label, channel, recipient, "fingerprint", FINGERPRINT];
    let texts = texts.map(str::as_bytes);
    Sha256::new_with_prefix("authflow/v2/codes")
        .chain_update(list(&[&texts[..], &[&[]]].concat()))
        .finalize()
        .into()
}

/// The client's changes to the code that it was sent.
#[derive(Arbitrary, Debug)]
pub enum Spoilt {
    Not,
    Spaces,
    Digit { at: u8 },
    Shorter,
    Longer,
    Zeros,
}

impl Spoilt {
    pub fn apply(&self, code: &str) -> String {
        let mut bytes = code.as_bytes().to_vec();
        match self {
            Self::Not => {}
            Self::Spaces => return format!(" {code}\t"),
            Self::Digit { at } => {
                let at = usize::from(*at) % bytes.len();
                bytes[at] = if bytes[at] == b'9' { b'0' } else { bytes[at] + 1 };
            }
            Self::Shorter => drop(bytes.pop()),
            Self::Longer => bytes.push(b'0'),
            Self::Zeros => bytes.fill(b'0'),
        }
        String::from_utf8(bytes).unwrap()
    }
}
