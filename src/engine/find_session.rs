//! Finds the session that a reference stands for. The record of the session says whose it is.

use super::{
    admit::Admitted,
    ask::{InProgress as _, Then},
    context::Context,
};
use crate::{
    outcome::TokenRefusal,
    session::{FindSession, SessionRecord},
    step::Step,
    token::SessionReference,
};
use alloc::boxed::Box;

impl Context {
    /// Finds the session that a token refers to, and goes on with `then`, which gets the record or the reason why
    /// there is none.
    pub(super) fn find_session(
        self: Box<Self>,
        reference: SessionReference,
        then: impl Then<Box<Self>, Result<SessionRecord, TokenRefusal>>,
    ) -> Step {
        let question = FindSession { session: reference.claims().session };
        self.ask(question, move |context, asked, found| {
            if found.as_ref().is_some_and(|record| record.session != asked.session) {
                return context.contradiction::<FindSession>();
            }
            let checked = context.check_record(&reference, found);
            then(context, checked)
        })
    }

    fn check_record(
        &self,
        reference: &SessionReference,
        found: Option<SessionRecord>,
    ) -> Result<SessionRecord, TokenRefusal> {
        let record = found.ok_or(TokenRefusal::SessionEnded)?;
        let checked = reference.check(&record, &self.core.ring, self.moment.timestamp());
        checked.map(|()| record).map_err(TokenRefusal::Token)
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
