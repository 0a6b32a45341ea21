//! A host that keeps every duty but one.

use super::columns::{with_another, without};
use authflow::{
    Host, SessionId,
    account::{Account, AccountKey, AccountStatus, ContactNames, FindAccount, NameKind, NewAccount, Profile},
    captcha::{Captcha, CaptchaPicture, IssueCaptcha, JudgeCaptchaPoint},
    code::{LoadCode, StoredCode},
    contact::{Mobile, Recipient},
    guess::{AttemptRecord, ClearGuesses, Reservation, ReserveAttempt, SettleAttempt},
    password::{PasswordForm, PasswordMatch, Verifier, VerifyPassword},
    session::{CheckSession, EndSessions, FindSession, SessionRecord},
    social::{EndLinks, LinkedIdentity, ListIdentities, SocialIdentity},
    step::{AccessDecision, Commit, CommitRefusal, Committed, DecideAccess, FindClaim, Write},
    testkit::{Link, MemoryHost, Planned, demo},
};
use std::sync::{Mutex, MutexGuard};

/// The ways in which a host is careless.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Careless {
    Not,
    FindsAcrossTenants,
    ForgetsClaims,
    /// An upsert that has changed a row counts as one that has made it.
    TrustsRowCounts,
    NoLookAtTheRevision,
    KeepsWhatWasRefused,
    ClaimsWhatWasRefused,
    SkipsWithoutEnd,
    SkipsUncounted,
    KeepsTheRevision,
    KeepsTheReason,
    StepsWithoutLook,
    LosesSessions,
    EndsNothing,
    EndsTooMuch,
    RotatesWithoutLook,
    RotatesUncounted,
    FindsNoSession,
    FindsAnEndedSession,
    FindsAnySession,
    FindsWithoutGeneration,
    FindsWithoutSight,
    FindsWithoutUse,
    NotesNoUse,
    NotesTheUseOfWhatIsOver,
    NotesTheUseOfAnotherDevice,
    NotesTheUseOfAnotherApplication,
    NotesTheUseOfAnotherGeneration,
    KeepsTheBinding,
    RotatesWithTheOldBinding,
    OneCodeForAll,
    KeepsTheOldCode,
    UsesCodesTwice,
    UsesUpWhatWasRefused,
    SendsWithoutEnd,
    SumsWithoutEnd,
    OneSumForAll,
    NoSumOfDecoys,
    CountsNothing,
    ClearsNothing,
    SettlesNothing,
    SettlingForgets,
    GivesBackTheLatest,
    ClearsMore,
    DeletesCounts,
    ClearsByItself,
    EndsThoseOfOthers,
    EndsThoseOfOneApplication,
    RenewsNothing,
    WritesWhatWasReplayed,
    WritesWhatWasChanged,
    KeepsTheRefusedPassword,
    LooksAtTheRevisionFirst,
    NeedsAnAccount,
    TakesAnyPassword,
    NeedsAVerifier,
    NoLookAtTheStatus,
    EndsOneOfAnybody,
    OpensOver,
    OpensOverWhatHasEnded,
    KeepsWhatWasThere,
    CountsTwice,
    KeepsTheSkips,
    KeepsTheTime,
    KeepsTheForm,
    /// Forgets this column of every account that it reads.
    Forgets(&'static str),
    /// Reads another value for this secret.
    ReadsAnother(&'static str),
    /// Forgets the enrolled factors if it finds an account this way.
    ForgetsBy(Way),
    FindsNotBy(Way),
    /// Loses the profile with a write of this name.
    LosesTheProfile(&'static str),
    RehashesNothing,
    RehashCountsUp,
    RehashEndsSessions,
    RehashClearsSkips,
    RehashIsANewPassword,
    RehashStaysWhenRefused,
    ResealsNothing,
    ResealCountsUp,
    ResealEndsSessions,
    ResealForgetsTheStep,
    ResealStaysWhenRefused,
    NotesNoClaim,
    FindsWhatHasEnded,
    ReplaysWithoutNote,
    NotesEveryClaim,
    RotatesWithoutTime,
    SaysWhatWasBeforeTheRotation,
    OverlooksTheFirstSight,
    SeesTheOldToken,
    RenewsWithoutSight,
    AsksWithoutEnd,
    ReplacesNothing,
    ReplacesUncounted,
    /// The old contact still finds the account, beside the new one.
    IsStillKnownByTheOld,
    GivesWhatIsTaken,
    ContactStaysWhenRefused,
    MakesAnotherRevision,
    MakesWithoutPassword,
    MakesOverWhoIsThere,
    SharesContacts,
    OverlooksNationalNames,
    RenewsTimeAlone,
    SharesUserNames,
    KeepsTheUnmade,
    ClaimsNothingOfNobody,
    ClaimsOfNobodyWhatWasRefused,
    KeepsPictures,
    TakesAnyPoint,
    TakesAnyPicture,
    FindsNobodyByIdentity,
    FindsIdentitiesAcrossTenants,
    LinksNothing,
    LinksOver,
    LinksOverByRefusing,
    ListsNothing,
    ListsEverybodys,
    KeepsTheFirstProofs,
    KeepsTheLastProofs,
    EndsNoLinks,
    EndsEverybodysLinks,
    EndsAllLinksForOneProvider,
    UnlinksNothing,
    UnlinksAnybodys,
    UnlinksTheLast,
    UnlinkKeepsTheRevision,
}

/// The kinds of text that were typed to find an account.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Way {
    UserName,
    Mobile,
    Email,
    /// A mobile, typed as any identifier.
    AnyMobile,
    /// An address, typed as any identifier.
    AnyEmail,
}

impl Way {
    fn is_of(self, key: &AccountKey) -> bool {
        let AccountKey::Identifier(typed) = key else { return false };
        let kinds: Vec<_> = typed.names().map(|(kind, _)| kind).collect();
        match self {
            Self::UserName => kinds == [NameKind::UserName],
            Self::Mobile => kinds == [NameKind::Mobile],
            Self::Email => kinds == [NameKind::Email],
            Self::AnyMobile => kinds == [NameKind::UserName, NameKind::Mobile],
            Self::AnyEmail => kinds == [NameKind::UserName, NameKind::Email],
        }
    }
}

pub(super) struct Hosts {
    pub(super) inner: Mutex<MemoryHost>,
    pub(super) careless: Careless,
}

impl Hosts {
    fn is(&self, careless: Careless) -> bool {
        self.careless == careless
    }

    fn kept(&self) -> MutexGuard<'_, MemoryHost> {
        self.inner.lock().unwrap()
    }

    async fn as_written(&self, commit: &Commit) -> Committed {
        self.inner.commit(commit).await.unwrap()
    }

    fn writes_all_the_same(&self, answer: &Committed) -> bool {
        matches!(
            (self.careless, answer),
            (Careless::WritesWhatWasReplayed, Committed::Replayed { .. })
                | (Careless::WritesWhatWasChanged, Committed::Changed)
                | (Careless::KeepsTheRefusedPassword, Committed::Refused(_))
        )
    }

    /// The change that the careless host undoes, or makes in addition, after a commit.
    fn spoiled_afterwards(&self, ask: &Commit, answer: Committed, before: &MemoryHost) -> Committed {
        let mut kept = self.kept();
        match (self.careless, &answer) {
            (Careless::ClaimsWhatWasRefused, Committed::Refused(_) | Committed::Changed) => {
                kept.claims.extend(ask.claim.map(|claim| (claim.id, claim)));
            }
            (Careless::ClaimsOfNobodyWhatWasRefused, Committed::Refused(_)) if ask.account.is_none() => {
                kept.claims.extend(ask.claim.map(|claim| (claim.id, claim)));
            }
            (
                Careless::SkipsUncounted
                | Careless::KeepsTheRevision
                | Careless::CountsTwice
                | Careless::KeepsTheReason
                | Careless::KeepsTheSkips
                | Careless::KeepsTheTime
                | Careless::KeepsTheForm,
                _,
            ) => {
                let is_new = ask.writes.iter().any(|write| matches!(write, Write::StorePassword { .. }));
                for (account, old) in kept.accounts.iter_mut().zip(&before.accounts) {
                    let (Some(password), Some(of_old)) = (&mut account.password, &old.password) else {
                        continue;
                    };
                    match self.careless {
                        Careless::KeepsTheRevision if is_new => account.revision = old.revision,
                        Careless::KeepsTheRevision => {}
                        Careless::CountsTwice if is_new && account.revision != old.revision => {
                            account.revision = account.revision.next();
                        }
                        Careless::CountsTwice => {}
                        Careless::KeepsTheReason => password.must_change = of_old.must_change,
                        Careless::KeepsTheTime => password.changed_at = of_old.changed_at,
                        Careless::KeepsTheForm => password.form = PasswordForm::AsTyped,
                        Careless::KeepsTheSkips if !is_new => {}
                        _ => password.skips_used = of_old.skips_used,
                    }
                }
            }
            (Careless::LosesTheProfile(write), Committed::Done) => {
                let loses = |it: &Write| format!("{it:?}").starts_with(write);
                for account in kept.accounts.iter_mut().filter(|_| ask.writes.iter().any(loses)) {
                    account.profile = Profile::from_json(r#"{"lost":true}"#).unwrap();
                }
            }
            (Careless::EndsOneOfAnybody, Committed::Done) => {
                for write in &ask.writes {
                    if let Write::EndSessions(EndSessions::One(session)) = write {
                        kept.ended.insert(*session);
                    }
                }
            }
            (
                Careless::RehashCountsUp | Careless::RehashEndsSessions | Careless::RehashClearsSkips,
                Committed::Done,
            ) if ask.writes.iter().any(|write| matches!(write, Write::Rehash { .. })) => {
                let tom = kept.account("tom");
                match self.careless {
                    Careless::RehashCountsUp => tom.revision = tom.revision.next(),
                    Careless::RehashClearsSkips => tom.password.as_mut().unwrap().skips_used = 0,
                    _ => {
                        let all: Vec<_> = kept.sessions.keys().copied().collect();
                        kept.ended.extend(all);
                    }
                }
            }
            (Careless::RehashStaysWhenRefused, Committed::Refused(_)) => {
                if let Some(Write::Rehash { password }) = ask.writes.first() {
                    kept.account("tom").password.as_mut().unwrap().verifier =
                        Verifier::new(password.expose());
                }
            }
            (
                Careless::ResealCountsUp | Careless::ResealEndsSessions | Careless::ResealForgetsTheStep,
                Committed::Done,
            ) if ask.writes.iter().any(|write| matches!(write, Write::Reseal { .. })) => {
                let tom = kept.account("tom");
                match self.careless {
                    Careless::ResealCountsUp => tom.revision = tom.revision.next(),
                    Careless::ResealForgetsTheStep => {
                        tom.totp = tom.totp.take().map(|totp| totp.with_last_used_step(None));
                    }
                    _ => {
                        let all: Vec<_> = kept.sessions.keys().copied().collect();
                        kept.ended.extend(all);
                    }
                }
            }
            (Careless::ResealStaysWhenRefused, Committed::Refused(_)) => {
                if let Some(Write::Reseal { secret }) = ask.writes.first() {
                    let tom = kept.account("tom");
                    tom.totp = tom.totp.take().map(|totp| totp.with_secret(secret.clone()));
                }
            }
            (Careless::ReplacesUncounted, Committed::Done) if replaces(ask) => {
                let old = before.accounts.iter().find(|account| Some(account.id) == ask.account);
                kept.account("tom").revision = old.unwrap().revision;
            }
            (Careless::ContactStaysWhenRefused, Committed::Refused(_)) if replaces(ask) => {
                if let Some(Write::ReplaceContact { contact: Recipient::Email(email), .. }) =
                    ask.writes.first()
                {
                    kept.account("tom").email = Some(email.clone());
                }
            }
            (Careless::UnlinkKeepsTheRevision, Committed::Done)
                if ask.writes.iter().any(|write| matches!(write, Write::UnlinkIdentity { .. })) =>
            {
                for (account, old) in kept.accounts.iter_mut().zip(&before.accounts) {
                    account.revision = old.revision;
                }
            }
            (Careless::RotatesUncounted, _) => {
                kept.sessions.values_mut().for_each(|record| record.generation = 0);
            }
            (Careless::KeepsTheOldCode, _) => {
                let old = before.codes.clone();
                kept.codes.extend(old);
            }
            (Careless::UsesUpWhatWasRefused, Committed::Changed) => {
                for write in &ask.writes {
                    if let Write::UseCode(claim) = write {
                        kept.claims.insert(claim.id, *claim);
                    }
                }
            }
            (Careless::SendsWithoutEnd, _) => kept.sends.clear(),
            (Careless::SumsWithoutEnd, _) => kept.sums.clear(),
            (Careless::NoSumOfDecoys, _) if format!("{ask:?}").contains("is_real: false") => {
                kept.sums.clone_from(&before.sums);
            }
            (Careless::DeletesCounts, Committed::Done) => {
                for write in &ask.writes {
                    if let Write::ClearGuesses(cleared) = write {
                        // If nothing is left, the row goes.
                        let is_empty = kept.attempts[&cleared.slot()].to_bytes().len() == 9;
                        is_empty.then(|| kept.attempts.remove(&cleared.slot()));
                    }
                }
            }
            (Careless::ClearsByItself, Committed::Changed) => {
                for write in &ask.writes {
                    if let Write::ClearGuesses(cleared) = write {
                        let stored = kept.attempts.remove(&cleared.slot());
                        kept.attempts.insert(cleared.slot(), cleared.clear(stored));
                    }
                }
            }
            (Careless::EndsThoseOfOthers, _) if kept.ended.len() > before.ended.len() + 1 => {
                let MemoryHost { sessions, ended, .. } = &mut *kept;
                let of_others = sessions.values().filter(|record| Some(record.account) != ask.account);
                ended.extend(of_others.map(|record| record.session));
            }
            (Careless::EndsThoseOfOneApplication, _) => {
                let MemoryHost { sessions, ended, .. } = &mut *kept;
                ended.retain(|session| sessions[session].audience == ask.audience);
            }
            (Careless::ReplaysWithoutNote, Committed::Replayed { .. }) => {
                return Committed::Replayed { opened: None };
            }
            (
                Careless::SaysWhatWasBeforeTheRotation,
                Committed::Refused(CommitRefusal::SessionRotated { now }),
            ) => {
                let now = Box::new(SessionRecord { generation: 0, ..**now });
                return Committed::Refused(CommitRefusal::SessionRotated { now });
            }
            (Careless::LooksAtTheRevisionFirst, Committed::Replayed { .. }) => {
                let account = kept.accounts.iter().find(|account| Some(account.id) == ask.account);
                if account.map(|account| account.revision) != ask.expected {
                    return Committed::Changed;
                }
            }
            _ => {}
        }
        answer
    }

    /// The link of an identity to the examined account.
    fn toms_link(&self, identity: &SocialIdentity) -> Option<Link> {
        let mut kept = self.kept();
        let tom = kept.account("tom").id;
        let link = kept.identities.get(&(Some(demo::tenant()), identity.clone())).copied();
        link.filter(|link| link.account == tom)
    }

    /// The fate of each write, one at a time.
    fn spoiled(&self, write: &Write) -> Option<Write> {
        match write {
            Write::RecordSkip { .. } if self.is(Careless::SkipsWithoutEnd) => {
                Some(Write::RecordSkip { budget: u32::MAX })
            }
            Write::UseTotpStep { step } if self.is(Careless::StepsWithoutLook) => {
                let used = self.kept().account("tom").totp.as_ref().unwrap().last_used_step();
                used.is_none_or(|used| used < *step).then(|| write.clone())
            }
            Write::UseCode(_) if self.is(Careless::UsesCodesTwice) => None,
            Write::ClearGuesses(_) if self.is(Careless::ClearsNothing) => None,
            Write::ClearGuesses(cleared) if self.is(Careless::ClearsMore) => {
                Some(Write::ClearGuesses(ClearGuesses::all(cleared.slot())))
            }
            Write::SpendBudget(_) if self.is(Careless::AsksWithoutEnd) => None,
            Write::ReplaceContact { .. } if self.is(Careless::ReplacesNothing) => None,
            Write::ReplaceContact { contact: Recipient::Mobile(mobile), .. }
                if self.is(Careless::GivesWhatIsTaken)
                    && self.kept().account("dora").mobile.as_ref() == Some(mobile) =>
            {
                self.kept().account("tom").mobile = Some(mobile.clone());
                None
            }
            Write::LinkIdentity { .. } if self.is(Careless::LinksNothing) => None,
            Write::LinkIdentity { identity, .. } if self.is(Careless::LinksOver) => {
                self.kept().identities.remove(&(Some(demo::tenant()), identity.clone()));
                Some(write.clone())
            }
            Write::LinkIdentity { identity, .. } if self.is(Careless::LinksOverByRefusing) => {
                // Each identity is linked once, to any account.
                let is_there = self.kept().identities.contains_key(&(Some(demo::tenant()), identity.clone()));
                (!is_there).then(|| write.clone())
            }
            Write::LinkIdentity { identity, linked_by, .. } if self.is(Careless::KeepsTheFirstProofs) => {
                let is_by_others = self.toms_link(identity).is_some_and(|link| link.linked_by != *linked_by);
                (!is_by_others).then(|| write.clone())
            }
            Write::LinkIdentity { identity, linked_at, linked_by }
                if self.is(Careless::KeepsTheLastProofs) =>
            {
                let by_others = self.toms_link(identity).filter(|link| link.linked_by != *linked_by);
                let Some(link) = by_others else { return Some(write.clone()) };
                let link = Link { linked_at: *linked_at, linked_by: *linked_by, ..link };
                self.kept().identities.insert((Some(demo::tenant()), identity.clone()), link);
                None
            }
            Write::EndLinks(_) if self.is(Careless::EndsNoLinks) => None,
            Write::EndLinks(_) if self.is(Careless::EndsEverybodysLinks) => {
                self.kept().identities.clear();
                None
            }
            Write::EndLinks(which) if self.is(Careless::EndsAllLinksForOneProvider) => {
                let _ = which;
                Some(Write::EndLinks(EndLinks::All))
            }
            Write::UnlinkIdentity { .. } if self.is(Careless::UnlinksNothing) => None,
            Write::UnlinkIdentity { identity, .. } if self.is(Careless::UnlinksAnybodys) => {
                self.kept().identities.remove(&(Some(demo::tenant()), identity.clone()));
                None
            }
            Write::UnlinkIdentity { identity, .. } if self.is(Careless::UnlinksTheLast) => {
                Some(Write::UnlinkIdentity { identity: identity.clone(), is_last: false })
            }
            Write::Reseal { .. } if self.is(Careless::ResealsNothing) => None,
            Write::Rehash { .. } if self.is(Careless::RehashesNothing) => None,
            Write::Rehash { password } if self.is(Careless::RehashIsANewPassword) => {
                let (new_password, changed_at) = (password.clone(), demo::START.plus_seconds(1));
                Some(Write::StorePassword { new_password, changed_at })
            }
            Write::OpenSession(_) if self.is(Careless::LosesSessions) => None,
            Write::OpenSession(record) => {
                let mut kept = self.kept();
                let is_there = kept.sessions.contains_key(&record.session);
                match self.careless {
                    Careless::OpensOver if !kept.ended.contains(&record.session) => {
                        kept.sessions.remove(&record.session);
                    }
                    Careless::OpensOverWhatHasEnded if kept.ended.remove(&record.session) => {
                        kept.sessions.remove(&record.session);
                    }
                    Careless::KeepsWhatWasThere if is_there => return None,
                    _ => {}
                }
                Some(write.clone())
            }
            Write::EndSessions(_) if self.is(Careless::EndsNothing) => None,
            Write::CreateAccount(new) if self.is(Careless::OverlooksNationalNames) => {
                let contact_names = ContactNames::of_both(new.mobile.as_ref(), new.email.as_ref(), None);
                Some(Write::CreateAccount(Box::new(NewAccount { contact_names, ..(**new).clone() })))
            }
            Write::RenewSession { session, auth_time, revision, .. }
                if self.is(Careless::RenewsTimeAlone) =>
            {
                let factors = self.kept().sessions[session].factors;
                let (session, auth_time, revision) = (*session, *auth_time, *revision);
                Some(Write::RenewSession { session, auth_time, factors, revision })
            }
            Write::RenewSession { session, .. } if self.is(Careless::RenewsNothing) => {
                self.kept().ended.contains(session).then(|| write.clone())
            }
            Write::RenewSession { session, auth_time, factors, revision }
                if self.is(Careless::RenewsWithoutSight) =>
            {
                let mut kept = self.kept();
                if let Some(record) = kept.sessions.get_mut(session) {
                    (record.auth_time, record.factors, record.revision) = (*auth_time, *factors, *revision);
                }
                kept.ended.contains(session).then(|| write.clone())
            }
            Write::EndSessions(_) if self.is(Careless::EndsTooMuch) => {
                Some(Write::EndSessions(EndSessions::All))
            }
            &Write::RotateSession { session, device, unseen_since, .. }
                if self.is(Careless::RotatesWithoutLook) =>
            {
                let expected_generation = self.kept().sessions[&session].generation;
                Some(Write::RotateSession { session, expected_generation, device, unseen_since })
            }
            &Write::RotateSession { session, expected_generation, device, .. }
                if self.is(Careless::RotatesWithoutTime) =>
            {
                Some(Write::RotateSession { session, expected_generation, device, unseen_since: None })
            }
            &Write::RotateSession { session, expected_generation, unseen_since, .. }
                if self.is(Careless::RotatesWithTheOldBinding) =>
            {
                let device = self.kept().sessions[&session].device;
                Some(Write::RotateSession { session, expected_generation, device, unseen_since })
            }
            other => Some(other.clone()),
        }
    }
}

/// tom's number before the exam.
pub(super) const TOMS: &str = "+86-13900000099";
pub(super) const DORAS: &str = "+86-13900000098";

fn is_toms_old(key: &AccountKey) -> bool {
    let toms = Mobile::new(TOMS).unwrap();
    matches!(key, AccountKey::Identifier(typed) if typed.names().any(|(_, name)| name == toms.normalised()))
}

fn replaces(commit: &Commit) -> bool {
    commit.writes.iter().any(|write| matches!(write, Write::ReplaceContact { .. }))
}

fn opened_by(writes: &[Write]) -> Option<SessionId> {
    writes.iter().find_map(|write| match write {
        Write::OpenSession(record) => Some(record.session),
        _ => None,
    })
}

impl Host for Hosts {
    type Error = Planned;

    async fn find_account(&self, ask: &FindAccount) -> Result<Option<Account>, Planned> {
        let mut ask = ask.clone();
        let by_identity = matches!(ask.key, AccountKey::Identity(_));
        if self.is(Careless::FindsAcrossTenants)
            || self.is(Careless::FindsIdentitiesAcrossTenants) && by_identity
        {
            ask.audience = demo::audience();
        }
        if self.is(Careless::IsStillKnownByTheOld) && is_toms_old(&ask.key) {
            return Ok(Some(self.kept().account("tom").clone()));
        }
        if self.is(Careless::FindsNobodyByIdentity) && by_identity {
            return Ok(None);
        }
        if matches!(self.careless, Careless::FindsNotBy(way) if way.is_of(&ask.key)) {
            return Ok(None);
        }
        Ok(self.inner.find_account(&ask).await?.map(|account| match self.careless {
            Careless::Forgets(column) => without(column, account),
            Careless::ReadsAnother(secret) => with_another(secret, account),
            Careless::ForgetsBy(way) if way.is_of(&ask.key) => without("enrolled", account),
            _ => account,
        }))
    }

    async fn reserve_attempt(&self, ask: &ReserveAttempt) -> Result<Reservation, Planned> {
        match self.careless {
            Careless::CountsNothing => Ok(ask.reserve(None)),
            _ => self.inner.reserve_attempt(ask).await,
        }
    }

    async fn verify_password(&self, ask: &VerifyPassword) -> Result<PasswordMatch, Planned> {
        match (self.careless, &ask.verifier) {
            (Careless::TakesAnyPassword, _) => Ok(PasswordMatch::Matches),
            (Careless::NeedsAVerifier, None) => Err(Planned),
            _ => self.inner.verify_password(ask).await,
        }
    }

    async fn settle_attempt(&self, ask: &SettleAttempt) -> Result<(), Planned> {
        match self.careless {
            Careless::SettlesNothing => Ok(()),
            Careless::SettlingForgets => {
                self.kept().attempts.remove(&ask.slot);
                Ok(())
            }
            Careless::GivesBackTheLatest => {
                let mut kept = self.kept();
                let before = kept.attempts[&ask.slot].to_bytes();
                let settled = ask.settle(kept.attempts.remove(&ask.slot));
                let is_given_back = settled.to_bytes().len() < before.len();
                let latest = AttemptRecord::from_bytes(&before[..before.len() - 24]).unwrap();
                kept.attempts.insert(ask.slot, if is_given_back { latest } else { settled });
                Ok(())
            }
            _ => self.inner.settle_attempt(ask).await,
        }
    }

    async fn decide_access(&self, ask: &DecideAccess) -> Result<AccessDecision, Planned> {
        self.inner.decide_access(ask).await
    }

    async fn commit(&self, ask: &Commit) -> Result<Committed, Planned> {
        let mut commit = ask.clone();
        if self.is(Careless::NeedsAnAccount) && commit.account.is_none() {
            return Ok(Committed::Changed);
        }
        let is_nobodys = self.is(Careless::ClaimsNothingOfNobody) && commit.account.is_none();
        if self.is(Careless::ForgetsClaims) || is_nobodys {
            commit.claim = None;
        }
        if self.is(Careless::TrustsRowCounts)
            && let Some(claim) = commit.claim
        {
            let claims = &mut self.kept().claims;
            let is_changed = claims.get(&claim.id).is_some_and(|known| *known != claim);
            is_changed.then(|| claims.remove(&claim.id));
        }
        if self.is(Careless::OneSumForAll) && commit.account.is_none() {
            commit.audience = demo::audience();
        }
        if let Some(claim) = &mut commit.claim {
            match self.careless {
                Careless::NotesNoClaim => claim.opens = None,
                Careless::NotesEveryClaim => claim.opens = claim.opens.or(opened_by(&ask.writes)),
                _ => {}
            }
        }
        if self.is(Careless::NoLookAtTheRevision) {
            commit.expected = None;
        }
        commit.writes = commit.writes.iter().filter_map(|write| self.spoiled(write)).collect();
        if self.is(Careless::NoLookAtTheStatus) {
            let inactive = self.kept().accounts.iter().find(|it| Some(it.id) == ask.account).cloned();
            let inactive = inactive.filter(|it| it.status != AccountStatus::Active);
            commit.expected =
                ask.expected.filter(|it| inactive.as_ref().is_none_or(|account| account.revision != *it));
        }
        let before = self.kept().clone();
        if self.is(Careless::KeepsWhatWasRefused) {
            // Each write has its own transaction.
            let writes = std::mem::take(&mut commit.writes);
            let mut answer = self.as_written(&commit).await;
            (commit.claim, commit.expected) = (None, None);
            for write in writes {
                if answer == Committed::Done {
                    commit.writes = vec![write];
                    answer = self.as_written(&commit).await;
                }
            }
            return Ok(answer);
        }
        let answer = self.as_written(&commit).await;
        if self.writes_all_the_same(&answer) {
            (commit.claim, commit.expected) = (None, None);
            commit.writes.retain(|write| !matches!(write, Write::RecordSkip { .. }));
            self.as_written(&commit).await;
            self.kept().accounts.iter_mut().zip(&before.accounts).for_each(|(now, then)| {
                now.revision = then.revision;
            });
        }
        if let Some(new) = made_by(ask) {
            return Ok(self.made_carelessly(new, answer));
        }
        Ok(self.spoiled_afterwards(ask, answer, &before))
    }

    fn failed(&self, question: &'static str, error: Planned) {
        self.inner.failed(question, error);
    }

    async fn find_session(&self, ask: &FindSession) -> Result<Option<SessionRecord>, Planned> {
        let found = self.inner.find_session(ask).await?;
        let kept = self.kept();
        let spoiled = |spoil: fn(&mut SessionRecord)| {
            found.map(|mut record| {
                spoil(&mut record);
                record
            })
        };
        Ok(match self.careless {
            Careless::FindsNoSession => None,
            Careless::FindsAnEndedSession => found.or(kept.sessions.get(&ask.session).copied()),
            Careless::FindsAnySession => found.or(kept.sessions.values().next().copied()),
            Careless::FindsWithoutGeneration => spoiled(|record| record.generation = 0),
            Careless::FindsWithoutSight => spoiled(|record| record.unseen_since = None),
            Careless::FindsWithoutUse => spoiled(|record| record.used_at = demo::START),
            _ => found,
        })
    }

    async fn check_session(&self, ask: &CheckSession) -> Result<Option<SessionRecord>, Planned> {
        let found = self.inner.check_session(ask).await?;
        let mut kept = self.kept();
        if let (Some(record), Some(found)) = (kept.sessions.get_mut(&ask.session), found) {
            let is_over = |limit| ask.now >= found.used_at.plus(limit);
            let notes = match self.careless {
                Careless::NotesTheUseOfWhatIsOver => ask.idle_limit.is_some_and(is_over),
                Careless::NotesTheUseOfAnotherDevice => !ask.device.is_bound(&found.device, ask.now),
                Careless::NotesTheUseOfAnotherApplication => ask.audience != found.audience,
                Careless::NotesTheUseOfAnotherGeneration => {
                    ask.generation.is_some_and(|generation| generation != found.generation)
                }
                _ => false,
            };
            match self.careless {
                Careless::NotesNoUse => record.used_at = demo::START,
                Careless::KeepsTheBinding => record.device = found.device,
                Careless::OverlooksTheFirstSight => record.unseen_since = found.unseen_since,
                Careless::SeesTheOldToken if ask.generation.is_some() => record.unseen_since = None,
                _ if notes => record.used_at = ask.now,
                _ => {}
            }
        }
        Ok(found)
    }

    async fn find_claim(&self, ask: &FindClaim) -> Result<Option<SessionRecord>, Planned> {
        let found = self.inner.find_claim(ask).await?;
        let kept = self.kept();
        let opened = kept.claims.get(&ask.id).and_then(|claim| claim.opens);
        let ended = opened.filter(|_| self.is(Careless::FindsWhatHasEnded));
        Ok(found.or(ended.and_then(|session| kept.sessions.get(&session)).copied()))
    }

    async fn issue_captcha(&self, ask: &IssueCaptcha) -> Result<Option<CaptchaPicture>, Planned> {
        self.inner.issue_captcha(ask).await
    }

    async fn judge_captcha_point(&self, ask: &JudgeCaptchaPoint) -> Result<Captcha, Planned> {
        let shown = self.kept().pictures.get(&ask.id).copied();
        let judged = self.inner.judge_captcha_point(ask).await?;
        match self.careless {
            Careless::KeepsPictures => self.kept().pictures.extend(shown.map(|shown| (ask.id, shown))),
            Careless::TakesAnyPoint if shown.is_some() => return Ok(Captcha::Passed),
            Careless::TakesAnyPicture if shown.is_none() => return Ok(Captcha::Passed),
            _ => {}
        }
        Ok(judged)
    }

    async fn list_identities(&self, ask: &ListIdentities) -> Result<Vec<LinkedIdentity>, Planned> {
        match self.careless {
            Careless::ListsNothing => Ok(Vec::new()),
            Careless::ListsEverybodys => {
                let kept = self.kept();
                let linked = kept.identities.iter().map(|((_, identity), link)| LinkedIdentity {
                    identity: identity.clone(),
                    linked_at: link.linked_at,
                    linked_by: link.linked_by,
                });
                Ok(linked.collect())
            }
            _ => self.inner.list_identities(ask).await,
        }
    }

    async fn load_code(&self, ask: &LoadCode) -> Result<Option<StoredCode>, Planned> {
        match self.careless {
            Careless::OneCodeForAll => Ok(self.kept().codes.values().next().cloned()),
            _ => self.inner.load_code(ask).await,
        }
    }
}

/// The account that a commit makes, with its password as the verifier.
fn made_by(ask: &Commit) -> Option<Account> {
    let made = ask.writes.iter().find_map(|write| match write {
        Write::CreateAccount(new) => Some(new),
        _ => None,
    })?;
    let NewAccount {
        id,
        revision,
        status,
        user_name,
        mobile,
        email,
        contact_names,
        password,
        created_at,
        enrolled,
        profile,
    } = (**made).clone();
    let password = password.map(|password| Verifier::new(password.expose()));
    let made = NewAccount {
        id,
        revision,
        status,
        user_name,
        mobile,
        email,
        contact_names,
        password,
        created_at,
        enrolled,
        profile,
    };
    Some(made.account(ask.audience.tenant))
}

impl Hosts {
    /// The fate of an account that is made, or not made.
    fn made_carelessly(&self, new: Account, answer: Committed) -> Committed {
        let mut kept = self.kept();
        let there =
            kept.accounts.iter().position(|account| (account.tenant, account.id) == (new.tenant, new.id));
        let is_refused = |refusal| answer == Committed::Refused(refusal);
        let makes_it = match self.careless {
            Careless::MakesOverWhoIsThere => is_refused(CommitRefusal::AccountExists),
            Careless::SharesContacts => is_refused(CommitRefusal::ContactTaken),
            Careless::SharesUserNames => is_refused(CommitRefusal::UserNameTaken),
            Careless::KeepsTheUnmade => is_refused(CommitRefusal::CodeUsed),
            _ => false,
        };
        match (makes_it, there) {
            (true, Some(at)) => kept.accounts[at] = new,
            (true, None) => kept.accounts.push(new),
            (false, Some(at)) => match self.careless {
                Careless::MakesAnotherRevision => kept.accounts[at].revision = new.revision.next(),
                Careless::MakesWithoutPassword => kept.accounts[at].password = None,
                _ => {}
            },
            (false, None) => {}
        }
        if makes_it && !self.is(Careless::KeepsTheUnmade) { Committed::Done } else { answer }
    }
}
