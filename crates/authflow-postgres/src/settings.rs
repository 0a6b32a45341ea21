//! What a store is connected with.

use crate::{OwnAccounts, StoreError, Waits};
use authflow::{Moment, administration::Sweep, sealing::SealingKeys};
use deadpool_postgres::{Manager, ManagerConfig, RecyclingMethod};
use std::{
    fmt,
    num::{NonZeroU32, NonZeroUsize},
    str::FromStr as _,
    sync::Arc,
    time::Duration,
};
use tokio_postgres::{
    Socket,
    config::TargetSessionAttrs,
    tls::{MakeTlsConnect, TlsConnect},
};

/// What a store is connected with.
///
/// ```no_run
/// use authflow::{Moment, sealing::SealingKeys};
/// use authflow_postgres::{
///     PostgresStore, Settings, Statements, StoreError, tokio_postgres::NoTls,
/// };
///
/// # async fn connect(keys: SealingKeys) -> Result<(), StoreError> {
/// let url = "postgres://authflow@localhost/people";
/// // over a network: a connector of tokio-postgres-rustls
/// let mut settings = Settings::new(url, NoTls, Some(keys), Moment::now)?;
/// settings.statements = Statements::Prepared; // the way is direct
/// PostgresStore::migrate(&settings).await?; // as the owner of the tables
/// let store = PostgresStore::connect(settings).await?;
/// store.check().await
/// # }
/// ```
pub struct Settings<A = OwnAccounts> {
    /// What every transaction says of its isolation: [`Isolation::ReadCommitted`] by default.
    pub isolation: Isolation,
    /// Whether statements are prepared: [`Statements::Unprepared`] by default.
    pub statements: Statements,
    /// How many connections at most: 16 by default. More of them than the database has cores for make it slower.
    pub connections: NonZeroUsize,
    /// How long is waited for the database.
    pub waits: Waits,
    /// How many names, and how many recipients of codes, that nobody has are remembered:
    /// [`Sweep::MOST_OF_NOBODY`] by default. A flood of names drops the oldest ones, and a name that was dropped has its guesses back, which
    /// somebody's never has: fewer than [`FEWEST_OF_NOBODY`](Self::FEWEST_OF_NOBODY) are for tests.
    pub most_of_nobody: NonZeroU32,
    pub(crate) accounts: A,
    pub(crate) sealing: Option<SealingKeys>,
    pub(crate) moments: Moments,
    pub(crate) connector: Connector,
}

/// Where time and entropy come from.
#[derive(Clone)]
pub(crate) struct Moments(Arc<dyn Fn() -> Option<Moment> + Send + Sync>);

impl Moments {
    pub(crate) fn moment(&self) -> Result<Moment, StoreError> {
        (self.0)().ok_or(StoreError::NoMoment)
    }
}

/// Makes the managers of connections, each of the same database and by the same TLS.
type Connector = Arc<dyn Fn() -> Manager + Send + Sync>;

/// What every transaction says of its isolation. All of them are sound: the account's row is locked, whatever its statements read.
///
/// ```
/// use authflow::Moment;
/// use authflow_postgres::{Isolation, Settings, tokio_postgres::NoTls};
///
/// let url = "postgres://authflow@localhost/people";
/// let mut settings = Settings::new(url, NoTls, None, Moment::now)?;
/// assert_eq!(settings.isolation, Isolation::ReadCommitted);
/// settings.isolation = Isolation::Serializable; // for CockroachDB, say
/// # Ok::<(), authflow_postgres::StoreError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Isolation {
    /// Who comes second waits, and goes on with what the first one left.
    #[default]
    ReadCommitted,
    /// Who comes second waits, and begins anew.
    RepeatableRead,
    /// Likewise; the one level of CockroachDB for long, and what some databases are set to.
    Serializable,
}

/// How statements reach the database.
///
/// ```
/// use authflow::Moment;
/// use authflow_postgres::{Settings, Statements, tokio_postgres::NoTls};
///
/// let url = "postgres://authflow@localhost/people";
/// let mut settings = Settings::new(url, NoTls, None, Moment::now)?;
/// assert_eq!(settings.statements, Statements::Unprepared, "whatever stands between");
/// settings.statements = Statements::Prepared; // nothing stands between
/// # Ok::<(), authflow_postgres::StoreError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Statements {
    /// Each is sent whole, and planned each time. So a pooler that lends a connection for a transaction may stand between.
    #[default]
    Unprepared,
    /// Each is planned once for each connection, which saves the database half of its work for a request. The way must lead to one session of the
    /// database for as long as it is open: directly, through a pooler of sessions, or through pgbouncer from 1.21 on with
    /// `max_prepared_statements`. Through another one, questions go unanswered.
    Prepared,
}

impl Isolation {
    pub(crate) fn as_sql(self) -> &'static str {
        match self {
            Self::ReadCommitted => "READ COMMITTED",
            Self::RepeatableRead => "REPEATABLE READ",
            Self::Serializable => "SERIALIZABLE",
        }
    }
}

impl<A> Settings<A> {
    /// Fewer names of nobody are soon flooded.
    pub const FEWEST_OF_NOBODY: u32 = 1 << 16;

    /// The same, with accounts that are kept elsewhere: in a [`UsersTable`](crate::UsersTable) of your own.
    #[must_use]
    pub fn accounts<B>(self, accounts: B) -> Settings<B> {
        let Self {
            isolation,
            statements,
            connections,
            waits,
            most_of_nobody,
            sealing,
            moments,
            connector,
            ..
        } = self;
        Settings {
            isolation,
            statements,
            connections,
            waits,
            most_of_nobody,
            accounts,
            sealing,
            moments,
            connector,
        }
    }
}

impl Settings {
    /// A database, and what protects the way to it; every key that a secret of an authenticator is sealed under, those of the engine's
    /// [`Config`](authflow::Config), `None` where nobody has one; and where time and entropy come from, which is
    /// [`Moment::now`](authflow::Moment) mostly (its feature `os`).
    ///
    /// The URL is one of [libpq](https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING). Of several hosts, the one that can be
    /// written to is taken, after a fail-over another one: a replica is no place to read from. `tls` has no default:
    /// [`NoTls`](tokio_postgres::NoTls) is for a socket of this machine; whoever reads the network between reads verifiers of passwords.
    ///
    /// **The moments' clock must not be fast:** what it says is over is forgotten, and a claim that is forgotten early is a token that counts
    /// twice.
    ///
    /// # Errors
    /// When the URL is none.
    pub fn new<T, E>(
        url: &str,
        tls: T,
        sealing: Option<SealingKeys>,
        moments: impl Fn() -> Result<Moment, E> + Send + Sync + 'static,
    ) -> Result<Self, StoreError>
    where
        T: MakeTlsConnect<Socket> + Clone + Sync + Send + 'static,
        T::Stream: Sync + Send,
        T::TlsConnect: Sync + Send,
        <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
    {
        let mut database = tokio_postgres::Config::from_str(url)?;
        // A replica lags behind: who was locked out is let in there.
        database.target_session_attrs(TargetSessionAttrs::ReadWrite);
        // A peer that is gone without a word is not waited for.
        if database.get_tcp_user_timeout().is_none() {
            database.tcp_user_timeout(PEER_GONE);
        }
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        Ok(Self {
            isolation: Isolation::default(),
            statements: Statements::default(),
            connections: CONNECTIONS,
            waits: Waits::DEFAULT,
            most_of_nobody: MOST_OF_NOBODY,
            accounts: OwnAccounts,
            sealing,
            moments: Moments(Arc::new(move || moments().ok())),
            connector: Arc::new(move || {
                Manager::from_config(database.clone(), tls.clone(), recycling.clone())
            }),
        })
    }
}

const PEER_GONE: Duration = Duration::from_secs(30);
const CONNECTIONS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(15);
const MOST_OF_NOBODY: NonZeroU32 = match NonZeroU32::new(Sweep::MOST_OF_NOBODY) {
    Some(most) => most,
    None => NonZeroU32::MIN,
};

/// Without the URL, which may have a password.
impl<A: fmt::Debug> fmt::Debug for Settings<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("isolation", &self.isolation)
            .field("statements", &self.statements)
            .field("connections", &self.connections)
            .field("waits", &self.waits)
            .field("most_of_nobody", &self.most_of_nobody)
            .field("accounts", &self.accounts)
            .field("sealing", &self.sealing)
            .finish_non_exhaustive()
    }
}
