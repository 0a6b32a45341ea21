//! What is wrong with a body.

/// What is wrong with a body: where, and what must be. It has nothing of what was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BodyFault {
    /// The header `Content-Type` is missing, malformed or given twice, or another type than `application/json`.
    ContentType,
    /// The body has more bytes than it may.
    TooLong {
        /// How many it may have.
        most: usize,
    },
    /// The body is not one JSON object: it is torn or no JSON, it is too deep, or a member stands twice that no call takes.
    NotAnObject,
    /// A member of it is not what the call takes.
    Member {
        /// Which, as the call spells it. What only an operation finds out is named by the family's word.
        name: &'static str,
        /// What is wrong with it.
        problem: MemberProblem,
    },
}

/// What is wrong with a member of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MemberProblem {
    /// It must be there, and not empty.
    Missing,
    /// It must be a text.
    NotText,
    /// It must stand once.
    Repeated,
    /// It has more bytes than it may.
    TooLong {
        /// How many it may have.
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
    /// It must be a type of code that belongs to a pending login, where a state token is given.
    NotOfLogins,
    /// It must have no characters that this build knows nothing of, because it was built without the feature `unicode`.
    UnknownCharacter,
}

impl MemberProblem {
    /// Of the member of that name.
    pub(crate) const fn of(self, name: &'static str) -> BodyFault {
        BodyFault::Member { name, problem: self }
    }
}
