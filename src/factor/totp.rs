//! Time-based one-time passwords (RFC 6238).

use crate::{Secret, Timestamp, text::words::words};
use alloc::{boxed::Box, format};
use core::fmt;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use subtle::{Choice, ConditionallySelectable as _, ConstantTimeEq as _};
use zeroize::Zeroizing;

/// The hash of a one-time password (RFC 6238 §1.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TotpAlgorithm {
    /// HMAC-SHA-1: what every authenticator has.
    #[default]
    Sha1,
    /// HMAC-SHA-256.
    Sha256,
    /// HMAC-SHA-512.
    Sha512,
}

words!(TotpAlgorithm, "the hash of a one-time password", { Sha1 => "sha1", Sha256 => "sha256", Sha512 => "sha512" });

/// An account's time-based one-time password, as the host stores it: steps of 30 seconds from the epoch on, unless it says that they are longer.
///
/// ```
/// use authflow::{Timestamp, factor::{Totp, TotpAlgorithm}};
///
/// // RFC 6238, appendix B: the first row.
/// let totp = Totp::new(*b"12345678901234567890", TotpAlgorithm::Sha1, 8, None).unwrap();
/// let step = totp.step_at(Timestamp::from_unix(59));
/// assert_eq!(totp.code(step).expose(), "94287082");
/// ```
///
/// The step that was used last cannot be forgotten. Without it a password that was used could be used again:
///
/// ```compile_fail,E0061
/// # use authflow::factor::{Totp, TotpAlgorithm};
/// Totp::new([7; 20], TotpAlgorithm::Sha1, 6);
/// ```
#[derive(Clone)]
pub struct Totp {
    secret: Zeroizing<Box<[u8]>>,
    algorithm: TotpAlgorithm,
    digits: u8,
    last_used_step: Option<u64>,
    step_seconds: u64,
}

impl Totp {
    /// The length of a step (RFC 6238 §5.2 recommends it).
    pub const STEP_SECONDS: u64 = 30;

    /// The length of a step of [old hardware](Self::with_steps_of_a_minute).
    const LEGACY_STEP_SECONDS: u64 = 60;

    /// A secret of 16 to 128 bytes (RFC 4226 §4 R6 asks for 16, and recommends 20) and passwords of 6 to 8 digits.
    ///
    /// `last_used_step` is what [`UseTotpStep`](crate::step::Write::UseTotpStep) wrote last, `None` before the first: that step and those
    /// before it count no more (RFC 6238 §5.2).
    ///
    /// # Errors
    /// When either is out of bounds.
    pub fn new(
        secret: impl Into<Box<[u8]>>,
        algorithm: TotpAlgorithm,
        digits: u8,
        last_used_step: Option<u64>,
    ) -> Result<Self, TotpError> {
        Self::of(secret.into(), 16, algorithm, digits, last_used_step)
    }

    /// One that was enrolled long ago, with a secret of 10 to 128 bytes. Ten bytes, sixteen characters of base32, were the usual length once;
    /// RFC 4226 §4 R6 demands sixteen bytes. Whoever reads one password of such an authenticator has 2⁸⁰ secrets to try: keep those that
    /// there are, and enrol none.
    ///
    /// # Errors
    /// When secret or digits are out of bounds.
    pub fn legacy(
        secret: impl Into<Box<[u8]>>,
        algorithm: TotpAlgorithm,
        digits: u8,
        last_used_step: Option<u64>,
    ) -> Result<Self, TotpError> {
        Self::of(secret.into(), 10, algorithm, digits, last_used_step)
    }

    fn of(
        secret: Box<[u8]>,
        least: usize,
        algorithm: TotpAlgorithm,
        digits: u8,
        last_used_step: Option<u64>,
    ) -> Result<Self, TotpError> {
        let secret = Zeroizing::new(secret);
        if !(least..=128).contains(&secret.len()) {
            Err(TotpError::Secret { least, bytes: secret.len() })
        } else if !(6..=8).contains(&digits) {
            Err(TotpError::Digits { digits })
        } else {
            Ok(Self { secret, algorithm, digits, last_used_step, step_seconds: Self::STEP_SECONDS })
        }
    }

    /// The same one with steps of 60 seconds, as some hardware has them. What [`TotpSkew`](super::TotpSkew) allows is then twice as long, and so is the time
    /// in which a password that was read over a shoulder is good.
    #[must_use]
    pub fn with_steps_of_a_minute(self) -> Self {
        Self { step_seconds: Self::LEGACY_STEP_SECONDS, ..self }
    }

    /// How long a step is, in seconds.
    pub fn step_seconds(&self) -> u64 {
        self.step_seconds
    }

    /// The same one with another latest step that was used: for a store in memory.
    #[must_use]
    pub fn with_last_used_step(self, step: Option<u64>) -> Self {
        Self { last_used_step: step, ..self }
    }

    /// The hash.
    pub fn algorithm(&self) -> TotpAlgorithm {
        self.algorithm
    }

    /// How many digits a password has.
    pub fn digits(&self) -> u8 {
        self.digits
    }

    #[cfg(feature = "testkit")]
    pub(crate) fn secret(&self) -> &[u8] {
        &self.secret
    }

    /// The latest step that was used.
    pub fn last_used_step(&self) -> Option<u64> {
        self.last_used_step
    }

    /// The number of the step that a time lies in (RFC 6238 §4.2).
    pub fn step_at(&self, now: Timestamp) -> u64 {
        // One of two constants; neither is nought.
        now.as_unix().checked_div(self.step_seconds).unwrap_or_default()
    }

    /// The password of a step: for tests, and for a host that shows one.
    pub fn code(&self, step: u64) -> Secret {
        let width = usize::from(self.digits);
        Secret::new(self.number(step).map(|number| format!("{number:0width$}")).unwrap_or_default())
    }

    /// The step whose password was presented: the latest of `skew` steps to either side of now that has not been used, nor any
    /// after it (RFC 6238 §5.2). Every one of them is compared, whichever is right.
    pub(crate) fn matching_step(&self, presented: &str, now: Timestamp, skew: u8) -> Option<u64> {
        let is_shaped = presented.len() == usize::from(self.digits)
            && presented.bytes().all(|byte| byte.is_ascii_digit());
        let presented = presented.parse::<u32>().ok().filter(|_| is_shaped)?;
        let (current, skew) = (self.step_at(now), u64::from(skew));
        let (mut found, mut matched) = (Choice::from(0), 0);
        for step in current.saturating_sub(skew)..=current.saturating_add(skew) {
            let is_unused = self.last_used_step.is_none_or(|used| step > used);
            let matches = match self.number(step) {
                Some(number) => number.ct_eq(&presented) & Choice::from(u8::from(is_unused)),
                None => Choice::from(0),
            };
            matched = u64::conditional_select(&matched, &step, matches);
            found |= matches;
        }
        bool::from(found).then_some(matched)
    }

    /// RFC 4226 §5.3, with the step as the counter; none, which no password matches, where its HMAC could not be had.
    fn number(&self, step: u64) -> Option<u32> {
        let step = step.to_be_bytes();
        let truncated = match self.algorithm {
            TotpAlgorithm::Sha1 => truncated::<Hmac<Sha1>>(&self.secret, &step),
            TotpAlgorithm::Sha256 => truncated::<Hmac<Sha256>>(&self.secret, &step),
            TotpAlgorithm::Sha512 => truncated::<Hmac<Sha512>>(&self.secret, &step),
        }?;
        Some(match self.digits {
            6 => truncated % 1_000_000,
            7 => truncated % 10_000_000,
            _ => truncated % 100_000_000,
        })
    }
}

/// Dynamic truncation (RFC 4226 §5.3). HMAC takes keys of every length, and no hash is shorter than 20 bytes.
fn truncated<M: KeyInit + Mac>(secret: &[u8], step: &[u8]) -> Option<u32> {
    let mut mac = <M as KeyInit>::new_from_slice(secret).ok()?;
    mac.update(step);
    let tag = mac.finalize().into_bytes();
    let offset = usize::from(tag.last()? & 0xF);
    let chosen = tag.get(offset..)?.first_chunk()?;
    Some(u32::from_be_bytes(*chosen) & 0x7FFF_FFFF)
}

impl fmt::Debug for Totp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { algorithm, digits, .. } = self;
        f.debug_struct("Totp").field("algorithm", algorithm).field("digits", digits).finish_non_exhaustive()
    }
}

/// Why something is no time-based one-time password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TotpError {
    /// The secret is not 16 to 128 bytes, or 10 to 128 of a [legacy](Totp::legacy) one.
    #[error("the secret of a one-time password must be {least} to 128 bytes, not {bytes}")]
    Secret {
        /// How many it must be at least.
        least: usize,
        /// How many it is.
        bytes: usize,
    },
    /// Not 6 to 8 digits.
    #[error("a one-time password must have 6 to 8 digits, not {digits}")]
    Digits {
        /// How many it has.
        digits: u8,
    },
}

#[cfg(test)]
#[path = "totp_tests.rs"]
mod tests;
