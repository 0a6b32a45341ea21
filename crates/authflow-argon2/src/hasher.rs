//! The hasher, which allots places and cores.

use crate::{
    accepted::Accepted, argon2id::Argon2id, error::HasherError, memory::Memory, parameters::ParameterSet,
    stored::Stored,
};
use argon2::Block;
use authflow::{
    Secret, parts,
    password::{PasswordMatch, Verifier},
};
use std::{fmt, num::NonZeroUsize, sync::Arc, thread, time::Duration};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::spawn_blocking,
    time::timeout,
};

/// The number of places for each core. The guesses of some callers with a place are still being counted in the store. So there are more places than
/// cores, and no core waits for the store.
const PLACES_PER_CORE: usize = 4;
const LONGEST_WAIT_FOR_A_PLACE: Duration = Duration::from_secs(5);
const LONGEST_WAIT_FOR_A_CORE: Duration = Duration::from_secs(20);

/// A [`Hasher`](parts::Hasher) on tokio's threads for blocking work. Call it within a runtime.
///
/// - **It hashes no more passwords at once than there are cores.** A caller gets a place before the guess is counted. There are four places for each
///   core. A caller that finds no place within 5 seconds gets the answer that the system is busy, and has lost nothing. The wait for a core may take
///   up to 20 seconds.
/// - **A verifier with any parameters but those of new verifiers is outdated.** If its password is right, the library makes a new verifier of the
///   password.
/// - **A verifier with parameters that are not accepted is an error.** Nobody signs in with it, and the log names its parameters.
/// - **Every verify does the same work**, whichever accepted set its verifier has, and even if there is no verifier. See the
///   [crate](crate#all-take-the-same-time).
///
/// The hasher is cheap to clone. All clones share its places and cores.
///
/// ```
/// use authflow::{
///     Secret,
///     parts::Hasher as _,
///     password::{PasswordMatch, Verifier},
/// };
/// use authflow_argon2::{Argon2Hasher, Argon2id};
/// use std::sync::Arc;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // This row is older, with parameters that were good enough then.
/// let old = Verifier::new(
///     "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
/// );
/// let hasher =
///     Argon2Hasher::new(Argon2id::OWASP_MINIMUM, ["$argon2id$v=19$m=256,t=2,p=1".parse()?])?;
///
/// let place = Arc::new(hasher.permit().await?);
/// let answer = hasher.verify(Some(&old), &Secret::new("password"), place).await?;
/// assert_eq!(answer, PasswordMatch::MatchesOutdated, "the login has it hashed anew");
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Argon2Hasher {
    accepted: Arc<Accepted>,
    memory: Memory,
    places: Arc<Semaphore>,
    cores: Arc<Semaphore>,
    count_of_cores: NonZeroUsize,
    longest_waits: [Duration; 2],
}

/// The load of a hasher, for monitoring. A caller that waits for a core has a place and no core.
///
/// ```
/// use authflow::parts::Hasher as _;
/// use authflow_argon2::{Argon2Hasher, Argon2id, HasherLoad};
/// use std::num::NonZeroUsize;
///
/// /// Whether somebody should be alerted.
/// fn is_busy(load: HasherLoad) -> bool {
///     load.places_taken * 4 >= load.places * 3
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), authflow_argon2::HasherError> {
/// let hasher = Argon2Hasher::new(Argon2id::OWASP_MINIMUM, [])?.with_cores(NonZeroUsize::MIN);
/// let _two = [hasher.permit().await?, hasher.permit().await?];
/// assert!(!is_busy(hasher.load()), "there are four places for a core");
/// let _third = hasher.permit().await?;
/// assert!(is_busy(hasher.load()));
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HasherLoad {
    /// The number of passwords that may be in verification at once, including those that wait for a core.
    pub places: usize,
    /// The number of these places that are taken.
    pub places_taken: usize,
    /// The number of passwords that may be hashed at once.
    pub cores: usize,
    /// The number of passwords that are being hashed. A caller that makes a new verifier has a core and no place.
    pub cores_taken: usize,
}

impl Argon2Hasher {
    /// A hasher that makes new verifiers with the set `new`, and also accepts verifiers with the sets in `older`. Pass `[]` if there are no older
    /// sets.
    ///
    /// The hasher has as many cores as the machine.
    ///
    /// # Errors
    ///
    /// When there are no random numbers.
    pub fn new(new: Argon2id, older: impl IntoIterator<Item = ParameterSet>) -> Result<Self, HasherError> {
        let accepted = Accepted::new(new.into(), older)?;
        let memory = Memory::of(accepted.blocks());
        let longest_waits = [LONGEST_WAIT_FOR_A_PLACE, LONGEST_WAIT_FOR_A_CORE];
        let count_of_cores = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let (places, cores) = semaphores(count_of_cores);
        Ok(Self { accepted: Arc::new(accepted), memory, places, cores, count_of_cores, longest_waits })
    }

    /// Sets the number of cores to hash on. There are four times as many places.
    #[must_use]
    pub fn with_cores(self, count_of_cores: NonZeroUsize) -> Self {
        let (places, cores) = semaphores(count_of_cores);
        Self { places, cores, count_of_cores, ..self }
    }

    /// The present load of the hasher.
    ///
    /// ```
    /// use authflow_argon2::{Argon2Hasher, Argon2id};
    ///
    /// let load = Argon2Hasher::new(Argon2id::OWASP_MINIMUM, [])?.load();
    /// assert_eq!((load.places_taken, load.cores_taken), (0, 0));
    /// # Ok::<(), authflow_argon2::HasherError>(())
    /// ```
    pub fn load(&self) -> HasherLoad {
        let (places, cores) = counts(self.count_of_cores);
        HasherLoad {
            places,
            places_taken: places.saturating_sub(self.places.available_permits()),
            cores,
            cores_taken: cores.saturating_sub(self.cores.available_permits()),
        }
    }

    /// Sets how long a caller waits for a place and for a core. A caller that waits for a core has a guess in flight or has proved a factor. So let
    /// it wait as long as its request may take.
    #[must_use]
    pub fn with_longest_waits(self, for_a_place: Duration, for_a_core: Duration) -> Self {
        Self { longest_waits: [for_a_place, for_a_core], ..self }
    }

    /// The parameters that a verifier may have, including those of new verifiers.
    pub fn accepted(&self) -> impl Iterator<Item = ParameterSet> {
        self.accepted.sets()
    }

    /// Checks that a verifier can be read, and that its parameters are accepted. Call this method before you import verifiers.
    ///
    /// ```
    /// use authflow::password::Verifier;
    /// use authflow_argon2::{Argon2Hasher, Argon2id};
    ///
    /// let hasher = Argon2Hasher::new(Argon2id::OWASP_MINIMUM, [])?;
    /// let weaker = Verifier::new(
    ///     "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
    /// );
    /// assert!(hasher.accepts(&weaker).is_err());
    /// # Ok::<(), authflow_argon2::HasherError>(())
    /// ```
    ///
    /// # Errors
    /// Returns the reason why the verifier cannot be used. The error prints only the parameters of the verifier.
    pub fn accepts(&self, verifier: &Verifier) -> Result<(), HasherError> {
        self.accepted.takes(&Stored::of_verifier(verifier.expose())?)
    }

    /// Runs the work on a thread for blocking work as soon as there is a core. `held` moves into the work, so nothing that is still in use is freed
    /// if the caller goes away.
    async fn on_a_core<T: Send + 'static>(
        &self,
        held: impl Send + 'static,
        work: impl FnOnce(&Accepted, &mut [Block]) -> Result<T, HasherError> + Send + 'static,
    ) -> Result<T, HasherError> {
        let [_, longest_wait] = self.longest_waits;
        let core = acquire(&self.cores, longest_wait).await?;
        let (accepted, memory) = (Arc::clone(&self.accepted), self.memory.clone());
        let working = spawn_blocking(move || {
            let _held = (held, core);
            memory.lend(|blocks| work(&accepted, blocks))
        });
        working.await.map_err(|_| HasherError::ThreadEnded)?
    }
}

impl parts::Hasher for Argon2Hasher {
    type Error = HasherError;
    type Permit = OwnedSemaphorePermit;

    async fn permit(&self) -> Result<OwnedSemaphorePermit, HasherError> {
        let [longest_wait, _] = self.longest_waits;
        acquire(&self.places, longest_wait).await
    }

    async fn verify(
        &self,
        verifier: Option<&Verifier>,
        presented: &Secret,
        place: Arc<OwnedSemaphorePermit>,
    ) -> Result<PasswordMatch, HasherError> {
        let stored = verifier.map(|verifier| Stored::of_verifier(verifier.expose())).transpose()?;
        let presented = presented.clone();
        let judge = move |accepted: &Accepted, blocks: &mut [Block]| {
            accepted.judge(stored.as_ref(), presented.expose().as_bytes(), blocks)
        };
        Ok(self.on_a_core(place, judge).await?.answer)
    }

    async fn hash(&self, password: &Secret) -> Result<Verifier, HasherError> {
        let password = password.clone();
        let make = move |accepted: &Accepted, blocks: &mut [Block]| {
            accepted.make(password.expose().as_bytes(), blocks).map(Verifier::new)
        };
        self.on_a_core((), make).await
    }
}

fn semaphores(cores: NonZeroUsize) -> (Arc<Semaphore>, Arc<Semaphore>) {
    let (places, cores) = counts(cores);
    (Arc::new(Semaphore::new(places)), Arc::new(Semaphore::new(cores)))
}

/// The numbers of places and of cores.
fn counts(cores: NonZeroUsize) -> (usize, usize) {
    let bounded = |permits: usize| permits.min(Semaphore::MAX_PERMITS);
    (bounded(cores.get().saturating_mul(PLACES_PER_CORE)), bounded(cores.get()))
}

async fn acquire(from: &Arc<Semaphore>, longest_wait: Duration) -> Result<OwnedSemaphorePermit, HasherError> {
    match timeout(longest_wait, Arc::clone(from).acquire_owned()).await {
        Ok(Ok(permit)) => Ok(permit),
        Ok(Err(_)) | Err(_) => Err(HasherError::Overloaded(longest_wait)),
    }
}

impl fmt::Debug for Argon2Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let accepted: Vec<_> = self.accepted().map(|set| set.to_string()).collect();
        f.debug_struct("Argon2Hasher").field("accepted", &accepted).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use authflow::parts::Hasher as _;
    use std::pin::pin;

    fn hasher() -> Argon2Hasher {
        Argon2Hasher::new(Argon2id::weak(64, 2), []).unwrap().with_cores(NonZeroUsize::new(2).unwrap())
    }

    impl Argon2Hasher {
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
    async fn right_wrong_missing_and_unreadable() {
        let hasher = hasher();
        let (right, wrong) = (Secret::new("Correct-Horse-7"), Secret::new("correct-horse-7"));
        let verifier = hasher.hash(&right).await.unwrap();
        assert!(verifier.expose().starts_with("$argon2id$v=19$m=64,t=2,p=1$"));
        assert_ne!(verifier.expose(), hasher.hash(&right).await.unwrap().expose(), "a salt of its own");
        assert_eq!(hasher.judge(Some(&verifier), &right).await, Ok(PasswordMatch::Matches));
        assert_eq!(hasher.judge(Some(&verifier), &wrong).await, Ok(PasswordMatch::Differs));
        assert_eq!(hasher.judge(None, &right).await, Ok(PasswordMatch::Differs));
        let [salt, hash] = ["c2FsdHNhbHQ", "aGFzaGhhc2hoYXNo"];
        let texts = [
            "",
            "hunter2",
            "$argon2id$v=19$m=64,t=2,p=1",
            "$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHQ",
            "$1$c2FsdA$aGFzaGhhc2hoYXNo",
        ];
        for unreadable in texts {
            let refused = hasher.judge(Some(&Verifier::new(unreadable)), &right).await;
            assert_eq!(
                refused,
                Err(HasherError::Unreadable),
                "{unreadable:?} is a fault of the store, not a wrong password"
            );
        }
        for parameters in ["m=999999,t=1,p=1", "m=64,t=1,p=1", "m=64,t=2,p=1,data=c2VjcmV0"] {
            let verifier = Verifier::new(format!("$argon2id$v=19${parameters}${salt}${hash}"));
            let told = hasher.judge(Some(&verifier), &right).await.unwrap_err();
            let told = format!("{told} {told:?}");
            assert!(
                [salt, hash, "Correct-Horse-7", "c2VjcmV0"].iter().all(|secret| !told.contains(secret)),
                "{told}"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_for_a_place_ends_and_one_that_is_given_back_is_taken() {
        let hasher = hasher();
        let all = Arc::clone(&hasher.places).acquire_many_owned(8).await.unwrap();
        assert_eq!(hasher.permit().await.err(), Some(HasherError::Overloaded(LONGEST_WAIT_FOR_A_PLACE)));
        let mut waiting = pin!(hasher.permit());
        assert!(timeout(LONGEST_WAIT_FOR_A_PLACE / 2, &mut waiting).await.is_err(), "not yet");
        drop(all);
        assert!(waiting.await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn what_has_a_place_or_has_proved_something_waits_longer_for_a_core() {
        let hasher = hasher();
        let all = Arc::clone(&hasher.cores).acquire_many_owned(2).await.unwrap();
        let password = Secret::new("Correct-Horse-7");
        let (mut hashing, mut verifying) =
            (pin!(hasher.hash(&password)), pin!(hasher.judge(None, &password)));
        assert!(timeout(LONGEST_WAIT_FOR_A_PLACE * 2, &mut hashing).await.is_err(), "it is not shed");
        assert!(timeout(LONGEST_WAIT_FOR_A_PLACE, &mut verifying).await.is_err(), "nor is this");
        drop(all);
        assert!(hashing.await.is_ok() && verifying.await.is_ok());
    }

    #[tokio::test]
    async fn a_caller_that_goes_away_frees_neither_place_nor_core_before_the_work_is_done() {
        let hasher = hasher();
        let (done, wait) = std::sync::mpsc::channel::<()>();
        {
            let place = hasher.permit().await.unwrap();
            let mut working = pin!(hasher.on_a_core(place, move |_, _| Ok(wait.recv().is_ok())));
            assert!(timeout(Duration::ZERO, &mut working).await.is_err());
        }
        assert_eq!((hasher.places.available_permits(), hasher.cores.available_permits()), (7, 1));
        let load = HasherLoad { places: 8, places_taken: 1, cores: 2, cores_taken: 1 };
        assert_eq!(hasher.load(), load);
        done.send(()).unwrap();
        let _ = hasher.places.acquire_many(8).await.unwrap();
        let _ = hasher.cores.acquire_many(2).await.unwrap();
    }

    #[tokio::test]
    async fn memory_is_used_again() {
        let hasher = hasher();
        let password = Secret::new("Correct-Horse-7");
        let verify = || hasher.judge(None, &password);
        for _ in 0..4 {
            let _ = tokio::join!(verify(), verify(), verify(), verify());
        }
        assert!((1..=2).contains(&hasher.memory.pieces()), "{}", hasher.memory.pieces());
    }

    #[test]
    fn it_prints_parameters_alone() {
        assert_eq!(
            format!("{:?}", hasher()),
            r#"Argon2Hasher { accepted: ["$argon2id$v=19$m=64,t=2,p=1"], .. }"#
        );
    }
}
