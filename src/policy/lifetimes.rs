//! The lifetimes of tokens, codes, tickets and unused sessions.

use crate::Lifetime;
use serde::{Deserialize, Serialize};

/// The lifetimes of tokens, codes, tickets and unused sessions.
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
    code: Lifetime,
    ticket: Lifetime,
    session_idle: Option<Lifetime>,
}

impl Default for Fields {
    fn default() -> Self {
        Self {
            state_token: Lifetime::of::<600>(),
            session_token: Lifetime::of::<43_200>(),
            id_token: Lifetime::of::<7200>(),
            code: Lifetime::of::<300>(),
            ticket: Lifetime::of::<300>(),
            session_idle: None,
        }
    }
}

impl Lifetimes {
    /// A whole login ends this long after it began, whatever is renewed on the way. So no state token lives longer.
    pub const LOGIN: Lifetime = Lifetime::of::<1800>();

    /// The longest lifetime of a code or a ticket.
    const TEN_MINUTES: Lifetime = Lifetime::of::<600>();

    /// These lifetimes, and the default ones for the rest.
    ///
    /// # Errors
    /// When a state token would live longer than [`LOGIN`](Self::LOGIN).
    pub fn new(
        state_token: Lifetime,
        session_token: Lifetime,
        id_token: Lifetime,
    ) -> Result<Self, LifetimesError> {
        Self::try_from(Fields { state_token, session_token, id_token, ..Fields::default() })
    }

    /// With codes that live this long: at most 10 minutes, as NIST SP 800-63B-4 §3.1.3.2 demands.
    ///
    /// # Errors
    /// When the lifetime is longer.
    pub fn with_code(self, code: Lifetime) -> Result<Self, LifetimesError> {
        Self::try_from(Fields { code, ..self.fields })
    }

    /// With tickets that live this long: at most 10 minutes.
    ///
    /// # Errors
    /// When the lifetime is longer.
    pub fn with_ticket(self, ticket: Lifetime) -> Result<Self, LifetimesError> {
        Self::try_from(Fields { ticket, ..self.fields })
    }

    /// With sessions that end when they are not used for this long: at most as long as a session token lives.
    ///
    /// # Errors
    /// When the lifetime is longer.
    pub fn with_session_idle(self, session_idle: Lifetime) -> Result<Self, LifetimesError> {
        Self::try_from(Fields { session_idle: Some(session_idle), ..self.fields })
    }

    /// The lifetime of a state token: 10 minutes by default.
    pub fn state_token(&self) -> Lifetime {
        self.fields.state_token
    }

    /// The lifetime of a session token: 12 hours by default, the `expire` of the seed.
    pub fn session_token(&self) -> Lifetime {
        self.fields.session_token
    }

    /// The lifetime of an id token: 2 hours by default, as the seed says.
    pub fn id_token(&self) -> Lifetime {
        self.fields.id_token
    }
    /// The lifetime of a code that is sent: 5 minutes by default.
    pub fn code(&self) -> Lifetime {
        self.fields.code
    }

    /// The lifetime of a single sign-on ticket: 5 minutes by default, as the seed says.
    pub fn ticket(&self) -> Lifetime {
        self.fields.ticket
    }

    /// The time for which a session may go unused. `None`, the default, means that a session ends only at its absolute limit.
    pub fn session_idle(&self) -> Option<Lifetime> {
        self.fields.session_idle
    }
}

/// A lifetime that is out of bounds.
///
/// ```
/// use authflow::{
///     Lifetime,
///     policy::{Lifetimes, LifetimesError},
/// };
///
/// let day = Lifetime::of::<86_400>();
/// let refused = Lifetimes::default().with_session_idle(day).unwrap_err();
/// let session_token = Lifetimes::default().session_token();
/// assert_eq!(refused, LifetimesError::SessionIdle { session_idle: day, session_token });
/// assert_eq!(refused.to_string(), "session_idle (86400) must be at most session_token (43200)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LifetimesError {
    /// A state token would live longer than a login may take.
    #[error("state_token ({}) must be at most 1800 seconds", .0.as_seconds())]
    StateToken(Lifetime),
    /// A code would live longer than 10 minutes.
    #[error("code ({}) must be at most 600 seconds", .0.as_seconds())]
    Code(Lifetime),
    /// A ticket would live longer than 10 minutes.
    #[error("ticket ({}) must be at most 600 seconds", .0.as_seconds())]
    Ticket(Lifetime),
    /// A session could go unused for longer than its token lives.
    #[error("session_idle ({}) must be at most session_token ({})", session_idle.as_seconds(), session_token.as_seconds())]
    SessionIdle {
        /// The idle limit that was given.
        session_idle: Lifetime,
        /// The lifetime of a session token.
        session_token: Lifetime,
    },
}

impl TryFrom<Fields> for Lifetimes {
    type Error = LifetimesError;

    fn try_from(fields: Fields) -> Result<Self, LifetimesError> {
        if fields.state_token > Self::LOGIN {
            Err(LifetimesError::StateToken(fields.state_token))
        } else if fields.code > Self::TEN_MINUTES {
            Err(LifetimesError::Code(fields.code))
        } else if fields.ticket > Self::TEN_MINUTES {
            Err(LifetimesError::Ticket(fields.ticket))
        } else if let Some(session_idle) = fields.session_idle.filter(|idle| *idle > fields.session_token) {
            Err(LifetimesError::SessionIdle { session_idle, session_token: fields.session_token })
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
    use alloc::string::ToString as _;

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
    #[test]
    fn codes_tickets_and_idle_sessions_are_bounded() {
        let defaults = Lifetimes::default();
        assert_eq!((defaults.code().as_seconds(), defaults.ticket().as_seconds()), (300, 300));
        assert_eq!(defaults.session_idle(), None);
        let (longest, longer) = (Lifetime::of::<600>(), Lifetime::of::<601>());
        assert_eq!(defaults.with_code(longer), Err(LifetimesError::Code(longer)));
        assert_eq!(defaults.with_ticket(longer), Err(LifetimesError::Ticket(longer)));
        assert_eq!(defaults.with_ticket(longest).map(|set| set.ticket()), Ok(longest));
        let whole = defaults.session_token();
        let longer = Lifetime::from_seconds(whole.as_seconds() + 1).unwrap();
        let refused = defaults.with_session_idle(longer).unwrap_err().to_string();
        assert_eq!(refused, "session_idle (43201) must be at most session_token (43200)");
        let set = defaults.with_code(longest).unwrap().with_ticket(Lifetime::of::<1>()).unwrap();
        let set = set.with_session_idle(whole).unwrap();
        assert_eq!(
            (set.code(), set.ticket(), set.session_idle()),
            (longest, Lifetime::of::<1>(), Some(whole))
        );
        let read: Lifetimes = serde_json::from_value(serde_json::to_value(set).unwrap()).unwrap();
        assert_eq!(read, set);
        assert!(serde_json::from_str::<Lifetimes>(r#"{"session_token":60,"session_idle":61}"#).is_err());
        let login = Lifetimes::LOGIN;
        assert_eq!(Lifetimes::new(whole, whole, login), Err(LifetimesError::StateToken(whole)));
        assert!(Lifetimes::new(login, whole, login).is_ok());
    }
}
