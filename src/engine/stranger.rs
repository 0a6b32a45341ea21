//! Somebody who asks for a code and has not proved that the recipient is theirs. Most strangers have proved nothing at all.
//!
//! A recipient that no account has goes through the same questions as one that an account has. A code is made, counted against the recipient's
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

/// Somebody who asks for a code to a recipient that they have not proved to be theirs.
pub(super) struct Stranger {
    /// The recipient that the client named.
    named: Recipient,
    captcha_token: Option<Secret>,
    /// The captcha that was passed; `None` as long as none was demanded.
    passed: Option<Passed>,
}

/// A captcha that was passed.
#[derive(Clone, Copy)]
enum Passed {
    /// The host's own. The host sees to it that it counts once.
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

    /// The use of the captcha token, for the commit of the code. A decoy uses it up as well.
    pub(super) fn claim(&self) -> Option<Claim> {
        match self.passed? {
            Passed::Own => None,
            Passed::Picture(token) => Some(token.claim()),
        }
    }

    /// Has the captcha judged, and goes on if it is passed.
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
                then(carried, Self { named: asked.recipient.clone(), captcha_token: None, passed })
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
                // The code goes to the account's own contact, whatever the host took the typed one for.
                let own = recipient(admitted.policy(), &account, purpose, channel)?;
                Some((own, (account.id, account.revision)))
            });
            let (recipient, owner) = match known {
                Some((own, owner)) => (own, Some(owner)),
                // The typed spelling would be the only one that a courier refuses, and that would distinguish a decoy from a code.
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

    /// The budget is that of the contact as it is stored, even if the account may have no code of this purpose. So another spelling is no
    /// second budget. If nobody has the contact, the budget is that of the typed one.
    fn budget(&self, admitted: &Admitted, found: Option<&Account>) -> SendBudget {
        let (tenant, ring) = (admitted.audience.tenant, &admitted.context.core.ring);
        let (policy, now) = (admitted.policy().sending, admitted.now());
        let channel = self.named.channel();
        // The contact is borrowed, because a copy would be more work for somebody than for nobody.
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

/// The recipient of a code that is asked for outside a pending login. There is none if the code would prove nothing.
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
        // Nobody knows here who is signed in, and how, so the best session is assumed.
        CodePurpose::UpdatePassword => {
            own_password(account, FactorSet::EMPTY.with(Factor::Password), channel).ok()
        }
        // The code goes to the contact that was typed, whether anybody has it or not. The two cases must not differ.
        CodePurpose::Register => None,
        // These codes are of a pending login, or of a session.
        CodePurpose::SecondFactor | CodePurpose::ChangePassword | CodePurpose::UpdateContact => None,
    }
}
