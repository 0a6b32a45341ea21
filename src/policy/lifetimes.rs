//! How long tokens live.

use crate::Lifetime;
use serde::{Deserialize, Serialize};

/// How long tokens live.
///
/// ```
/// use authflow::{Lifetime, policy::Lifetimes};
///
/// assert_eq!(Lifetimes::default().session_token(), Lifetime::of::<43_200>());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub struct Lifetimes {
    fields: Fields,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Fields {
    state_token: Lifetime,
    session_token: Lifetime,
    id_token: Lifetime,
}

impl Default for Fields {
    fn default() -> Self {
        Self {
            state_token: Lifetime::of::<600>(),
            session_token: Lifetime::of::<43_200>(),
            id_token: Lifetime::of::<7200>(),
        }
    }
}

impl Lifetimes {
    /// A whole login ends this long after it began, whatever is renewed on the way; so no state token lives longer.
    pub const LOGIN: Lifetime = Lifetime::of::<1800>();

    /// # Errors
    /// When a state token would live longer than [`LOGIN`](Self::LOGIN).
    pub fn new(
        state_token: Lifetime,
        session_token: Lifetime,
        id_token: Lifetime,
    ) -> Result<Self, LifetimesError> {
        Self::try_from(Fields { state_token, session_token, id_token })
    }

    /// Of a state token: 10 minutes by default.
    pub fn state_token(&self) -> Lifetime {
        self.fields.state_token
    }

    /// Of a session token: 12 hours by default, the `expire` of the seed.
    pub fn session_token(&self) -> Lifetime {
        self.fields.session_token
    }

    /// Of an id token: 2 hours by default, as the seed says.
    pub fn id_token(&self) -> Lifetime {
        self.fields.id_token
    }
}

/// A state token that would live longer than a login may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a state token lives at most 1800 seconds")]
pub struct LifetimesError;

impl TryFrom<Fields> for Lifetimes {
    type Error = LifetimesError;

    fn try_from(fields: Fields) -> Result<Self, LifetimesError> {
        if fields.state_token > Self::LOGIN { Err(LifetimesError) } else { Ok(Self { fields }) }
    }
}

impl From<Lifetimes> for Fields {
    fn from(lifetimes: Lifetimes) -> Self {
        lifetimes.fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_the_familys_and_a_state_token_lives_half_an_hour_at_most() {
        let read: Lifetimes = serde_json::from_str("{}").unwrap();
        assert_eq!(read, Lifetimes::default());
        assert_eq!(read.state_token().as_seconds(), 600);
        assert_eq!(read.id_token().as_seconds(), 7200);
        assert!(serde_json::from_str::<Lifetimes>(r#"{"state_token":1800}"#).is_ok());
        assert!(serde_json::from_str::<Lifetimes>(r#"{"state_token":1801}"#).is_err());
        assert!(serde_json::from_str::<Lifetimes>(r#"{"session_token":0}"#).is_err());
        assert!(
            serde_json::from_str::<Lifetimes>(r#"{"sesion_token":1}"#).is_err(),
            "a misspelt name is no default"
        );
    }
}
