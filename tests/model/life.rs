//! The conditions of a life: the dialects of its applications, the keys that sign, the proofs of its devices, and the distance of its two servers'
//! clocks.

use super::{
    chance::Dice,
    dialects::Dialect,
    rules::{DAY, GRACE, SKEW},
    trust::Trust,
};

/// One server has the right time. The other one has the same keys and the same store, but another clock.
pub const SERVERS: usize = 2;

#[derive(Clone, Copy, Debug)]
pub struct Life {
    /// The seconds in which lost answers are given again, or 0 if they are not.
    pub grace: u64,
    /// Session tokens refer to the session, and do not say whose they are.
    pub refers: bool,
    /// The dialects of the two applications.
    pub dialects: [Dialect; 2],
    /// Outside keys of the host's sign id tokens.
    pub signs_outside: bool,
    /// Signed-in people seal their session token for each call.
    pub signed: bool,
    /// The unproved facts that each of the two applications accepts.
    pub trust: [Trust; 2],
    /// A server refreshes for signed-in people.
    pub servers_refresh: bool,
    /// Captchas are the library's pictures, or else the host's.
    pub pictures: bool,
    /// The device that people use.
    pub home: usize,
    /// The seconds by which the clock of the second server is ahead.
    pub ahead: i64,
}

impl Life {
    /// One server, one dialect, the library's keys, fingerprints.
    pub const PLAIN: Self = Self {
        grace: 0,
        refers: false,
        dialects: [Dialect::Ciam; 2],
        signs_outside: false,
        signed: false,
        trust: [Trust { unbound_codes: true, vouched_mobiles: true }; 2],
        servers_refresh: true,
        pictures: false,
        home: 0,
        ahead: 0,
    };

    /// The distances of the clocks, within the bound and beyond it. One is three days ahead.
    const AHEAD: [i64; 12] = [0, 0, 0, 20, -20, 29, -30, 30, 31, -45, 90, 3 * DAY as i64];

    pub fn drawn(dice: &mut Dice<'_>) -> Self {
        let dialect =
            |dice: &mut Dice<'_>| dice.of(&[Dialect::Ciam, Dialect::Ciam, Dialect::Eiam, Dialect::OneAccess]);
        let trust = |dice: &mut Dice<'_>| Trust {
            unbound_codes: !dice.percent(30),
            vouched_mobiles: !dice.percent(30),
        };
        let signed = dice.percent(20);
        Self {
            grace: if dice.percent(50) { GRACE } else { 0 },
            // No other form has room in a seal.
            refers: dice.percent(40) || signed,
            signed,
            dialects: [dialect(dice), dialect(dice)],
            signs_outside: dice.percent(30),
            pictures: dice.percent(40),
            trust: [trust(dice), trust(dice)],
            servers_refresh: !dice.percent(15),
            home: dice.of(&[0, 0, 0, 2, 4]),
            ahead: dice.of(&Self::AHEAD),
        }
    }

    /// Whether the two clocks differ by no more than they may.
    pub fn clocks_are_near(&self) -> bool {
        self.ahead.unsigned_abs() <= SKEW
    }

    /// The time of a server's clock.
    pub fn clock(&self, server: usize, now: u64) -> u64 {
        if server == 0 { now } else { now.saturating_add_signed(self.ahead) }
    }
}
