//! Replies: status and body.

use super::{CaptchaBody, catalogue, social_accounts::SocialAccounts};
use crate::{
    Dialect,
    account::Subject,
    facade::Reply,
    factor::{Factor, FactorSet},
    flow::Wait,
    outcome::{Fault, NotOurs, Outcome, Verdict},
    password::PasswordRules,
    text::json::{self, Member, Object, Value, name},
    token::PublicKeys,
};
use alloc::{
    borrow::Cow,
    string::{String, ToString as _},
    vec::Vec,
};
use serde::{Serialize, Serializer};

/// The reply to an outcome. Its status is 400 for every refusal, 500 where the host could not answer, 404 or 405 where the request is not
/// one of the family's, and 200 otherwise. A header says how many seconds a client must wait before it asks for a code (RFC 9110 §10.2.3).
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
        | Verdict::LinkPending(_)
        | Verdict::Identities(_)
        | Verdict::AccessDenied
        | Verdict::PasswordPresence { .. }
        | Verdict::Refreshed(_)
        | Verdict::Done
        | Verdict::Contact(_)
        | Verdict::Ticket(_)
        | Verdict::Subject(_)
        | Verdict::PublicKeys(_)
        | Verdict::Authenticated(_)
        | Verdict::IdToken(_)
        | Verdict::ServerDate { .. }
        | Verdict::TenantToken(_)
        | Verdict::PublicKey(_)
        | Verdict::CaptchaPicture(_)
        | Verdict::CaptchaToken(_) => of_status(200),
        Verdict::Refused(Fault::CodeNotYet { wait }) => {
            of_status(400).with_header("retry-after", wait.as_seconds().to_string())
        }
        Verdict::Refused(_) => of_status(400),
        Verdict::Busy => of_status(500),
        Verdict::NotOurs(NotOurs::Path) => of_status(404),
        Verdict::NotOurs(NotOurs::Method { allowed }) => of_status(405).with_header("allow", allowed),
    }
}

/// The body of a reply, for a host that serialises it itself. Members that do not apply are absent.
///
/// ```
/// use authflow::{sdk::Body, testkit::World};
///
/// let mut world = World::new();
/// let answer = world.login("alice");
/// let outcome = world.outcome.unwrap();
/// let written = serde_json::to_value(Body::of(&outcome))?; // or your own serialiser
/// assert_eq!(written, answer.body, "what the reply says");
/// # Ok::<(), serde_json::Error>(())
/// ```
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
    /// A session's new tokens.
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
    /// The subject that a ticket stood for.
    Subject(&'a Subject),
    /// The same, as OneAccess answers it.
    WrappedSubject {
        /// Says that the call went well. No page shows a value, so this one is ours.
        code: &'static str,
        /// The same in words.
        message: &'static str,
        /// The subject.
        data: &'a Subject,
    },
    /// A new id token.
    IdToken {
        /// The id token.
        id_token: &'a str,
    },
    /// A token for a tenant's server (RFC 6749 §5.1).
    TenantToken {
        /// The token.
        access_token: &'a str,
        /// `Bearer`.
        token_type: &'static str,
        /// Its lifetime in seconds.
        expires_in: u32,
    },
    /// The time.
    ServerDate {
        /// Milliseconds since 1970, as a text.
        timestamp: String,
    },
    /// The public key that the application's clients seal their session tokens with.
    PublicKey {
        /// PEM, in lines.
        public_key: &'a str,
    },
    /// A picture of a captcha.
    Captcha(CaptchaBody<'a>),
    /// A captcha token for a client that has solved a picture.
    CaptchaToken {
        /// The token.
        captcha_token: &'a str,
    },
    /// The public keys of id tokens.
    PublicKeys(&'a PublicKeys),
    /// The social accounts that are bound.
    Social(SocialAccounts<'a>),
    /// Nothing: the call is done, or the request is for one of the host's own routes, which makes its own answer. The reply has no body at
    /// all.
    Empty,
    /// A failure: exactly these two members.
    Error {
        /// The code.
        error_code: &'static str,
        /// The message, in the caller's language.
        error_msg: Cow<'static, str>,
    },
}

/// A session's new tokens.
///
/// ```
/// use authflow::{
///     sdk::Body,
///     testkit::{Call, World},
/// };
///
/// let mut world = World::new();
/// let signed_in = world.login("alice");
/// world.clock.pass(3_600);
/// world.send(&Call::refresh(signed_in.session_token()));
/// let outcome = world.outcome.unwrap();
/// let Body::Session(body) = Body::of(&outcome) else { panic!("it is refreshed") };
/// assert_eq!(body.expire, 43_200 - 3_600, "it ends when it would have ended");
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct SessionBody<'a> {
    /// The session token: the same session, with the same end.
    pub session_token: &'a str,
    /// The remaining lifetime of the session token in seconds.
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
///
/// ```
/// use authflow::{sdk::Body, testkit::World};
///
/// let mut world = World::new();
/// world.login("erin");
/// let outcome = world.outcome.unwrap();
/// let Body::Login(body) = Body::of(&outcome) else { panic!("it is a login") };
/// assert_eq!(body.status, "PASSWORD_WARN");
/// assert!(body.state_token.is_some() && body.session_token.is_none());
/// ```
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct LoginBody<'a> {
    /// `SUCCESS`, `PASSWORD_WARN`, `PASSWORD_EXPIRED`, `MFA_AUTH`, `ACCESS_DENIED`, `SOCIAL_BIND` or `USER_REGISTER`.
    pub status: &'static str,
    /// The session token, with `SUCCESS`.
    pub session_token: Option<&'a str>,
    /// The id token, with `SUCCESS`.
    pub id_token: Option<&'a str>,
    /// The lifetime of the session token in seconds, with `SUCCESS`.
    pub expire: Option<u64>,
    /// The state token of a pending login, or the link token of a social account that is bound to nobody.
    pub state_token: Option<&'a str>,
    /// Further data, as a text that holds JSON.
    pub data: Option<LoginData>,
}

/// The data that a login result has in addition to its status.
///
/// ```
/// use authflow::{
///     sdk::{Body, LoginData},
///     testkit::World,
/// };
///
/// let mut world = World::new();
/// let expired = world.login("victor");
/// let outcome = world.outcome.unwrap();
/// let Body::Login(body) = Body::of(&outcome) else { panic!("it is a login") };
/// let Some(LoginData::NewPassword(rules)) = body.data else { panic!("he must change it") };
/// assert_eq!(rules.min_length(), 8);
/// assert!(expired.text("data").starts_with(r#"{"minLength":8,"#), "a text that holds JSON");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoginData {
    /// With a pending password step: the rules for a new password.
    NewPassword(PasswordRules),
    /// With a social account that is bound to nobody: the proofs of the account to bind it to.
    Proofs(FactorSet),
}

impl LoginBody<'_> {
    fn members(&self) -> [Member<'_>; 6] {
        [
            (name!("status"), Some(Value::Plain(self.status))),
            (name!("session_token"), self.session_token.map(Value::Plain)),
            (name!("id_token"), self.id_token.map(Value::Plain)),
            (name!("expire"), self.expire.map(Into::into)),
            (name!("state_token"), self.state_token.map(Value::Plain)),
            (name!("data"), self.data.map(|data| data_as_text(data).into())),
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
                    Wait::PasswordExpiring { .. } => ("PASSWORD_WARN", true),
                    Wait::PasswordExpired { .. } => ("PASSWORD_EXPIRED", true),
                    Wait::FactorRequired { .. } => ("MFA_AUTH", false),
                };
                let data = data.then_some(LoginData::NewPassword(pending.rules));
                LoginBody {
                    status,
                    state_token: Some(pending.state_token.expose()),
                    data,
                    ..LoginBody::default()
                }
            }
            Verdict::LinkPending(pending) => LoginBody {
                status: if pending.registers.is_empty() { "SOCIAL_BIND" } else { "USER_REGISTER" },
                state_token: Some(pending.link_token.expose()),
                data: Some(LoginData::Proofs(pending.by)),
                ..LoginBody::default()
            },
            Verdict::Identities(all) => return Self::Social(SocialAccounts::of(all, &outcome.facts)),
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
            Verdict::IdToken(id_token) => return Self::IdToken { id_token: id_token.expose() },
            Verdict::TenantToken(issued) => {
                let (access_token, expires_in) = (issued.token.expose(), issued.expires_in.as_seconds());
                return Self::TenantToken { access_token, token_type: "Bearer", expires_in };
            }
            Verdict::ServerDate { milliseconds } => {
                return Self::ServerDate { timestamp: milliseconds.to_string() };
            }
            Verdict::PublicKey(public_key) => return Self::PublicKey { public_key },
            Verdict::Contact(mobile) => return Self::Contact { mobile: mobile.as_deref() },
            Verdict::Ticket(issued) => {
                let (sso_ticket, expire) = (issued.ticket.expose(), issued.expires_in.as_seconds());
                return Self::Ticket { sso_ticket, expire };
            }
            Verdict::CaptchaPicture(shown) => {
                return Self::Captcha(CaptchaBody::of(shown, outcome.facts.dialect));
            }
            Verdict::CaptchaToken(issued) => {
                return Self::CaptchaToken { captcha_token: issued.token.expose() };
            }
            Verdict::Subject(subject) => return Self::subject(subject, outcome.facts.dialect),
            Verdict::PublicKeys(keys) => return Self::PublicKeys(keys),
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

    /// About the length of the body.
    fn usual_len(outcome: &Outcome) -> usize {
        let tokens = match &outcome.verdict {
            Verdict::SignedIn(grant) | Verdict::Refreshed(grant) => {
                grant.session_token.expose().len().saturating_add(grant.id_token.expose().len())
            }
            Verdict::Pending(pending) => pending.state_token.expose().len(),
            Verdict::IdToken(id_token) => id_token.expose().len(),
            Verdict::CaptchaPicture(shown) => CaptchaBody::usual_len(shown),
            Verdict::LinkPending(pending) => pending.link_token.expose().len(),
            _ => 0,
        };
        tokens.saturating_add(192)
    }

    fn error(message: catalogue::Message) -> Self {
        Self::Error { error_code: message.code, error_msg: message.text }
    }
}

fn data_as_text(data: LoginData) -> String {
    match data {
        LoginData::NewPassword(rules) => rules_as_text(rules),
        LoginData::Proofs(proofs) => proofs_as_text(proofs),
    }
}

/// `{"socialBindOrRegisterFlow":["VERIFY_PHONE","VERIFY_EMAIL"]}`, as a text. A password has no word here, because it has a separate call.
fn proofs_as_text(proofs: FactorSet) -> String {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Data {
        social_bind_or_register_flow: Vec<&'static str>,
    }
    let words = [(Factor::Sms, "VERIFY_PHONE"), (Factor::Email, "VERIFY_EMAIL")];
    let words = words.into_iter().filter(|(proof, _)| proofs.contains(*proof)).map(|(_, word)| word);
    serde_json::to_string(&Data { social_bind_or_register_flow: words.collect() }).unwrap_or_default()
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
