//! Calls of a tenant's server: whose server it is, and what it may ask about. The server calls about a device, but is not one itself. It bears a
//! credential, and the application is that of the session.

use super::{
    admit::{self, Admitted, Errand},
    ask::{InProgress, Then},
    config::Core,
    context::Context,
    open_session::Shown,
};
use crate::{
    Audience, ClientId, Lifetime, Moment, Secret,
    device::{Device, DeviceTrait, Language},
    outcome::{Event, Facts, Fault, IssuedTenantToken, Outcome, TokenRefusal, Verdict},
    step::{CredentialOwner, Step, VerifyClientSecret, VerifyTenantCredential},
    token::{SessionToken, TenantClaims, TenantTokens, Untrusted, VerifiedSession},
};
use alloc::{boxed::Box, sync::Arc, vec::Vec};

/// The lifetime that the family documents.
const TOKEN_LIFETIME: Lifetime = Lifetime::of::<1_800>();

/// The server of a tenant, calling about a device.
///
/// ```
/// use authflow::{
///     Secret, TenantCaller,
///     device::Device,
///     outcome::{Fault, Verdict},
///     testkit::{Call, World, demo},
///     token::Untrusted,
/// };
///
/// let mut world = World::new();
/// let engine = world.api.engine().clone();
/// let signed_in = world.login("alice");
/// let mut ticket = |credential: &str, fingerprint: &str| {
///     let server = TenantCaller {
///         credential: Secret::new(credential),
///         // What the client's request says of its device: the server has none.
///         device: Device::new("Android 10", fingerprint, "Mozilla/5.0", None).unwrap(),
///         language: None,
///     };
///     let token = Untrusted::new(signed_in.session_token());
///     let step = engine.issue_ticket(server, token, world.moment());
///     world.run(step).verdict
/// };
/// let phone = "156aysdna213sac";
/// assert!(matches!(ticket(demo::CREDENTIAL, phone), Verdict::Ticket(_)));
/// let refused = ticket("a guess", phone);
/// assert!(matches!(refused, Verdict::Refused(Fault::TenantCredentialInvalid)));
/// let refused = ticket(demo::CREDENTIAL, "another phone");
/// assert!(matches!(refused, Verdict::Refused(Fault::SessionTokenInvalid)));
/// ```
#[derive(Clone, Debug)]
pub struct TenantCaller {
    /// The bearer credential that it presents: one of the host's, or a [token](crate::Engine::issue_tenant_token) that it got for its secret.
    pub credential: Secret,
    /// The device to which the session or ticket belongs, as the server says.
    pub device: Device,
    /// The language that it asks for.
    pub language: Option<Language>,
}

impl TenantCaller {
    /// Finds out whose credential the caller presents, and goes on with `then` if the credential belongs to somebody.
    pub(super) fn identify(
        self,
        core: &Arc<Core>,
        moment: Moment,
        then: impl Then<Box<Context>, CredentialOwner>,
    ) -> Step {
        let Self { credential, device, language } = self;
        let context = Context::new(core, device, language, moment);
        let refuse = |context: Box<Context>| {
            context.refuse(Fault::TenantCredentialInvalid, Event::TenantCredentialRefused)
        };
        let presented = Untrusted::new(credential.expose());
        if presented.is_empty() {
            return refuse(context);
        }
        if TenantTokens::is_meant(presented) {
            let verified = core.ring.tenant_tokens().verify(presented, context.moment.timestamp());
            return match verified {
                Ok(token) => then(context, token.claims().server.into()),
                Err(_) => refuse(context),
            };
        }
        context.ask(VerifyTenantCredential { credential }, move |context, _, owner| match owner {
            CredentialOwner::Nobody => refuse(context),
            owner => then(context, owner),
        })
    }
}

/// Finds the session of a token that a tenant's server holds, in its application. Goes on with `then` if the session is of that server and of the
/// device.
pub(super) fn with_session_token(
    core: &Arc<Core>,
    caller: TenantCaller,
    presented: Untrusted<'_, SessionToken>,
    moment: Moment,
    then: impl Then<Admitted, Shown>,
) -> Step {
    let verified = VerifiedSession::verify(&core.ring, presented, moment.timestamp());
    caller.identify(core, moment, |context, owner| {
        let token = match verified {
            Ok(token) => token,
            Err(error) => {
                return refuse_unseen(context, Fault::SessionTokenInvalid, TokenRefusal::Token(error));
            }
        };
        let is_held = token.is_held(&context.device, &context.core.ring);
        match token {
            VerifiedSession::SelfContained(token) => {
                let shown = Shown::by_session_token(&token);
                of_owner(context, owner, token.claims().audience, shown, is_held, then)
            }
            // This is judged before the session is looked for, so that another device does not learn whether the session lives.
            VerifiedSession::NeedsRecord(_) if !is_held => {
                let reason = TokenRefusal::Device(DeviceTrait::Binding);
                refuse_unseen(context, Fault::SessionTokenInvalid, reason)
            }
            VerifiedSession::NeedsRecord(reference) => {
                context.find_session(reference.clone(), move |context, found| match found {
                    Ok(record) => {
                        let shown = Shown::by_reference(&reference, &record);
                        of_owner(context, owner, record.audience, shown, is_held, then)
                    }
                    Err(reason) => refuse_unseen(context, Fault::SessionTokenInvalid, reason),
                })
            }
        }
    })
}

fn of_owner(
    context: Box<Context>,
    owner: CredentialOwner,
    audience: Audience,
    shown: Shown,
    is_held: bool,
    then: impl Then<Admitted, Shown>,
) -> Step {
    if !owner.is_of(&audience) {
        return refuse_unseen(context, Fault::SessionTokenInvalid, TokenRefusal::OtherTenant);
    }
    let Audience { client_id, tenant } = audience;
    admit::find_application(Errand::Act, context, client_id, tenant, move |admitted| {
        if is_held {
            then(admitted, shown)
        } else {
            shown.refuse(admitted, TokenRefusal::Device(DeviceTrait::Binding))
        }
    })
}

/// Refuses a token before it is known whose account may be named.
pub(super) fn refuse_unseen(context: Box<Context>, fault: Fault, reason: TokenRefusal) -> Step {
    context.refuse(fault, Event::TokenRefused { account: None, reason })
}

/// The server of a tenant, which wants a token to show instead of its secret.
///
/// ```
/// use authflow::{
///     ClientId, Secret, TenantCaller, TenantClient,
///     device::Caller,
///     outcome::Verdict,
///     testkit::{World, demo},
///     token::Untrusted,
/// };
///
/// let mut world = World::new();
/// let engine = world.api.engine().clone();
/// let client = TenantClient {
///     client_id: ClientId::new(demo::ISV)?,
///     client_secret: Secret::new(demo::CREDENTIAL),
///     language: None,
/// };
/// let step = engine.issue_tenant_token(client, world.moment());
/// let Verdict::TenantToken(issued) = world.run(step).verdict else {
///     panic!("the secret is right")
/// };
///
/// // For half an hour the server shows this, and its secret stays at home.
/// let credential = Secret::new(issued.token.expose());
/// let device = Caller::from_headers(&demo::device()).unwrap().device;
/// let server = TenantCaller { credential, device, language: None };
/// let signed_in = world.login("alice");
/// let token = Untrusted::new(signed_in.session_token());
/// let step = engine.issue_ticket(server, token, world.moment());
/// assert!(matches!(world.run(step).verdict, Verdict::Ticket(_)));
/// # Ok::<(), authflow::InvalidId>(())
/// ```
#[derive(Clone, Debug)]
pub struct TenantClient {
    /// The client id by which it names itself.
    pub client_id: ClientId,
    /// The secret that it presents.
    pub client_secret: Secret,
    /// The language that it asks for.
    pub language: Option<Language>,
}

/// Mints a token for a server whose secret the host finds right. Earlier ones stay good.
pub(super) fn issue_token(core: &Arc<Core>, client: TenantClient, moment: Moment) -> Step {
    let TenantClient { client_id, client_secret, language } = client;
    let facts = Facts { at: moment.timestamp(), ..core.facts(language) };
    let issuing = Issuing { core: Arc::clone(core), facts };
    let question = VerifyClientSecret { client_id, client_secret };
    issuing.ask(question, |issuing, _, owner| {
        let Some(server) = owner.server() else {
            let verdict = Verdict::Refused(Fault::TenantCredentialInvalid);
            return issuing.end(Event::TenantCredentialRefused, verdict);
        };
        let (issued_at, expires_in) = (issuing.facts.at, TOKEN_LIFETIME);
        let claims = TenantClaims { server, issued_at, expires_at: issued_at.plus(expires_in) };
        let token = issuing.core.ring.tenant_tokens().mint(&claims);
        let verdict = Verdict::TenantToken(IssuedTenantToken { token, expires_in });
        issuing.end(Event::TenantTokenIssued { server }, verdict)
    })
}

/// A request that no device makes and that is of no application yet.
struct Issuing {
    core: Arc<Core>,
    facts: Facts,
}

impl Issuing {
    fn end(self, event: Event, verdict: Verdict) -> Step {
        Step::Done(Box::new(Outcome { verdict, facts: self.facts, events: Vec::from([event]) }))
    }
}

impl InProgress for Issuing {
    fn unanswered(self, question: &'static str) -> Step {
        self.end(Event::Unavailable { question }, Verdict::Busy)
    }
}
