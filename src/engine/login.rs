//! The end of every operation that carries a login on: the access decision, what comes next, the one write, and the
//! tokens. Every session of this library is issued here.

use super::{admit::Admitted, config::Core};
use crate::{
    Account, Audience, SessionId, Step, Timestamp, TokenId,
    flow::{Next, Progress, next},
    outcome::{Event, Fault, Grant, Pending, SignInRefusal, TokenRefusal, Verdict, Wait},
    policy::Lifetimes,
    step::{Access, Ask, Claim, Commit, Committed, DecideAccess, SessionRecord, Write},
    token::{IdClaims, SessionClaims, StateClaims, TokenText},
};
use alloc::vec::Vec;
use core::mem;

/// A claim outlives its token by this much, for databases whose clocks are fast.
const CLAIM_GRACE_SECONDS: u64 = 300;

/// A login that has got through something and wants to know what comes next.
pub(super) struct Login {
    pub(super) admitted: Admitted,
    /// The account as it is now.
    pub(super) account: Account,
    pub(super) progress: Progress,
    /// When the login began: it has half an hour from there.
    pub(super) auth_start: Timestamp,
    /// When the subject last proved who they are.
    pub(super) auth_time: Timestamp,
    /// The state token that this step finishes; none for the step that begins a login.
    pub(super) spent: Option<Spent>,
    /// What the step writes, beside the session it may end in.
    pub(super) writes: Vec<Write>,
}

/// A state token about to be spent.
pub(super) struct Spent {
    pub(super) id: TokenId,
    pub(super) expires_at: Timestamp,
}

/// How a step ends once everything is written.
enum Ending {
    Pending(Wait),
    Session(SessionRecord),
}

impl Login {
    /// Asks the host for its access decision, and goes on.
    pub(super) fn decide_access(self) -> Step {
        let question = DecideAccess {
            audience: self.admitted.audience,
            account: self.account.id,
            device: self.admitted.context.caller.device.clone(),
            factors: self.progress.factors,
        };
        Step::DecideAccess(Ask::new(question, move |_, answer| match answer {
            None => self.admitted.context.unavailable::<DecideAccess>(),
            Some(Access::Deny) => self.deny(None),
            Some(Access::Allow) => self.access_allowed(),
        }))
    }

    fn access_allowed(self) -> Step {
        let policy = &self.admitted.application.policy;
        let rules = policy.password_rules;
        let wait = match next(policy, &self.account, self.progress, self.now()) {
            Next::Deny(denial) => return self.deny(Some(denial)),
            Next::Issue => return self.issue(),
            Next::Factor(choices) => Wait::FactorRequired { choices },
            Next::ChangePassword(reason) => Wait::PasswordExpired { reason, rules },
            Next::WarnPassword { expires_in, skips_left } => {
                Wait::PasswordExpiring { expires_in, skips_left, rules }
            }
        };
        self.commit(Ending::Pending(wait))
    }

    fn issue(self) -> Step {
        let record = SessionRecord {
            session: SessionId::from_bytes(self.draw("session")),
            auth_time: self.auth_time,
            factors: self.progress.factors,
            expires_at: self.now().plus(self.lifetimes().session_token()),
        };
        self.commit(Ending::Session(record))
    }

    /// Writes what the step has to write, all at once and last. Without anything to write, there is nothing to ask.
    fn commit(mut self, ending: Ending) -> Step {
        let claim = self.spent.as_ref().map(|spent| Claim {
            id: spent.id,
            keep_until: spent.expires_at.plus_seconds(CLAIM_GRACE_SECONDS),
        });
        let mut writes = mem::take(&mut self.writes);
        if let Ending::Session(record) = &ending {
            writes.push(Write::OpenSession(*record));
        }
        if claim.is_none() && writes.is_empty() {
            return self.committed(ending, &writes);
        }
        let question = Commit {
            claim,
            audience: self.admitted.audience,
            account: self.account.id,
            expected: self.account.revision,
            writes,
        };
        Step::Commit(Ask::new(question, move |commit, answer| match answer {
            None => self.admitted.context.unavailable::<Commit>(),
            Some(Committed::Done) => self.committed(ending, &commit.writes),
            Some(refused) => self.not_committed(refused),
        }))
    }

    fn not_committed(self, answer: Committed) -> Step {
        let account = self.account.id;
        if self.spent.is_some() {
            let reason = match answer {
                Committed::Replayed => TokenRefusal::Replayed,
                Committed::Changed => TokenRefusal::AccountChanged,
                Committed::Refused(_) | Committed::Done => TokenRefusal::Refused,
            };
            return self.admitted.refuse_token(Fault::StateTokenInvalid, Some(account), reason);
        }
        let context = self.admitted.context;
        match answer {
            Committed::Changed => {
                let (account, reason) = (Some(account), SignInRefusal::AccountChanged);
                context.refuse(Fault::CredentialsInvalid, Event::SignInRefused { account, reason })
            }
            // There was no claim to replay, and nothing that can be refused.
            Committed::Replayed | Committed::Refused(_) | Committed::Done => {
                context.contradiction::<Commit>()
            }
        }
    }

    fn committed(mut self, ending: Ending, writes: &[Write]) -> Step {
        let account = self.account.id;
        for write in writes {
            match (write, &self.account.password) {
                (Write::RecordSkip { budget }, Some(password)) => {
                    let skips_left = budget.saturating_sub(password.skips_used).saturating_sub(1);
                    self.admitted.context.events.push(Event::PasswordSkipped { account, skips_left });
                }
                (Write::StorePassword { .. }, _) => {
                    self.admitted.context.events.push(Event::PasswordChanged { account });
                    self.account.revision = self.account.revision.next();
                }
                _ => {}
            }
        }
        let (event, verdict) = match ending {
            Ending::Pending(wait) => {
                let pending = Pending { state_token: self.state_token(&wait), wait };
                (Event::LoginPending { account, stage: wait.stage() }, Verdict::Pending(pending))
            }
            Ending::Session(record) => {
                let (session, factors) = (record.session, record.factors);
                (Event::SignedIn { account, session, factors }, Verdict::SignedIn(self.grant(&record)))
            }
        };
        self.admitted.context.events.push(event);
        self.admitted.context.end(verdict)
    }

    fn deny(mut self, denial: Option<crate::flow::Denial>) -> Step {
        let account = self.account.id;
        self.admitted.context.events.push(Event::AccessDenied { account, denial });
        self.admitted.context.end(Verdict::AccessDenied)
    }

    fn state_token(&self, wait: &Wait) -> TokenText<crate::token::State> {
        let ring = &self.core().ring;
        let policy = &self.admitted.application.policy;
        let login_ends = self.auth_start.plus(Lifetimes::LOGIN);
        ring.states().mint(&StateClaims {
            audience: self.admitted.audience,
            account: self.account.id,
            revision: self.account.revision,
            device: self.admitted.context.caller.device.digests(policy.bindings, ring.signer()),
            stage: wait.stage(),
            factors: self.progress.factors,
            auth_start: self.auth_start,
            id: TokenId::from_bytes(self.draw("state")),
            issued_at: self.now(),
            expires_at: self.now().plus(policy.lifetimes.state_token()).min(login_ends),
        })
    }

    fn grant(&self, record: &SessionRecord) -> Grant {
        let Core { ring, issuer, .. } = self.core();
        let (audience, lifetimes): (&Audience, _) = (&self.admitted.audience, self.lifetimes());
        let SessionRecord { session, auth_time, factors, expires_at } = *record;
        let session_token = ring.sessions().mint(&SessionClaims {
            session,
            generation: 0,
            account: self.account.id,
            audience: *audience,
            device: self.admitted.context.caller.device.fingerprint_digest(ring.signer()),
            revision: self.account.revision,
            auth_time,
            factors,
            issued_at: self.now(),
            expires_at,
        });
        let id_token = ring.id_tokens(issuer, audience).mint(&IdClaims {
            account: self.account.id,
            session,
            auth_time,
            factors,
            issued_at: self.now(),
            expires_at: self.now().plus(lifetimes.id_token()),
            nonce: None,
            profile: self.account.profile.clone(),
        });
        Grant { session, session_token, expires_in: lifetimes.session_token(), id_token }
    }

    /// An id that nobody can guess, bound to whom and which device it is for, and to the state token that led to it.
    fn draw(&self, purpose: &str) -> [u8; 16] {
        let Audience { client_id, tenant } = &self.admitted.audience;
        let tenant = tenant.as_ref().map_or("", |tenant| tenant.as_str());
        let device = self.admitted.context.caller.device.fingerprint();
        let [client_id, tenant, account, device] =
            [client_id.as_str(), tenant, self.account.id.as_str(), device].map(str::as_bytes);
        let spent = self.spent.as_ref().map_or(&[][..], |spent| spent.id.as_bytes());
        let bound = [client_id, tenant, account, device, spent];
        let drawn = self.core().ring.signer().draw(&self.admitted.context.moment, purpose, &bound);
        *drawn.first_chunk().unwrap_or(&[0; 16])
    }

    fn core(&self) -> &Core {
        &self.admitted.context.core
    }

    fn now(&self) -> Timestamp {
        self.admitted.context.moment.timestamp()
    }

    fn lifetimes(&self) -> Lifetimes {
        self.admitted.application.policy.lifetimes
    }
}
