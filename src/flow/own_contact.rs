//! The rules for replacing the subject's own number or address.
//!
//! A contact is a way to its owner, and often a way in. Somebody who holds a session for a while must not become the owner of the account by moving a
//! contact. So a contact moves only in a session that is newer than the request, which takes another sign-in. A second factor moves only with its own
//! proof. Second factors alone move nothing.

use super::recovery::proves_no_more_than_second_factors;
use crate::{
    account::{Account, AccountStatus},
    contact::Channel,
    factor::{Factor, FactorSet},
    policy::Policy,
};

/// Why a contact is not replaced.
///
/// ```
/// use authflow::{
///     contact::Channel,
///     factor::{Factor, FactorSet},
///     flow::{NoNewContact, replace_contact},
///     testkit::demo,
/// };
///
/// /// What your page of settings shows instead of "change my number".
/// fn hint(refused: NoNewContact) -> &'static str {
///     match refused {
///         NoNewContact::NotOffered | NoNewContact::Inactive => "",
///         NoNewContact::Unproved(_) => "sign in with a code to the number that you have",
///         NoNewContact::SecondFactorsAlone => "sign in with your password",
///         NoNewContact::NotSignedInSince => "sign in again",
///     }
/// }
///
/// let accounts = demo::accounts();
/// let mona = accounts.iter().find(|account| account.id.as_str() == "id-mona").unwrap();
/// let by_password = FactorSet::EMPTY.with(Factor::Password);
/// let may = replace_contact(&demo::policy(), mona, by_password, Channel::Sms);
/// assert_eq!(may.map_err(hint), Err("sign in with a code to the number that you have"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoNewContact {
    /// The policy allows no contact of this channel to be replaced.
    NotOffered,
    /// The account is locked by an administrator, or disabled.
    Inactive,
    /// The session has proved only channels that are enrolled as second factors of the account.
    SecondFactorsAlone,
    /// The channel is enrolled as this second factor of the account, and the session has not proved it.
    Unproved(Factor),
    /// The session is the one that requested the code, or its subject signed in before that request.
    NotSignedInSince,
}

/// May somebody who has signed in with the factors of `session` replace the account's contact of this channel, or set a first one? This is a pure
/// function, like [`next`](super::next) and [`recovery`](super::recovery).
///
/// - **The policy says so** ([`Policy::replaces_contacts`]).
/// - **A second factor moves with its own proof.** If the channel is enrolled as a second factor of the account, the session must have proved that
///   very factor, in whatever application. So somebody who has only the password, and a session by it, cannot make a second factor theirs. Nobody can
///   set a contact for an enrolled factor whose contact is gone. A subject who has lost the old contact needs an administrator.
/// - **Second factors alone move nothing**, neither themselves nor another contact. A code to the new contact might reset the password
///   ([`recovery`](super::recovery)), and the reset password and the second factor would then be both factors.
///
/// The caller checks the time of the session's sign-in: it must be within the last ten minutes, and after the code was sent.
///
/// ```
/// use authflow::{
///     contact::Channel, factor::{Factor, FactorSet}, flow::{NoNewContact, replace_contact}, policy::Policy, testkit::demo,
/// };
///
/// let mut erin = demo::account("erin");
/// let by_password = FactorSet::EMPTY.with(Factor::Password);
/// let not_offered = Err(NoNewContact::NotOffered);
/// assert_eq!(replace_contact(&Policy::default(), &erin, by_password, Channel::Sms), not_offered);
///
/// let policy = Policy { replaces_contacts: [Channel::Sms].into_iter().collect(), ..Policy::default() };
/// assert_eq!(replace_contact(&policy, &erin, by_password, Channel::Sms), Ok(()));
/// erin.enrolled = FactorSet::EMPTY.with(Factor::Sms);
/// let unproved = Err(NoNewContact::Unproved(Factor::Sms));
/// assert_eq!(replace_contact(&policy, &erin, by_password, Channel::Sms), unproved);
/// assert_eq!(replace_contact(&policy, &erin, by_password.with(Factor::Sms), Channel::Sms), Ok(()));
/// ```
///
/// # Errors
/// The reason why they may not.
pub fn replace_contact(
    policy: &Policy,
    account: &Account,
    session: FactorSet,
    channel: Channel,
) -> Result<(), NoNewContact> {
    let factor = Factor::of_channel(channel);
    if !policy.replaces_contacts.contains(channel) {
        Err(NoNewContact::NotOffered)
    } else if account.status != AccountStatus::Active {
        Err(NoNewContact::Inactive)
    } else if proves_no_more_than_second_factors(account, session) {
        Err(NoNewContact::SecondFactorsAlone)
    } else if account.enrolled.contains(factor) && !session.contains(factor) {
        Err(NoNewContact::Unproved(factor))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::demo;
    use alloc::vec::Vec;

    fn policy() -> Policy {
        Policy { replaces_contacts: Channel::ALL.into_iter().collect(), ..Policy::default() }
    }

    fn sets() -> impl Iterator<Item = FactorSet> {
        (0..16_u8).map(|bits| {
            let chosen = Factor::ALL.into_iter().enumerate().filter(move |(at, _)| bits >> at & 1 == 1);
            chosen.map(|(_, factor)| factor).collect()
        })
    }

    /// Every session, of every account.
    #[test]
    fn no_second_factor_moves_without_itself_and_none_moves_anything_alone() {
        for (enrolled, session) in sets().flat_map(|enrolled| sets().map(move |session| (enrolled, session)))
        {
            let account = Account { enrolled, ..demo::account("erin") };
            for channel in Channel::ALL {
                let factor = Factor::of_channel(channel);
                let may = replace_contact(&policy(), &account, session, channel).is_ok();
                let moves_itself = !enrolled.contains(factor) || session.contains(factor);
                let others: Vec<_> = session
                    .iter()
                    .filter(|proved| !(enrolled.contains(*proved) && FactorSet::CHANNELS.contains(*proved)))
                    .collect();
                assert_eq!(may, moves_itself && !others.is_empty(), "{enrolled:?} {session:?} {channel:?}");
            }
        }
    }

    #[test]
    fn whoever_is_locked_replaces_nothing() {
        let account = Account { status: AccountStatus::Locked, ..demo::account("erin") };
        let session = FactorSet::EMPTY.with(Factor::Password);
        assert_eq!(
            replace_contact(&policy(), &account, session, Channel::Email),
            Err(NoNewContact::Inactive)
        );
    }
}
