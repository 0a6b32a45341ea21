//! The settings of a store.

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

/// The settings of a store.
///
/// ```no_run
/// use authflow::{Moment, sealing::SealingKeys};
/// use authflow_postgres::{
///     PostgresStore, Settings, Statements, StoreError, tokio_postgres::NoTls,
/// };
///
/// # async fn connect(keys: SealingKeys) -> Result<(), StoreError> {
/// let url = "postgres://authflow@localhost/people";
/// // Over a network, use a connector of tokio-postgres-rustls.
/// let mut settings = Settings::new(url, NoTls, Some(keys), Moment::now)?;
/// settings.statements = Statements::Prepared; // the way is direct
/// PostgresStore::migrate(&settings).await?; // as the owner of the tables
/// let store = PostgresStore::connect(settings).await?;
/// store.check().await
/// # }
/// ```
pub struct Settings<A = OwnAccounts> {
    /// The isolation level of every transaction: [`Isolation::ReadCommitted`] by default.
    pub isolation: Isolation,
    /// Whether statements are prepared: [`Statements::Unprepared`] by default.
    pub statements: Statements,
    /// The largest number of connections: 16 by default. The database becomes slower if it has many more connections than cores.
    pub connections: NonZeroUsize,
    /// The time that the store waits for the database.
    pub waits: Waits,
    /// The number of names, and of recipients of codes, that are remembered although no account has them: [`Sweep::MOST_OF_NOBODY`] by default. A
    /// flood of names drops the oldest ones. A dropped name gets its guesses back, which never happens to an account's name. So use fewer than
    /// [`FEWEST_OF_NOBODY`](Self::FEWEST_OF_NOBODY) only in tests.
    pub most_of_nobody: NonZeroU32,
    pub(crate) accounts: A,
    pub(crate) sealing: Option<SealingKeys>,
    pub(crate) moments: Moments,
    pub(crate) connector: Connector,
}

/// The source of time and entropy.
#[derive(Clone)]
pub(crate) struct Moments(Arc<dyn Fn() -> Option<Moment> + Send + Sync>);

impl Moments {
    pub(crate) fn moment(&self) -> Result<Moment, StoreError> {
        (self.0)().ok_or(StoreError::NoMoment)
    }
}

/// Makes the managers of connections, all for the same database and with the same TLS.
type Connector = Arc<dyn Fn() -> Manager + Send + Sync>;

/// The isolation level of every transaction. All levels are sound, because every transaction locks the account's row, whatever its statements read.
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
    /// The second of two transactions waits, and goes on with the result of the first.
    #[default]
    ReadCommitted,
    /// The second of two transactions waits, and starts again.
    RepeatableRead,
    /// Like [`RepeatableRead`](Self::RepeatableRead). It was long the only level of CockroachDB, and some databases are set to it.
    Serializable,
}

/// The way in which statements reach the database.
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
    /// Each statement is sent whole, and planned each time. So the connection may lead through a pooler that lends a connection for one transaction.
    #[default]
    Unprepared,
    /// Each statement is planned once for each connection, which saves the database half of its work for a request. The connection must lead to one
    /// session of the database for as long as it is open: directly, through a session pooler, or through pgbouncer 1.21 or later with
    /// `max_prepared_statements`. Through any other pooler, questions go unanswered.
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
    /// With fewer names than this, the memory for names that no account has is soon flooded.
    pub const FEWEST_OF_NOBODY: u32 = 1 << 16;

    /// The same settings, with accounts that are kept elsewhere: in a [`UsersTable`](crate::UsersTable) of your own.
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
    /// `url` names the database, and `tls` protects the connection to it. `sealing` has every key under which a secret of an authenticator is sealed.
    /// These are the keys of the engine's [`Config`](authflow::Config), or `None` if no account has an authenticator. `moments` gives time and
    /// entropy, and is usually [`Moment::now`](authflow::Moment) (its feature `os`).
    ///
    /// The URL is one of [libpq](https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING). If it names several hosts, the store
    /// uses the one that takes writes, and after a fail-over the new one. It never reads from a replica. `tls` has no default.
    /// [`NoTls`](tokio_postgres::NoTls) is only for a socket on this machine. Over a network, anybody who listens would read verifiers of passwords.
    ///
    /// **The clock of the moments must not be fast.** The store forgets rows by this clock. If a claim is forgotten too early, its token can be used
    /// twice.
    ///
    /// # Errors
    /// When the URL is not valid.
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
        // A replica lags behind, so an account that was locked would be let in there.
        database.target_session_attrs(TargetSessionAttrs::ReadWrite);
        // The driver does not wait for a peer that has gone without a word.
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

/// The URL is not printed, because it may contain a password.
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
