//! Names of things: applications, tenants and accounts (given by the host), tokens and sessions (drawn here).

use crate::text::{base64url, control::has_control, fixed};
use arrayvec::ArrayString;
use core::{fmt, str::FromStr};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Why a text is not an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidId {
    /// No text at all.
    #[error("an id is not empty")]
    Empty,
    /// More than 64 bytes.
    #[error("an id is at most 64 bytes")]
    TooLong,
    /// A control character: nothing that prints, and a danger in headers and logs.
    #[error("an id has no control characters")]
    ControlCharacter,
}

fn bounded(text: &str) -> Result<ArrayString<64>, InvalidId> {
    if text.is_empty() {
        return Err(InvalidId::Empty);
    }
    let id = ArrayString::from(text).map_err(|_| InvalidId::TooLong)?;
    if has_control(text) { Err(InvalidId::ControlCharacter) } else { Ok(id) }
}

macro_rules! given_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// 1 to 64 bytes of UTF-8 without control characters, compared byte by byte.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(ArrayString<64>);

        impl $name {
            /// # Errors
            /// When the text is empty, over 64 bytes, or has a control character.
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
                let text = ArrayString::<64>::deserialize(deserializer)?;
                Self::new(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

given_id! {
    /// The id an application was given at registration: `X-client-id`, and `aud` in tokens.
    ClientId
}
given_id! {
    /// A tenant of an ISV application: `X-tenant-id`.
    TenantId
}
given_id! {
    /// The host's stable id of an account: `sub` in tokens. Events and logs name accounts by it.
    AccountId
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

            /// As it is printed.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the 22 characters of a drawn id")]
pub struct InvalidDrawnId;

drawn_id! {
    /// The id of one state token (`jti`). Spending the token is inserting this id.
    TokenId
}
drawn_id! {
    /// The id of one session (`sid`): also the family of every token that a rotation of it makes.
    SessionId
}

/// Whom a token is for: an application and, for an ISV application, one of its tenants.
///
/// Two audiences are two different worlds: tokens of one are refused in the other.
///
/// Stored, it may have members that only a later version knows: they are passed over.
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
        assert_eq!(ClientId::new(&"x".repeat(65)), Err(InvalidId::TooLong));
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
