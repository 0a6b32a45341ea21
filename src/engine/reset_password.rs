//! Set a new password by a code: instead of a forgotten one, or while signed in.

use super::{
    admit::{self, Admitted},
    config::Core,
};
use crate::{
    CodePurpose, Dialect, Factor, Mobile, Moment, Recipient, Secret, Step,
    device::Caller,
    outcome::Fault,
    token::{Id, Untrusted},
};
use alloc::sync::Arc;

/// A new password instead of a forgotten one, proved by a code.
#[derive(Clone, Debug)]
pub struct PasswordReset {
    /// To whom the code was sent.
    pub recipient: Recipient,
    /// The code as typed.
    pub code: Secret,
    /// The new password.
    pub new_password: Secret,
}

/// A new password, proved by a code to a mobile, for whoever the application's dialect says.
#[derive(Clone, Debug)]
pub struct MobilePasswordUpdate {
    /// Whose it is, where nobody is signed in.
    pub mobile: Option<Mobile>,
    /// The code as typed.
    pub code: Secret,
    /// The new password.
    pub new_password: Secret,
}

pub(super) fn start(core: &Arc<Core>, caller: Caller, reset: PasswordReset, moment: Moment) -> Step {
    admit::admit(core, caller, moment, move |admitted| admitted.reset_password(reset))
}

/// One path of the family has two meanings, and which one is the product's: in CIAM a signed-in subject changes their password,
/// in EIAM and OneAccess somebody has forgotten theirs. Never is it told by what a client sent.
pub(super) fn by_mobile(
    core: &Arc<Core>,
    caller: Caller,
    presented: Untrusted<'_, Id>,
    update: MobilePasswordUpdate,
    moment: Moment,
) -> Step {
    let text = presented.to_owned();
    admit::admit(core, caller, moment, move |admitted| {
        let MobilePasswordUpdate { mobile, code, new_password } = update;
        match (admitted.application.dialect, mobile) {
            (Dialect::Ciam, _) => admitted.change_own_password_by_code(text.presented(), code, new_password),
            (Dialect::Eiam | Dialect::OneAccess, Some(mobile)) => {
                let recipient = Recipient::Mobile(mobile);
                admitted.reset_password(PasswordReset { recipient, code, new_password })
            }
            (Dialect::Eiam | Dialect::OneAccess, None) => admitted.refuse_body("mobile is missing"),
        }
    })
}

impl Admitted {
    fn reset_password(self, reset: PasswordReset) -> Step {
        let PasswordReset { recipient, code, new_password } = reset;
        let factor = Factor::of_channel(recipient.channel());
        let purpose = CodePurpose::ForgottenPassword;
        self.prove_sent_code(purpose, recipient, code, move |admitted, proved| match proved {
            Err(reason) => admitted.refuse_proof(Fault::CodeInvalid, factor, reason),
            Ok((account, spent)) => {
                let judged = account.clone();
                admitted.judge_new_password(&judged, None, new_password, move |admitted, new_password| {
                    admitted.store_new_password(&account, None, Some(spent), new_password)
                })
            }
        })
    }
}
