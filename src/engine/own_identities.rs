//! The identities that a signed-in subject's account is linked to: to list them, and to remove one.

use super::{
    admit::Admitted,
    ask::{InProgress as _, Then},
    commit::{Writing, commit},
    config::Core,
    open_session::OpenSession,
    own_password::{is_fresh, refuse_stale},
    presented::{PresentedToken, with_presented},
};
use crate::{
    AccountId, Moment, Secret,
    device::Caller,
    flow::{has_other_way_in, link_counts},
    outcome::{Event, Fault, TokenRefusal, Verdict},
    session::EndSessions,
    social::{LinkedIdentity, ListIdentities, Provider, SocialIdentity},
    step::{Commit, CommitRefusal, Committed, Step, Write},
};
use alloc::{sync::Arc, vec::Vec};

/// One of the identities that an account is linked to, as its owner names it.
///
/// ```
/// use authflow::{
///     NamedIdentity, PresentedToken, Secret,
///     device::Caller,
///     factor::{Factor, FactorSet},
///     outcome::Verdict,
///     social::{LinkedBy, Provider, SocialIdentity},
///     testkit::{Link, World, demo},
///     token::Untrusted,
/// };
///
/// let mut world = World::new();
/// let (engine, caller) = (world.api.engine().clone(), Caller::from_headers(&demo::device())?);
/// let signed_in = world.login("alice");
/// let identity = SocialIdentity::new(Provider::new("weixin")?, "oWgGz1FmK9")?;
/// let linked_by = LinkedBy::bound(FactorSet::EMPTY.with(Factor::Password));
/// let link = Link { account: world.account("alice").id, linked_at: demo::START, linked_by };
/// world.host.identities.insert((Some(demo::tenant()), identity), link);
///
/// // A list shows the id of each link; the button beside it sends that back.
/// let presented = PresentedToken::Session(Untrusted::new(signed_in.session_token()));
/// let step = engine.list_identities(caller.clone(), presented, world.moment());
/// let Verdict::Identities(linked) = world.run(step).verdict else { panic!() };
/// let id = linked[0].id(Some(demo::tenant()), world.account("alice").id);
/// let which = NamedIdentity::Link(Secret::new(&*id));
/// let step = engine.unlink_identity(caller, presented, which, world.moment());
/// assert!(matches!(world.run(step).verdict, Verdict::Done));
/// assert!(world.host.identities.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub enum NamedIdentity {
    /// By the [id](LinkedIdentity::id) of the link.
    Link(Secret),
    /// By the provider, and the provider's id of the person.
    Identity {
        /// The provider that vouches for the identity.
        provider: Secret,
        /// The provider's id of the person.
        uid: Secret,
    },
}

pub(super) fn list(core: &Arc<Core>, caller: Caller, presented: PresentedToken<'_>, moment: Moment) -> Step {
    with_presented(core, caller, presented, moment, |admitted, shown| {
        shown.open(admitted, |admitted, session| {
            linked(admitted, session, |admitted, (_, all)| admitted.context.end(Verdict::Identities(all)))
        })
    })
}

pub(super) fn unlink(
    core: &Arc<Core>,
    caller: Caller,
    presented: PresentedToken<'_>,
    which: NamedIdentity,
    moment: Moment,
) -> Step {
    with_presented(core, caller, presented, moment, move |admitted, shown| {
        let fault = shown.fault();
        shown.open(admitted, move |admitted, session| {
            if !is_fresh(&admitted, &session) {
                return refuse_stale(admitted, session.account.id);
            }
            linked(admitted, session, move |admitted, (session, all)| {
                let (tenant, account) = (admitted.audience.tenant, session.account.id);
                let is_named = |linked: &LinkedIdentity| match &which {
                    NamedIdentity::Link(id) => linked.id(tenant, account) == *id.expose(),
                    NamedIdentity::Identity { provider, uid } => {
                        Provider::new(provider.expose()).is_ok_and(|it| it == linked.identity.provider())
                            && linked.identity.uid() == uid.expose()
                    }
                };
                let (named, others): (Vec<_>, Vec<_>) = all.into_iter().partition(is_named);
                let Some(named) = named.into_iter().next() else { return refuse(admitted, account, false) };
                let is_last = !has_other_way_in(admitted.policy(), &session.account);
                // A link that was made by weaker proofs than are demanded here is no way in. A store only counts links, so it does not see that this
                // one is the last way in.
                let counts = |linked: &LinkedIdentity| link_counts(admitted.policy(), linked.linked_by);
                match is_last && counts(&named) && !others.iter().any(counts) {
                    true => refuse(admitted, account, true),
                    false => take_away(admitted, session, named.identity, is_last, fault),
                }
            })
        })
    })
}

fn linked(
    admitted: Admitted,
    session: OpenSession,
    then: impl Then<Admitted, (OpenSession, Vec<LinkedIdentity>)>,
) -> Step {
    let question = ListIdentities { audience: admitted.audience, account: session.account.id };
    admitted.ask(question, move |admitted, _, all| then(admitted, (session, all)))
}

/// Removes the link. Other sessions end, because somebody else who is signed in may have come in by the identity. A login that began with it ends
/// by the new revision.
fn take_away(
    admitted: Admitted,
    session: OpenSession,
    identity: SocialIdentity,
    is_last: bool,
    fault: Fault,
) -> Step {
    let OpenSession { account, record } = session;
    let provider = identity.provider();
    let writes = Vec::from([
        Write::UnlinkIdentity { identity, is_last },
        Write::EndSessions(EndSessions::AllBut(record.session)),
        // Removing a link proves nothing anew.
        Write::RenewSession {
            session: record.session,
            auth_time: record.auth_time,
            factors: record.factors,
            revision: account.revision.next(),
        },
    ]);
    let writing =
        Writing { claim: None, account: Some(account.id), expected: Some(account.revision), writes };
    let account = account.id;
    commit(admitted, writing, move |admitted, _, committed| match committed {
        Committed::Done => {
            admitted.context.end_with(Event::IdentityUnlinked { account, provider }, Verdict::Done)
        }
        Committed::Refused(CommitRefusal::LastWayIn) => refuse(admitted, account, true),
        Committed::Refused(CommitRefusal::NotLinked) => refuse(admitted, account, false),
        Committed::Refused(CommitRefusal::SessionEnded) => {
            admitted.refuse_token(fault, Some(account), TokenRefusal::SessionEnded)
        }
        Committed::Changed => admitted.refuse_token(fault, Some(account), TokenRefusal::AccountChanged),
        _ => admitted.context.contradiction::<Commit>(),
    })
}

fn refuse(admitted: Admitted, account: AccountId, is_last: bool) -> Step {
    let fault = if is_last { Fault::LastWayIn } else { Fault::IdentityUnknown };
    admitted.context.refuse(fault, Event::IdentityNotUnlinked { account, is_last })
}
