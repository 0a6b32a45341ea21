//! Tickets: the server of a tenant shows a session to itself, once, without holding its token.
//!
//! These two calls come from a server, not from the device: they bear a credential of the tenant, and name the device that
//! signed in; the application is the session's.

use super::{
    admit::{self, Admitted, Errand},
    ask::{InProgress as _, Then},
    commit::{Writing, commit},
    config::Core,
    context::Context,
    open_session::{OpenSession, Shown},
    spent::Spent,
};
use crate::{
    Audience, Moment, Secret, TokenId,
    account::Subject,
    device::{Device, DeviceTrait, Language},
    outcome::{Authentication, Event, Fault, IssuedTicket, TokenRefusal, Verdict},
    session::SessionRecord,
    step::{AccessDecision, AccessPurpose, Commit, Committed, CredentialOwner, Step, VerifyTenantCredential},
    token::{SessionToken, Ticket, TicketClaims, Untrusted, VerifiedSession},
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
    presented: Untrusted<'_, SessionToken>,
    moment: Moment,
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
                of_owner(context, owner, token.claims().audience, shown, is_held)
            }
            // Before its session is looked for: another device does not learn whether that lives.
            VerifiedSession::NeedsRecord(_) if !is_held => {
                let reason = TokenRefusal::Device(DeviceTrait::Binding);
                refuse_unseen(context, Fault::SessionTokenInvalid, reason)
            }
            VerifiedSession::NeedsRecord(reference) => {
                context.find_session(reference.clone(), move |context, found| match found {
                    Ok(record) => {
                        let shown = Shown::by_reference(&reference, &record);
                        of_owner(context, owner, record.audience, shown, is_held)
                    }
                    Err(reason) => refuse_unseen(context, Fault::SessionTokenInvalid, reason),
                })
            }
        }
    })
}

/// Issues a ticket where the session is one that the caller may ask about.
fn of_owner(
    context: Context,
    owner: CredentialOwner,
    audience: Audience,
    shown: Shown,
    is_held: bool,
) -> Step {
    if !owner.is_of(&audience) {
        return refuse_unseen(context, Fault::SessionTokenInvalid, TokenRefusal::OtherTenant);
    }
    let Audience { client_id, tenant } = audience;
    admit::find_application(Errand::Act, context, client_id, tenant, move |admitted| {
        if !is_held {
            shown.refuse(admitted, TokenRefusal::Device(DeviceTrait::Binding))
        } else if !admitted.policy().issues_tickets {
            shown.refuse(admitted, TokenRefusal::NoTickets)
        } else {
            shown.open(admitted, |admitted, open| {
                open.allowed(admitted, AccessPurpose::Ticket, Fault::SessionTokenInvalid, make)
            })
        }
    })
}

fn make(admitted: Admitted, open: OpenSession) -> Step {
    let OpenSession { account, record } = open;
    let context = &admitted.context;
    let (ring, now) = (&context.core.ring, admitted.now());
    let expires_in = admitted.policy().lifetimes.ticket();
    let bound = [record.session.as_bytes().as_slice(), account.id.as_str().as_bytes()];
    let ticket = ring.tickets().mint(&TicketClaims {
        id: TokenId::from_bytes(ring.signer().draw(&context.moment, "ticket", &bound)),
        session: record.session,
        account: account.id,
        audience: admitted.audience,
        device: context.device_digest(),
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
    caller.identify(core, moment, |context, owner| {
        let ticket = match verified {
            Ok(ticket) => ticket,
            Err(error) => return refuse_unseen(context, Fault::TicketInvalid, TokenRefusal::Token(error)),
        };
        if !owner.is_of(&ticket.claims().audience) {
            return refuse_unseen(context, Fault::TicketInvalid, TokenRefusal::OtherTenant);
        }
        if !context.device.holds_ticket(&ticket, &context.core.ring) {
            let reason = TokenRefusal::Device(DeviceTrait::Binding);
            return refuse_unseen(context, Fault::TicketInvalid, reason);
        }
        let Audience { client_id, tenant } = ticket.claims().audience;
        admit::find_application(Errand::Act, context, client_id, tenant, |admitted| {
            let shown = Shown::by_ticket(&ticket);
            if !admitted.policy().issues_tickets {
                return shown.refuse(admitted, TokenRefusal::NoTickets);
            }
            shown.open(admitted, |admitted, open| {
                open.decide_access(admitted, AccessPurpose::Ticket, move |admitted, open, decision| {
                    spend(admitted, &ticket, open, decision)
                })
            })
        })
    })
}

/// Uses the ticket up, whatever was decided, and tells whose session it stands for.
fn spend(admitted: Admitted, ticket: &Ticket, open: OpenSession, decision: AccessDecision) -> Step {
    let OpenSession { account, record } = open;
    let shown = Shown::by_ticket(ticket);
    let writing = Writing {
        claim: Some(Spent::ticket(ticket.claims()).claim()),
        account: Some(account.id),
        expected: Some(account.revision),
        writes: Vec::new(),
    };
    commit(admitted, writing, move |mut admitted, _, committed| match committed {
        Committed::Done if decision == AccessDecision::Deny => {
            admitted.deny(AccessPurpose::Ticket, account.id, Fault::TicketInvalid)
        }
        Committed::Done => {
            let SessionRecord { factors, auth_time, .. } = record;
            admitted.context.outcome.facts.authentication = Some(Authentication { factors, auth_time });
            let event = Event::TicketRedeemed { account: account.id, session: record.session };
            admitted.context.end_with(event, Verdict::Subject(Box::new(Subject::of(&account))))
        }
        Committed::Replayed { .. } => shown.refuse(admitted, TokenRefusal::Replayed),
        Committed::Changed => shown.refuse(admitted, TokenRefusal::AccountChanged),
        Committed::Refused(_) => admitted.context.contradiction::<Commit>(),
    })
}

/// Refuses a token before it is known whose account may be named.
fn refuse_unseen(context: Context, fault: Fault, reason: TokenRefusal) -> Step {
    context.refuse(fault, Event::TokenRefused { account: None, reason })
}

impl TenantCaller {
    /// Finds out whose credential the caller presents, and goes on with `then` if it is somebody's.
    fn identify(self, core: &Arc<Core>, moment: Moment, then: impl Then<Context, CredentialOwner>) -> Step {
        let Self { credential, device, language } = self;
        let context = Context::new(core, device, language, moment);
        if credential.expose().is_empty() {
            return context.refuse(Fault::TenantCredentialInvalid, Event::TenantCredentialRefused);
        }
        context.ask(VerifyTenantCredential { credential }, |context, _, owner| match owner {
            CredentialOwner::Nobody => {
                context.refuse(Fault::TenantCredentialInvalid, Event::TenantCredentialRefused)
            }
            owner => then(context, owner),
        })
    }
}
