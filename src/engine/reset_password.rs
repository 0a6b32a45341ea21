//! Set a new password by a code, instead of a forgotten one.

use super::{
    admit::{self, Admitted},
    ask::InProgress as _,
    commit::{Writing, commit},
    config::Core,
    new_password::{NewPassword, not_stored},
    own_password::OwnPasswordCodeChange,
    prove_code::prove_ownership,
    spent::UsedCode,
};
use crate::{
    Moment, Secret,
    account::Account,
    code::CodePurpose,
    contact::{Channel, Mobile, Recipient},
    device::Caller,
    factor::{Factor, FactorSet},
    flow::{NoRecovery, recovery},
    outcome::{Fault, MemberProblem, ProofRefusal},
    policy::Policy,
    step::{AccessDecision, AccessPurpose, Committed, Step},
    token::{IdToken, Untrusted},
};
use alloc::{sync::Arc, vec::Vec};

/// A new password instead of a forgotten one, proved by a code.
///
/// ```
/// use authflow::{
///     CodeRequest, PasswordReset, Secret,
///     code::CodePurpose,
///     contact::{Channel, Mobile, Recipient},
///     device::Caller,
///     outcome::Verdict,
///     testkit::{Call, World, demo},
///     token::Untrusted,
/// };
///
/// let mut world = World::new(); // the demo's policy resets by SMS
/// world.account("alice").mobile = Mobile::new("+86-13800000004").ok();
/// let (engine, caller) = (world.api.engine().clone(), Caller::from_headers(&demo::device())?);
/// let request = CodeRequest {
///     purpose: CodePurpose::ForgottenPassword,
///     channel: Channel::Sms,
///     recipient: Some(Secret::new("+86-13800000004")),
///     captcha_token: None,
/// };
/// let step = engine.send_code(caller.clone(), Untrusted::new(b""), request, world.moment());
/// world.run(step);
///
/// let reset = PasswordReset {
///     recipient: Recipient::new(Channel::Sms, "+86-13800000004")?,
///     code: Secret::new(world.code()),
///     new_password: Secret::new("Battery-Staple-8"),
/// };
/// let step = engine.reset_password(caller, reset, world.moment());
/// assert!(matches!(world.run(step).verdict, Verdict::Done));
/// assert_eq!(world.send(&Call::login("alice", "Battery-Staple-8")).text("status"), "SUCCESS");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct PasswordReset {
    /// The recipient of the code.
    pub recipient: Recipient,
    /// The code as typed.
    pub code: Secret,
    /// The new password.
    pub new_password: Secret,
}

/// A new password, proved by a code to a mobile. The application's dialect says whose password it is.
///
/// ```
/// use authflow::{
///     Dialect, MobilePasswordUpdate, Secret,
///     contact::Mobile,
///     device::Caller,
///     outcome::Verdict,
///     testkit::{Call, Setup, World, demo},
///     token::Untrusted,
/// };
/// use serde_json::json;
///
/// // In EIAM this is for a subject who has forgotten their password, so nobody is signed in.
/// let mut world = World::with_setup(Setup { dialect: Dialect::Eiam, ..Setup::default() });
/// let mobile = Mobile::new("+86-13800000004")?;
/// world.account("alice").mobile = Some(mobile.clone());
/// let ask = json!({ "mobile": mobile.as_str(), "type": "FORGET_PWD_SMS" });
/// world.send(&Call::post("/api/v2/sdk/sms/send", &ask));
///
/// let update = MobilePasswordUpdate {
///     mobile: Some(mobile),
///     code: Secret::new(world.code()),
///     new_password: Secret::new("Battery-Staple-8"),
/// };
/// let (engine, caller) = (world.api.engine().clone(), Caller::from_headers(&demo::device())?);
/// let step = engine.update_password_by_mobile(caller, Untrusted::new(b""), update, world.moment());
/// assert!(matches!(world.run(step).verdict, Verdict::Done));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct MobilePasswordUpdate {
    /// The mobile of the account, if nobody is signed in.
    pub mobile: Option<Mobile>,
    /// The code as typed.
    pub code: Secret,
    /// The new password.
    pub new_password: Secret,
}

pub(super) fn start(core: &Arc<Core>, caller: Caller, reset: PasswordReset, moment: Moment) -> Step {
    admit::admit(core, caller, moment, |admitted| reset.prove(admitted))
}

/// One path of the family has two meanings. The product alone decides which one it has, whatever a client sends. It decides nothing else: the policy
/// says whether there is a reset.
pub(super) fn by_mobile(
    core: &Arc<Core>,
    caller: Caller,
    presented: Untrusted<'_, IdToken>,
    update: MobilePasswordUpdate,
    moment: Moment,
) -> Step {
    let text = presented.to_owned();
    admit::admit(core, caller, moment, move |admitted| {
        let MobilePasswordUpdate { mobile, code, new_password } = update;
        let is_bearers = admitted.application.dialect.update_by_mobile() == CodePurpose::UpdatePassword;
        match (is_bearers, mobile) {
            (true, _) => {
                let change = OwnPasswordCodeChange { channel: Channel::Sms, code, new_password };
                change.of_bearer(admitted, text.presented())
            }
            (false, Some(mobile)) => {
                let recipient = Recipient::Mobile(mobile);
                PasswordReset { recipient, code, new_password }.prove(admitted)
            }
            (false, None) => admitted.refuse_body(MemberProblem::Missing.of("mobile")),
        }
    })
}

fn resets(policy: &Policy, account: &Account, channel: Channel) -> Result<Recipient, ProofRefusal> {
    recovery(policy, account, channel).map_err(ProofRefusal::from)
}

impl PasswordReset {
    fn prove(self, admitted: Admitted) -> Step {
        let Self { recipient, code, new_password: chosen } = self;
        let (channel, purpose) = (recipient.channel(), CodePurpose::ForgottenPassword);
        let factor = Factor::of_channel(channel);
        // The policy refuses everybody alike, so this reveals nothing about anybody.
        if !admitted.policy().recovery.contains(channel) {
            return admitted.refuse_proof(Fault::CodeInvalid(factor), factor, NoRecovery::NotOffered.into());
        }
        let new = match NewPassword::new(&admitted, None, chosen, None) {
            Ok(new) => new,
            Err(refused) => return refused.end(admitted),
        };
        prove_ownership(admitted, purpose, recipient, resets, code, move |admitted, proved| match proved {
            Err(reason) => admitted.refuse_proof(Fault::CodeInvalid(factor), factor, reason),
            Ok((account, used)) => {
                let factors = FactorSet::EMPTY.with(factor);
                let question = admitted.access(AccessPurpose::Recovery, account.id, factors);
                admitted.ask(question, move |admitted, _, decision| match decision {
                    AccessDecision::Allow => reset(admitted, account, used, new),
                    AccessDecision::Deny => deny(admitted, &account, used),
                })
            }
        })
    }
}

fn reset(admitted: Admitted, account: Account, used: UsedCode, new: NewPassword) -> Step {
    new.judge(admitted, account, move |admitted, account, accepted| {
        accepted.store(admitted, &account, None, Some(used))
    })
}

/// A code that was right once must not be right again.
fn deny(admitted: Admitted, account: &Account, used: UsedCode) -> Step {
    let writing = Writing {
        claim: None,
        account: Some(account.id),
        expected: Some(account.revision),
        writes: Vec::from([used.write()]),
    };
    let account = account.id;
    commit(admitted, writing, move |admitted, _, committed| match committed {
        Committed::Done => admitted.deny(AccessPurpose::Recovery, account, Fault::CodeInvalid(used.factor)),
        refused => not_stored(admitted, refused, Some(used)),
    })
}
