//! Somebody who has proved nothing and asks for a code.
//!
//! A recipient that no account has goes through the same questions as one that has: a code is made, counted against the recipient's
//! budget, stored under a digest that nothing will match, and handed to the host as a decoy.

use super::{
    admit::Admitted,
    ask::Then,
    commit::InApplication,
    sending::{RefuseSend, Sending},
};
use crate::{
    Secret,
    account::{Account, AccountKey, AccountStatus},
    code::{Captcha, CodeOwner, CodePurpose, JudgeCaptcha, SendBudget, SendSlot},
    contact::{Channel, Recipient},
    factor::{Factor, FactorSet},
    flow::{has_way_back, own_password, recovery, sign_in_code},
    outcome::{Event, SendFailure},
    policy::Policy,
    step::Step,
};

/// Somebody who has proved nothing.
pub(super) struct Stranger {
    /// Whom the client named.
    named: Recipient,
    captcha_token: Option<Secret>,
    /// Whether the captcha was passed.
    pub(super) is_human: bool,
}

impl Stranger {
    pub(super) fn new(named: Recipient, captcha_token: Option<Secret>) -> Self {
        Self { named, captcha_token, is_human: false }
    }

    /// Has the captcha judged, and goes on where it is passed.
    pub(super) fn judge<T: InApplication + RefuseSend>(
        self,
        mut carried: T,
        then: impl Then<T, Self>,
    ) -> Step {
        let Admitted { context, audience, .. } = carried.admitted();
        let (audience, device) = (*audience, context.device.clone());
        let Self { named: recipient, captcha_token, .. } = self;
        let question = JudgeCaptcha { audience, device, recipient, captcha_token };
        carried.ask(question, move |carried, asked, captcha| match captcha {
            Captcha::Failed => carried.refuse_send(SendFailure::Captcha),
            Captcha::Passed => {
                then(carried, Self { named: asked.recipient, captcha_token: None, is_human: true })
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
            Sending { admitted, purpose, recipient, login: None, owner, budget, stranger }.store()
        })
    }

    /// The budget is of the contact as it is stored, whoever may have a code of this purpose: so no spelling is a second one. Where nobody has
    /// it, of what was typed.
    fn budget(&self, admitted: &Admitted, found: Option<&Account>) -> SendBudget {
        let (tenant, ring) = (admitted.audience.tenant, &admitted.context.core.ring);
        let (policy, now) = (admitted.policy().sending, admitted.now());
        let stored = found
            .and_then(|account| account.recipient(self.named.channel()).map(|contact| (account.id, contact)));
        match stored {
            Some((account, contact)) => {
                let slot = SendSlot::of_recipient(ring, tenant, &contact);
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
        // Who is signed in and how is not known here: as the best session may.
        CodePurpose::UpdatePassword => {
            own_password(account, FactorSet::EMPTY.with(Factor::Password), channel).ok()
        }
        CodePurpose::SecondFactor | CodePurpose::ChangePassword => None,
    }
}
