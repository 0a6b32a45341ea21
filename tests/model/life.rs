//! What a life is played under: how its applications speak, whose keys sign, what its devices show, and how far its two servers' clocks are apart.

use super::{
    chance::Dice,
    dialects::Dialect,
    rules::{DAY, GRACE, SKEW},
    trust::Trust,
};

/// One server has the right time. The other one has the same keys and the same store, and another clock.
pub const SERVERS: usize = 2;

#[derive(Clone, Copy, Debug)]
pub struct Life {
    /// For how long lost answers are given again; 0 where they are not.
    pub grace: u64,
    /// Session tokens do not say whose they are: they refer to the session.
    pub refers: bool,
    /// How the two applications speak.
    pub dialects: [Dialect; 2],
    /// Id tokens are signed by keys of the host's.
    pub signs_outside: bool,
    /// Whoever is signed in seals their session token for each call.
    pub signed: bool,
    /// What each of the two applications takes that nothing of its own proves.
    pub trust: [Trust; 2],
    /// A server refreshes for whoever is signed in.
    pub servers_refresh: bool,
    /// Captchas are pictures of the library's; otherwise they are the host's.
    pub pictures: bool,
    /// The device that people use.
    pub home: usize,
    /// How far the clock of the second server is ahead.
    pub ahead: i64,
}

impl Life {
    /// One server, one dialect, keys of the library's, fingerprints.
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

    /// How far apart clocks are, within what they may be and beyond; one is three days ahead.
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
            // No other form has room.
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

    /// Whether the two clocks are as near as they may be.
    pub fn clocks_are_near(&self) -> bool {
        self.ahead.unsigned_abs() <= SKEW
    }

    /// What the clock of a server says at a time.
    pub fn clock(&self, server: usize, now: u64) -> u64 {
        if server == 0 { now } else { now.saturating_add_signed(self.ahead) }
    }
}
