//! The kinds of account that a graph is enumerated over.

use super::graph::NOW;
use crate::{
    AccountId, Timestamp,
    account::{Account, AccountStatus, Profile, Revision},
    contact::{Channel, EmailAddress, Mobile},
    factor::{Factor, FactorSet, Totp, TotpAlgorithm},
    password::{Age, MustChange, Password, PasswordForm, Verifier},
    policy::Policy,
    sealing::SealedSecret,
};
use alloc::vec::Vec;

/// An account for every set of enrolled factors, every set of contacts that has the enrolled ones, and every state that a password can
/// be in under the policy.
pub(super) fn kinds_of_account(policy: &Policy) -> Vec<Account> {
    let sets = |factors: [Factor; 3]| {
        (0..8).map(move |bits: u32| {
            let chosen = factors.into_iter().enumerate().filter(move |(at, _)| bits >> at & 1 == 1);
            chosen.map(|(_, factor)| factor).collect::<FactorSet>()
        })
    };
    let mut passwords: Vec<_> = kinds_of_password(policy).into_iter().map(Some).collect();
    passwords.push(None);
    let factors = [Factor::Sms, Factor::Email, Factor::Totp];
    let of = |enrolled: FactorSet| {
        // An authenticator that an account has is always enrolled, because it has no other use.
        let held = sets(factors).filter(move |held| {
            enrolled.without(*held).is_empty()
                && held.contains(Factor::Totp) == enrolled.contains(Factor::Totp)
        });
        held.map(move |held| (enrolled, held))
    };
    let kinds: Vec<_> = sets(factors).flat_map(of).collect();
    let with =
        |(enrolled, held)| passwords.iter().filter_map(move |password| account(enrolled, held, password));
    kinds.into_iter().flat_map(with).collect()
}

/// An account that can be reached by the factors `held`, and has `enrolled` enrolled.
fn account(enrolled: FactorSet, held: FactorSet, password: &Option<Password>) -> Option<Account> {
    let has = |factor| held.contains(factor);
    Some(Account {
        id: AccountId::new("any").ok()?,
        tenant: None,
        revision: Revision::new(1).ok()?,
        status: AccountStatus::Active,
        user_name: None,
        password: password.clone(),
        mobile: Mobile::new("+12345").ok().filter(|_| has(Factor::Sms)),
        email: EmailAddress::new("any@example").ok().filter(|_| has(Factor::Email)),
        totp: Totp::new(SealedSecret::of_nothing(), TotpAlgorithm::Sha1, 6, None)
            .ok()
            .filter(|_| has(Factor::Totp)),
        enrolled,
        factors_changed_at: Timestamp::from_unix(0),
        profile: Profile::default(),
    })
}

/// The account of somebody who has just registered by a code to this channel.
pub(super) fn newcomer(channel: Channel, has_password: bool) -> Option<Account> {
    let held = FactorSet::EMPTY.with(Factor::of_channel(channel));
    account(FactorSet::EMPTY, held, &has_password.then(current))
}

/// A password that has been set just now.
fn current() -> Password {
    Password {
        verifier: Verifier::new(""),
        changed_at: NOW,
        must_change: None,
        skips_used: 0,
        form: PasswordForm::Canonical,
    }
}

pub(super) fn kinds_of_password(policy: &Policy) -> Vec<Password> {
    let current = current();
    let mut kinds = Vec::from([current.clone()]);
    for must in [MustChange::AdministratorReset, MustChange::Breached, MustChange::FirstLogin] {
        kinds.push(Password { must_change: Some(must), ..current.clone() });
    }
    if let Some(ageing) = &policy.ageing {
        // The youngest password of each age, day by day: at most ten years of them.
        let aged = |days: u64| Password {
            changed_at: NOW.minus_seconds(days.saturating_mul(86_400)),
            ..current.clone()
        };
        let of_age = |wanted: fn(Age) -> bool| {
            (0..=3650).map(aged).find(|password| wanted(ageing.age(password.changed_at, NOW)))
        };
        let expiring = of_age(|age| matches!(age, Age::Expiring { .. }));
        let spent = expiring.clone().map(|password| Password { skips_used: ageing.max_skips(), ..password });
        kinds.extend(expiring.into_iter().chain(spent).chain(of_age(|age| age == Age::Expired)));
    }
    kinds
}
