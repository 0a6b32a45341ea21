use super::*;
use crate::Lifetime;
use alloc::{collections::BTreeMap, vec::Vec};
use proptest::prelude::*;

const NOW: Timestamp = Timestamp::from_unix(1_700_000_000);

fn policy(threshold: u32, ceiling: u32) -> AttemptPolicy {
    AttemptPolicy::new(threshold, Lifetime::of::<300>(), true, ceiling).unwrap()
}

fn fail(record: &mut AttemptRecord, policy: &AttemptPolicy, now: Timestamp) -> Attempt {
    let (counted, attempt) = record.clone().reserve(policy, now);
    *record = counted;
    attempt
}

fn receipt(attempt: Attempt) -> Receipt {
    match attempt {
        Attempt::Reserved { receipt, .. } => receipt,
        Attempt::Locked { .. } => panic!("locked"),
    }
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
fn a_pass_forgets_what_came_before_and_not_what_came_after() {
    let policy = policy(5, 100);
    let mut record = AttemptRecord::default();
    fail(&mut record, &policy, NOW);
    let right = receipt(fail(&mut record, &policy, NOW));
    for _ in 0..3 {
        fail(&mut record, &policy, NOW);
    }
    assert!(matches!(fail(&mut record, &policy, NOW), Attempt::Locked { .. }));
    record = record.settle(Settlement::Passed(right));
    // Three guesses were reserved after the right one; two are left.
    assert!(matches!(fail(&mut record, &policy, NOW), Attempt::Reserved { left: 1, .. }));
    assert!(matches!(fail(&mut record, &policy, NOW), Attempt::Reserved { left: 0, .. }));
    assert!(matches!(fail(&mut record, &policy, NOW), Attempt::Locked { .. }));
    let again = record.clone().settle(Settlement::Passed(right));
    assert_eq!(again, record, "settling twice changes nothing");
}

#[test]
fn a_void_attempt_is_given_back_with_the_lock_it_caused() {
    let policy = policy(2, 100);
    let mut record = AttemptRecord::default();
    fail(&mut record, &policy, NOW);
    let unjudged = receipt(fail(&mut record, &policy, NOW));
    assert!(matches!(fail(&mut record, &policy, NOW), Attempt::Locked { .. }));
    record = record.settle(Settlement::Void(unjudged));
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
    let settled = record.clone().settle(Settlement::Void(unjudged));
    assert_eq!(settled.clone().settle(Settlement::Void(unjudged)), settled);
    let passed = settled.clone().settle(Settlement::Passed(unjudged));
    assert_eq!(passed.clone().settle(Settlement::Passed(unjudged)), passed);
    assert_eq!(passed.clone().settle(Settlement::Void(unjudged)), passed);
}

/// Two applications of one tenant share the slot and not the policy: whichever lets a guess in, it fills the windows of
/// both, and neither shortens or ends a lock of the other.
#[test]
fn going_back_and_forth_between_two_policies_dodges_no_lock() {
    let strict = AttemptPolicy::new(3, Lifetime::of::<3600>(), true, 100).unwrap();
    let lax = AttemptPolicy::new(5, Lifetime::of::<60>(), false, 100).unwrap();
    let mut record = AttemptRecord::default();
    for left in (0..5).rev() {
        let attempt = fail(&mut record, &lax, NOW);
        assert!(matches!(attempt, Attempt::Reserved { left: l, .. } if l == left));
    }
    let strict_until = NOW.plus_seconds(3600);
    assert_eq!(fail(&mut record, &strict, NOW), Attempt::Locked { until: Some(strict_until) });
    let lax_until = NOW.plus_seconds(60);
    assert_eq!(fail(&mut record, &lax, NOW), Attempt::Locked { until: Some(lax_until) });
    // The sixth is let in by the lax one, and fills the second window of the strict one.
    assert!(matches!(fail(&mut record, &lax, lax_until), Attempt::Reserved { left: 4, .. }));
    let strict_until = lax_until.plus_seconds(7200);
    assert_eq!(fail(&mut record, &strict, lax_until), Attempt::Locked { until: Some(strict_until) });
    assert!(matches!(fail(&mut record, &strict, strict_until), Attempt::Reserved { left: 2, .. }));
}

#[test]
fn the_lower_ceiling_bounds_the_guesses_of_its_own_policy() {
    let (low, high) = (policy(1, 1), policy(2, 2));
    let mut record = AttemptRecord::default();
    fail(&mut record, &low, NOW);
    assert_eq!(fail(&mut record, &low, Timestamp::MAX), Attempt::Locked { until: None });
    assert!(matches!(fail(&mut record, &high, NOW), Attempt::Reserved { left: 0, .. }));
    assert_eq!(fail(&mut record, &high, Timestamp::MAX), Attempt::Locked { until: None });
}

/// The locks that are left are those of the failures that are left.
#[test]
fn a_void_attempt_of_an_earlier_window_leaves_the_lock_of_the_later_failure_the_length_of_a_first() {
    let policy = policy(1, 100);
    let mut record = AttemptRecord::default();
    let early = receipt(fail(&mut record, &policy, NOW));
    let later = NOW.plus_seconds(300);
    let late = receipt(fail(&mut record, &policy, later));
    let until = |seconds| Attempt::Locked { until: Some(later.plus_seconds(seconds)) };
    assert_eq!(fail(&mut record, &policy, later), until(600));
    record = record.settle(Settlement::Void(early));
    assert_eq!(fail(&mut record, &policy, later), until(300));
    record = record.settle(Settlement::Void(late));
    fail(&mut record, &policy, later);
    assert_eq!(fail(&mut record, &policy, later), until(300), "without a failure there was no lock before");
}

#[test]
fn a_clock_that_goes_back_ends_no_lock() {
    let policy = AttemptPolicy::new(1, Lifetime::of::<300>(), false, 100).unwrap();
    let mut record = AttemptRecord::default();
    fail(&mut record, &policy, NOW);
    let until = NOW.plus_seconds(300);
    assert_eq!(fail(&mut record, &policy, NOW.minus_seconds(9000)), Attempt::Locked { until: Some(until) });
    let stricter = AttemptPolicy::new(2, Lifetime::of::<300>(), false, 100).unwrap();
    fail(&mut record, &stricter, NOW.minus_seconds(9000));
    assert_eq!(fail(&mut record, &policy, NOW), Attempt::Locked { until: Some(until) });
}

#[test]
fn a_receipt_from_nowhere_settles_nothing() {
    let policy = policy(2, 100);
    let mut record = AttemptRecord::default();
    fail(&mut record, &policy, NOW);
    assert_eq!(record.clone().settle(Settlement::Passed(Receipt(7))), record);
    assert_eq!(record.clone().settle(Settlement::Void(Receipt(0))), record);
}

/// As a transcript writes it down.
#[cfg(feature = "testkit")]
#[test]
fn a_receipt_is_read_back_from_its_number() {
    let (policy, mut record) = (policy(5, 100), AttemptRecord::default());
    for _ in 0..3 {
        let given = receipt(fail(&mut record, &policy, NOW));
        assert_eq!(Receipt::numbered(given.number()), given);
    }
}

#[test]
fn only_a_record_is_a_record() {
    let policy = policy(5, 100);
    let mut record = AttemptRecord::default();
    assert_eq!(AttemptRecord::from_bytes(&record.to_bytes()), Ok(record.clone()));
    fail(&mut record, &policy, NOW);
    fail(&mut record, &policy, NOW);
    let bytes = record.to_bytes();
    assert_eq!(AttemptRecord::from_bytes(&bytes), Ok(record));
    let foreign = [&[1], &bytes[1..]].concat();
    for other in [&[][..], &bytes[1..], &bytes[..40], &bytes[..33], &[&bytes[..], &[0]].concat(), &foreign] {
        assert_eq!(AttemptRecord::from_bytes(other), Err(InvalidAttemptRecord));
    }
    let late = [&bytes[..33], &u64::MAX.to_be_bytes()].concat();
    assert_eq!(AttemptRecord::from_bytes(&late), Err(InvalidAttemptRecord));
    let of = |issued, receipts: &[u64]| AttemptRecord {
        issued,
        failures: receipts.iter().map(|receipt| Failure { receipt: *receipt, at: NOW }).collect(),
    };
    for impossible in [of(0, &[1]), of(2, &[0]), of(2, &[2, 1]), of(2, &[1, 1]), of(1, &[1, 2])] {
        assert_eq!(AttemptRecord::from_bytes(&impossible.to_bytes()), Err(InvalidAttemptRecord));
    }
    let all: Vec<_> = (1..=101).collect();
    let longest = of(101, &all[..100]);
    assert_eq!(longest.to_bytes().len(), AttemptRecord::MAX_BYTES);
    assert_eq!(AttemptRecord::from_bytes(&longest.to_bytes()), Ok(longest));
    assert_eq!(AttemptRecord::from_bytes(&of(101, &all).to_bytes()), Err(InvalidAttemptRecord));
    let spent = of(u64::MAX, &[]);
    assert_eq!(spent.clone().reserve(&policy, NOW), (spent, Attempt::Locked { until: None }));
}

#[derive(Clone, Debug)]
enum Act {
    /// Under one of two policies.
    Reserve(bool),
    /// One of all receipts given so far, settled before or not.
    Pass(prop::sample::Index),
    Void(prop::sample::Index),
    Wait(u64),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => any::<bool>().prop_map(Act::Reserve),
        1 => any::<prop::sample::Index>().prop_map(Act::Pass),
        1 => any::<prop::sample::Index>().prop_map(Act::Void),
        3 => (0..2_000_u64).prop_map(Act::Wait),
    ]
}

fn any_policy() -> impl Strategy<Value = AttemptPolicy> {
    (1..6_u32, 1..1_000_u32, any::<bool>(), 0..20_u32).prop_map(|(threshold, lock, doubling, more)| {
        AttemptPolicy::new(threshold, Lifetime::from_seconds(lock).unwrap(), doubling, threshold + more)
            .unwrap()
    })
}

/// What a policy alone says of failures at these times, walking up its ladder one by one: how many guesses there are
/// before a lock, or that there are none.
fn alone(policy: &AttemptPolicy, failures: impl Iterator<Item = Timestamp>, now: Timestamp) -> Option<u32> {
    let (mut left, mut all_left) = (policy.threshold(), policy.ceiling());
    let (mut lock, mut locked) = (u64::from(policy.lock().as_seconds()), false);
    for at in failures {
        left -= 1;
        all_left = all_left.saturating_sub(1);
        if left == 0 {
            left = policy.threshold();
            locked |= now.as_unix() < at.as_unix() + lock;
            lock = if policy.doubling() { 86_400.min(lock * 2) } else { lock };
        }
    }
    (!locked && all_left > 0).then_some(left.min(all_left))
}

proptest! {
    /// The law: a guess is let in under a policy exactly where that policy alone would let one in after the same
    /// failures. Failures are kept as the obvious list of open receipts, settled late, twice and out of order, and made
    /// under two policies that differ in everything.
    #[test]
    fn each_policy_judges_as_if_it_were_alone(
        acts in proptest::collection::vec(act(), 0..150),
        policies in [any_policy(), any_policy()],
    ) {
        let highest = policies.iter().map(|policy| policy.threshold() as usize).max().unwrap();
        let shortest = policies.iter().map(|policy| u64::from(policy.lock().as_seconds())).min().unwrap();
        let (mut record, mut now) = (AttemptRecord::default(), NOW);
        let mut given = Vec::new();
        // Open receipts, each with the moment it was given.
        let mut open = BTreeMap::new();
        for act in acts {
            match act {
                Act::Wait(seconds) => now = now.plus_seconds(seconds),
                Act::Reserve(which) => {
                    let policy = &policies[usize::from(which)];
                    let expected = alone(policy, open.values().copied(), now);
                    let (counted, attempt) = record.clone().reserve(policy, now);
                    match attempt {
                        Attempt::Reserved { receipt, left } => {
                            prop_assert_eq!(Some(left + 1), expected);
                            given.push(receipt);
                            open.insert(receipt.0, now);
                            let recent = open.values().filter(|at| now.seconds_since(**at) < shortest).count();
                            prop_assert!(recent <= highest, "{recent} guesses within the shortest lock");
                        }
                        Attempt::Locked { until } => {
                            prop_assert_eq!(expected, None);
                            prop_assert_eq!(&counted, &record);
                            // It is over at the second that it says, and not one earlier.
                            if let Some(until) = until {
                                let at = |now| alone(policy, open.values().copied(), now);
                                prop_assert!(at(until.minus_seconds(1)).is_none() && at(until).is_some());
                            }
                        }
                    }
                    record = AttemptRecord::from_bytes(&counted.to_bytes()).unwrap();
                }
                Act::Pass(_) | Act::Void(_) if given.is_empty() => {}
                Act::Pass(at) => {
                    let receipt = *at.get(&given);
                    record = record.settle(Settlement::Passed(receipt));
                    open.retain(|other, _| *other > receipt.0);
                }
                Act::Void(at) => {
                    let receipt = *at.get(&given);
                    record = record.settle(Settlement::Void(receipt));
                    open.remove(&receipt.0);
                }
            }
            prop_assert_eq!(record.failures.len(), open.len());
        }
    }
}
