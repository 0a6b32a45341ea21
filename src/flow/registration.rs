//! The rules for registering.

use super::{Next, PasswordStep, Progress, graph::NOW, kinds::newcomer, next};
use crate::{
    account::Account,
    contact::Channel,
    factor::{Factor, FactorSet},
    policy::Policy,
};

/// Why nobody registers this way.
///
/// ```
/// use authflow::{
///     contact::Channel,
///     flow::{NoRegistration, registration},
///     policy::Policy,
/// };
///
/// /// Whether your form asks for a password; an error where there is no such form.
/// fn asks_for_a_password(policy: &Policy, channel: Channel) -> Result<bool, NoRegistration> {
///     match registration(policy, channel, false) {
///         Err(NoRegistration::NoWayIn) => registration(policy, channel, true).map(|()| true),
///         otherwise => otherwise.map(|()| false),
///     }
/// }
///
/// let registration = [Channel::Email].into_iter().collect();
/// let by_email = Policy { registration, ..Policy::default() };
/// assert_eq!(asks_for_a_password(&by_email, Channel::Email), Ok(true));
/// assert_eq!(asks_for_a_password(&by_email, Channel::Sms), Err(NoRegistration::NotOffered));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoRegistration {
    /// The policy registers nobody by this channel.
    NotOffered,
    /// The new account could not sign in. It has none of the first factors, or the policy demands a second factor of everybody and it has none.
    NoWayIn,
}

/// May somebody register by a code to this channel, with a password or without? This is a pure function, like [`next`] and
/// [`recovery`](super::recovery).
///
/// They may if [`Policy::registration`] says so and the new account can sign in, now and later. So they need a password unless a code to that channel
/// is a first factor. Nobody may register if a second factor is demanded of everybody, because no new account has one.
///
/// ```
/// use authflow::{
///     contact::Channel,
///     flow::{NoRegistration, registration},
///     policy::{Policy, SecondFactor},
/// };
///
/// assert_eq!(
///     registration(&Policy::default(), Channel::Email, true),
///     Err(NoRegistration::NotOffered)
/// );
///
/// let by_email =
///     Policy { registration: [Channel::Email].into_iter().collect(), ..Policy::default() };
/// assert_eq!(registration(&by_email, Channel::Email, true), Ok(()));
/// // Only a password signs in there.
/// assert_eq!(registration(&by_email, Channel::Email, false), Err(NoRegistration::NoWayIn));
///
/// let always = Policy { second_factor: SecondFactor::Always, ..by_email };
/// assert_eq!(registration(&always, Channel::Email, true), Err(NoRegistration::NoWayIn));
/// ```
///
/// # Errors
/// The reason why they may not.
pub fn registration(policy: &Policy, channel: Channel, has_password: bool) -> Result<(), NoRegistration> {
    if !policy.registration.contains(channel) {
        return Err(NoRegistration::NotOffered);
    }
    let gets_in =
        |account: &Account, progress| !matches!(next(policy, account, progress, NOW), Next::Deny(_));
    let can_sign_in = newcomer(channel, has_password).is_some_and(|account| {
        let later = policy
            .first_factors
            .iter()
            .any(|first| begins(first, &account) && gets_in(&account, proved(first)));
        later && gets_in(&account, registered(channel, has_password))
    });
    if can_sign_in { Ok(()) } else { Err(NoRegistration::NoWayIn) }
}

/// Whether anybody registers by a code to this channel. If nobody does, no such code is sent.
pub(crate) fn registers_anybody(policy: &Policy, channel: Channel) -> bool {
    [true, false].into_iter().any(|has_password| registration(policy, channel, has_password).is_ok())
}

/// Whether text messages go to numbers that nobody has proved to be theirs. These are the numbers of people who register, with a social identity or
/// without, and the new contacts of people who are signed in.
///
/// ```
/// use authflow::{contact::Channel, flow::sends_sms_to_anybody, policy::Policy};
///
/// let policy = Policy { replaces_contacts: [Channel::Sms].into_iter().collect(), ..Policy::default() };
/// assert!(sends_sms_to_anybody(&policy) && !sends_sms_to_anybody(&Policy::default()));
/// ```
pub fn sends_sms_to_anybody(policy: &Policy) -> bool {
    registers_anybody(policy, Channel::Sms) || policy.replaces_contacts.contains(Channel::Sms)
}

/// The progress of somebody who registers: the channel is proved. A password that they have chosen lets them in, but is no proof. So it is in no
/// `amr`, which lists what was used to authenticate (RFC 8176 §1).
pub(crate) fn registered(channel: Channel, has_password: bool) -> Progress {
    let password = if has_password { PasswordStep::Chosen } else { PasswordStep::Open };
    Progress { password, ..proved(Factor::of_channel(channel)) }
}

fn proved(factor: Factor) -> Progress {
    Progress { factors: FactorSet::EMPTY.with(factor), ..Progress::default() }
}

/// Whether an account can begin a login with a factor: there must be a call for it, and something to prove.
pub(super) fn begins(factor: Factor, account: &Account) -> bool {
    match factor {
        Factor::Password => account.password.is_some(),
        Factor::Sms => account.recipient(Channel::Sms).is_some(),
        Factor::Email => account.recipient(Channel::Email).is_some(),
        Factor::Totp => false,
        // Only an existing link begins a login.
        Factor::Federated => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::SecondFactor;

    fn policy(first: &[Factor], second_factor: SecondFactor) -> Policy {
        let first_factors = first.iter().copied().collect();
        Policy {
            registration: Channel::ALL.into_iter().collect(),
            first_factors,
            second_factor,
            ..Policy::default()
        }
    }

    /// This covers every policy and every channel, with a password and without. The new account must have something to sign in with.
    #[test]
    fn whoever_registers_can_sign_in_again() {
        let first_factors: [&[Factor]; 5] =
            [&[Factor::Password], &[Factor::Sms], &[Factor::Email], &[Factor::Password, Factor::Sms], &[]];
        for first in first_factors {
            for second in [SecondFactor::Off, SecondFactor::WhenEnrolled, SecondFactor::Always] {
                for channel in Channel::ALL {
                    for has_password in [true, false] {
                        let by_password = has_password && first.contains(&Factor::Password);
                        let by_channel = first.contains(&Factor::of_channel(channel));
                        let may = (by_password || by_channel) && second != SecondFactor::Always;
                        let judged = registration(&policy(first, second), channel, has_password);
                        assert_eq!(judged.is_ok(), may, "{first:?} {second:?} {channel:?} {has_password}");
                        let none = Policy { registration: Default::default(), ..policy(first, second) };
                        assert_eq!(
                            registration(&none, channel, has_password),
                            Err(NoRegistration::NotOffered)
                        );
                    }
                }
            }
        }
    }
}
