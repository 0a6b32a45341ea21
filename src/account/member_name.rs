//! The name of a member of a profile.

use super::InvalidMembers;
use crate::text::control::has_control;
use arrayvec::ArrayString;
use core::fmt;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The name of a member of a [profile](super::ProfileMembers), as the call spells it: 1 to 64 bytes without control characters.
///
/// The name of a member of a nested object begins with the name of that object: `extension.age`.
///
/// ```
/// use authflow::account::{InvalidMembers, MemberName, ProfileMembers};
///
/// let said = ProfileMembers::new([("extension.age", "18")])?;
/// let age = MemberName::new("extension.age")?;
/// assert_eq!(said.get(age.as_str()), Some("18"));
/// assert_eq!(MemberName::new(&"x".repeat(65)), Err(InvalidMembers::Name));
/// # Ok::<(), InvalidMembers>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemberName(ArrayString<64>);

impl MemberName {
    pub(crate) const USER_NAME: &'static str = "user_name";
    pub(crate) const NAME: &'static str = "name";

    /// # Errors
    /// When the text is empty, over 64 bytes, or has a control character.
    pub fn new(text: &str) -> Result<Self, InvalidMembers> {
        let name = ArrayString::from(text).map_err(|_| InvalidMembers::Name)?;
        if text.is_empty() || has_control(text) { Err(InvalidMembers::Name) } else { Ok(Self(name)) }
    }

    /// The name of a member that the library knows.
    pub(crate) fn known(name: &'static str) -> Self {
        Self(ArrayString::from(name).unwrap_or_default())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MemberName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for MemberName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemberName({:?})", self.as_str())
    }
}

impl Serialize for MemberName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for MemberName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = ArrayString::<64>::deserialize(deserializer)?;
        Self::new(&text).map_err(serde::de::Error::custom)
    }
}
