//! Faults of a request body.

/// A fault of a request body: where it is, and what must be there. It holds nothing that was sent.
///
/// ```
/// use authflow::{
///     outcome::{BodyFault, Event, MemberProblem},
///     testkit::{Call, World},
/// };
/// use serde_json::json;
///
/// let mut world = World::new();
/// world.send(&Call::post("/api/v2/sdk/login", &json!({ "user_name": "alice" })));
/// let missing = BodyFault::Member { name: "password", problem: MemberProblem::Missing };
/// assert_eq!(world.outcome.unwrap().events, [Event::BodyRefused(missing)]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BodyFault {
    /// The header `Content-Type` is missing, malformed or given twice, or names another type than `application/json`.
    ContentType,
    /// The same, for a call that takes a form (`application/x-www-form-urlencoded`).
    FormContentType,
    /// The body has more bytes than are allowed.
    TooLong {
        /// The most bytes that it may have.
        most: usize,
    },
    /// The body is not one JSON object: it is cut off, is not JSON, is nested too deeply, or has a member twice that no call takes.
    NotAnObject,
    /// A member of the body is not what the call takes.
    Member {
        /// The member's name, as the call spells it. If only an operation finds the fault, the name is the family's.
        name: &'static str,
        /// The problem with the member.
        problem: MemberProblem,
    },
}

/// A problem with a member of a body.
///
/// ```
/// use authflow::{
///     outcome::{BodyFault, Fault, MemberProblem, Verdict},
///     testkit::{Call, World},
/// };
/// use serde_json::json;
///
/// /// What one of your routes says. It says nothing of what was sent.
/// fn told(verdict: &Verdict) -> Option<String> {
///     let Verdict::Refused(Fault::RequestMalformed(BodyFault::Member { name, problem })) = verdict
///     else {
///         return None;
///     };
///     Some(match problem {
///         MemberProblem::Missing => format!("{name} is missing"),
///         MemberProblem::TooLong { most } => format!("{name} has at most {most} bytes"),
///         _ => format!("{name} is not well-formed"),
///     })
/// }
///
/// let mut world = World::new();
/// let body = json!({ "user_name": "alice", "password": 7 });
/// world.send(&Call::post("/api/v2/sdk/login", &body));
/// let verdict = &world.outcome.as_ref().unwrap().verdict;
/// assert_eq!(told(verdict).unwrap(), "password is not well-formed");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MemberProblem {
    /// It must be present, and not empty.
    Missing,
    /// It must be a text.
    NotText,
    /// It must be an object of at most 32 texts, whose names have at most 64 bytes.
    NotTexts,
    /// It must occur only once.
    Repeated,
    /// It has more bytes than are allowed.
    TooLong {
        /// The most bytes that it may have.
        most: usize,
    },
    /// It must be well-formed: a name without control characters, say.
    Malformed,
    /// It must be a mobile number.
    NotAMobile,
    /// It must be an e-mail address.
    NotAnEmail,
    /// It must be a type of code that some call of the application takes.
    NotTaken,
    /// With a state token, it must be a type of code that belongs to a pending login.
    NotOfLogins,
    /// It must be `client_credentials`.
    NotClientCredentials,
    /// It must have no characters that are unknown to this build, which lacks the feature `unicode`.
    UnknownCharacter,
}

impl MemberProblem {
    /// This problem, in the member of that name.
    pub(crate) const fn of(self, name: &'static str) -> BodyFault {
        BodyFault::Member { name, problem: self }
    }
}
