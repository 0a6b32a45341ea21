//! Password hashing: argon2id on blocking threads, no more at once than there are cores.

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version,
    password_hash::{self, phc::PasswordHash},
};
use authflow::{Secret, step::PasswordMatch};
use std::{sync::Arc, thread, time::Duration};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::spawn_blocking,
    time::timeout,
};

/// OWASP's minimum for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// How long a request waits for a core before it is told that the system is busy.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub(crate) struct Hasher {
    argon2: Argon2<'static>,
    cores: Arc<Semaphore>,
    /// Of a password nobody knows: what is verified against where there is no verifier, so that it takes as long.
    dummy: Secret,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum HasherError {
    #[error("no core was free for {} s", LONGEST_WAIT.as_secs())]
    Overloaded,
    #[error("a stored verifier is not one of argon2's")]
    MalformedVerifier,
    #[error("argon2: {0}")]
    Argon2(password_hash::Error),
    #[error("a hashing thread ended early")]
    ThreadEnded,
}

impl Hasher {
    pub(crate) fn new() -> Result<Self, HasherError> {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
            .map_err(|error| HasherError::Argon2(error.into()))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut nobodys = [0; 32];
        getrandom::fill(&mut nobodys).map_err(|_| HasherError::Argon2(password_hash::Error::RngFailure))?;
        let dummy = hash(&argon2, &nobodys)?;
        let cores = thread::available_parallelism().map_or(1, |cores| cores.get());
        Ok(Self { argon2, cores: Arc::new(Semaphore::new(cores)), dummy })
    }

    pub(crate) async fn hash(&self, password: Secret) -> Result<Secret, HasherError> {
        let argon2 = self.argon2.clone();
        self.on_a_core(move || hash(&argon2, password.expose().as_bytes())).await
    }

    pub(crate) async fn verify(
        &self,
        verifier: Option<Secret>,
        presented: Secret,
    ) -> Result<PasswordMatch, HasherError> {
        let verifier = verifier.unwrap_or_else(|| self.dummy.clone());
        let argon2 = self.argon2.clone();
        self.on_a_core(move || verify(&argon2, &verifier, &presented)).await
    }

    async fn on_a_core<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, HasherError> + Send + 'static,
    ) -> Result<T, HasherError> {
        let permit = self.core().await?;
        // The permit goes with the work: a caller that goes away does not free a core that is still hashing.
        let working = spawn_blocking(move || {
            let _permit = permit;
            work()
        });
        working.await.map_err(|_| HasherError::ThreadEnded)?
    }

    async fn core(&self) -> Result<OwnedSemaphorePermit, HasherError> {
        match timeout(LONGEST_WAIT, Arc::clone(&self.cores).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) | Err(_) => Err(HasherError::Overloaded),
        }
    }
}

fn hash(argon2: &Argon2<'_>, password: &[u8]) -> Result<Secret, HasherError> {
    let hash = argon2.hash_password(password).map_err(HasherError::Argon2)?;
    Ok(Secret::new(hash.to_string()))
}

/// With the parameters that the verifier names, so that they can be raised without a reset of every password.
fn verify(argon2: &Argon2<'_>, verifier: &Secret, presented: &Secret) -> Result<PasswordMatch, HasherError> {
    let verifier = PasswordHash::new(verifier.expose()).map_err(|_| HasherError::MalformedVerifier)?;
    match argon2.verify_password(presented.expose().as_bytes(), &verifier) {
        Ok(()) => Ok(PasswordMatch::Matches),
        // The crate answers the same for a wrong password and for a verifier that holds no hash.
        Err(password_hash::Error::PasswordInvalid) if verifier.hash.is_some() && verifier.salt.is_some() => {
            Ok(PasswordMatch::Differs)
        }
        Err(password_hash::Error::PasswordInvalid) => Err(HasherError::MalformedVerifier),
        Err(error) => Err(HasherError::Argon2(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn right_wrong_missing_and_malformed() {
        let hasher = Hasher::new().unwrap();
        let right = || Secret::new("Correct-Horse-7");
        let verifier = hasher.hash(right()).await.unwrap();
        assert!(verifier.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "the parameters of OWASP");
        assert_ne!(verifier.expose(), hasher.hash(right()).await.unwrap().expose(), "a salt of its own");
        let verify = |verifier, presented| hasher.verify(verifier, presented);
        assert_eq!(verify(Some(verifier.clone()), right()).await.unwrap(), PasswordMatch::Matches);
        let wrong = Secret::new("correct-horse-7");
        assert_eq!(verify(Some(verifier.clone()), wrong).await.unwrap(), PasswordMatch::Differs);
        assert_eq!(verify(None, right()).await.unwrap(), PasswordMatch::Differs);
        for malformed in
            ["", "$argon2id$v=19$m=19456,t=2,p=1", "$scrypt$ln=1,r=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo"]
        {
            let refused = verify(Some(Secret::new(malformed)), right()).await;
            assert!(refused.is_err(), "{malformed:?} is a fault of the store, not a wrong password");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_for_a_core_ends() {
        let hasher = Hasher::new().unwrap();
        let cores = u32::try_from(hasher.cores.available_permits()).unwrap();
        let _all = Arc::clone(&hasher.cores).acquire_many_owned(cores).await.unwrap();
        let refused = hasher.hash(Secret::new("Correct-Horse-7")).await;
        assert!(matches!(refused, Err(HasherError::Overloaded)));
    }

    #[test]
    fn the_dummy_costs_what_a_verifier_costs() {
        let hasher = Hasher::new().unwrap();
        assert!(hasher.dummy.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    }
}
