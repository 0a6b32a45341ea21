//! A request of the page's, and the fault that it asks for.

use authflow::testkit::{Call, HeaderList, HostFault};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sent {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: String,
    fault: Option<Fault>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fault {
    question: String,
    kind: Kind,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Unavailable,
    AnswerLost,
    Replayed,
    Changed,
}

impl Sent {
    pub(crate) fn call(&self) -> Call {
        Call {
            method: self.method.clone(),
            path: self.path.clone(),
            headers: self.headers.iter().map(|(name, value)| (name, value)).collect::<HeaderList>(),
            body: self.body.clone().into_bytes(),
        }
    }

    /// The fault, if one of these questions is meant.
    pub(crate) fn fault(&self, asked: &[&'static str]) -> Option<HostFault> {
        let Fault { question, kind } = self.fault.as_ref()?;
        let question = asked.iter().find(|name| *name == question)?;
        Some(match kind {
            Kind::Unavailable => HostFault::Unavailable(question),
            Kind::AnswerLost => HostFault::AnswerLost(question),
            Kind::Replayed => HostFault::Replayed,
            Kind::Changed => HostFault::Changed,
        })
    }
}
