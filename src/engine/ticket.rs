//! Tickets: each shows a session, once, to a server of the tenant that does not hold the session's token.

use super::{
    admit::{self, Admitted, Errand},
    commit::{Writing, commit},
    config::Core,
    open_session::{OpenSession, Shown},
    spent::Spent,
    tenant::{self, TenantCaller, refuse_unseen},
};
use crate::{
    Audience, Moment, TokenId,
    account::Subject,
    device::DeviceTrait,
    outcome::{Authentication, Event, Fault, IssuedTicket, TokenRefusal, Verdict},
    session::SessionRecord,
    step::{AccessDecision, AccessPurpose, Commit, Committed, Step},
    token::{SessionToken, Ticket, TicketClaims, Untrusted},
};
use alloc::{boxed::Box, sync::Arc, vec::Vec};

pub(super) fn issue(
    core: &Arc<Core>,
    caller: TenantCaller,
    presented: Untrusted<'_, SessionToken>,
    moment: Moment,
) -> Step {
    tenant::with_session_token(core, caller, presented, moment, |admitted, shown| {
        if !admitted.policy().issues_tickets {
            return shown.refuse(admitted, TokenRefusal::NoTickets);
        }
        shown.open(admitted, |admitted, open| {
            open.allowed(admitted, AccessPurpose::Ticket, Fault::SessionTokenInvalid, make)
        })
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

/// Uses the ticket up, whatever was decided, and answers whose session it stands for.
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
