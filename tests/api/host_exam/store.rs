//! The exam for stores, on accounts that it brings along.

use super::block_on;
use authflow::{
    account::Account,
    testkit::{Clock, MemoryHost, NeglectedDuty, StoreExam, demo},
};
use std::sync::Mutex;

type Store = Mutex<MemoryHost>;

/// The ways in which an account is made carelessly.
fn examined(careless: impl Fn(&mut Account)) -> [Result<(), NeglectedDuty>; 2] {
    let clock = Mutex::new(Clock::at(demo::START));
    let moments = || clock.lock().unwrap().moment();
    let exam = StoreExam::new(&moments);
    let make = async |store: &Store, mut account: Account| {
        careless(&mut account);
        store.lock().unwrap().create_account(account, &moments());
    };
    let store = || Mutex::new(MemoryHost::default());
    [block_on(exam.take(store(), make)), block_on(exam.take_administered(store(), make))]
}

#[test]
fn one_that_keeps_its_duties_passes() {
    assert_eq!(examined(|_| {}), [Ok(()), Ok(())]);
}

#[test]
fn one_that_loses_a_column_fails() {
    for careless in [
        |account: &mut Account| account.status = authflow::account::AccountStatus::Active,
        |account: &mut Account| account.totp = None,
        |account: &mut Account| account.enrolled = authflow::factor::FactorSet::EMPTY,
        |account: &mut Account| account.factors_changed_at = authflow::Timestamp::from_unix(0),
        |account: &mut Account| account.profile = authflow::account::Profile::default(),
        |account: &mut Account| {
            account.password.as_mut().unwrap().must_change = None;
        },
        |account: &mut Account| account.tenant = None,
    ] {
        for result in examined(careless) {
            let neglected = result.unwrap_err();
            let is_told = matches!(neglected, NeglectedDuty::ReadAccount { .. } | NeglectedDuty::FindAccount);
            assert!(is_told, "{neglected}");
        }
    }
}

#[test]
fn one_that_draws_no_revision_fails() {
    let clock = Mutex::new(Clock::at(demo::START));
    let exam = StoreExam::new(|| clock.lock().unwrap().moment());
    let make = async |store: &Store, account: Account| store.lock().unwrap().accounts.push(account);
    let store = Mutex::new(MemoryHost::default());
    assert_eq!(block_on(exam.take(store, make)), Err(NeglectedDuty::DrawRevision));
}

#[test]
fn it_is_taken_again_where_what_it_has_left_can_be_deleted() {
    let clock = Mutex::new(Clock::at(demo::START));
    let moments = || clock.lock().unwrap().moment();
    let make = async |store: &Store, account: Account| {
        let moment = moments();
        let mut store = store.lock().unwrap();
        let is_it = |other: &Account| (other.tenant, other.id) == (account.tenant, account.id);
        assert!(!store.accounts.iter().any(is_it), "it is made once");
        store.create_account(account, &moment);
    };
    // The store is as an earlier, interrupted exam left it.
    let mut left = MemoryHost::default();
    left.accounts.push(Account { id: "id-Exam.Full".parse().unwrap(), ..demo::account("somebody") });
    let exam = StoreExam::new(&moments);
    assert_eq!(block_on(exam.take_administered(Mutex::new(left), make)), Ok(()));
}
