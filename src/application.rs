//! An application: what it demands, whose tenants it serves, and how it speaks.

use crate::{
    Audience, ClientId, TenantId, code::CodePurpose, device::Language, policy::Policy, signed_call::CallKey,
};
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
/// assert_eq!(
///     ordinary.audience(Some(tenant)).unwrap().tenant,
///     None,
///     "an ordinary one ignores it"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// The application's id. For an ISV application, it is the id of the template.
    pub client_id: ClientId,
    /// The accounts that may use the application.
    #[serde(default)]
    pub tenancy: Tenancy,
    /// The policy of the application: everything that it demands of a login.
    #[serde(default)]
    pub policy: Policy,
    /// The language of its messages when a caller asks for none that exists.
    #[serde(default)]
    pub language: Language,
    /// The product whose codes, messages and paths its clients know. It does not change what is allowed: the policy alone decides that.
    #[serde(default)]
    pub dialect: Dialect,
    /// Whether the reply to a refused guess says how many guesses are left, or when the lock ends. This has no effect in a dialect that has no
    /// message for it. It is off unless configured, because it helps an attacker as much as the subject.
    #[serde(default)]
    pub tells_attempts: bool,
    /// The place of the subject's identity in the application's id tokens.
    #[serde(default)]
    pub identity: IdentityPlace,
    /// The key with which its clients seal their session tokens. If the application has one, every call after the sign-in must be
    /// [signed](crate::signed_call), except the sign-out. Its session tokens are then [references](crate::policy::SessionTokenForm::Reference),
    /// whatever the policy says. If it has none, no call is signed, and clients present the tokens themselves.
    #[serde(default)]
    pub call_key: Option<CallKey>,
}

/// One of the products of the family. Each has its own codes and messages.
///
/// ```
/// use authflow::{
///     Dialect,
///     testkit::{Call, Setup, World},
/// };
///
/// let refused = [Dialect::Ciam, Dialect::Eiam, Dialect::OneAccess].map(|dialect| {
///     let mut world = World::with_setup(Setup { dialect, ..Setup::default() });
///     let answer = world.send(&Call::login("alice", "a guess"));
///     answer.text("error_code").to_owned()
/// });
/// assert_eq!(refused[2], "LOGIN.0002");
/// assert!(refused[0] != refused[1] && refused[1] != refused[2], "each has codes of its own");
/// ```
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
    /// The purpose of a code that is presented at the family's `pwd/update-by-mobile`. The path has two meanings, and the product decides which one
    /// it has. In CIAM, a signed-in subject changes their password. In EIAM and OneAccess, a subject has forgotten theirs.
    pub(crate) const fn update_by_mobile(self) -> CodePurpose {
        match self {
            Self::Ciam => CodePurpose::UpdatePassword,
            Self::Eiam | Self::OneAccess => CodePurpose::ForgottenPassword,
        }
    }

    /// Whether a signed-in subject can change their password by a code at `pwd/change-by-mobile` and `-by-email`. They request the code with types
    /// that belong only to a pending login in the other products.
    pub(crate) const fn changes_own_by_code(self) -> bool {
        match self {
            Self::Eiam => true,
            Self::Ciam | Self::OneAccess => false,
        }
    }
}

/// The place of the subject's identity in an id token, in addition to `sub`.
///
/// ```
/// use authflow::{
///     Application, ClientId, Config, Engine, IdentityPlace,
///     sdk::Api,
///     testkit::{MemoryHost, World, demo},
/// };
///
/// let mut shop = Application::isv(ClientId::new(demo::ISV)?, [demo::tenant()]);
/// shop.identity = IdentityPlace::Flat;
/// let config = Config::new(demo::issuer(), demo::ring(), [shop].into());
/// let mut world = World::of(Api::new(Engine::new(config)?), MemoryHost::demo());
///
/// let signed_in = world.login("alice");
/// let payload = signed_in.id_token().split('.').nth(1).unwrap();
/// let claims = base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, payload)?;
/// let claims: serde_json::Value = serde_json::from_slice(&claims)?;
/// assert_eq!(claims["userName"], "alice");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentityPlace {
    /// The claims of the account's [`Profile`](crate::account::Profile), at top level.
    #[default]
    TopLevel,
    /// The account's `id`, `userName`, `name`, `mobile` and `email`, each at top level, as in the samples of CIAM and OneAccess. Of the profile's
    /// claims, only `name` is included.
    Flat,
    /// One claim `api`, whose text is a JSON object with `id`, `userName`, `name`, `mobile` and `email`, as in EIAM.
    Api,
}

/// The accounts that may use an application.
///
/// ```
/// use authflow::{Application, ClientId, Tenancy, TenantId, testkit::demo};
///
/// /// From your table: the tenants of an ISV's application, or none at all.
/// fn read(client_id: ClientId, tenants: Option<&[&str]>) -> Result<Application, authflow::InvalidId> {
///     let tenancy = match tenants {
///         Some(tenants) => {
///             Tenancy::Isv(tenants.iter().map(|id| TenantId::new(id)).collect::<Result<_, _>>()?)
///         }
///         None => Tenancy::Ordinary,
///     };
///     Ok(Application { tenancy, ..Application::new(client_id) })
/// }
///
/// let shop = read(ClientId::new("shop")?, Some(&[demo::TENANT]))?;
/// assert!(shop.audience(Some(demo::tenant())).is_some());
/// assert!(shop.audience(Some(TenantId::new("another")?)).is_none());
/// assert!(read(shop.client_id, None)?.audience(None).is_some());
/// # Ok::<(), authflow::InvalidId>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tenancy {
    /// Anyone with an account. The application knows no tenants.
    #[default]
    Ordinary,
    /// These tenants of an ISV application. Each has its own accounts. A host that looks applications up may list only the tenant that the question
    /// names.
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
            call_key: None,
        }
    }

    /// An ISV application with the default policy.
    pub fn isv(client_id: ClientId, tenants: impl IntoIterator<Item = TenantId>) -> Self {
        // One by one: to collect a set sorts first, and a sort is long code.
        let mut served = BTreeSet::new();
        served.extend(tenants);
        Self { tenancy: Tenancy::Isv(served), ..Self::new(client_id) }
    }

    /// Every audience that a caller can sign in to.
    pub(crate) fn audiences(&self) -> Vec<Audience> {
        let of = |tenant| Audience { client_id: self.client_id, tenant };
        match &self.tenancy {
            Tenancy::Ordinary => Vec::from([of(None)]),
            Tenancy::Isv(tenants) => tenants.iter().copied().map(Some).map(of).collect(),
        }
    }

    /// The audience that a caller signs in to. It is `None` if this is an ISV application and the caller names none of its tenants.
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
