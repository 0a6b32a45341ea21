//! A host that writes down the answers of another host.

use super::{Recorded, Told, answers::Recordable};
use crate::{
    Host,
    outcome::Outcome,
    step::{
        Question,
        table::{self, for_every_question},
    },
};
use alloc::vec::Vec;
use std::sync::{Mutex, PoisonError};

pub(super) struct Recorder<'h, H> {
    host: &'h H,
    answers: Mutex<Vec<Recorded>>,
}

impl<'h, H: Host> Recorder<'h, H> {
    pub(super) fn new(host: &'h H) -> Self {
        Self { host, answers: Mutex::default() }
    }

    pub(super) fn into_answers(self) -> Vec<Recorded> {
        self.answers.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn note<A: Recordable>(&self, question: &str, answer: &Result<A, H::Error>) {
        let told = match answer {
            Ok(answer) => Told::Answer(answer.write()),
            Err(_) => Told::Unavailable,
        };
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.push(Recorded { question: question.into(), told });
    }
}

macro_rules! host {
    ($($(#[$doc:meta])* $method:ident: $question:ident => $answer:ty;)*) => {
        impl<H: Host> Host for Recorder<'_, H> {
            type Error = H::Error;

            $(async fn $method(
                &self,
                ask: &table::$question,
            ) -> Result<<table::$question as Question>::Answer, H::Error> {
                let answer = self.host.$method(ask).await;
                self.note(table::$question::NAME, &answer);
                answer
            })*

            fn failed(&self, question: &'static str, error: H::Error) {
                self.host.failed(question, error);
            }

            fn observe(&self, outcome: &Outcome) {
                self.host.observe(outcome);
            }
        }
    };
}

for_every_question!(host);
