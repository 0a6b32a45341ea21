//! The identities that an account is linked to.

use super::{LinkedBy, SocialIdentity};
use crate::{AccountId, Audience, TenantId, Timestamp, text::fixed};
use arrayvec::ArrayString;
use sha2::{Digest as _, Sha256};

/// Which identities is this account linked to? Answer in the order in which they were linked.
///
/// It is asked about a subject's own identities, and at each sign-in by an identity. The proofs that a link was [made by](LinkedIdentity::linked_by)
/// decide whether it counts in the application.
///
/// In SQL: `SELECT provider, uid, linked_at, linked_by FROM identities WHERE tenant IS NOT DISTINCT FROM :tenant AND account = :account ORDER BY linked_at,
/// provider, uid`.
///
/// ```
/// use authflow::{
///     Timestamp,
///     factor::{Factor, FactorSet},
///     social::{LinkedBy, LinkedIdentity, ListIdentities, Provider, SocialIdentity},
///     testkit::{Call, World},
/// };
///
/// let mut world = World::new();
/// let signed_in = world.login("alice");
/// let step = world.begin(&Call::get("/api/v2/sdk/social").bearing(signed_in.id_token()));
/// let ask = world.until::<ListIdentities>(step);
/// let identity = SocialIdentity::new(Provider::new("weixin")?, "oWgGz1FmK9")?;
/// let linked = LinkedIdentity {
///     identity,
///     linked_at: Timestamp::from_unix(1_700_000_000),
///     linked_by: LinkedBy::bound(FactorSet::EMPTY.with(Factor::Password)), // as it was stored with the link
/// };
/// let theirs = vec![linked];
/// let answer = world.finish(ask.answer(theirs));
/// assert_eq!(answer.body["social"].as_array().unwrap().len(), 1);
/// # Ok::<(), authflow::social::InvalidIdentity>(())
/// ```
///
/// **If you answer wrongly:** if you answer with an identity of another account, its owner's id at the provider is shown to somebody else. If an
/// identity is missing, its owner does not see it, cannot remove the link and is not signed in by it. If you answer with stronger proofs than a link
/// was made by, a weak link counts in an application that demands more.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ListIdentities {
    /// The application and tenant.
    pub audience: Audience,
    /// The account.
    pub account: AccountId,
}

/// An identity that is linked to an account.
///
/// ```
/// use authflow::{
///     Timestamp,
///     factor::{Factor, FactorSet},
///     social::{LinkedBy, LinkedIdentity, Provider, SocialIdentity},
///     testkit::demo,
/// };
///
/// let identity = SocialIdentity::new(Provider::new("weixin")?, "oWgGz1FmK9")?;
/// let linked = LinkedIdentity {
///     identity,
///     linked_at: Timestamp::from_unix(1_700_000_000),
///     linked_by: LinkedBy::bound(FactorSet::EMPTY.with(Factor::Password)),
/// };
/// let [erin, eve] =
///     ["erin", "eve"].map(|name| linked.id(Some(demo::tenant()), demo::account(name).id));
/// assert_ne!(erin, eve, "who knows one's name for a link does not name another's");
/// # Ok::<(), authflow::social::InvalidIdentity>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedIdentity {
    /// The identity.
    pub identity: SocialIdentity,
    /// When it was linked.
    pub linked_at: Timestamp,
    /// The proofs that the link was made by, each time that it was made.
    pub linked_by: LinkedBy,
}

impl LinkedIdentity {
    /// The id by which a client names the link: a hash of the tenant, the account and the identity, in 22 characters of base64url. So no store keeps
    /// it.
    pub fn id(&self, tenant: Option<TenantId>, account: AccountId) -> ArrayString<22> {
        let tenant = tenant.as_ref().map_or("", TenantId::as_str);
        let mut hash = Sha256::new_with_prefix("authflow/v1/linked identity");
        for part in [tenant, account.as_str(), self.identity.provider().as_str(), self.identity.uid()] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let hash: [u8; 32] = hash.finalize().into();
        let (id, _) = hash.split_first_chunk().unwrap_or((&[0; 16], &[]));
        fixed::text(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::social::Provider;

    #[test]
    fn a_link_is_named_by_all_that_it_is_of() {
        let id = |tenant: Option<&str>, account, provider, uid| {
            let identity = SocialIdentity::new(Provider::new(provider).unwrap(), uid).unwrap();
            let linked =
                LinkedIdentity { identity, linked_at: Timestamp::from_unix(1), linked_by: LinkedBy::NOTHING };
            linked.id(tenant.map(|it| TenantId::new(it).unwrap()), AccountId::new(account).unwrap())
        };
        let base = id(Some("t"), "erin", "weixin", "a");
        assert_eq!(base, id(Some("t"), "erin", "weixin", "a"));
        for other in [
            id(None, "erin", "weixin", "a"),
            id(Some("t"), "eri", "weixin", "a"),
            id(Some("t"), "erin", "weixinmp", "a"),
            id(Some("t"), "erin", "weixin", "ab"),
        ] {
            assert_ne!(base, other);
        }
    }
}
