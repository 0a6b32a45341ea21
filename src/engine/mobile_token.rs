//! A token that vouches for a mobile. It is as good as a code that was sent there and typed, and no better.

use super::{
    admit::{self, Admitted},
    ask::Then,
    config::Core,
    exchange::exchange,
    sign_in::proved_by,
};
use crate::{
    Moment, Secret,
    account::{Account, AccountKey, AccountStatus, FindAccount},
    contact::{Channel, Mobile, Recipient},
    device::Caller,
    factor::Factor,
    flow::sign_in_code,
    outcome::{Fault, ProofRefusal},
    policy::Policy,
    social::{ExchangeMobileToken, MobileSource},
    step::Step,
};
use alloc::{sync::Arc, vec::Vec};

/// A client's token that vouches for a mobile.
///
/// ```
/// use authflow::{
///     MobileToken, Secret,
///     contact::Mobile,
///     device::Caller,
///     outcome::Verdict,
///     policy::Policy,
///     social::MobileSource,
///     testkit::{World, demo},
/// };
///
/// let mut world = World::with_policy(Policy { takes_vouched_mobiles: true, ..demo::policy() });
/// let (engine, caller) = (world.api.engine().clone(), Caller::from_headers(&demo::device())?);
/// // The carrier says, to the host, that the card in this phone is nora's.
/// let nora = Mobile::new("+86-13800000001")?;
/// world.host.mobile_tokens = vec![(MobileSource::Carrier, Secret::new("a token"), nora)];
///
/// let token = MobileToken { source: MobileSource::Carrier, token: Secret::new("a token") };
/// let step = engine.sign_in_with_mobile_token(caller, token, world.moment());
/// assert!(matches!(world.run(step).verdict, Verdict::SignedIn(_)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct MobileToken {
    /// The source of the token.
    pub source: MobileSource,
    /// The token, as it came.
    pub token: Secret,
}

pub(super) fn sign_in(core: &Arc<Core>, caller: Caller, token: MobileToken, moment: Moment) -> Step {
    admit::admit(core, caller, moment, |admitted| {
        if !admitted.policy().first_factors.contains(Factor::Sms) {
            return refuse(admitted, ProofRefusal::NotOffered);
        }
        token.prove(admitted, sign_in_code, |admitted, proved| match proved {
            Ok(account) => proved_by(admitted, Factor::Sms, account, None, Vec::new()),
            Err(reason) => refuse(admitted, reason),
        })
    })
}

fn refuse(admitted: Admitted, reason: ProofRefusal) -> Step {
    admitted.refuse_proof(Fault::MobileTokenInvalid, Factor::Sms, reason)
}

impl MobileToken {
    /// Proves the ownership of an account's mobile, the one that `may` gives for a code. The token is exchanged before an account is looked for.
    pub(super) fn prove(
        self,
        admitted: Admitted,
        may: fn(&Policy, &Account, Channel) -> Option<Recipient>,
        then: impl Then<Admitted, Result<Account, ProofRefusal>>,
    ) -> Step {
        self.exchange(admitted, move |admitted, mobile| match mobile {
            Err(reason) => then(admitted, Err(reason)),
            Ok(mobile) => find(admitted, mobile, may, then),
        })
    }

    /// Goes on with the mobile that the token vouches for, if it vouches for one and the policy takes such tokens.
    pub(super) fn exchange(
        self,
        admitted: Admitted,
        then: impl Then<Admitted, Result<Mobile, ProofRefusal>>,
    ) -> Step {
        if !admitted.policy().takes_vouched_mobiles {
            return then(admitted, Err(ProofRefusal::NotOffered));
        }
        let Self { source, token } = self;
        let (audience, device, presented) =
            (admitted.audience, admitted.context.device.clone(), token.clone());
        let question = ExchangeMobileToken { audience, device, source, token };
        exchange(admitted, Factor::Sms, &presented, question, move |admitted, mobile| match mobile {
            Ok(mobile) if !mobile.is_international() => {
                admitted.context.contradiction::<ExchangeMobileToken>()
            }
            mobile => then(admitted, mobile),
        })
    }
}

fn find(
    admitted: Admitted,
    mobile: Mobile,
    may: fn(&Policy, &Account, Channel) -> Option<Recipient>,
    then: impl Then<Admitted, Result<Account, ProofRefusal>>,
) -> Step {
    let key = AccountKey::Identifier(mobile.clone().into());
    admitted.find_account(key, move |admitted, found| {
        let proved = match found {
            None => Err(ProofRefusal::UnknownAccount),
            Some(account) if account.status != AccountStatus::Active => Err(ProofRefusal::Inactive),
            Some(account) => match may(admitted.policy(), &account, Channel::Sms) {
                None => Err(ProofRefusal::NotEnrolled),
                Some(own) if own.normalised() == mobile.normalised() => Ok(account),
                // The host found an account that does not have this mobile.
                Some(_) => return admitted.context.contradiction::<FindAccount>(),
            },
        };
        then(admitted, proved)
    })
}
