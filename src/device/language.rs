//! The language of messages.

use serde::{Deserialize, Serialize};

/// A language that messages exist in.
///
/// ```
/// use authflow::{device::Language, testkit::{Call, World}};
///
/// assert_eq!(Language::from_tag("zh-CN"), Some(Language::Zh));
/// let mut world = World::new();
/// let call = Call::login("alice", "a guess").with_header("X-L", "zh");
/// assert!(!world.send(&call).text("error_msg").is_ascii());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Chinese.
    Zh,
}

impl Language {
    /// The language of a tag such as `zh`, `zh-CN` or `en_US`: by its primary subtag, in any case (RFC 5646 §2.1.1). It is `None` for every other
    /// language, and then the application's default is used.
    pub fn from_tag(tag: &str) -> Option<Self> {
        match tag.split(['-', '_']).next() {
            Some(primary) if primary.eq_ignore_ascii_case("en") => Some(Self::En),
            Some(primary) if primary.eq_ignore_ascii_case("zh") => Some(Self::Zh),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_primary_subtag_decides() {
        for tag in ["zh", "ZH", "zh-CN", "zh_CN", "zh-Hans-CN"] {
            assert_eq!(Language::from_tag(tag), Some(Language::Zh), "{tag}");
        }
        assert_eq!(Language::from_tag("en-US"), Some(Language::En));
        for tag in ["", "fr", "zhx", "-zh", "english"] {
            assert_eq!(Language::from_tag(tag), None, "{tag}");
        }
    }
}
