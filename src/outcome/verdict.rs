//! The verdict of a request: what the client is told.

use super::{Authenticated, Fault};
use crate::{
    Lifetime, SessionId,
    account::Subject,
    captcha::{CaptchaPicture, PictureId},
    contact::Channel,
    factor::{Factor, FactorSet},
    flow::{Action, Wait},
    password::PasswordRules,
    social::LinkedIdentity,
    token::{
        CaptchaToken, IdToken, LinkToken, PublicKeys, SessionToken, StateToken, TenantToken, Ticket,
        TokenText,
    },
};
use alloc::{boxed::Box, string::String, vec::Vec};

/// The verdict of a request: what the client is told, before it is put into a language.
///
/// ```
/// use authflow::{flow::Action, outcome::Verdict, testkit::World};
///
/// let mut world = World::new();
/// world.login("erin");
/// let verdict = &world.outcome.as_ref().unwrap().verdict;
/// assert!(matches!(verdict, Verdict::Pending(_)));
/// // Your own client can be told what it may do, so it needs no knowledge of the flow.
/// assert!(verdict.allowed().any(|action| action == Action::SkipPassword));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Verdict {
    /// Signed in.
    SignedIn(Grant),
    /// The login is right so far, and waits for one more step.
    Pending(Pending),
    /// A social identity was proved that is linked to no account. The client proves an account next, and the two are linked.
    LinkPending(PendingLink),
    /// The host's access policy, or the flow, denies access for good.
    AccessDenied,
    /// Whether the subject has set a password.
    PasswordPresence {
        /// Whether the subject has a password.
        is_set: bool,
    },
    /// A session goes on with new tokens.
    Refreshed(Grant),
    /// The request is done, and there is nothing more to say: a code was sent, a password was changed, or a session was ended.
    Done,
    /// Where a code of the login would go, masked; `None` where the account has no such contact.
    Contact(Option<String>),
    /// A ticket for a session.
    Ticket(IssuedTicket),
    /// The subject that a ticket stood for. The [`Facts`](super::Facts) say to which application, by which factors and
    /// when the subject had signed in, because the family's reply has no room for that.
    Subject(Box<Subject>),
    /// A picture of a captcha.
    CaptchaPicture(Box<ShownPicture>),
    /// A captcha token for a client that has solved a picture.
    CaptchaToken(IssuedCaptchaToken),
    /// The public keys that id tokens are verified with.
    PublicKeys(PublicKeys),
    /// The subject and session behind a request at one of the host's own routes. The family has no such call, so its façade replies with nothing.
    Authenticated(Box<Authenticated>),
    /// A session goes on with a new id token, and with nothing else.
    IdToken(TokenText<IdToken>),
    /// The time in milliseconds since 1970, for a client that signs its calls. The milliseconds within the second are random.
    ServerDate {
        /// The milliseconds.
        milliseconds: u64,
    },
    /// A token for a tenant's server.
    TenantToken(IssuedTenantToken),
    /// The public key that the application's clients seal their session tokens with, as PEM.
    PublicKey(Box<str>),
    /// The identities that the subject's account is linked to.
    Identities(Vec<LinkedIdentity>),
    /// A fault of the caller.
    Refused(Fault),
    /// The host could not answer.
    Busy,
    /// The request is not one of the family's. A host may try its other routes.
    NotOurs(NotOurs),
}

impl Verdict {
    /// The actions that the client may take next in this login. There are none if the login is over.
    pub fn allowed(&self) -> impl Iterator<Item = Action> + use<> {
        let none = FactorSet::EMPTY;
        let (wait, links, registers) = match self {
            Self::Pending(pending) => (Some(pending.wait), none, none),
            Self::LinkPending(pending) => (None, pending.by, pending.registers),
            _ => (None, none, none),
        };
        let by_code = move |channel: &Channel| registers.contains(Factor::of_channel(*channel));
        let registers = Channel::ALL.into_iter().filter(by_code).map(Action::Register);
        let links = links.iter().map(Action::LinkIdentity);
        wait.into_iter().flat_map(|wait| wait.actions()).chain(links).chain(registers)
    }
}

/// A finished login.
///
/// ```
/// use authflow::{outcome::Verdict, testkit::World};
///
/// let mut world = World::new();
/// world.login("alice");
/// let Verdict::SignedIn(grant) = world.outcome.unwrap().verdict else { panic!("she is in") };
/// // Your own cookie, say. The host keeps the session, but nothing that shows it.
/// let cookie = format!("session={}; Max-Age={}", grant.session_token.expose(), grant.expires_in);
/// assert!(cookie.ends_with("; Max-Age=43200"));
/// assert!(world.host.sessions.contains_key(&grant.session));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Grant {
    /// The session.
    pub session: SessionId,
    /// The token that shows the session.
    pub session_token: TokenText<SessionToken>,
    /// The lifetime of the session token, in seconds.
    pub expires_in: u64,
    /// The id token, which tells the application who signed in.
    pub id_token: TokenText<IdToken>,
}

/// A ticket, which shows a session to the server of a tenant, once.
///
/// ```
/// use authflow::{
///     Lifetime,
///     outcome::Verdict,
///     testkit::{Call, World},
/// };
///
/// let mut world = World::new();
/// let signed_in = world.login("alice");
/// world.send(&Call::issue_ticket(signed_in.session_token()));
/// let Verdict::Ticket(issued) = world.outcome.take().unwrap().verdict else { panic!("issued") };
/// assert_eq!(issued.expires_in, Lifetime::of::<300>());
///
/// let redeemed = world.send(&Call::redeem_ticket(issued.ticket.expose()));
/// assert_eq!(redeemed.status, 200);
/// assert_eq!(world.send(&Call::redeem_ticket(issued.ticket.expose())).status, 400, "once");
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct IssuedTicket {
    /// The ticket.
    pub ticket: TokenText<Ticket>,
    /// The lifetime of the ticket.
    pub expires_in: Lifetime,
}

/// A token that a tenant's server shows instead of its secret.
///
/// ```
/// use authflow::{
///     outcome::Verdict,
///     testkit::{Call, World, demo},
/// };
///
/// let mut world = World::new();
/// let signed_in = world.login("alice");
/// world.send(&Call::tenant_token(demo::ISV, demo::CREDENTIAL));
/// let Verdict::TenantToken(issued) = world.outcome.take().unwrap().verdict else { panic!("issued") };
/// assert_eq!(issued.expires_in.as_seconds(), 1_800);
///
/// let call = Call::issue_ticket(signed_in.session_token()).bearing(issued.token.expose());
/// assert_eq!(world.send(&call).status, 200);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct IssuedTenantToken {
    /// The token.
    pub token: TokenText<TenantToken>,
    /// The lifetime of the token.
    pub expires_in: Lifetime,
}

/// A picture of a captcha, as it is shown.
///
/// ```
/// use authflow::{
///     captcha::CaptchaKind,
///     outcome::Verdict,
///     policy::Policy,
///     testkit::{Call, World, demo},
/// };
///
/// let captcha = CaptchaKind::Picture;
/// let mut world = World::with_policy(Policy { captcha, ..demo::policy() });
/// world.send(&Call::get("/api/v2/sdk/captcha"));
/// let Verdict::CaptchaPicture(shown) = world.outcome.unwrap().verdict else { panic!("shown") };
/// assert_eq!(&*shown.picture.picture, b"a picture"); // an image, in production
/// assert!(world.host.pictures.contains_key(&shown.id));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ShownPicture {
    /// The id by which its solution names it.
    pub id: PictureId,
    /// The picture and its piece.
    pub picture: CaptchaPicture,
}

/// A captcha token. It shows once, where a code is asked for, that a picture was solved.
///
/// ```
/// use authflow::{
///     captcha::CaptchaKind,
///     outcome::Verdict,
///     policy::Policy,
///     testkit::{Call, World, demo},
/// };
/// use serde_json::json;
///
/// let captcha = CaptchaKind::Picture;
/// let mut world = World::with_policy(Policy { captcha, ..demo::policy() });
/// let shown = world.send(&Call::get("/api/v2/sdk/captcha"));
/// let point = world.host.solution();
/// let body = json!({ "token": shown.text("token"), "point_json": point, "sender": demo::MOBILE });
/// world.send(&Call::post("/api/v2/sdk/captcha/verify", &body));
/// let Verdict::CaptchaToken(issued) = world.outcome.take().unwrap().verdict else { panic!("solved") };
///
/// let token = issued.token.expose();
/// let body = json!({ "mobile": demo::MOBILE, "type": "LOGIN_SMS", "captcha_token": token });
/// assert_eq!(world.send(&Call::post("/api/v2/sdk/sms/send", &body)).status, 200);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct IssuedCaptchaToken {
    /// The token.
    pub token: TokenText<CaptchaToken>,
    /// The lifetime of the captcha token.
    pub expires_in: Lifetime,
}

/// A login that waits for one more step.
///
/// ```
/// use authflow::{flow::Wait, outcome::Verdict, testkit::World};
///
/// let mut world = World::new();
/// world.login("erin");
/// let Verdict::Pending(pending) = world.outcome.take().unwrap().verdict else { panic!("pending") };
/// assert!(matches!(pending.wait, Wait::PasswordExpiring { skips_left: 3, .. }));
/// assert_eq!((pending.expires_in, pending.rules.min_length()), (600, 8));
/// assert_eq!(world.skip(pending.state_token.expose()).text("status"), "SUCCESS");
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Pending {
    /// The token that the client presents with the next step.
    pub state_token: TokenText<StateToken>,
    /// The lifetime of the state token, in seconds.
    pub expires_in: u64,
    /// What the login waits for.
    pub wait: Wait,
    /// The rules for a new password, if the login waits for one.
    pub rules: PasswordRules,
}

/// A social sign-in whose identity is linked to no account yet.
///
/// ```
/// use authflow::{
///     Secret,
///     factor::{Factor, FactorSet},
///     outcome::Verdict,
///     policy::Policy,
///     social::{LinkProofs, Provider, SocialIdentity, SocialSource, Unassociated},
///     testkit::{Call, World, demo},
/// };
/// use serde_json::json;
///
/// let demo = demo::policy();
/// let by_password = LinkProofs::new(FactorSet::EMPTY.with(Factor::Password))?;
/// let mut world = World::with_policy(Policy {
///     first_factors: demo.first_factors.with(Factor::Federated),
///     unassociated: Unassociated::Bind(by_password),
///     allows_unbound_codes: true,
///     ..demo
/// });
/// let identity = SocialIdentity::new(Provider::new("weixin")?, "oWgGz1FmK9")?;
/// world.host.social_codes.push((SocialSource::Wechat, Secret::new("a code"), identity));
/// world.send(&Call::post("/api/v2/sdk/login/wechat", &json!({ "code": "a code" })));
/// let Verdict::LinkPending(pending) = world.outcome.unwrap().verdict else {
///     panic!("nobody is linked")
/// };
/// // Your own page offers a sign-in by a password, and no registration.
/// assert!(pending.by.contains(Factor::Password) && pending.registers.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PendingLink {
    /// The token that the client presents with the proof of an account.
    pub link_token: TokenText<LinkToken>,
    /// The lifetime of the link token, in seconds.
    pub expires_in: u64,
    /// The factors that prove the account. The set is never empty.
    pub by: FactorSet,
    /// The channels by whose codes a person without an account registers; none where nobody may.
    pub registers: FactorSet,
}

/// The reason why a request is not one of the family.
///
/// ```
/// use authflow::{
///     outcome::{NotOurs, Verdict},
///     testkit::{Call, World},
/// };
///
/// let mut world = World::new();
/// let mut verdict = |call: Call| {
///     world.send(&call);
///     world.outcome.take().unwrap().verdict
/// };
/// // One of your own routes, perhaps.
/// assert!(matches!(verdict(Call::get("/health")), Verdict::NotOurs(NotOurs::Path)));
/// let Verdict::NotOurs(NotOurs::Method { allowed }) = verdict(Call::get("/api/v2/sdk/login")) else {
///     panic!("a login is a POST")
/// };
/// assert_eq!(allowed, "POST");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotOurs {
    /// No call has this path.
    Path,
    /// There are calls with this path, but only with these methods.
    Method {
        /// The text for an `Allow` header.
        allowed: &'static str,
    },
}
