//! Captchas: is this a human?
//!
//! A captcha comes before a code for somebody who has proved nothing. It is asked for if the policy [demands
//! one](crate::policy::Policy::demands_captcha), or once half of what may be sent [in all](crate::code::SendPolicy) has been requested.
//! [`CaptchaKind`] says which captcha it is: the host's own, or the pictures of the family.
//!
//! ```text
//!                         ┌── JudgeCaptchaPoint, wrong ──> Failed: one try a picture
//! IssueCaptcha ──> Shown ─┤
//!                         └── JudgeCaptchaPoint, right ──> Passed: a captcha token
//!                                                            │
//!                               180 seconds                  │    a code is sent for it
//!                      Over <────────────────────────────────┴────────────────────────> Spent
//! ```
//!
//! ```
//! use authflow::{
//!     captcha::CaptchaKind,
//!     policy::Policy,
//!     testkit::{Call, World, demo},
//! };
//! use serde_json::json;
//!
//! let policy =
//!     Policy { demands_captcha: true, captcha: CaptchaKind::Picture, ..demo::policy() };
//! let mut world = World::with_policy(policy);
//! let mobile = "+86-13800000001";
//! let ask = |token: &str| {
//!     Call::post(
//!         "/api/v2/sdk/sms/send",
//!         &json!({ "mobile": mobile, "type": "LOGIN_SMS", "captcha_token": token }),
//!     )
//! };
//! assert_eq!(world.send(&ask("")).status, 400, "not without one");
//!
//! let shown = world.send(&Call::get("/api/v2/sdk/captcha"));
//! let point = world.host.solution(); // what somebody sees in the picture
//! let solved = json!({ "token": shown.text("token"), "point_json": point, "sender": mobile });
//! let solved = world.send(&Call::post("/api/v2/sdk/captcha/verify", &solved));
//!
//! assert_eq!(world.send(&ask(solved.text("captcha_token"))).status, 200);
//! world.clock.pass(60);
//! assert_eq!(world.send(&ask(solved.text("captcha_token"))).status, 400, "it counts once");
//! ```
//!
//! **A picture** goes through three calls:
//! 1. **Shown.** A client asks for a picture. The host answers [`IssueCaptcha`] with a [`CaptchaPicture`], and remembers where its piece belongs
//!    under the [`PictureId`] of the question.
//! 2. **Solved.** The client says where the piece belongs, and where a code should go. The host answers [`JudgeCaptchaPoint`]. If the place is
//!    right, the client gets a [captcha token](crate::token::CaptchaToken). The library makes it for this recipient, application, tenant and
//!    device, and for 180 seconds.
//! 3. **Used.** The client asks for a code with the token. It counts once, because its id is the [claim](crate::step::Commit::claim) of the
//!    commit that stores the code. If that commit is refused, the token has not been used.
//!
//! Steps 1 and 2 do not look up whether anybody has the recipient, and step 3 makes the claim for a decoy as well. So a captcha does not reveal
//! whether anybody has the recipient.
//!
//! **The host's own** captcha is one question, [`JudgeCaptcha`]. The library does not read its token.

mod judge;
mod judge_point;
mod kind;
mod picture;
mod point;

pub use crate::id::PictureId;
pub use judge::{Captcha, JudgeCaptcha};
pub use judge_point::JudgeCaptchaPoint;
pub use kind::CaptchaKind;
pub use picture::{CaptchaPicture, IssueCaptcha, PictureSeed};
pub(crate) use point::MAX_BYTES as MOST_OF_A_POINT;
pub use point::{CaptchaPoint, InvalidCaptchaPoint, PresentedPoint};
