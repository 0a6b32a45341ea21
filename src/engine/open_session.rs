//! Takes up a session again: judges whether it lives, and whether its subject may still use it.
//!
//! A session token, an id token or a ticket stands for a session. The same questions are asked, and the same is judged, for each of them. A refusal
//! has the token's own fault.

use super::{
    admit::{Admitted, Errand},
    ask::{InProgress as _, Then},
    end_sessions, id_token,
};
use crate::{
    AccountId, SessionId,
    account::{Account, AccountKey, AccountStatus},
    device::DeviceTrait,
    outcome::{Fault, TokenRefusal},
    session::{CheckSession, SessionRecord},
    step::Step,
    token::{IdToken, SessionReference, SessionToken, Ticket, TokenError, Untrusted, VerifiedSession},
};

/// A live session, and its account.
pub(super) struct OpenSession {
    pub(super) account: Account,
    pub(super) record: SessionRecord,
}

/// A token that stands for a session, has been verified and may be used here.
#[derive(Clone, Copy)]
pub(super) struct Shown {
    account: AccountId,
    session: SessionId,
    /// How often the token has been rotated, if it is of a kind that rotates.
    generation: Option<u32>,
    shown_to: ShownTo,
    /// The fault if the session has ended or changed.
    fault: Fault,
    /// The fault if the account is gone.
    gone: Fault,
}

/// The purpose for which a token is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ShownTo {
    Refresh,
    Authenticate,
    Act,
}

/// What may be done with a token on its session.
enum Standing {
    /// It may be used.
    Live,
    /// It is refused.
    Over(TokenRefusal),
    /// It was rotated away, and its session must end.
    Reused,
}

impl Shown {
    pub(super) fn by_session_token(token: &SessionToken) -> Self {
        let claims = token.claims();
        Self::by_token_of(claims.account, claims.session, claims.generation)
    }

    /// A session that is shown by a reference, with the record of the session.
    pub(super) fn by_reference(reference: &SessionReference, record: &SessionRecord) -> Self {
        Self::by_token_of(record.account, record.session, reference.claims().generation)
    }

    fn by_token_of(account: AccountId, session: SessionId, generation: u32) -> Self {
        let (fault, gone) = (Fault::SessionTokenInvalid, Fault::SessionTokenInvalid);
        let (generation, shown_to) = (Some(generation), ShownTo::Act);
        Self { account, session, generation, shown_to, fault, gone }
    }

    pub(super) fn to_refresh(self) -> Self {
        Self { shown_to: ShownTo::Refresh, ..self }
    }

    /// At a route outside the family, a subject whose account is gone gets the same answer as any other.
    pub(super) fn to_authenticate(self) -> Self {
        Self { shown_to: ShownTo::Authenticate, gone: self.fault, ..self }
    }

    /// The fault if the session may not be used.
    pub(super) fn fault(&self) -> Fault {
        self.fault
    }

    pub(super) fn account(&self) -> AccountId {
        self.account
    }

    pub(super) fn session(&self) -> SessionId {
        self.session
    }

    pub(super) fn by_ticket(ticket: &Ticket) -> Self {
        let claims = ticket.claims();
        let (fault, gone) = (Fault::TicketInvalid, Fault::TicketInvalid);
        let (account, session) = (claims.account, claims.session);
        Self { account, session, generation: None, shown_to: ShownTo::Act, fault, gone }
    }

    pub(super) fn by_id_token(token: &IdToken) -> Self {
        let (fault, gone) = (Fault::IdTokenInvalid, Fault::UserUnknown);
        let (account, session) = (token.account(), token.session());
        Self { account, session, generation: None, shown_to: ShownTo::Act, fault, gone }
    }

    /// Takes the session up, and goes on with `then` if it lives.
    pub(super) fn open(self, admitted: Admitted, then: impl Then<Admitted, OpenSession>) -> Step {
        let question = self.question(&admitted);
        admitted.ask(question, move |admitted, asked, record| {
            let Some(record) = record else {
                return self.refuse(admitted, TokenRefusal::SessionEnded);
            };
            match self.judge(&admitted, asked, &record) {
                Standing::Live => self.take_up(admitted, record, then),
                Standing::Over(reason) => self.refuse(admitted, reason),
                Standing::Reused => end_sessions::end_reused(admitted, record),
            }
        })
    }

    fn question(&self, admitted: &Admitted) -> CheckSession {
        admitted.check_session(self.account, self.session, self.generation)
    }

    /// Judges whether the token may be used on its session.
    fn judge(&self, admitted: &Admitted, asked: &CheckSession, record: &SessionRecord) -> Standing {
        // This is judged before the generation, so that another device ends nothing.
        if let Some(reason) = over(asked, record) {
            return Standing::Over(reason);
        }
        match self.generation {
            Some(generation) if generation < record.generation => {
                self.judge_rotated(admitted, generation, record)
            }
            Some(generation) if generation > record.generation => Standing::Over(TokenRefusal::SessionEnded),
            _ => Standing::Live,
        }
    }

    /// Judges a token that was rotated away. A client that renews with it has lost the answer, or somebody has a copy. With a grace, other
    /// calls end no session. A guard never ends a session, because it writes nothing, and because a page asks for many things at once while it renews
    /// its token.
    fn judge_rotated(&self, admitted: &Admitted, generation: u32, record: &SessionRecord) -> Standing {
        match self.shown_to {
            ShownTo::Refresh if admitted.may_be_lost(record, generation.saturating_add(1)) => Standing::Live,
            ShownTo::Authenticate => Standing::Over(TokenRefusal::Rotated),
            ShownTo::Act if admitted.policy().retry_grace.is_any() => Standing::Over(TokenRefusal::Rotated),
            ShownTo::Refresh | ShownTo::Act => Standing::Reused,
        }
    }

    /// Whether a rotation has retired its token.
    pub(super) fn is_before(&self, record: &SessionRecord) -> bool {
        self.generation.is_some_and(|generation| generation < record.generation)
    }

    /// Looks at the account of a live session, and goes on with `then` if the account may use it.
    pub(super) fn take_up(
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

impl Admitted {
    /// The question about a session of this application.
    pub(super) fn check_session(
        &self,
        account: AccountId,
        session: SessionId,
        generation: Option<u32>,
    ) -> CheckSession {
        CheckSession {
            audience: self.audience,
            account,
            session,
            generation,
            device: self.context.presented_device(),
            idle_limit: self.policy().lifetimes.session_idle(),
            now: self.now(),
        }
    }
}

/// The reason why a session is over for a caller with a token of it.
fn over(asked: &CheckSession, record: &SessionRecord) -> Option<TokenRefusal> {
    if !asked.is_within_limits(record) {
        Some(TokenRefusal::SessionEnded)
    } else if !asked.is_open(record) {
        Some(TokenRefusal::Device(DeviceTrait::Binding))
    } else {
        None
    }
}

/// The reason why an account may no longer use a session that lives.
pub(super) fn refusal(
    admitted: &Admitted,
    account: &Account,
    record: &SessionRecord,
) -> Option<TokenRefusal> {
    let (skew, now) = (admitted.context.core.ring.skew(), admitted.now());
    let changed_at = account.credentials_changed_at();
    if account.status != AccountStatus::Active {
        Some(TokenRefusal::AccountInactive)
    } else if record.revision != account.revision {
        Some(TokenRefusal::AccountChanged)
    } else if !skew.is_impossible(changed_at, now) && skew.is_surely_before(record.auth_time, changed_at) {
        // Usually the revision has decided already. This catches a change that did not raise it.
        Some(TokenRefusal::CredentialsChanged)
    } else {
        None
    }
}

/// Goes on with `then` if a session token is of the caller's application, and of the device unless the caller gives up a right.
pub(super) fn by_session_token(
    errand: Errand,
    admitted: Admitted,
    verified: Result<VerifiedSession, TokenError>,
    then: impl Then<Admitted, Shown>,
) -> Step {
    match usable_here(errand, admitted, verified) {
        Ok((admitted, VerifiedSession::SelfContained(token))) => {
            then(admitted, Shown::by_session_token(&token))
        }
        Ok((admitted, VerifiedSession::NeedsRecord(reference))) => {
            find_session(errand, admitted, reference, then)
        }
        Err(refused) => refused,
    }
}

/// The token, if this caller may use it in this application.
fn usable_here(
    errand: Errand,
    admitted: Admitted,
    verified: Result<VerifiedSession, TokenError>,
) -> Result<(Admitted, VerifiedSession), Step> {
    let ring = &admitted.context.core.ring;
    let (account, reason) = match verified {
        Err(error) => (None, TokenRefusal::Token(error)),
        Ok(token) if !token.is_of(&admitted.audience, ring) => {
            (token.account(), TokenRefusal::Token(TokenError::WrongAudience))
        }
        Ok(token) if errand == Errand::Act && !token.is_held(&admitted.context.device, ring) => {
            (token.account(), TokenRefusal::Device(DeviceTrait::Binding))
        }
        Ok(token) => return Ok((admitted, token)),
    };
    Err(admitted.refuse_token(Fault::SessionTokenInvalid, account, reason))
}

/// Finds the session that a reference stands for.
fn find_session(
    errand: Errand,
    admitted: Admitted,
    reference: SessionReference,
    then: impl Then<Admitted, Shown>,
) -> Step {
    admitted.find_session(reference.clone(), move |admitted, found| {
        match referred(errand, admitted, &reference, found) {
            Ok((admitted, shown)) => then(admitted, shown),
            Err(refused) => refused,
        }
    })
}

/// The session that a reference stands for. A session that is over is refused here as if it had ended, so that both refusals come after the same
/// questions.
fn referred(
    errand: Errand,
    admitted: Admitted,
    reference: &SessionReference,
    found: Result<SessionRecord, TokenRefusal>,
) -> Result<(Admitted, Shown), Step> {
    let record = match found {
        Ok(record) => record,
        Err(reason) => return Err(admitted.refuse_token(Fault::SessionTokenInvalid, None, reason)),
    };
    let shown = Shown::by_reference(reference, &record);
    match over(&shown.question(&admitted), &record).filter(|_| errand == Errand::Act) {
        Some(reason) => Err(shown.refuse(admitted, reason)),
        None => Ok((admitted, shown)),
    }
}

/// Takes up the session of an id token, and goes on with `then`.
pub(super) fn of_bearer(
    admitted: Admitted,
    presented: Untrusted<'_, IdToken>,
    then: impl Then<Admitted, OpenSession>,
) -> Step {
    with_bearer(admitted, presented, |admitted, token| Shown::by_id_token(&token).open(admitted, then))
}

/// Verifies an id token, and goes on with `then`. An id token shows nothing where calls must be signed.
pub(super) fn with_bearer(
    admitted: Admitted,
    presented: Untrusted<'_, IdToken>,
    then: impl Then<Admitted, IdToken>,
) -> Step {
    admitted.unsigned(|admitted| {
        let fault = if presented.is_empty() { Fault::IdTokenMissing } else { Fault::IdTokenInvalid };
        id_token::verify(admitted, presented, move |admitted, verified| match verified {
            Ok(token) => then(admitted, token),
            Err(error) => admitted.refuse_token(fault, None, TokenRefusal::Token(error)),
        })
    })
}
