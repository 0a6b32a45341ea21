//! The state token: the memory of a login that has not finished, carried by the client.

use super::{
    KeyRing, Keys, TokenError, TokenText, Untrusted, Verified,
    canonical::{Reader, Writer},
    jwt,
    mac::same_tag,
};
use crate::{
    AccountId, Audience, ClientId, TenantId, Timestamp, TokenId, account::Revision, factor::FactorSet,
    text::base64url,
};
use alloc::string::String;
use core::fmt;

/// The longest state token: longer text is refused unread.
const MAX_TEXT: usize = 1024;
/// The longest payload that fits.
const MAX_PAYLOAD: usize =
    base64url::decoded_len(MAX_TEXT - Keys::MAX_HEADER - 1 - base64url::encoded_len(32));

/// What the bearer of a state token may finish: the state in which the login waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// A further factor is needed.
    FactorRequired,
    /// The password is right and about to expire: change it or skip.
    PasswordExpiring,
    /// The password is right and must be changed before anything else.
    PasswordExpired,
}

impl Stage {
    /// Every stage.
    pub const ALL: &[Self] = &[Self::PasswordExpiring, Self::PasswordExpired, Self::FactorRequired];

    const fn claim(self) -> &'static str {
        match self {
            Self::PasswordExpiring => "warn",
            Self::PasswordExpired => "expired",
            Self::FactorRequired => "factor",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// A keyed hash of one thing a device says about itself. The token shows nothing of the thing.
#[derive(Clone, Copy)]
pub struct DeviceDigest([u8; 16]);

impl DeviceDigest {
    /// A digest kept somewhere else.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes, to keep them somewhere else.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// Compared in constant time, like every value an attacker might try to guess byte by byte.
impl PartialEq for DeviceDigest {
    fn eq(&self, other: &Self) -> bool {
        same_tag(&self.0, &other.0)
    }
}

impl Eq for DeviceDigest {}

impl fmt::Debug for DeviceDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceDigest(…)")
    }
}

/// The device a pending login is bound to. Only what the application's binding policy looks at is in the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceDigests {
    /// Of the fingerprint: always bound.
    pub fingerprint: DeviceDigest,
    /// Of the IP address (or of its absence).
    pub ip: Option<DeviceDigest>,
    /// Of the operating system and its version.
    pub os: Option<DeviceDigest>,
    /// Of the user agent.
    pub agent: Option<DeviceDigest>,
}

/// Everything a state token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateClaims {
    /// The application and tenant the login is for.
    pub audience: Audience,
    /// Whose login it is.
    pub account: AccountId,
    /// The account's revision when the token was judged.
    pub revision: Revision,
    /// The device that began the login.
    pub device: DeviceDigests,
    /// What the bearer may finish.
    pub stage: Stage,
    /// The factors that have been proved.
    pub factors: FactorSet,
    /// When the login began. A whole login has 30 minutes from here, whatever is renewed.
    pub auth_start: Timestamp,
    /// Spending the token is inserting this id.
    pub id: TokenId,
    /// When it was minted.
    pub issued_at: Timestamp,
    /// The first second in which it is no longer good.
    pub expires_at: Timestamp,
}

impl StateClaims {
    fn write(&self) -> Writer<MAX_PAYLOAD> {
        let mut writer = Writer::new();
        writer.literal(r#"{"aud":"#);
        writer.string(self.audience.client_id.as_str());
        if let Some(tenant) = &self.audience.tenant {
            writer.literal(r#","tid":"#);
            writer.string(tenant.as_str());
        }
        writer.literal(r#","sub":"#);
        writer.string(self.account.as_str());
        writer.literal(r#","rev":"#);
        writer.number(self.revision.as_u64());
        let fingerprint = Some(self.device.fingerprint);
        for (name, digest) in [
            (r#","dev":"#, fingerprint),
            (r#","ip":"#, self.device.ip),
            (r#","os":"#, self.device.os),
            (r#","ua":"#, self.device.agent),
        ] {
            if let Some(digest) = digest {
                writer.literal(name);
                writer.bytes_16(digest.as_bytes());
            }
        }
        writer.literal(r#","step":""#);
        writer.literal(self.stage.claim());
        writer.literal(r#"","done":"#);
        writer.number(u64::from(self.factors.bits()));
        writer.literal(r#","start":"#);
        writer.number(self.auth_start.as_unix());
        writer.literal(r#","jti":"#);
        writer.bytes_16(self.id.as_bytes());
        writer.literal(r#","iat":"#);
        writer.number(self.issued_at.as_unix());
        writer.literal(r#","exp":"#);
        writer.number(self.expires_at.as_unix());
        writer.literal("}");
        writer
    }

    fn read(payload: &[u8]) -> Option<Self> {
        let reader = &mut Reader::new(payload)?;
        reader.literal(r#"{"aud":"#)?;
        let client_id: ClientId = reader.string()?;
        let tenant: Option<TenantId> =
            if reader.optional(r#","tid":"#) { Some(reader.string()?) } else { None };
        reader.literal(r#","sub":"#)?;
        let account: AccountId = reader.string()?;
        reader.literal(r#","rev":"#)?;
        let revision = Revision::new(reader.number()?);
        reader.literal(r#","dev":"#)?;
        let fingerprint = DeviceDigest(reader.bytes_16()?);
        let mut digest = |name| match reader.optional(name) {
            true => reader.bytes_16().map(DeviceDigest).map(Some),
            false => Some(None),
        };
        let device = DeviceDigests {
            fingerprint,
            ip: digest(r#","ip":"#)?,
            os: digest(r#","os":"#)?,
            agent: digest(r#","ua":"#)?,
        };
        reader.literal(r#","step":""#)?;
        let stage = Stage::ALL.iter().copied().find(|stage| reader.optional(stage.claim()))?;
        reader.literal(r#"","done":"#)?;
        let factors = FactorSet::from_bits(u8::try_from(reader.number()?).ok()?)?;
        reader.literal(r#","start":"#)?;
        let auth_start = read_time(reader)?;
        reader.literal(r#","jti":"#)?;
        let id = TokenId::from_bytes(reader.bytes_16()?);
        reader.literal(r#","iat":"#)?;
        let issued_at = read_time(reader)?;
        reader.literal(r#","exp":"#)?;
        let expires_at = read_time(reader)?;
        reader.literal("}")?;
        reader.end()?;
        Some(Self {
            audience: Audience { client_id, tenant },
            account,
            revision,
            device,
            stage,
            factors,
            auth_start,
            id,
            issued_at,
            expires_at,
        })
    }
}

fn read_time(reader: &mut Reader<'_>) -> Option<Timestamp> {
    let seconds = reader.number()?;
    (seconds <= Timestamp::MAX.as_unix()).then(|| Timestamp::from_unix(seconds))
}

/// Mints and verifies state tokens: [`KeyRing::state_tokens`].
#[derive(Clone, Copy, Debug)]
pub struct StateTokens<'ring> {
    ring: &'ring KeyRing,
}

impl<'ring> StateTokens<'ring> {
    pub(super) fn new(ring: &'ring KeyRing) -> Self {
        Self { ring }
    }

    /// A token that says `claims`, as text of its own.
    pub fn mint(&self, claims: &StateClaims) -> TokenText<StateToken> {
        let mut text = String::new();
        self.mint_into(claims, &mut text);
        TokenText::new(text)
    }

    /// Appends a token that says `claims`; allocates nothing where `out` has room for 1,024 bytes.
    pub fn mint_into(&self, claims: &StateClaims, out: &mut String) {
        let keys = self.ring.signer();
        jwt::seal(&keys.header, &keys.state, claims.write().bytes(), out);
    }

    /// Verifies the tag, the one spelling, and the time. Whom the token is for is the caller's to compare:
    /// [`StateToken::claims`] has the audience, and whether the device is
    /// the one that began the login is the engine's to judge.
    ///
    /// # Errors
    /// Why it was refused; a client is never told which.
    pub fn verify(
        &self,
        presented: Untrusted<'_, StateToken>,
        now: Timestamp,
    ) -> Result<StateToken, TokenError> {
        let opened =
            jwt::open(presented.bytes(), MAX_TEXT, self.ring, now, |keys, signed| keys.state.tag(&[signed]))?;
        let mut buffer = [0; MAX_PAYLOAD];
        let payload = base64url::decode(opened.payload, &mut buffer).ok_or(TokenError::Malformed)?;
        let claims = StateClaims::read(payload).ok_or(TokenError::Malformed)?;
        self.ring.check_time(claims.issued_at, claims.expires_at, now)?;
        Ok(Verified::new(claims, opened.key))
    }
}

/// A state token that verified. Only [`StateTokens::verify`] makes one.
///
/// ```compile_fail
/// # use authflow::token::StateToken;
/// let token: StateToken = serde_json::from_str("{}").unwrap();
/// ```
pub type StateToken = Verified<StateClaims>;

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
