//! An application: what it demands, whose tenants it serves, and how it speaks.

use crate::{Audience, ClientId, TenantId, code::CodePurpose, device::Language, policy::Policy};
use alloc::{collections::BTreeSet, vec::Vec};
use serde::{Deserialize, Serialize};

/// A registered application.
///
/// ```
/// use authflow::{Application, ClientId, TenantId};
///
/// let template = ClientId::new("DRrYIqauawN0I8myTMoDTPys6ezGZxnm").unwrap();
/// let tenant = TenantId::new("08f770f51f80d2f40f38c00cb199fd21").unwrap();
/// let isv = Application::isv(template, [tenant]);
/// assert!(isv.audience(None).is_none(), "an ISV application needs a tenant it knows");
/// assert_eq!(isv.audience(Some(tenant)).unwrap().tenant, Some(tenant));
///
/// let ordinary = Application::new(template);
/// assert_eq!(ordinary.audience(Some(tenant)).unwrap().tenant, None, "an ordinary one ignores it");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// Its id: for an ISV application, the id of its template.
    pub client_id: ClientId,
    /// Who may use it.
    #[serde(default)]
    pub tenancy: Tenancy,
    /// What it demands of a login.
    #[serde(default)]
    pub policy: Policy,
    /// The language of its messages when a caller asks for none that exists.
    #[serde(default)]
    pub language: Language,
    /// Which product's codes and messages its clients know, and its paths. What may be done says the policy alone.
    #[serde(default)]
    pub dialect: Dialect,
    /// Whether a refused guess says how many are left or when the lock ends, in a dialect that has words for it. Off unless
    /// asked for: it helps an attacker as much as the subject.
    #[serde(default)]
    pub tells_attempts: bool,
    /// Where its id tokens say who the subject is.
    #[serde(default)]
    pub identity: IdentityPlace,
}

/// One of the products that speak the family, each with codes and messages of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// BambooCloud CIAM.
    #[default]
    Ciam,
    /// BambooCloud EIAM.
    Eiam,
    /// Huawei Cloud OneAccess.
    OneAccess,
}

impl Dialect {
    /// What a code is for that comes by the family's `pwd/update-by-mobile`. One path has two meanings, and which one is the product's: in
    /// CIAM a signed-in subject changes their password, in EIAM and OneAccess somebody has forgotten theirs.
    pub(crate) const fn update_by_mobile(self) -> CodePurpose {
        match self {
            Self::Ciam => CodePurpose::UpdatePassword,
            Self::Eiam | Self::OneAccess => CodePurpose::ForgottenPassword,
        }
    }
}

/// Where an id token says who its subject is, beyond `sub`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentityPlace {
    /// The claims of the account's [`Profile`](crate::account::Profile), at top level.
    #[default]
    TopLevel,
    /// In one claim `api`, a text that holds a JSON object with `id`, `userName`, `name`, `mobile` and `email`, as EIAM has it.
    Api,
}

/// Who may use an application.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tenancy {
    /// Anyone with an account; it knows no tenants.
    #[default]
    Ordinary,
    /// It is an ISV's, used by these tenants, each with accounts of its own. A host that looks applications up may give
    /// just the tenant it was asked about.
    Isv(BTreeSet<TenantId>),
}

impl Application {
    /// An ordinary application with the default policy.
    pub fn new(client_id: ClientId) -> Self {
        Self {
            client_id,
            tenancy: Tenancy::Ordinary,
            policy: Policy::default(),
            language: Language::default(),
            dialect: Dialect::default(),
            tells_attempts: false,
            identity: IdentityPlace::default(),
        }
    }

    /// An ISV application with the default policy.
    pub fn isv(client_id: ClientId, tenants: impl IntoIterator<Item = TenantId>) -> Self {
        Self { tenancy: Tenancy::Isv(tenants.into_iter().collect()), ..Self::new(client_id) }
    }

    /// Every audience that a caller can sign in to.
    pub(crate) fn audiences(&self) -> Vec<Audience> {
        let of = |tenant| Audience { client_id: self.client_id, tenant };
        match &self.tenancy {
            Tenancy::Ordinary => Vec::from([of(None)]),
            Tenancy::Isv(tenants) => tenants.iter().copied().map(Some).map(of).collect(),
        }
    }

    /// Whom a caller signs in to: `None` where this is an ISV application and the caller names no tenant of it.
    pub fn audience(&self, named: Option<TenantId>) -> Option<Audience> {
        let tenant = match &self.tenancy {
            Tenancy::Ordinary => None,
            Tenancy::Isv(tenants) => Some(named.filter(|tenant| tenants.contains(tenant))?),
        };
        Some(Audience { client_id: self.client_id, tenant })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_audiences_are_those_that_callers_are_signed_in_to() {
        let id = ClientId::new("web").unwrap();
        let tenants = ["a", "b"].map(|tenant| TenantId::new(tenant).unwrap());
        for application in [Application::new(id), Application::isv(id, tenants), Application::isv(id, [])] {
            let named = [None].into_iter().chain(tenants.map(Some));
            let expected: BTreeSet<_> = named.filter_map(|tenant| application.audience(tenant)).collect();
            assert_eq!(BTreeSet::from_iter(application.audiences()), expected);
        }
    }
}
