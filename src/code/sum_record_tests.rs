use super::*;
use alloc::{vec, vec::Vec};
use proptest::prelude::*;

const NOW: Timestamp = Timestamp::from_unix(1_700_000_000);

fn sum(daily_in_all: u32, now: Timestamp) -> SendSum {
    SendSum::new(daily_in_all, now, true, true)
}

fn is_spent(spent: Result<SumRecord, SendRefusal>) -> bool {
    matches!(spent, Err(SendRefusal::SumSpent { .. }))
}

fn after_sends(number: u32, daily_in_all: u32, now: Timestamp) -> SumRecord {
    (0..number).fold(SumRecord::default(), |record, _| record.spend(&sum(daily_in_all, now)).unwrap())
}

#[test]
fn from_half_of_it_on_a_captcha_is_demanded_and_at_its_end_everybody_is_refused() {
    let record = after_sends(4, 10, NOW);
    for is_real in [true, false] {
        assert!(record.spend(&SendSum::new(10, NOW, is_real, false)).is_ok());
        let half = after_sends(5, 10, NOW);
        let robot = SendSum::new(10, NOW, is_real, false);
        assert_eq!(half.spend(&robot), Err(SendRefusal::CaptchaDemanded), "whether it is somebody's or not");
        assert!(half.spend(&SendSum::new(10, NOW, is_real, true)).is_ok());
        let spent = after_sends(10, 10, NOW);
        for is_human in [true, false] {
            let more = SendSum::new(10, NOW, is_real, is_human);
            assert!(is_spent(spent.spend(&more)));
        }
    }
}

/// An attacker fills the sum to one below half, asks for somebody or for nobody next, and then looks whether a captcha is demanded.
#[test]
fn when_a_captcha_is_demanded_does_not_tell_whether_a_send_was_real() {
    let robot = |is_real| SendSum::new(10, NOW, is_real, false);
    for is_real in [true, false] {
        let half = after_sends(4, 10, NOW).spend(&robot(is_real)).unwrap();
        assert_eq!(half.spend(&robot(false)), Err(SendRefusal::CaptchaDemanded), "{is_real}");
    }
    let decoys = (0..5).fold(SumRecord::default(), |record, _| record.spend(&robot(false)).unwrap());
    assert_eq!(decoys.spend(&robot(true)), Err(SendRefusal::CaptchaDemanded), "decoys alone");
    let an_hour_later = SendSum { now: NOW.plus_seconds(3 * HOUR), ..robot(true) };
    assert!(decoys.spend(&an_hour_later).is_ok(), "they come back by the hour as well");
}

#[test]
fn decoys_close_nothing_however_many_there_are() {
    let decoy = SendSum::new(10, NOW, false, true);
    let decoys = (0..1_000).fold(SumRecord::default(), |record, _| record.spend(&decoy).unwrap());
    let sent = (0..10).fold(decoys, |record, _| record.spend(&sum(10, NOW)).unwrap());
    assert!(is_spent(sent.spend(&sum(10, NOW))));
    let robot = SendSum::new(10, NOW.plus_seconds(DAY), true, false);
    assert!(decoys.spend(&robot).is_ok(), "a day later all have come back");
}

#[test]
fn a_decoy_counts_nothing_as_sent_and_changes_the_bytes_all_the_same() {
    let decoy = SendSum::new(10, NOW, false, true);
    let record = after_sends(3, 10, NOW);
    let mut seen = vec![record.to_bytes()];
    let mut now = record;
    for _ in 0..100 {
        now = now.spend(&decoy).unwrap();
        assert_eq!(now.spent, record.spent);
        assert!(!seen.contains(&now.to_bytes()));
        seen.push(now.to_bytes());
    }
}

#[test]
fn each_hour_gives_a_twenty_fourth_back() {
    let spent = after_sends(48, 48, NOW);
    let left = |now| {
        let mut record = spent;
        let next = core::iter::from_fn(|| {
            record = record.spend(&sum(48, now)).ok()?;
            Some(())
        });
        next.count()
    };
    for (seconds, expected) in [
        (0, 0),
        (HOUR - 1, 0),
        (HOUR, 2),
        (2 * HOUR - 1, 2),
        (5 * HOUR, 10),
        (DAY - 1, 46),
        (DAY, 48),
        (9 * DAY, 48),
    ] {
        assert_eq!(left(NOW.plus_seconds(seconds)), expected, "{seconds}");
    }
}

/// A sum with fewer sends than a day has hours gives one back only after several hours.
#[test]
fn a_small_sum_comes_back_whole_as_well() {
    let spent = after_sends(3, 3, NOW);
    for (hours, is_one) in [(7, false), (8, true), (15, true)] {
        assert_eq!(spent.spend(&sum(3, NOW.plus_seconds(hours * HOUR))).is_ok(), is_one, "{hours}");
    }
}

#[test]
fn a_sum_that_is_lowered_is_spent_for_a_day_at_most() {
    let record = after_sends(1000, 1000, NOW);
    assert!(is_spent(record.spend(&sum(2, NOW))));
    assert!(record.spend(&sum(2, NOW.plus_seconds(12 * HOUR))).is_ok());
}

#[test]
fn a_clock_that_goes_back_refills_nothing_and_one_far_ahead_closes_nothing_for_long() {
    let spent = after_sends(3, 3, NOW);
    for back in [1, HOUR, DAY] {
        assert!(is_spent(spent.spend(&sum(3, NOW.minus_seconds(back)))), "{back}");
    }
    assert!(spent.spend(&sum(3, NOW.minus_seconds(DAY + 1))).is_ok());
    let far = after_sends(3, 3, Timestamp::MAX);
    let again = far.spend(&sum(3, NOW)).unwrap();
    assert_eq!((again.refilled_at, again.spent, again.asked), (NOW, ONE, ONE), "stored as now");
}

#[test]
fn only_a_record_is_a_record() {
    let record = after_sends(3, 10, NOW);
    let bytes = record.to_bytes();
    assert_eq!(SumRecord::from_bytes(&bytes), Ok(record));
    let foreign = [&[2], &bytes[1..]].concat();
    for other in [&[][..], &bytes[1..], &bytes[..28], &[bytes.as_slice(), &[0]].concat(), &foreign] {
        assert_eq!(SumRecord::from_bytes(other), Err(InvalidSumRecord));
    }
    for at in [1, 9, 17] {
        let mut large = bytes;
        large[at..at + 8].copy_from_slice(&[0xFF; 8]);
        assert_eq!(SumRecord::from_bytes(&large), Err(InvalidSumRecord));
    }
    let mut more_than_asked = bytes;
    more_than_asked[8] += 1;
    assert_eq!(SumRecord::from_bytes(&more_than_asked), Err(InvalidSumRecord));
}

proptest! {
    /// The record is compared with a list of all sends. No day has more than twice the sum, and a refusal says how long it lasts, to the second.
    #[test]
    fn no_day_has_twice_the_sum(
        steps in proptest::collection::vec(prop_oneof![8 => 0..300_u64, 1 => 0..40_000_u64], 1..300),
        daily_in_all in 1..30_u32,
    ) {
        let (mut record, mut now) = (SumRecord::default(), NOW);
        let mut sent: Vec<Timestamp> = Vec::new();
        for step in steps {
            now = now.plus_seconds(step);
            let spent = record.spend(&sum(daily_in_all, now));
            prop_assert!(spent.is_ok() || !sent.is_empty());
            if let Err(refusal) = spent {
                let wait = u64::from(refusal.wait().unwrap().as_seconds());
                let after = |wait| record.spend(&sum(daily_in_all, now.plus_seconds(wait)));
                prop_assert!(is_spent(after(wait - 1)), "{refusal:?}: too long");
                prop_assert!(after(wait).is_ok(), "{refusal:?}: too short");
            }
            if let Ok(counted) = spent {
                record = SumRecord::from_bytes(&counted.to_bytes()).unwrap();
                sent.push(now);
            }
            let recent = sent.iter().filter(|at| now.seconds_since(**at) < DAY).count();
            prop_assert!(recent < 2 * daily_in_all as usize + 1, "{recent} of {daily_in_all}");
            let latest = sent.last().map_or(0, |at| now.seconds_since(*at));
            prop_assert!(spent.is_ok() || latest < DAY, "a day later there is one");
        }
    }
}
