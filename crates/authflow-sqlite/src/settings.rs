//! What a store is opened with.

use crate::{OwnAccounts, StoreError, Waits, nobodies};
use authflow::{Moment, sealing::SealingKeys};
use std::{fmt, num::NonZeroU32, path::PathBuf, sync::Arc};

/// Where a database is.
///
/// ```
/// use authflow::{Moment, testkit::demo};
/// use authflow_sqlite::{Place, Settings, SqliteStore};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("authflow.db");
/// let erin = demo::account("erin");
/// for (place, is_kept) in [(Place::Memory, false), (Place::File(path), true)] {
///     let settings = Settings::new(place, demo::sealing_keys(), Moment::now);
///     let store = SqliteStore::open(&settings)?;
///     let _ = store.create_account(erin.clone()).await?;
///     drop(store);
///     let again = SqliteStore::open(&settings)?;
///     assert_eq!(again.account(erin.tenant, erin.id).await?.is_some(), is_kept);
/// }
/// # Ok(()) }
/// ```
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
/// use authflow::{Moment, testkit::demo}; // `Moment::now` with the feature `os`
/// use authflow_sqlite::{Place, Settings, SqliteStore, StoreError, Waits};
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // keys of your own
/// let mut settings = Settings::new(Place::Memory, demo::sealing_keys(), Moment::now);
/// let [short, long] = [Duration::from_secs(2), Duration::from_secs(10)];
/// settings.waits = Waits::new(short, long, short)?;
/// let store = SqliteStore::open(&settings)?;
/// store.check().await?;
///
/// // A file that others may read has verifiers of passwords in it: it is refused.
/// # #[cfg(unix)] {
/// # use std::{fs, os::unix::fs::PermissionsExt as _};
/// # let folder = tempfile::tempdir()?;
/// # let open = folder.path().join("open.db");
/// # fs::write(&open, "")?;
/// # fs::set_permissions(&open, fs::Permissions::from_mode(0o644))?;
/// let refused =
///     SqliteStore::open(&Settings::new(Place::File(open), demo::sealing_keys(), Moment::now));
/// assert!(matches!(refused, Err(StoreError::ReadableByOthers)));
/// # }
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Settings<A = OwnAccounts> {
    /// How long is waited for the database.
    pub waits: Waits,
    /// How many names, and how many recipients of codes, that nobody has are remembered:
    /// [`Sweep::MOST_OF_NOBODY`](authflow::administration::Sweep::MOST_OF_NOBODY) by default. A flood of names drops the oldest ones, and a name
    /// that was dropped has its guesses back, which somebody's never has: fewer than [`FEWEST_OF_NOBODY`](Settings::FEWEST_OF_NOBODY) are for tests.
    pub most_of_nobody: NonZeroU32,
    /// What is brought up to date when the database is opened: [`Upkeep::All`] by default.
    pub upkeep: Upkeep,
    pub(crate) place: Place,
    pub(crate) accounts: A,
    pub(crate) sealing: SealingKeys,
    pub(crate) moments: Moments,
}

/// What is brought up to date when a database is opened.
///
/// ```
/// use authflow::{Moment, testkit::demo};
/// use authflow_sqlite::{Place, Settings, SqliteStore, StoreError, Upkeep};
///
/// // A tool that looks at a database beside the service, and makes no tables in it.
/// let mut settings = Settings::new(Place::Memory, demo::sealing_keys(), Moment::now);
/// settings.upkeep = Upkeep::Nothing;
/// let refused = SqliteStore::open(&settings).unwrap_err();
/// assert!(matches!(refused, StoreError::OlderSchema), "there are none yet");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Upkeep {
    /// The tables, and the secrets that an earlier key has sealed, which are sealed anew: for a service.
    #[default]
    All,
    /// The tables alone: for whoever makes them before the services have the next key.
    Tables,
    /// Nothing: for whoever works beside a service that runs. Tables of another version are refused, since that service may be of theirs.
    Nothing,
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
        let Self { waits, most_of_nobody, upkeep, place, sealing, moments, .. } = self;
        Settings { waits, most_of_nobody, upkeep, place, accounts, sealing, moments }
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
            upkeep: Upkeep::All,
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
            .field("upkeep", &self.upkeep)
            .field("place", &self.place)
            .field("accounts", &self.accounts)
            .field("sealing", &self.sealing)
            .finish_non_exhaustive()
    }
}
