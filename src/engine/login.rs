//! The end of every operation that carries a login on: the access decision, what comes next, the one write, and the
//! tokens. Every session of this library begins here.

use super::{
    admit::Admitted,
    ask::InProgress,
    commit::{InApplication, Writing, commit},
    grant::{SessionTerms, Tokens},
    retry::{Opening, refuse_spent},
    spent::{Spent, UsedCode},
};
use crate::{
    Audience, SessionId, Timestamp, TokenId,
    account::{Account, AccountKey, JudgeProfile, MemberName, ProfileFlaw, ProfileRefusal, Revision},
    contact::Channel,
    factor::Factor,
    flow::{Denial, Next, PasswordStep, Progress, Wait, has_but_a_breached_password, next},
    outcome::{Event, Fault, Pending, ProofRefusal, TokenRefusal, Verdict},
    policy::Lifetimes,
    session::SessionRecord,
    social::pending::PendingIdentity,
    step::{
        AccessDecision, AccessPurpose, Claim, Commit, CommitRefusal, Committed, Step, Write, revision_after,
    },
    token::{StateClaims, StateToken, TokenText},
};
use alloc::{boxed::Box, vec::Vec};
use core::mem;

/// A login that has done a step and needs to know what comes next. It is large and goes from question to question, so it is boxed once.
pub(super) struct Login {
    pub(super) admitted: Admitted,
    /// The account as it is now.
    pub(super) account: Account,
    /// Whether the account is not there yet, because this step makes it.
    pub(super) is_new: bool,
    pub(super) progress: Progress,
    /// When the login began. It has half an hour from then.
    pub(super) auth_start: Timestamp,
    /// When the subject last proved who they are.
    pub(super) auth_time: Timestamp,
    /// The state token or link token that this step uses up; `None` for a step that begins a login without one.
    pub(super) spent: Option<Spent>,
    /// The code that this step uses up, if it was proved by one.
    pub(super) code: Option<UsedCode>,
    /// The identity that is linked to the account with the session, if the login began with an identity that was linked to nobody.
    pub(super) link: Option<Box<PendingIdentity>>,
    /// The writes of the step. The session comes last, if the step ends in one.
    pub(super) writes: Vec<Write>,
}

/// The end of a step once everything is written.
enum Ending {
    Pending(Wait),
    Session(SessionTerms),
    Denied { about: AccessPurpose, denial: Option<Denial> },
}

impl Login {
    /// Asks the host for its access decision, and goes on.
    pub(super) fn decide_access(self: Box<Self>) -> Step {
        let question = self.admitted.access(AccessPurpose::SignIn, self.account.id, self.progress.factors);
        self.ask(question, |login, _, decision| match decision {
            AccessDecision::Deny => login.commit_denied(AccessPurpose::SignIn, None),
            AccessDecision::Allow => login.access_allowed(),
        })
    }

    fn access_allowed(self: Box<Self>) -> Step {
        match next(self.admitted.policy(), &self.account, self.progress, self.now()) {
            Next::Deny(denial) => self.commit_denied(AccessPurpose::SignIn, Some(denial)),
            Next::Issue if self.link.is_some() => self.decide_link(),
            Next::Issue => self.issue(),
            Next::Wait(wait) => self.commit(Ending::Pending(wait)),
        }
    }

    /// Asks the host whether an identity may be linked to the account. If it may not, the subject is not signed in either, because the login was
    /// meant to link it.
    fn decide_link(self: Box<Self>) -> Step {
        let about = AccessPurpose::LinkIdentity;
        let question = self.admitted.access(about, self.account.id, self.progress.factors);
        self.ask(question, move |login, _, decision| match decision {
            AccessDecision::Deny => login.commit_denied(about, None),
            AccessDecision::Allow => login.issue(),
        })
    }

    fn issue(mut self: Box<Self>) -> Step {
        let record = SessionRecord {
            session: SessionId::from_bytes(self.draw("session")),
            audience: self.admitted.audience,
            account: self.account.id,
            revision: self.revision_after(),
            auth_time: self.auth_time,
            factors: self.progress.factors,
            device: self.admitted.context.device_binding(),
            generation: 0,
            unseen_since: self.is_skip().then(|| self.admitted.unseen_since()).flatten(),
            used_at: self.now(),
            expires_at: self.now().plus(self.admitted.policy().lifetimes.session_token()),
        };
        // The link is written with the session and not before. Otherwise the proofs so far would sign in for good.
        let (linked_at, factors) = (self.now(), self.progress.factors);
        let link = self.link.take().map(|link| Write::LinkIdentity {
            linked_by: link.linked_by(factors),
            identity: link.identity,
            linked_at,
        });
        self.writes.extend(link);
        self.writes.push(Write::OpenSession(record));
        self.commit(Ending::Session(SessionTerms::of(&record)))
    }

    /// Writes a denial. It is final, so it uses up what was presented: a code or a one-time password that was right once must not be right
    /// again. Nothing else is written, not even an outdated verifier or seal, which can be renewed the next time. A subject who is denied has
    /// not guessed wrong.
    fn commit_denied(mut self: Box<Self>, about: AccessPurpose, denial: Option<Denial>) -> Step {
        self.writes.retain(|write| matches!(write, Write::UseTotpStep { .. }));
        self.commit(Ending::Denied { about, denial })
    }

    /// Writes what the step has to write, all at once and last. The host is not asked if there is nothing to write.
    fn commit(mut self: Box<Self>, ending: Ending) -> Step {
        let mut writes = mem::take(&mut self.writes);
        if let Some(code) = &self.code {
            writes.insert(0, code.write());
        }
        let opens = match &ending {
            Ending::Session(terms) if self.is_skip() => Some(terms.session),
            _ => None,
        };
        let claim = self.spent.as_ref().map(|spent| Claim { opens, ..spent.claim() });
        if claim.is_none() && writes.is_empty() && self.admitted.context.guess.is_none() {
            return self.committed(ending, &writes);
        }
        let is_made = self.is_new && !matches!(ending, Ending::Denied { .. });
        let account = (!self.is_new || is_made).then_some(self.account.id);
        let expected = (!self.is_new).then_some(self.account.revision);
        commit(self, Writing { claim, account, expected, writes }, move |login, commit, committed| {
            match committed {
                Committed::Done => login.committed(ending, &commit.writes),
                Committed::Replayed { opened: Some(record) } if login.may_come_again() => {
                    login.outrun(*record)
                }
                refused => login.not_committed(refused),
            }
        })
    }

    /// A skip proves nothing, so the same skip may be answered again as before.
    fn is_skip(&self) -> bool {
        self.progress.password == PasswordStep::Skipped
    }

    fn may_come_again(&self) -> bool {
        self.is_skip() && self.admitted.policy().retry_grace.is_any()
    }

    /// Another request with the same skip was faster, and opened this session. Its answer is on its way. The account is looked at once more,
    /// since nothing has compared its revision.
    fn outrun(self, record: SessionRecord) -> Step {
        let account = self.account.id;
        let opening = Opening { auth_time: self.auth_time, factors: self.progress.factors };
        self.admitted.find_account(AccountKey::Id(account), move |admitted, found| match found {
            Some(account) => admitted.opened_before::<Commit>(account, record, opening, |admitted, open| {
                open.answer_again(admitted, Verdict::SignedIn)
            }),
            None => refuse_spent(admitted, account),
        })
    }

    fn not_committed(self: Box<Self>, answer: Committed) -> Step {
        if self.is_new {
            return self.not_made(answer);
        }
        let account = Some(self.account.id);
        let proof = |factor, reason, fault| (fault, Event::ProofRefused { account, factor, reason });
        let spent = self.spent.as_ref().map_or(Fault::StateTokenInvalid, Spent::fault);
        let token = |reason| (spent, Event::TokenRefused { account, reason });
        let by_code = self.code.as_ref().map(|code| code.factor);
        let (fault, event) = match (answer, &self.spent, by_code) {
            (Committed::Refused(CommitRefusal::TotpStepUsed), ..) => {
                proof(Factor::Totp, ProofRefusal::Replayed, Fault::CodeInvalid(Factor::Totp))
            }
            (Committed::Refused(CommitRefusal::CodeUsed), _, Some(factor)) => {
                proof(factor, ProofRefusal::Replayed, Fault::CodeInvalid(factor))
            }
            (Committed::Changed, None, Some(factor)) => {
                proof(factor, ProofRefusal::AccountChanged, Fault::CodeInvalid(factor))
            }
            (Committed::Changed, None, None) if self.progress.factors.contains(Factor::Federated) => {
                proof(Factor::Federated, ProofRefusal::AccountChanged, Fault::SocialCodeInvalid)
            }
            (Committed::Changed, None, None) if self.progress.factors.contains(Factor::Sms) => {
                proof(Factor::Sms, ProofRefusal::AccountChanged, Fault::MobileTokenInvalid)
            }
            (Committed::Changed, None, None) => {
                proof(Factor::Password, ProofRefusal::AccountChanged, Fault::CredentialsInvalid)
            }
            (Committed::Replayed { .. }, Some(_), _) => token(TokenRefusal::Replayed),
            (Committed::Changed, Some(_), _) => token(TokenRefusal::AccountChanged),
            (Committed::Refused(CommitRefusal::SkipsSpent), Some(_), _) => token(TokenRefusal::Refused),
            (Committed::Refused(CommitRefusal::IdentityTaken), Some(_), _) => {
                token(TokenRefusal::IdentityTaken)
            }
            // There was nothing to replay, and nothing that can be refused.
            _ => return self.admitted.context.contradiction::<Commit>(),
        };
        self.admitted.context.refuse(fault, event)
    }

    /// No account was made.
    fn not_made(self: Box<Self>, answer: Committed) -> Step {
        let Self { mut admitted, code, spent, .. } = *self;
        admitted.context.outcome.facts.account = None;
        if let Some(spent) = spent {
            let reason = match &answer {
                Committed::Replayed { .. } => Some(TokenRefusal::Replayed),
                Committed::Refused(CommitRefusal::IdentityTaken) => Some(TokenRefusal::IdentityTaken),
                _ => None,
            };
            if let Some(reason) = reason {
                return admitted.refuse_token(spent.fault(), None, reason);
            }
        }
        match (answer, code.map(|code| code.factor)) {
            (Committed::Refused(CommitRefusal::CodeUsed), Some(factor)) => {
                admitted.refuse_proof(Fault::CodeInvalid(factor), factor, ProofRefusal::Replayed)
            }
            (Committed::Refused(CommitRefusal::ContactTaken), _) => admitted.refuse_taken(None),
            (Committed::Refused(CommitRefusal::UserNameTaken), _) => {
                let member = MemberName::known(MemberName::USER_NAME);
                admitted.refuse_profile(ProfileRefusal { member, flaw: ProfileFlaw::Taken })
            }
            (Committed::Refused(CommitRefusal::AccountExists), _) => {
                admitted.context.contradiction::<JudgeProfile>()
            }
            _ => admitted.context.contradiction::<Commit>(),
        }
    }

    fn committed(mut self: Box<Self>, ending: Ending, writes: &[Write]) -> Step {
        let account = self.account.id;
        for write in writes {
            match (write, &self.account.password) {
                (Write::RecordSkip { budget }, Some(password)) => {
                    let skips_left = budget.saturating_sub(password.skips_used).saturating_sub(1);
                    self.admitted.context.outcome.events.push(Event::PasswordSkipped { account, skips_left });
                }
                (Write::StorePassword { .. }, _) => {
                    if has_but_a_breached_password(&self.account) {
                        let event = Event::BreachedPasswordSufficed { account };
                        self.admitted.context.outcome.events.push(event);
                    }
                    self.admitted.context.outcome.events.push(Event::PasswordChanged { account });
                    self.account.revision = self.account.revision.next();
                }
                (Write::CreateAccount(new), _) => {
                    let channel = if new.mobile.is_some() { Channel::Sms } else { Channel::Email };
                    self.admitted.context.outcome.events.push(Event::Registered { account, channel });
                }
                (Write::Rehash { .. }, _) => {
                    self.admitted.context.outcome.events.push(Event::PasswordRehashed { account });
                }
                (Write::LinkIdentity { identity, .. }, _) => {
                    let event = Event::IdentityLinked { account, provider: identity.provider() };
                    self.admitted.context.outcome.events.push(event);
                }
                (Write::EndLinks(_), _) => {
                    self.admitted.context.outcome.events.push(Event::LinksEnded { account });
                }
                (Write::Reseal { .. }, _) => {
                    self.admitted.context.outcome.events.push(Event::SecretResealed { account });
                }
                _ => {}
            }
        }
        match ending {
            Ending::Denied { about, denial } => {
                if self.is_new {
                    self.admitted.context.outcome.facts.account = None;
                }
                let event = Event::AccessDenied { account, about, denial };
                self.admitted.context.end_with(event, Verdict::AccessDenied)
            }
            Ending::Pending(wait) => {
                let rules = self.admitted.policy().password_rules;
                let state_token = self.state_token(&wait);
                let expires_in = self.state_token_expires_at().seconds_since(self.now());
                let pending = Pending { state_token, expires_in, wait, rules };
                let event = Event::LoginPending { account, stage: wait.stage() };
                self.admitted.context.end_with(event, Verdict::Pending(pending))
            }
            Ending::Session(terms) => {
                let (session, factors) = (terms.session, terms.factors);
                self.admitted.context.outcome.events.push(Event::SignedIn { account, session, factors });
                let tokens = Tokens::of(&self.admitted, &self.account, terms);
                tokens.grant(self, |login, grant| login.admitted.context.end(Verdict::SignedIn(grant)))
            }
        }
    }

    fn state_token(&self, wait: &Wait) -> TokenText<StateToken> {
        let ring = &self.admitted.context.core.ring;
        let policy = self.admitted.policy();
        ring.state_tokens().mint(&StateClaims {
            audience: self.admitted.audience,
            account: self.account.id,
            revision: self.account.revision,
            device: policy.bindings.digests(&self.admitted.context.device, ring.signer()),
            link: self.link.clone(),
            stage: wait.stage(),
            factors: self.progress.factors,
            auth_start: self.auth_start,
            id: TokenId::from_bytes(self.draw("state")),
            issued_at: self.now(),
            expires_at: self.state_token_expires_at(),
        })
    }

    fn state_token_expires_at(&self) -> Timestamp {
        let login_ends = self.auth_start.plus(Lifetimes::LOGIN);
        self.now().plus(self.admitted.policy().lifetimes.state_token()).min(login_ends)
    }

    /// An id that nobody can guess. A token that the step spends is already of one account or identity, one audience and one device, and is
    /// spent once. So it alone binds the id. A step that spends nothing binds the id to the account, the audience and the device.
    fn draw(&self, purpose: &str) -> [u8; 16] {
        let (signer, moment) = (self.admitted.context.core.ring.signer(), &self.admitted.context.moment);
        if let Some(spent) = &self.spent {
            return signer.draw(moment, purpose, &[spent.id().as_bytes()]);
        }
        let Audience { client_id, tenant } = &self.admitted.audience;
        let tenant = tenant.as_ref().map_or("", |tenant| tenant.as_str());
        let device = &self.admitted.context.device;
        let (kind, mark) = (device.binding_kind().as_str(), device.mark());
        let bound = [client_id.as_str(), tenant, self.account.id.as_str(), kind, mark].map(str::as_bytes);
        signer.draw(moment, purpose, &bound)
    }

    /// The account's revision once this step is written.
    fn revision_after(&self) -> Revision {
        revision_after(self.account.revision, &self.writes)
    }

    fn now(&self) -> Timestamp {
        self.admitted.now()
    }
}

impl InProgress for Box<Login> {
    fn unanswered(self, question: &'static str) -> Step {
        self.admitted.unanswered(question)
    }
}

impl InApplication for Box<Login> {
    fn admitted(&mut self) -> &mut Admitted {
        &mut self.admitted
    }

    fn into_admitted(self) -> Admitted {
        self.admitted
    }
}
