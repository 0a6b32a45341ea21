//! The codes that a test double has sent: the last one to each recipient.

use super::{
    problem::Problem,
    request::query,
    routes::{Answer, World},
};
use crate::clock::Clock;
use authflow::{
    Timestamp,
    code::{CodePurpose, Deliver},
    contact::{Channel, EmailAddress, Mobile, Recipient},
};
use axum::{
    extract::State,
    http::{StatusCode, Uri},
};
use serde_json::json;
use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The oldest codes go first.
const MOST_RECIPIENTS: usize = 1024;

/// The last code to each recipient, with times of the server's own clock.
#[derive(Clone)]
pub(crate) struct Codes {
    clock: Clock,
    latest: Arc<Mutex<VecDeque<Sent>>>,
}

/// The text shows no code.
impl fmt::Debug for Codes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Codes").finish_non_exhaustive()
    }
}

#[derive(Clone)]
struct Sent {
    to: Recipient,
    purpose: CodePurpose,
    code: String,
    at: Timestamp,
    good_until: Timestamp,
}

impl Codes {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, latest: Arc::default() }
    }

    /// Keeps a code that is sent, instead of an earlier one to that recipient.
    pub(crate) fn keep(&self, ask: &Deliver) {
        let at = self.clock.now();
        let good_until = at.plus_seconds(u64::from(ask.expires_in.as_seconds()));
        let code = ask.code.expose().to_owned();
        let sent = Sent { to: ask.recipient.clone(), purpose: ask.purpose, code, at, good_until };
        let mut latest = self.latest();
        latest.retain(|other| !is_same(&other.to, &sent.to));
        if latest.len() >= MOST_RECIPIENTS {
            latest.pop_front();
        }
        latest.push_back(sent);
    }

    fn last(&self, to: &Recipient) -> Option<Sent> {
        self.latest().iter().find(|sent| is_same(&sent.to, to)).cloned()
    }

    fn latest(&self) -> MutexGuard<'_, VecDeque<Sent>> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether two recipients are the same, whatever their spelling.
fn is_same(one: &Recipient, other: &Recipient) -> bool {
    (one.channel(), one.normalised()) == (other.channel(), other.normalised())
}

/// `GET /dev/codes/last?to=…`
pub(super) async fn last(State(world): State<Arc<World>>, uri: Uri) -> Result<Answer, Problem> {
    let given = query(&uri, "to")?.ok_or_else(|| Problem::bad_request("to must be given: ?to=…"))?;
    let to = recipient(&given).ok_or_else(|| {
        Problem::bad_request(format!(
            "to must be a mobile number in full, as +86-13800000000, or an e-mail address, not {given:?}"
        ))
    })?;
    let sent = world.codes.last(&to);
    let sent = sent.ok_or_else(|| Problem::not_found(format!("no code was sent to {given:?}")))?;
    let body = json!({
        "to": sent.to.as_str(),
        "channel": match sent.to.channel() { Channel::Sms => "sms", Channel::Email => "email" },
        "purpose": sent.purpose,
        "code": sent.code,
        "sent_at": sent.at.as_unix(),
        "good_until": sent.good_until.as_unix(),
    });
    Ok(Answer(StatusCode::OK, body))
}

fn recipient(given: &str) -> Option<Recipient> {
    let mobile = Mobile::new(given).ok().filter(Mobile::is_international).map(Recipient::Mobile);
    mobile.or_else(|| EmailAddress::new(given).ok().map(Recipient::Email))
}
