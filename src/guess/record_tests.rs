use super::*;
use crate::{Lifetime, guess::InvalidAttemptRecord};
use alloc::{collections::BTreeMap, vec::Vec};
use proptest::prelude::*;

const NOW: Timestamp = Timestamp::from_unix(1_700_000_000);

fn policy(threshold: u32, ceiling: u32) -> AttemptPolicy {
    AttemptPolicy::new(threshold, Lifetime::of::<300>(), true, ceiling).unwrap()
}

const ERIN: GuessTag = GuessTag(7);
const ERINS_NUMBER: GuessTag = GuessTag(8);

/// A guess of this name, which is in flight from then on.
fn guess(record: &mut AttemptRecord, policy: &AttemptPolicy, now: Timestamp, tag: GuessTag) -> Attempt {
    let count = Count { policy, now, skew: Skew::of_seconds(30), tag };
    let (counted, attempt) = record.clone().reserve(&count);
    assert!(counted.issued > record.issued, "every question costs the same write");
    *record = counted;
    attempt
}

/// A guess that is answered at once, and was wrong.
fn fail(record: &mut AttemptRecord, policy: &AttemptPolicy, now: Timestamp) -> Attempt {
    let attempt = guess(record, policy, now, ERIN);
    if let Attempt::Reserved { receipt, .. } | Attempt::Locked { receipt, .. } = attempt {
        *record = record.clone().settle(receipt, Settlement::Wrong);
    }
    attempt
}

/// The end of the lock that an attempt met.
fn locked(attempt: Attempt) -> Option<Timestamp> {
    match attempt {
        Attempt::Locked { until, .. } => until,
        other => panic!("{other:?}"),
    }
}

fn receipt(attempt: Attempt) -> Receipt {
    match attempt {
        Attempt::Reserved { receipt, .. } => receipt,
        Attempt::Contended | Attempt::Locked { .. } => panic!("{attempt:?}"),
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
        assert_eq!(locked(fail(&mut record, &policy, now)), Some(until));
        assert_eq!(locked(fail(&mut record, &policy, until.minus_seconds(1))), Some(until));
        now = until;
    }
    for _ in 10..12 {
        assert!(matches!(fail(&mut record, &policy, now), Attempt::Reserved { .. }));
    }
    assert_eq!(locked(fail(&mut record, &policy, Timestamp::MAX)), None);
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
    record = record.clear(UpTo::Receipt(right));
    // Three guesses were reserved after the right one; two are left.
    assert!(matches!(fail(&mut record, &policy, NOW), Attempt::Reserved { left: 1, .. }));
    assert!(matches!(fail(&mut record, &policy, NOW), Attempt::Reserved { left: 0, .. }));
    assert!(matches!(fail(&mut record, &policy, NOW), Attempt::Locked { .. }));
    let again = record.clone().clear(UpTo::Receipt(right));
    assert_eq!(again.guesses, record.guesses, "clearing twice changes nothing");
}

#[test]
fn a_void_attempt_is_given_back_with_the_lock_it_caused() {
    let policy = policy(2, 100);
    let mut record = AttemptRecord::default();
    fail(&mut record, &policy, NOW);
    let unjudged = receipt(fail(&mut record, &policy, NOW));
    assert!(matches!(fail(&mut record, &policy, NOW), Attempt::Locked { .. }));
    record = record.settle(unjudged, Settlement::GivenBack);
    assert!(matches!(fail(&mut record, &policy, NOW), Attempt::Reserved { left: 0, .. }));
    let until = NOW.plus_seconds(300);
    assert_eq!(locked(fail(&mut record, &policy, NOW)), Some(until), "the first lock's length");
}

#[test]
fn settling_again_changes_nothing() {
    let policy = policy(5, 100);
    let mut record = AttemptRecord::default();
    for _ in 0..4 {
        fail(&mut record, &policy, NOW);
    }
    let unjudged = receipt(fail(&mut record, &policy, NOW));
    let settled = record.settle(unjudged, Settlement::GivenBack);
    assert_eq!(settled.guesses.len(), 4);
    for again in [Settlement::GivenBack, Settlement::Wrong] {
        assert_eq!(settled.clone().settle(unjudged, again).guesses, settled.guesses);
    }
    let cleared = settled.clear(UpTo::Receipt(unjudged));
    assert!(cleared.guesses.is_empty());
    for again in [Settlement::GivenBack, Settlement::Wrong] {
        assert!(cleared.clone().settle(unjudged, again).guesses.is_empty(), "late news of what was cleared");
    }
}

/// When the guesses in flight are enough to lock a name, the next one must come again. By another name of the account, the answer reads as a
/// lock.
#[test]
fn a_name_is_contended_by_as_many_guesses_in_flight_as_lock_it() {
    let policy = policy(3, 100);
    let mut record = AttemptRecord::default();
    let receipts = [(); 3].map(|()| receipt(guess(&mut record, &policy, NOW, ERIN)));
    assert_eq!(guess(&mut record, &policy, NOW, ERIN), Attempt::Contended);
    let until = NOW.plus_seconds(300);
    assert_eq!(locked(guess(&mut record, &policy, NOW, ERINS_NUMBER)), Some(until));
    for wrong in receipts {
        record = record.settle(wrong, Settlement::Wrong);
    }
    assert_eq!(locked(guess(&mut record, &policy, NOW, ERIN)), Some(until), "all of them were wrong");
}

/// A burst at one name, answered only when all have been sent.
fn burst(mut record: AttemptRecord, policy: &AttemptPolicy, now: Timestamp, tag: GuessTag) -> Vec<bool> {
    let is_busy = |attempt| attempt == Attempt::Contended;
    (0..8).map(|_| is_busy(guess(&mut record, policy, now, tag))).collect()
}

/// A burst sees only itself. Otherwise it would reveal who has guessed before, and which two names belong to one account.
#[test]
fn what_contends_tells_nothing_of_wrong_guesses_and_of_other_names() {
    let policy = policy(5, 100);
    let nobody = burst(AttemptRecord::default(), &policy, NOW, ERIN);
    assert_eq!(nobody, [false, false, false, false, false, true, true, true]);
    let mut record = AttemptRecord::default();
    for wrong in 1..=12 {
        fail(&mut record, &policy, NOW);
        for now in [NOW, NOW.plus_seconds(299), NOW.plus_seconds(300)] {
            assert_eq!(burst(record.clone(), &policy, now, ERIN), nobody, "after {wrong}");
            assert_eq!(
                burst(record.clone(), &policy, now, ERINS_NUMBER),
                nobody,
                "by another name after {wrong}"
            );
        }
    }
    let mut record = AttemptRecord::default();
    for _ in 0..7 {
        guess(&mut record, &policy, NOW, ERINS_NUMBER);
    }
    assert_eq!(burst(record, &policy, NOW, ERIN), nobody, "while another name is guessed at");
}

/// Refused guesses are kept for as long as they are being answered, and count towards no lock.
#[test]
fn a_refused_guess_is_no_failure() {
    let policy = policy(1, 100);
    let mut record = AttemptRecord::default();
    let wrong = receipt(guess(&mut record, &policy, NOW, ERIN));
    record = record.settle(wrong, Settlement::Wrong);
    let refused = guess(&mut record, &policy, NOW, ERIN);
    assert!(matches!(refused, Attempt::Locked { .. }));
    assert_eq!(AttemptRecord::from_bytes(&record.to_bytes()), Ok(record.clone()));
    assert!(record.is_in_flight(NOW.plus_seconds(29)) && !record.is_in_flight(NOW.plus_seconds(30)));
    assert_eq!(guess(&mut record.clone(), &policy, NOW.plus_seconds(29), ERIN), Attempt::Contended);
    let until = NOW.plus_seconds(300);
    assert_eq!(locked(guess(&mut record.clone(), &policy, NOW.plus_seconds(30), ERIN)), Some(until));
    assert!(matches!(guess(&mut record, &policy, until, ERIN), Attempt::Reserved { .. }));
    assert_eq!((record.counted().len(), record.guesses.len()), (2, 2));
}

/// A record is bounded, however many spellings are tried at once.
#[test]
fn refused_guesses_are_bounded() {
    let policy = policy(1, 1);
    let mut record = AttemptRecord::default();
    fail(&mut record, &policy, NOW);
    for tag in 0..200 {
        assert_eq!(locked(guess(&mut record, &policy, NOW, GuessTag(1_000 + tag))), None);
    }
    assert_eq!((record.counted().len(), record.guesses.len()), (1, 101));
    assert_eq!(AttemptRecord::from_bytes(&record.to_bytes()), Ok(record));
}

/// A crashed host leaves such a guess.
#[test]
fn a_guess_is_in_flight_for_thirty_seconds_and_wrong_afterwards() {
    let policy = policy(1, 100);
    let mut record = AttemptRecord::default();
    let lost = receipt(guess(&mut record, &policy, NOW, ERIN));
    let until = NOW.plus_seconds(300);
    for (seconds, expected) in [
        (0, Attempt::Contended),
        (29, Attempt::Contended),
        (30, Attempt::Locked { receipt: Receipt(2), until: Some(until) }),
    ] {
        let now = NOW.plus_seconds(seconds);
        assert_eq!(record.is_in_flight(now), expected == Attempt::Contended, "{seconds}");
        assert_eq!(guess(&mut record.clone(), &policy, now, ERIN), expected, "{seconds}");
    }
    // A late answer still counts, as long as nothing was cleared.
    fail(&mut record, &policy, NOW.plus_seconds(30));
    record = record.settle(lost, Settlement::GivenBack);
    assert!(matches!(guess(&mut record, &policy, NOW.plus_seconds(30), ERIN), Attempt::Reserved { .. }));
}

/// Two clocks never agree: a time that lies further ahead than they may differ is taken, and stored, as now.
#[test]
fn a_time_far_ahead_locks_for_no_longer_than_one_of_now() {
    let policy = policy(1, 100);
    let until = |at: Timestamp| Some(at.plus_seconds(300));
    for (ahead, expected) in [(30, until(NOW.plus_seconds(30))), (31, until(NOW)), (u64::MAX, until(NOW))] {
        let mut record = AttemptRecord::default();
        fail(&mut record, &policy, NOW.plus_seconds(ahead));
        assert_eq!(locked(fail(&mut record, &policy, NOW)), expected, "{ahead}");
        assert_eq!(locked(fail(&mut record, &policy, NOW)), expected, "it is stored so: {ahead}");
    }
}

#[test]
fn a_new_secret_clears_everything_and_receipts_go_on() {
    let policy = policy(1, 1);
    let mut record = AttemptRecord::default();
    let early = receipt(fail(&mut record, &policy, NOW));
    assert_eq!(locked(fail(&mut record, &policy, Timestamp::MAX)), None);
    record = record.clear(UpTo::All);
    let late = receipt(guess(&mut record, &policy, NOW, ERIN));
    assert!(late.0 > early.0);
    assert_eq!(record.clone().settle(early, Settlement::GivenBack).guesses, record.guesses);
}

/// Two applications of one tenant share the slot and not the policy. Whichever lets a guess in, the guess fills the windows of both, and
/// neither shortens or ends a lock of the other.
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
    assert_eq!(locked(fail(&mut record, &strict, NOW)), Some(strict_until));
    let lax_until = NOW.plus_seconds(60);
    assert_eq!(locked(fail(&mut record, &lax, NOW)), Some(lax_until));
    // The lax policy lets the sixth guess in, and that guess fills the second window of the strict policy.
    assert!(matches!(fail(&mut record, &lax, lax_until), Attempt::Reserved { left: 4, .. }));
    let strict_until = lax_until.plus_seconds(7200);
    assert_eq!(locked(fail(&mut record, &strict, lax_until)), Some(strict_until));
    assert!(matches!(fail(&mut record, &strict, strict_until), Attempt::Reserved { left: 2, .. }));
}

#[test]
fn the_lower_ceiling_bounds_the_guesses_of_its_own_policy() {
    let (low, high) = (policy(1, 1), policy(2, 2));
    let mut record = AttemptRecord::default();
    fail(&mut record, &low, NOW);
    assert_eq!(locked(fail(&mut record, &low, Timestamp::MAX)), None);
    assert!(matches!(fail(&mut record, &high, NOW), Attempt::Reserved { left: 0, .. }));
    assert_eq!(locked(fail(&mut record, &high, Timestamp::MAX)), None);
}

/// The remaining locks are those of the remaining failures.
#[test]
fn a_void_attempt_of_an_earlier_window_leaves_the_lock_of_the_later_failure_the_length_of_a_first() {
    let policy = policy(1, 100);
    let mut record = AttemptRecord::default();
    let early = receipt(fail(&mut record, &policy, NOW));
    let later = NOW.plus_seconds(300);
    let late = receipt(fail(&mut record, &policy, later));
    let until = |seconds| Some(later.plus_seconds(seconds));
    assert_eq!(locked(fail(&mut record, &policy, later)), until(600));
    record = record.settle(early, Settlement::GivenBack);
    assert_eq!(locked(fail(&mut record, &policy, later)), until(300));
    record = record.settle(late, Settlement::GivenBack);
    fail(&mut record, &policy, later);
    assert_eq!(
        locked(fail(&mut record, &policy, later)),
        until(300),
        "without a failure there was no lock before"
    );
}

#[test]
fn a_clock_that_goes_back_ends_no_lock() {
    let policy = AttemptPolicy::new(1, Lifetime::of::<300>(), false, 100).unwrap();
    let until = |at: Timestamp| Some(at.plus_seconds(300));
    let mut record = AttemptRecord::default();
    fail(&mut record, &policy, NOW);
    assert_eq!(
        locked(fail(&mut record.clone(), &policy, NOW.minus_seconds(20))),
        until(NOW),
        "within what clocks differ by"
    );
    let earlier = NOW.minus_seconds(9000);
    assert_eq!(
        locked(fail(&mut record, &policy, earlier)),
        until(earlier),
        "the whole lock, by the clock that counts now"
    );
    let stricter = AttemptPolicy::new(2, Lifetime::of::<300>(), false, 100).unwrap();
    fail(&mut record, &stricter, earlier);
    assert_eq!(locked(fail(&mut record, &policy, earlier.plus_seconds(299))), until(earlier));
}

#[test]
fn a_receipt_from_nowhere_settles_nothing() {
    let policy = policy(2, 100);
    let mut record = AttemptRecord::default();
    fail(&mut record, &policy, NOW);
    assert_eq!(record.clone().clear(UpTo::Receipt(Receipt(7))).guesses, record.guesses);
    assert_eq!(record.clone().settle(Receipt::NONE, Settlement::GivenBack).guesses, record.guesses);
    assert_ne!(
        record.clone().settle(Receipt::NONE, Settlement::Wrong),
        record,
        "it costs a write all the same"
    );
}

/// A transcript records the number.
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
    guess(&mut record, &policy, NOW, ERIN);
    let bytes = record.to_bytes();
    assert_eq!(AttemptRecord::from_bytes(&bytes), Ok(record));
    let foreign = [&[1], &bytes[1..]].concat();
    for other in [&[][..], &bytes[1..], &bytes[..48], &bytes[..41], &[&bytes[..], &[0]].concat(), &foreign] {
        assert_eq!(AttemptRecord::from_bytes(other), Err(InvalidAttemptRecord));
    }
    let late = [&bytes[..41], &u64::MAX.to_be_bytes(), &[0; 8]].concat();
    assert_eq!(AttemptRecord::from_bytes(&late), Err(InvalidAttemptRecord));
    let of = |issued, receipts: &[u64]| AttemptRecord {
        issued,
        guesses: receipts
            .iter()
            .map(|receipt| Guess { receipt: *receipt, at: NOW, in_flight: None })
            .collect(),
    };
    for impossible in [of(0, &[1]), of(2, &[0]), of(2, &[2, 1]), of(2, &[1, 1]), of(1, &[1, 2])] {
        assert_eq!(AttemptRecord::from_bytes(&impossible.to_bytes()), Err(InvalidAttemptRecord));
    }
    let all: Vec<_> = (1..=101).collect();
    let refused = (102..=201).map(|receipt| Guess { receipt, at: NOW, in_flight: Some(ERIN.refused()) });
    let guesses = of(101, &all[..100]).guesses.into_iter().chain(refused).collect();
    let longest = AttemptRecord { issued: 201, guesses };
    assert_eq!(longest.to_bytes().len(), AttemptRecord::MAX_BYTES);
    assert_eq!(AttemptRecord::from_bytes(&longest.to_bytes()), Ok(longest));
    assert_eq!(AttemptRecord::from_bytes(&of(101, &all).to_bytes()), Err(InvalidAttemptRecord));
    let spent = of(u64::MAX, &[]);
    let count = Count { policy: &policy, now: NOW, skew: Skew::of_seconds(30), tag: ERIN };
    assert_eq!(
        spent.clone().reserve(&count),
        (spent, Attempt::Locked { receipt: Receipt::NONE, until: None })
    );
}

/// A row of the earlier version, which has failures alone, goes on counting.
#[test]
fn a_record_of_version_2_is_read_as_failures() {
    let numbers = [4, 2, NOW.as_unix(), 4, NOW.as_unix()];
    let bytes: Vec<u8> = [2].into_iter().chain(numbers.into_iter().flat_map(u64::to_be_bytes)).collect();
    let mut record = AttemptRecord::from_bytes(&bytes).unwrap();
    let attempt = guess(&mut record, &policy(5, 100), NOW, ERIN);
    assert_eq!(attempt, Attempt::Reserved { receipt: Receipt(5), left: 2 });
    assert_eq!(record.to_bytes()[0], 3);
    let all = [2]
        .into_iter()
        .chain([101_u64].into_iter().chain((1..=101).flat_map(|at| [at, 0])).flat_map(u64::to_be_bytes));
    assert_eq!(AttemptRecord::from_bytes(&all.collect::<Vec<u8>>()), Err(InvalidAttemptRecord));
}

#[derive(Clone, Debug)]
enum Act {
    /// Under one of two policies, by one of two names.
    Reserve(bool, bool),
    /// One of all receipts given so far, settled before or not.
    Pass(prop::sample::Index),
    Wrong(prop::sample::Index),
    GiveBack(prop::sample::Index),
    Wait(u64),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => any::<(bool, bool)>().prop_map(|(policy, name)| Act::Reserve(policy, name)),
        1 => any::<prop::sample::Index>().prop_map(Act::Pass),
        3 => any::<prop::sample::Index>().prop_map(Act::Wrong),
        1 => any::<prop::sample::Index>().prop_map(Act::GiveBack),
        3 => prop_oneof![0..40_u64, 0..2_000_u64].prop_map(Act::Wait),
    ]
}

fn any_policy() -> impl Strategy<Value = AttemptPolicy> {
    (1..6_u32, 1..1_000_u32, any::<bool>(), 0..20_u32).prop_map(|(threshold, lock, doubling, more)| {
        AttemptPolicy::new(threshold, Lifetime::from_seconds(lock).unwrap(), doubling, threshold + more)
            .unwrap()
    })
}

/// The guesses that one policy alone leaves before a lock, after failures at these times. It is `None` if the factor is locked. This walks
/// through the failures one by one.
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

/// A guess as the law knows it.
#[derive(Clone, Copy, Debug)]
struct Known {
    at: Timestamp,
    /// The name by which the guess was made, as long as it is unsettled.
    untold: Option<bool>,
}

impl Known {
    fn in_flight(&self, now: Timestamp) -> Option<bool> {
        self.untold.filter(|_| now.seconds_since(self.at) < 30)
    }
}

proptest! {
    /// The law: a guess is let in under a policy exactly if that policy alone would let one in after the same guesses. They are kept as the
    /// obvious list of open receipts, settled late, twice and out of order, and made under two policies that differ in everything. A guess
    /// is contended exactly if as many of the same name are in flight, let in or not, as the policy's threshold, whatever was wrong.
    #[test]
    fn each_policy_judges_as_if_it_were_alone(
        acts in proptest::collection::vec(act(), 0..150),
        policies in [any_policy(), any_policy()],
    ) {
        let highest = policies.iter().map(|policy| policy.threshold() as usize).max().unwrap();
        let shortest = policies.iter().map(|policy| u64::from(policy.lock().as_seconds())).min().unwrap();
        let (mut record, mut now) = (AttemptRecord::default(), NOW);
        let mut given = Vec::new();
        let mut open: BTreeMap<u64, Known> = BTreeMap::new();
        let mut refused: BTreeMap<u64, Known> = BTreeMap::new();
        for act in acts {
            match act {
                Act::Wait(seconds) => now = now.plus_seconds(seconds),
                Act::Reserve(which, name) => {
                    let policy = &policies[usize::from(which)];
                    let expected = alone(policy, open.values().map(|known| known.at), now);
                    let attempt = guess(&mut record, policy, now, if name { ERIN } else { ERINS_NUMBER });
                    refused.retain(|_, known| known.in_flight(now).is_some());
                    let of_name = open.values().chain(refused.values()).filter(|known| known.in_flight(now) == Some(name));
                    let is_contended = of_name.count() >= policy.threshold() as usize;
                    prop_assert_eq!(attempt == Attempt::Contended, is_contended);
                    match attempt {
                        Attempt::Reserved { receipt, left } => {
                            prop_assert_eq!(Some(left + 1), expected);
                            given.push(receipt);
                            open.insert(receipt.0, Known { at: now, untold: Some(name) });
                            let recent = open.values().filter(|known| now.seconds_since(known.at) < shortest).count();
                            prop_assert!(recent <= highest, "{recent} guesses within the shortest lock");
                        }
                        Attempt::Locked { receipt, until } => {
                            prop_assert_eq!(expected, None);
                            given.push(receipt);
                            refused.insert(receipt.0, Known { at: now, untold: Some(name) });
                            // The lock ends at the second that it names, and not one second earlier.
                            if let Some(until) = until {
                                let at = |now| alone(policy, open.values().map(|known| known.at), now);
                                prop_assert!(at(until.minus_seconds(1)).is_none() && at(until).is_some());
                            }
                        }
                        Attempt::Contended => {}
                    }
                    record = AttemptRecord::from_bytes(&record.to_bytes()).unwrap();
                }
                Act::Pass(_) | Act::Wrong(_) | Act::GiveBack(_) if given.is_empty() => {}
                Act::Pass(at) => {
                    let receipt = *at.get(&given);
                    record = record.clear(UpTo::Receipt(receipt));
                    open.retain(|other, _| *other > receipt.0);
                }
                Act::Wrong(at) => {
                    let receipt = *at.get(&given);
                    record = record.settle(receipt, Settlement::Wrong);
                    if let Some(known) = open.get_mut(&receipt.0) {
                        known.untold = None;
                    }
                    refused.remove(&receipt.0);
                }
                Act::GiveBack(at) => {
                    let receipt = *at.get(&given);
                    record = record.settle(receipt, Settlement::GivenBack);
                    open.remove(&receipt.0);
                    refused.remove(&receipt.0);
                }
            }
            prop_assert_eq!((record.counted().len(), record.guesses.len()), (open.len(), open.len() + refused.len()));
        }
    }
}
