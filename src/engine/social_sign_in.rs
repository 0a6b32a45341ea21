//! Sign in with an identity that a provider vouches for.
//!
//! A good code proves an identity, and nothing of any account. An identity that is linked proves the first factor of its account, and the login goes
//! on as after any other. Only a client that has proved the identity learns whether it is linked.

use super::{
    admit::{self, Admitted},
    ask::InProgress as _,
    config::Core,
    exchange::exchange,
    sign_in::proved_by,
};
use crate::{
    Audience, Moment, Secret, TokenId,
    account::{Account, AccountKey, AccountStatus},
    contact::Channel,
    device::Caller,
    factor::{Factor, FactorSet},
    flow::{link_counts, link_proofs, registers_linked},
    outcome::{Event, Fault, PendingLink, ProofRefusal, Verdict},
    social::{CodeProof, ExchangeSocialCode, ListIdentities, SocialIdentity, SocialSource},
    step::Step,
    token::LinkClaims,
};
use alloc::{sync::Arc, vec::Vec};

/// A code that a client has got from a provider of social accounts.
///
/// ```
/// use authflow::{
///     Secret, SocialCode,
///     device::Caller,
///     factor::Factor,
///     outcome::{Fault, Verdict},
///     policy::Policy,
///     social::{CodeProof, Provider, SocialSource},
///     testkit::{World, demo},
/// };
///
/// let demo = demo::policy();
/// let first_factors = demo.first_factors.with(Factor::Federated);
/// let mut world = World::with_policy(Policy { first_factors, ..demo });
/// let engine = world.api.engine().clone();
/// let caller = Caller::from_headers(&demo::device()).unwrap();
/// // A provider that you have chosen, at one of your routes.
/// let source = SocialSource::Other(Provider::new("acme-id")?);
/// let proof = CodeProof::State(Secret::new("the state of this client's session"));
/// let code = SocialCode { source, code: Secret::new("nobody's"), proof };
/// let step = engine.sign_in_with_social_code(caller, code, world.moment());
/// let verdict = world.run(step).verdict;
/// assert!(matches!(verdict, Verdict::Refused(Fault::SocialCodeInvalid)));
/// # Ok::<(), authflow::social::InvalidIdentity>(())
/// ```
#[derive(Clone, Debug)]
pub struct SocialCode {
    /// The source of the code.
    pub source: SocialSource,
    /// The code, as it came.
    pub code: Secret,
    /// The proof that the client has asked for the code.
    pub proof: CodeProof,
}

pub(super) fn start(core: &Arc<Core>, caller: Caller, code: SocialCode, moment: Moment) -> Step {
    admit::admit(core, caller, moment, |admitted| code.exchange(admitted))
}

impl SocialCode {
    fn exchange(self, admitted: Admitted) -> Step {
        let Self { source, code, proof } = self;
        let policy = admitted.policy();
        if !policy.first_factors.contains(Factor::Federated) {
            return refuse(admitted, ProofRefusal::NotOffered);
        }
        if !proof.binds() && !policy.allows_unbound_codes {
            return refuse(admitted, ProofRefusal::CodeUnbound);
        }
        let (audience, device) = (admitted.audience, admitted.context.device.clone());
        let (presented, is_bound) = (code.clone(), proof.binds());
        let question = ExchangeSocialCode { audience, device, source, code, proof };
        exchange(
            admitted,
            Factor::Federated,
            &presented,
            question,
            move |admitted, identity| match identity {
                Ok(identity) => find(admitted, identity, is_bound),
                Err(reason) => refuse(admitted, reason),
            },
        )
    }
}

fn find(admitted: Admitted, identity: SocialIdentity, is_bound: bool) -> Step {
    let key = AccountKey::Identity(identity.clone());
    admitted.find_account(key, move |admitted, found| match found {
        Some(account) if account.status == AccountStatus::Active => {
            judge_link(admitted, account, identity, is_bound)
        }
        Some(_) => refuse(admitted, ProofRefusal::Inactive),
        None => not_linked(admitted, identity, is_bound),
    })
}

/// A link that was made by weaker proofs than this application demands does not count here. A link that was removed since the account was found does
/// not count either. If a link is removed later, the revision of the account changes, and the commit sees that.
fn judge_link(admitted: Admitted, account: Account, identity: SocialIdentity, is_bound: bool) -> Step {
    let question = ListIdentities { audience: admitted.audience, account: account.id };
    admitted.ask(question, move |mut admitted, _, links| {
        let link = links.into_iter().find(|link| link.identity == identity);
        if link.as_ref().is_some_and(|link| link_counts(admitted.policy(), link.linked_by)) {
            return proved_by(admitted, Factor::Federated, account, None, Vec::new());
        }
        let outcome = &mut admitted.context.outcome;
        outcome.facts.account = None;
        let (account, provider) = (account.id, identity.provider());
        outcome.events.extend(link.map(|_| Event::LinkTooWeak { account, provider }));
        not_linked(admitted, identity, is_bound)
    })
}

fn refuse(admitted: Admitted, reason: ProofRefusal) -> Step {
    admitted.refuse_proof(Fault::SocialCodeInvalid, Factor::Federated, reason)
}

fn not_linked(admitted: Admitted, identity: SocialIdentity, is_bound: bool) -> Step {
    let provider = identity.provider();
    let by = link_proofs(admitted.policy());
    if by.is_empty() {
        return admitted.context.refuse(Fault::IdentityNotLinked, Event::IdentityNotLinked { provider });
    }
    let pending = pending_link(&admitted, identity, is_bound, by);
    admitted.context.end_with(Event::LinkPending { provider }, Verdict::LinkPending(pending))
}

fn pending_link(admitted: &Admitted, identity: SocialIdentity, is_bound: bool, by: FactorSet) -> PendingLink {
    let (context, policy, issued_at) = (&admitted.context, admitted.policy(), admitted.now());
    let ring = &context.core.ring;
    let expires_at = issued_at.plus(policy.lifetimes.state_token());
    let link_token = ring.link_tokens().mint(&LinkClaims {
        audience: admitted.audience,
        id: draw(admitted, &identity),
        identity,
        is_bound,
        device: policy.bindings.digests(&context.device, ring.signer()),
        issued_at,
        expires_at,
    });
    let may = |channel: &Channel| registers_linked(policy, *channel);
    let registers = Channel::ALL.into_iter().filter(may).map(Factor::of_channel).collect();
    PendingLink { link_token, expires_in: expires_at.seconds_since(issued_at), by, registers }
}

/// An id that nobody can guess, bound to the audience, the identity and the device.
fn draw(admitted: &Admitted, identity: &SocialIdentity) -> TokenId {
    let Admitted { context, audience, .. } = admitted;
    let Audience { client_id, tenant } = audience;
    let tenant = tenant.as_ref().map_or("", |tenant| tenant.as_str());
    let (provider, device) = (identity.provider(), &context.device);
    let (kind, mark) = (device.binding_kind().as_str(), device.mark());
    let bound =
        [client_id.as_str(), tenant, provider.as_str(), identity.uid(), kind, mark].map(str::as_bytes);
    TokenId::from_bytes(context.core.ring.signer().draw(&context.moment, "link", &bound))
}
