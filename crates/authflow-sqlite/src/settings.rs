//! What a store is opened with.

use crate::{Waits, nobodies};
use authflow::{Timestamp, sealing::SealingKeys};
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
/// use authflow_sqlite::{Place, Settings, system_time};
/// use std::num::NonZeroU32;
///
/// let mut settings = Settings::new(Place::File("authflow.db".into()), None, system_time);
/// settings.most_of_nobody = NonZeroU32::new(1 << 18).unwrap();
/// ```
#[derive(Clone)]
pub struct Settings {
    /// Where the database is.
    pub place: Place,
    /// Every key that a secret of an authenticator is sealed under: those of the engine's [`Config`](authflow::Config). `None` where nobody has an
    /// authenticator: a database with a sealed secret is then refused.
    pub sealing: Option<SealingKeys>,
    /// How long is waited for the database.
    pub waits: Waits,
    /// How many names, and how many recipients of codes, that nobody has are remembered:
    /// [`Sweep::MOST_OF_NOBODY`](authflow::administration::Sweep::MOST_OF_NOBODY) by default. A flood of names drops the oldest ones, and a name
    /// that was dropped has its guesses back, which somebody's never has: fewer than [`FEWEST_OF_NOBODY`](Self::FEWEST_OF_NOBODY) are for tests.
    pub most_of_nobody: NonZeroU32,
    pub(crate) clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

impl Settings {
    /// Fewer names of nobody are soon flooded.
    pub const FEWEST_OF_NOBODY: u32 = 1 << 16;

    /// A database, the keys that open what is sealed in it, and the clock that says what is over: that of the requests'
    /// [`Moment`](authflow::Moment)s, [`system_time`](crate::system_time) mostly.
    ///
    /// **The clock must not be fast:** what it says is over is forgotten, and a claim that is forgotten early is a token that counts twice.
    pub fn new(
        place: Place,
        sealing: Option<SealingKeys>,
        clock: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> Self {
        Self { place, sealing, waits: Waits::DEFAULT, most_of_nobody: nobodies::MOST, clock: Arc::new(clock) }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("place", &self.place)
            .field("sealing", &self.sealing)
            .field("waits", &self.waits)
            .field("most_of_nobody", &self.most_of_nobody)
            .finish_non_exhaustive()
    }
}
