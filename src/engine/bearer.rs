//! A signed-in subject, by the id token that they bear.

use super::{
    admit::{self, Admitted},
    config::Core,
    id_token, session,
};
use crate::{
    Account, Moment, Step,
    device::Caller,
    outcome::{Fault, TokenRefusal},
    step::{AccountKey, SessionRecord},
    token::{Id, IdToken, Untrusted},
};
use alloc::sync::Arc;

/// A subject whose session lives and whose credentials have not changed since.
pub(super) struct Bearer {
    pub(super) account: Account,
    pub(super) record: SessionRecord,
}

/// Verifies the id token, checks its session, and goes on with `then`.
pub(super) fn resume(
    core: &Arc<Core>,
    caller: Caller,
    presented: Untrusted<'_, Id>,
    moment: Moment,
    then: impl FnOnce(Admitted, Bearer) -> Step + Send + Sync + 'static,
) -> Step {
    // The key depends on the application, so the text is kept until that is known.
    let text = presented.to_owned();
    admit::admit(core, caller, moment, move |admitted| admitted.bearer(text.presented(), then))
}

impl Admitted {
    /// The same, where the application is known already.
    pub(super) fn bearer(
        self,
        presented: Untrusted<'_, Id>,
        then: impl FnOnce(Self, Bearer) -> Step + Send + Sync + 'static,
    ) -> Step {
        let fault = if presented.is_empty() { Fault::IdTokenMissing } else { Fault::IdTokenInvalid };
        id_token::verify(self, presented, move |admitted, verified| match verified {
            Ok(token) => admitted.check_bearers_session(token, then),
            Err(error) => admitted.refuse_token(fault, None, TokenRefusal::Token(error)),
        })
    }

    fn check_bearers_session(
        self,
        token: IdToken,
        then: impl FnOnce(Self, Bearer) -> Step + Send + Sync + 'static,
    ) -> Step {
        let account = token.account();
        session::check(self, account, token.session(), move |admitted, record| {
            let Some(record) = record else {
                return admitted.refuse_token(
                    Fault::IdTokenInvalid,
                    Some(account),
                    TokenRefusal::SessionEnded,
                );
            };
            admitted.find_account(AccountKey::Id(account), move |admitted, found| {
                let Some(found) = found else {
                    return admitted.refuse_token(
                        Fault::UserUnknown,
                        Some(account),
                        TokenRefusal::AccountGone,
                    );
                };
                match session::refusal(&found, &record) {
                    Some(reason) => admitted.refuse_token(Fault::IdTokenInvalid, Some(account), reason),
                    None => then(admitted, Bearer { account: found, record }),
                }
            })
        })
    }
}

impl super::prove_code::Holder for Bearer {
    fn account(&self) -> &Account {
        &self.account
    }
}
