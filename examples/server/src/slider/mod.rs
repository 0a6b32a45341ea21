//! A slider puzzle: the server's captcha.
//!
//! A piece is cut out of a picture that is drawn for it, at a place that is drawn as well, and a person moves it back. It keeps out what asks for
//! codes without looking: a guess is right once in 24 times, each picture is good for one, and a device has five wrong ones a minute.
//!
//! **It is no defence against image matching.** A program that looks for the dark place in the picture finds it nearly always, as it does with
//! every puzzle of this kind; and a device is whatever fingerprint a client sends. Where codes cost you money, limit by address
//! in front, set `daily_in_all`, or put a captcha that somebody maintains in its place: `captcha = "own"`, and `judge_captcha` in the rules.
//!
//! What was shown is kept here, in the memory of this process: whoever has several servers sends a device to one of them. Nothing here
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

/// How far from its place the piece may be, in pixels.
const NEAR: f64 = 5.0;
/// What clients of the family say for the height, wherever the piece is.
const HEIGHT_SAID: f64 = 5.0;

/// Shows puzzles, and judges what is said of them.
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

/// There is no picture.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PictureError {
    #[error(transparent)]
    Encoding(#[from] EncodingError),
    #[error(transparent)]
    Thread(#[from] JoinError),
}

impl Slider {
    /// One that logs where each piece belongs: for a demonstration, in which nobody need look.
    pub(crate) fn telling() -> Self {
        Self { tells: true, ..Self::default() }
    }

    /// A new puzzle, drawn; none for a device that has failed too often of late.
    /// It takes half a millisecond, on a thread that serves no connection meanwhile.
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

    /// Whether the piece is in its place. The puzzle is over then, however it is.
    pub(crate) fn judge(&self, ask: &JudgeCaptchaPoint) -> Captcha {
        let device = failing(&ask.device.binding());
        let mut kept = self.kept();
        let x = kept.shown.take(ask.id, &ask.audience, &ask.device, ask.now);
        if kept.failures.are_too_many(device, ask.now) {
            return Captcha::Failed;
        }
        // No key was given with the picture, so nothing can be sealed.
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

/// By which failures are counted. A rotated key begins the count anew.
fn failing(device: &DeviceBinding) -> failures::Device {
    *device.digest.as_bytes()
}

/// Some clients write `5` and others `5.0`: they are compared as numbers.
fn is_near(said: CaptchaPoint, x: f64) -> bool {
    (said.x - x).abs() <= NEAR && (said.y - HEIGHT_SAID).abs() < 0.5
}

/// As the family's answer has it.
fn hex(id: &[u8; 16]) -> String {
    format!("{:032x}", u128::from_be_bytes(*id))
}

#[cfg(test)]
mod tests;
