//! What a store is opened with.

use crate::{OwnAccounts, StoreError, Waits, nobodies};
use authflow::{Moment, sealing::SealingKeys};
use std::{fmt, num::NonZeroU32, path::PathBuf, sync::Arc};

/// Where a database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In memory, and gone with the store: for tests and demonstrations.
    Memory,
    /// In a file, and two beside it (`-wal`, `-shm`).
    File(PathBuf),
}

/// What a store is opened with.
///
/// ```
/// use authflow::Moment; // with its feature `os`
/// use authflow_sqlite::{Place, Settings, SqliteStore, StoreError};
/// # use authflow::sealing::SealingKeys;
///
/// # fn open(keys: SealingKeys) -> Result<(), StoreError> {
/// let settings = Settings::new(Place::Memory, keys, Moment::now);
/// let store = SqliteStore::open(&settings)?;
/// # Ok(()) }
/// # open(authflow::testkit::demo::sealing_keys()).unwrap();
/// ```
#[derive(Clone)]
pub struct Settings<A = OwnAccounts> {
    /// How long is waited for the database.
    pub waits: Waits,
    /// How many names, and how many recipients of codes, that nobody has are remembered:
    /// [`Sweep::MOST_OF_NOBODY`](authflow::administration::Sweep::MOST_OF_NOBODY) by default. A flood of names drops the oldest ones, and a name
    /// that was dropped has its guesses back, which somebody's never has: fewer than [`FEWEST_OF_NOBODY`](Settings::FEWEST_OF_NOBODY) are for tests.
    pub most_of_nobody: NonZeroU32,
    pub(crate) place: Place,
    pub(crate) accounts: A,
    pub(crate) sealing: SealingKeys,
    pub(crate) moments: Moments,
}

/// Where time and entropy come from.
#[derive(Clone)]
pub(crate) struct Moments(Arc<dyn Fn() -> Option<Moment> + Send + Sync>);

impl Moments {
    pub(crate) fn moment(&self) -> Result<Moment, StoreError> {
        (self.0)().ok_or(StoreError::NoMoment)
    }
}

impl<A> Settings<A> {
    /// The same, with accounts that are kept elsewhere: in a [`UsersTable`](crate::UsersTable) of your own.
    #[must_use]
    pub fn accounts<B>(self, accounts: B) -> Settings<B> {
        let Self { waits, most_of_nobody, place, sealing, moments, .. } = self;
        Settings { waits, most_of_nobody, place, accounts, sealing, moments }
    }
}

impl Settings {
    /// Fewer names of nobody are soon flooded.
    pub const FEWEST_OF_NOBODY: u32 = 1 << 16;

    /// A database, every key that a secret in it is sealed under, and where time and entropy come from: [`Moment::now`](authflow::Moment) mostly (its
    /// feature `os`).
    ///
    /// **The moments' clock must not be fast:** what it says is over is forgotten, and a claim that is forgotten early is a token that counts
    /// twice.
    pub fn new<E>(
        place: Place,
        sealing: SealingKeys,
        moments: impl Fn() -> Result<Moment, E> + Send + Sync + 'static,
    ) -> Self {
        Self {
            waits: Waits::DEFAULT,
            most_of_nobody: nobodies::MOST,
            place,
            accounts: OwnAccounts,
            sealing,
            moments: Moments(Arc::new(move || moments().ok())),
        }
    }
}

impl<A: fmt::Debug> fmt::Debug for Settings<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("waits", &self.waits)
            .field("most_of_nobody", &self.most_of_nobody)
            .field("place", &self.place)
            .field("accounts", &self.accounts)
            .field("sealing", &self.sealing)
            .finish_non_exhaustive()
    }
}
