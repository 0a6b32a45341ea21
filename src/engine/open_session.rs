//! A session, taken up again: whether it lives, and whether its subject may still use it.
//!
//! A session token, an id token or a ticket stands for one. Whichever it is, the same is asked and judged; what is told where it is
//! refused is the token's own fault.

use super::{
    admit::{self, Admitted},
    ask::{InProgress as _, Then},
    config::Core,
    end_sessions, id_token,
};
use crate::{
    AccountId, Moment, SessionId,
    account::{Account, AccountKey, AccountStatus},
    device::{Caller, DeviceTrait},
    outcome::{Fault, TokenRefusal},
    session::{CheckSession, SessionRecord},
    step::Step,
    token::{IdToken, SessionToken, Ticket, TokenError, Untrusted},
};
use alloc::sync::Arc;

/// A session that lives, and the account whose it is.
pub(super) struct OpenSession {
    pub(super) account: Account,
    pub(super) record: SessionRecord,
}

/// What stands for a session: a token that verified and may be used here.
#[derive(Clone, Copy)]
pub(super) struct Shown {
    account: AccountId,
    session: SessionId,
    /// How often the token has been rotated, where it is of a kind that is.
    generation: Option<u32>,
    /// What is told where the session has ended or changed.
    fault: Fault,
    /// What is told where the account is gone.
    gone: Fault,
}

impl Shown {
    pub(super) fn by_session_token(token: &SessionToken) -> Self {
        let claims = token.claims();
        let (fault, gone) = (Fault::SessionTokenInvalid, Fault::SessionTokenInvalid);
        let generation = Some(claims.generation);
        Self { account: claims.account, session: claims.session, generation, fault, gone }
    }

    pub(super) fn by_ticket(ticket: &Ticket) -> Self {
        let claims = ticket.claims();
        let (fault, gone) = (Fault::TicketInvalid, Fault::TicketInvalid);
        Self { account: claims.account, session: claims.session, generation: None, fault, gone }
    }

    fn by_id_token(token: &IdToken) -> Self {
        let (fault, gone) = (Fault::IdTokenInvalid, Fault::UserUnknown);
        Self { account: token.account(), session: token.session(), generation: None, fault, gone }
    }

    /// Takes the session up, and goes on with `then` where it lives.
    pub(super) fn open(self, admitted: Admitted, then: impl Then<Admitted, OpenSession>) -> Step {
        let question = CheckSession {
            audience: admitted.audience,
            account: self.account,
            session: self.session,
            idle_limit: admitted.policy().lifetimes.session_idle(),
            now: admitted.now(),
        };
        admitted.ask(question, move |admitted, asked, record| {
            let Some(record) = record.filter(|record| asked.is_open(record)) else {
                return self.refuse(admitted, TokenRefusal::SessionEnded);
            };
            match self.generation {
                Some(generation) if generation < record.generation => {
                    end_sessions::end_reused(admitted, record)
                }
                Some(generation) if generation > record.generation => {
                    self.refuse(admitted, TokenRefusal::SessionEnded)
                }
                _ => self.find_account(admitted, record, then),
            }
        })
    }

    fn find_account(
        self,
        admitted: Admitted,
        record: SessionRecord,
        then: impl Then<Admitted, OpenSession>,
    ) -> Step {
        admitted.find_account(AccountKey::Id(self.account), move |admitted, found| {
            let Some(account) = found else {
                return admitted.refuse_token(self.gone, Some(self.account), TokenRefusal::AccountGone);
            };
            match refusal(&admitted, &account, &record) {
                Some(reason) => self.refuse(admitted, reason),
                None => then(admitted, OpenSession { account, record }),
            }
        })
    }

    pub(super) fn refuse(self, admitted: Admitted, reason: TokenRefusal) -> Step {
        admitted.refuse_token(self.fault, Some(self.account), reason)
    }
}

/// Why an account may no longer use a session that lives.
fn refusal(admitted: &Admitted, account: &Account, record: &SessionRecord) -> Option<TokenRefusal> {
    let (skew, now) = (admitted.context.core.ring.skew(), admitted.now());
    let changed_at = account.credentials_changed_at();
    if account.status != AccountStatus::Active {
        Some(TokenRefusal::AccountInactive)
    } else if record.revision != account.revision {
        Some(TokenRefusal::AccountChanged)
    } else if !skew.is_impossible(changed_at, now) && skew.is_surely_before(record.auth_time, changed_at) {
        // The revision has decided already. This is for a change that counted none up.
        Some(TokenRefusal::CredentialsChanged)
    } else {
        None
    }
}

/// Verifies a session token of the caller's application and device, and goes on with `then`.
pub(super) fn with_session_token(
    core: &Arc<Core>,
    caller: Caller,
    presented: Untrusted<'_, SessionToken>,
    moment: Moment,
    then: impl Then<Admitted, SessionToken>,
) -> Step {
    let verified = core.ring.session_tokens().verify(presented, moment.timestamp());
    admit::admit(core, caller, moment, move |admitted| match verified {
        Err(error) => admitted.refuse_token(Fault::SessionTokenInvalid, None, TokenRefusal::Token(error)),
        Ok(token) => usable_here(admitted, token, then),
    })
}

/// Goes on with `then` where a session token may be used by this application, on this device.
pub(super) fn usable_here(
    admitted: Admitted,
    token: SessionToken,
    then: impl Then<Admitted, SessionToken>,
) -> Step {
    let refusal = if token.claims().audience != admitted.audience {
        TokenRefusal::Token(TokenError::WrongAudience)
    } else if !admitted.context.device.holds(&token, &admitted.context.core.ring) {
        TokenRefusal::Device(DeviceTrait::Fingerprint)
    } else {
        return then(admitted, token);
    };
    Shown::by_session_token(&token).refuse(admitted, refusal)
}

/// Takes up the session of an id token, and goes on with `then`.
pub(super) fn with_id_token(
    core: &Arc<Core>,
    caller: Caller,
    presented: Untrusted<'_, IdToken>,
    moment: Moment,
    then: impl Then<Admitted, OpenSession>,
) -> Step {
    // The key depends on the application, so the text is kept until that is known.
    let text = presented.to_owned();
    admit::admit(core, caller, moment, move |admitted| of_bearer(admitted, text.presented(), then))
}

/// The same, where the application is known already.
pub(super) fn of_bearer(
    admitted: Admitted,
    presented: Untrusted<'_, IdToken>,
    then: impl Then<Admitted, OpenSession>,
) -> Step {
    let fault = if presented.is_empty() { Fault::IdTokenMissing } else { Fault::IdTokenInvalid };
    id_token::verify(admitted, presented, move |admitted, verified| match verified {
        Ok(token) => Shown::by_id_token(&token).open(admitted, then),
        Err(error) => admitted.refuse_token(fault, None, TokenRefusal::Token(error)),
    })
}
