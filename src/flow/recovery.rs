//! The rules for setting a password without the old one.
//!
//! The holder of one channel must not become both factors of an account. So a channel that is enrolled as a second factor sets a password only for
//! somebody who has proved the present one. Enrolment belongs to the account, whatever the policy of the application says about second factors.

use crate::{
    account::{Account, AccountStatus},
    contact::{Channel, Recipient},
    factor::{Factor, FactorSet},
    password::MustChange,
    policy::Policy,
};

/// Why a password is not set this way.
///
/// ```
/// use authflow::{
///     contact::Channel,
///     flow::{NoRecovery, recovery},
///     testkit::demo,
/// };
///
/// /// For your help desk: why a code by SMS resets no password of this account.
/// fn explain(refused: NoRecovery) -> &'static str {
///     match refused {
///         NoRecovery::NotOffered => "nobody's",
///         NoRecovery::Inactive => "the account is switched off",
///         NoRecovery::NoContact => "there is no number",
///         NoRecovery::SecondFactor => "the number is the second factor: it must not be both",
///         NoRecovery::SecondFactorsAlone => "not in this session",
///     }
/// }
///
/// let explained = demo::accounts().into_iter().filter_map(|account| {
///     let by_sms = recovery(&demo::policy(), &account, Channel::Sms);
///     matches!(account.id.as_str(), "id-alice" | "id-nora" | "id-mona")
///         .then(|| by_sms.map_err(explain).err())
/// });
/// assert_eq!(
///     explained.collect::<Vec<_>>(),
///     [
///         Some("there is no number"),
///         None,
///         Some("the number is the second factor: it must not be both")
///     ]
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoRecovery {
    /// The policy resets no password by this channel, or lets no session alone set a first one.
    NotOffered,
    /// The account is locked by an administrator, or disabled.
    Inactive,
    /// The account has no contact of this channel.
    NoContact,
    /// The channel is enrolled as a second factor of the account.
    SecondFactor,
    /// Only channels that are enrolled as second factors of the account have been proved.
    SecondFactorsAlone,
}

/// May a code to this channel set a password instead of a forgotten one? If so, this returns its recipient. It is a pure function, like
/// [`next`](super::next).
///
/// The code may do so if [`Policy::recovery`] says so, but never if the channel is enrolled as a second factor of the account. That holds in every
/// application, whatever its [`Policy::second_factor`] is, because the new password and the same channel would be both factors. (ASVS 5.0 §6.4.3: a
/// reset must not bypass a second factor.)
///
/// ```
/// use authflow::{
///     contact::{Channel, Mobile},
///     factor::{Factor, FactorSet},
///     flow::{NoRecovery, recovery},
///     policy::{Policy, SecondFactor},
///     testkit::demo,
/// };
///
/// let mut erin = demo::account("erin");
/// erin.mobile = Mobile::new("+86-13800000000").ok();
/// assert_eq!(recovery(&Policy::default(), &erin, Channel::Sms), Err(NoRecovery::NotOffered));
///
/// let by_sms = Policy {
///     recovery: [Channel::Sms].into_iter().collect(),
///     second_factor: SecondFactor::Off,
///     ..Policy::default()
/// };
/// assert!(recovery(&by_sms, &erin, Channel::Sms).is_ok());
/// erin.enrolled = FactorSet::EMPTY.with(Factor::Sms);
/// assert_eq!(recovery(&by_sms, &erin, Channel::Sms), Err(NoRecovery::SecondFactor));
/// ```
///
/// # Errors
/// The reason why it may not.
pub fn recovery(policy: &Policy, account: &Account, channel: Channel) -> Result<Recipient, NoRecovery> {
    if policy.recovery.contains(channel) {
        of_first_rank(account, channel)
    } else {
        Err(NoRecovery::NotOffered)
    }
}

/// Whether any channel resets the password of this account. If none does, only an administrator can give a new one to somebody who has forgotten
/// theirs.
///
/// ```
/// use authflow::{
///     contact::{Channel, Mobile},
///     factor::{Factor, FactorSet},
///     flow::has_way_back,
///     policy::Policy,
///     testkit::demo,
/// };
///
/// let by_sms = Policy { recovery: [Channel::Sms].into_iter().collect(), ..Policy::default() };
/// let mut erin = demo::account("erin");
/// erin.mobile = Mobile::new("+86-13800000000").ok();
/// assert!(has_way_back(&by_sms, &erin));
/// erin.enrolled = FactorSet::EMPTY.with(Factor::Sms);
/// assert!(!has_way_back(&by_sms, &erin), "her only contact is her second factor");
/// ```
pub fn has_way_back(policy: &Policy, account: &Account) -> bool {
    Channel::ALL.into_iter().any(|channel| recovery(policy, account, channel).is_ok())
}

/// May somebody who has signed in with the factors of `session` set a password by a code to this channel, without the old one? If so, this returns
/// its recipient.
///
/// ```
/// use authflow::{
///     contact::{Channel, Mobile},
///     factor::{Factor, FactorSet},
///     flow::{NoRecovery, own_password},
///     testkit::demo,
/// };
///
/// let mut erin = demo::account("erin");
/// erin.mobile = Mobile::new("+86-13800000000").ok();
/// let by_password = FactorSet::EMPTY.with(Factor::Password);
/// assert!(own_password(&erin, by_password, Channel::Sms).is_ok());
/// // The channel is her second factor: with a password that it has set, it would be both factors.
/// erin.enrolled = FactorSet::EMPTY.with(Factor::Sms);
/// assert_eq!(own_password(&erin, by_password, Channel::Sms), Err(NoRecovery::SecondFactor));
/// ```
///
/// # Errors
/// The reason why they may not.
pub fn own_password(
    account: &Account,
    session: FactorSet,
    channel: Channel,
) -> Result<Recipient, NoRecovery> {
    of_more_than_second_factors(account, session)?;
    of_first_rank(account, channel)
}

/// May somebody who has signed in with the factors of `session` set a first password without any other proof? They may only if
/// [`Policy::session_sets_first_password`] says so. A code to a contact ([`own_password`]) sets one in any case.
///
/// ```
/// use authflow::{
///     factor::{Factor, FactorSet},
///     flow::{NoRecovery, first_password},
///     policy::Policy,
///     testkit::demo,
/// };
///
/// let mut nora = demo::account("nora"); // she signs in by a code
/// let by_code = FactorSet::EMPTY.with(Factor::Sms);
/// let policy = Policy { session_sets_first_password: true, ..Policy::default() };
/// assert_eq!(first_password(&policy, &nora, by_code), Ok(()));
/// assert_eq!(first_password(&Policy::default(), &nora, by_code), Err(NoRecovery::NotOffered));
/// nora.enrolled = by_code;
/// assert_eq!(first_password(&policy, &nora, by_code), Err(NoRecovery::SecondFactorsAlone));
/// ```
///
/// # Errors
/// The reason why they may not.
pub fn first_password(policy: &Policy, account: &Account, session: FactorSet) -> Result<(), NoRecovery> {
    if policy.session_sets_first_password {
        of_more_than_second_factors(account, session)
    } else {
        Err(NoRecovery::NotOffered)
    }
}

fn of_more_than_second_factors(account: &Account, session: FactorSet) -> Result<(), NoRecovery> {
    if account.status != AccountStatus::Active {
        Err(NoRecovery::Inactive)
    } else if proves_no_more_than_second_factors(account, session) {
        Err(NoRecovery::SecondFactorsAlone)
    } else {
        Ok(())
    }
}

/// Whether the present password proves the right to set another one, for somebody who has already proved the factors `proved`. A
/// [breached](MustChange::Breached) password does not, if the account has anything else to prove it with.
///
/// ```
/// use authflow::{
///     contact::Mobile,
///     factor::{Factor, FactorSet},
///     flow::old_password,
///     password::MustChange,
///     testkit::demo,
/// };
///
/// let mut erin = demo::account("erin");
/// erin.password = Some(demo::password("Correct-Horse-7", demo::START));
/// erin.password.as_mut().unwrap().must_change = Some(MustChange::Breached);
/// assert!(old_password(&erin, FactorSet::EMPTY.with(Factor::Password)), "she has nothing else");
/// erin.mobile = Mobile::new("+86-13800000000").ok();
/// assert!(
///     !old_password(&erin, FactorSet::EMPTY.with(Factor::Password)),
///     "whoever else knows it could change it"
/// );
/// ```
pub fn old_password(account: &Account, proved: FactorSet) -> bool {
    let alone = FactorSet::EMPTY.with(Factor::Password);
    // An identity does not count either, because somebody who had the password may have linked it.
    let proved = proved.without(FactorSet::EMPTY.with(Factor::Federated));
    account.password.is_some()
        && (!is_breached(account) || proved.union(alone) != alone || !has_more(account))
}

/// The factors that may prove the change of a password in a pending login: the present password, or a code to a channel.
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

/// May a code to this channel begin a login? If so, this returns its recipient.
///
/// ```
/// use authflow::{
///     contact::{Channel, Mobile},
///     flow::sign_in_code,
///     policy::Policy,
///     testkit::demo,
/// };
///
/// let mut nora = demo::account("nora");
/// nora.mobile = Mobile::new("+86-13800000001").ok();
/// assert!(sign_in_code(&demo::policy(), &nora, Channel::Sms).is_some());
/// assert!(
///     sign_in_code(&Policy::default(), &nora, Channel::Sms).is_none(),
///     "a password alone, unless configured"
/// );
/// ```
pub fn sign_in_code(policy: &Policy, account: &Account, channel: Channel) -> Option<Recipient> {
    account.recipient(channel).filter(|_| policy.first_factors.contains(Factor::of_channel(channel)))
}

/// Whether the account has nothing but a breached password. That password is then accepted.
pub(crate) fn has_but_a_breached_password(account: &Account) -> bool {
    is_breached(account) && !has_more(account)
}

/// Whether links to social identities end when the password is changed, because it must be changed for a reason that [ends
/// them](MustChange::ends_links).
pub(crate) fn change_ends_links(account: &Account) -> bool {
    let must_change = account.password.as_ref().and_then(|password| password.must_change);
    must_change.is_some_and(MustChange::ends_links)
}

/// The account's recipient, if the channel is not a second factor of the account.
fn of_first_rank(account: &Account, channel: Channel) -> Result<Recipient, NoRecovery> {
    if account.status != AccountStatus::Active {
        Err(NoRecovery::Inactive)
    } else if account.enrolled.contains(Factor::of_channel(channel)) {
        Err(NoRecovery::SecondFactor)
    } else {
        account.recipient(channel).ok_or(NoRecovery::NoContact)
    }
}

pub(super) fn proves_no_more_than_second_factors(account: &Account, proved: FactorSet) -> bool {
    let channels = FactorSet::CHANNELS.without(FactorSet::CHANNELS.without(account.enrolled));
    proved.without(channels).is_empty()
}

fn is_breached(account: &Account) -> bool {
    account.password.as_ref().is_some_and(|password| password.must_change == Some(MustChange::Breached))
}

/// Whether the account has anything to prove a change with, except its password.
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
