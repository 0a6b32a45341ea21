//! The rules for linking an identity that a provider vouches for to an account.

use super::{
    Next, Progress,
    graph::NOW,
    next,
    registration::{begins, registration},
    sign_in_code,
};
use crate::{
    account::Account,
    contact::{Channel, Recipient},
    factor::{Factor, FactorSet},
    policy::Policy,
    social::{LinkedBy, Unassociated},
};

const FEDERATED: FactorSet = FactorSet::EMPTY.with(Factor::Federated);

/// The factors that prove an account, so that an identity is linked to it.
///
/// These are the proofs that the policy [names](crate::social::Unassociated) and that begin a login there. After a link, the login goes on from the
/// proof alone, because an identity proves nothing about an account that it was not linked to.
///
/// ```
/// use authflow::{
///     factor::{Factor, FactorSet},
///     flow::link_proofs,
///     policy::Policy,
///     social::{LinkProofs, Unassociated},
/// };
///
/// let both = FactorSet::EMPTY.with(Factor::Password).with(Factor::Sms);
/// let policy =
///     Policy { unassociated: Unassociated::Bind(LinkProofs::new(both)?), ..Policy::default() };
/// assert!(link_proofs(&policy).is_empty(), "nobody signs in by an identity here");
/// let policy = Policy { first_factors: policy.first_factors.with(Factor::Federated), ..policy };
/// assert_eq!(
///     link_proofs(&policy),
///     FactorSet::EMPTY.with(Factor::Password),
///     "and nobody by a code"
/// );
/// # Ok::<(), authflow::social::LinkProofsError>(())
/// ```
pub fn link_proofs(policy: &Policy) -> FactorSet {
    if policy.first_factors.contains(Factor::Federated) {
        policy.unassociated.proofs().iter().filter(|proof| policy.first_factors.contains(*proof)).collect()
    } else {
        FactorSet::EMPTY
    }
}

/// May a code to this channel prove the account, so that an identity is linked to it? If so, this returns its recipient.
///
/// A channel that is a second factor of the account links nothing, in any application. A linked identity signs in for good, so one channel would
/// then be both factors.
///
/// ```
/// use authflow::{
///     contact::{Channel, Mobile},
///     factor::{Factor, FactorSet},
///     flow::link_code,
///     policy::Policy,
///     social::{LinkProofs, Unassociated},
///     testkit::demo,
/// };
///
/// let demo = demo::policy();
/// let policy = Policy {
///     first_factors: demo.first_factors.with(Factor::Federated),
///     unassociated: Unassociated::Bind(LinkProofs::new(FactorSet::EMPTY.with(Factor::Sms))?),
///     ..demo
/// };
/// let mut erin = demo::account("erin");
/// erin.mobile = Mobile::new("+86-13800000000").ok();
/// assert!(link_code(&policy, &erin, Channel::Sms).is_some());
/// erin.enrolled = FactorSet::EMPTY.with(Factor::Sms);
/// assert!(link_code(&policy, &erin, Channel::Sms).is_none(), "it is her second factor");
/// # Ok::<(), authflow::social::LinkProofsError>(())
/// ```
pub fn link_code(policy: &Policy, account: &Account, channel: Channel) -> Option<Recipient> {
    let links = link_proofs_of(policy, account).contains(Factor::of_channel(channel));
    sign_in_code(policy, account, channel).filter(|_| links)
}

/// The factors that prove this account, so that an identity is linked to it. A second factor of the account never does.
pub(super) fn link_proofs_of(policy: &Policy, account: &Account) -> FactorSet {
    link_proofs(policy).without(account.enrolled)
}

/// Whether somebody without an account may get one by a code to this channel, with an identity linked to it. The policy must [say
/// so](Unassociated::BindOrRegister), and [`registration`] by that channel must need no password.
///
/// ```
/// use authflow::{
///     contact::Channel,
///     factor::{Factor, FactorSet},
///     flow::registers_linked,
///     policy::Policy,
///     social::{LinkProofs, Unassociated},
/// };
///
/// let by_sms = LinkProofs::new(FactorSet::EMPTY.with(Factor::Sms))?;
/// let policy = Policy {
///     first_factors: FactorSet::EMPTY.with(Factor::Federated).with(Factor::Sms),
///     unassociated: Unassociated::BindOrRegister(by_sms),
///     registration: Channel::ALL.into_iter().collect(),
///     ..Policy::default()
/// };
/// assert!(registers_linked(&policy, Channel::Sms));
/// assert!(!registers_linked(&policy, Channel::Email), "a code by e-mail links nothing here");
/// let bind = Policy { unassociated: Unassociated::Bind(by_sms), ..policy };
/// assert!(!registers_linked(&bind, Channel::Sms));
/// # Ok::<(), authflow::social::LinkProofsError>(())
/// ```
pub fn registers_linked(policy: &Policy, channel: Channel) -> bool {
    matches!(policy.unassociated, Unassociated::BindOrRegister(_))
        && link_proofs(policy).contains(Factor::of_channel(channel))
        && registration(policy, channel, false).is_ok()
}

/// Whether a link counts in an application with this policy, given the proofs that it was [made by](crate::social::LinkedIdentity::linked_by). At
/// least one of its proofs must link identities in this application ([`link_proofs`]), or begin a login if the application links none. The
/// application must also accept the way in which that proof was made: an [unbound code](Policy::allows_unbound_codes), or a [mobile that another
/// party vouched for](Policy::takes_vouched_mobiles). A link from an application that demands less does not count here until its owner proves the
/// account once more. The application alone decides this, whatever factors the account has. If the policy demands more of a login, it demands that
/// after the identity.
///
/// ```
/// use authflow::{factor::{Factor, FactorSet}, flow::link_counts, policy::Policy, social::{LinkProofs, LinkedBy, Unassociated}};
///
/// let [password, sms] = [Factor::Password, Factor::Sms].map(|proof| FactorSet::EMPTY.with(proof));
/// let strict = Policy { unassociated: Unassociated::Bind(LinkProofs::new(password)?), ..Policy::default() };
/// assert!(link_counts(&strict, LinkedBy::bound(password)));
/// assert!(!link_counts(&strict, LinkedBy::bound(sms)));
/// assert!(!link_counts(&strict, LinkedBy::unbound(password)), "who brought the code is not known");
/// assert!(!link_counts(&Policy::default(), LinkedBy::bound(sms)), "one signs in by a password there");
/// assert!(!link_counts(&strict, LinkedBy::NOTHING), "nothing is known of it");
/// # Ok::<(), authflow::social::LinkProofsError>(())
/// ```
pub fn link_counts(policy: &Policy, linked_by: LinkedBy) -> bool {
    let links = link_proofs(policy);
    // A proof that the policy names, but that begins no login, links nothing.
    let demanded = if links.is_empty() { policy.first_factors.without(FEDERATED) } else { links };
    let proofs = linked_by.proofs(policy.allows_unbound_codes, policy.takes_vouched_mobiles);
    proofs.iter().any(|proof| demanded.contains(proof))
}

/// Whether the subject can sign in to the account without identities, in an application with this policy. The account must have another first factor
/// that leads to a session or to a step that its subject can take. A channel that reaches nobody is no way in, and neither is a login that is always
/// denied.
///
/// ```
/// use authflow::{flow::has_other_way_in, testkit::demo};
///
/// let mut erin = demo::account("erin");
/// assert!(!has_other_way_in(&demo::policy(), &erin), "her last identity is not taken away");
/// erin.password = Some(demo::password("Correct-Horse-7", demo::START));
/// assert!(has_other_way_in(&demo::policy(), &erin));
/// ```
pub fn has_other_way_in(policy: &Policy, account: &Account) -> bool {
    let gets_on = |factor| {
        let progress = Progress { factors: FactorSet::EMPTY.with(factor), ..Progress::default() };
        match next(policy, account, progress, NOW) {
            Next::Deny(_) => false,
            Next::Issue => true,
            Next::Wait(wait) => wait.actions().next().is_some(),
        }
    };
    policy.first_factors.iter().any(|factor| begins(factor, account) && gets_on(factor))
}

#[cfg(test)]
#[path = "link_tests.rs"]
mod tests;
