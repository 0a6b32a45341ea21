//! A reply that has been read.

use crate::facade::Reply;
use alloc::{format, string::String, vec::Vec};
use core::{fmt, str};
use serde_json::{Value, json};

/// A reply that has been read.
///
/// ```
/// use authflow::testkit::{World, invalid_state_token};
///
/// let mut world = World::new();
/// let warned = world.login("erin");
/// assert_eq!((warned.status, warned.text("status")), (200, "PASSWORD_WARN"));
/// assert_eq!(warned.find("session_token"), None);
/// assert!(
///     !format!("{warned:?}").contains(warned.state_token()),
///     "a failed test prints no token"
/// );
///
/// world.skip(warned.state_token());
/// assert_eq!(world.skip(warned.state_token()).parts(), invalid_state_token());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body as JSON, or `null` if there is no body or it is not JSON.
    pub body: Value,
    /// The body as it was sent.
    pub bytes: Vec<u8>,
}

/// A body that is JSON.
pub(super) fn read(body: &[u8]) -> Option<Value> {
    serde_json::from_str(str::from_utf8(body).ok()?).ok()
}

impl Answer {
    /// Makes an answer from a status and a body.
    pub fn new(status: u16, bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self { status, body: read(&bytes).unwrap_or_default(), bytes }
    }

    /// The status and the body, for a comparison.
    pub fn parts(&self) -> (u16, Value) {
        (self.status, self.body.clone())
    }

    /// A text of the body.
    ///
    /// # Panics
    /// When there is no such text.
    #[track_caller]
    pub fn text(&self, member: &str) -> &str {
        match self.find(member) {
            Some(text) => text,
            None => panic!("no {member} in {self:?}"),
        }
    }

    /// A text of the body, if the body has it.
    pub fn find(&self, member: &str) -> Option<&str> {
        self.body.get(member)?.as_str()
    }

    /// The state token.
    ///
    /// # Panics
    /// When there is no such token.
    #[track_caller]
    pub fn state_token(&self) -> &str {
        self.text("state_token")
    }

    /// The session token.
    ///
    /// # Panics
    /// When there is no such token.
    #[track_caller]
    pub fn session_token(&self) -> &str {
        self.text("session_token")
    }

    /// The id token.
    ///
    /// # Panics
    /// When there is no such token.
    #[track_caller]
    pub fn id_token(&self) -> &str {
        self.text("id_token")
    }
}

impl From<&Reply> for Answer {
    fn from(reply: &Reply) -> Self {
        Self::new(reply.status(), reply.body())
    }
}

/// The body may hold tokens. So the output has only the status, the words of a failure, and the names of the members.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |(name, value): (&String, &Value)| match name.as_str() {
            "status" | "error_code" | "error_msg" => format!("{name}: {value}"),
            _ => format!("{name}: …"),
        };
        let members = self.body.as_object().into_iter().flatten().map(shown).collect::<Vec<_>>();
        write!(f, "{} {{ {} }}", self.status, members.join(", "))
    }
}

/// The status and body of a failure, for a comparison with [`Answer::parts`]: 400, with exactly these two members.
///
/// ```
/// use authflow::testkit::{Call, World, refusal};
///
/// let mut world = World::new();
/// let (nobody, alice) = (Call::login("nobody", "a guess"), Call::login("alice", "a guess"));
/// let told = refusal("IDAAS.SDK.LOGIN.0002", "Incorrect user name or password");
/// assert_eq!(world.send(&nobody).parts(), told);
/// assert_eq!(world.send(&alice).parts(), told);
/// ```
pub fn refusal(code: &str, message: &str) -> (u16, Value) {
    (400, json!({ "error_code": code, "error_msg": message }))
}

/// The one reply to every state token that is not valid, in the default dialect.
///
/// ```
/// use authflow::testkit::{World, invalid_state_token};
///
/// let mut world = World::new();
/// let warned = world.login("erin");
/// world.clock.pass(600);
/// assert_eq!(world.skip(warned.state_token()).parts(), invalid_state_token(), "too late");
/// assert_eq!(world.skip("nonsense").parts(), invalid_state_token());
/// ```
pub fn invalid_state_token() -> (u16, Value) {
    refusal("IDAAS.SDK.PARAM.0014", "Invalid state token")
}
