//! Replies: status, headers and body.

use super::{
    cookie,
    manner::{Carried, Manner},
    next::{self, Link},
    problem::{self, Extension, Kind},
    routes::Endpoint,
};
use crate::{
    account::Subject,
    facade::Reply,
    flow::{ChangeReason, Wait},
    outcome::{Authenticated, Facts, Fault, Grant, NotOurs, Outcome, Pending, Verdict},
    password::PasswordRules,
    text::json::written,
};
use alloc::{
    string::{String, ToString as _},
    vec::Vec,
};
use serde::Serialize;

/// The members of every answer that is not a problem. Members that do not apply are absent.
#[derive(Default, Serialize)]
struct Answer<'a> {
    state: &'static str,
    next: Vec<Link>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sign_in_expires_in_seconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password_expires_in_seconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    skips_left: Option<u32>,
    /// Why a password must be changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new_password: Option<Rules>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_expires_in_seconds: Option<u64>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    who: Option<Who<'a>>,
}

/// The rules for a new password.
#[derive(Serialize)]
struct Rules {
    min_characters: u16,
    max_characters: u16,
    pattern: String,
}

impl From<PasswordRules> for Rules {
    fn from(rules: PasswordRules) -> Self {
        Self {
            min_characters: rules.min_length(),
            max_characters: rules.max_length(),
            pattern: rules.pattern(),
        }
    }
}

/// The subject that is signed in.
#[derive(Serialize)]
struct Who<'a> {
    subject: NamedSubject<'a>,
    factors: Vec<&'static str>,
    authenticated_at_unix_seconds: u64,
}

#[derive(Serialize)]
struct NamedSubject<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mobile: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
}

impl<'a> From<&'a Subject> for NamedSubject<'a> {
    fn from(subject: &'a Subject) -> Self {
        Self {
            id: subject.id.as_str(),
            user_name: subject.user_name.as_deref(),
            name: subject.name.as_deref(),
            mobile: subject.mobile.as_deref(),
            email: subject.email.as_deref(),
        }
    }
}

/// The states that an answer names, for the OpenAPI document.
pub(super) const STATES: [&str; 9] = [
    "signed_out",
    "code_sent",
    "factor_required",
    "password_expiring",
    "password_expired",
    "signed_in",
    "password_changed",
    "password_reset",
    "contact_replaced",
];

/// The reasons why a password must be changed, for the OpenAPI document.
pub(super) const REASONS: [&str; 5] =
    ["expired", "skips_spent", "administrator_reset", "breached", "first_login"];

const fn reason(reason: ChangeReason) -> &'static str {
    match reason {
        ChangeReason::Expired => "expired",
        ChangeReason::SkipsSpent => "skips_spent",
        ChangeReason::AdministratorReset => "administrator_reset",
        ChangeReason::Breached => "breached",
        ChangeReason::FirstLogin => "first_login",
    }
}

/// The reply to an outcome, in the manner of its request.
pub(super) fn reply(outcome: &Outcome, manner: &Manner) -> Reply {
    let reply = match &outcome.verdict {
        Verdict::Refused(fault) => {
            let extension = Extension::of(*fault, &outcome.facts);
            let reply = refused(problem::kind(*fault), extension, outcome, manner);
            match fault {
                // RFC 9110 §10.2.3.
                Fault::CodeNotYet { wait } => reply.with_header("retry-after", wait.as_seconds().to_string()),
                _ => reply,
            }
        }
        Verdict::AccessDenied => refused(&problem::ACCESS_DENIED, Extension::default(), outcome, manner),
        Verdict::Busy => {
            refused(&problem::BUSY, Extension::default(), outcome, manner).with_header("retry-after", "1")
        }
        Verdict::NotOurs(reason) => {
            let reply = refused(problem::not_ours(*reason), Extension::default(), outcome, manner);
            match reason {
                NotOurs::Path => reply,
                NotOurs::Method { allowed } => reply.with_header("allow", *allowed),
            }
        }
        _ if manner.endpoint() == Some(Endpoint::Problems) => problems(),
        _ => answered(outcome, manner),
    };
    manner.cookies(outcome).into_iter().fold(reply, |reply, line| reply.with_header("set-cookie", line))
}

fn answered(outcome: &Outcome, manner: &Manner) -> Reply {
    let next = next::links(outcome, manner.endpoint());
    let answer = Answer { next, ..answer(outcome, manner) };
    let tokens = [answer.state_token, answer.session_token, answer.id_token];
    let room = tokens.into_iter().flatten().fold(2048_usize, |room, token| room.saturating_add(token.len()));
    Reply::json(200, written(&answer, room))
}

fn answer<'a>(outcome: &'a Outcome, manner: &Manner) -> Answer<'a> {
    match &outcome.verdict {
        Verdict::SignedIn(grant) | Verdict::Refreshed(grant) => signed_in(grant, manner),
        Verdict::Pending(pending) => waits(pending, manner),
        Verdict::Authenticated(who) => of_subject(who, &outcome.facts),
        _ => done(&outcome.facts, manner),
    }
}

fn signed_in<'a>(grant: &'a Grant, manner: &Manner) -> Answer<'a> {
    let shows = manner.shows_tokens();
    Answer {
        state: "signed_in",
        session_token: shows.then(|| grant.session_token.expose()),
        id_token: shows.then(|| grant.id_token.expose()),
        session_expires_in_seconds: Some(grant.expires_in),
        ..Answer::default()
    }
}

fn waits<'a>(pending: &'a Pending, manner: &Manner) -> Answer<'a> {
    let pending_answer = Answer {
        state_token: manner.shows_tokens().then(|| pending.state_token.expose()),
        sign_in_expires_in_seconds: Some(pending.expires_in),
        ..Answer::default()
    };
    match pending.wait {
        Wait::FactorRequired { .. } => Answer { state: "factor_required", ..pending_answer },
        Wait::PasswordExpired { reason: because, .. } => Answer {
            state: "password_expired",
            reason: Some(reason(because)),
            new_password: Some(pending.rules.into()),
            ..pending_answer
        },
        Wait::PasswordExpiring { expires_in, skips_left, .. } => Answer {
            state: "password_expiring",
            password_expires_in_seconds: Some(expires_in),
            skips_left: Some(skips_left),
            new_password: Some(pending.rules.into()),
            ..pending_answer
        },
    }
}

fn of_subject<'a>(who: &'a Authenticated, facts: &Facts) -> Answer<'a> {
    let about = Who {
        subject: (&who.subject).into(),
        factors: who.factors.iter().map(|factor| factor.label()).collect(),
        authenticated_at_unix_seconds: who.auth_time.as_unix(),
    };
    Answer {
        state: "signed_in",
        session_expires_in_seconds: Some(who.expires_at.seconds_since(facts.at)),
        who: Some(about),
        ..Answer::default()
    }
}

fn done(facts: &Facts, manner: &Manner) -> Answer<'static> {
    let (state, new_password) = match manner.endpoint() {
        Some(Endpoint::SendCode(..)) => ("code_sent", None),
        Some(Endpoint::ChangeOwnPassword) => ("password_changed", None),
        Some(Endpoint::ResetPassword(_)) => ("password_reset", None),
        Some(Endpoint::ReplaceContact(_)) => ("contact_replaced", None),
        Some(Endpoint::Begin) => ("signed_out", Some(facts.password_rules.into())),
        _ => ("signed_out", None),
    };
    Answer { state, new_password, ..Answer::default() }
}

/// The members of a problem.
#[derive(Serialize)]
struct Problem {
    #[serde(rename = "type")]
    uri: String,
    title: &'static str,
    status: u16,
    detail: &'static str,
    #[serde(flatten)]
    extension: Extension,
    next: Vec<Link>,
}

fn refused(kind: &Kind, extension: Extension, outcome: &Outcome, manner: &Manner) -> Reply {
    let Kind { status, title, detail, .. } = *kind;
    let next = next::links(outcome, manner.endpoint());
    let reply = Reply::problem(
        status,
        written(&Problem { uri: kind.uri(), title, status, detail, extension, next }, 512),
    );
    match (status, manner.challenge()) {
        (401, Some(challenge)) => reply.with_header("www-authenticate", challenge),
        _ => reply,
    }
}

/// The meaning of every type of problem.
fn problems() -> Reply {
    #[derive(Serialize)]
    struct Problems {
        problems: Vec<problem::Documented>,
    }
    Reply::json(200, written(&Problems { problems: problem::documented() }, 4096))
}

impl Manner {
    /// The cookies that the browser must keep or forget. A refusal removes no cookie, because another window may have renewed the cookie meanwhile.
    /// The only exception is a refused sign-out.
    fn cookies(&self, outcome: &Outcome) -> Vec<String> {
        let Some(Carried::InCookies { device, is_new }) = &self.carried else { return Vec::new() };
        let mut lines = Vec::new();
        let is_signed_in = matches!(outcome.verdict, Verdict::SignedIn(_));
        if is_signed_in || (*is_new && self.begins()) {
            lines.push(device.set_cookie());
        }
        match &outcome.verdict {
            Verdict::SignedIn(grant) => {
                lines.push(cookie::set(cookie::SESSION, grant.session_token.expose(), grant.expires_in));
                lines.push(cookie::forget(cookie::STATE));
            }
            Verdict::Refreshed(grant) => {
                lines.push(cookie::set(cookie::SESSION, grant.session_token.expose(), grant.expires_in));
            }
            Verdict::Pending(pending) => {
                lines.push(cookie::set(cookie::STATE, pending.state_token.expose(), pending.expires_in));
            }
            Verdict::AccessDenied => lines.push(cookie::forget(cookie::STATE)),
            Verdict::Done | Verdict::Refused(Fault::SessionTokenInvalid)
                if self.endpoint() == Some(Endpoint::SignOut) =>
            {
                lines.extend([cookie::SESSION, cookie::STATE].map(cookie::forget));
            }
            _ => {}
        }
        lines
    }
}
