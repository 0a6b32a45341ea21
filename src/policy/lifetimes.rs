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
    session_idle: Option<Lifetime>,
    code: Lifetime,
    ticket: Lifetime,
}

impl Default for Fields {
    fn default() -> Self {
        Self {
            state_token: Lifetime::of::<600>(),
            session_token: Lifetime::of::<43_200>(),
            id_token: Lifetime::of::<7200>(),
            session_idle: None,
            code: Lifetime::of::<300>(),
            ticket: Lifetime::of::<300>(),
        }
    }
}

impl Lifetimes {
    /// A whole login ends this long after it began, whatever is renewed on the way; so no state token lives longer.
    pub const LOGIN: Lifetime = Lifetime::of::<1800>();

    /// The longest life of a code (NIST SP 800-63B-4 §3.1.3 has 10 minutes for what is sent out of band) and of a ticket.
    const LONGEST_CODE: Lifetime = Lifetime::of::<600>();

    /// # Errors
    /// When a state token would live longer than [`LOGIN`](Self::LOGIN).
    pub fn new(
        state_token: Lifetime,
        session_token: Lifetime,
        id_token: Lifetime,
    ) -> Result<Self, LifetimesError> {
        Self::try_from(Fields { state_token, session_token, id_token, ..Fields::default() })
    }

    /// With an end for sessions that go unused for this long.
    ///
    /// # Errors
    /// When that is longer than a session lives at all.
    pub fn with_session_idle(self, limit: Lifetime) -> Result<Self, LifetimesError> {
        Self::try_from(Fields { session_idle: Some(limit), ..self.fields })
    }

    /// With another life for codes that are sent.
    ///
    /// # Errors
    /// When it is longer than 10 minutes.
    pub fn with_code(self, code: Lifetime) -> Result<Self, LifetimesError> {
        Self::try_from(Fields { code, ..self.fields })
    }

    /// With another life for tickets.
    ///
    /// # Errors
    /// When it is longer than 10 minutes.
    pub fn with_ticket(self, ticket: Lifetime) -> Result<Self, LifetimesError> {
        Self::try_from(Fields { ticket, ..self.fields })
    }

    /// Of a state token: 10 minutes by default.
    pub fn state_token(&self) -> Lifetime {
        self.fields.state_token
    }

    /// Of a session and its token: 12 hours by default, the `expire` of the seed. However much it is used, it ends then.
    pub fn session_token(&self) -> Lifetime {
        self.fields.session_token
    }

    /// Of an id token: 2 hours by default, as the seed says.
    pub fn id_token(&self) -> Lifetime {
        self.fields.id_token
    }

    /// How long a session may go unused; `None`, the default, for as long as it lives.
    pub fn session_idle(&self) -> Option<Lifetime> {
        self.fields.session_idle
    }

    /// Of a code that is sent: 5 minutes by default.
    pub fn code(&self) -> Lifetime {
        self.fields.code
    }

    /// Of a ticket: 300 seconds by default, as the family's pages say.
    pub fn ticket(&self) -> Lifetime {
        self.fields.ticket
    }
}

/// A lifetime that is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LifetimesError {
    /// A state token would live longer than a login may take.
    #[error("a state token lives at most 1800 seconds")]
    StateToken,
    /// An idle limit longer than the life of a session limits nothing.
    #[error("session_idle is at most session_token")]
    SessionIdle,
    /// A code would live longer than 10 minutes.
    #[error("a code lives at most 600 seconds")]
    Code,
    /// A ticket would live longer than 10 minutes.
    #[error("a ticket lives at most 600 seconds")]
    Ticket,
}

impl TryFrom<Fields> for Lifetimes {
    type Error = LifetimesError;

    fn try_from(fields: Fields) -> Result<Self, LifetimesError> {
        if fields.state_token > Self::LOGIN {
            Err(LifetimesError::StateToken)
        } else if fields.session_idle.is_some_and(|limit| limit > fields.session_token) {
            Err(LifetimesError::SessionIdle)
        } else if fields.code > Self::LONGEST_CODE {
            Err(LifetimesError::Code)
        } else if fields.ticket > Self::LONGEST_CODE {
            Err(LifetimesError::Ticket)
        } else {
            Ok(Self { fields })
        }
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
        assert_eq!(
            (read.session_idle(), read.code().as_seconds(), read.ticket().as_seconds()),
            (None, 300, 300)
        );
        for (json, fits) in [
            (r#"{"session_token":600,"session_idle":600}"#, true),
            (r#"{"session_token":600,"session_idle":601}"#, false),
            (r#"{"code":600,"ticket":600}"#, true),
            (r#"{"code":601}"#, false),
            (r#"{"ticket":601}"#, false),
        ] {
            assert_eq!(serde_json::from_str::<Lifetimes>(json).is_ok(), fits, "{json}");
        }
        assert!(
            serde_json::from_str::<Lifetimes>(r#"{"sesion_token":1}"#).is_err(),
            "a misspelt name is no default"
        );
    }
}
