//! Whether a signed-in subject has set a password.

use super::{admit::Admitted, config::Core, context::Context};
use crate::{
    Account, AccountStatus, Moment, Step, Timestamp,
    device::Caller,
    outcome::{Fault, TokenRefusal, Verdict},
    step::{AccountKey, Ask, CheckSession, Liveness},
    token::{Id, IdToken, Untrusted},
};
use alloc::sync::Arc;

pub(super) fn start(core: &Arc<Core>, caller: Caller, presented: Untrusted<'_, Id>, moment: Moment) -> Step {
    // The key depends on the application, so the text is kept until that is known.
    let text = presented.to_owned();
    Context::new(core, caller, moment).admit(move |admitted| application_found(admitted, text.presented()))
}

fn application_found(admitted: Admitted, presented: Untrusted<'_, Id>) -> Step {
    let Admitted { context, audience, .. } = &admitted;
    let now = context.moment.timestamp();
    let verified = context.core.ring.id_tokens(&context.core.issuer, audience).verify(presented, now);
    let token = match verified {
        Ok(token) => token,
        Err(error) => {
            let fault = if presented.is_empty() { Fault::IdTokenMissing } else { Fault::IdTokenInvalid };
            return admitted.refuse_token(fault, None, TokenRefusal::Token(error));
        }
    };
    let question =
        CheckSession { audience: admitted.audience, account: token.account(), session: token.session(), now };
    Step::CheckSession(Ask::new(question, move |_, answer| match answer {
        None => admitted.context.unavailable::<CheckSession>(),
        Some(Liveness::Ended) => refuse(admitted, &token, TokenRefusal::SessionEnded),
        Some(Liveness::Live { auth_time }) => session_lives(admitted, token, auth_time),
    }))
}

fn session_lives(admitted: Admitted, token: IdToken, auth_time: Timestamp) -> Step {
    admitted.find_account(AccountKey::Id(token.account()), move |admitted, found| match found {
        Some(account) => account_found(admitted, &token, auth_time, &account),
        None => admitted.refuse_token(Fault::UserUnknown, Some(token.account()), TokenRefusal::AccountGone),
    })
}

fn account_found(admitted: Admitted, token: &IdToken, auth_time: Timestamp, account: &Account) -> Step {
    if account.status != AccountStatus::Active {
        return refuse(admitted, token, TokenRefusal::AccountInactive);
    }
    if auth_time < account.credentials_changed_at() {
        return refuse(admitted, token, TokenRefusal::CredentialsChanged);
    }
    admitted.context.end(Verdict::PasswordPresence { is_set: account.password.is_some() })
}

fn refuse(admitted: Admitted, token: &IdToken, reason: TokenRefusal) -> Step {
    admitted.refuse_token(Fault::IdTokenInvalid, Some(token.account()), reason)
}
