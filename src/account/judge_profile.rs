//! May this person have an account?

use super::{MemberName, Profile, ProfileMembers, UserName};
use crate::{AccountId, Audience, contact::Recipient, device::Device};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// May this person have an account, and with which id? The question is asked when somebody registers, after the code to their contact was right
/// and no account with that contact was found.
///
/// The library interprets no attributes. It passes on what the client sent. You decide which members must be there and what they must be like.
/// Refuse by naming the member that is wrong. Put the members that you want in id tokens into the answer's [`profile`](AcceptedProfile::profile),
/// which is stored with the account. Keep the others elsewhere, under the account's id, and drop them if no
/// [`Event::Registered`](crate::outcome::Event::Registered) follows. The [`Commit`](crate::step::Commit) alone makes the account, and the commit
/// may be refused.
///
/// **The contacts among the members are not proved.** A person who registers by a mobile number may give anybody's e-mail address. It is a member
/// like any other, and no code goes to it.
///
/// You choose the id, because a session names the account in the same commit. `drawn` is a random UUID (RFC 9562 §5.4), which suits a column of
/// texts or UUIDs. Use `SELECT nextval('users_id_seq')` for a column of numbers.
///
/// ```
/// use authflow::{
///     account::{JudgeProfile, ProfileFlaw, ProfileJudgement},
///     contact::Channel,
///     policy::Policy,
///     testkit::{Call, World, demo},
/// };
/// use serde_json::json;
///
/// fn judge(ask: &JudgeProfile) -> ProfileJudgement {
///     match ask.members.get("attr_birthday") {
///         Some(_) => ask.accept(),
///         None => ProfileJudgement::refuse("attr_birthday", ProfileFlaw::Missing),
///     }
/// }
///
/// let registration = [Channel::Sms].into_iter().collect();
/// let mut world = World::with_policy(Policy { registration, ..demo::policy() });
/// let mobile = "+86-13800000009";
/// let send = json!({ "mobile": mobile, "type": "REGISTER_SMS" });
/// world.send(&Call::post("/api/v2/sdk/sms/send", &send));
/// let mut body = json!({ "mobile": mobile, "verify_code": world.code() });
/// let mut register = |body: &serde_json::Value| {
///     let step = world.begin(&Call::post("/api/v2/sdk/register/mobile-verify-code", body));
///     let ask = world.until::<JudgeProfile>(step);
///     let judged = judge(&ask);
///     world.finish(ask.answer(judged)).status
/// };
/// assert_eq!(register(&body), 400);
/// body["attr_birthday"] = json!("1987-06-05");
/// assert_eq!(register(&body), 200, "the code is still good");
/// ```
///
/// **If you answer wrongly:**
/// - `Accepted` for anybody: everybody who has a number or an address gets an account. The policy allows that already. This answer is the place
///   for your own limits.
/// - An id that another account had before: the new subject gets the data that is kept elsewhere under that id. If an account has the id now,
///   nobody is registered ([`Contradiction`](crate::outcome::Event::Contradiction)).
/// - `Refused` for somebody who may have an account: they learn which member to correct.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct JudgeProfile {
    /// The application and tenant.
    pub audience: Audience,
    /// The device that the request comes from.
    pub device: Device,
    /// The contact that the person has proved to be theirs.
    pub recipient: Recipient,
    /// The user name that the person chose, if any. It is fit for a new account. The commit finds out whether another account has it.
    pub user_name: Option<UserName>,
    /// Whether the person chose a password. It is judged next ([`JudgePassword`](crate::password::JudgePassword)).
    pub has_password: bool,
    /// The other members of the profile, as the client sent them.
    pub members: ProfileMembers,
    /// An id that nobody has: a random UUID.
    pub drawn: AccountId,
}

impl JudgeProfile {
    /// Accepts the registration with the drawn id, the chosen user name, and the member `name` as the only claim.
    pub fn accept(&self) -> ProfileJudgement {
        let name = self.members.get(MemberName::NAME);
        let profile = name.map(|name| Profile::new(&json!({ "name": name }))).transpose();
        match profile {
            Ok(profile) => ProfileJudgement::Accepted(AcceptedProfile {
                account: self.drawn,
                user_name: self.user_name.clone(),
                profile: profile.unwrap_or_default(),
            }),
            Err(_) => ProfileJudgement::refuse(MemberName::NAME, ProfileFlaw::Malformed),
        }
    }
}

/// The host's judgement of somebody who registers.
///
/// ```
/// use authflow::account::{JudgeProfile, ProfileFlaw, ProfileJudgement};
///
/// /// Only colleagues may register. `is_free` says whether nobody has the nickname.
/// fn judge(ask: &JudgeProfile, is_free: impl Fn(&str) -> bool) -> ProfileJudgement {
///     match ask.members.get("attr_nick_name") {
///         _ if !ask.recipient.normalised().ends_with("@example.com") => {
///             ProfileJudgement::NotOffered
///         }
///         Some(nickname) if !is_free(nickname) => {
///             ProfileJudgement::refuse("attr_nick_name", ProfileFlaw::Taken)
///         }
///         _ => ask.accept(),
///     }
/// }
///
/// // A client cannot correct a member without a name.
/// assert_eq!(ProfileJudgement::refuse("", ProfileFlaw::Missing), ProfileJudgement::NotOffered);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProfileJudgement {
    /// The person may have this account.
    Accepted(AcceptedProfile),
    /// The person may not register, because of this member.
    Refused(ProfileRefusal),
    /// This host registers nobody, or not this person. The client does not learn why.
    NotOffered,
}

impl ProfileJudgement {
    /// A refusal because of this member. If `member` cannot be a name, the registration is [not offered](Self::NotOffered).
    pub fn refuse(member: &str, flaw: ProfileFlaw) -> Self {
        let refusal = MemberName::new(member).map(|member| ProfileRefusal { member, flaw });
        refusal.map_or(Self::NotOffered, Self::Refused)
    }
}

/// The account that somebody who registers may have.
///
/// ```
/// use authflow::{
///     AccountId, InvalidId,
///     account::{AcceptedProfile, JudgeProfile, ProfileJudgement},
/// };
///
/// /// A table with numbers for ids: `next` is `SELECT nextval('users_id_seq')`.
/// fn accept(ask: &JudgeProfile, next: i64) -> Result<ProfileJudgement, InvalidId> {
///     let account = AccountId::new(&next.to_string())?;
///     let ProfileJudgement::Accepted(accepted) = ask.accept() else { return Ok(ask.accept()) };
///     Ok(ProfileJudgement::Accepted(AcceptedProfile { account, ..accepted }))
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptedProfile {
    /// The account's id. No account of the tenant may have it now, and ideally none ever had it.
    pub account: AccountId,
    /// The account's user name: the one that the person chose, or one that you assign if they chose none. It must be fit for a new account
    /// ([`UserName::for_new_account`]).
    pub user_name: Option<UserName>,
    /// Claims for its id tokens.
    pub profile: Profile,
}

/// The member that is wrong, and its flaw.
///
/// ```
/// use authflow::{
///     account::{ProfileFlaw, ProfileRefusal},
///     contact::Channel,
///     outcome::{Event, RegistrationRefusal},
///     policy::Policy,
///     testkit::{Call, World, demo},
/// };
/// use serde_json::json;
///
/// let registration = [Channel::Sms].into_iter().collect();
/// let mut world = World::with_policy(Policy { registration, ..demo::policy() });
/// let body = json!({
///     "mobile": "+86-13800000009",
///     "verify_code": "123456",
///     "user_name": "erin smith",
/// });
/// world.send(&Call::post("/api/v2/sdk/register/mobile-verify-code", &body));
/// let Event::RegistrationRefused { reason: RegistrationRefusal::Profile(refusal), .. } =
///     world.outcome.unwrap().events[0]
/// else {
///     panic!("a new user name must have no white space")
/// };
/// let ProfileRefusal { member, flaw } = refusal;
/// assert_eq!((member.as_str(), flaw), ("user_name", ProfileFlaw::Malformed));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProfileRefusal {
    /// The member, as the client spells it.
    pub member: MemberName,
    /// The flaw of the member.
    pub flaw: ProfileFlaw,
}

/// A flaw of a member.
///
/// ```
/// use authflow::account::{JudgeProfile, ProfileFlaw, ProfileJudgement, ProfileMembers};
///
/// /// A birthday must be there, such as 1987-06-05.
/// fn flaw(members: &ProfileMembers) -> Option<ProfileFlaw> {
///     match members.get("attr_birthday") {
///         None => Some(ProfileFlaw::Missing),
///         Some(text) if text.len() != 10 || text.split('-').count() != 3 => {
///             Some(ProfileFlaw::Malformed)
///         }
///         Some(_) => None,
///     }
/// }
///
/// fn judge(ask: &JudgeProfile) -> ProfileJudgement {
///     match flaw(&ask.members) {
///         Some(flaw) => ProfileJudgement::refuse("attr_birthday", flaw),
///         None => ask.accept(),
///     }
/// }
///
/// let said = |text| ProfileMembers::new([("attr_birthday", text)]).unwrap();
/// assert_eq!(flaw(&ProfileMembers::default()), Some(ProfileFlaw::Missing));
/// assert_eq!(flaw(&said("yesterday")), Some(ProfileFlaw::Malformed));
/// assert_eq!(flaw(&said("1987-06-05")), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProfileFlaw {
    /// The member is missing.
    Missing,
    /// The member does not have the required form.
    Malformed,
    /// Another account has this value.
    Taken,
}
