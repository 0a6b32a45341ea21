//! A request, its moment and its answers, written down and replayed.

mod account;
mod answers;
mod bytes;
mod committed;
mod date_time;
mod playback;
mod recorder;
mod session;

use super::{Call, HeaderList, ready::ready};
use crate::{Entropy, Host, Moment, Secret, drive, facade::Reply, sdk::Api};
use alloc::{string::String, vec::Vec};
use bytes::Bytes;
use date_time::DateTime;
use playback::Playback;
use recorder::Recorder;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A request, its moment, every answer of the host, and the reply: enough to replay it to identical bytes on any machine.
///
/// A transcript holds every secret of the request and of the answers: passwords as typed, tokens, codes, password verifiers, secrets of
/// authenticators. So it has no `Debug`, and only [`to_json`](Self::to_json) gives its content. It does not contain the engine's keys. A person can
/// read it: bytes that are text are written as text, and times as RFC 3339.
///
/// ```
/// use authflow::testkit::{Call, SecretTranscript, World, demo};
///
/// let mut world = World::new();
/// let (answer, transcript) = world.record(&Call::login("erin", demo::PASSWORD));
/// assert_eq!(answer.text("status"), "PASSWORD_WARN");
///
/// let written = transcript.to_json();
/// let read = SecretTranscript::from_json(written.expose()).unwrap();
/// assert_eq!(read.replay(&world.api).unwrap().body(), answer.bytes);
/// ```
///
/// No other serialisation of a transcript compiles:
///
/// ```compile_fail,E0277
/// use authflow::testkit::{Call, World, demo};
/// # let (_, transcript) = World::new().record(&Call::login("erin", demo::PASSWORD));
/// let written = serde_json::to_string(&transcript);
/// ```
///
/// [`record`](Self::record) records a host of your own.
#[derive(Clone)]
pub struct SecretTranscript(Written);

/// The written form of a transcript. It is a separate type, so that only [`SecretTranscript::to_json`] serialises secrets, and no reader's error
/// quotes them.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: Version,
    request: RecordedRequest,
    now: DateTime,
    entropy: Bytes,
    answers: Vec<Recorded>,
    reply: RecordedReply,
}

/// The form of a transcript.
#[derive(Clone, Copy, Serialize, Deserialize)]
enum Version {
    #[serde(rename = "authflow/1")]
    One,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordedRequest {
    method: String,
    path: String,
    headers: Vec<(String, Bytes)>,
    body: Bytes,
}

/// One answer.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Recorded {
    question: String,
    told: Told,
}

/// The answer of a host.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Told {
    Answer(Value),
    Unavailable,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordedReply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Bytes,
}

impl From<&Reply> for RecordedReply {
    fn from(reply: &Reply) -> Self {
        let headers = reply.headers().map(|(name, value)| (name.into(), value.into()));
        Self { status: reply.status(), headers: headers.collect(), body: Bytes(reply.body().into()) }
    }
}

/// The place where a replay departs from its transcript.
///
/// ```
/// use authflow::{
///     policy::{Policy, SecondFactor},
///     testkit::{Call, Diverged, World, demo},
/// };
///
/// let (_, transcript) = World::new().record(&Call::login("tom", demo::PASSWORD));
/// // Today's policy asks nobody for a second factor.
/// let today = World::with_policy(Policy { second_factor: SecondFactor::Off, ..demo::policy() });
/// let diverged = transcript.replay(&today.api).unwrap_err();
/// assert_eq!(diverged, Diverged::Reply { status: 200 }, "a session, where a factor was asked for");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Diverged {
    /// The replay asks a different question from the recording, or one too many.
    #[error("{asked} was asked where {} was answered", .recorded.as_deref().unwrap_or("nothing more"))]
    Question {
        /// The question that the replay asks.
        asked: &'static str,
        /// The question that was recorded at that place.
        recorded: Option<String>,
    },
    /// A recorded answer does not fit its question.
    #[error("what is written is no answer to {question}")]
    Answer {
        /// The question.
        question: &'static str,
    },
    /// The replay does not ask for some recorded answers.
    #[error("{left} answers were not asked for")]
    LeftOver {
        /// The number of these answers.
        left: usize,
    },
    /// The reply differs from the recorded one.
    #[error("another reply, with status {status}")]
    Reply {
        /// The status of the replay's reply.
        status: u16,
    },
    /// The entropy is not 32 bytes.
    #[error("the entropy is not 32 bytes")]
    Entropy,
}

/// The error for a text that is not a transcript. It says where the text is wrong, but quotes nothing of it.
///
/// ```
/// use authflow::testkit::SecretTranscript;
///
/// let torn = r#"{ "version": "authflow/1", "request""#;
/// let invalid = SecretTranscript::from_json(torn).err().unwrap();
/// assert_eq!(invalid.to_string(), "no transcript, in line 1, column 36");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no transcript, in line {line}, column {column}")]
pub struct InvalidTranscript {
    line: usize,
    column: usize,
}

impl SecretTranscript {
    /// Serves a request as [`Api::serve`] does, and writes down what happened.
    pub async fn record<H: Host>(api: &Api, call: &Call, moment: Moment, host: &H) -> (Reply, Self) {
        let (now, entropy) = (DateTime(moment.timestamp()), Bytes(moment.entropy().as_bytes().to_vec()));
        let recorder = Recorder::new(host);
        let reply = api.reply(&drive(api.handle(&call.request(), moment), &recorder).await);
        let request = RecordedRequest {
            method: call.method.clone(),
            path: call.path.clone(),
            headers: call.headers.iter().map(|(name, value)| (name.into(), Bytes(value.into()))).collect(),
            body: Bytes(call.body.clone()),
        };
        let (answers, recorded) = (recorder.into_answers(), RecordedReply::from(&reply));
        let version = Version::One;
        (reply, Self(Written { version, request, now, entropy, answers, reply: recorded }))
    }

    /// Replays the request at the same moment, with the recorded answers, on an engine with the same configuration.
    ///
    /// Questions are compared by name and order, and the reply is compared byte by byte. A transcript does not record the contents of a question,
    /// such as the writes of a [`Commit`](crate::step::Commit), nor the events of the outcome. A difference in them shows only if the reply shows it.
    ///
    /// # Errors
    /// When another question is asked, or the reply differs.
    pub fn replay(&self, api: &Api) -> Result<Reply, Diverged> {
        let Written { now, entropy, answers, reply: recorded, .. } = &self.0;
        let entropy = entropy.0.as_slice().try_into().map_err(|_| Diverged::Entropy)?;
        let moment = Moment::new(now.0, Entropy::from_bytes(entropy));
        let call = self.call();
        let playback = Playback::new(answers);
        let reply = api.reply(&ready(drive(api.handle(&call.request(), moment), &playback)));
        playback.finish()?;
        if RecordedReply::from(&reply) == *recorded {
            Ok(reply)
        } else {
            Err(Diverged::Reply { status: reply.status() })
        }
    }

    /// The request.
    pub fn call(&self) -> Call {
        let RecordedRequest { method, path, headers, body } = &self.0.request;
        let headers = headers.iter().map(|(name, value)| (name, &value.0)).collect::<HeaderList>();
        Call { method: method.clone(), path: path.clone(), headers, body: body.0.clone() }
    }

    /// The questions that were answered, by name.
    pub fn questions(&self) -> impl Iterator<Item = &str> {
        self.0.answers.iter().map(|answer| answer.question.as_str())
    }

    /// The transcript as JSON, with all secrets.
    pub fn to_json(&self) -> Secret {
        Secret::new(serde_json::to_string_pretty(&self.0).unwrap_or_default())
    }

    /// Reads a transcript from JSON.
    ///
    /// # Errors
    /// When the text is not what [`to_json`](Self::to_json) writes.
    pub fn from_json(text: &str) -> Result<Self, InvalidTranscript> {
        let at = |error: serde_json::Error| InvalidTranscript { line: error.line(), column: error.column() };
        serde_json::from_str(text).map(Self).map_err(at)
    }
}
