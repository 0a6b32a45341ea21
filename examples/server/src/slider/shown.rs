//! Which puzzles are shown, and where their pieces belong.

use authflow::{
    Audience, TenantId, Timestamp,
    captcha::PictureId,
    device::{DeviceBinding, PresentedDevice},
};
use sha2::{Digest as _, Sha256};
use std::collections::{HashMap, VecDeque};

/// How long a puzzle may be looked at.
pub(super) const SECONDS: u64 = 180;
/// So many are kept, the latest ones: 16 MiB. Whoever asks for 364 a second makes others look at a second one.
pub(super) const KEPT: usize = 65_536;

/// To whom a puzzle is shown: an application, a tenant and a device.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owner {
    audience: [u8; 32],
    device: DeviceBinding,
}

impl Owner {
    pub(super) fn of(audience: &Audience, device: DeviceBinding) -> Self {
        Self { audience: hashed(audience), device }
    }

    /// Also after a rotation of the key that the binding was made under.
    fn is(&self, audience: &Audience, device: &PresentedDevice, now: Timestamp) -> bool {
        self.audience == hashed(audience) && device.is_bound(&self.device, now)
    }
}

/// So that an entry is as small as its place.
fn hashed(audience: &Audience) -> [u8; 32] {
    let client_id = audience.client_id.as_str();
    let tenant = audience.tenant.as_ref().map_or("", TenantId::as_str);
    // Ids have no control characters, so no two pairs are one text.
    Sha256::digest(format!("{client_id}\0{tenant}")).into()
}

/// The puzzles that are shown.
#[derive(Debug, Default)]
pub(super) struct Shown {
    /// In the order in which they were shown, also those that are over already.
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

    /// Where the piece belongs, if the puzzle was shown to this one and is not over. It is now, whoever asks.
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

/// One from later than now was shown by a clock that has been set back: it is over, too.
fn is_over(at: Timestamp, now: Timestamp) -> bool {
    at > now || now >= at.plus_seconds(SECONDS)
}
