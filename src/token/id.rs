//! The id token, which identifies the signed-in subject to the application (OpenID Connect Core §2).

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

/// The longest id token. A longer text is refused unread.
pub(super) const MAX_TEXT: usize = super::text::LONGEST;
/// The issuer of id tokens (`iss`), usually the `https://` address of the service. It has 1 to 255 bytes and no control characters.
///
/// ```
/// use authflow::testkit::{World, demo};
///
/// let mut world = World::new();
/// let signed_in = world.login("alice");
/// let payload = signed_in.id_token().split('.').nth(1).unwrap();
/// let claims =
///     base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, payload).unwrap();
/// let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
/// assert_eq!(claims["iss"], demo::issuer().as_str());
/// ```
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

/// The error for a text that is not a valid issuer.
///
/// ```
/// use authflow::token::{Issuer, IssuerError};
///
/// assert_eq!(Issuer::new(""), Err(IssuerError));
/// assert_eq!(
///     IssuerError.to_string(),
///     "an issuer must be 1 to 255 bytes without control characters"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an issuer must be 1 to 255 bytes without control characters")]
pub struct IssuerError;

/// The claims of an id token, except `iss`, `aud` and `tenant`, which the minting [`IdTokens`] adds.
///
/// ```
/// use authflow::{
///     AccountId,
///     account::Profile,
///     factor::{Factor, FactorSet},
///     testkit::{
///         World, demo,
///         forge::{Forge, IdClaims, IdentityClaims},
///     },
///     token::Untrusted,
/// };
///
/// let mut world = World::new();
/// let signed_in = world.login("alice");
/// let (ring, issuer, audience) = (demo::ring(), demo::issuer(), demo::audience());
/// let (tokens, now) = (Forge::of(&ring).id_tokens(&issuer, &audience), world.clock.now);
/// let own = tokens.verify(Untrusted::new(signed_in.id_token()), now)?;
///
/// // A holder of the exported key writes another account into alice's session.
/// let forged = tokens.mint(&IdClaims {
///     account: AccountId::new("id-erin").unwrap(),
///     session: own.session(),
///     auth_time: own.auth_time(),
///     factors: FactorSet::EMPTY.with(Factor::Password),
///     issued_at: now,
///     expires_at: own.expires_at(),
///     identity: IdentityClaims::TopLevel(Profile::default()),
/// });
/// assert_eq!(world.check_exist(forged.expose()).status, 400);
/// # Ok::<(), authflow::token::TokenError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdClaims {
    /// The subject of the token (`sub`).
    pub account: AccountId,
    /// The session that the token stands for (`sid`).
    pub session: SessionId,
    /// When the subject last proved who they are (`auth_time`).
    pub auth_time: Timestamp,
    /// The factors that the subject proved (`amr`).
    pub factors: FactorSet,
    /// When the token was minted.
    pub issued_at: Timestamp,
    /// The first second in which the token is no longer good.
    pub expires_at: Timestamp,
    /// The identity of the subject, beyond `sub`.
    pub identity: IdentityClaims,
}

/// The identity of the subject of an id token, beyond `sub`, at the [place](crate::IdentityPlace) that the application chose. [`IdClaims`] has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdentityClaims {
    /// The host's claims about the subject, each at top level.
    TopLevel(Profile),
    /// The members of the subject, each at top level.
    Flat(Subject),
    /// One claim `api`: a text that holds a JSON object.
    Api(Subject),
}

/// The claims that this library's verifier reads. The derived reader refuses a duplicate of any of them.
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
    /// Reads an object in UTF-8, as RFC 7519 §7.2 requires. Without this check, the derived reader would also accept an array of the values, and any
    /// bytes in a claim that it skips.
    fn of(payload: &'a [u8]) -> Option<Self> {
        let text = str::from_utf8(payload).ok().filter(|text| text.starts_with('{'))?;
        serde_json::from_str(text).ok()
    }
}

/// The id tokens of one application.
///
/// ```
/// use authflow::{
///     Audience, ClientId,
///     testkit::{World, demo, forge::Forge},
///     token::{TokenError, Untrusted},
/// };
///
/// let mut world = World::new();
/// let signed_in = world.login("alice");
/// let presented = Untrusted::new(signed_in.id_token());
/// let (ring, issuer, now) = (demo::ring(), demo::issuer(), world.clock.now);
/// let own = demo::audience();
/// let token = Forge::of(&ring).id_tokens(&issuer, &own).verify(presented, now).unwrap();
/// assert_eq!(token.account().as_str(), "id-alice");
/// assert_eq!(token.expires_at(), now.plus_seconds(7_200));
///
/// // Each application has its own key.
/// let other = Audience { client_id: ClientId::new(demo::ORDINARY)?, tenant: None };
/// let refused = Forge::of(&ring).id_tokens(&issuer, &other).verify(presented, now);
/// assert_eq!(refused.unwrap_err(), TokenError::Forged);
/// # Ok::<(), authflow::InvalidId>(())
/// ```
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

    /// A token with these `claims`, signed with the application's own key (HS256).
    pub fn mint(&self, claims: &IdClaims) -> TokenText<IdToken> {
        TokenText::new(self.ring.begun_id_tokens(self.issuer, self.audience).mint(claims))
    }

    /// Verifies the tag, issuer, audience, tenant and times. Only the host knows whether the session still lives and whether the account's
    /// credentials have changed since. The engine's operations ask the host.
    ///
    /// # Errors
    /// Returns the reason for the refusal. The client must not learn it.
    pub fn verify(&self, presented: Untrusted<'_, IdToken>, now: Timestamp) -> Result<IdToken, TokenError> {
        let opened = jwt::open(presented.bytes(), MAX_TEXT, self.ring, now, |keys, signed| {
            self.ring.id_token_mac(keys, self.audience).tag(&[signed])
        })?;
        IdToken::read(opened.payload, self.ring, self.issuer, self.audience, now)
    }
}

impl IdToken {
    /// Reads the payload of a token whose signature has been verified, and judges issuer, audience, tenant and times.
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
///
/// ```
/// use authflow::{
///     PresentedToken,
///     device::Caller,
///     outcome::Verdict,
///     testkit::{World, demo},
///     token::{IdToken, Untrusted},
/// };
///
/// let mut world = World::new();
/// let signed_in = world.login("alice");
/// // At a route of your own, this is the text after `Bearer`.
/// let bearer = PresentedToken::Bearer(Untrusted::<IdToken>::new(signed_in.id_token()));
/// let caller = Caller::from_headers(&demo::device())?;
/// let Verdict::Authenticated(who) = world.authenticate(caller, bearer) else {
///     panic!("it is hers")
/// };
/// assert!(world.host.sessions.contains_key(&who.session));
/// # Ok::<(), authflow::device::HeaderFaults>(())
/// ```
#[derive(Clone, Debug)]
pub struct IdToken {
    account: AccountId,
    session: SessionId,
    auth_time: Timestamp,
    expires_at: Timestamp,
}

impl IdToken {
    /// The subject of the token.
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// The session that the token stands for.
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// When the subject last proved who they are, as the token says. A holder of the exported key can write any time here. Compare it with the stored
    /// session if it matters.
    pub fn auth_time(&self) -> Timestamp {
        self.auth_time
    }

    /// The first second in which the token is no longer good.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}

#[cfg(test)]
#[path = "id_tests.rs"]
mod tests;
