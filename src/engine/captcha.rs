//! Captchas: show a picture, and make a token of its solution.
//!
//! Anybody may make both calls. Neither looks up an account, so neither tells whether anybody has a recipient.

use super::{
    admit::{self, Admitted},
    ask::InProgress as _,
    config::Core,
};
use crate::{
    Lifetime, Moment, TokenId,
    captcha::{
        Captcha, CaptchaKind, IssueCaptcha, JudgeCaptchaPoint, PictureId, PictureSeed, PresentedPoint,
    },
    contact::Recipient,
    device::Caller,
    outcome::{CaptchaRefusal, Event, Fault, IssuedCaptchaToken, NoCaptcha, ShownPicture, Verdict},
    step::Step,
    token::{CaptchaClaims, CaptchaToken, Untrusted},
};
use alloc::{boxed::Box, sync::Arc};

/// A client's solution of a picture.
///
/// ```
/// use authflow::{
///     CaptchaSolution,
///     captcha::{CaptchaKind, PresentedPoint},
///     contact::{Channel, Recipient},
///     device::Caller,
///     outcome::Verdict,
///     policy::Policy,
///     testkit::{World, demo},
/// };
///
/// let policy = Policy { captcha: CaptchaKind::Picture, ..demo::policy() };
/// let mut world = World::with_policy(policy);
/// let (engine, caller) = (world.api.engine().clone(), Caller::from_headers(&demo::device())?);
/// let step = engine.issue_captcha(caller.clone(), world.moment());
/// let Verdict::CaptchaPicture(shown) = world.run(step).verdict else {
///     panic!("it is a picture")
/// };
///
/// let solution = CaptchaSolution {
///     picture: shown.id,
///     point: PresentedPoint::read(&world.host.solution())?,
///     recipient: Recipient::new(Channel::Sms, "+86-13800000001")?,
/// };
/// let step = engine.verify_captcha(caller, solution, world.moment());
/// assert!(matches!(world.run(step).verdict, Verdict::CaptchaToken(_)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct CaptchaSolution {
    /// The picture that is solved.
    pub picture: PictureId,
    /// The point to which the client has moved the piece.
    pub point: PresentedPoint,
    /// The recipient of the code. The token is good for this recipient alone, in any spelling.
    pub recipient: Recipient,
}

impl CaptchaSolution {
    /// The lifetime of the token for a solution.
    pub const TOKEN_LIFETIME: Lifetime = CaptchaClaims::LIFETIME;
}

pub(super) fn issue(core: &Arc<Core>, caller: Caller, moment: Moment) -> Step {
    with_pictures(core, caller, moment, |admitted| {
        let context = &admitted.context;
        let draw = |purpose| context.core.ring.signer().draw(&context.moment, purpose, &[]);
        let question = IssueCaptcha {
            audience: admitted.audience,
            device: context.presented_device(),
            id: PictureId::from_bytes(draw("picture")),
            seed: PictureSeed::from_bytes(draw("picture seed")),
            now: admitted.now(),
        };
        admitted.ask(question, |admitted, asked, picture| match picture {
            Some(picture) => {
                let shown = Verdict::CaptchaPicture(Box::new(ShownPicture { id: asked.id, picture }));
                admitted.context.end_with(Event::CaptchaShown, shown)
            }
            None => refuse(admitted, NoCaptcha::Host),
        })
    })
}

pub(super) fn verify(core: &Arc<Core>, caller: Caller, solution: CaptchaSolution, moment: Moment) -> Step {
    with_pictures(core, caller, moment, move |admitted| {
        let CaptchaSolution { picture: id, point, recipient } = solution;
        let (audience, device) = (admitted.audience, admitted.context.presented_device());
        let (recipient, now) = (recipient.completed(admitted.numbering()), admitted.now());
        let question = JudgeCaptchaPoint { audience, device, id, point, recipient, now };
        admitted.ask(question, |admitted, asked, captcha| match captcha {
            Captcha::Passed => reward(admitted, &asked.recipient),
            Captcha::Failed => admitted.context.refuse(Fault::CaptchaFailed, Event::CaptchaFailed),
        })
    })
}

fn reward(admitted: Admitted, recipient: &Recipient) -> Step {
    let (context, now) = (&admitted.context, admitted.now());
    let ring = &context.core.ring;
    let id = ring.signer().draw(&context.moment, "captcha", &[recipient.normalised().as_bytes()]);
    let (id, audience) = (TokenId::from_bytes(id), &admitted.audience);
    let claims = CaptchaClaims::new(ring, id, audience, recipient, &context.device, now);
    let token = ring.captcha_tokens().mint(&claims);
    let issued = IssuedCaptchaToken { token, expires_in: CaptchaClaims::LIFETIME };
    admitted.context.end_with(Event::CaptchaPassed, Verdict::CaptchaToken(issued))
}

/// Finds the application, and goes on with `then` if its captcha is a picture.
fn with_pictures(
    core: &Arc<Core>,
    caller: Caller,
    moment: Moment,
    then: impl FnOnce(Admitted) -> Step + Send + Sync + 'static,
) -> Step {
    admit::admit(core, caller, moment, |admitted| match admitted.policy().captcha {
        CaptchaKind::Picture => then(admitted),
        CaptchaKind::Own => refuse(admitted, NoCaptcha::OtherKind),
    })
}

fn refuse(admitted: Admitted, reason: NoCaptcha) -> Step {
    admitted.context.refuse(Fault::NoCaptcha, Event::NoCaptcha { reason })
}

impl Admitted {
    /// Judges a captcha token that comes with a request for a code. The commit of the code finds out whether the token has been
    /// used.
    pub(super) fn judge_captcha_token(
        &self,
        presented: Untrusted<'_, CaptchaToken>,
        recipient: &Recipient,
    ) -> Result<CaptchaToken, CaptchaRefusal> {
        let ring = &self.context.core.ring;
        let token = ring.captcha_tokens().verify(presented, self.now()).map_err(CaptchaRefusal::Token)?;
        if !token.is_for_audience(&self.audience, ring) {
            Err(CaptchaRefusal::OtherApplication)
        } else if !token.is_for_recipient(recipient, ring) {
            Err(CaptchaRefusal::OtherRecipient)
        } else if !self.context.device.holds_captcha(&token, ring) {
            Err(CaptchaRefusal::OtherDevice)
        } else {
            Ok(token)
        }
    }
}
