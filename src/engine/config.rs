//! The configuration of an engine.

use crate::{
    Application, ClientId, Dialect, TenantId,
    contact::NumberingPlan,
    device::Language,
    outcome::Facts,
    sealing::SealingKeys,
    token::{IdTokenSigning, Issuer, KeyId, KeyRing},
};
use alloc::{collections::BTreeMap, sync::Arc, vec::Vec};

/// The configuration of an engine.
///
/// ```
/// use authflow::{
///     Application, ClientId, Config, Engine,
///     token::{Issuer, Key, KeyRing},
/// };
///
/// # let secret = authflow::testkit::demo::secret(7);
/// // 32 random bytes from a secret store
/// let ring = KeyRing::new(Key::new("2026-11", secret).unwrap());
/// let applications = [Application::new(ClientId::new("web").unwrap())];
/// let config =
///     Config::new(Issuer::new("https://id.example.com").unwrap(), ring, applications.into());
/// let engine = Engine::new(config).unwrap();
/// assert_eq!(engine.issuer().as_str(), "https://id.example.com");
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// The issuer of id tokens.
    pub issuer: Issuer,
    /// The keys.
    pub ring: KeyRing,
    /// The source of the applications.
    pub applications: Applications,
    /// The language of messages before the application is known.
    pub language: Language,
    /// The codes and messages before the application is known.
    pub dialect: Dialect,
    /// The way in which the people of each tenant write national numbers; `None` is the tenant of ordinary applications. If a tenant has no plan, a
    /// number must say its country.
    pub numbering: BTreeMap<Option<TenantId>, NumberingPlan>,
    /// The signing of id tokens: by a key that is derived for each audience, unless configured otherwise.
    pub id_token_signing: IdTokenSigning,
    /// The keys that open the secrets of authenticators, which reach the host [sealed](crate::sealing). There are none unless configured. Without
    /// them, no authenticator proves anything, and a client that tries is told that the system is busy
    /// ([`SecretNotOpened`](crate::outcome::Event::SecretNotOpened)).
    pub sealing: Option<SealingKeys>,
}

impl Config {
    /// A configuration that speaks English and CIAM's dialect until the application is known, and signs id tokens itself.
    pub fn new(issuer: Issuer, ring: KeyRing, applications: Applications) -> Self {
        Self {
            issuer,
            ring,
            applications,
            language: Language::En,
            dialect: Dialect::Ciam,
            numbering: BTreeMap::new(),
            id_token_signing: IdTokenSigning::ApplicationKey,
            sealing: None,
        }
    }
}

/// The source of the applications.
///
/// ```
/// use authflow::{
///     Application, Applications, ClientId, Config, Engine,
///     sdk::Api,
///     testkit::{MemoryHost, World, demo},
/// };
///
/// // The host keeps the applications in a table, and each request asks for its own.
/// let config = Config::new(demo::issuer(), demo::ring(), Applications::Asked);
/// let shop = Application::isv(ClientId::new(demo::ISV)?, [demo::tenant()]);
/// let host = MemoryHost { applications: [shop].into(), ..MemoryHost::demo() };
/// let mut world = World::of(Api::new(Engine::new(config)?), host);
/// assert_eq!(world.login("alice").status, 200);
/// assert_eq!(world.host.asked[0], "FindApplication");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub enum Applications {
    /// These applications and no others. The host is never asked. The part that all id tokens of an audience have in common is made once, with the
    /// engine.
    Fixed(Vec<Application>),
    /// The host is asked with every request ([`FindApplication`](crate::step::FindApplication)).
    Asked,
}

/// These and no others.
impl<const N: usize> From<[Application; N]> for Applications {
    fn from(applications: [Application; N]) -> Self {
        Self::Fixed(applications.into())
    }
}

/// A fault in a configuration.
///
/// ```
/// use authflow::{Application, ClientId, Config, ConfigError, Engine, testkit::demo};
///
/// let shop = ClientId::new("shop")?;
/// let twice = [Application::new(shop), Application::isv(shop, [demo::tenant()])];
/// let refused = Engine::new(Config::new(demo::issuer(), demo::ring(), twice.into())).unwrap_err();
/// assert_eq!(refused, ConfigError::DuplicateClientId(shop));
/// assert_eq!(
///     refused.to_string(),
///     "each application must have a client id of its own, and two have shop"
/// );
/// # Ok::<(), authflow::InvalidId>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Two applications have the same client id.
    #[error("each application must have a client id of its own, and two have {0}")]
    DuplicateClientId(ClientId),
    /// A sealing key has the secret of a key of the ring. The key of the ring is rotated away one day, and what is sealed must still open then.
    #[error("a sealing key must have a secret of its own, and that of {:?} is in the ring", .0.as_str())]
    SealingKeyInRing(KeyId),
}

/// A checked configuration.
#[derive(Debug)]
pub(super) struct Core {
    pub(super) issuer: Issuer,
    pub(super) ring: Arc<KeyRing>,
    /// `None` if the host is asked.
    pub(super) applications: Option<BTreeMap<ClientId, Arc<Application>>>,
    pub(super) language: Language,
    pub(super) numbering: BTreeMap<Option<TenantId>, NumberingPlan>,
    dialect: Dialect,
    pub(super) id_token_signing: IdTokenSigning,
    pub(super) sealing: Option<SealingKeys>,
}

impl Core {
    /// How to speak before the application is known, to a caller that asks for this language.
    pub(super) fn facts(&self, asked: Option<Language>) -> Facts {
        let language = asked.unwrap_or(self.language);
        Facts { language, dialect: self.dialect, ..Facts::default() }
    }

    pub(super) fn new(config: Config) -> Result<Self, ConfigError> {
        let Config { issuer, ring, applications, language, dialect, numbering, id_token_signing, sealing } =
            config;
        let in_ring = sealing.iter().flat_map(SealingKeys::iter).find(|key| ring.has_secret(key.root()));
        if let Some(key) = in_ring {
            return Err(ConfigError::SealingKeyInRing(*key.id()));
        }
        let (applications, ring) = match applications {
            Applications::Fixed(list) => {
                let ring = ring.with_audiences(&issuer, list.iter().flat_map(Application::audiences));
                (Some(by_client_id(list)?), ring)
            }
            Applications::Asked => (None, ring),
        };
        let ring = Arc::new(ring);
        Ok(Self { issuer, ring, applications, language, numbering, dialect, id_token_signing, sealing })
    }
}

fn by_client_id(list: Vec<Application>) -> Result<BTreeMap<ClientId, Arc<Application>>, ConfigError> {
    let mut applications = BTreeMap::new();
    for application in list {
        let client_id = application.client_id;
        if applications.insert(client_id, Arc::new(application)).is_some() {
            return Err(ConfigError::DuplicateClientId(client_id));
        }
    }
    Ok(applications)
}
