//! A signed-in subject replaces their own number or address.
//!
//! A thief may have a session, so a session proves nothing here. A code to the new contact is asked for in one session, and counts only in another
//! one, whose subject has signed in since. That sign-in is the proof, with whatever the application demands of a sign-in.

use super::{
    admit::Admitted,
    ask::Then,
    commit::{Writing, commit},
    config::Core,
    new_password::not_stored,
    open_session::OpenSession,
    own_password::{is_fresh, refuse_stale},
    presented::{PresentedToken, with_presented},
    prove_code::PresentedCode,
    sending::Sending,
    spent::UsedCode,
    stranger::Stranger,
};
use crate::{
    AccountId, Moment, Secret,
    account::ContactNames,
    code::{Asked, CodeOwner, CodePurpose, SendBudget, SendSlot},
    contact::{Channel, Recipient},
    device::Caller,
    factor::Factor,
    flow::{NoNewContact, replace_contact},
    guess::{Aim, AttemptSlot},
    outcome::{Event, Fault, MemberProblem, Verdict},
    session::{EndSessions, SessionRecord},
    step::{AccessPurpose, CommitRefusal, Committed, Step, Write},
};
use alloc::{sync::Arc, vec::Vec};

/// A signed-in subject's request for a code to a new contact.
///
/// ```
/// use authflow::{
///     ContactCodeRequest, PresentedToken, Secret,
///     contact::{Channel, Recipient},
///     device::Caller,
///     testkit::{World, demo},
///     token::Untrusted,
/// };
///
/// let mut world = World::new();
/// let engine = world.api.engine().clone();
/// let signed_in = world.login("alice");
/// let presented = PresentedToken::Session(Untrusted::new(signed_in.session_token()));
/// let request = ContactCodeRequest {
///     contact: Recipient::new(Channel::Sms, "+86 138 0000 0009")?,
///     captcha_token: None,
/// };
/// let caller = Caller::from_headers(&demo::device())?;
/// let step = engine.send_contact_code(caller, presented, request, world.moment());
/// world.run(step);
/// let message = world.host.outbox.last().unwrap();
/// assert_eq!(message.recipient.as_str(), "+8613800000009", "to the new one");
/// assert!(!message.decoy && world.account("alice").mobile.is_none(), "which is not hers yet");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ContactCodeRequest {
    /// The new contact, as its owner types it.
    pub contact: Recipient,
    /// The client's captcha token. It is judged if a captcha is demanded, as for [any code](super::CodeRequest::captcha_token) to a contact that
    /// nobody has proved, and ignored otherwise.
    pub captcha_token: Option<Secret>,
}

/// A signed-in subject's change of their own number or address.
///
/// ```
/// use authflow::{
///     ContactChange, ContactCodeRequest, PresentedToken, Secret,
///     contact::{Channel, Recipient},
///     device::Caller,
///     outcome::{Fault, Verdict},
///     testkit::{World, demo},
///     token::Untrusted,
/// };
///
/// // A thief has alice's session, and nothing else of hers.
/// let mut world = World::new();
/// let engine = world.api.engine().clone();
/// let caller = Caller::from_headers(&demo::device())?;
/// let stolen = world.login("alice");
/// let presented = PresentedToken::Session(Untrusted::new(stolen.session_token()));
/// let contact = Recipient::new(Channel::Email, "thief@example.com")?;
/// let request = ContactCodeRequest { contact: contact.clone(), captcha_token: None };
/// let step = engine.send_contact_code(caller.clone(), presented, request, world.moment());
/// world.run(step);
///
/// let change = ContactChange { contact, code: Secret::new(world.code()) };
/// let step = engine.change_contact(caller, presented, change, world.moment());
/// assert!(matches!(world.run(step).verdict, Verdict::Refused(Fault::SignInNotRecent)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ContactChange {
    /// The new contact, as its owner types it.
    pub contact: Recipient,
    /// The code that was sent to it, as typed.
    pub code: Secret,
}

impl ContactCodeRequest {
    pub(super) fn start(
        self,
        core: &Arc<Core>,
        caller: Caller,
        presented: PresentedToken<'_>,
        moment: Moment,
    ) -> Step {
        let Self { contact, captcha_token } = self;
        with_allowed(core, caller, presented, moment, move |admitted, session| {
            match NewContact::judge(&admitted, &session, contact) {
                Ok(new) => new.ask_for_code(admitted, session, captcha_token),
                Err(refused) => refused.of_send(admitted),
            }
        })
    }
}

impl ContactChange {
    pub(super) fn start(
        self,
        core: &Arc<Core>,
        caller: Caller,
        presented: PresentedToken<'_>,
        moment: Moment,
    ) -> Step {
        let Self { contact, code } = self;
        with_allowed(core, caller, presented, moment, move |admitted, session| {
            match NewContact::judge(&admitted, &session, contact) {
                Ok(_) if !is_fresh(&admitted, &session) => refuse_stale(admitted, session.account.id),
                Ok(new) => new.prove(admitted, session, code),
                Err(refused) => refused.end(admitted),
            }
        })
    }
}

/// Asks for access before anything is sent, counted or proved, so that a denial costs no message, counts no guess and spends no code.
fn with_allowed(
    core: &Arc<Core>,
    caller: Caller,
    presented: PresentedToken<'_>,
    moment: Moment,
    then: impl Then<Admitted, OpenSession>,
) -> Step {
    with_presented(core, caller, presented, moment, move |admitted, shown| {
        shown.open(admitted, move |admitted, session| {
            session.allowed(admitted, AccessPurpose::OwnContact, shown.fault(), then)
        })
    })
}

/// A contact in its one spelling. A signed-in subject may have it instead of their present one, once they have proved that it is theirs. Nobody has
/// looked whether anybody else has it.
struct NewContact(Recipient);

/// The reason why a contact is not replaced.
enum Refused {
    /// The contact cannot be reached.
    Unreachable,
    Because {
        account: AccountId,
        channel: Channel,
        reason: NoNewContact,
    },
}

impl Refused {
    /// Refuses to send a code that would prove nothing. A code that no call takes is refused as such.
    fn of_send(self, admitted: Admitted) -> Step {
        match self {
            Self::Because { reason: NoNewContact::NotOffered, .. } => {
                admitted.refuse_body(MemberProblem::NotTaken.of("type"))
            }
            refused => refused.end(admitted),
        }
    }

    fn end(self, admitted: Admitted) -> Step {
        let Self::Because { account, channel, reason } = self else {
            return admitted.refuse_body(MemberProblem::NotAMobile.of("mobile"));
        };
        let fault = match reason {
            NoNewContact::Unproved(factor) => Fault::FactorUnproved(factor),
            NoNewContact::NotOffered => Fault::CodeInvalid(Factor::of_channel(channel)),
            NoNewContact::Inactive | NoNewContact::SecondFactorsAlone | NoNewContact::NotSignedInSince => {
                Fault::SignInNotRecent
            }
        };
        admitted.context.refuse(fault, Event::ContactRefused { account, channel, reason })
    }
}

impl NewContact {
    /// Judges whether the contact may be replaced, as far as the account and the proofs of the session decide.
    fn judge(admitted: &Admitted, session: &OpenSession, typed: Recipient) -> Result<Self, Refused> {
        let contact = typed.completed(admitted.numbering()).in_one_spelling();
        if !contact.can_be_reached() {
            return Err(Refused::Unreachable);
        }
        let OpenSession { account, record } = session;
        let (account_id, channel) = (account.id, contact.channel());
        replace_contact(admitted.policy(), account, record.factors, channel)
            .map(|()| Self(contact))
            .map_err(|reason| Refused::Because { account: account_id, channel, reason })
    }

    /// Asks for the code as a stranger does, because nobody has proved that the contact is theirs.
    fn ask_for_code(self, admitted: Admitted, session: OpenSession, captcha_token: Option<Secret>) -> Step {
        let stranger = Stranger::new(self.0.clone(), captcha_token);
        // The signature gets its own commit, because a commit claims one thing. The commit that stores the code may claim a captcha token, or be
        // refused for want of one.
        admitted.use_signature(move |admitted| {
            if admitted.policy().demands_captcha {
                stranger
                    .judge(admitted, move |admitted, stranger| self.send_code(admitted, session, stranger))
            } else {
                self.send_code(admitted, session, stranger)
            }
        })
    }

    /// Sends the code to the contact, whether anybody has it or not. The contact is not looked up.
    fn send_code(self, admitted: Admitted, session: OpenSession, stranger: Stranger) -> Step {
        let Self(recipient) = self;
        let OpenSession { account, record } = session;
        let (tenant, policy, now) = (admitted.audience.tenant, admitted.policy().sending, admitted.now());
        let (ring, owner) = (&admitted.context.core.ring, CodeOwner::account(tenant, account.id));
        let budget = |slot| SendBudget::of(slot, owner, policy, now);
        let asker = budget(SendSlot::of_asker(ring, tenant, account.id, recipient.channel()));
        let budget = budget(SendSlot::of_new_contact(ring, tenant, &recipient));
        Sending {
            admitted,
            purpose: CodePurpose::UpdateContact,
            recipient,
            login: Some(owner.half()),
            owner: Some((account.id, account.revision)),
            asked: Some(Asked::new(record.session, now)),
            budget,
            asker: Some(asker),
            stranger: Some(stranger),
        }
        .store()
    }

    fn prove(self, admitted: Admitted, session: OpenSession, code: Secret) -> Step {
        let Self(recipient) = self;
        let (tenant, account, channel) = (admitted.audience.tenant, session.account.id, recipient.channel());
        let factor = Factor::of_channel(channel);
        let slot = AttemptSlot::of_new_contact(tenant, account, channel);
        let login = Some(CodeOwner::account(tenant, account).half());
        let contact = recipient.clone();
        let presented = PresentedCode { purpose: CodePurpose::UpdateContact, recipient, login, code };
        presented.prove(admitted, Aim::at(slot, factor), Ok(session), move |admitted, proved| match proved {
            Err(reason) => admitted.refuse_proof(Fault::CodeInvalid(factor), factor, reason),
            Ok((session, used)) if is_since(&admitted, &session, &used) => {
                replace(admitted, session, contact, used)
            }
            Ok(_) => {
                Refused::Because { account, channel, reason: NoNewContact::NotSignedInSince }.end(admitted)
            }
        })
    }
}

/// Whether the subject has signed in since they asked for the code.
fn is_since(admitted: &Admitted, session: &OpenSession, used: &UsedCode) -> bool {
    let (skew, record) = (admitted.context.core.ring.skew(), &session.record);
    used.asked.is_some_and(|asked| asked.is_before(record.session, record.auth_time, skew))
}

/// The same commit ends all other sessions. The session in hand goes on with its old sign-in time, because a code to a contact that was not
/// theirs does not prove who they are.
fn replace(admitted: Admitted, session: OpenSession, contact: Recipient, used: UsedCode) -> Step {
    let OpenSession { account, record } = session;
    let names = ContactNames::of(&contact, admitted.numbering());
    let (channel, before) = (contact.channel(), account.stored_contact(contact.channel()));
    let SessionRecord { session, auth_time, factors, .. } = record;
    let revision = account.revision.next();
    let writes = Vec::from([
        used.write(),
        Write::ReplaceContact { contact, names },
        Write::EndSessions(EndSessions::AllBut(session)),
        Write::RenewSession { session, auth_time, factors, revision },
    ]);
    let (id, expected) = (account.id, Some(account.revision));
    let writing = Writing { claim: None, account: Some(id), expected, writes };
    commit(admitted, writing, move |admitted, _, committed| match committed {
        Committed::Done => {
            let event = Event::ContactReplaced { account: id, channel, before };
            admitted.context.end_with(event, Verdict::Done)
        }
        Committed::Refused(CommitRefusal::ContactTaken) => {
            admitted.context.refuse(Fault::ContactTaken, Event::ContactTaken { account: id, channel })
        }
        refused => not_stored(admitted, refused, Some(used)),
    })
}
