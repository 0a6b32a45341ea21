//! The state token: the memory of a login that has not finished, carried by the client.
//!
//! A JWT that says when it ends (`exp`, RFC 7519 §4.1.4) and nothing else that others could read: `{"exp":…,"s":"…"}`, where `s` is
//! the base64url of these fields, in their order:
//!
//! ```text
//! account: length, bytes │ client id: length, bytes │ tenant: length, bytes │ revision u64 │ fingerprint's digest 16
//! │ bound u8, and a digest 16 for each of its bits: address 1, system 2, agent 4 │ stage u8 │ factors u8 │ auth_start u64
//! │ id 16 │ iat u64
//! ```
//!
//! Numbers are big-endian, a length is one byte, and a length of 0 stands for no tenant. Bits and stages beyond the known ones are
//! refused: there is room for more of them.

use super::{
    KeyRing, Keys, TokenError, TokenText, Untrusted, Verified, jwt,
    mac::same_tag,
    opaque::{Fields, TEXT, Writer},
};
use crate::{
    AccountId, Audience, Timestamp, TokenId,
    account::Revision,
    factor::FactorSet,
    text::{base64url, fixed},
};
use alloc::string::String;
use arrayvec::ArrayString;
use core::fmt;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Every field at its longest.
const MAX_FIELDS: usize = 3 * TEXT + 8 + 16 + 1 + 3 * 16 + 1 + 1 + 8 + 16 + 8;
/// The digits of [`Timestamp::MAX`].
const MAX_DIGITS: usize = 12;
/// The characters of [`MAX_FIELDS`].
const MAX_ENCODED: usize = base64url::encoded_len(MAX_FIELDS);
const BEFORE_EXPIRY: &[u8] = br#"{"exp":"#;
const BEFORE_FIELDS: &[u8] = br#","s":""#;
const AFTER_FIELDS: &[u8] = br#""}"#;
const MAX_PAYLOAD: usize =
    BEFORE_EXPIRY.len() + MAX_DIGITS + BEFORE_FIELDS.len() + MAX_ENCODED + AFTER_FIELDS.len();
/// The longest state token: longer text is refused unread.
pub(crate) const LONGEST: usize =
    Keys::MAX_HEADER + base64url::encoded_len(MAX_PAYLOAD) + 1 + base64url::encoded_len(32);

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

    const fn byte(self) -> u8 {
        match self {
            Self::PasswordExpiring => 1,
            Self::PasswordExpired => 2,
            Self::FactorRequired => 3,
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// A keyed hash of one thing a device says about itself: 16 bytes, which show nothing of the thing.
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

/// 22 characters of base64url.
impl Serialize for DeviceDigest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&fixed::text::<16, 22>(&self.0))
    }
}

impl<'de> Deserialize<'de> for DeviceDigest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = ArrayString::<22>::deserialize(deserializer)?;
        let mut bytes = [0; 16];
        match base64url::decode(text.as_bytes(), &mut bytes).map(<[u8]>::len) {
            Some(16) => Ok(Self(bytes)),
            _ => Err(D::Error::custom("a digest of a device must be 22 characters of base64url")),
        }
    }
}

impl fmt::Debug for DeviceDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceDigest(…)")
    }
}

/// The device a pending login is bound to. Only what the application's binding policy looks at is in the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceDigests {
    /// Of what the device is recognised by, a fingerprint or a cookie: always bound.
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
    fn fields(&self) -> Writer<MAX_FIELDS> {
        let mut fields = Writer::new();
        fields.ids(&self.account, &self.audience);
        fields.number(self.revision.as_u64());
        fields.bytes(self.device.fingerprint.as_bytes());
        let optional = [self.device.ip, self.device.os, self.device.agent];
        let bit = |(at, digest): (usize, &Option<DeviceDigest>)| u8::from(digest.is_some()) << at;
        fields.bytes(&[optional.iter().enumerate().map(bit).fold(0, |bits, bit| bits | bit)]);
        optional.iter().flatten().for_each(|digest| fields.bytes(digest.as_bytes()));
        fields.bytes(&[self.stage.byte(), self.factors.to_bits()]);
        fields.time(self.auth_start);
        fields.bytes(self.id.as_bytes());
        fields.time(self.issued_at);
        fields
    }

    fn write(&self) -> Writer<MAX_PAYLOAD> {
        let (mut payload, mut encoded) = (Writer::new(), [0; MAX_ENCODED]);
        payload.bytes(BEFORE_EXPIRY);
        payload.bytes(itoa::Buffer::new().format(self.expires_at.as_unix()).as_bytes());
        payload.bytes(BEFORE_FIELDS);
        payload.bytes(base64url::encode(self.fields().written(), &mut encoded).unwrap_or_default());
        payload.bytes(AFTER_FIELDS);
        payload
    }

    /// Takes exactly what [`write`](Self::write) writes.
    fn read(payload: &[u8]) -> Option<Self> {
        let payload = payload.strip_prefix(BEFORE_EXPIRY)?;
        let digits = payload.iter().position(|byte| !byte.is_ascii_digit())?;
        let (digits, rest) = payload.split_at_checked(digits)?;
        let expires_at = Timestamp::from_unix(read_number(digits)?);
        let encoded = rest.strip_prefix(BEFORE_FIELDS)?.strip_suffix(AFTER_FIELDS)?;
        let mut buffer = [0; MAX_FIELDS];
        Self::read_fields(&mut Fields::new(base64url::decode(encoded, &mut buffer)?), expires_at)
    }

    fn read_fields(fields: &mut Fields<'_>, expires_at: Timestamp) -> Option<Self> {
        let (account, audience) = fields.ids()?;
        let revision = Revision::new(fields.number()?).ok()?;
        let fingerprint = DeviceDigest(fields.take()?);
        let [bound @ 0..8] = fields.take()? else { return None };
        let mut optional = |bit| match bound & bit {
            0 => Some(None),
            _ => fields.take().map(DeviceDigest).map(Some),
        };
        let device = DeviceDigests { fingerprint, ip: optional(1)?, os: optional(2)?, agent: optional(4)? };
        let [stage, factors] = fields.take()?;
        let stage = *Stage::ALL.iter().find(|known| known.byte() == stage)?;
        let factors = FactorSet::from_bits(factors).ok()?;
        let (auth_start, id, issued_at) =
            (fields.time()?, TokenId::from_bytes(fields.take()?), fields.time()?);
        fields.end()?;
        Some(Self {
            audience,
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

/// A time of these digits: without a nought before it, and none that no clock of ours shows.
fn read_number(digits: &[u8]) -> Option<u64> {
    let value = match digits {
        [b'0'] => 0,
        [b'1'..=b'9', ..] if digits.len() <= MAX_DIGITS => digits
            .iter()
            .fold(0_u64, |value, digit| value.wrapping_mul(10).wrapping_add(digit.wrapping_sub(b'0').into())),
        _ => return None,
    };
    (value <= Timestamp::MAX.as_unix()).then_some(value)
}

/// Mints and verifies state tokens.
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

    /// Appends a token that says `claims`; allocates nothing where `out` has room for 694 bytes.
    pub fn mint_into(&self, claims: &StateClaims, out: &mut String) {
        let keys = self.ring.signer();
        jwt::seal(&keys.header, &keys.state, claims.write().written(), out);
    }

    /// Verifies the tag, the one spelling, and the time. Whom the token is for is the caller's to compare, and whether the device is
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
            jwt::open(presented.bytes(), LONGEST, self.ring, now, |keys, signed| keys.state.tag(&[signed]))?;
        let mut buffer = [0; MAX_PAYLOAD];
        let payload = base64url::decode(opened.payload, &mut buffer).ok_or(TokenError::Malformed)?;
        match StateClaims::read(payload) {
            Some(claims) => {
                self.ring.check_time(claims.issued_at, claims.expires_at, now)?;
                Ok(Verified::new(claims, opened.key))
            }
            None => Err(TokenError::Malformed),
        }
    }
}

/// A state token that verified. Only an engine makes one.
///
/// ```compile_fail
/// # use authflow::token::StateToken;
/// let token: StateToken = serde_json::from_str("{}").unwrap();
/// ```
pub type StateToken = Verified<StateClaims>;

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
