use super::*;
use crate::{
    Timestamp,
    contact::{EmailAddress, Mobile},
    factor::{Totp, TotpAlgorithm},
    password::{Password, PasswordForm, Verifier},
    policy::SecondFactor,
    sealing::SealedSecret,
};

/// An account with a mobile, an address, an authenticator and a password.
fn account(enrolled: &[Factor]) -> Account {
    let mut account = Account::bare("erin");
    let changed_at = Timestamp::from_unix(0);
    account.password = Some(Password {
        verifier: Verifier::new("…"),
        changed_at,
        must_change: None,
        skips_used: 0,
        form: PasswordForm::Canonical,
    });
    account.mobile = Mobile::new("+8613800000000").ok();
    account.email = EmailAddress::new("erin@example.com").ok();
    account.totp = Totp::new(SealedSecret::of_nothing(), TotpAlgorithm::Sha1, 6, None).ok();
    account.enrolled = enrolled.iter().copied().collect();
    account
}

fn by(channels: &[Channel], second_factor: SecondFactor) -> Policy {
    Policy { recovery: channels.iter().copied().collect(), second_factor, ..Policy::default() }
}

#[test]
fn a_channel_resets_where_the_policy_says_so_and_it_is_no_second_factor_of_anybodys() {
    for second_factor in [SecondFactor::Off, SecondFactor::WhenEnrolled, SecondFactor::Always] {
        let policy = by(&[Channel::Sms], second_factor);
        assert!(recovery(&policy, &account(&[Factor::Email, Factor::Totp]), Channel::Sms).is_ok());
        assert_eq!(recovery(&policy, &account(&[]), Channel::Email), Err(NoRecovery::NotOffered));
        assert_eq!(
            recovery(&policy, &account(&[Factor::Sms]), Channel::Sms),
            Err(NoRecovery::SecondFactor),
            "whatever the application demands"
        );
        let without = Account { mobile: None, ..account(&[]) };
        assert_eq!(recovery(&policy, &without, Channel::Sms), Err(NoRecovery::NoContact));
        for status in [AccountStatus::Locked, AccountStatus::Disabled] {
            let inactive = Account { status, ..account(&[]) };
            assert_eq!(recovery(&policy, &inactive, Channel::Sms), Err(NoRecovery::Inactive));
        }
    }
    for channel in Channel::ALL {
        assert_eq!(recovery(&Policy::default(), &account(&[]), channel), Err(NoRecovery::NotOffered));
    }
}

#[test]
fn a_way_back_is_any_channel_that_is_no_second_factor() {
    let policy = by(&Channel::ALL, SecondFactor::WhenEnrolled);
    assert!(has_way_back(&policy, &account(&[Factor::Sms])));
    assert!(!has_way_back(&policy, &account(&[Factor::Sms, Factor::Email])));
    assert!(!has_way_back(&by(&[Channel::Sms], SecondFactor::Off), &account(&[Factor::Sms])));
}

/// Neither the channel nor all that the session rests on may be second factors.
#[test]
fn a_session_sets_a_password_by_more_than_second_factors() {
    use Factor::{Email, Password, Sms, Totp};
    let set = |factors: &[Factor]| factors.iter().copied().collect::<FactorSet>();
    let own = |enrolled: &[Factor], session: &[Factor], channel| {
        own_password(&account(enrolled), set(session), channel).map(|_| ())
    };
    assert_eq!(own(&[], &[Password], Channel::Sms), Ok(()));
    assert_eq!(own(&[], &[Sms], Channel::Sms), Ok(()), "one phone, which is a first factor here");
    assert_eq!(own(&[Sms], &[Password, Sms], Channel::Sms), Err(NoRecovery::SecondFactor));
    assert_eq!(own(&[Sms], &[Password, Sms], Channel::Email), Ok(()));
    assert_eq!(own(&[Sms], &[Sms], Channel::Email), Err(NoRecovery::SecondFactorsAlone));
    assert_eq!(own(&[Sms, Email], &[Sms, Email], Channel::Email), Err(NoRecovery::SecondFactorsAlone));
    assert_eq!(own(&[Sms, Totp], &[Sms, Totp], Channel::Email), Ok(()), "an authenticator is no channel");
    assert_eq!(own(&[], &[], Channel::Sms), Err(NoRecovery::SecondFactorsAlone), "nothing proves nothing");

    let policy = Policy { session_sets_first_password: true, ..Policy::default() };
    let first = |account: &Account| first_password(&policy, account, set(&[Sms]));
    assert_eq!(first(&account(&[])), Ok(()));
    assert_eq!(first(&account(&[Sms])), Err(NoRecovery::SecondFactorsAlone));
    let disabled = Account { status: AccountStatus::Disabled, ..account(&[]) };
    assert_eq!(first(&disabled), Err(NoRecovery::Inactive));
    let default = first_password(&Policy::default(), &account(&[]), set(&[Password, Sms]));
    assert_eq!(default, Err(NoRecovery::NotOffered));
}

#[test]
fn a_breached_password_proves_its_own_change_only_where_there_is_nothing_else() {
    let breached = |change: &dyn Fn(&mut Account)| {
        let mut account = account(&[]);
        account.password.as_mut().unwrap().must_change = Some(MustChange::Breached);
        change(&mut account);
        account
    };
    let bare = |account: &mut Account| (account.mobile, account.email, account.totp) = (None, None, None);
    let alone = FactorSet::EMPTY.with(Factor::Password);
    assert!(old_password(&account(&[]), alone));
    assert!(!old_password(&breached(&|_| ()), alone));
    assert!(old_password(&breached(&|_| ()), alone.with(Factor::Email)));
    assert!(old_password(&breached(&bare), alone));
    assert!(
        has_but_a_breached_password(&breached(&bare)) && !has_but_a_breached_password(&breached(&|_| ()))
    );
    assert!(!old_password(&Account { password: None, ..account(&[]) }, alone));
    let with_totp = |account: &mut Account| {
        (account.mobile, account.email, account.enrolled) = (None, None, FactorSet::EMPTY.with(Factor::Totp));
    };
    assert!(!old_password(&breached(&with_totp), alone));
}
