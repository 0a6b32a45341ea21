//! Replies: status and body.

use super::catalogue;
use crate::{
    Dialect,
    account::Subject,
    facade::Reply,
    flow::Wait,
    outcome::{Fault, NotOurs, Outcome, Verdict},
    password::PasswordRules,
    text::json::{self, Member, Object, Value, name},
};
use alloc::{
    borrow::Cow,
    string::{String, ToString as _},
    vec::Vec,
};
use serde::{Serialize, Serializer};

/// The reply to an outcome: 200; 400 for every refusal; 500 where the host could not answer; 404 or 405 where the request is none of the
/// family's. Where a client must wait before it asks for a code, a header says for how many seconds (RFC 9110 §10.2.3).
pub(super) fn reply(outcome: &Outcome) -> Reply {
    let room = Body::usual_len(outcome);
    let body = match Body::of(outcome) {
        Body::Empty => Vec::new(),
        Body::Login(body) => Object::of(&body.members(), room),
        Body::Session(body) => Object::of(&body.members(), room),
        body => json::written(&body, room),
    };
    let of_status = |status| if body.is_empty() { Reply::empty(status) } else { Reply::json(status, body) };
    match outcome.verdict {
        Verdict::SignedIn(_)
        | Verdict::Pending(_)
        | Verdict::AccessDenied
        | Verdict::PasswordPresence { .. }
        | Verdict::Refreshed(_)
        | Verdict::Done
        | Verdict::Contact(_)
        | Verdict::Ticket(_)
        | Verdict::Subject(_)
        | Verdict::Authenticated(_) => of_status(200),
        Verdict::Refused(Fault::CodeNotYet { wait }) => {
            of_status(400).with_header("retry-after", wait.as_seconds().to_string())
        }
        Verdict::Refused(_) => of_status(400),
        Verdict::Busy => of_status(500),
        Verdict::NotOurs(NotOurs::Path) => of_status(404),
        Verdict::NotOurs(NotOurs::Method { allowed }) => of_status(405).with_header("allow", allowed),
    }
}

/// The body of a reply, for a host that serialises it on its own. Members that do not apply are absent.
#[derive(Clone, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Body<'a> {
    /// The login result.
    Login(LoginBody<'a>),
    /// The answer of `check-exist`.
    PasswordPresence {
        /// Whether a password is set: a JSON boolean, as in the seed's example (its table says String).
        is_set_pwd: bool,
    },
    /// A session's tokens anew.
    Session(SessionBody<'a>),
    /// The answer of `mobile-by-token`.
    Contact {
        /// The masked number; absent where the account has none.
        #[serde(skip_serializing_if = "Option::is_none")]
        mobile: Option<&'a str>,
    },
    /// A ticket.
    Ticket {
        /// The ticket.
        sso_ticket: &'a str,
        /// Its lifetime in seconds.
        expire: u32,
    },
    /// Who a ticket stood for.
    Subject(&'a Subject),
    /// The same as OneAccess answers it.
    WrappedSubject {
        /// That it went well. No page shows a value: this is ours.
        code: &'static str,
        /// The same in words.
        message: &'static str,
        /// Who it is.
        data: &'a Subject,
    },
    /// Nothing: it is done, or it is a route of the host's own, which says itself what it answers. The reply has no body at all.
    Empty,
    /// A failure: exactly these two members.
    Error {
        /// The code.
        error_code: &'static str,
        /// The message, in the caller's language.
        error_msg: Cow<'static, str>,
    },
}

/// A session's tokens anew.
#[derive(Clone)]
#[non_exhaustive]
pub struct SessionBody<'a> {
    /// The session token: the same session, with the same end.
    pub session_token: &'a str,
    /// How many seconds it still lives.
    pub expire: u64,
    /// The id token.
    pub id_token: &'a str,
}

impl SessionBody<'_> {
    fn members(&self) -> [Member<'_>; 3] {
        [
            (name!("session_token"), Some(Value::Plain(self.session_token))),
            (name!("expire"), Some(self.expire.into())),
            (name!("id_token"), Some(Value::Plain(self.id_token))),
        ]
    }
}

impl Serialize for SessionBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        json::serialize_members("SessionBody", &self.members(), serializer)
    }
}

/// The login result, shared by every call that signs in or carries a login on.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct LoginBody<'a> {
    /// `SUCCESS`, `PASSWORD_WARN`, `PASSWORD_EXPIRED`, `MFA_AUTH` or `ACCESS_DENIED`.
    pub status: &'static str,
    /// With `SUCCESS`.
    pub session_token: Option<&'a str>,
    /// With `SUCCESS`.
    pub id_token: Option<&'a str>,
    /// With `SUCCESS`: the lifetime of the session token in seconds.
    pub expire: Option<u64>,
    /// With a pending login.
    pub state_token: Option<&'a str>,
    /// With a pending password step: what a new password must be like, as a text that holds JSON.
    pub data: Option<PasswordRules>,
}

impl LoginBody<'_> {
    fn members(&self) -> [Member<'_>; 6] {
        [
            (name!("status"), Some(Value::Plain(self.status))),
            (name!("session_token"), self.session_token.map(Value::Plain)),
            (name!("id_token"), self.id_token.map(Value::Plain)),
            (name!("expire"), self.expire.map(Into::into)),
            (name!("state_token"), self.state_token.map(Value::Plain)),
            (name!("data"), self.data.map(|rules| rules_as_text(rules).into())),
        ]
    }
}

impl Serialize for LoginBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        json::serialize_members("LoginBody", &self.members(), serializer)
    }
}

impl<'a> Body<'a> {
    /// The body of the reply to an outcome.
    pub fn of(outcome: &'a Outcome) -> Self {
        let login = match &outcome.verdict {
            Verdict::SignedIn(grant) => LoginBody {
                status: "SUCCESS",
                session_token: Some(grant.session_token.expose()),
                id_token: Some(grant.id_token.expose()),
                expire: Some(grant.expires_in),
                ..LoginBody::default()
            },
            Verdict::Pending(pending) => {
                let (status, data) = match pending.wait {
                    Wait::PasswordExpiring { .. } => ("PASSWORD_WARN", Some(pending.rules)),
                    Wait::PasswordExpired { .. } => ("PASSWORD_EXPIRED", Some(pending.rules)),
                    Wait::FactorRequired { .. } => ("MFA_AUTH", None),
                };
                LoginBody {
                    status,
                    state_token: Some(pending.state_token.expose()),
                    data,
                    ..LoginBody::default()
                }
            }
            Verdict::AccessDenied => LoginBody { status: "ACCESS_DENIED", ..LoginBody::default() },
            Verdict::PasswordPresence { is_set } => return Self::PasswordPresence { is_set_pwd: *is_set },
            Verdict::Refreshed(grant) => {
                return Self::Session(SessionBody {
                    session_token: grant.session_token.expose(),
                    expire: grant.expires_in,
                    id_token: grant.id_token.expose(),
                });
            }
            Verdict::Done | Verdict::Authenticated(_) => return Self::Empty,
            Verdict::Contact(mobile) => return Self::Contact { mobile: mobile.as_deref() },
            Verdict::Ticket(issued) => {
                let (sso_ticket, expire) = (issued.ticket.expose(), issued.expires_in.as_seconds());
                return Self::Ticket { sso_ticket, expire };
            }
            Verdict::Subject(subject) => return Self::subject(subject, outcome.facts.dialect),
            Verdict::Refused(fault) => return Self::error(catalogue::fault(*fault, &outcome.facts)),
            Verdict::Busy => return Self::error(catalogue::busy(&outcome.facts)),
            Verdict::NotOurs(reason) => return Self::error(catalogue::not_ours(*reason, &outcome.facts)),
        };
        Self::Login(login)
    }

    fn subject(subject: &'a Subject, dialect: Dialect) -> Self {
        match dialect {
            Dialect::Ciam | Dialect::Eiam => Self::Subject(subject),
            Dialect::OneAccess => Self::WrappedSubject { code: "0", message: "success", data: subject },
        }
    }

    /// About as long as the body is.
    fn usual_len(outcome: &Outcome) -> usize {
        let tokens = match &outcome.verdict {
            Verdict::SignedIn(grant) | Verdict::Refreshed(grant) => {
                grant.session_token.expose().len().saturating_add(grant.id_token.expose().len())
            }
            Verdict::Pending(pending) => pending.state_token.expose().len(),
            _ => 0,
        };
        tokens.saturating_add(192)
    }

    fn error(message: catalogue::Message) -> Self {
        Self::Error { error_code: message.code, error_msg: message.text }
    }
}

/// `{"minLength":8,"maxLength":64,"regEx":"^.{8,64}$"}`, as a text.
fn rules_as_text(rules: PasswordRules) -> String {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Data {
        min_length: u16,
        max_length: u16,
        reg_ex: String,
    }
    let data =
        Data { min_length: rules.min_length(), max_length: rules.max_length(), reg_ex: rules.pattern() };
    serde_json::to_string(&data).unwrap_or_default()
}

#[cfg(test)]
#[path = "reply_tests.rs"]
mod tests;
