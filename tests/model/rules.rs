//! What the two applications demand, as numbers; and the ladder of guesses.

use super::{
    calls::F,
    trust::{Making, Trust},
};
use std::collections::BTreeSet;

/// One application's rules.
pub struct Rules {
    /// From which age on a password is warned about, and from which it has expired.
    pub warned_from: u64,
    pub expired_from: u64,
    pub skips: u32,
    /// A second factor is asked of everybody, not only of those who have enrolled one.
    pub always_second: bool,
    /// Failures in a row that lock, for how long, whether twice as long each time, and how many lock for good.
    pub threshold: usize,
    pub lock: u64,
    pub doubling: bool,
    pub ceiling: usize,
    pub rotates: bool,
    /// A forgotten password is reset by SMS.
    pub recovers: bool,
    /// A recent sign-in alone sets a first password.
    pub session_sets: bool,
    /// People may register: they do where they could sign in then.
    pub registers: bool,
    /// Whoever brings an identity of nobody's may register with it.
    pub registers_linked: bool,
    /// What an identity is linked by. One that was linked by nothing of it is none here.
    pub links_by: &'static [F],
    /// Whoever shows nothing may sign in.
    pub allows_unbound: bool,
    /// A captcha is judged before a code is sent to whoever has proved nothing.
    pub captcha: bool,
    /// How many codes are sent a day to people who have proved nothing; from half of it on, none without a captcha.
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
/// How long a server's token is good.
pub const SERVER: u64 = 1800;
/// How old a sealed token may be, or how far ahead.
pub const SEALED: u64 = 300;
/// A whole login.
pub const LOGIN: u64 = 1800;
/// How recently one must have signed in to set a first password.
pub const RECENT: u64 = 600;
/// How long a solved picture is good.
pub const SOLVED: u64 = 180;
pub const RESEND: u64 = 60;
pub const SENDS_A_DAY: u32 = 3;
pub const TOTP_STEP: u64 = 30;
/// How long a lost answer is given again, in a life that has that.
pub const GRACE: u64 = 30;
/// How far two clocks may be apart.
pub const SKEW: u64 = 30;
/// How long a guess may be judged before it counts as wrong.
pub const IN_FLIGHT: u64 = 30;
/// How long after its end something is kept, for clocks that are behind.
pub const SWEPT_AFTER: u64 = 180;
/// How long a key still verifies after a rotation.
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
    /// Whether anybody registers: who has just registered has one factor, or two where they chose a password, and none that is enrolled.
    pub fn takes_new(&self) -> bool {
        self.registers && !self.always_second
    }

    /// Whether a link that was made by these counts here: by one that links here, and came about as this application takes it.
    pub fn counts(&self, trust: Trust, made: &BTreeSet<Making>) -> bool {
        made.iter().any(|making| self.links_by.contains(&making.by) && trust.takes(*making))
    }

    /// Whether failures at these times leave no guess now: every `threshold`-th of them began a lock.
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
