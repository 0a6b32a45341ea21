//! Register: somebody who has no account proves a contact by a code, and gets an account.
//!
//! Until the code is proved, a contact that somebody has goes through the same questions, in the same order, as one that nobody has. So only somebody
//! who can read what is sent to the contact learns that it is taken. The rules judge what is chosen for the account before a guess is counted, and
//! the host judges it after the proof. The account is made by the commit that opens its first session, or not at all.

use super::{
    admit::{self, Admitted},
    ask::InProgress as _,
    config::Core,
    guess::OpenGuess,
    link_identity::Linking,
    login::Login,
    new_password::NewPassword,
    prove_code::{CodeHolder, PresentedCode},
    spent::UsedCode,
};
use crate::{
    AccountId, Dialect, Moment, Secret,
    account::{
        AcceptedProfile, Account, AccountKey, AccountStatus, ContactNames, Identifier, JudgeProfile,
        MemberName, NewAccount, ProfileFlaw, ProfileJudgement, ProfileMembers, ProfileRefusal, Revision,
        UserName,
    },
    code::CodePurpose,
    contact::{Channel, EmailAddress, Mobile, Recipient},
    device::Caller,
    factor::{Factor, FactorSet},
    flow::{registered, registration},
    guess::TypedName,
    outcome::{Event, Fault, MemberProblem, NotOurs, ProofRefusal, RegistrationRefusal, Verdict},
    password::Verifier,
    step::{Step, Write},
};
use alloc::{boxed::Box, sync::Arc, vec::Vec};

/// Somebody who registers: what they prove, and what they choose.
///
/// ```
/// use authflow::{
///     Registrant, Secret,
///     account::{JudgeProfile, ProfileMembers},
///     contact::{Channel, Recipient},
///     device::Caller,
///     policy::Policy,
///     testkit::{Call, World, demo},
/// };
/// use serde_json::json;
///
/// let registration = [Channel::Sms].into_iter().collect();
/// let mut world = World::with_policy(Policy { registration, ..demo::policy() });
/// let (engine, caller) = (world.api.engine().clone(), Caller::from_headers(&demo::device())?);
/// let mobile = "+86-13800000009";
/// let ask = json!({ "mobile": mobile, "type": "REGISTER_SMS" });
/// world.send(&Call::post("/api/v2/sdk/sms/send", &ask));
///
/// // No name and no password: she will sign in by codes. The host gets what she says of herself.
/// let registrant = Registrant {
///     recipient: Recipient::new(Channel::Sms, mobile)?,
///     code: Secret::new(world.code()),
///     user_name: None,
///     password: None,
///     members: ProfileMembers::new([("name", "Zoe"), ("newsletter", "no")])?,
/// };
/// let step = engine.register(caller, registrant, world.moment());
/// let ask = world.until::<JudgeProfile>(step);
/// assert_eq!(ask.members.get("newsletter"), Some("no"));
/// let accepted = ask.accept();
/// assert_eq!(world.finish(ask.answer(accepted)).text("status"), "SUCCESS");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Registrant {
    /// The contact of the new account. The code was sent there.
    pub recipient: Recipient,
    /// The code as typed.
    pub code: Secret,
    /// The user name as typed, if they chose one: it must be [fit for a new one](UserName::for_new_account).
    pub user_name: Option<Secret>,
    /// The password as typed, if they chose one. It is needed if a code to the contact is no first factor.
    pub password: Option<Secret>,
    /// Whatever else they say about themselves, for the host to judge.
    pub members: ProfileMembers,
}

/// Whether a façade has the call in a dialect.
pub(crate) type IsOffered = fn(Dialect) -> bool;

pub(super) fn start(
    core: &Arc<Core>,
    caller: Caller,
    registrant: Registrant,
    is_offered: IsOffered,
    moment: Moment,
) -> Step {
    admit::admit(core, caller, moment, move |admitted| {
        if is_offered(admitted.application.dialect) {
            registrant.begin(admitted, None)
        } else {
            admitted.context.end(Verdict::NotOurs(NotOurs::Path))
        }
    })
}

/// Somebody whose code is about to be judged. The code was bound to no account, so the claimant has none.
struct Claimant {
    /// The account that has the contact already.
    found: Option<AccountId>,
}

impl CodeHolder for Claimant {
    fn owner(&self) -> Option<(AccountId, Revision)> {
        None
    }
}

/// Somebody who has proved a contact that nobody has.
struct Newcomer {
    recipient: Recipient,
    /// The code that proved it, unless somebody vouched for it.
    used: Option<UsedCode>,
    user_name: Option<UserName>,
    password: Option<NewPassword>,
    link: Option<Linking>,
}

impl Registrant {
    /// A registrant with the contact alone.
    pub(super) fn by_code(recipient: Recipient, code: Secret) -> Self {
        let members = ProfileMembers::default();
        Self { recipient, code, user_name: None, password: None, members }
    }

    /// `link` is an identity that is also linked to the account.
    pub(super) fn begin(self, admitted: Admitted, link: Option<Linking>) -> Step {
        let Self { recipient, code, user_name, password, members } = self;
        let channel = recipient.channel();
        let factor = Factor::of_channel(channel);
        let may = |has_password| registration(admitted.policy(), channel, has_password);
        // The policy refuses everybody alike, so this reveals nothing about anybody.
        match may(password.is_some()) {
            Ok(()) => {}
            Err(_) if password.is_none() && may(true).is_ok() => {
                return admitted.refuse_body(MemberProblem::Missing.of("pwd"));
            }
            Err(_) => {
                return admitted.refuse_proof(Fault::CodeInvalid(factor), factor, ProofRefusal::NotOffered);
            }
        }
        let user_name = user_name.map(|typed| UserName::for_new_account(typed.expose())).transpose();
        let Ok(user_name) = user_name else {
            let member = MemberName::known(MemberName::USER_NAME);
            return admitted.refuse_profile(ProfileRefusal { member, flaw: ProfileFlaw::Malformed });
        };
        let chosen =
            password.map(|chosen| NewPassword::of(&admitted, user_name.as_ref(), None, chosen, None));
        let password = match chosen.transpose() {
            Ok(password) => password,
            Err(refused) => return refused.end(admitted),
        };
        let recipient = recipient.completed(admitted.numbering()).in_one_spelling();
        if !recipient.can_be_reached() {
            return admitted.refuse_body(MemberProblem::NotAMobile.of("mobile"));
        }
        let chosen = Chosen { user_name, password, members, link };
        find(admitted, recipient, move |admitted, recipient, typed, claimant| {
            let aim = claimant.found.map_or_else(|| typed.aim(), |account| typed.aim_at(account));
            let presented = PresentedCode {
                purpose: CodePurpose::Register,
                recipient: recipient.clone(),
                login: None,
                code,
            };
            presented.prove(admitted, aim, Ok(claimant), move |admitted, proved| match proved {
                Err(reason) => admitted.refuse_proof(Fault::CodeInvalid(factor), factor, reason),
                Ok((Claimant { found: Some(account) }, _)) => admitted.refuse_taken(Some(account)),
                Ok((Claimant { found: None }, used)) => chosen.judge(admitted, recipient, Some(used)),
            })
        })
    }
}

/// Finds the account that has a contact: as a contact, or as an earlier user name. Guesses at its code are counted where those of a sign-in are.
fn find(
    admitted: Admitted,
    recipient: Recipient,
    then: impl FnOnce(Admitted, Recipient, TypedName, Claimant) -> Step + Send + Sync + 'static,
) -> Step {
    let name = UserName::new(recipient.as_str()).ok();
    let identifier = name.map_or_else(|| recipient.clone().into(), Identifier::of_any);
    let factor = Factor::of_channel(recipient.channel());
    let typed = TypedName::new(&admitted.context.core.ring, admitted.audience.tenant, &identifier, factor);
    admitted.find_account(AccountKey::Identifier(identifier), move |admitted, found| {
        then(admitted, recipient, typed, Claimant { found: found.map(|account| account.id) })
    })
}

/// The choices of a registrant, after the rules have judged them.
struct Chosen {
    user_name: Option<UserName>,
    password: Option<NewPassword>,
    members: ProfileMembers,
    link: Option<Linking>,
}

/// Registers the owner of a mobile that somebody vouches for, and links an identity to the account. Only the owner of the mobile learns that it is
/// taken.
pub(super) fn register_vouched(admitted: Admitted, mobile: Mobile, link: Option<Linking>) -> Step {
    let chosen = Chosen { user_name: None, password: None, members: ProfileMembers::default(), link };
    let recipient = Recipient::Mobile(mobile).in_one_spelling();
    find(admitted, recipient, |admitted, recipient, _, claimant| match claimant.found {
        Some(account) => admitted.refuse_taken(Some(account)),
        None => chosen.judge(admitted, recipient, None),
    })
}

impl Chosen {
    /// Asks the host whether the registrant may have an account, and goes on.
    fn judge(self, admitted: Admitted, recipient: Recipient, used: Option<UsedCode>) -> Step {
        let Self { user_name, password, members, link } = self;
        let question = JudgeProfile {
            audience: admitted.audience,
            device: admitted.context.device.clone(),
            recipient: recipient.clone(),
            user_name: user_name.clone(),
            has_password: password.is_some(),
            members,
            drawn: drawn(&admitted, &recipient),
        };
        let newcomer = Newcomer { recipient, used, user_name, password, link };
        admitted.ask(question, move |admitted, _, judgement| match judgement {
            ProfileJudgement::Accepted(accepted) => newcomer.accepted(admitted, accepted),
            ProfileJudgement::Refused(refusal) => admitted.refused_by_host(refusal),
            ProfileJudgement::NotOffered => {
                let reason = RegistrationRefusal::NotOffered;
                let event = Event::RegistrationRefused { account: None, reason };
                admitted.context.refuse(Fault::RegistrationRefused, event)
            }
        })
    }
}

/// An id that nobody can guess, for this request alone.
fn drawn(admitted: &Admitted, recipient: &Recipient) -> AccountId {
    let (context, audience) = (&admitted.context, &admitted.audience);
    let tenant = audience.tenant.as_ref().map_or("", |tenant| tenant.as_str());
    let bound = [audience.client_id.as_str(), tenant, recipient.normalised(), context.device.mark()];
    let bytes = context.core.ring.signer().draw(&context.moment, "account", &bound.map(str::as_bytes));
    AccountId::drawn(bytes)
}

impl Newcomer {
    fn accepted(self, admitted: Admitted, accepted: AcceptedProfile) -> Step {
        let Self { recipient, used, user_name: chosen, password, link } = self;
        let proof = Proof { channel: recipient.channel(), used, link };
        let AcceptedProfile { account: id, user_name, profile } = accepted;
        let is_fit = |name: &UserName| UserName::for_new_account(name.as_str()).is_ok();
        let is_another = chosen.is_some() && chosen != user_name;
        if is_another || !user_name.as_ref().is_none_or(is_fit) {
            return admitted.context.contradiction::<JudgeProfile>();
        }
        let (mobile, email) = contacts(recipient);
        let plan = admitted.numbering();
        let contact_names = ContactNames::of_both(mobile.as_ref(), email.as_ref(), plan);
        let new = NewAccount::<Secret> {
            id,
            revision: Revision::first(&admitted.context.moment),
            status: AccountStatus::Active,
            user_name,
            mobile,
            email,
            contact_names,
            password: None,
            created_at: admitted.now(),
            enrolled: FactorSet::EMPTY,
            profile,
        };
        let Some(password) = password else { return make(admitted, new, proof) };
        let holder = as_it_will_be(&admitted, &new);
        password.judge(admitted, holder, move |admitted, _, accepted| {
            make(admitted, NewAccount { password: Some(accepted.into_secret()), ..new }, proof)
        })
    }
}

fn contacts(recipient: Recipient) -> (Option<Mobile>, Option<EmailAddress>) {
    match recipient {
        Recipient::Mobile(mobile) => (Some(mobile), None),
        Recipient::Email(email) => (None, Some(email)),
    }
}

/// The account as the flow judges it. Its verifier is not made yet.
fn as_it_will_be(admitted: &Admitted, new: &NewAccount) -> Account {
    new.as_account(admitted.audience.tenant, |_| Verifier::new(""))
}

/// The proof on which the account is made.
struct Proof {
    channel: Channel,
    used: Option<UsedCode>,
    link: Option<Linking>,
}

/// Makes the account as a login goes on: the access decision, what comes next, and the one write.
fn make(mut admitted: Admitted, new: NewAccount, proof: Proof) -> Step {
    let (account, now) = (as_it_will_be(&admitted, &new), admitted.now());
    admitted.context.outcome.facts.account = Some(account.id);
    let Proof { channel, used, link } = proof;
    let progress = registered(channel, new.password.is_some());
    let auth_start = link.as_ref().map_or(now, |link| link.began);
    let (spent, link) = link.map(|link| (link.spent, link.identity)).unzip();
    Box::new(Login {
        admitted,
        account,
        is_new: true,
        progress,
        auth_start,
        auth_time: now,
        spent,
        code: used,
        link,
        writes: Vec::from([Write::CreateAccount(Box::new(new))]),
    })
    .decide_access()
}

impl Admitted {
    /// The contact belongs to another account.
    pub(super) fn refuse_taken(self, account: Option<AccountId>) -> Step {
        let reason = RegistrationRefusal::ContactTaken;
        self.context.refuse(Fault::ContactTaken, Event::RegistrationRefused { account, reason })
    }

    /// The host has refused the profile. Somebody who has proved a contact learns that something is taken, but cannot ask without limit.
    fn refused_by_host(mut self, refusal: ProfileRefusal) -> Step {
        if refusal.flaw == ProfileFlaw::Taken {
            let guess = &mut self.context.guess;
            *guess = guess.take().map(OpenGuess::counted);
        }
        self.refuse_profile(refusal)
    }

    /// Something that was chosen will not do.
    pub(super) fn refuse_profile(self, refusal: ProfileRefusal) -> Step {
        let reason = RegistrationRefusal::Profile(refusal);
        let event = Event::RegistrationRefused { account: None, reason };
        self.context.refuse(Fault::ProfileRefused(refusal), event)
    }
}
