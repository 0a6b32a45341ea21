use super::*;
use crate::{Lifetime, code::SendPolicyError};
use alloc::vec::Vec;
use proptest::prelude::*;

const NOW: Timestamp = Timestamp::from_unix(1_700_000_000);

fn policy(resend_after: u32, daily: u32) -> SendPolicy {
    SendPolicy::new(Lifetime::from_seconds(resend_after).unwrap(), daily).unwrap()
}

fn too_soon(wait: u32) -> Result<SendRecord, SendRefusal> {
    Err(SendRefusal::TooSoon { wait: Lifetime::from_seconds(wait).unwrap() })
}

fn budget_spent(wait: u64) -> Result<SendRecord, SendRefusal> {
    Err(SendRefusal::BudgetSpent { wait: Lifetime::from_seconds(wait as u32).unwrap() })
}

#[test]
fn bounds() {
    let read = |text| serde_json::from_str::<SendPolicy>(text);
    assert_eq!(read("{}").unwrap(), SendPolicy::default());
    assert_eq!(read("{}").unwrap(), policy(60, 10));
    assert_eq!(SendPolicy::new(Lifetime::of::<3601>(), 10), Err(SendPolicyError::ResendAfter(3601)));
    assert_eq!(SendPolicy::new(Lifetime::of::<3600>(), 0), Err(SendPolicyError::Daily(0)));
    assert_eq!(SendPolicy::new(Lifetime::of::<3600>(), 101), Err(SendPolicyError::Daily(101)));
    let in_all = |number| policy(60, 10).with_daily_in_all(number);
    assert_eq!(in_all(9), Err(SendPolicyError::InAllBelowDaily { in_all: 9, daily: 10 }));
    assert_eq!(in_all(10_000_001), Err(SendPolicyError::InAll(10_000_001)));
    assert!(in_all(10).is_ok() && in_all(10_000_000).is_ok());
    assert!(read(r#"{"daily_in_all":9}"#).is_err());
    assert!(SendPolicy::new(Lifetime::of::<3600>(), 100).is_ok());
    assert!(read(r#"{"resend_after":3600,"daily":1}"#).is_ok());
    assert!(read(r#"{"daily":0}"#).is_err());
    assert!(read(r#"{"dayly":1}"#).is_err(), "a misspelt name is no default");
}

#[test]
fn what_is_configured_is_what_is_read_back() {
    let policy = policy(90, 7);
    assert_eq!((policy.resend_after(), policy.daily()), (Lifetime::of::<90>(), 7));
    let written = serde_json::to_value(policy).unwrap();
    assert_eq!(written, serde_json::json!({ "resend_after": 90, "daily": 7 }));
    assert_eq!(serde_json::from_value::<SendPolicy>(written).unwrap(), policy);
    let policy = policy.with_daily_in_all(500).unwrap();
    let written = serde_json::to_value(policy).unwrap();
    assert_eq!(written, serde_json::json!({ "resend_after": 90, "daily": 7, "daily_in_all": 500 }));
    assert_eq!(serde_json::from_value::<SendPolicy>(written).unwrap().daily_in_all(), Some(500));
}

#[test]
fn every_boundary_to_the_second() {
    let policy = policy(60, 2);
    let at = |seconds| NOW.plus_seconds(seconds);
    let one = SendRecord::default().spend(&policy, NOW).unwrap();
    assert_eq!(one.spend(&policy, at(59)), too_soon(1));
    let two = one.spend(&policy, at(60)).unwrap();
    assert_eq!(two.spend(&policy, at(61)), budget_spent(DAY - 61));
    assert_eq!(two.spend(&policy, at(DAY - 1)), budget_spent(1));
    let three = two.spend(&policy, at(DAY)).unwrap();
    assert_eq!(three, SendRecord { first: at(DAY), latest: at(DAY), sent: 1 }, "the next day begins");
}

#[test]
fn a_new_day_does_not_shorten_the_wait() {
    let policy = policy(60, 2);
    let at = |seconds| NOW.plus_seconds(seconds);
    let one = SendRecord::default().spend(&policy, NOW).unwrap();
    let two = one.spend(&policy, at(DAY - 1)).unwrap();
    assert_eq!(two.spend(&policy, at(DAY - 1)), budget_spent(60), "no sooner than the wait is over");
    assert_eq!(two.spend(&policy, at(DAY + 58)), too_soon(1));
    assert!(two.spend(&policy, at(DAY + 59)).is_ok());
}

#[test]
fn a_clock_that_goes_back_refills_nothing() {
    let policy = policy(60, 2);
    let one = SendRecord::default().spend(&policy, NOW).unwrap();
    for back in [1, DAY] {
        assert_eq!(one.spend(&policy, NOW.minus_seconds(back)), too_soon(60 + back as u32));
    }
    let two = one.spend(&policy, NOW.plus_seconds(60)).unwrap();
    assert_eq!(two.spend(&policy, NOW.minus_seconds(DAY - 60)), budget_spent(2 * DAY - 60));
}

/// Nobody is refused for years because of a clock that was wrong once.
#[test]
fn a_record_that_lies_more_than_a_day_ahead_is_none() {
    let policy = policy(60, 1);
    let ahead = |seconds| SendRecord::default().spend(&policy, NOW.plus_seconds(seconds)).unwrap();
    assert_eq!(ahead(DAY).spend(&policy, NOW), budget_spent(2 * DAY));
    for seconds in [DAY + 1, 3_650 * DAY] {
        let sent = ahead(seconds).spend(&policy, NOW).unwrap();
        assert_eq!(sent, SendRecord { first: NOW, latest: NOW, sent: 1 }, "and is stored as now");
        assert_eq!(sent.spend(&policy, NOW), budget_spent(DAY));
    }
    let last = SendRecord::default().spend(&policy, Timestamp::MAX).unwrap();
    assert!(last.spend(&policy, NOW).is_ok());
}

#[test]
fn the_ends_of_time_are_no_exception() {
    let policy = policy(60, 2);
    let first = Timestamp::default();
    let one = SendRecord::default().spend(&policy, first).unwrap();
    assert_eq!(one.spend(&policy, first), too_soon(60));
    let last = SendRecord::default().spend(&policy, Timestamp::MAX).unwrap();
    assert_eq!(last.spend(&policy, Timestamp::MAX), too_soon(60));
    assert_eq!(last.forget_at(), Timestamp::MAX);
}

#[test]
fn a_lower_budget_counts_what_a_higher_one_let_through() {
    let (low, high) = (policy(1, 1), policy(1, 3));
    let one = SendRecord::default().spend(&high, NOW).unwrap();
    let two = one.spend(&high, NOW.plus_seconds(1)).unwrap();
    assert_eq!(two.spend(&low, NOW.plus_seconds(2)), budget_spent(DAY - 2));
    assert!(two.spend(&high, NOW.plus_seconds(2)).is_ok());
}

#[test]
fn a_record_may_be_forgotten_after_its_day_and_the_longest_wait() {
    let policy = policy(60, 2);
    assert_eq!(SendRecord::default().forget_at(), Timestamp::default());
    let one = SendRecord::default().spend(&policy, NOW).unwrap();
    assert_eq!(one.forget_at(), NOW.plus_seconds(DAY));
    let two = one.spend(&policy, NOW.plus_seconds(DAY - 1)).unwrap();
    assert_eq!(two.forget_at(), NOW.plus_seconds(DAY - 1 + 3600));
}

#[test]
fn only_a_record_is_a_record() {
    let record = SendRecord { first: NOW, latest: NOW.plus_seconds(60), sent: 2 };
    let bytes = record.to_bytes();
    assert_eq!(SendRecord::from_bytes(&bytes), Ok(record));
    assert_eq!(SendRecord::from_bytes(&SendRecord::default().to_bytes()), Ok(SendRecord::default()));
    let foreign = [&[2], &bytes[1..]].concat();
    for other in [&[][..], &bytes[1..], &bytes[..20], &[bytes.as_slice(), &[0]].concat(), &foreign] {
        assert_eq!(SendRecord::from_bytes(other), Err(InvalidSendRecord));
    }
    let fullest = SendRecord { latest: NOW.plus_seconds(DAY - 1), sent: 100, ..record };
    assert_eq!(SendRecord::from_bytes(&fullest.to_bytes()), Ok(fullest));
    for impossible in [
        SendRecord { sent: 0, ..record },
        SendRecord { sent: 101, ..record },
        SendRecord { latest: NOW.minus_seconds(1), ..record },
        SendRecord { latest: NOW.plus_seconds(DAY), ..record },
    ] {
        assert_eq!(SendRecord::from_bytes(&impossible.to_bytes()), Err(InvalidSendRecord));
    }
    let mut late = bytes;
    late[1..17].copy_from_slice(&[0xFF; 16]);
    assert_eq!(SendRecord::from_bytes(&late), Err(InvalidSendRecord));
}

/// Mostly forward, sometimes across a day, and now and then back.
fn step() -> impl Strategy<Value = i64> {
    prop_oneof![6 => 0..200_i64, 2 => 0..100_000_i64, 1 => -100_000..0_i64]
}

proptest! {
    /// The record is compared with a list of all sends. However the clock runs, no two sends lie within the wait, no day that begins with its
    /// first send has more than `daily`, and any 24 hours have less than twice as many. A request that has waited and has a budget left is not
    /// refused. A refusal says how long it lasts, to the second. If the clock goes back by more than a day, the budget starts again.
    #[test]
    fn no_clock_buys_a_send(
        steps in proptest::collection::vec(step(), 0..200),
        resend_after in 1..300_u32,
        daily in 1..6_u32,
    ) {
        let policy = policy(resend_after, daily);
        let (mut record, mut now) = (SendRecord::default(), NOW);
        // The sends of each day.
        let mut days: Vec<Vec<Timestamp>> = Vec::new();
        for step in steps {
            now = Timestamp::from_unix(now.as_unix().saturating_add_signed(step));
            if days.iter().flatten().any(|at| *at > now.plus_seconds(DAY)) {
                days.clear();
            }
            let waited = days.iter().flatten().all(|at| at.plus(policy.resend_after()) <= now);
            let today = days.last().filter(|day| now < day[0].plus_seconds(DAY));
            let expected = match today {
                Some(day) if day.len() as u32 == daily => Some("spent"),
                _ if !waited => Some("soon"),
                _ => None,
            };
            let spent = record.spend(&policy, now);
            let refused = spent.err().map(|refusal| match refusal {
                SendRefusal::TooSoon { .. } => "soon",
                SendRefusal::BudgetSpent { .. } => "spent",
                other => panic!("{other:?}"),
            });
            prop_assert_eq!(refused, expected);
            if let Err(refusal) = spent {
                let wait = u64::from(refusal.wait().unwrap().as_seconds());
                prop_assert!(record.spend(&policy, now.plus_seconds(wait - 1)).is_err(), "{refusal:?}: too long");
                prop_assert!(record.spend(&policy, now.plus_seconds(wait)).is_ok(), "{refusal:?}: too short");
            }
            if now >= record.forget_at() {
                prop_assert_eq!(spent, SendRecord::default().spend(&policy, now), "forgetting refills nothing");
            }
            if let Ok(counted) = spent {
                record = SendRecord::from_bytes(&counted.to_bytes()).unwrap();
                match days.last_mut().filter(|day| now < day[0].plus_seconds(DAY)) {
                    Some(day) => day.push(now),
                    None => days.push([now].into()),
                }
                let recent = days.iter().flatten().filter(|at| now.seconds_since(**at) < DAY).count();
                prop_assert!(recent < 2 * daily as usize, "{recent} in 24 hours");
            }
        }
    }
}
