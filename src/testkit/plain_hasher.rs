//! A hasher that hashes nothing.

use crate::{
    Secret,
    parts::Hasher,
    password::{PasswordMatch, Verifier},
};
use alloc::{format, sync::Arc};
use core::convert::Infallible;

/// The text before the password in a verifier of old parameters.
const OUTDATED: &str = "outdated:";

/// A hasher whose verifiers are the passwords themselves, so that a test can read them and need not wait.
///
/// ```
/// use authflow::{
///     administration::SetPassword,
///     password::Verifier,
///     testkit::{Call, World, demo},
/// };
///
/// let mut world = World::new();
/// let (tenant, account) = (world.account("alice").tenant, world.account("alice").id);
/// let verifier = Verifier::new("Battery-Staple-8"); // the password itself
/// world.host.set_password(&SetPassword {
///     tenant,
///     account,
///     verifier,
///     changed_at: demo::START,
///     must_change: None,
/// });
/// assert_eq!(world.send(&Call::login("alice", "Battery-Staple-8")).text("status"), "SUCCESS");
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct PlainHasher;

impl PlainHasher {
    /// A verifier of old parameters. Its password matches, and must be hashed again.
    pub(super) fn outdated(verifier: &Verifier) -> Verifier {
        Verifier::new(format!("{OUTDATED}{}", verifier.expose()))
    }

    /// A careless hasher might give any answer if there is no verifier. This one gives the most dangerous answer.
    pub(super) fn judge(verifier: Option<&Verifier>, presented: &Secret) -> PasswordMatch {
        let presented = presented.expose();
        match verifier.map(Verifier::expose) {
            None => PasswordMatch::MatchesOutdated,
            Some(known) if known == presented => PasswordMatch::Matches,
            Some(known) if known.strip_prefix(OUTDATED) == Some(presented) => PasswordMatch::MatchesOutdated,
            Some(_) => PasswordMatch::Differs,
        }
    }
}

impl Hasher for PlainHasher {
    type Error = Infallible;
    type Permit = ();

    async fn permit(&self) -> Result<(), Infallible> {
        Ok(())
    }

    async fn verify(
        &self,
        verifier: Option<&Verifier>,
        presented: &Secret,
        _: Arc<()>,
    ) -> Result<PasswordMatch, Infallible> {
        Ok(Self::judge(verifier, presented))
    }

    async fn hash(&self, password: &Secret) -> Result<Verifier, Infallible> {
        Ok(Verifier::new(password.expose()))
    }
}
