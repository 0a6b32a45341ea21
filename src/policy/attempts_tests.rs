use super::*;
use alloc::{collections::BTreeMap, vec::Vec};
use proptest::prelude::*;

const NOW: Timestamp = Timestamp::from_unix(1_700_000_000);

fn policy(threshold: u32, ceiling: u32) -> AttemptPolicy {
    AttemptPolicy::new(threshold, Lifetime::of::<300>(), true, ceiling).unwrap()
}

fn fail(record: &mut AttemptRecord, policy: &AttemptPolicy, now: Timestamp) -> Attempt {
    let (counted, attempt) = record.reserve(policy, now);
    *record = counted;
    attempt
}

fn receipt(attempt: Attempt) -> Receipt {
    match attempt {
        Attempt::Reserved { receipt, .. } => receipt,
        Attempt::Locked { .. } => panic!("locked"),
    }
}

#[test]
fn bounds() {
    let lock = Lifetime::of::<300>();
    assert_eq!(AttemptPolicy::new(0, lock, true, 5), Err(AttemptError::Threshold));
    assert_eq!(AttemptPolicy::new(5, lock, true, 4), Err(AttemptError::Ceiling));
    assert_eq!(AttemptPolicy::new(5, lock, true, 101), Err(AttemptError::Ceiling));
    assert_eq!(AttemptPolicy::new(5, Lifetime::of::<86_401>(), true, 5), Err(AttemptError::Lock));
    assert!(AttemptPolicy::new(5, Lifetime::of::<86_400>(), true, 100).is_ok());
}

/// The whole ladder: five guesses, a lock, five again, a lock of twice the length, and the end at the ceiling.
#[test]
fn an_expired_lock_arms_the_limit_again_and_the_next_lock_is_twice_as_long() {
    let policy = policy(5, 12);
    let (mut record, mut now) = (AttemptRecord::default(), NOW);
    for expected_lock in [300, 600] {
        for left in (0..5).rev() {
            assert!(
                matches!(fail(&mut record, &policy, now), Attempt::Reserved { left: l, .. } if l == left)
            );
        }
        let until = now.plus_seconds(expected_lock);
        assert_eq!(fail(&mut record, &policy, now), Attempt::Locked { until: Some(until) });
        assert_eq!(
            fail(&mut record, &policy, until.minus_seconds(1)),
            Attempt::Locked { until: Some(until) }
        );
        now = until;
    }
    for _ in 10..12 {
        assert!(matches!(fail(&mut record, &policy, now), Attempt::Reserved { .. }));
    }
    assert_eq!(fail(&mut record, &policy, Timestamp::MAX), Attempt::Locked { until: None });
}

#[test]
fn locks_grow_to_a_day_and_no_further_and_stay_level_without_doubling() {
    let doubling = policy(1, 100);
    assert_eq!(doubling.lock_seconds(8), 76_800);
    assert_eq!(doubling.lock_seconds(9), LONGEST_LOCK);
    assert_eq!(doubling.lock_seconds(u32::MAX), LONGEST_LOCK);
    let level = AttemptPolicy::new(1, Lifetime::of::<300>(), false, 100).unwrap();
    assert_eq!(level.lock_seconds(9), 300);
}

#[test]
fn a_pass_forgets_what_came_before_and_not_what_came_after() {
    let policy = policy(5, 100);
    let mut record = AttemptRecord::default();
    fail(&mut record, &policy, NOW);
    let right = receipt(fail(&mut record, &policy, NOW));
    for _ in 0..3 {
        fail(&mut record, &policy, NOW);
    }
    assert!(matches!(fail(&mut record, &policy, NOW), Attempt::Locked { .. }));
    record = record.settle(&policy, Settlement::Passed(right));
    // Three guesses were reserved after the right one; two are left.
    assert!(matches!(fail(&mut record, &policy, NOW), Attempt::Reserved { left: 1, .. }));
    assert!(matches!(fail(&mut record, &policy, NOW), Attempt::Reserved { left: 0, .. }));
    assert!(matches!(fail(&mut record, &policy, NOW), Attempt::Locked { .. }));
    let again = record.settle(&policy, Settlement::Passed(right));
    assert_eq!(again, record, "settling twice changes nothing");
}

#[test]
fn a_void_attempt_is_given_back_with_the_lock_it_caused() {
    let policy = policy(2, 100);
    let mut record = AttemptRecord::default();
    fail(&mut record, &policy, NOW);
    let unjudged = receipt(fail(&mut record, &policy, NOW));
    assert!(matches!(fail(&mut record, &policy, NOW), Attempt::Locked { .. }));
    record = record.settle(&policy, Settlement::Void(unjudged));
    assert!(matches!(fail(&mut record, &policy, NOW), Attempt::Reserved { left: 0, .. }));
    let until = NOW.plus_seconds(300);
    assert_eq!(
        fail(&mut record, &policy, NOW),
        Attempt::Locked { until: Some(until) },
        "the first lock's length"
    );
}

#[test]
fn settling_again_changes_nothing() {
    let policy = policy(5, 100);
    let mut record = AttemptRecord::default();
    for _ in 0..4 {
        fail(&mut record, &policy, NOW);
    }
    let unjudged = receipt(fail(&mut record, &policy, NOW));
    let settled = record.settle(&policy, Settlement::Void(unjudged));
    assert_eq!(settled.settle(&policy, Settlement::Void(unjudged)), settled);
    let passed = settled.settle(&policy, Settlement::Passed(unjudged));
    assert_eq!(passed.settle(&policy, Settlement::Passed(unjudged)), passed);
    assert_eq!(passed.settle(&policy, Settlement::Void(unjudged)), passed);
}

/// Two applications of one tenant share the slot and not the policy.
#[test]
fn going_back_and_forth_between_two_thresholds_dodges_no_lock() {
    let (strict, lax) = (policy(3, 100), policy(5, 100));
    let mut record = AttemptRecord::default();
    for _ in 0..4 {
        assert!(matches!(fail(&mut record, &lax, NOW), Attempt::Reserved { .. }));
    }
    let until = Some(NOW.plus_seconds(300));
    assert_eq!(fail(&mut record, &strict, NOW), Attempt::Locked { until });
    assert_eq!(fail(&mut record, &lax, NOW), Attempt::Locked { until });
}

#[test]
fn a_void_attempt_of_an_earlier_window_does_not_open_the_present_lock() {
    let (strict, lax) = (policy(1, 100), policy(5, 100));
    let mut record = AttemptRecord::default();
    let early = receipt(fail(&mut record, &strict, NOW));
    let later = NOW.plus_seconds(300);
    fail(&mut record, &strict, later);
    record = record.settle(&lax, Settlement::Void(early));
    assert!(matches!(fail(&mut record, &lax, later), Attempt::Locked { .. }));
}

#[test]
fn a_receipt_from_nowhere_settles_nothing() {
    let policy = policy(2, 100);
    let mut record = AttemptRecord::default();
    fail(&mut record, &policy, NOW);
    assert_eq!(record.settle(&policy, Settlement::Passed(Receipt(7))), record);
    assert_eq!(record.settle(&policy, Settlement::Void(Receipt(0))), record);
}

#[test]
fn only_a_record_is_a_record() {
    let bytes = AttemptRecord::default().to_bytes();
    assert_eq!(AttemptRecord::from_bytes(&bytes), Ok(AttemptRecord::default()));
    let foreign = [2; AttemptRecord::BYTES];
    for other in [&[][..], &bytes[1..], &bytes[..60], &[bytes.as_slice(), &[0]].concat(), &foreign] {
        assert_eq!(AttemptRecord::from_bytes(other), Err(InvalidAttemptRecord));
    }
    for impossible in [
        AttemptRecord { passed: 1, ..AttemptRecord::default() },
        AttemptRecord { window_after: 1, ..AttemptRecord::default() },
        AttemptRecord { in_window: 1, ..AttemptRecord::default() },
    ] {
        assert_eq!(AttemptRecord::from_bytes(&impossible.to_bytes()), Err(InvalidAttemptRecord));
    }
    let mut late = bytes;
    late[37..45].copy_from_slice(&u64::MAX.to_be_bytes());
    assert_eq!(AttemptRecord::from_bytes(&late), Err(InvalidAttemptRecord));
}

#[derive(Clone, Debug)]
enum Act {
    /// Under one of two policies.
    Reserve(bool),
    /// One of all receipts given so far, settled before or not.
    Pass(prop::sample::Index, bool),
    Void(prop::sample::Index, bool),
    Wait(u64),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => any::<bool>().prop_map(Act::Reserve),
        1 => any::<(prop::sample::Index, bool)>().prop_map(|(at, lax)| Act::Pass(at, lax)),
        1 => any::<(prop::sample::Index, bool)>().prop_map(|(at, lax)| Act::Void(at, lax)),
        1 => (0..2_000_u64).prop_map(Act::Wait),
    ]
}

proptest! {
    /// Against the obvious bookkeeping, a list of open receipts: no sequence of events under two policies, with attempts
    /// settled late, twice or out of order, lets more than `ceiling` unsettled guesses through, nor more than the higher
    /// threshold within the shortest lock.
    #[test]
    fn no_sequence_of_events_buys_a_guess(
        acts in proptest::collection::vec(act(), 0..120),
        thresholds in [1..6_u32, 1..6_u32],
    ) {
        let policies = thresholds.map(|threshold| policy(threshold, 20));
        let highest = *thresholds.iter().max().unwrap() as usize;
        let (mut record, mut now) = (AttemptRecord::default(), NOW);
        let mut given = Vec::new();
        // Open receipts, each with the moment it was given.
        let mut open = BTreeMap::new();
        for act in acts {
            match act {
                Act::Wait(seconds) => now = now.plus_seconds(seconds),
                Act::Reserve(lax) => {
                    let (counted, attempt) = record.reserve(&policies[usize::from(lax)], now);
                    record = AttemptRecord::from_bytes(&counted.to_bytes()).unwrap();
                    if let Attempt::Reserved { receipt, .. } = attempt {
                        given.push(receipt);
                        open.insert(receipt.0, now);
                        let recent = open.values().filter(|at| now.seconds_since(**at) < 300).count();
                        prop_assert!(open.len() <= 20);
                        prop_assert!(recent <= highest, "{recent} guesses within the shortest lock");
                    }
                }
                Act::Pass(..) | Act::Void(..) if given.is_empty() => {}
                Act::Pass(at, lax) => {
                    let receipt = *at.get(&given);
                    record = record.settle(&policies[usize::from(lax)], Settlement::Passed(receipt));
                    open.retain(|other, _| *other > receipt.0);
                }
                Act::Void(at, lax) => {
                    let receipt = *at.get(&given);
                    record = record.settle(&policies[usize::from(lax)], Settlement::Void(receipt));
                    open.remove(&receipt.0);
                }
            }
            prop_assert_eq!(record.failures as usize, open.len());
        }
    }
}
