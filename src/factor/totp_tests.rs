use super::*;
use alloc::{collections::BTreeMap, vec::Vec};
use proptest::prelude::*;

fn seed(length: usize) -> Vec<u8> {
    b"1234567890".iter().copied().cycle().take(length).collect()
}

/// A one-time password and its secret in the clear.
struct Open {
    totp: Totp,
    secret: TotpSecret,
}

impl Open {
    fn new(secret: Vec<u8>, algorithm: TotpAlgorithm, digits: u8, last_used_step: Option<u64>) -> Self {
        let totp = Totp::new(SealedSecret::of_nothing(), algorithm, digits, last_used_step).unwrap();
        Self { totp, secret: TotpSecret::new(secret).unwrap() }
    }

    fn code(&self, step: u64) -> Secret {
        self.totp.code(&self.secret, step)
    }

    fn step_at(&self, now: Timestamp) -> u64 {
        self.totp.step_at(now)
    }

    fn matching_step(&self, presented: &str, now: Timestamp, skew: u8) -> Option<u64> {
        self.totp.matching_step(&self.secret, presented, now, skew)
    }
}

fn totp(algorithm: TotpAlgorithm, digits: u8) -> Open {
    let length = match algorithm {
        TotpAlgorithm::Sha1 => 20,
        TotpAlgorithm::Sha256 => 32,
        TotpAlgorithm::Sha512 => 64,
    };
    Open::new(seed(length), algorithm, digits, None)
}

#[test]
fn the_vectors_of_rfc_6238_appendix_b() {
    for (time, sha1, sha256, sha512) in [
        (59, "94287082", "46119246", "90693936"),
        (1_111_111_109, "07081804", "68084774", "25091201"),
        (1_111_111_111, "14050471", "67062674", "99943326"),
        (1_234_567_890, "89005924", "91819424", "93441116"),
        (2_000_000_000, "69279037", "90698825", "38618901"),
        (20_000_000_000, "65353130", "77737706", "47863826"),
    ] {
        let step = totp(TotpAlgorithm::Sha1, 8).step_at(Timestamp::from_unix(time));
        for (algorithm, code) in
            [(TotpAlgorithm::Sha1, sha1), (TotpAlgorithm::Sha256, sha256), (TotpAlgorithm::Sha512, sha512)]
        {
            assert_eq!(totp(algorithm, 8).code(step).expose(), code, "{time} {algorithm:?}");
        }
    }
}

#[test]
fn the_vectors_of_rfc_4226_appendix_d() {
    let totp = totp(TotpAlgorithm::Sha1, 6);
    let expected =
        ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"];
    for (step, code) in (0..).zip(expected) {
        assert_eq!(totp.code(step).expose(), code);
    }
}

#[test]
fn bounds() {
    for length in [0, 15, 129] {
        let refused = TotpSecret::new(seed(length)).unwrap_err();
        assert_eq!(refused, TotpError::Secret { least: 16, bytes: length });
        let text = format!("the secret of a one-time password must be 16 to 128 bytes, not {length}");
        assert_eq!(alloc::string::ToString::to_string(&refused), text);
    }
    assert!(TotpSecret::new(seed(16)).is_ok() && TotpSecret::new(seed(128)).is_ok());
    for (digits, are_digits) in [(0, false), (5, false), (6, true), (8, true), (9, false)] {
        let made = Totp::new(SealedSecret::of_nothing(), TotpAlgorithm::Sha1, digits, None);
        assert_eq!(made.err(), (!are_digits).then_some(TotpError::Digits { digits }));
    }
}

#[test]
fn a_password_counts_for_its_step_and_the_skew_to_the_second() {
    let totp = totp(TotpAlgorithm::Sha1, 6);
    let code = totp.code(100);
    let at = |seconds, skew| totp.matching_step(code.expose(), Timestamp::from_unix(seconds), skew);
    for (seconds, skew, counts) in [
        (2_999, 0, false),
        (3_000, 0, true),
        (3_029, 0, true),
        (3_030, 0, false),
        (2_969, 1, false),
        (2_970, 1, true),
        (3_059, 1, true),
        (3_060, 1, false),
        (2_940, 2, true),
        (3_089, 2, true),
        (3_090, 2, false),
    ] {
        assert_eq!(at(seconds, skew), counts.then_some(100), "{seconds} {skew}");
    }
}

#[test]
fn a_used_step_and_those_before_it_count_no_more() {
    let now = Timestamp::from_unix(3_000);
    let used = |step| Open::new(seed(32), TotpAlgorithm::Sha256, 8, step);
    let present = |totp: &Open, step| totp.matching_step(totp.code(step).expose(), now, 1);
    assert_eq!(present(&used(None), 99), Some(99));
    assert_eq!(present(&used(Some(99)), 99), None);
    assert_eq!(present(&used(Some(99)), 100), Some(100));
    assert_eq!(present(&used(Some(100)), 99), None);
    assert_eq!(present(&used(Some(u64::MAX)), 101), None);
}

#[test]
fn only_the_digits_themselves_are_a_password() {
    let totp = totp(TotpAlgorithm::Sha1, 6);
    let now = Timestamp::from_unix(0);
    assert_eq!(totp.matching_step("755224", now, 0), Some(0));
    for other in [
        "",
        "75522",
        "0755224",
        "+55224",
        " 55224",
        "７５５２２４",
        "755225",
        "-75522",
        "99999999999999999999",
    ] {
        assert_eq!(totp.matching_step(other, now, 0), None, "{other}");
    }
}

#[test]
fn a_secret_is_not_printed() {
    let Open { totp, secret } = totp(TotpAlgorithm::Sha1, 6);
    assert_eq!(format!("{secret:?}"), "TotpSecret(…)");
    let printed = format!("{totp:?}");
    assert!(!printed.contains(totp.secret().as_str()), "{printed}");
}

#[test]
fn of_two_steps_with_one_code_the_newest_is_spent_so_that_nothing_of_it_is_left() {
    let totp = totp(TotpAlgorithm::Sha1, 6);
    let mut seen = BTreeMap::new();
    let (first, second) = (0..)
        .find_map(|step| {
            let earlier = seen.insert(totp.totp.number(&totp.secret, step), step)?;
            (step - earlier < 40).then_some((earlier, step))
        })
        .unwrap();
    let (code, now) = (totp.code(first), Timestamp::from_unix((first + 40) * Totp::STEP_SECONDS));
    assert_eq!(totp.matching_step(code.expose(), now, 40), Some(second));
    let spent = Open { totp: totp.totp.with_last_used_step(Some(second)), ..totp };
    assert_eq!(spent.matching_step(code.expose(), now, 40), None);
}

#[test]
fn the_first_and_the_last_second_of_time_have_a_step() {
    let totp = totp(TotpAlgorithm::Sha1, 6);
    for now in [Timestamp::from_unix(0), Timestamp::MAX] {
        let step = totp.step_at(now);
        assert_eq!(totp.matching_step(totp.code(step).expose(), now, u8::MAX), Some(step));
    }
}

#[test]
fn a_short_number_has_leading_zeros() {
    let step = totp(TotpAlgorithm::Sha1, 6).step_at(Timestamp::from_unix(1_111_111_109));
    for (digits, code) in [(6, "081804"), (7, "7081804"), (8, "07081804")] {
        let totp = totp(TotpAlgorithm::Sha1, digits);
        assert_eq!(totp.code(step).expose(), code);
        let now = Timestamp::from_unix(1_111_111_109);
        assert_eq!(totp.matching_step(code, now, 0), Some(step));
        assert_eq!(
            totp.matching_step(code.trim_start_matches('0'), now, 0).is_some(),
            digits == 7,
            "{digits}"
        );
    }
}

#[test]
fn every_changed_bit_is_refused() {
    let totp = totp(TotpAlgorithm::Sha1, 6);
    for at in 0..6 {
        for bit in 0..7 {
            let mut bytes = *b"755224";
            bytes[at] ^= 1 << bit;
            let text = core::str::from_utf8(&bytes).unwrap();
            assert_eq!(totp.matching_step(text, Timestamp::from_unix(0), 0), None, "{at} {bit}");
        }
    }
}

#[test]
fn an_algorithm_is_spelt_in_lower_case() {
    for (algorithm, text) in [
        (TotpAlgorithm::Sha1, "\"sha1\""),
        (TotpAlgorithm::Sha256, "\"sha256\""),
        (TotpAlgorithm::Sha512, "\"sha512\""),
    ] {
        assert_eq!(serde_json::to_string(&algorithm).unwrap(), text);
        assert_eq!(serde_json::from_str::<TotpAlgorithm>(text).unwrap(), algorithm);
    }
}

proptest! {
    #[test]
    fn a_code_is_found_at_its_own_time_and_has_its_digits(
        secret in proptest::collection::vec(any::<u8>(), 16..=128), digits in 6..=8_u8, step in 0..10_000_000_000_u64,
    ) {
        let totp = Open::new(secret, TotpAlgorithm::Sha512, digits, None);
        let code = totp.code(step);
        prop_assert_eq!(code.expose().len(), usize::from(digits));
        let now = Timestamp::from_unix(step * Totp::STEP_SECONDS);
        prop_assume!(now < Timestamp::MAX);
        prop_assert_eq!(totp.matching_step(code.expose(), now, 0), Some(step));
    }
}

#[test]
fn what_was_enrolled_long_ago_is_kept_by_a_visible_word_alone() {
    assert!(TotpSecret::new(seed(10)).is_err());
    let refused = TotpSecret::legacy(seed(9)).unwrap_err();
    assert_eq!(refused, TotpError::Secret { least: 10, bytes: 9 });
    assert!(TotpSecret::legacy(seed(129)).is_err());
    let old = Open { secret: TotpSecret::legacy(seed(10)).unwrap(), ..totp(TotpAlgorithm::Sha1, 6) };
    let now = Timestamp::from_unix(119);
    assert_eq!((old.step_at(now), old.matching_step(old.code(3).expose(), now, 0)), (3, Some(3)));
    let slow = Open { totp: old.totp.with_steps_of_a_minute(), ..old };
    assert_eq!((slow.step_at(now), slow.totp.step_seconds()), (1, 60));
    for (time, good) in [(59, false), (60, true), (119, true), (120, false)] {
        let step = slow.matching_step(slow.code(1).expose(), Timestamp::from_unix(time), 0);
        assert_eq!(step, good.then_some(1), "{time}");
    }
}
