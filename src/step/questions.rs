//! The questions that read, judge, send or sign. (Counting guesses and writing have files of their own.)

use super::Question;
use crate::{
    Account, AccountId, Application, Audience, ClientId, FactorSet, Identifier, Secret, SessionId, TenantId,
    Timestamp, device::Device, policy::PasswordRefusal,
};
use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::fmt;

macro_rules! questions {
    ($($question:ident => $answer:ty;)*) => {
        $(impl Question for $question {
            type Answer = $answer;
            const NAME: &'static str = stringify!($question);
        })*
    };
}

questions! {
    FindApplication => Option<Arc<Application>>;
    FindAccount => Option<Account>;
    VerifyPassword => PasswordMatch;
    DecideAccess => Access;
    JudgePassword => Judgement;
    LoadCode => Option<StoredCode>;
    CheckSession => Liveness;
    VerifyTenantCredential => Option<TenantId>;
    Deliver => Delivery;
    SignBytes => Option<Vec<u8>>;
    VerifyBytes => SignatureCheck;
}

/// Which application is this? `None` for no such application.
///
/// Never asked of an engine that was given a fixed list.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FindApplication {
    /// As the caller names it.
    pub client_id: ClientId,
    /// The tenant the caller names. An application that serves it must list it.
    pub tenant: Option<TenantId>,
}

/// Which account is this? `None` for no such account.
///
/// The answer must be of the tenant that the audience names, and have the id that was asked for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FindAccount {
    /// The application and tenant.
    pub audience: Audience,
    /// What the account is known by.
    pub key: AccountKey,
}

/// What an account is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountKey {
    /// What a client typed to sign in.
    Identifier(Identifier),
    /// The host's own id of it, from a token.
    Id(AccountId),
}

/// Is this the password?
///
/// Without a verifier the account is unknown, locked, disabled or has no password: hash the presented password all the
/// same, against a verifier of your own, so that the answer takes as long as for everybody. That answer is ignored.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct VerifyPassword {
    /// What to verify against.
    pub verifier: Option<Secret>,
    /// What the client typed.
    pub presented: Secret,
}

/// Whether a presented password is the account's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordMatch {
    /// It is.
    Matches,
    /// It is not.
    Differs,
}

/// May this account in, here and now? The host's access policy, asked after the password has been found right.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DecideAccess {
    /// The application and tenant.
    pub audience: Audience,
    /// Who asks to get in.
    pub account: AccountId,
    /// From where.
    pub device: Device,
    /// On what proof so far.
    pub factors: FactorSet,
}

/// The host's access decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Let them in.
    Allow,
    /// Do not.
    Deny,
}

/// Is this new password good enough? The pure rules have been checked already; this is for history and breach lists.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct JudgePassword {
    /// Whose it would be.
    pub account: AccountId,
    /// What it would be.
    pub new_password: Secret,
}

/// What the host thinks of a new password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// Fine.
    Accepted,
    /// Not this one.
    Refused(PasswordRefusal),
}

/// Which code was sent? `None` for none, or none any more.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LoadCode {
    /// What it was stored under.
    pub key: CodeKey,
}

/// What a sent code is stored under: a hash of what it is for and of whom it was sent to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodeKey([u8; 32]);

impl CodeKey {
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

/// A sent code as the host keeps it: never the code, only its keyed digest.
#[derive(Clone, Debug)]
pub struct StoredCode {
    /// The digest.
    pub digest: CodeDigest,
    /// The first second in which it is no longer good.
    pub expires_at: Timestamp,
}

/// A keyed digest of a code.
#[derive(Clone, Copy)]
pub struct CodeDigest([u8; 32]);

impl CodeDigest {
    /// A digest read back from the host's store.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for the host's store.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for CodeDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeDigest(…)")
    }
}

/// Does this session still live? The place for revocation and idle limits.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CheckSession {
    /// The application and tenant.
    pub audience: Audience,
    /// Whose session.
    pub account: AccountId,
    /// Which.
    pub session: SessionId,
    /// The time of the request.
    pub now: Timestamp,
}

/// Whether a session still lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Liveness {
    /// It does, and it is this account's, in this application and tenant.
    Live {
        /// When its subject last proved who they are: from the stored [`SessionRecord`](super::SessionRecord). The token's
        /// own claim is not relied on, because a relying party that holds the exported key could write it.
        auth_time: Timestamp,
    },
    /// It has ended, or there never was one.
    Ended,
}

/// Whose credential is this? `None` for nobody's.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct VerifyTenantCredential {
    /// The bearer credential of a tenant's server.
    pub credential: Secret,
}

/// Send this code.
///
/// For a decoy, do everything but the sending, in the same time: the recipient is unknown here, and the client must not
/// learn that.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Deliver {
    /// By which way.
    pub channel: Channel,
    /// To whom: a mobile number or an address.
    pub recipient: Secret,
    /// What.
    pub code: Secret,
    /// Whether to only pretend.
    pub decoy: bool,
    /// What the client presented against robots, for the host to judge.
    pub captcha_token: Option<Secret>,
}

/// A way to a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// A text message.
    Sms,
    /// An e-mail.
    Email,
}

/// Whether a code was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It was (or, for a decoy, would have been).
    Delivered,
    /// It was not.
    NotDelivered,
}

/// Sign this, with a key that is outside. `None` where there is no such key.
#[derive(Clone)]
#[non_exhaustive]
pub struct SignBytes {
    /// Which key.
    pub key_id: Box<str>,
    /// What to sign: a JWS signing input (RFC 7515 §5.1).
    pub bytes: Vec<u8>,
}

impl fmt::Debug for SignBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignBytes").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

/// Is this signature good?
#[derive(Clone)]
#[non_exhaustive]
pub struct VerifyBytes {
    /// Which key.
    pub key_id: Box<str>,
    /// What was signed.
    pub bytes: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
}

/// Bytes and signature together are a token.
impl fmt::Debug for VerifyBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyBytes").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

/// Whether a signature is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureCheck {
    /// It is.
    Valid,
    /// It is not.
    Invalid,
}
