//! A host in memory, behind the trait.

use super::{MemoryHost, Planned, questions::for_every_question};
use crate::{
    Host,
    step::{self, Question},
};
use std::sync::{Mutex, PoisonError};

macro_rules! host {
    ($($method:ident($question:ident);)*) => {
        /// Every question is answered under the lock, so that what a host must do in one step is one step.
        impl Host for Mutex<MemoryHost> {
            type Error = Planned;

            $(async fn $method(
                &self,
                ask: &step::$question,
            ) -> Result<<step::$question as Question>::Answer, Planned> {
                let mut host = self.lock().unwrap_or_else(PoisonError::into_inner);
                host.consider(ask, MemoryHost::$method)
            })*
        }
    };
}

for_every_question!(host);
