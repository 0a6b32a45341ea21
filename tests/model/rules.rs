//! The demands of the two applications, as numbers, and the ladder of guesses.

use super::{
    calls::F,
    trust::{Making, Trust},
};
use std::collections::BTreeSet;

/// One application's rules.
pub struct Rules {
    /// The ages of a password from which it is warned about, and from which it has expired.
    pub warned_from: u64,
    pub expired_from: u64,
    pub skips: u32,
    /// A second factor is asked of all people, not only of those who have enrolled one.
    pub always_second: bool,
    /// The failures in a row that lock, the length of a lock, whether each lock is twice as long as the one before, and the failures
    /// that lock for good.
    pub threshold: usize,
    pub lock: u64,
    pub doubling: bool,
    pub ceiling: usize,
    pub rotates: bool,
    /// A forgotten password is reset by SMS.
    pub recovers: bool,
    /// A recent sign-in alone sets a first password.
    pub session_sets: bool,
    /// People may register. They do so if they could sign in afterwards.
    pub registers: bool,
    /// A person who brings an unlinked identity may register with it.
    pub registers_linked: bool,
    /// The factors that an identity can be linked by. A link that was made by none of them does not count here.
    pub links_by: &'static [F],
    /// A caller that shows nothing may sign in.
    pub allows_unbound: bool,
    /// A captcha is judged before a code is sent to a person who has proved nothing.
    pub captcha: bool,
    /// The most codes in a day for people who have proved nothing. From half of them on, none is sent without a captcha.
    pub in_all: Option<u64>,
    pub idle: Option<u64>,
    pub state: u64,
    pub session: u64,
    pub id: u64,
}

pub const DAY: u64 = 86_400;
pub const HOUR: u64 = 3_600;
pub const CODE: u64 = 300;
pub const TICKET: u64 = 300;
/// The seconds for which a server's token is good.
pub const SERVER: u64 = 1800;
/// The seconds that a sealed token may be old, or ahead.
pub const SEALED: u64 = 300;
/// The seconds of a whole login.
pub const LOGIN: u64 = 1800;
/// The most seconds since a sign-in that may set a first password.
pub const RECENT: u64 = 600;
/// The seconds for which a solved picture is good.
pub const SOLVED: u64 = 180;
pub const RESEND: u64 = 60;
pub const SENDS_A_DAY: u32 = 3;
pub const TOTP_STEP: u64 = 30;
/// The seconds in which a lost answer is given again, in a life that does so.
pub const GRACE: u64 = 30;
/// The most seconds by which two clocks may differ.
pub const SKEW: u64 = 30;
/// The seconds in which a guess may be judged before it counts as wrong.
pub const IN_FLIGHT: u64 = 30;
/// The seconds for which a thing is kept after its end, for clocks that are behind.
pub const SWEPT_AFTER: u64 = 180;
/// The seconds for which a key still verifies after a rotation.
pub const RETIRING: u64 = 900;

pub const RULES: [Rules; 2] = [
    Rules {
        warned_from: 76 * DAY,
        expired_from: 90 * DAY,
        skips: 2,
        always_second: false,
        threshold: 2,
        lock: 300,
        doubling: true,
        ceiling: 5,
        rotates: false,
        recovers: true,
        session_sets: true,
        registers: true,
        registers_linked: true,
        links_by: &[F::Password, F::Sms, F::Email],
        allows_unbound: true,
        captcha: false,
        in_all: Some(3),
        idle: None,
        state: 600,
        session: 3600,
        id: 1800,
    },
    Rules {
        warned_from: 76 * DAY,
        expired_from: 90 * DAY,
        skips: 1,
        always_second: true,
        threshold: 3,
        lock: 60,
        doubling: false,
        ceiling: 5,
        rotates: true,
        recovers: false,
        session_sets: false,
        registers: true,
        registers_linked: false,
        links_by: &[F::Password, F::Sms],
        allows_unbound: false,
        captcha: true,
        in_all: None,
        idle: Some(1800),
        state: 1800,
        session: 3600,
        id: 600,
    },
];

impl Rules {
    /// Whether anybody registers. A new person has one factor, or two if they chose a password, and none that is enrolled.
    pub fn takes_new(&self) -> bool {
        self.registers && !self.always_second
    }

    /// Whether a link with these proofs counts here. One of its factors must be able to link here, and must have been proved in a way
    /// that this application accepts.
    pub fn counts(&self, trust: Trust, made: &BTreeSet<Making>) -> bool {
        made.iter().any(|making| self.links_by.contains(&making.by) && trust.takes(*making))
    }

    /// Whether these failures leave no guess now. Every `threshold`-th failure began a lock.
    pub fn locked(&self, failures: &[u64], now: u64) -> bool {
        if failures.len() >= self.ceiling {
            return true;
        }
        (1..).map_while(|lock| failures.get(lock * self.threshold - 1).map(|at| (lock, at))).any(
            |(lock, at)| {
                let times = if self.doubling { 1 << (lock - 1) } else { 1 };
                now < at + (self.lock * times).min(DAY)
            },
        )
    }
}
