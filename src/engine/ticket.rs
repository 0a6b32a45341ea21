//! Tickets: the server of a tenant shows a session to itself, once, without holding its token.
//!
//! These two calls come from a server, not from the device: they bear a credential of the tenant, and name the device that
//! signed in; the application is the session's.

use super::{
    admit::Admitted,
    config::Core,
    context::Context,
    session::{self, OpenSession},
    spent::Spent,
};
use crate::{
    Account, Audience, Moment, Secret, Step, Subject, TokenId,
    device::{Device, DeviceTrait, Language},
    outcome::{Event, Fault, IssuedTicket, TokenRefusal, Verdict},
    step::{AccountKey, Ask, Commit, Committed, CredentialOwner, SessionRecord, VerifyTenantCredential},
    token::{Session, SessionToken, Ticket, TicketClaims, TicketToken, Untrusted},
};
use alloc::{boxed::Box, sync::Arc, vec::Vec};

/// The server of a tenant, calling about a device.
#[derive(Clone, Debug)]
pub struct TenantCaller {
    /// The bearer credential that it presents.
    pub credential: Secret,
    /// The device that it says the session or ticket is of.
    pub device: Device,
    /// The language that it asks for.
    pub language: Option<Language>,
}

pub(super) fn issue(
    core: &Arc<Core>,
    caller: TenantCaller,
    presented: Untrusted<'_, Session>,
    moment: Moment,
) -> Step {
    let verified = core.ring.sessions().verify(presented, moment.timestamp());
    identify(core, caller, moment, move |context, owner| {
        let token = match verified {
            Ok(token) => token,
            Err(error) => {
                return context.refuse_token(Fault::SessionTokenInvalid, TokenRefusal::Token(error));
            }
        };
        if !owner.is_of(&token.claims().audience) {
            return context.refuse_token(Fault::SessionTokenInvalid, TokenRefusal::OtherTenant);
        }
        let Audience { client_id, tenant } = token.claims().audience;
        context.find_application(client_id, tenant, move |admitted| session_found(admitted, token))
    })
}

fn session_found(admitted: Admitted, token: SessionToken) -> Step {
    match admitted.session_token_refusal(&token) {
        Some(reason) => session::refuse(admitted, Some(token.claims().account), reason),
        None => admitted.open_session(token, session_open),
    }
}

fn session_open(admitted: Admitted, open: OpenSession) -> Step {
    let OpenSession { account, record } = open;
    let context = &admitted.context;
    let (ring, now) = (&context.core.ring, context.moment.timestamp());
    let expires_in = admitted.application.policy.lifetimes.ticket();
    let bound = [record.session.as_bytes().as_slice(), account.id.as_str().as_bytes()];
    let drawn = ring.signer().draw(&context.moment, "ticket", &bound);
    let ticket = ring.tickets().mint(&TicketClaims {
        id: TokenId::from_bytes(*drawn.first_chunk().unwrap_or(&[0; 16])),
        session: record.session,
        account: account.id,
        audience: admitted.audience,
        device: context.device.fingerprint_digest(ring.signer()),
        issued_at: now,
        expires_at: now.plus(expires_in),
    });
    let event = Event::TicketIssued { account: account.id, session: record.session };
    admitted.context.end_with(event, Verdict::Ticket(IssuedTicket { ticket, expires_in }))
}

pub(super) fn redeem(
    core: &Arc<Core>,
    caller: TenantCaller,
    presented: Untrusted<'_, Ticket>,
    moment: Moment,
) -> Step {
    let verified = core.ring.tickets().verify(presented, moment.timestamp());
    identify(core, caller, moment, move |context, owner| {
        let ticket = match verified {
            Ok(ticket) => ticket,
            Err(error) => return context.refuse_token(Fault::TicketInvalid, TokenRefusal::Token(error)),
        };
        if !owner.is_of(&ticket.claims().audience) {
            return context.refuse_token(Fault::TicketInvalid, TokenRefusal::OtherTenant);
        }
        if !context.device.holds_ticket(&ticket) {
            let reason = TokenRefusal::Device(DeviceTrait::Fingerprint);
            return context.refuse_token(Fault::TicketInvalid, reason);
        }
        let Audience { client_id, tenant } = ticket.claims().audience;
        context.find_application(client_id, tenant, move |admitted| ticket_judged(admitted, ticket))
    })
}

fn ticket_judged(admitted: Admitted, ticket: TicketToken) -> Step {
    let TicketClaims { account, session, .. } = *ticket.claims();
    session::check(admitted, account, session, move |admitted, record| match record {
        None => refuse(admitted, &ticket, TokenRefusal::SessionEnded),
        Some(record) => admitted.find_account(AccountKey::Id(account), move |admitted, found| match found {
            None => refuse(admitted, &ticket, TokenRefusal::AccountGone),
            Some(account) => account_found(admitted, &ticket, &record, account),
        }),
    })
}

fn account_found(admitted: Admitted, ticket: &TicketToken, record: &SessionRecord, account: Account) -> Step {
    if let Some(reason) = session::refusal(&account, record) {
        return refuse(admitted, ticket, reason);
    }
    let question = Commit {
        claim: Some(Spent::ticket(ticket.claims()).claim()),
        audience: admitted.audience,
        account: Some(account.id),
        expected: Some(account.revision),
        writes: Vec::new(),
    };
    let (session, ticket) = (record.session, ticket.clone());
    Step::Commit(Ask::new(question, move |_, answer| match answer {
        None => admitted.context.unavailable::<Commit>(),
        Some(Committed::Done) => {
            let event = Event::TicketRedeemed { account: account.id, session };
            admitted.context.end_with(event, Verdict::Subject(Box::new(Subject::of(&account))))
        }
        Some(Committed::Replayed) => refuse(admitted, &ticket, TokenRefusal::Replayed),
        Some(Committed::Changed) => refuse(admitted, &ticket, TokenRefusal::AccountChanged),
        Some(Committed::Refused(_)) => admitted.context.contradiction::<Commit>(),
    }))
}

fn refuse(admitted: Admitted, ticket: &TicketToken, reason: TokenRefusal) -> Step {
    admitted.refuse_token(Fault::TicketInvalid, Some(ticket.claims().account), reason)
}

/// Finds out whose credential the caller presents, and goes on with `then` if it is somebody's.
fn identify(
    core: &Arc<Core>,
    caller: TenantCaller,
    moment: Moment,
    then: impl FnOnce(Context, CredentialOwner) -> Step + Send + Sync + 'static,
) -> Step {
    let TenantCaller { credential, device, language } = caller;
    let context = Context::new(core, device, language, moment);
    if credential.expose().is_empty() {
        return context.refuse(Fault::TenantCredentialInvalid, Event::TenantCredentialRefused);
    }
    let question = VerifyTenantCredential { credential };
    Step::VerifyTenantCredential(Ask::new(question, move |_, answer| match answer {
        None => context.unavailable::<VerifyTenantCredential>(),
        Some(CredentialOwner::Nobody) => {
            context.refuse(Fault::TenantCredentialInvalid, Event::TenantCredentialRefused)
        }
        Some(owner) => then(context, owner),
    }))
}

impl CredentialOwner {
    /// Whether it may ask about sessions of this audience: of its own tenant, or of its own application.
    fn is_of(self, audience: &Audience) -> bool {
        match self {
            Self::Tenant(tenant) => audience.tenant == Some(tenant),
            Self::Application(client_id) => *audience == Audience { client_id, tenant: None },
            Self::Nobody => false,
        }
    }
}

impl Context {
    fn refuse_token(self, fault: Fault, reason: TokenRefusal) -> Step {
        self.refuse(fault, Event::TokenRefused { account: None, reason })
    }
}
