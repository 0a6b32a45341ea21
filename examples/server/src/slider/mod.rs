//! A slider puzzle: the server's captcha.
//!
//! A piece is cut out of a picture, and a person moves it back. The picture and the place of the piece are drawn for each puzzle. It keeps out
//! programs that ask for codes without looking: a guess is right once in 24 times, each picture is good for one guess, and a device has five
//! wrong guesses a minute.
//!
//! **It is no defence against image matching.** A program that looks for the dark place in the picture nearly always finds it, as in every puzzle
//! of this kind. And a device is whatever fingerprint a client sends. If codes cost you money, limit by address in front, set `daily_in_all`, or
//! use a maintained captcha in its place: `captcha = "own"`, and `judge_captcha` in the rules.
//!
//! The puzzles that are shown are kept in the memory of this process. With several servers, send a device always to the same one. Nothing here
//! waits or reads a clock.

mod failures;
mod puzzle;
mod shown;

use authflow::{
    captcha::{Captcha, CaptchaPicture, CaptchaPoint, IssueCaptcha, JudgeCaptchaPoint, PresentedPoint},
    device::DeviceBinding,
};
use failures::Failures;
use png::EncodingError;
use puzzle::Puzzle;
use shown::{Owner, Shown};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::task::{JoinError, spawn_blocking};

/// The greatest distance of the piece from its place, in pixels.
const NEAR: f64 = 5.0;
/// The height that clients of the family send, wherever the piece is.
const HEIGHT_SAID: f64 = 5.0;

/// Shows puzzles, and judges their solutions.
#[derive(Debug, Default)]
pub(crate) struct Slider {
    kept: Mutex<Kept>,
    /// Whether places are logged, as codes are in a demonstration.
    tells: bool,
}

#[derive(Debug, Default)]
struct Kept {
    shown: Shown,
    failures: Failures,
}

/// The picture could not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PictureError {
    #[error(transparent)]
    Encoding(#[from] EncodingError),
    #[error(transparent)]
    Thread(#[from] JoinError),
}

impl Slider {
    /// A slider that logs the place of each piece: for a demonstration, whose user need not look.
    pub(crate) fn telling() -> Self {
        Self { tells: true, ..Self::default() }
    }

    /// Draws a new puzzle. Returns `None` for a device that has failed too often in the last minute. The picture takes half a millisecond, on a
    /// thread that serves no connection meanwhile.
    pub(crate) async fn issue(&self, ask: &IssueCaptcha) -> Result<Option<CaptchaPicture>, PictureError> {
        let Some(puzzle) = self.show(ask) else { return Ok(None) };
        Ok(Some(spawn_blocking(move || puzzle.picture()).await??))
    }

    /// Chooses a place, and keeps it.
    fn show(&self, ask: &IssueCaptcha) -> Option<Puzzle> {
        let (device, mut kept) = (ask.device.binding(), self.kept());
        if kept.failures.are_too_many(failing(&device), ask.now) {
            return None;
        }
        let puzzle = Puzzle::drawn(*ask.seed.as_bytes());
        kept.shown.keep(ask.id, Owner::of(&ask.audience, device), puzzle.x(), ask.now);
        if self.tells {
            tracing::info!("the piece of picture {} belongs at x = {}", hex(ask.id.as_bytes()), puzzle.x());
        }
        Some(puzzle)
    }

    /// Whether the piece is in its place. The puzzle is over then, whatever the answer is.
    pub(crate) fn judge(&self, ask: &JudgeCaptchaPoint) -> Captcha {
        let device = failing(&ask.device.binding());
        let mut kept = self.kept();
        let x = kept.shown.take(ask.id, &ask.audience, &ask.device, ask.now);
        if kept.failures.are_too_many(device, ask.now) {
            return Captcha::Failed;
        }
        // The picture came without a key, so nothing can be sealed.
        let is_right = x.is_some_and(
            |x| matches!(ask.point, PresentedPoint::Clear(point) if is_near(point, f64::from(x))),
        );
        if is_right {
            Captcha::Passed
        } else {
            kept.failures.note(device, ask.now);
            Captcha::Failed
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The device by which failures are counted. The count starts again after a rotation of the key.
fn failing(device: &DeviceBinding) -> failures::Device {
    *device.digest.as_bytes()
}

/// Some clients write `5` and others `5.0`, so the values are compared as numbers.
fn is_near(said: CaptchaPoint, x: f64) -> bool {
    (said.x - x).abs() <= NEAR && (said.y - HEIGHT_SAID).abs() < 0.5
}

/// The id in the form of the family's answer.
fn hex(id: &[u8; 16]) -> String {
    format!("{:032x}", u128::from_be_bytes(*id))
}

#[cfg(test)]
mod tests;
