//! The settings that the applications of a world share.

use super::demo::{self, good};
use crate::{
    Application, Applications, ClientId, Config, Dialect, Engine,
    contact::NumberingPlan,
    policy::Policy,
    sdk::Api,
    signed_call::CallKey,
    token::{IdTokenSigning, Key, KeyRing, OutsideKey, OutsideKeys, SignatureAlgorithm},
};
use alloc::vec::Vec;

/// The settings that the two applications of the [`demo`] share.
///
/// ```
/// use authflow::{
///     Dialect,
///     testkit::{Call, Setup, World},
/// };
///
/// let setup = Setup { dialect: Dialect::OneAccess, tells_attempts: true, ..Setup::default() };
/// let mut world = World::with_setup(setup);
/// let refused = world.send(&Call::login("alice", "a guess"));
/// assert_eq!(
///     refused.text("error_msg"),
///     "Invalid account name or password. Remaining attempts: 4."
/// );
/// ```
#[derive(Clone, Debug)]
pub struct Setup {
    /// The applications' policy.
    pub policy: Policy,
    /// The applications' dialect. The engine also uses it until it knows the application of a request.
    pub dialect: Dialect,
    /// Whether refusals say how many guesses are left.
    pub tells_attempts: bool,
    /// The plan for national numbers in the applications' tenants.
    pub numbering: Option<NumberingPlan>,
    /// The signer of the applications' id tokens.
    pub signing: IdTokenSigning,
    /// The key with which clients sign their calls, if calls are signed.
    pub call_key: Option<CallKey>,
}

impl Setup {
    /// A set-up with this policy, and the default of everything else.
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            dialect: Dialect::default(),
            tells_attempts: false,
            numbering: None,
            signing: IdTokenSigning::ApplicationKey,
            call_key: None,
        }
    }

    /// The applications: an ISV's, and an ordinary one.
    pub fn applications(&self) -> Vec<Application> {
        let ordinary = ClientId::new(demo::ORDINARY).map(Application::new);
        let isv = ClientId::new(demo::ISV).map(|client_id| Application::isv(client_id, [demo::tenant()]));
        let Self { policy, dialect, tells_attempts, .. } = *self;
        [isv, ordinary]
            .into_iter()
            .flatten()
            .map(|application| {
                let call_key = self.call_key.clone();
                Application { policy, dialect, tells_attempts, call_key, ..application }
            })
            .collect()
    }

    /// The calls of the applications, after every key has been retired.
    pub(super) fn api_with_other_keys(&self) -> Api {
        let outside = || OutsideKey::new("next", SignatureAlgorithm::Es256).map(OutsideKeys::new);
        let signing = match &self.signing {
            IdTokenSigning::Outside(_) => IdTokenSigning::Outside(good(outside())),
            other => other.clone(),
        };
        Self { signing, ..self.clone() }
            .api(KeyRing::new(good(Key::new("next", crate::token::known_secret(8)))))
    }

    /// The calls of the applications, on an engine with this ring.
    pub fn api(&self, ring: KeyRing) -> Api {
        let applications = Applications::Fixed(self.applications());
        let mut config = Config::new(demo::issuer(), ring, applications);
        config.dialect = self.dialect;
        let tenants = [None, Some(demo::tenant())];
        let plans = tenants.into_iter().filter_map(|tenant| Some((tenant, self.numbering.clone()?)));
        config.numbering.extend(plans);
        config.id_token_signing = self.signing.clone();
        config.sealing = Some(demo::sealing_keys());
        match Engine::new(config) {
            Ok(engine) => Api::new(engine),
            Err(error) => panic!("{error}"),
        }
    }
}

/// The set-up with the [`demo::policy`].
impl Default for Setup {
    fn default() -> Self {
        Self::new(demo::policy())
    }
}
