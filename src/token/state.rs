//! The state token: the state of a pending login. The client carries it.
//!
//! It is [dated](super::dated). Its fields, in order:
//!
//! ```text
//! account: length, bytes │ client id: length, bytes │ tenant: length, bytes │ revision u64 │ fingerprint's digest 16
//! │ bound u8, and a digest 16 for each of its bits: address 1, system 2, agent 4; for its bit 8 a provider: length, bytes, and an id: length,
//! bytes; then its bit 16 is of a provider's code that was bound, and its bit 32 of an account that nobody else vouched for │ stage u8 │ factors u8 │ auth_start u64
//! │ id 16 │ iat u64
//! ```
//!
//! Numbers are big-endian, a length is one byte, and a length of 0 stands for no tenant. Unknown bits and stages are refused, which leaves room for
//! new ones.

use super::{
    KeyRing, Keys, TokenError, TokenText, Untrusted, Verified,
    dated::{self, Dated},
    mac::{MacKey, same_tag},
    opaque::{Fields, TEXT, Writer},
};
use crate::{
    AccountId, Audience, Timestamp, TokenId,
    account::Revision,
    factor::FactorSet,
    social::{Provider, SocialIdentity, pending::PendingIdentity},
    text::{base64url, fixed, words::words},
};
use alloc::{boxed::Box, vec::Vec};
use arrayvec::ArrayString;
use core::fmt;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Every field at its longest.
const MAX_FIELDS: usize = 3 * TEXT + 8 + DeviceDigests::MAX_BYTES + MAX_IDENTITY + 1 + 1 + 8 + 16 + 8;
/// The longest provider and the longest id, with their lengths.
pub(super) const MAX_IDENTITY: usize = 1 + Provider::MAX_BYTES + 1 + SocialIdentity::MAX_UID_BYTES;
/// The bit of `bound` that says that an identity follows.
const LINKS: u8 = 8;
/// The bit of `bound` that says that the provider's code was bound.
pub(super) const IS_BOUND: u8 = 16;
/// The bit of `bound` that says that no other party vouched for the mobile. An older token has neither this bit nor the one before, so its link
/// counts as the weakest.
const IS_PROVED: u8 = 32;
const MAX_PAYLOAD: usize = dated::max_payload(MAX_FIELDS);
/// The longest state token. A longer text is refused unread.
pub(crate) const LONGEST: usize = dated::longest(MAX_FIELDS);

/// The stage at which a pending login waits. The bearer of the state token may finish this stage and nothing else.
///
/// ```
/// use authflow::{testkit::{Scenario, demo}, token::Stage};
///
/// // The holder of each state token may do only this.
/// for stage in Stage::ALL {
///     let mut login = Scenario::new(demo::policy()).reach(*stage).unwrap();
///     let skipped = login.skip().find("status") == Some("SUCCESS");
///     assert_eq!(skipped, *stage == Stage::PasswordExpiring);
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// A further factor is needed.
    FactorRequired,
    /// The password is right and about to expire. The subject may change it or skip the change.
    PasswordExpiring,
    /// The password is right and must be changed before anything else.
    PasswordExpired,
}

words!(Stage, "the stage of a login", {
    FactorRequired => "factor_required",
    PasswordExpiring => "password_expiring",
    PasswordExpired => "password_expired",
});

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

/// A keyed hash of one value that a device sends: 16 bytes that reveal nothing about the value.
#[derive(Clone, Copy)]
pub struct DeviceDigest([u8; 16]);

impl DeviceDigest {
    /// A digest from stored bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes of the digest, for storing.
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

/// The device that a pending login is bound to. The token holds only the values that the application's binding policy looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceDigests {
    /// The digest of the fingerprint or the cookie by which the device is recognised. A login is always bound to it.
    pub fingerprint: DeviceDigest,
    /// The digest of the IP address, or of its absence.
    pub ip: Option<DeviceDigest>,
    /// The digest of the operating system and its version.
    pub os: Option<DeviceDigest>,
    /// The digest of the user agent.
    pub agent: Option<DeviceDigest>,
}

impl DeviceDigests {
    /// The longest form: four digests, and the byte that says which digests follow.
    pub(super) const MAX_BYTES: usize = 16 + 1 + 3 * 16;
    /// The bits of the optional digests.
    const OPTIONAL: u8 = 7;

    /// Writes the digests. The byte of bits also gets the bits of `more`.
    pub(super) fn write<const N: usize>(&self, fields: &mut Writer<N>, more: u8) {
        fields.bytes(self.fingerprint.as_bytes());
        let optional = [self.ip, self.os, self.agent];
        let bit = |(at, digest): (usize, &Option<DeviceDigest>)| u8::from(digest.is_some()) << at;
        fields.bytes(&[optional.iter().enumerate().map(bit).fold(more, |bits, bit| bits | bit)]);
        optional.iter().flatten().for_each(|digest| fields.bytes(digest.as_bytes()));
    }

    /// Reads the digests, and returns the other bits with them.
    pub(super) fn read(fields: &mut Fields<'_>) -> Option<(Self, u8)> {
        let fingerprint = DeviceDigest(fields.take()?);
        let [bound] = fields.take()?;
        let mut optional = |bit| match bound & bit {
            0 => Some(None),
            _ => fields.take().map(DeviceDigest).map(Some),
        };
        let digests = Self { fingerprint, ip: optional(1)?, os: optional(2)?, agent: optional(4)? };
        Some((digests, bound & !Self::OPTIONAL))
    }
}

/// The claims of a state token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateClaims {
    /// The application and tenant that the login is for.
    pub audience: Audience,
    /// The account of the login.
    pub account: AccountId,
    /// The account's revision on which the login was judged.
    pub revision: Revision,
    /// The device that began the login.
    pub device: DeviceDigests,
    /// The identity that this login links to the account together with its session. It is present if the login began with an identity that was linked
    /// to no account.
    pub link: Option<Box<PendingIdentity>>,
    /// The stage that the bearer may finish.
    pub stage: Stage,
    /// The factors that have been proved.
    pub factors: FactorSet,
    /// When the login began. A renewed token does not extend the 30 minutes that the whole login has from then.
    pub auth_start: Timestamp,
    /// Spending the token means inserting this id.
    pub id: TokenId,
    /// When the token was minted.
    pub issued_at: Timestamp,
    /// The first second in which the token is no longer good.
    pub expires_at: Timestamp,
}

/// A token that is made for one device.
pub(crate) trait BoundToDevice {
    /// The device.
    fn device(&self) -> &DeviceDigests;
}

impl BoundToDevice for StateClaims {
    fn device(&self) -> &DeviceDigests {
        &self.device
    }
}

impl Dated for StateClaims {
    fn key(keys: &Keys) -> &MacKey {
        &keys.state
    }

    fn write_fields<const N: usize>(&self, fields: &mut Writer<N>) {
        fields.ids(&self.account, &self.audience);
        fields.number(self.revision.as_u64());
        let bit = |is_set, bit| if is_set { bit } else { 0 };
        let bits =
            |link: &PendingIdentity| LINKS | bit(link.is_bound, IS_BOUND) | bit(!link.is_vouched, IS_PROVED);
        self.device.write(fields, self.link.as_deref().map_or(0, bits));
        if let Some(link) = &self.link {
            fields.identity(&link.identity);
        }
        fields.bytes(&[self.stage.byte(), self.factors.to_bits()]);
        fields.time(self.auth_start);
        fields.bytes(self.id.as_bytes());
        fields.time(self.issued_at);
    }

    #[inline]
    fn read_fields(fields: &mut Fields<'_>, expires_at: Timestamp) -> Option<Self> {
        let ids = fields.ids()?;
        let (account, audience) = (ids.account()?, ids.audience()?);
        let revision = Revision::new(fields.number()?).ok()?;
        let (device, bound) = DeviceDigests::read(fields)?;
        let link = match bound & !(IS_BOUND | IS_PROVED) {
            0 if bound == 0 => None,
            LINKS => Some(Box::new(PendingIdentity {
                identity: fields.identity()?,
                is_bound: bound & IS_BOUND != 0,
                is_vouched: bound & IS_PROVED == 0,
            })),
            _ => return None,
        };
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
            link,
            stage,
            factors,
            auth_start,
            id,
            issued_at,
            expires_at,
        })
    }

    fn times(&self) -> (Timestamp, Timestamp) {
        (self.issued_at, self.expires_at)
    }
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

    /// Mints a token with these `claims`, as a new text.
    pub fn mint(&self, claims: &StateClaims) -> TokenText<StateToken> {
        let mut text = Vec::new();
        self.mint_into(claims, &mut text);
        TokenText::new(text)
    }

    /// Appends a token with these `claims`. It allocates nothing if `out` has room for 982 bytes.
    pub fn mint_into(&self, claims: &StateClaims, out: &mut Vec<u8>) {
        dated::seal::<_, MAX_FIELDS, MAX_PAYLOAD>(self.ring, claims, out);
    }

    /// Verifies the tag, the one spelling, and the time. The caller must compare the token's audience. The engine judges whether the device is the
    /// one that began the login.
    ///
    /// # Errors
    /// Returns the reason for the refusal. The client must not learn it.
    pub fn verify(
        &self,
        presented: Untrusted<'_, StateToken>,
        now: Timestamp,
    ) -> Result<StateToken, TokenError> {
        dated::open::<_, MAX_FIELDS, MAX_PAYLOAD>(self.ring, presented.bytes(), now)
    }
}

/// A state token that verified. Only an engine makes one.
///
/// ```compile_fail
/// use authflow::token::StateToken;
/// let token: StateToken = serde_json::from_str("{}").unwrap();
/// ```
pub type StateToken = Verified<StateClaims>;

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
