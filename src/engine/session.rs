//! A session, taken up again: whether it lives, and whether its subject may still use it.

use super::{
    admit::{self, Admitted},
    config::Core,
};
use crate::{
    Account, AccountId, AccountStatus, Moment, SessionId, Step,
    device::Caller,
    outcome::{Event, Fault, TokenRefusal, Verdict},
    step::{AccountKey, Ask, CheckSession, Commit, Committed, EndSessions, SessionRecord, Write},
    token::{Session, SessionToken, TokenError, Untrusted},
};
use alloc::{sync::Arc, vec::Vec};

/// A session that lives, and the account whose it is.
pub(super) struct OpenSession {
    pub(super) account: Account,
    pub(super) record: SessionRecord,
}

/// Verifies a session token of the caller's application and device, and goes on with `then`.
pub(super) fn with_token(
    core: &Arc<Core>,
    caller: Caller,
    presented: Untrusted<'_, Session>,
    moment: Moment,
    then: impl FnOnce(Admitted, SessionToken) -> Step + Send + Sync + 'static,
) -> Step {
    let verified = core.ring.sessions().verify(presented, moment.timestamp());
    admit::admit(core, caller, moment, move |admitted| match verified {
        Err(error) => refuse(admitted, None, TokenRefusal::Token(error)),
        Ok(token) => match admitted.session_token_refusal(&token) {
            Some(reason) => refuse(admitted, Some(token.claims().account), reason),
            None => then(admitted, token),
        },
    })
}

/// Refuses a session token.
pub(super) fn refuse(admitted: Admitted, account: Option<AccountId>, reason: TokenRefusal) -> Step {
    admitted.refuse_token(Fault::SessionTokenInvalid, account, reason)
}

impl Admitted {
    /// Why a session token may not be used here: by this application, on this device.
    pub(super) fn session_token_refusal(&self, token: &SessionToken) -> Option<TokenRefusal> {
        if token.claims().audience != self.audience {
            Some(TokenRefusal::Token(TokenError::WrongAudience))
        } else if !self.context.device.holds(token) {
            Some(TokenRefusal::Device(crate::device::DeviceTrait::Fingerprint))
        } else {
            None
        }
    }

    /// Takes up the session of a token that may be used here, and goes on with `then`.
    pub(super) fn open_session(
        self,
        token: SessionToken,
        then: impl FnOnce(Self, OpenSession) -> Step + Send + Sync + 'static,
    ) -> Step {
        let claims = *token.claims();
        check(self, claims.account, claims.session, move |admitted, record| match record {
            None => refuse(admitted, Some(claims.account), TokenRefusal::SessionEnded),
            Some(record) if claims.generation < record.generation => end_reused(admitted, record),
            Some(record) if claims.generation > record.generation => {
                refuse(admitted, Some(claims.account), TokenRefusal::SessionEnded)
            }
            Some(record) => find_account(admitted, record, then),
        })
    }
}

fn find_account(
    admitted: Admitted,
    record: SessionRecord,
    then: impl FnOnce(Admitted, OpenSession) -> Step + Send + Sync + 'static,
) -> Step {
    admitted.find_account(AccountKey::Id(record.account), move |admitted, found| match found {
        None => refuse(admitted, Some(record.account), TokenRefusal::AccountGone),
        Some(account) => match refusal(&account, &record) {
            Some(reason) => refuse(admitted, Some(account.id), reason),
            None => then(admitted, OpenSession { account, record }),
        },
    })
}

/// Asks for a session's record, and goes on with `then`: without one where it has ended, is over, or is not the one of this
/// account and audience.
pub(super) fn check(
    admitted: Admitted,
    account: AccountId,
    session: SessionId,
    then: impl FnOnce(Admitted, Option<SessionRecord>) -> Step + Send + Sync + 'static,
) -> Step {
    let question = CheckSession {
        audience: admitted.audience,
        account,
        session,
        idle_limit: admitted.application.policy.lifetimes.session_idle(),
        now: admitted.context.moment.timestamp(),
    };
    Step::CheckSession(Ask::new(question, move |asked, answer| match answer {
        None => admitted.context.unavailable::<CheckSession>(),
        Some(record) => then(admitted, record.filter(|record| asked.is_open(record))),
    }))
}

/// Why an account may no longer use a session that lives.
pub(super) fn refusal(account: &Account, record: &SessionRecord) -> Option<TokenRefusal> {
    if account.status != AccountStatus::Active {
        Some(TokenRefusal::AccountInactive)
    } else if record.revision != account.revision {
        Some(TokenRefusal::AccountChanged)
    } else if record.auth_time < account.credentials_changed_at() {
        Some(TokenRefusal::CredentialsChanged)
    } else {
        None
    }
}

/// A token that was rotated away has come back, so two have it: the session ends for both (RFC 9700 §4.14.2).
pub(super) fn end_reused(mut admitted: Admitted, record: SessionRecord) -> Step {
    let SessionRecord { account, session, .. } = record;
    admitted.context.outcome.events.push(Event::SessionReused { account, session });
    end(admitted, account, EndSessions::One(session), move |admitted| {
        refuse(admitted, Some(account), TokenRefusal::Rotated)
    })
}

/// Ends sessions of an account, whatever its state, and goes on with `then`.
pub(super) fn end(
    admitted: Admitted,
    account: AccountId,
    which: EndSessions,
    then: impl FnOnce(Admitted) -> Step + Send + Sync + 'static,
) -> Step {
    let question = Commit {
        claim: None,
        audience: admitted.audience,
        account: Some(account),
        expected: None,
        writes: Vec::from([Write::EndSessions(which)]),
    };
    Step::Commit(Ask::new(question, move |_, answer| match answer {
        None => admitted.context.unavailable::<Commit>(),
        Some(Committed::Done) => then(admitted),
        // Nothing was claimed, expected or bounded.
        Some(_) => admitted.context.contradiction::<Commit>(),
    }))
}

/// Ends one session, for the device that holds its token.
pub(super) fn sign_out(
    core: &Arc<Core>,
    caller: Caller,
    presented: Untrusted<'_, Session>,
    moment: Moment,
) -> Step {
    with_token(core, caller, presented, moment, |mut admitted, token| {
        let (account, session) = (token.claims().account, token.claims().session);
        admitted.context.outcome.facts.account = Some(account);
        end(admitted, account, EndSessions::One(session), move |admitted| {
            admitted.context.end_with(Event::SessionsEnded { account, session: Some(session) }, Verdict::Done)
        })
    })
}
