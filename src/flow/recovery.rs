//! Who may set a password without the old one, and by what.
//!
//! Whoever holds one channel must not become both factors of an account: a channel that is enrolled as a second factor sets a password
//! only for somebody who has proved the present one. What is enrolled is the account's own, whatever the application that asks makes of it.

use crate::{
    account::{Account, AccountStatus},
    contact::{Channel, Recipient},
    factor::{Factor, FactorSet},
    password::MustChange,
    policy::Policy,
};

/// Why a password is not set this way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoRecovery {
    /// The policy resets no password by this channel.
    NotOffered,
    /// The account is locked by an administrator, or disabled.
    Inactive,
    /// The account has no contact of this channel.
    NoContact,
    /// The channel is enrolled as a second factor of the account.
    SecondFactor,
    /// All that has been proved are channels that are enrolled as second factors of the account.
    SecondFactorsAlone,
}

/// May a code to this channel set a password instead of a forgotten one? If so, whom it goes to: a pure function, beside
/// [`next`](super::next).
///
/// It may where [`Policy::recovery`] says so, and never where the channel is enrolled as a second factor of the account – in no application,
/// whatever [`Policy::second_factor`] is there: the new password and the same channel would be both factors. (A reset that goes round no
/// second factor is ASVS 5.0 §6.4.3.)
///
/// ```
/// use authflow::{
///     contact::{Channel, Mobile}, factor::{Factor, FactorSet}, flow::{NoRecovery, recovery},
///     policy::{Policy, SecondFactor}, testkit::demo,
/// };
///
/// let mut erin = demo::account("erin");
/// erin.mobile = Mobile::new("+86-13800000000").ok();
/// assert_eq!(recovery(&Policy::default(), &erin, Channel::Sms), Err(NoRecovery::NotOffered));
///
/// let by_sms = Policy {
///     recovery: [Channel::Sms].into_iter().collect(), second_factor: SecondFactor::Off, ..Policy::default()
/// };
/// assert!(recovery(&by_sms, &erin, Channel::Sms).is_ok());
/// erin.enrolled = FactorSet::EMPTY.with(Factor::Sms);
/// assert_eq!(recovery(&by_sms, &erin, Channel::Sms), Err(NoRecovery::SecondFactor));
/// ```
///
/// # Errors
/// Why it may not.
pub fn recovery(policy: &Policy, account: &Account, channel: Channel) -> Result<Recipient, NoRecovery> {
    if policy.recovery.contains(channel) {
        of_first_rank(account, channel)
    } else {
        Err(NoRecovery::NotOffered)
    }
}

/// Whether any channel resets the password of this account. Where none does, nobody but an administrator gives a new one to
/// whoever has forgotten theirs.
pub fn has_way_back(policy: &Policy, account: &Account) -> bool {
    Channel::ALL.into_iter().any(|channel| recovery(policy, account, channel).is_ok())
}

/// May somebody who is signed in, by `session`, set a password by a code to this channel, without the old one? If so, whom it goes to.
///
/// # Errors
/// Why they may not.
pub fn own_password(
    account: &Account,
    session: FactorSet,
    channel: Channel,
) -> Result<Recipient, NoRecovery> {
    first_password(account, session)?;
    of_first_rank(account, channel)
}

/// May somebody who is signed in, by `session`, set a first password, which nothing else proves the right to?
///
/// # Errors
/// Why they may not.
pub fn first_password(account: &Account, session: FactorSet) -> Result<(), NoRecovery> {
    if account.status != AccountStatus::Active {
        Err(NoRecovery::Inactive)
    } else if proves_no_more_than_second_factors(account, session) {
        Err(NoRecovery::SecondFactorsAlone)
    } else {
        Ok(())
    }
}

/// Whether the present password proves the right to set another, to whoever has proved `proved` before: one that is
/// [breached](MustChange::Breached) does not, where the account has anything else to prove with.
pub fn old_password(account: &Account, proved: FactorSet) -> bool {
    let alone = FactorSet::EMPTY.with(Factor::Password);
    account.password.is_some()
        && (!is_breached(account) || proved.union(alone) != alone || !has_more(account))
}

/// What may prove the change of a password in a pending login: the present password, a code to a channel.
pub(super) fn change_proofs(account: &Account, proved: FactorSet) -> FactorSet {
    let by_code = if proved.contains(Factor::Password) {
        channels(account)
    } else if proves_no_more_than_second_factors(account, proved) {
        FactorSet::EMPTY
    } else {
        channels(account).without(account.enrolled)
    };
    if old_password(account, proved) { by_code.with(Factor::Password) } else { by_code }
}

/// May a code to this channel begin a login? If so, whom it goes to.
pub fn sign_in_code(policy: &Policy, account: &Account, channel: Channel) -> Option<Recipient> {
    account.recipient(channel).filter(|_| policy.first_factors.contains(Factor::of_channel(channel)))
}

/// Whether the account has nothing but a password that is breached: then that must do.
pub(crate) fn has_but_a_breached_password(account: &Account) -> bool {
    is_breached(account) && !has_more(account)
}

/// The account's recipient, where the channel is no second factor of it.
fn of_first_rank(account: &Account, channel: Channel) -> Result<Recipient, NoRecovery> {
    if account.status != AccountStatus::Active {
        Err(NoRecovery::Inactive)
    } else if account.enrolled.contains(Factor::of_channel(channel)) {
        Err(NoRecovery::SecondFactor)
    } else {
        account.recipient(channel).ok_or(NoRecovery::NoContact)
    }
}

fn proves_no_more_than_second_factors(account: &Account, proved: FactorSet) -> bool {
    let channels = FactorSet::CHANNELS.without(FactorSet::CHANNELS.without(account.enrolled));
    proved.without(channels).is_empty()
}

fn is_breached(account: &Account) -> bool {
    account.password.as_ref().is_some_and(|password| password.must_change == Some(MustChange::Breached))
}

/// Whether the account has anything to prove with beside its password.
fn has_more(account: &Account) -> bool {
    !channels(account).union(account.second_factors()).is_empty()
}

/// The channels that an account can be reached by, as factors.
fn channels(account: &Account) -> FactorSet {
    let reached = Channel::ALL.into_iter().filter(|channel| account.recipient(*channel).is_some());
    reached.map(Factor::of_channel).collect()
}

#[cfg(test)]
#[path = "recovery_tests.rs"]
mod tests;
