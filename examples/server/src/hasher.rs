//! Password hashing: argon2id on blocking threads, no more at once than there are cores. Who waits to have one verified has a place before
//! their guess is counted; who finds none in time is told that the system is busy, and has lost nothing.

use crate::http::LONGEST_CALL;
use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::{
        self,
        phc::{Output, ParamsString, PasswordHash, Salt},
    },
};
use authflow::{
    Secret, parts,
    password::{PasswordMatch, Verifier},
};
use std::{
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::spawn_blocking,
    time::timeout,
};

/// OWASP's minimum for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// How many verify a password for each core, with those whose guesses are being counted meanwhile: enough that no core waits for the store.
const PLACES_PER_CORE: usize = 4;
/// How long a request waits for a place before it is told that the system is busy.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub(crate) struct Hasher {
    params: Params,
    places: Arc<Semaphore>,
    longest_wait: Duration,
    cores: Arc<Semaphore>,
    memory: Memory,
    /// Of a password nobody knows: what is verified against where there is no verifier, so that it takes as long.
    dummy: Verifier,
}

/// The blocks of finished hashes, for the next ones. Given back to the allocator, each of tokio's many blocking threads
/// would keep 19 MiB of its own.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<Vec<Block>>>>);

#[derive(Debug, thiserror::Error)]
pub(crate) enum HasherError {
    #[error("too many passwords are being hashed")]
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
        let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(Params::DEFAULT_OUTPUT_LEN));
        let params = params.map_err(|error| HasherError::Argon2(error.into()))?;
        let memory = Memory::default();
        let dummy = hash(&memory, &params, &random::<32>()?)?;
        let cores = thread::available_parallelism().map_or(1, |cores| cores.get());
        Ok(Self {
            params,
            places: Arc::new(Semaphore::new(cores.saturating_mul(PLACES_PER_CORE))),
            longest_wait: LONGEST_WAIT,
            cores: Arc::new(Semaphore::new(cores)),
            memory,
            dummy,
        })
    }

    /// And lets nobody wait for one.
    #[cfg(test)]
    pub(crate) fn take_every_place(&mut self) -> OwnedSemaphorePermit {
        self.longest_wait = Duration::ZERO;
        let places = u32::try_from(self.places.available_permits()).unwrap();
        Arc::clone(&self.places).try_acquire_many_owned(places).unwrap()
    }

    /// As long as its call waits: whose turn it is has a guess in flight or has proved something, and the wait is short, because there are
    /// few places.
    async fn core(&self) -> Result<OwnedSemaphorePermit, HasherError> {
        acquire(&self.cores, LONGEST_CALL).await
    }
}

impl parts::Hasher for Hasher {
    type Error = HasherError;
    type Permit = OwnedSemaphorePermit;

    async fn permit(&self) -> Result<OwnedSemaphorePermit, HasherError> {
        acquire(&self.places, self.longest_wait).await
    }

    /// A right password is outdated where its verifier was made in another way than [`hash`](authflow::parts::Hasher::hash) makes one.
    async fn verify(
        &self,
        verifier: Option<&Verifier>,
        presented: &Secret,
        place: Arc<OwnedSemaphorePermit>,
    ) -> Result<PasswordMatch, HasherError> {
        let verifier = verifier.unwrap_or(&self.dummy).clone();
        let (memory, todays, presented) = (self.memory.clone(), self.params.clone(), presented.clone());
        let held = (place, self.core().await?);
        on(held, move || verify(&memory, &todays, &verifier, &presented)).await
    }

    async fn hash(&self, password: &Secret) -> Result<Verifier, HasherError> {
        let (memory, params, password) = (self.memory.clone(), self.params.clone(), password.clone());
        on(self.core().await?, move || hash(&memory, &params, password.expose().as_bytes())).await
    }
}

async fn acquire(from: &Arc<Semaphore>, longest_wait: Duration) -> Result<OwnedSemaphorePermit, HasherError> {
    match timeout(longest_wait, Arc::clone(from).acquire_owned()).await {
        Ok(Ok(permit)) => Ok(permit),
        Ok(Err(_)) | Err(_) => Err(HasherError::Overloaded),
    }
}

async fn on<T: Send + 'static>(
    held: impl Send + 'static,
    work: impl FnOnce() -> Result<T, HasherError> + Send + 'static,
) -> Result<T, HasherError> {
    // What is held goes with the work: a caller that goes away does not free a core that is still hashing.
    let working = spawn_blocking(move || {
        let _held = held;
        work()
    });
    working.await.map_err(|_| HasherError::ThreadEnded)?
}

fn hash(memory: &Memory, params: &Params, password: &[u8]) -> Result<Verifier, HasherError> {
    let salt =
        Salt::new(&random::<16>()?).map_err(|_| HasherError::Argon2(password_hash::Error::SaltInvalid))?;
    let output = compute(memory, Algorithm::Argon2id, Version::V0x13, params.clone(), password, &salt)?;
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).map_err(HasherError::Argon2)?,
        salt: Some(salt),
        hash: Some(output),
    };
    Ok(Verifier::new(hash.to_string()))
}

/// With the parameters that the verifier names, so that they can be raised without a reset of every password.
fn verify(
    memory: &Memory,
    todays: &Params,
    verifier: &Verifier,
    presented: &Secret,
) -> Result<PasswordMatch, HasherError> {
    let malformed = || HasherError::MalformedVerifier;
    let stored = PasswordHash::new(verifier.expose()).map_err(|_| malformed())?;
    let algorithm = Algorithm::new(stored.algorithm.as_str()).map_err(|_| malformed())?;
    let version = Version::try_from(stored.version.ok_or_else(malformed)?).map_err(|_| malformed())?;
    let params = Params::try_from(&stored).map_err(|_| malformed())?;
    let (salt, expected) = stored.salt.zip(stored.hash).ok_or_else(malformed)?;
    let as_today = |it: &Params| (it.m_cost(), it.t_cost(), it.p_cost(), it.output_len());
    let is_todays = (algorithm, version) == (Algorithm::Argon2id, Version::V0x13)
        && as_today(&params) == as_today(todays);
    let computed = compute(memory, algorithm, version, params, presented.expose().as_bytes(), &salt)?;
    // `Output` compares in constant time.
    Ok(match computed == expected {
        true if is_todays => PasswordMatch::Matches,
        true => PasswordMatch::MatchesOutdated,
        false => PasswordMatch::Differs,
    })
}

fn compute(
    memory: &Memory,
    algorithm: Algorithm,
    version: Version,
    params: Params,
    password: &[u8],
    salt: &Salt,
) -> Result<Output, HasherError> {
    let mut blocks = memory.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
    blocks.resize(params.block_count(), Block::new());
    let mut output = [0; Output::MAX_LENGTH];
    let length = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
    let output = output.get_mut(..length).ok_or(HasherError::Argon2(password_hash::Error::OutputSize))?;
    let argon2 = Argon2::new(algorithm, version, params);
    let hashed = argon2.hash_password_into_with_memory(password, salt, output, blocks.as_mut_slice());
    memory.0.lock().unwrap_or_else(PoisonError::into_inner).push(blocks);
    hashed.map_err(|error| HasherError::Argon2(error.into()))?;
    Output::new(output).map_err(|_| HasherError::Argon2(password_hash::Error::OutputSize))
}

fn random<const LENGTH: usize>() -> Result<[u8; LENGTH], HasherError> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).map_err(|_| HasherError::Argon2(password_hash::Error::RngFailure))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use parts::Hasher as _;
    use std::pin::pin;

    impl Hasher {
        async fn judge(
            &self,
            verifier: Option<&Verifier>,
            presented: &Secret,
        ) -> Result<PasswordMatch, HasherError> {
            let place = Arc::new(self.permit().await?);
            self.verify(verifier, presented, place).await
        }
    }

    #[tokio::test]
    async fn right_wrong_missing_and_malformed() {
        let hasher = Hasher::new().unwrap();
        let right = || Secret::new("Correct-Horse-7");
        let verifier = hasher.hash(&right()).await.unwrap();
        assert!(verifier.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "the parameters of OWASP");
        assert_ne!(verifier.expose(), hasher.hash(&right()).await.unwrap().expose(), "a salt of its own");
        assert_eq!(hasher.judge(Some(&verifier), &right()).await.unwrap(), PasswordMatch::Matches);
        let wrong = Secret::new("correct-horse-7");
        assert_eq!(hasher.judge(Some(&verifier), &wrong).await.unwrap(), PasswordMatch::Differs);
        assert_eq!(hasher.judge(None, &right()).await.unwrap(), PasswordMatch::Differs);
        for malformed in
            ["", "$argon2id$v=19$m=19456,t=2,p=1", "$scrypt$ln=1,r=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo"]
        {
            let refused = hasher.judge(Some(&Verifier::new(malformed)), &right()).await;
            assert!(refused.is_err(), "{malformed:?} is a fault of the store, not a wrong password");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_for_a_place_ends_and_one_that_is_given_back_is_taken() {
        let hasher = Hasher::new().unwrap();
        let places = u32::try_from(hasher.places.available_permits()).unwrap();
        let all = Arc::clone(&hasher.places).acquire_many_owned(places).await.unwrap();
        assert!(matches!(hasher.permit().await, Err(HasherError::Overloaded)));
        let mut waiting = pin!(hasher.permit());
        assert!(timeout(LONGEST_WAIT / 2, &mut waiting).await.is_err(), "not yet");
        drop(all);
        assert!(waiting.await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn what_has_a_place_or_has_proved_something_waits_for_a_core_as_long_as_its_call() {
        let hasher = Hasher::new().unwrap();
        let cores = u32::try_from(hasher.cores.available_permits()).unwrap();
        let all = Arc::clone(&hasher.cores).acquire_many_owned(cores).await.unwrap();
        let password = Secret::new("Correct-Horse-7");
        let (mut hashing, mut verifying) =
            (pin!(hasher.hash(&password)), pin!(hasher.judge(None, &password)));
        assert!(timeout(LONGEST_WAIT * 2, &mut hashing).await.is_err(), "it is not shed");
        assert!(timeout(LONGEST_WAIT, &mut verifying).await.is_err(), "nor is this");
        drop(all);
        assert!(hashing.await.is_ok() && verifying.await.is_ok());
    }

    #[tokio::test]
    async fn a_verifier_of_another_version_with_other_parameters_is_verified() {
        let hasher = Hasher::new().unwrap();
        let params = Params::new(8, 1, 1, None).unwrap();
        let mut output = [0; 32];
        let argon2 = Argon2::new(Algorithm::Argon2i, Version::V0x10, params);
        argon2.hash_password_into(b"password", b"somesalt", &mut output).unwrap();
        let salt = Salt::new(b"somesalt").unwrap();
        let verifier =
            Verifier::new(format!("$argon2i$v=16$m=8,t=1,p=1${salt}${}", Output::new(&output).unwrap()));
        for (presented, expected) in
            [("password", PasswordMatch::MatchesOutdated), ("passwore", PasswordMatch::Differs)]
        {
            let answer = hasher.judge(Some(&verifier), &Secret::new(presented)).await;
            assert_eq!(answer.unwrap(), expected);
        }
    }

    #[tokio::test]
    async fn memory_is_used_again() {
        let hasher = Hasher::new().unwrap();
        let password = Secret::new("Correct-Horse-7");
        let verify = || hasher.judge(None, &password);
        for _ in 0..4 {
            let _ = tokio::join!(verify(), verify(), verify(), verify());
        }
        let kept = hasher.memory.0.lock().unwrap().len();
        assert!((1..=hasher.cores.available_permits()).contains(&kept), "{kept}");
    }

    #[test]
    fn the_dummy_costs_what_a_verifier_costs() {
        let hasher = Hasher::new().unwrap();
        assert!(hasher.dummy.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    }
}
