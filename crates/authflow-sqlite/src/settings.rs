//! The settings of a store.

use crate::{OwnAccounts, StoreError, Waits, nobodies};
use authflow::{Moment, sealing::SealingKeys};
use std::{fmt, num::NonZeroU32, path::PathBuf, sync::Arc};

/// The place of a database.
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
    /// The database is in memory, and is lost with the store. This is for tests and demonstrations.
    Memory,
    /// The database is in a file, with two more files next to it (`-wal`, `-shm`).
    File(PathBuf),
}

/// The settings of a store.
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
/// // A file that others may read is refused, because it has verifiers of passwords in it.
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
    /// The time that the store waits for the database.
    pub waits: Waits,
    /// The number of names, and of recipients of codes, that are remembered although no account has them:
    /// [`Sweep::MOST_OF_NOBODY`](authflow::administration::Sweep::MOST_OF_NOBODY) by default. A flood of names drops the oldest ones. A dropped name
    /// gets its guesses back, which never happens to an account's name. So use fewer than [`FEWEST_OF_NOBODY`](Settings::FEWEST_OF_NOBODY) only in
    /// tests.
    pub most_of_nobody: NonZeroU32,
    /// The parts of a database that are brought up to date when it is opened: [`Upkeep::All`] by default.
    pub upkeep: Upkeep,
    pub(crate) place: Place,
    pub(crate) accounts: A,
    pub(crate) sealing: SealingKeys,
    pub(crate) moments: Moments,
}

/// The parts of a database that are brought up to date when it is opened.
///
/// ```
/// use authflow::{Moment, testkit::demo};
/// use authflow_sqlite::{Place, Settings, SqliteStore, StoreError, Upkeep};
///
/// // A tool that reads a database while the service runs, and makes no tables in it.
/// let mut settings = Settings::new(Place::Memory, demo::sealing_keys(), Moment::now);
/// settings.upkeep = Upkeep::Nothing;
/// let refused = SqliteStore::open(&settings).unwrap_err();
/// assert!(matches!(refused, StoreError::OlderSchema), "there are none yet");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Upkeep {
    /// The tables are brought up to date, and secrets of earlier keys are resealed under the present key. This is for a service.
    #[default]
    All,
    /// Only the tables are brought up to date. This is for a program that migrates the tables before the services have the next key.
    Tables,
    /// Nothing is brought up to date. This is for a program that works beside a running service. Tables of another version are refused, because the
    /// service may be of that version.
    Nothing,
}

/// The source of time and entropy.
#[derive(Clone)]
pub(crate) struct Moments(Arc<dyn Fn() -> Option<Moment> + Send + Sync>);

impl Moments {
    pub(crate) fn moment(&self) -> Result<Moment, StoreError> {
        (self.0)().ok_or(StoreError::NoMoment)
    }
}

impl<A> Settings<A> {
    /// The same settings, with accounts that are kept elsewhere: in a [`UsersTable`](crate::UsersTable) of your own.
    #[must_use]
    pub fn accounts<B>(self, accounts: B) -> Settings<B> {
        let Self { waits, most_of_nobody, upkeep, place, sealing, moments, .. } = self;
        Settings { waits, most_of_nobody, upkeep, place, accounts, sealing, moments }
    }
}

impl Settings {
    /// With fewer names than this, the memory for names that no account has is soon flooded.
    pub const FEWEST_OF_NOBODY: u32 = 1 << 16;

    /// `place` says where the database is, and `sealing` has every key under which a secret in the database is sealed. `moments` gives time and
    /// entropy, and is usually [`Moment::now`](authflow::Moment) (its feature `os`).
    ///
    /// **The clock of the moments must not be fast.** The store forgets rows by this clock. If a claim is forgotten too early, its token can be used
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
