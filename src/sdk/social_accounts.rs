//! The answer that lists bound social accounts.
//!
//! Members that none of our stores keeps are null, as in the pages' samples. The id at the provider is `social_uid`, among names in camel case. CIAM
//! spells it `socialUid` and has two more members. The pages name no time zone, and our times are in UTC.

use crate::{Dialect, outcome::Facts, social::LinkedIdentity};
use alloc::{
    format,
    string::{String, ToString as _},
    vec::Vec,
};
use arrayvec::ArrayString;
use serde::{Serialize, Serializer};

/// The social accounts that are bound to an account.
///
/// ```
/// use authflow::{
///     sdk::Body,
///     testkit::{Call, World},
/// };
/// # use authflow::{factor::{Factor, FactorSet}, policy::Policy, testkit::demo, Secret};
/// # use authflow::social::{LinkProofs, Provider, SocialIdentity, SocialSource, Unassociated};
/// # use serde_json::json;
/// # let by_password = LinkProofs::new(FactorSet::EMPTY.with(Factor::Password))?;
/// # let mut world = World::with_policy(Policy {
/// #     first_factors: demo::policy().first_factors.with(Factor::Federated),
/// #     unassociated: Unassociated::Bind(by_password),
/// #     allows_unbound_codes: true,
/// #     ..demo::policy()
/// # });
/// # let identity = SocialIdentity::new(Provider::new("weixin")?, "oWgGz1FmK9")?;
/// # world.host.social_codes.push((SocialSource::Wechat, Secret::new("a code"), identity));
/// # let pending = world.send(&Call::post("/api/v2/sdk/login/wechat", &json!({ "code": "a code" })));
/// # let proof = json!({ "user_name": "alice", "password": demo::PASSWORD });
/// # let bind = Call::post("/api/v2/sdk/social/username-password-bind", &proof);
/// # let bound = world.send(&bind.pending(pending.state_token()));
///
/// // `bound` is the answer to a sign-in that has bound WeChat to alice's account.
/// world.send(&Call::get("/api/v2/sdk/social").bearing(bound.id_token()));
/// let outcome = world.outcome.unwrap();
/// let Body::Social(body) = Body::of(&outcome) else { panic!("they are listed") };
/// let [account] = &body.social[..] else { panic!("there is one") };
/// assert_eq!((account.social_type, account.social_uid), ("weixin", "oWgGz1FmK9"));
/// assert_eq!(account.created_at, "2023-11-14 22:13:20.000");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Serialize)]
#[non_exhaustive]
pub struct SocialAccounts<'a> {
    /// The social accounts.
    pub social: Vec<SocialAccount<'a>>,
}

impl<'a> SocialAccounts<'a> {
    pub(super) fn of(all: &'a [LinkedIdentity], facts: &'a Facts) -> Self {
        Self { social: all.iter().filter_map(|linked| SocialAccount::of(linked, facts)).collect() }
    }
}

/// A bound social account, as [`SocialAccounts`] lists it.
#[derive(Clone)]
#[non_exhaustive]
pub struct SocialAccount<'a> {
    /// The id to unbind it by.
    pub id: ArrayString<22>,
    /// The account.
    pub user_id: &'a str,
    /// The provider.
    pub social_type: &'a str,
    /// The provider's id of the person.
    pub social_uid: &'a str,
    /// When it was bound.
    pub created_at: String,
    dialect: Dialect,
}

impl<'a> SocialAccount<'a> {
    fn of(linked: &'a LinkedIdentity, facts: &'a Facts) -> Option<Self> {
        let (account, audience) = (facts.account.as_ref()?, facts.audience?);
        let LinkedIdentity { identity, linked_at, .. } = linked;
        let at = linked_at.to_string();
        let (date, time) = at.trim_end_matches('Z').split_once('T')?;
        Some(Self {
            id: linked.id(audience.tenant, *account),
            user_id: account.as_str(),
            social_type: identity.provider_name(),
            social_uid: identity.uid(),
            created_at: format!("{date} {time}.000"),
            dialect: facts.dialect,
        })
    }
}

/// The members have the names of the dialect.
impl Serialize for SocialAccount<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (uid, own): (&str, &[&str]) = match self.dialect {
            Dialect::Ciam => ("socialUid", &["socialChannelId", "idpId"]),
            Dialect::Eiam | Dialect::OneAccess => ("social_uid", &[]),
        };
        let said = [
            ("id", self.id.as_str()),
            ("userId", self.user_id),
            ("socialType", self.social_type),
            (uid, self.social_uid),
        ];
        let unsaid = ["socialNickname", "socialHeadImage", "socialAccountDetails"];
        let unsaid = own.iter().chain(&unsaid).map(|name| (*name, None));
        let times = ["createdAt", "updatedAt"].map(|name| (name, Some(&*self.created_at)));
        let said = said.into_iter().map(|(name, value)| (name, Some(value)));
        serializer.collect_map(said.chain(unsaid).chain(times))
    }
}
