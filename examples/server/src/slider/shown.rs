//! The puzzles that are shown, and the places of their pieces.

use authflow::{
    Audience, TenantId, Timestamp,
    captcha::PictureId,
    device::{DeviceBinding, PresentedDevice},
};
use sha2::{Digest as _, Sha256};
use std::collections::{HashMap, VecDeque};

/// The seconds for which a puzzle is good.
pub(super) const SECONDS: u64 = 180;
/// The latest puzzles that are kept: 16 MiB. A client that asks for 364 a second makes others need a second puzzle.
pub(super) const KEPT: usize = 65_536;

/// The application, the tenant and the device that a puzzle is shown to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owner {
    audience: [u8; 32],
    device: DeviceBinding,
}

impl Owner {
    pub(super) fn of(audience: &Audience, device: DeviceBinding) -> Self {
        Self { audience: hashed(audience), device }
    }

    /// Whether the puzzle was shown to this device, in this application and tenant. The answer stays right after a rotation of the key that made the
    /// binding.
    fn is(&self, audience: &Audience, device: &PresentedDevice, now: Timestamp) -> bool {
        self.audience == hashed(audience) && device.is_bound(&self.device, now)
    }
}

/// A hash makes every entry equally small.
fn hashed(audience: &Audience) -> [u8; 32] {
    let client_id = audience.client_id.as_str();
    let tenant = audience.tenant.as_ref().map_or("", TenantId::as_str);
    // Ids have no control characters, so no two pairs give the same text.
    Sha256::digest(format!("{client_id}\0{tenant}")).into()
}

/// The puzzles that are shown.
#[derive(Debug, Default)]
pub(super) struct Shown {
    /// In the order in which they were shown. Puzzles that are over may still be among them.
    latest: VecDeque<(PictureId, Timestamp)>,
    puzzles: HashMap<PictureId, Kept>,
}

#[derive(Debug)]
struct Kept {
    owner: Owner,
    x: u16,
    at: Timestamp,
}

impl Shown {
    pub(super) fn keep(&mut self, id: PictureId, owner: Owner, x: u16, now: Timestamp) {
        while self.latest.front().is_some_and(|(_, at)| is_over(*at, now)) || self.latest.len() >= KEPT {
            let Some((first, _)) = self.latest.pop_front() else { break };
            self.puzzles.remove(&first);
        }
        self.latest.push_back((id, now));
        self.puzzles.insert(id, Kept { owner, x, at: now });
    }

    /// The place of the piece, if the puzzle was shown to this device, in this application and tenant, and is not over. The puzzle is over now,
    /// whoever asks.
    pub(super) fn take(
        &mut self,
        id: PictureId,
        audience: &Audience,
        device: &PresentedDevice,
        now: Timestamp,
    ) -> Option<u16> {
        let kept = self.puzzles.remove(&id)?;
        (kept.owner.is(audience, device, now) && !is_over(kept.at, now)).then_some(kept.x)
    }

    #[cfg(test)]
    pub(super) fn kept(&self) -> (usize, usize) {
        (self.latest.len(), self.puzzles.len())
    }
}

/// A puzzle with a later time than now was shown by a clock that has been set back. It is over, too.
fn is_over(at: Timestamp, now: Timestamp) -> bool {
    at > now || now >= at.plus_seconds(SECONDS)
}
