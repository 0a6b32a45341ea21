//! A host that answers from a transcript.

use super::{Diverged, Recorded, Told, answers::Recordable};
use crate::{
    Host,
    step::{
        Question,
        table::{self, for_every_question},
    },
};
use std::sync::{Mutex, PoisonError};

pub(super) struct Playback<'t> {
    /// The answers that are left, and the place where the replay departed from them.
    at: Mutex<(&'t [Recorded], Option<Diverged>)>,
}

/// The error of a question that went unanswered in the recording, or at which the replay departed from the transcript.
pub(super) struct Unanswered;

impl<'t> Playback<'t> {
    pub(super) fn new(answers: &'t [Recorded]) -> Self {
        Self { at: Mutex::new((answers, None)) }
    }

    /// Checks that the replay asked for every recorded answer, and for nothing else.
    pub(super) fn finish(self) -> Result<(), Diverged> {
        match self.at.into_inner().unwrap_or_else(PoisonError::into_inner) {
            (_, Some(diverged)) => Err(diverged),
            ([], None) => Ok(()),
            (left, None) => Err(Diverged::LeftOver { left: left.len() }),
        }
    }

    fn next<A: Recordable>(&self, asked: &'static str) -> Result<A, Unanswered> {
        let mut at = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        let (answers, diverged) = &mut *at;
        if diverged.is_some() {
            return Err(Unanswered);
        }
        let (recorded, rest) = match answers.split_first() {
            Some((recorded, rest)) if recorded.question == asked => (recorded, rest),
            other => {
                let recorded = other.map(|(recorded, _)| recorded.question.clone());
                *diverged = Some(Diverged::Question { asked, recorded });
                return Err(Unanswered);
            }
        };
        *answers = rest;
        let Told::Answer(written) = &recorded.told else { return Err(Unanswered) };
        A::read(written).ok_or_else(|| {
            *diverged = Some(Diverged::Answer { question: asked });
            Unanswered
        })
    }
}

macro_rules! host {
    ($($(#[$doc:meta])* $method:ident: $question:ident => $answer:ty;)*) => {
        impl Host for Playback<'_> {
            type Error = Unanswered;

            $(async fn $method(
                &self,
                _: &table::$question,
            ) -> Result<<table::$question as Question>::Answer, Unanswered> {
                self.next(table::$question::NAME)
            })*

            /// The question went unanswered in the recording too, or [`finish`](Playback::finish) says where the replay departed from it.
            fn failed(&self, _: &'static str, _: Unanswered) {}
        }
    };
}

for_every_question!(host);
