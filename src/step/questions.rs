//! The questions that read, judge, send or sign. (Counting guesses, codes and writing have files of their own.)

use super::{Question, SessionRecord};
use crate::{
    Account, AccountId, Application, Audience, ClientId, CodePurpose, FactorSet, Identifier, Lifetime,
    Recipient, Secret, SessionId, TenantId, Timestamp,
    device::{Device, Language},
    policy::PasswordRefusal,
};
use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::fmt;
use serde::{Deserialize, Serialize};

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
    CheckSession => Option<SessionRecord>;
    VerifyTenantCredential => CredentialOwner;
    JudgeCaptcha => Captcha;
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    /// Fine.
    Accepted,
    /// Not this one.
    Refused(PasswordRefusal),
}

/// Does this session still live? The place for revocation and for noting when a session was last used.
///
/// Answer with its record: `None` when it has been ended, or there never was one. Whether it is the account's, of this
/// application, and within its limits is judged here. Where [`idle_limit`](Self::idle_limit) is set, also note `now` as the
/// record's [`used_at`](SessionRecord::used_at) – in the same atomic step, and only where [`is_open`](Self::is_open) says so –
/// and answer with the record as it was before.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CheckSession {
    /// The application and tenant.
    pub audience: Audience,
    /// Whose session.
    pub account: AccountId,
    /// Which.
    pub session: SessionId,
    /// How long it may go unused.
    pub idle_limit: Option<Lifetime>,
    /// The time of the request.
    pub now: Timestamp,
}

impl CheckSession {
    /// Whether a stored session is the one asked about and within its limits.
    pub fn is_open(&self, record: &SessionRecord) -> bool {
        let idle_since = self.idle_limit.map(|limit| record.used_at.plus(limit));
        record.session == self.session
            && record.account == self.account
            && record.audience == self.audience
            && self.now < record.expires_at
            && idle_since.is_none_or(|over_at| self.now < over_at)
    }
}

/// Whose credential is this?
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct VerifyTenantCredential {
    /// The bearer credential of a tenant's server.
    pub credential: Secret,
}

/// Whose a tenant credential is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialOwner {
    /// A tenant's.
    Tenant(TenantId),
    /// That of the server behind one ordinary application, which knows no tenants.
    Application(ClientId),
    /// Nobody's.
    Nobody,
}

/// Is this no robot? Asked before a code is made for somebody who has proved nothing.
///
/// Sending without any such judgement, and without limits by address, invites toll fraud.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct JudgeCaptcha {
    /// The application and tenant.
    pub audience: Audience,
    /// From where.
    pub device: Device,
    /// What the client presented, if it did.
    pub captcha_token: Option<Secret>,
}

/// What the host thinks of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Captcha {
    /// A human, or none is demanded.
    Passed,
    /// A robot, or no proof where one is demanded.
    Failed,
}

/// Send this code.
///
/// For a decoy, do everything but the sending, in the same time: the recipient is nobody's here, and the client must not
/// learn that.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Deliver {
    /// The application and tenant.
    pub audience: Audience,
    /// To whom.
    pub recipient: Recipient,
    /// What for: the text of the message should say so.
    pub purpose: CodePurpose,
    /// What: six digits.
    pub code: Secret,
    /// How long it is good.
    pub expires_in: Lifetime,
    /// In which language.
    pub language: Language,
    /// Whether to only pretend.
    pub decoy: bool,
}

/// Whether a code was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignatureCheck {
    /// It is.
    Valid,
    /// It is not.
    Invalid,
}
