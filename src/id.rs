//! Ids. The host gives the ids of applications, tenants and accounts. The library draws those of tokens, sessions and pictures.

use crate::text::{base64url, control::has_control, fixed};
use arrayvec::ArrayString;
use core::{fmt, str::FromStr};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Why a text is not an id.
///
/// ```
/// use authflow::{AccountId, InvalidId};
///
/// // A primary key of the host that is too long for an id: a URN, say.
/// let refused = AccountId::new(&"urn:".repeat(20)).unwrap_err();
/// assert_eq!(refused, InvalidId::TooLong(80));
/// assert_eq!(refused.to_string(), "an id must have 1 to 64 bytes, not 80");
/// assert_eq!(AccountId::new(""), Err(InvalidId::Empty));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidId {
    /// No text at all.
    #[error("an id must have 1 to 64 bytes, not 0")]
    Empty,
    /// More than 64 bytes.
    #[error("an id must have 1 to 64 bytes, not {0}")]
    TooLong(usize),
    /// A control character. It does not print, and is a danger in headers and logs.
    #[error("an id must have no control characters, and this one has some")]
    ControlCharacter,
}

/// The most bytes of an id that a host gives.
const MAX_BYTES: usize = 64;

// Inlined, because a result with an id in it is large to hand on.
#[inline]
fn bounded(text: &str) -> Result<ArrayString<MAX_BYTES>, InvalidId> {
    match text.len() {
        0 => Err(InvalidId::Empty),
        1..=MAX_BYTES if has_control(text) => Err(InvalidId::ControlCharacter),
        length => ArrayString::from(text).map_err(|_| InvalidId::TooLong(length)),
    }
}

macro_rules! given_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// 1 to 64 bytes of UTF-8 without control characters, compared byte by byte.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(ArrayString<MAX_BYTES>);

        impl $name {
            /// # Errors
            /// When the text is empty, over 64 bytes, or has a control character.
            #[inline]
            pub fn new(text: &str) -> Result<Self, InvalidId> {
                bounded(text).map(Self)
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::new(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({:?})"), self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = ArrayString::<MAX_BYTES>::deserialize(deserializer)?;
                Self::new(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

given_id! {
    /// The id an application was given at registration: `X-client-id`, and `aud` in tokens.
    ///
    /// ```
    /// use authflow::{ClientId, InvalidId};
    ///
    /// assert_eq!(ClientId::new("shop")?.as_str(), "shop");
    /// let refused = ClientId::new("shop\nadmin").unwrap_err();
    /// assert_eq!(refused, InvalidId::ControlCharacter, "it stands in headers and logs");
    /// # Ok::<(), InvalidId>(())
    /// ```
    ClientId
}
given_id! {
    /// A tenant of an ISV application: `X-tenant-id`.
    ///
    /// ```
    /// use authflow::testkit::{Call, World, demo};
    ///
    /// let mut world = World::new();
    /// let elsewhere = demo::device().with("X-tenant-id", "another-tenant");
    /// let call = Call::login("alice", demo::PASSWORD).on(&elsewhere);
    /// assert_eq!(world.send(&call).status, 400, "the application does not serve it");
    /// ```
    TenantId
}
given_id! {
    /// The host's stable id of an account: `sub` in tokens. Events and logs name accounts by it.
    ///
    /// ```
    /// use authflow::{AccountId, testkit::World};
    ///
    /// let mut world = World::new();
    /// world.login("alice");
    /// let session = world.host.sessions.values().next().unwrap();
    /// assert_eq!(session.account, AccountId::new("id-alice")?, "yours: a primary key, as text");
    /// # Ok::<(), authflow::InvalidId>(())
    /// ```
    AccountId
}

impl AccountId {
    /// A random UUID (RFC 9562 §5.4) of drawn bytes, for an account that is about to be made.
    pub(crate) fn drawn(bytes: [u8; 16]) -> Self {
        let mut id = ArrayString::new();
        for (at, byte) in bytes.into_iter().enumerate() {
            let (hyphen, byte) = match at {
                6 => ("-", byte & 0x0F | 0x40),
                8 => ("-", byte & 0x3F | 0x80),
                4 | 10 => ("-", byte),
                _ => ("", byte),
            };
            // A UUID has 36 bytes, so it fits.
            let _ = fmt::Write::write_fmt(&mut id, format_args!("{hyphen}{byte:02x}"));
        }
        Self(id)
    }
}

macro_rules! drawn_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// 16 bytes, drawn as an HMAC of the moment's entropy; printed as 22 characters of base64url.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            /// An id read back from the host's store.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The bytes, for the host's store.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }

            /// The id as it is printed.
            pub(crate) fn text(&self) -> ArrayString<22> {
                fixed::text(&self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.text())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = InvalidDrawnId;

            fn from_str(text: &str) -> Result<Self, InvalidDrawnId> {
                let mut bytes = [0; 16];
                match base64url::decode(text.as_bytes(), &mut bytes) {
                    Some(decoded) if decoded.len() == 16 => Ok(Self(bytes)),
                    _ => Err(InvalidDrawnId),
                }
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.text())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = ArrayString::<22>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

/// A text that is not the 22 characters of base64url of a 16-byte id.
///
/// ```
/// use authflow::SessionId;
///
/// // From the path of one of your routes: "end this session".
/// let refused = "4711".parse::<SessionId>().unwrap_err();
/// assert_eq!(
///     refused.to_string(),
///     "a drawn id must be the 22 characters of base64url that 16 bytes have"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a drawn id must be the 22 characters of base64url that 16 bytes have")]
pub struct InvalidDrawnId;

drawn_id! {
    /// The id of something that may be spent once: a state token, a link token, a captcha token or a ticket. A code and the signature of a call
    /// have such an id too, made by hashing. A commit spends it by inserting this id ([`Claim`](crate::step::Claim)).
    ///
    /// ```
    /// use authflow::{
    ///     TokenId,
    ///     step::Commit,
    ///     testkit::{Call, World},
    /// };
    ///
    /// let mut world = World::new();
    /// let warned = world.login("erin");
    /// let step = world.begin(&Call::skip(warned.state_token()));
    /// let id: TokenId = world.until::<Commit>(step).claim.as_ref().unwrap().id;
    ///
    /// // INSERT INTO claims (id, …): if the row is there already, the token has been spent.
    /// assert!(!world.host.claims.contains_key(&id));
    /// world.skip(warned.state_token());
    /// assert!(world.host.claims.contains_key(&TokenId::from_bytes(*id.as_bytes())));
    /// ```
    TokenId
}
drawn_id! {
    /// The id of one session (`sid`), and so of the family of tokens that its rotations make.
    ///
    /// ```
    /// use authflow::{SessionId, testkit::World};
    ///
    /// let mut world = World::new();
    /// world.login("alice");
    /// let session = *world.host.sessions.keys().next().unwrap();
    /// // In a column of bytes, or of text, and back.
    /// assert_eq!(SessionId::from_bytes(*session.as_bytes()), session);
    /// assert_eq!(session.to_string().parse(), Ok(session));
    /// ```
    SessionId
}

drawn_id! {
    /// The id by which a client names one picture of a captcha.
    ///
    /// ```
    /// use authflow::{
    ///     captcha::{CaptchaKind, JudgeCaptchaPoint, PictureId},
    ///     policy::Policy,
    ///     testkit::{Call, World, demo},
    /// };
    /// use serde_json::json;
    ///
    /// let mut world = World::with_policy(Policy { captcha: CaptchaKind::Picture, ..demo::policy() });
    /// let shown = world.send(&Call::get("/api/v2/sdk/captcha"));
    /// let stored: PictureId = *world.host.pictures.keys().next().unwrap();
    ///
    /// // The client names the picture that it has solved.
    /// let solved = json!({
    ///     "token": shown.text("token"),
    ///     "point_json": world.host.solution(),
    ///     "sender": "+86-13800000001",
    /// });
    /// let step = world.begin(&Call::post("/api/v2/sdk/captcha/verify", &solved));
    /// assert_eq!(world.until::<JudgeCaptchaPoint>(step).id, stored);
    /// ```
    PictureId
}

/// The audience of a token: an application and, for an ISV application, one of its tenants.
///
/// The tokens of one audience are refused in every other.
///
/// A stored audience may have members that only a later version knows. They are ignored.
///
/// ```
/// use authflow::{
///     Audience, ClientId,
///     testkit::{Call, World, demo},
/// };
///
/// // A token of one application and tenant is good in no other.
/// let mut world = World::new();
/// let warned = world.login("erin");
/// let ordinary = demo::device().with("X-client-id", demo::ORDINARY).without("X-tenant-id");
/// let elsewhere = Call::skip(warned.state_token()).on(&ordinary);
/// assert_eq!(world.send(&elsewhere).status, 400);
///
/// let here = Audience { client_id: ClientId::new(demo::ISV)?, tenant: Some(demo::tenant()) };
/// assert_eq!(
///     world.outcome.unwrap().facts.audience,
///     Some(Audience { client_id: ClientId::new(demo::ORDINARY)?, tenant: None })
/// );
/// assert_eq!(here, demo::audience());
/// # Ok::<(), authflow::InvalidId>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Audience {
    /// The application.
    pub client_id: ClientId,
    /// The tenant, where the application is an ISV application; `None` for an ordinary one.
    pub tenant: Option<TenantId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn given_ids_are_bounded_and_printable() {
        assert_eq!(ClientId::new(""), Err(InvalidId::Empty));
        assert_eq!(ClientId::new(&"x".repeat(65)), Err(InvalidId::TooLong(65)));
        assert!(ClientId::new(&"x".repeat(64)).is_ok());
        assert_eq!(AccountId::new("a\nb"), Err(InvalidId::ControlCharacter));
        assert_eq!(AccountId::new("a\u{85}b"), Err(InvalidId::ControlCharacter));
        assert_eq!(TenantId::new("租户").unwrap().as_str(), "租户");
        assert!(serde_json::from_str::<AccountId>("\"\"").is_err());
    }

    #[test]
    fn drawn_ids_have_one_spelling() {
        let id = SessionId::from_bytes(*b"0123456789abcdef");
        let text = alloc::string::ToString::to_string(&id);
        assert_eq!(text, "MDEyMzQ1Njc4OWFiY2RlZg");
        assert_eq!(text.parse(), Ok(id));
        assert!("MDEyMzQ1Njc4OWFiY2RlZh".parse::<SessionId>().is_err(), "trailing bits");
        assert!("MDEyMzQ1Njc4OWFiY2RlZg==".parse::<SessionId>().is_err(), "padding");
        assert!("MDEy".parse::<SessionId>().is_err(), "too short");
    }
}
