//! Somebody who asks for a code and has not proved to be whom it goes to: most of them have proved nothing at all.
//!
//! A recipient that no account has goes through the same questions as one that has: a code is made, counted against the recipient's
//! budget, stored under a digest that nothing will match, and handed to the host as a decoy.

use super::{
    admit::Admitted,
    ask::Then,
    commit::InApplication,
    sending::{RefuseSend, Sending},
    spent::Spent,
};
use crate::{
    Secret,
    account::{Account, AccountKey, AccountStatus},
    captcha::{Captcha, CaptchaKind, JudgeCaptcha},
    code::{CodeOwner, CodePurpose, SendBudget, SendSlot},
    contact::{Channel, Recipient},
    factor::{Factor, FactorSet},
    flow::{has_way_back, link_code, own_password, recovery, sign_in_code},
    outcome::{CaptchaRefusal, Event, SendFailure},
    policy::Policy,
    step::{Claim, Step},
    token::Untrusted,
};

/// Somebody who has not proved to be whom they ask a code for.
pub(super) struct Stranger {
    /// Whom the client named.
    named: Recipient,
    captcha_token: Option<Secret>,
    /// What has been shown against robots; `None` as long as nothing was demanded.
    passed: Option<Passed>,
}

/// A captcha that was passed.
#[derive(Clone, Copy)]
enum Passed {
    /// The host's own, which sees to it that it counts once.
    Own,
    /// A picture: its token is used up in the commit of the code.
    Picture(Spent),
}

impl Stranger {
    pub(super) fn new(named: Recipient, captcha_token: Option<Secret>) -> Self {
        Self { named, captcha_token, passed: None }
    }

    /// Whether a captcha was passed.
    pub(super) fn is_human(&self) -> bool {
        self.passed.is_some()
    }

    /// The use of the captcha, for the commit of the code. It is made for a decoy as well.
    pub(super) fn claim(&self) -> Option<Claim> {
        match self.passed? {
            Passed::Own => None,
            Passed::Picture(token) => Some(token.claim()),
        }
    }

    /// Has the captcha judged, and goes on where it is passed.
    pub(super) fn judge<T: InApplication + RefuseSend>(
        self,
        mut carried: T,
        then: impl Then<T, Self>,
    ) -> Step {
        let Self { named, captcha_token, .. } = self;
        let admitted = carried.admitted();
        if admitted.policy().captcha == CaptchaKind::Picture {
            let presented = captcha_token.as_ref().map(|token| Untrusted::new(token.expose()));
            let judged = presented
                .ok_or(CaptchaRefusal::Missing)
                .and_then(|presented| admitted.judge_captcha_token(presented, &named));
            return match judged {
                Ok(token) => {
                    let passed = Some(Passed::Picture(Spent::captcha_token(token.claims())));
                    then(carried, Self { named, captcha_token: None, passed })
                }
                Err(refusal) => carried.refuse_send(SendFailure::Captcha(refusal)),
            };
        }
        let (audience, device) = (admitted.audience, admitted.context.device.clone());
        let question = JudgeCaptcha { audience, device, recipient: named, captcha_token };
        carried.ask(question, move |carried, asked, captcha| match captcha {
            Captcha::Failed => carried.refuse_send(SendFailure::Captcha(CaptchaRefusal::Host)),
            Captcha::Passed => {
                let passed = Some(Passed::Own);
                then(carried, Self { named: asked.recipient, captcha_token: None, passed })
            }
        })
    }

    pub(super) fn send(self, admitted: Admitted, purpose: CodePurpose) -> Step {
        let (channel, key) = (self.named.channel(), AccountKey::Identifier(self.named.clone().into()));
        admitted.find_account(key, move |mut admitted, found| {
            let budget = self.budget(&admitted, found.as_ref());
            let found = found.filter(|account| account.status == AccountStatus::Active);
            let lost = found.as_ref().filter(|account| {
                purpose == CodePurpose::ForgottenPassword && !has_way_back(admitted.policy(), account)
            });
            let lost = lost.map(|account| Event::NoWayBack { account: account.id });
            admitted.context.outcome.events.extend(lost);
            let known = found.and_then(|account| {
                // To the account's own contact, whatever the host took the typed one for.
                let own = recipient(admitted.policy(), &account, purpose, channel)?;
                Some((own, (account.id, account.revision)))
            });
            let (recipient, owner) = match known {
                Some((own, owner)) => (own, Some(owner)),
                // As typed, it would be the one spelling that a courier refuses, and that would tell a decoy from a code.
                None => (self.named.clone().in_one_spelling(), None),
            };
            let stranger = Some(self);
            Sending {
                admitted,
                purpose,
                recipient,
                login: None,
                owner,
                asked: None,
                budget,
                asker: None,
                stranger,
            }
            .store()
        })
    }

    /// The budget is of the contact as it is stored, whoever may have a code of this purpose: so no spelling is a second one. Where nobody has
    /// it, of what was typed.
    fn budget(&self, admitted: &Admitted, found: Option<&Account>) -> SendBudget {
        let (tenant, ring) = (admitted.audience.tenant, &admitted.context.core.ring);
        let (policy, now) = (admitted.policy().sending, admitted.now());
        let channel = self.named.channel();
        // Borrowed: a copy would be more to do for somebody than for nobody.
        let stored = found.and_then(|account| Some((account.id, account.normalised_recipient(channel)?)));
        match stored {
            Some((account, contact)) => {
                let slot = SendSlot::of_contact(ring, tenant, channel, contact);
                SendBudget::of(slot, CodeOwner::account(tenant, account), policy, now)
            }
            None => {
                let slot = SendSlot::of_recipient(ring, tenant, &self.named);
                SendBudget::of_nobody(slot, tenant, policy, now)
            }
        }
    }
}

/// Where a code goes that is asked for outside a pending login: nowhere, where it would prove nothing.
fn recipient(
    policy: &Policy,
    account: &Account,
    purpose: CodePurpose,
    channel: Channel,
) -> Option<Recipient> {
    match purpose {
        CodePurpose::SignIn => sign_in_code(policy, account, channel),
        CodePurpose::ForgottenPassword => recovery(policy, account, channel).ok(),
        CodePurpose::LinkIdentity => link_code(policy, account, channel),
        // Who is signed in and how is not known here: as the best session may.
        CodePurpose::UpdatePassword => {
            own_password(account, FactorSet::EMPTY.with(Factor::Password), channel).ok()
        }
        // To the contact that was typed, whether anybody has it or not: the two must not differ.
        CodePurpose::Register => None,
        // Of a pending login, and of a session.
        CodePurpose::SecondFactor | CodePurpose::ChangePassword | CodePurpose::UpdateContact => None,
    }
}
