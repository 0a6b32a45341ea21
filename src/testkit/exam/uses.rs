//! Uses of sessions: noted when they are due, and only if the session is open to the caller.

use super::{NeglectedDuty, Sitting, answered, holds};
use crate::{
    Audience, ClientId, Host, Lifetime, Timestamp,
    device::{Device, DeviceBinding, PresentedDevice},
    session::{CheckSession, FindSession, SessionRecord},
    token::{Key, KeyRing, VerifyWindow, known_secret},
};
use alloc::sync::Arc;

/// The keys of the exam: before and after a rotation.
#[derive(Clone, Copy)]
pub(super) enum Keys {
    First,
    Rotated,
}

impl<H: Host> Sitting<'_, H> {
    /// Checks that a use is noted if one is due, but not by another device, another application or another generation.
    pub(super) async fn uses(&self, session: &SessionRecord) -> Result<(), NeglectedDuty> {
        let at = |after| self.now().plus_seconds(after);
        let limited = CheckSession { idle_limit: Some(Lifetime::of::<60>()), ..self.question(session)? };
        let used = |after| CheckSession { now: at(after), ..limited.clone() };
        let client_id = ClientId::new("elsewhere").map_err(|_| UNFIT)?;
        let another = CheckSession { device: device("another", Keys::First)?, ..used(100) };
        let elsewhere = CheckSession { audience: Audience { client_id, ..session.audience }, ..used(100) };
        let retired = CheckSession { generation: Some(session.generation.wrapping_add(1)), ..used(100) };
        for (ask, noted_before) in [
            (used(30), 0),
            (used(80), 30),
            (another, 80),
            (elsewhere, 80),
            (retired, 80),
            // The session has gone unused for too long.
            (used(200), 80),
            (used(110), 80),
            // The latest use is noted, and the next one is not due yet.
            (used(111), 110),
        ] {
            let found = self.check_as(&ask).await?;
            holds(found.map(|record| record.used_at) == Some(at(noted_before)), NeglectedDuty::NoteUse)?;
        }
        self.rotated_key(session).await
    }

    /// Checks that the session is bound to its device again, under the key that signs now.
    async fn rotated_key(&self, session: &SessionRecord) -> Result<(), NeglectedDuty> {
        let ask = CheckSession { device: device("exam", Keys::Rotated)?, ..self.question(session)? };
        let found = self.check_as(&ask).await?.map(|record| record.device);
        holds(found == Some(session.device), NeglectedDuty::BindAnew)?;
        let kept = self.check(session).await?.map(|record| record.device);
        holds(kept == Some(ask.device.binding()), NeglectedDuty::BindAnew)
    }

    /// The device that the exam's sessions are bound to.
    pub(super) fn binding(&self, keys: Keys) -> Result<DeviceBinding, NeglectedDuty> {
        device("exam", keys).map(|device| device.binding())
    }

    /// The question about a session, asked now for its own device and application. No use is due to be noted.
    pub(super) fn question(&self, record: &SessionRecord) -> Result<CheckSession, NeglectedDuty> {
        let SessionRecord { audience, account, session, .. } = *record;
        let (device, now) = (device("exam", Keys::First)?, self.now());
        Ok(CheckSession { audience, account, session, generation: None, device, idle_limit: None, now })
    }

    /// The session as both questions find it.
    pub(super) async fn check(&self, record: &SessionRecord) -> Result<Option<SessionRecord>, NeglectedDuty> {
        let ask = FindSession { session: record.session };
        let by_id = answered::<FindSession, _>(self.host.find_session(&ask).await)?;
        let kept = self.check_as(&self.question(record)?).await?;
        holds(!self.exam.references || by_id == kept, NeglectedDuty::FindSession)?;
        Ok(kept)
    }

    pub(super) async fn check_as(&self, ask: &CheckSession) -> Result<Option<SessionRecord>, NeglectedDuty> {
        answered::<CheckSession, _>(self.host.check_session(ask).await)
    }
}

fn device(fingerprint: &str, keys: Keys) -> Result<PresentedDevice, NeglectedDuty> {
    let device = Device::new("exam", fingerprint, "exam", None).map_err(|_| UNFIT)?;
    Ok(PresentedDevice::new(device, &Arc::new(ring(keys).ok_or(UNFIT)?)))
}

fn ring(keys: Keys) -> Option<KeyRing> {
    let key = |id, number| Key::new(id, known_secret(number)).ok();
    let always = VerifyWindow { from: Timestamp::from_unix(0), until: Timestamp::MAX };
    match keys {
        Keys::First => Some(KeyRing::new(key("exam", 1)?)),
        Keys::Rotated => KeyRing::new(key("exam-next", 2)?).with_verifier(key("exam", 1)?, always).ok(),
    }
}

const UNFIT: NeglectedDuty = NeglectedDuty::UnfitExam("its device cannot be made");
