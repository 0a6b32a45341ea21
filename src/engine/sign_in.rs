//! Sign in with an identifier and a password.
//!
//! An account that is unknown, disabled, locked or without a password goes through the same questions, in the same order,
//! as one whose password is wrong: found or not, a guess is counted, and a password is verified. Only after that do the
//! ways part.

use super::{admit::Admitted, config::Core, context::Context, login::Login};
use crate::{
    Account, AccountStatus, Factor, FactorSet, Identifier, Moment, Password, Secret, Step,
    flow::{PasswordStep, Progress},
    outcome::{Event, Fault, SignInRefusal},
    policy::{Attempt, Receipt, Settlement},
    step::{
        AccountKey, Ask, AttemptSlot, PasswordMatch, Reservation, ReserveAttempt, SettleAttempt,
        VerifyPassword,
    },
};
use alloc::sync::Arc;

/// What a client signs in with.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// Who they say they are.
    pub identifier: Identifier,
    /// The password as typed: not trimmed, not normalised.
    pub password: Secret,
}

pub(super) fn start(
    core: &Arc<Core>,
    caller: crate::device::Caller,
    credentials: Credentials,
    moment: Moment,
) -> Step {
    let Credentials { identifier, password } = credentials;
    Context::new(core, caller, moment).admit(move |admitted| {
        admitted.find_account(AccountKey::Identifier(identifier), move |admitted, key, account| {
            SignIn { admitted, presented: password, account }.account_looked_up(&key)
        })
    })
}

struct SignIn {
    admitted: Admitted,
    presented: Secret,
    account: Option<Account>,
}

impl SignIn {
    fn account_looked_up(self, key: &AccountKey) -> Step {
        let tenant = self.admitted.audience.tenant;
        let slot = match (&self.account, key) {
            (Some(account), _) => AttemptSlot::of_account(tenant, account.id, Factor::Password),
            (None, AccountKey::Id(id)) => AttemptSlot::of_account(tenant, *id, Factor::Password),
            (None, AccountKey::Identifier(typed)) => {
                AttemptSlot::of_identifier(tenant, typed, Factor::Password)
            }
        };
        let policy = self.admitted.application.policy.attempts;
        let question = ReserveAttempt::new(slot, policy, self.admitted.context.moment.timestamp());
        Step::ReserveAttempt(Ask::new(question, move |_, answer| match answer {
            None => self.admitted.context.unavailable::<ReserveAttempt>(),
            Some(other) if other.slot() != slot => self.admitted.context.contradiction::<ReserveAttempt>(),
            Some(reservation) => self.attempt_reserved(reservation),
        }))
    }

    fn attempt_reserved(mut self, reservation: Reservation) -> Step {
        let facts = &mut self.admitted.context.facts;
        let receipt = match reservation.attempt() {
            Attempt::Reserved { receipt, left } => {
                facts.attempts_left = Some(left);
                Some(receipt)
            }
            Attempt::Locked { until } => {
                facts.attempts_left = Some(0);
                facts.locked_until = until;
                None
            }
        };
        let slot = reservation.slot();
        let presented = self.presented.clone();
        let (verifier, judged) = match self.judge(receipt) {
            Ok((password, receipt)) => (Some(password.verifier.clone()), Ok(receipt)),
            Err(refusal) => (None, Err(refusal)),
        };
        let question = VerifyPassword { verifier, presented };
        Step::VerifyPassword(Ask::new(question, move |_, answer| match (answer, judged) {
            (None, _) => self.password_not_judged(slot, receipt),
            (Some(PasswordMatch::Matches), Ok(receipt)) => self.password_right(slot, receipt),
            (Some(PasswordMatch::Differs), Ok(_)) => self.refuse(SignInRefusal::WrongPassword),
            (Some(_), Err(refusal)) => self.refuse(refusal),
        }))
    }

    /// Whether a right password would count, and which one would be right.
    fn judge(&self, receipt: Option<Receipt>) -> Result<(&Password, Receipt), SignInRefusal> {
        let account = self.account.as_ref().ok_or(SignInRefusal::UnknownAccount)?;
        if account.status != AccountStatus::Active {
            return Err(SignInRefusal::Inactive);
        }
        let password = account.password.as_ref().ok_or(SignInRefusal::NoPassword)?;
        Ok((password, receipt.ok_or(SignInRefusal::Locked)?))
    }

    /// The guess was counted and not judged: it is given back. Where there was none, the question is asked all the same.
    fn password_not_judged(self, slot: AttemptSlot, receipt: Option<Receipt>) -> Step {
        let settlement = Settlement::Void(receipt.unwrap_or(Receipt::NONE));
        self.settle(slot, settlement, |sign_in| sign_in.admitted.context.unavailable::<VerifyPassword>())
    }

    fn password_right(self, slot: AttemptSlot, receipt: Receipt) -> Step {
        self.settle(slot, Settlement::Passed(receipt), Self::attempt_settled)
    }

    fn attempt_settled(self) -> Step {
        let Self { admitted, account, .. } = self;
        let now = admitted.context.moment.timestamp();
        match account {
            Some(account) => Login {
                admitted,
                account,
                progress: Progress {
                    factors: FactorSet::EMPTY.with(Factor::Password),
                    password: PasswordStep::Open,
                },
                auth_start: now,
                spent: None,
            }
            .decide_access(),
            // Not reached: a password was only right for an account.
            None => admitted.context.contradiction::<VerifyPassword>(),
        }
    }

    fn settle(
        self,
        slot: AttemptSlot,
        settlement: Settlement,
        then: impl FnOnce(Self) -> Step + Send + Sync + 'static,
    ) -> Step {
        let question = SettleAttempt::new(slot, self.admitted.application.policy.attempts, settlement);
        Step::SettleAttempt(Ask::new(question, move |_, answer| match answer {
            None => self.admitted.context.unavailable::<SettleAttempt>(),
            Some(()) => then(self),
        }))
    }

    fn refuse(self, reason: SignInRefusal) -> Step {
        let account = self.account.map(|account| account.id);
        self.admitted.context.refuse(Fault::CredentialsInvalid, Event::SignInRefused { account, reason })
    }
}
