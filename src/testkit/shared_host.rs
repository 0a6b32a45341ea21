//! A host in memory, behind the trait.

use super::{MemoryHost, Planned};
use crate::{
    Host,
    step::{
        Question,
        table::{self, for_every_question},
    },
};
use std::sync::{Mutex, PoisonError};

macro_rules! host {
    ($($(#[$doc:meta])* $method:ident: $question:ident => $answer:ty;)*) => {
        /// Every question is answered under the lock, so that what a host must do in one step is one step.
        impl Host for Mutex<MemoryHost> {
            type Error = Planned;

            $(async fn $method(
                &self,
                ask: &table::$question,
            ) -> Result<<table::$question as Question>::Answer, Planned> {
                let mut host = self.lock().unwrap_or_else(PoisonError::into_inner);
                host.consider(ask, MemoryHost::$method)
            })*

            /// What goes wrong is what the test has planned.
            fn failed(&self, _: &'static str, _: Planned) {}
        }
    };
}

for_every_question!(host);
