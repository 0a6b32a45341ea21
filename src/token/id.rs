//! The id token: who signed in, for the application (OpenID Connect Core §2).

use super::{KeyRing, TokenError, TokenText, Untrusted, jwt};
use crate::{
    AccountId, Audience, SessionId, Timestamp,
    account::{Profile, Subject},
    factor::FactorSet,
    text::{base64url, control::has_control},
};
use alloc::{borrow::Cow, boxed::Box, string::String, vec};
use core::str;
use serde::{Deserialize, Serialize};

/// The longest id token: longer text is refused unread.
pub(super) const MAX_TEXT: usize = super::text::LONGEST;
/// Who issues id tokens (`iss`): usually the `https://` address of the service. 1 to 255 bytes, no control characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Issuer(Box<str>);

impl Issuer {
    /// # Errors
    /// When the text is empty, over 255 bytes, or has a control character.
    pub fn new(text: &str) -> Result<Self, IssuerError> {
        let fits = (1..=255).contains(&text.len()) && !has_control(text);
        if fits { Ok(Self(text.into())) } else { Err(IssuerError) }
    }

    /// The issuer as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Issuer {
    type Error = IssuerError;

    fn try_from(text: String) -> Result<Self, IssuerError> {
        Self::new(&text)
    }
}

impl From<Issuer> for String {
    fn from(issuer: Issuer) -> Self {
        issuer.0.into()
    }
}

/// A text that is no issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an issuer is 1 to 255 bytes without control characters")]
pub struct IssuerError;

/// Everything an id token says; `iss`, `aud` and `tenant` are the minting [`IdTokens`]' own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdClaims {
    /// Whose token it is (`sub`).
    pub account: AccountId,
    /// The session it stands for (`sid`).
    pub session: SessionId,
    /// When the subject last proved who they are.
    pub auth_time: Timestamp,
    /// What they proved it with (`amr`).
    pub factors: FactorSet,
    /// When it was minted.
    pub issued_at: Timestamp,
    /// The first second in which it is no longer good.
    pub expires_at: Timestamp,
    /// Who the subject is, beyond `sub`.
    pub identity: IdentityClaims,
}

/// Who the subject of an id token is, beyond `sub`, and where it says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdentityClaims {
    /// The host's claims about the subject, each at top level.
    TopLevel(Profile),
    /// One claim `api`: a text that holds a JSON object.
    Api(Subject),
}

/// The claims that a verifier here looks at. A duplicate of one of them is refused by the derived reader.
#[derive(Deserialize)]
struct Read<'a> {
    #[serde(borrow)]
    iss: Cow<'a, str>,
    #[serde(borrow)]
    aud: Cow<'a, str>,
    sub: AccountId,
    sid: SessionId,
    tenant: Option<crate::TenantId>,
    exp: u64,
    iat: u64,
    nbf: u64,
    auth_time: u64,
}

impl<'a> Read<'a> {
    /// Reads an object in UTF-8, as RFC 7519 §7.2 asks for. The derived reader alone would take an array of the values as
    /// well, and any bytes in a claim that it passes over.
    fn of(payload: &'a [u8]) -> Option<Self> {
        let text = str::from_utf8(payload).ok().filter(|text| text.starts_with('{'))?;
        serde_json::from_str(text).ok()
    }
}

/// The id tokens of one application.
#[derive(Clone, Copy, Debug)]
pub struct IdTokens<'a> {
    ring: &'a KeyRing,
    issuer: &'a Issuer,
    audience: &'a Audience,
}

impl<'a> IdTokens<'a> {
    pub(super) fn new(ring: &'a KeyRing, issuer: &'a Issuer, audience: &'a Audience) -> Self {
        Self { ring, issuer, audience }
    }

    /// A token that says `claims`, signed with the application's own key (HS256).
    pub fn mint(&self, claims: &IdClaims) -> TokenText<IdToken> {
        TokenText::new(self.ring.begun_id_tokens(self.issuer, self.audience).mint(claims))
    }

    /// Verifies the tag, issuer, audience, tenant and times. Whether the session still lives, and whether the account's
    /// credentials have changed since, takes the host's knowledge: the operations of the engine ask for it.
    ///
    /// # Errors
    /// Why it was refused; a client is never told which.
    pub fn verify(&self, presented: Untrusted<'_, IdToken>, now: Timestamp) -> Result<IdToken, TokenError> {
        let opened = jwt::open(presented.bytes(), MAX_TEXT, self.ring, now, |keys, signed| {
            self.ring.id_token_mac(keys, self.audience).tag(&[signed])
        })?;
        IdToken::read(opened.payload, self.ring, self.issuer, self.audience, now)
    }
}

impl IdToken {
    /// Reads the payload of a token whose signature has been found right, and judges issuer, audience, tenant and times.
    pub(super) fn read(
        payload: &[u8],
        ring: &KeyRing,
        issuer: &Issuer,
        audience: &Audience,
        now: Timestamp,
    ) -> Result<Self, TokenError> {
        let mut buffer = vec![0; base64url::decoded_len(payload.len())];
        let payload = base64url::decode(payload, &mut buffer).ok_or(TokenError::Malformed)?;
        let claims = Read::of(payload).ok_or(TokenError::Malformed)?;
        if claims.iss != issuer.as_str()
            || claims.aud != audience.client_id.as_str()
            || claims.tenant != audience.tenant
        {
            return Err(TokenError::WrongAudience);
        }
        ring.check_time(Timestamp::from_unix(claims.iat), Timestamp::from_unix(claims.exp), now)?;
        if now < Timestamp::from_unix(claims.nbf) {
            return Err(TokenError::NotYetValid);
        }
        Ok(Self {
            account: claims.sub,
            session: claims.sid,
            auth_time: Timestamp::from_unix(claims.auth_time),
            expires_at: Timestamp::from_unix(claims.exp),
        })
    }
}

/// An id token that verified.
#[derive(Clone, Debug)]
pub struct IdToken {
    account: AccountId,
    session: SessionId,
    auth_time: Timestamp,
    expires_at: Timestamp,
}

impl IdToken {
    /// Whose token it is.
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// The session it stands for.
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// When the subject last proved who they are, as the token says. Whoever holds the exported key can write it: compare with
    /// the stored session where it matters.
    pub fn auth_time(&self) -> Timestamp {
        self.auth_time
    }

    /// The first second in which it is no longer good.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}

#[cfg(test)]
#[path = "id_tests.rs"]
mod tests;
