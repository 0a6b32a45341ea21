//! A hasher that hashes nothing.

use crate::{
    Secret,
    parts::Hasher,
    password::{PasswordMatch, Verifier},
};
use alloc::{format, sync::Arc};
use core::convert::Infallible;

/// What stands before the password in a verifier of old parameters.
const OUTDATED: &str = "outdated:";

/// A hasher whose verifiers are the passwords as they are, so that a test sees them and waits for nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlainHasher;

impl PlainHasher {
    /// A verifier of old parameters: its password is right, and to be hashed anew.
    pub(super) fn outdated(verifier: &Verifier) -> Verifier {
        Verifier::new(format!("{OUTDATED}{}", verifier.expose()))
    }

    /// Without a verifier a careless hasher might say anything: here it says the worst.
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
