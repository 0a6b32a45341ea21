//! Pictures of a captcha. Each has one try, on the device and in the application that it was shown to.

use super::{NeglectedDuty, Sitting, answered, holds};
use crate::{
    Host, Timestamp,
    captcha::{
        Captcha, CaptchaPicture, CaptchaPoint, IssueCaptcha, JudgeCaptchaPoint, PictureId, PictureSeed,
        PresentedPoint,
    },
    contact::{Channel, Recipient},
    device::{Device, PresentedDevice},
    testkit::demo,
};
use alloc::{format, sync::Arc};

/// The widest picture that is allowed.
const WIDEST: u16 = 1_000;

impl<H: Host> Sitting<'_, H> {
    /// Examines a host that shows pictures.
    pub(super) async fn pictures(&self) -> Result<(), NeglectedDuty> {
        let (id, now) = (PictureId::from_bytes(self.id("picture")), self.now());
        let Some(CaptchaPicture { picture, piece, .. }) = self.shown(id).await? else { return Ok(()) };
        holds(!picture.is_empty() && !piece.is_empty(), NeglectedDuty::JudgePicture)?;
        // The first try is outside the picture. Every later try inside it must fail, because the picture has only one try.
        self.fails(id, -1e6, now).await?;
        for x in (0..WIDEST).step_by(5) {
            self.fails(id, x.into(), now).await?;
        }
        self.fails(PictureId::from_bytes(self.id("no picture")), 0.0, now).await
    }

    async fn shown(&self, id: PictureId) -> Result<Option<CaptchaPicture>, NeglectedDuty> {
        let (audience, device) = (self.exam.audience, self.device()?);
        let seed = PictureSeed::from_bytes(self.id("seed"));
        let ask = IssueCaptcha { audience, device, id, seed, now: self.now() };
        answered::<IssueCaptcha, _>(self.host.issue_captcha(&ask).await)
    }

    async fn fails(&self, id: PictureId, x: f64, now: Timestamp) -> Result<(), NeglectedDuty> {
        let recipient = Recipient::new(Channel::Sms, demo::MOBILE);
        let recipient = recipient.map_err(|_| NeglectedDuty::JudgePicture)?;
        let (audience, device) = (self.exam.audience, self.device()?);
        let point = PresentedPoint::Clear(CaptchaPoint { x, y: 5.0 });
        let ask = JudgeCaptchaPoint { audience, device, id, point, recipient, now };
        let judged = answered::<JudgeCaptchaPoint, _>(self.host.judge_captcha_point(&ask).await)?;
        holds(judged == Captcha::Failed, NeglectedDuty::JudgePicture)
    }

    /// A device that no earlier exam had, so that its failures do not block another device.
    fn device(&self) -> Result<PresentedDevice, NeglectedDuty> {
        let name = format!("exam-{}", u128::from_be_bytes(self.id("device")));
        let device = Device::new("exam", &name, "exam", None).map_err(|_| NeglectedDuty::JudgePicture)?;
        Ok(PresentedDevice::new(device, &Arc::new(demo::ring())))
    }
}
