use super::*;
use crate::password::MustChange;
use crate::{
    contact::{EmailAddress, Mobile},
    factor::{Totp, TotpAlgorithm},
    password::{Ageing, Password, PasswordForm, Verifier},
    sealing::SealedSecret,
};
use alloc::vec::Vec;

const DAY: u64 = 86_400;
const SET: Timestamp = Timestamp::from_unix(1_000_000);
/// The proofs of a change by somebody who has a mobile: the present password, and a code to the mobile.
const BY: FactorSet = FactorSet::EMPTY.with(Factor::Password).with(Factor::Sms);

fn policy(second_factor: SecondFactor) -> Policy {
    let first_factors = FactorSet::EMPTY.with(Factor::Password).with(Factor::Sms);
    Policy {
        ageing: Some(Ageing::new(90, 14, 3).unwrap()),
        first_factors,
        second_factor,
        ..Policy::default()
    }
}

fn account() -> Account {
    let verifier = Verifier::new("…");
    Account {
        password: Some(Password {
            verifier,
            changed_at: SET,
            must_change: None,
            skips_used: 0,
            form: PasswordForm::Canonical,
        }),
        mobile: Mobile::new("+8613800000000").ok(),
        totp: Totp::new(SealedSecret::of_nothing(), TotpAlgorithm::Sha1, 6, None).ok(),
        ..Account::bare("erin")
    }
}

fn proved(factors: &[Factor]) -> Progress {
    Progress { factors: factors.iter().copied().collect(), ..Progress::default() }
}

fn at(day: u64) -> Timestamp {
    SET.plus_seconds(day * DAY)
}

fn ask(account: &Account, progress: Progress, now: Timestamp) -> Next {
    next(&policy(SecondFactor::WhenEnrolled), account, progress, now)
}

#[test]
fn an_inactive_account_gets_nowhere_whatever_was_proved() {
    for status in [AccountStatus::Locked, AccountStatus::Disabled] {
        let account = Account { status, ..account() };
        assert_eq!(ask(&account, proved(&Factor::ALL), at(1)), Next::Deny(Denial::Inactive));
    }
}

#[test]
fn nothing_proved_is_nothing_issued() {
    assert_eq!(ask(&account(), Progress::default(), at(1)), Next::Deny(Denial::NoFirstFactor));
    let changed = Progress { password: PasswordStep::Changed, ..Progress::default() };
    assert_eq!(ask(&account(), changed, at(1)), Next::Deny(Denial::NoFirstFactor));
}

#[test]
fn a_second_factor_is_asked_for_before_the_passwords_age_is_told() {
    let account = Account { enrolled: FactorSet::EMPTY.with(Factor::Sms).with(Factor::Totp), ..account() };
    for day in [1, 80, 90] {
        for password in [PasswordStep::Open, PasswordStep::Skipped, PasswordStep::Changed] {
            let progress = Progress { password, ..proved(&[Factor::Password]) };
            assert_eq!(
                ask(&account, progress, at(day)),
                Next::Wait(Wait::FactorRequired { choices: account.enrolled }),
                "day {day}"
            );
        }
    }
    let both = proved(&[Factor::Password, Factor::Totp]);
    assert_eq!(
        ask(&account, both, at(90)),
        Next::Wait(Wait::PasswordExpired { reason: ChangeReason::Expired, by: BY })
    );
    assert_eq!(ask(&account, both, at(1)), Next::Issue);
}

#[test]
fn one_factor_never_counts_twice() {
    let account = Account { enrolled: FactorSet::EMPTY.with(Factor::Sms), ..account() };
    let twice = proved(&[Factor::Sms, Factor::Sms]);
    assert_eq!(ask(&account, twice, at(1)), Next::Deny(Denial::NoSecondFactor));
}

/// An enrolled factor without a number or a secret is still asked for, so it lets nobody in.
#[test]
fn a_factor_that_cannot_be_proved_is_no_choice_and_no_way_round() {
    let both = Account { enrolled: FactorSet::EMPTY.with(Factor::Sms).with(Factor::Email), ..account() };
    let by_password = proved(&[Factor::Password]);
    assert_eq!(
        ask(&both, by_password, at(1)),
        Next::Wait(Wait::FactorRequired { choices: FactorSet::EMPTY.with(Factor::Sms) })
    );
    for enrolled in [Factor::Email, Factor::Password] {
        let account = Account { enrolled: FactorSet::EMPTY.with(enrolled), ..account() };
        assert_eq!(ask(&account, by_password, at(1)), Next::Deny(Denial::NoSecondFactor));
    }
}

#[test]
fn the_second_factors_policy() {
    let none = account();
    let enrolled = Account { enrolled: FactorSet::EMPTY.with(Factor::Totp), ..account() };
    let ask = |second_factor, account: &Account| {
        next(&policy(second_factor), account, proved(&[Factor::Password]), at(1))
    };
    assert_eq!(ask(SecondFactor::Off, &enrolled), Next::Issue);
    assert_eq!(ask(SecondFactor::WhenEnrolled, &none), Next::Issue);
    assert_eq!(
        ask(SecondFactor::WhenEnrolled, &enrolled),
        Next::Wait(Wait::FactorRequired { choices: enrolled.enrolled })
    );
    assert_eq!(ask(SecondFactor::Always, &none), Next::Deny(Denial::NoSecondFactor));
    assert_eq!(
        ask(SecondFactor::Always, &enrolled),
        Next::Wait(Wait::FactorRequired { choices: enrolled.enrolled })
    );
}

#[test]
fn the_budget_of_skips_is_the_passwords() {
    for (skips_used, expected) in [
        (0, Next::Wait(Wait::PasswordExpiring { expires_in: 5 * DAY, skips_left: 3, by: BY })),
        (2, Next::Wait(Wait::PasswordExpiring { expires_in: 5 * DAY, skips_left: 1, by: BY })),
        (3, Next::Wait(Wait::PasswordExpired { reason: ChangeReason::SkipsSpent, by: BY })),
        (u32::MAX, Next::Wait(Wait::PasswordExpired { reason: ChangeReason::SkipsSpent, by: BY })),
    ] {
        let mut account = account();
        account.password.as_mut().unwrap().skips_used = skips_used;
        assert_eq!(ask(&account, proved(&[Factor::Password]), at(85)), expected);
    }
}

#[test]
fn a_skip_does_not_get_past_an_expired_or_must_change_password() {
    let skipped = Progress { password: PasswordStep::Skipped, ..proved(&[Factor::Password]) };
    assert_eq!(ask(&account(), skipped, at(85)), Next::Issue);
    assert_eq!(
        ask(&account(), skipped, at(90)),
        Next::Wait(Wait::PasswordExpired { reason: ChangeReason::Expired, by: BY })
    );
    for (must, reason) in [
        (MustChange::AdministratorReset, ChangeReason::AdministratorReset),
        (MustChange::Breached, ChangeReason::Breached),
        (MustChange::FirstLogin, ChangeReason::FirstLogin),
    ] {
        let mut account = account();
        account.password.as_mut().unwrap().must_change = Some(must);
        let by = if must == MustChange::Breached { FactorSet::EMPTY.with(Factor::Sms) } else { BY };
        for day in [1, 85, 90] {
            assert_eq!(ask(&account, skipped, at(day)), Next::Wait(Wait::PasswordExpired { reason, by }));
        }
        let off = Policy::default();
        assert_eq!(
            next(&off, &account, skipped, at(1)),
            Next::Wait(Wait::PasswordExpired { reason, by }),
            "without ageing too"
        );
    }
}

#[test]
fn without_ageing_no_password_grows_old() {
    assert_eq!(
        next(&Policy::default(), &account(), proved(&[Factor::Password]), Timestamp::MAX),
        Next::Issue
    );
}

#[test]
fn nobody_gets_in_by_second_factors_alone() {
    for factors in [&[Factor::Totp][..], &[Factor::Totp, Factor::Email]] {
        assert_eq!(ask(&account(), proved(factors), at(1)), Next::Deny(Denial::NoFirstFactor));
    }
    let by_code = next(&Policy::default(), &account(), proved(&[Factor::Sms]), at(1));
    assert_eq!(by_code, Next::Deny(Denial::NoFirstFactor), "a password alone, unless configured");
}

#[test]
fn a_password_that_was_not_used_must_still_be_changed_if_it_must() {
    let mut account = account();
    account.password.as_mut().unwrap().must_change = Some(MustChange::Breached);
    assert_eq!(
        ask(&account, proved(&[Factor::Sms]), at(1)),
        Next::Wait(Wait::PasswordExpired { reason: ChangeReason::Breached, by: BY })
    );
}

/// A subject who has proved the password may use any channel. A subject who has not may use no channel that is a second factor,
/// and none at all if only second factors have been proved.
#[test]
fn a_second_factors_channel_carries_a_change_only_of_a_password_that_was_proved() {
    let by = |enrolled: &[Factor], factors: &[Factor]| {
        let mut account = Account { enrolled: enrolled.iter().copied().collect(), ..account() };
        account.email = EmailAddress::new("erin@example.com").ok();
        account.password.as_mut().unwrap().must_change = Some(MustChange::AdministratorReset);
        match next(&policy(SecondFactor::Off), &account, proved(factors), at(1)) {
            Next::Wait(wait) => wait.change_by().iter().collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        }
    };
    use Factor::{Email, Password, Sms, Totp};
    assert_eq!(by(&[Sms], &[Password]), [Password, Sms, Email]);
    assert_eq!(by(&[], &[Sms]), [Password, Sms, Email]);
    assert_eq!(by(&[Email], &[Sms]), [Password, Sms]);
    assert_eq!(by(&[Sms], &[Sms]), [Password], "the only factor is a second one");
    assert_eq!(by(&[Sms, Email], &[Sms, Email]), [Password]);
    assert_eq!(by(&[Sms], &[Sms, Totp]), [Password, Email]);
}

/// A breached password is known to others, so it proves its own change only if there is nothing else to prove it with.
#[test]
fn a_breached_password_is_changed_by_something_else() {
    use Factor::{Password, Sms, Totp};
    let ask = |change: &dyn Fn(&mut Account), factors: &[Factor]| {
        let mut account = account();
        account.password.as_mut().unwrap().must_change = Some(MustChange::Breached);
        change(&mut account);
        next(&policy(SecondFactor::Off), &account, proved(factors), at(1))
    };
    let expired = |by: &[Factor]| {
        let by = by.iter().copied().collect();
        Next::Wait(Wait::PasswordExpired { reason: ChangeReason::Breached, by })
    };
    let alone = |account: &mut Account| account.mobile = None;
    let with_totp = |account: &mut Account| {
        account.mobile = None;
        account.enrolled = FactorSet::EMPTY.with(Totp);
    };
    assert_eq!(ask(&|_| (), &[Password]), expired(&[Sms]));
    assert_eq!(ask(&|_| (), &[Password, Sms]), expired(&[Password, Sms]), "another factor was proved");
    assert_eq!(ask(&alone, &[Password]), expired(&[Password]), "there is nothing else");
    let choices = FactorSet::EMPTY.with(Totp);
    assert_eq!(
        ask(&with_totp, &[Password]),
        Next::Wait(Wait::FactorRequired { choices }),
        "even where none is required"
    );
    assert_eq!(ask(&with_totp, &[Password, Totp]), expired(&[Password]));
}

#[test]
fn a_password_that_was_not_used_is_not_judged_by_its_age() {
    let account = Account { enrolled: FactorSet::EMPTY.with(Factor::Totp), ..account() };
    assert_eq!(ask(&account, proved(&[Factor::Sms, Factor::Totp]), at(90)), Next::Issue);
    let without = Account { password: None, ..account };
    let progress = proved(&[Factor::Password, Factor::Totp]);
    assert_eq!(ask(&without, progress, at(90)), Next::Issue);
}

/// The invariant of the whole crate in one line, over every combination: `Issue` means an active account, enough factors,
/// and no password left that must be changed.
#[test]
fn issue_means_that_nothing_is_missing() {
    let sets: Vec<_> = (0..16).map(|bits| FactorSet::from_bits(bits).unwrap()).collect();
    let mut issued = 0;
    for second_factor in [SecondFactor::Off, SecondFactor::WhenEnrolled, SecondFactor::Always] {
        for status in [AccountStatus::Active, AccountStatus::Locked, AccountStatus::Disabled] {
            for (enrolled, factors) in
                sets.iter().flat_map(|one| sets.iter().map(move |other| (*one, *other)))
            {
                for password in [PasswordStep::Open, PasswordStep::Skipped, PasswordStep::Changed] {
                    for day in [1, 85, 90] {
                        let account = Account { status, enrolled, ..account() };
                        let progress = Progress { factors, password };
                        if next(&policy(second_factor), &account, progress, at(day)) != Next::Issue {
                            continue;
                        }
                        issued += 1;
                        assert_eq!(status, AccountStatus::Active);
                        assert!(!factors.is_empty());
                        let demanded = match second_factor {
                            SecondFactor::Off => 1,
                            SecondFactor::WhenEnrolled => {
                                if enrolled.is_empty() {
                                    1
                                } else {
                                    2
                                }
                            }
                            SecondFactor::Always => 2,
                        };
                        assert!(factors.len() >= demanded);
                        let settled = password == PasswordStep::Changed
                            || !factors.contains(Factor::Password)
                            || day == 1
                            || (day == 85 && password == PasswordStep::Skipped);
                        assert!(settled);
                    }
                }
            }
        }
    }
    assert!(issued > 0);
}
