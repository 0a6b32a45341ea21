//! Time-based one-time passwords (RFC 6238).

use super::TotpSecret;
use crate::{Secret, Timestamp, sealing::SealedSecret, text::words::words};
use alloc::format;
use serde::{Deserialize, Serialize};
use subtle::{Choice, ConditionallySelectable as _, ConstantTimeEq as _};

/// The hash of a one-time password (RFC 6238 §1.2).
///
/// ```
/// use authflow::{
///     AccountId,
///     factor::{Totp, TotpAlgorithm, TotpSecret},
///     sealing::Owner,
///     testkit::{Clock, demo},
/// };
///
/// let owner = Owner { tenant: None, account: AccountId::new("4711")? };
/// let (keys, moment) = (demo::sealing_keys(), Clock::at(demo::START).moment()); // yours
/// let secret = TotpSecret::new(*b"12345678901234567890123456789012")?;
/// let sealed = secret.seal(&keys, owner, &moment);
/// let totp = Totp::new(sealed, TotpAlgorithm::Sha256, 8, None)?;
/// // RFC 6238, appendix B: the second row.
/// assert_eq!(totp.code(&secret, 1).expose(), "46119246");
///
/// // In a column of text, and back.
/// assert_eq!(totp.algorithm().as_str().parse(), Ok(TotpAlgorithm::Sha256));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TotpAlgorithm {
    /// HMAC-SHA-1, which every authenticator has.
    #[default]
    Sha1,
    /// HMAC-SHA-256.
    Sha256,
    /// HMAC-SHA-512.
    Sha512,
}

words!(TotpAlgorithm, "the hash of a one-time password", { Sha1 => "sha1", Sha256 => "sha256", Sha512 => "sha512" });

/// An account's time-based one-time password, as the host stores it. Its steps are counted from the epoch and last 30 seconds, or
/// [60](Self::with_steps_of_a_minute). Its secret is sealed.
///
/// ```
/// use authflow::{
///     AccountId, Timestamp,
///     factor::{Totp, TotpAlgorithm, TotpSecret},
///     sealing::Owner,
///     testkit::{Clock, demo},
/// };
///
/// let owner = Owner { tenant: None, account: AccountId::new("4711")? };
/// let (keys, moment) = (demo::sealing_keys(), Clock::at(demo::START).moment()); // yours
///
/// // RFC 6238, appendix B: the first row. An enrolment stores the sealed secret, the algorithm
/// // and the digits.
/// let secret = TotpSecret::new(*b"12345678901234567890")?;
/// let totp = Totp::new(secret.seal(&keys, owner, &moment), TotpAlgorithm::Sha1, 8, None)?;
/// let step = totp.step_at(Timestamp::from_unix(59));
/// assert_eq!(totp.code(&secret, step).expose(), "94287082");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The step that was used last cannot be omitted, because a used password could otherwise be used again:
///
/// ```compile_fail,E0061
/// use authflow::{factor::{Totp, TotpAlgorithm}, sealing::SealedSecret};
/// # fn of(sealed: SealedSecret) {
/// let _ = Totp::new(sealed, TotpAlgorithm::Sha1, 6);
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Totp {
    secret: SealedSecret,
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

    /// A [sealed](TotpSecret::seal) secret, and passwords of 6 to 8 digits.
    ///
    /// `last_used_step` is what [`UseTotpStep`](crate::step::Write::UseTotpStep) wrote last, or `None` before the first. That step and those
    /// before it no longer count (RFC 6238 §5.2).
    ///
    /// # Errors
    /// When the digits are out of bounds.
    pub fn new(
        secret: SealedSecret,
        algorithm: TotpAlgorithm,
        digits: u8,
        last_used_step: Option<u64>,
    ) -> Result<Self, TotpError> {
        if (6..=8).contains(&digits) {
            Ok(Self { secret, algorithm, digits, last_used_step, step_seconds: Self::STEP_SECONDS })
        } else {
            Err(TotpError::Digits { digits })
        }
    }

    /// The same one-time password with steps of 60 seconds, which some hardware has. The time that [`TotpSkew`](super::TotpSkew) allows is then
    /// twice as long. So is the time in which a password that was read over a shoulder is good.
    #[must_use]
    pub fn with_steps_of_a_minute(self) -> Self {
        Self { step_seconds: Self::LEGACY_STEP_SECONDS, ..self }
    }

    /// The length of a step, in seconds.
    pub fn step_seconds(&self) -> u64 {
        self.step_seconds
    }

    /// The same one-time password with another latest used step. It is for an in-memory store.
    #[must_use]
    pub fn with_last_used_step(self, step: Option<u64>) -> Self {
        Self { last_used_step: step, ..self }
    }

    /// The same one-time password with its secret sealed again. It is for an in-memory store.
    #[must_use]
    pub fn with_secret(self, secret: SealedSecret) -> Self {
        Self { secret, ..self }
    }

    /// The secret, sealed.
    pub fn secret(&self) -> &SealedSecret {
        &self.secret
    }

    /// The hash.
    pub fn algorithm(&self) -> TotpAlgorithm {
        self.algorithm
    }

    /// The number of digits of a password.
    pub fn digits(&self) -> u8 {
        self.digits
    }

    /// The latest step that was used.
    pub fn last_used_step(&self) -> Option<u64> {
        self.last_used_step
    }

    /// The number of the step that a time lies in (RFC 6238 §4.2).
    pub fn step_at(&self, now: Timestamp) -> u64 {
        // The length is one of two constants, and neither is nought.
        now.as_unix().checked_div(self.step_seconds).unwrap_or_default()
    }

    /// The password of a step under this secret. It is for tests, and for an enrolment that checks that its authenticator works.
    pub fn code(&self, secret: &TotpSecret, step: u64) -> Secret {
        let width = usize::from(self.digits);
        Secret::new(self.number(secret, step).map(|number| format!("{number:0width$}")).unwrap_or_default())
    }

    /// The step whose password was presented. It is the latest matching step, of those within `skew` steps to either side of now. A step that
    /// was used, or that is before a used one, does not match (RFC 6238 §5.2). Every step is compared, whichever one matches.
    pub(crate) fn matching_step(
        &self,
        secret: &TotpSecret,
        presented: &str,
        now: Timestamp,
        skew: u8,
    ) -> Option<u64> {
        let is_shaped = presented.len() == usize::from(self.digits)
            && presented.bytes().all(|byte| byte.is_ascii_digit());
        let presented = presented.parse::<u32>().ok().filter(|_| is_shaped)?;
        let (current, skew) = (self.step_at(now), u64::from(skew));
        let (mut found, mut matched) = (Choice::from(0), 0);
        for step in current.saturating_sub(skew)..=current.saturating_add(skew) {
            let is_unused = self.last_used_step.is_none_or(|used| step > used);
            let matches = match self.number(secret, step) {
                Some(number) => number.ct_eq(&presented) & Choice::from(u8::from(is_unused)),
                None => Choice::from(0),
            };
            matched = u64::conditional_select(&matched, &step, matches);
            found |= matches;
        }
        bool::from(found).then_some(matched)
    }

    fn number(&self, secret: &TotpSecret, step: u64) -> Option<u32> {
        let truncated = secret.truncated(self.algorithm, step)?;
        Some(match self.digits {
            6 => truncated % 1_000_000,
            7 => truncated % 10_000_000,
            _ => truncated % 100_000_000,
        })
    }
}

/// Why something is no time-based one-time password.
///
/// ```
/// use authflow::factor::{TotpError, TotpSecret};
///
/// let refused = TotpSecret::new(*b"too short").unwrap_err();
/// assert_eq!(refused, TotpError::Secret { least: 16, bytes: 9 });
/// assert_eq!(refused.to_string(), "the secret of a one-time password must be 16 to 128 bytes, not 9");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TotpError {
    /// The secret is not 16 to 128 bytes, or 10 to 128 for a [legacy](TotpSecret::legacy) one.
    #[error("the secret of a one-time password must be {least} to 128 bytes, not {bytes}")]
    Secret {
        /// The lowest number of bytes that is allowed.
        least: usize,
        /// The number of bytes that were given.
        bytes: usize,
    },
    /// Not 6 to 8 digits.
    #[error("a one-time password must have 6 to 8 digits, not {digits}")]
    Digits {
        /// The number of digits that was given.
        digits: u8,
    },
}

#[cfg(test)]
#[path = "totp_tests.rs"]
mod tests;
