//! Which session a token of the short form refers to: its record says whose it is.

use super::{
    admit::Admitted,
    ask::{InProgress as _, Then},
    context::Context,
};
use crate::{
    outcome::TokenRefusal,
    session::{FindSession, SessionRecord},
    step::Step,
    token::{SessionReference, TokenError},
};

impl Context {
    /// Finds the session that a token refers to, and goes on with `then`: with its record, or with why there is none.
    pub(super) fn find_session(
        self,
        reference: SessionReference,
        then: impl Then<Self, Result<SessionRecord, TokenRefusal>>,
    ) -> Step {
        let question = FindSession { session: reference.claims().session };
        self.ask(question, move |context, asked, found| match found {
            None => then(context, Err(TokenRefusal::SessionEnded)),
            Some(record) if record.session != asked.session => context.contradiction::<FindSession>(),
            Some(record) if reference.is_to(&record, &context.core.ring) => then(context, Ok(record)),
            Some(_) => then(context, Err(TokenRefusal::Token(TokenError::WrongAudience))),
        })
    }
}

impl Admitted {
    /// The same, where the application is known.
    pub(super) fn find_session(
        self,
        reference: SessionReference,
        then: impl Then<Self, Result<SessionRecord, TokenRefusal>>,
    ) -> Step {
        let Self { context, application, audience } = self;
        context.find_session(reference, move |context, found| {
            then(Self { context, application, audience }, found)
        })
    }
}
