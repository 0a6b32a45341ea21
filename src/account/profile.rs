//! Claims about a subject that a host adds to id tokens.

use alloc::{boxed::Box, string::String, sync::Arc};
use core::fmt;
use serde::Serialize;
use serde_json::{Map, Value};

/// The claims that only this library may make.
const RESERVED: [&str; 15] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "nbf",
    "jti",
    "auth_time",
    "amr",
    "acr",
    "azp",
    "nonce",
    "sid",
    "tenant",
    "api",
];

/// Claims about the subject that the host adds to an id token: name, e-mail and the like, at most 1,024 bytes of JSON.
///
/// ```
/// use authflow::account::{Profile, ProfileError};
///
/// let profile = Profile::new(&serde_json::json!({ "name": "Erin", "locale": "zh" })).unwrap();
/// assert_eq!(
///     Profile::new(&serde_json::json!({ "sub": "someone-else" })),
///     Err(ProfileError::Reserved)
/// );
///
/// // In a column of text, and back.
/// assert_eq!(profile.to_json(), r#"{"locale":"zh","name":"Erin"}"#);
/// assert_eq!(Profile::from_json(&profile.to_json()), Ok(profile));
/// assert_eq!(Profile::from_json("{}"), Ok(Profile::default()));
/// ```
///
/// A profile stores the claims as JSON, so that they go into a token unchanged.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Profile(Option<Arc<str>>);

impl Profile {
    const MAX_BYTES: usize = 1024;

    /// Takes anything that serialises to a JSON object.
    ///
    /// # Errors
    /// When it is not an object, too large, or names a claim that only this library may make.
    pub fn new(claims: &impl Serialize) -> Result<Self, ProfileError> {
        let Ok(Value::Object(claims)) = serde_json::to_value(claims) else {
            return Err(ProfileError::NotAnObject);
        };
        if RESERVED.iter().any(|name| claims.contains_key(*name)) {
            return Err(ProfileError::Reserved);
        }
        match serde_json::to_string(&claims) {
            // A profile without claims has one spelling.
            Ok(_) if claims.is_empty() => Ok(Self(None)),
            Ok(text) if text.len() <= Self::MAX_BYTES => Ok(Self(Some(text.into()))),
            _ => Err(ProfileError::TooLarge),
        }
    }

    /// Reads what [`to_json`](Self::to_json) wrote, or any other text of a JSON object.
    ///
    /// # Errors
    /// When it is no JSON object, too large, or names a claim that only this library may make.
    pub fn from_json(text: &str) -> Result<Self, ProfileError> {
        let claims: Value = serde_json::from_str(text).map_err(|_| ProfileError::NotAnObject)?;
        Self::new(&claims)
    }

    /// The claims as a JSON object: `{}` if there are none. Every later version reads it.
    pub fn to_json(&self) -> String {
        self.0.as_deref().unwrap_or("{}").into()
    }

    /// The claims of [`to_json`](Self::to_json), without the braces.
    pub(crate) fn members(&self) -> &str {
        let object = self.0.as_deref().unwrap_or_default();
        object.strip_prefix('{').and_then(|members| members.strip_suffix('}')).unwrap_or_default()
    }

    /// The claims, read again.
    pub(crate) fn claims(&self) -> Map<String, Value> {
        self.0.as_deref().and_then(|object| serde_json::from_str(object).ok()).unwrap_or_default()
    }

    /// The claim of this name, where it is a text.
    pub(crate) fn text(&self, name: &str) -> Option<Box<str>> {
        match self.claims().remove(name) {
            Some(Value::String(text)) => Some(text.into_boxed_str()),
            _ => None,
        }
    }
}

/// Personal data: `Debug` shows only how many claims there are.
impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Profile({} claims)", self.claims().len())
    }
}

/// Why something is not a profile.
///
/// ```
/// use authflow::account::{Profile, ProfileError};
/// use serde_json::json;
///
/// let refused = Profile::new(&json!({ "name": "Erin", "exp": 0 })).unwrap_err();
/// assert_eq!(refused, ProfileError::Reserved);
/// assert_eq!(
///     refused.to_string(),
///     "profile claims must not name one that is this library's to make, such as sub or exp"
/// );
/// assert_eq!(Profile::from_json("null"), Err(ProfileError::NotAnObject));
/// assert_eq!(Profile::new(&json!({ "bio": "x".repeat(1_024) })), Err(ProfileError::TooLarge));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// It does not serialise to a JSON object.
    #[error("profile claims must be a JSON object")]
    NotAnObject,
    /// It names a claim like `sub` or `exp`.
    #[error("profile claims must not name one that is this library's to make, such as sub or exp")]
    Reserved,
    /// More than 1,024 bytes of JSON.
    #[error("profile claims must be at most 1,024 bytes of JSON")]
    TooLarge,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_profile_is_a_small_object_of_the_hosts_own_claims() {
        assert_eq!(Profile::new(&"text"), Err(ProfileError::NotAnObject));
        for name in RESERVED {
            assert_eq!(Profile::new(&Map::from_iter([(name.into(), json!(1))])), Err(ProfileError::Reserved));
        }
        assert!(Profile::new(&json!({ "a": "x".repeat(1024 - 8) })).is_ok());
        assert_eq!(Profile::new(&json!({ "a": "x".repeat(1024 - 7) })), Err(ProfileError::TooLarge));
    }

    #[test]
    fn a_profile_survives_its_column() {
        let text = r#"{"age":39,"name":"\"Erin\" 王"}"#;
        let profile = Profile::from_json(text).unwrap();
        assert_eq!(profile, Profile::new(&json!({ "age": 39, "name": "\"Erin\" 王" })).unwrap());
        assert_eq!(profile.to_json(), text);
        assert_eq!(Profile::default().to_json(), "{}");
        assert_eq!(Profile::from_json(" {} "), Ok(Profile::default()));
        for (text, error) in [
            ("", ProfileError::NotAnObject),
            ("null", ProfileError::NotAnObject),
            (r#"{"name":"Erin"} "#.trim_end_matches("} "), ProfileError::NotAnObject),
            ("[]", ProfileError::NotAnObject),
            (r#"{"sub":"someone-else"}"#, ProfileError::Reserved),
        ] {
            assert_eq!(Profile::from_json(text), Err(error), "{text}");
        }
    }

    #[test]
    fn a_profile_is_not_printed() {
        let profile = Profile::new(&json!({ "email": "erin@example.com" })).unwrap();
        assert_eq!(alloc::format!("{profile:?}"), "Profile(1 claims)");
    }
}
