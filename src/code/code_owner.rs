//! The owner of the rows of a code.

use super::{SendSlot, key::hash_list};
use crate::{AccountId, TenantId, TokenId, token::half};
use core::fmt;

/// The owner of the rows of a code. When an account is [deleted](crate::administration::DeletePerson), the rows that it owns are deleted
/// too.
///
/// It is a hash of the tenant and the account. If no account has the recipient, it is a hash that belongs to no account. So the rows of an
/// account and the rows of nobody have the same number of bytes and cost the same work.
///
/// ```
/// use authflow::{
///     code::CodeOwner,
///     testkit::{Call, World, demo},
/// };
/// use serde_json::json;
///
/// let mut world = World::new();
/// let nora = CodeOwner::account(Some(demo::tenant()), world.account("nora").id);
/// for mobile in ["+86-13800000001", "+86-19900000000"] {
///     let asks = json!({ "mobile": mobile, "type": "LOGIN_SMS" });
///     world.send(&Call::post("/api/v2/sdk/sms/send", &asks));
/// }
/// // DELETE FROM codes WHERE owner = :owner
/// let hers = world.host.code_owners.values().filter(|owner| **owner == nora);
/// assert_eq!((hers.count(), world.host.code_owners.len()), (1, 2), "the other one is nobody's");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodeOwner([u8; 32]);

impl CodeOwner {
    /// The owner of the codes of an account.
    pub fn account(tenant: Option<TenantId>, account: AccountId) -> Self {
        Self::hash("account", tenant, account.as_str().as_bytes())
    }

    /// The owner of the codes of a recipient that no account has: a hash of the slot in which its sends are counted.
    pub(crate) fn nobody(tenant: Option<TenantId>, slot: SendSlot) -> Self {
        Self::hash("nobody", tenant, slot.as_bytes())
    }

    fn hash(kind: &str, tenant: Option<TenantId>, name: &[u8]) -> Self {
        let tenant = tenant.as_ref().map_or("", TenantId::as_str);
        // The padding makes a short id take as many blocks of the hash as a long one.
        let padding = [0; 64];
        let padding = padding.get(name.len()..).unwrap_or_default();
        Self(hash_list("authflow/v1/code owner", &[kind.as_bytes(), tenant.as_bytes(), name, padding]))
    }

    /// Half of the hash. It stands for an account in a place that only has room for the id of a token.
    pub(crate) fn half(&self) -> TokenId {
        TokenId::from_bytes(half(self.0))
    }

    /// The bytes, for the host's store.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for CodeOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeOwner(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_is_an_account_in_a_tenant() {
        let of = |tenant: Option<&str>, account| {
            let tenant = tenant.map(|tenant| TenantId::new(tenant).unwrap());
            CodeOwner::account(tenant, AccountId::new(account).unwrap())
        };
        assert_eq!(of(Some("t"), "erin"), of(Some("t"), "erin"));
        for other in [of(Some("te"), "rin"), of(Some("u"), "erin"), of(None, "erin"), of(Some("t"), "Erin")] {
            assert_ne!(of(Some("t"), "erin"), other);
        }
    }
}
