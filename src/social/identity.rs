//! Identities: persons as a provider knows them.

use crate::text::control::has_control;
use alloc::{boxed::Box, string::String};
use arrayvec::ArrayString;
use core::{fmt, str::FromStr};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A provider, which vouches for identities, such as `weixin` or `alipay`. The family calls it `socialType`.
///
/// 1 to 32 characters of `a-z`, `0-9`, `_` and `-`.
///
/// ```
/// use authflow::social::Provider;
///
/// let provider: Provider = "weixin".parse()?;
/// assert_eq!(provider.to_string(), "weixin");
/// assert!(Provider::new("WeChat").is_err(), "capitals are another spelling");
/// # Ok::<(), authflow::social::InvalidIdentity>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Provider(ArrayString<32>);

impl Provider {
    /// The most bytes of a name.
    pub const MAX_BYTES: usize = 32;

    /// # Errors
    /// When the text is empty, over 32 bytes, or has another character.
    pub fn new(name: &str) -> Result<Self, InvalidIdentity> {
        let is_known = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
        let name = ArrayString::from(name).map_err(|_| InvalidIdentity::Provider)?;
        let is_name = !name.is_empty() && name.bytes().all(is_known);
        if is_name { Ok(Self(name)) } else { Err(InvalidIdentity::Provider) }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Provider {
    type Err = InvalidIdentity;

    fn from_str(name: &str) -> Result<Self, InvalidIdentity> {
        Self::new(name)
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Provider({:?})", self.as_str())
    }
}

impl Serialize for Provider {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Provider {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// A person as a provider knows them: the provider, and its id of the person. Identities are compared byte by byte.
///
/// Within a tenant, an identity is linked to one account at most.
///
/// ```
/// use authflow::social::{Provider, SocialIdentity};
///
/// let identity = SocialIdentity::new(Provider::new("weixin")?, "oWgGz1FmK9")?;
/// assert_eq!((identity.provider().as_str(), identity.uid()), ("weixin", "oWgGz1FmK9"));
/// assert!(SocialIdentity::new(identity.provider(), "").is_err());
/// # Ok::<(), authflow::social::InvalidIdentity>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Recorded")]
pub struct SocialIdentity {
    provider: Provider,
    uid: Box<str>,
}

impl SocialIdentity {
    /// The most bytes of an id.
    pub const MAX_UID_BYTES: usize = 128;

    /// The `uid` is the provider's id of the person. It must be an id that never changes and that no other person ever gets. For WeChat it is the
    /// `unionid` where an application has one, because the `openid` differs from one of your applications to the next.
    ///
    /// # Errors
    /// When the id is empty, over 128 bytes, or has a control character.
    pub fn new(provider: Provider, uid: &str) -> Result<Self, InvalidIdentity> {
        let is_id = !uid.is_empty() && uid.len() <= Self::MAX_UID_BYTES && !has_control(uid);
        if is_id { Ok(Self { provider, uid: uid.into() }) } else { Err(InvalidIdentity::Uid) }
    }

    /// The provider that vouches for the identity.
    pub fn provider(&self) -> Provider {
        self.provider
    }

    /// The name of the provider.
    pub(crate) fn provider_name(&self) -> &str {
        self.provider.as_str()
    }

    /// The provider's id of the person.
    pub fn uid(&self) -> &str {
        &self.uid
    }
}

/// Personal data: `Debug` shows only the provider.
impl fmt::Debug for SocialIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SocialIdentity({}, …)", self.provider)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Recorded {
    provider: Provider,
    uid: String,
}

impl TryFrom<Recorded> for SocialIdentity {
    type Error = InvalidIdentity;

    fn try_from(recorded: Recorded) -> Result<Self, InvalidIdentity> {
        Self::new(recorded.provider, &recorded.uid)
    }
}

/// The reason why a text is not the name of a provider, or not a provider's id of a person.
///
/// ```
/// use authflow::social::{InvalidIdentity, Provider, SocialIdentity};
///
/// let refused = Provider::new("WeChat").unwrap_err();
/// assert_eq!(refused, InvalidIdentity::Provider);
/// assert_eq!(
///     refused.to_string(),
///     "the name of a provider must be 1 to 32 characters of a-z, 0-9, _ and -"
/// );
/// let provider = Provider::new("weixin")?;
/// assert_eq!(SocialIdentity::new(provider, ""), Err(InvalidIdentity::Uid));
/// # Ok::<(), InvalidIdentity>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidIdentity {
    /// The text is not the name of a provider.
    #[error("the name of a provider must be 1 to 32 characters of a-z, 0-9, _ and -")]
    Provider,
    /// The text is not a provider's id of a person.
    #[error("a provider's id of a person must be 1 to 128 bytes without control characters")]
    Uid,
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn a_provider_is_a_short_name_and_an_id_is_bounded() {
        for name in ["weixin", "wechat_work", "a", "0-9", &"a".repeat(32)] {
            assert_eq!(Provider::new(name).unwrap().as_str(), name);
        }
        for name in ["", "WeiXin", "a b", "微信", "a\0", &"a".repeat(33)] {
            assert_eq!(Provider::new(name), Err(InvalidIdentity::Provider), "{name}");
        }
        let weixin = Provider::new("weixin").unwrap();
        assert!(SocialIdentity::new(weixin, &"u".repeat(128)).is_ok());
        for uid in ["", "a\nb", &"u".repeat(129)] {
            assert_eq!(SocialIdentity::new(weixin, uid), Err(InvalidIdentity::Uid), "{uid}");
        }
    }

    #[test]
    fn an_identity_is_written_down_and_not_printed() {
        let identity = SocialIdentity::new(Provider::new("weixin").unwrap(), "o-secret").unwrap();
        assert_eq!(format!("{identity:?}"), "SocialIdentity(weixin, …)");
        let written = serde_json::to_string(&identity).unwrap();
        assert_eq!(written, r#"{"provider":"weixin","uid":"o-secret"}"#);
        assert_eq!(serde_json::from_str::<SocialIdentity>(&written).unwrap(), identity);
        assert!(serde_json::from_str::<SocialIdentity>(r#"{"provider":"weixin","uid":""}"#).is_err());
        assert!(serde_json::from_str::<SocialIdentity>(r#"{"provider":"WX","uid":"a"}"#).is_err());
    }
}
