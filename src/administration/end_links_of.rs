//! End somebody's links to social identities.

use crate::{AccountId, TenantId, social::EndLinks};

/// End somebody's links to social identities: all, or those of one provider.
///
/// The revision is raised in the same transaction, which ends every session and pending login of the account, and so those that began with such a
/// link. It is raised even if there is no link to end.
///
/// ```sql
/// DELETE FROM identities WHERE tenant IS NOT DISTINCT FROM :tenant AND account = :account; -- AND provider = :one, where it is one
/// UPDATE accounts SET revision = (revision + 1) & 9223372036854775807 WHERE tenant IS NOT DISTINCT FROM :tenant AND id = :account;
/// ```
///
/// A subject without any other first factor can no longer sign in. Check what the account has before you end its links.
///
/// ```
/// use authflow::{
///     administration::{Administered, EndLinksOf},
///     factor::{Factor, FactorSet},
///     social::{EndLinks, LinkedBy, Provider, SocialIdentity},
///     testkit::{Link, World},
/// };
///
/// let mut world = World::new();
/// let session = world.login("alice");
/// let (tenant, account) = (world.account("alice").tenant, world.account("alice").id);
/// let weixin = Provider::new("weixin")?;
/// let linked_by = LinkedBy::bound(FactorSet::EMPTY.with(Factor::Password));
/// let link = Link { account, linked_at: world.clock.now, linked_by };
/// world.host.identities.insert((tenant, SocialIdentity::new(weixin, "o-alice")?), link);
///
/// let ask = EndLinksOf { tenant, account, which: EndLinks::Of(weixin) };
/// assert_eq!(world.host.end_links_of(&ask), Administered::Done);
/// assert!(world.host.identities.is_empty());
/// assert_ne!(world.check_exist(session.id_token()).status, 200, "what was before is over");
/// # Ok::<(), authflow::social::InvalidIdentity>(())
/// ```
///
/// **If you answer wrongly:** a link that remains still signs somebody in, although the administrator wanted to end it. A thief who has linked an
/// identity signs in with it, whatever password the owner has now. If the revision stays, everybody who is signed in by such a link stays signed
/// in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndLinksOf {
    /// The tenant of the account.
    pub tenant: Option<TenantId>,
    /// The account whose links end.
    pub account: AccountId,
    /// The links that end.
    pub which: EndLinks,
}
