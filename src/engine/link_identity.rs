//! Links an identity that is linked to nobody, once the account to link it to is proved.
//!
//! The proof comes before the client is told anything about an account. It asks the same questions whether there is an account or not. The proof
//! counts as a guess if it can be guessed. The login begins with this proof alone. The identity proves nothing of an account that it is not linked
//! to, so it is no factor of this login.

use super::{
    admit::{self, Admitted},
    ask::Then,
    config::Core,
    login::Login,
    mobile_token::MobileToken,
    prove_code::prove_ownership,
    register::{Registrant, register_vouched},
    sign_in::{CodeCredentials, Credentials},
    spent::{Spent, UsedCode},
};
use crate::{
    Moment, Timestamp,
    account::Account,
    code::CodePurpose,
    contact::{Channel, Recipient},
    device::Caller,
    factor::{Factor, FactorSet},
    flow::{PasswordStep, Progress, link_code, link_proofs, registers_linked},
    outcome::{Fault, ProofRefusal, TokenRefusal},
    policy::Policy,
    social::pending::PendingIdentity,
    step::{Step, Write},
    token::{LinkToken, Place, TokenError, Untrusted},
};
use alloc::{boxed::Box, sync::Arc, vec::Vec};

/// The proof of the account that an identity will be linked to.
///
/// ```
/// use authflow::{
///     Credentials, LinkProof, Secret,
///     account::UserName,
///     device::Caller,
///     factor::{Factor, FactorSet},
///     outcome::Verdict,
///     policy::Policy,
///     social::{LinkProofs, Provider, SocialIdentity, SocialSource, Unassociated},
///     testkit::{Call, World, demo},
/// };
/// use serde_json::json;
///
/// let by_password = LinkProofs::new(FactorSet::EMPTY.with(Factor::Password))?;
/// let mut world = World::with_policy(Policy {
///     first_factors: demo::policy().first_factors.with(Factor::Federated),
///     unassociated: Unassociated::Bind(by_password),
///     allows_unbound_codes: true, // the family's calls bring nothing but the code
///     ..demo::policy()
/// });
/// // WeChat vouches for somebody who is linked to no account here.
/// let identity = SocialIdentity::new(Provider::new("weixin")?, "oWgGz1FmK9")?;
/// world.host.social_codes = vec![(SocialSource::Wechat, Secret::new("a code"), identity)];
/// world.send(&Call::post("/api/v2/sdk/login/wechat", &json!({ "code": "a code" })));
/// let Verdict::LinkPending(pending) = world.outcome.take().unwrap().verdict else { panic!() };
///
/// // She is alice, and proves it by her password.
/// let proof = LinkProof::Password(Credentials {
///     identifier: UserName::new("alice")?.into(),
///     password: Secret::new(demo::PASSWORD),
/// });
/// let (engine, caller) = (world.api.engine().clone(), Caller::from_headers(&demo::device())?);
/// let token = pending.link_token.presented();
/// let step = engine.link_identity(caller, token, proof, world.moment());
/// assert!(matches!(world.run(step).verdict, Verdict::SignedIn(_)));
/// assert_eq!(world.host.identities.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub enum LinkProof {
    /// A code that was sent ([`CodePurpose::LinkIdentity`]).
    Code(CodeCredentials),
    /// The account's password.
    Password(Credentials),
    /// A token that vouches for the account's mobile.
    Mobile(MobileToken),
}

impl LinkProof {
    fn factor(&self) -> Factor {
        match self {
            Self::Code(credentials) => Factor::of_channel(credentials.recipient.channel()),
            Self::Password(_) => Factor::Password,
            Self::Mobile(_) => Factor::Sms,
        }
    }

    fn is_vouched(&self) -> bool {
        matches!(self, Self::Mobile(_))
    }
}

/// The proof of a contact of somebody who has no account.
///
/// ```
/// use authflow::{
///     CodeCredentials, NewcomerProof, Secret,
///     contact::{Channel, Recipient},
///     device::Caller,
///     factor::{Factor, FactorSet},
///     outcome::Verdict,
///     policy::Policy,
///     social::{LinkProofs, Provider, SocialIdentity, SocialSource, Unassociated},
///     testkit::{Call, World, demo},
/// };
/// use serde_json::json;
///
/// let by_sms = LinkProofs::new(FactorSet::EMPTY.with(Factor::Sms))?;
/// let mut world = World::with_policy(Policy {
///     first_factors: demo::policy().first_factors.with(Factor::Federated),
///     unassociated: Unassociated::BindOrRegister(by_sms),
///     registration: [Channel::Sms].into_iter().collect(),
///     allows_unbound_codes: true, // the family's calls bring nothing but the code
///     ..demo::policy()
/// });
/// // WeChat vouches for somebody who has no account.
/// let identity = SocialIdentity::new(Provider::new("weixin")?, "oWgGz1FmK9")?;
/// world.host.social_codes = vec![(SocialSource::Wechat, Secret::new("a code"), identity)];
/// world.send(&Call::post("/api/v2/sdk/login/wechat", &json!({ "code": "a code" })));
/// let Verdict::LinkPending(pending) = world.outcome.take().unwrap().verdict else { panic!() };
/// let mobile = "+86-13800000009";
/// let ask = json!({ "mobile": mobile, "type": "REGISTER_SMS" });
/// world.send(&Call::post("/api/v2/sdk/sms/send", &ask));
///
/// let recipient = Recipient::new(Channel::Sms, mobile)?;
/// let code = Secret::new(world.code());
/// let proof = NewcomerProof::Code(CodeCredentials { recipient, code });
/// let (engine, caller) = (world.api.engine().clone(), Caller::from_headers(&demo::device())?);
/// let token = pending.link_token.presented();
/// let step = engine.register_and_link(caller, token, proof, world.moment());
/// assert!(matches!(world.run(step).verdict, Verdict::SignedIn(_)));
/// let new = world.host.accounts.last().unwrap().id;
/// assert_eq!(world.host.identities.values().next().unwrap().account, new);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub enum NewcomerProof {
    /// A code that was sent ([`CodePurpose::Register`]).
    Code(CodeCredentials),
    /// A token that vouches for the mobile.
    Mobile(MobileToken),
}

impl NewcomerProof {
    fn channel(&self) -> Channel {
        match self {
            Self::Code(credentials) => credentials.recipient.channel(),
            Self::Mobile(_) => Channel::Sms,
        }
    }

    fn is_vouched(&self) -> bool {
        matches!(self, Self::Mobile(_))
    }
}

pub(super) fn start(
    core: &Arc<Core>,
    caller: Caller,
    presented: Untrusted<'_, LinkToken>,
    proof: LinkProof,
    moment: Moment,
) -> Step {
    let (factor, is_vouched) = (proof.factor(), proof.is_vouched());
    let is_open = move |policy: &Policy| link_proofs(policy).contains(factor);
    with_link_token(core, caller, presented, moment, is_open, move |admitted, token| {
        Linking::of(&token, is_vouched).prove(admitted, proof)
    })
}

/// Registers somebody who has no account, and links the identity to the new account.
pub(super) fn register(
    core: &Arc<Core>,
    caller: Caller,
    presented: Untrusted<'_, LinkToken>,
    proof: NewcomerProof,
    moment: Moment,
) -> Step {
    let (channel, is_vouched) = (proof.channel(), proof.is_vouched());
    let is_open = move |policy: &Policy| registers_linked(policy, channel);
    with_link_token(core, caller, presented, moment, is_open, move |admitted, token| {
        let link = Some(Linking::of(&token, is_vouched));
        match proof {
            NewcomerProof::Code(CodeCredentials { recipient, code }) => {
                Registrant::by_code(recipient, code).begin(admitted, link)
            }
            NewcomerProof::Mobile(token) => token.exchange(admitted, |admitted, mobile| match mobile {
                Ok(mobile) => register_vouched(admitted, mobile, link),
                Err(reason) => admitted.refuse_proof(Fault::MobileTokenInvalid, Factor::Sms, reason),
            }),
        }
    })
}

/// Verifies a link token, and goes on with `then` if it may be used for this: by this application, on this device, and under a policy for which
/// `is_open` holds.
fn with_link_token(
    core: &Arc<Core>,
    caller: Caller,
    presented: Untrusted<'_, LinkToken>,
    moment: Moment,
    is_open: impl FnOnce(&Policy) -> bool + Send + Sync + 'static,
    then: impl Then<Admitted, LinkToken>,
) -> Step {
    // The token is verified at once, while its text is at hand. It is judged later, because an unknown application is the graver fault.
    let verified = core.ring.link_tokens().verify(presented, moment.timestamp());
    admit::admit(core, caller, moment, move |mut admitted| {
        let token = match verified {
            Ok(token) => token,
            Err(error) => return refuse(admitted, TokenRefusal::Token(error)),
        };
        let is_open = is_open(admitted.policy());
        match refusal(&mut admitted, &token).or((!is_open).then_some(TokenRefusal::StepClosed)) {
            Some(reason) => refuse(admitted, reason),
            None => then(admitted, token),
        }
    })
}

/// The reason why the token may not be used by this application, on this device.
fn refusal(admitted: &mut Admitted, token: &LinkToken) -> Option<TokenRefusal> {
    let claims = token.claims();
    if claims.audience != admitted.audience {
        return Some(TokenRefusal::Token(TokenError::WrongAudience));
    }
    let (context, bindings) = (&admitted.context, admitted.policy().bindings);
    let drift = bindings.drift(token, &context.device, &context.core.ring);
    if drift.refused.is_none() && token.key() == Place::Signer {
        admitted.context.known_digest = Some(claims.device.fingerprint);
    }
    drift.refused.map(TokenRefusal::Device)
}

fn refuse(admitted: Admitted, reason: TokenRefusal) -> Step {
    admitted.refuse_token(Fault::LinkTokenInvalid, None, reason)
}

/// An identity that will be linked to the account that is proved or made for it.
pub(super) struct Linking {
    pub(super) spent: Spent,
    pub(super) identity: Box<PendingIdentity>,
    /// When the identity was proved: when the login began.
    pub(super) began: Timestamp,
}

impl Linking {
    fn of(token: &LinkToken, is_vouched: bool) -> Self {
        let claims = token.claims();
        let (identity, is_bound) = (claims.identity.clone(), claims.is_bound);
        let identity = Box::new(PendingIdentity { identity, is_bound, is_vouched });
        Self { spent: Spent::link_token(claims), identity, began: claims.issued_at }
    }

    fn prove(self, admitted: Admitted, proof: LinkProof) -> Step {
        let factor = proof.factor();
        match proof {
            LinkProof::Code(CodeCredentials { recipient, code }) => {
                let purpose = CodePurpose::LinkIdentity;
                prove_ownership(admitted, purpose, recipient, links, code, move |admitted, proved| {
                    match proved {
                        Ok((account, code)) => self.proved(admitted, factor, account, Some(code), None),
                        Err(reason) => admitted.refuse_proof(Fault::CodeInvalid(factor), factor, reason),
                    }
                })
            }
            LinkProof::Password(credentials) => {
                credentials.prove(admitted, move |admitted, proved| match proved {
                    Ok((account, rehash)) => self.proved(admitted, factor, account, None, rehash),
                    Err(reason) => admitted.refuse_proof(Fault::CredentialsInvalid, factor, reason),
                })
            }
            LinkProof::Mobile(token) => {
                token.prove(admitted, link_code, move |admitted, proved| match proved {
                    Ok(account) => self.proved(admitted, factor, account, None, None),
                    Err(reason) => admitted.refuse_proof(Fault::MobileTokenInvalid, factor, reason),
                })
            }
        }
    }

    /// The login goes on with what is proved of the account. It began when the identity was proved.
    fn proved(
        self,
        admitted: Admitted,
        factor: Factor,
        account: Account,
        code: Option<UsedCode>,
        rehash: Option<Write>,
    ) -> Step {
        let Self { spent, identity, began: auth_start } = self;
        let progress = Progress { factors: FactorSet::EMPTY.with(factor), password: PasswordStep::Open };
        let (auth_time, spent, link) = (admitted.now(), Some(spent), Some(identity));
        let writes = rehash.into_iter().collect::<Vec<_>>();
        let is_new = false;
        Box::new(Login {
            admitted,
            account,
            is_new,
            progress,
            auth_start,
            auth_time,
            spent,
            code,
            link,
            writes,
        })
        .decide_access()
    }
}

fn links(policy: &Policy, account: &Account, channel: Channel) -> Result<Recipient, ProofRefusal> {
    link_code(policy, account, channel).ok_or(ProofRefusal::NotEnrolled)
}
