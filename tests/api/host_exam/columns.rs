//! The columns of an account, and an account that is read without one of them.

use authflow::{
    AccountId, Timestamp,
    account::{Account, AccountStatus, Profile, Revision},
    factor::{FactorSet, Totp, TotpAlgorithm},
    password::{Password, PasswordForm, Verifier},
    testkit::demo,
};

/// The columns that eve and dora have between them, by the names that the exam has for them.
pub(super) const COLUMNS: [&str; 20] = [
    "id",
    "tenant",
    "revision",
    "status",
    "user_name",
    "mobile",
    "email",
    "enrolled",
    "factors_changed_at",
    "profile",
    "password.verifier",
    "password.changed_at",
    "password.must_change",
    "password.skips_used",
    "password.form",
    "totp.secret",
    "totp.algorithm",
    "totp.digits",
    "totp.step_seconds",
    "totp.last_used_step",
];

/// The account as it is read by a host that assumes a value for this column without a look.
pub(super) fn without(column: &str, account: Account) -> Account {
    let nothing = Timestamp::from_unix(0);
    let password = |change: fn(&mut Password)| {
        account.password.clone().map(|mut it| {
            change(&mut it);
            it
        })
    };
    let totp = |algorithm: Option<_>, digits: Option<_>, step: fn(&Totp) -> Option<u64>| {
        account.totp.as_ref().map(|totp| {
            let algorithm = algorithm.unwrap_or(totp.algorithm());
            let digits = digits.unwrap_or(totp.digits());
            Totp::new(totp.secret().clone(), algorithm, digits, step(totp)).unwrap()
        })
    };
    match column {
        "id" => Account { id: AccountId::new("1").unwrap(), ..account },
        "tenant" => Account { tenant: None, ..account },
        "revision" => Account { revision: Revision::new(1).unwrap(), ..account },
        "status" => Account { status: AccountStatus::Active, ..account },
        "user_name" => Account { user_name: None, ..account },
        "mobile" => Account { mobile: None, ..account },
        "email" => Account { email: None, ..account },
        "enrolled" => Account { enrolled: FactorSet::EMPTY, ..account },
        "factors_changed_at" => Account { factors_changed_at: nothing, ..account },
        "profile" => Account { profile: Profile::default(), ..account },
        "password.verifier" => {
            Account { password: password(|it| it.verifier = Verifier::new("")), ..account }
        }
        "password.form" => Account { password: password(|it| it.form = PasswordForm::AsTyped), ..account },
        "totp.step_seconds" => {
            Account { totp: account.totp.clone().map(Totp::with_steps_of_a_minute), ..account }
        }
        "password.changed_at" => {
            Account { password: password(|it| it.changed_at = Timestamp::from_unix(0)), ..account }
        }
        "password.must_change" => Account { password: password(|it| it.must_change = None), ..account },
        "password.skips_used" => Account { password: password(|it| it.skips_used = 0), ..account },
        "totp.secret" => Account { totp: None, ..account },
        "totp.algorithm" => {
            Account { totp: totp(Some(TotpAlgorithm::Sha256), None, Totp::last_used_step), ..account }
        }
        "totp.digits" => Account { totp: totp(None, Some(8), Totp::last_used_step), ..account },
        "totp.last_used_step" => Account { totp: totp(None, None, |_| None), ..account },
        other => panic!("{other} is no column"),
    }
}

pub(super) fn with_another(secret: &str, account: Account) -> Account {
    match secret {
        "password.verifier" => without(secret, account),
        _ => Account {
            totp: account.totp.clone().map(|totp| {
                let earlier = demo::totp_under(&demo::earlier_sealing_keys(), &account);
                totp.with_secret(earlier.secret().clone())
            }),
            ..account
        },
    }
}
