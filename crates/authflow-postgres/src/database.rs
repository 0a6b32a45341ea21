//! The database: its pool of connections, and transactions that are tried again if they conflict with another transaction.

use crate::{
    Isolation, Settings, Statements, StoreError, Waits,
    connection::{Connection, Transaction},
    settings::Moments,
};
use authflow::{Moment, account::Revision};
use deadpool_postgres::Pool;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// The number of tries of a transaction. This is enough for many requests about one account at once, because one of them succeeds in each round of
/// tries.
const TRIES: u32 = 24;
/// Sets the bound of the random pauses before another try, in milliseconds. The pause before the second try is below twice this value. The bound
/// doubles with each later try, up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: u64 = 4;
const LONGEST_PAUSE: u64 = 128;

#[derive(Clone)]
pub(crate) struct Database {
    pool: Pool,
    isolation: Isolation,
    statements: Statements,
    waits: Waits,
    moments: Moments,
}

/// An answer, whose writes are kept or taken back.
pub(crate) enum Written<T> {
    Kept(T),
    TakenBack(T),
}

impl Database {
    /// Connections are made only when they are needed.
    pub(crate) fn of<A>(settings: &Settings<A>) -> Result<Self, StoreError> {
        let Settings { isolation, statements, connections, waits, moments, connector, .. } = settings;
        let pool =
            Pool::builder(connector()).max_size(connections.get()).build().map_err(StoreError::Pool)?;
        let (isolation, statements, waits) = (*isolation, *statements, *waits);
        Ok(Self { pool, isolation, statements, waits, moments: moments.clone() })
    }

    pub(crate) fn moment(&self) -> Result<Moment, StoreError> {
        self.moments.moment()
    }

    /// A turn for a question that begins something or only reads.
    pub(crate) fn to_begin(&self) -> Turn<'_> {
        Turn { database: self, isolation: self.isolation, longest_wait: self.waits.to_begin() }
    }

    /// A turn for a question that ends a request. If such a question were shed, its guess would stay in flight and then count as wrong.
    pub(crate) fn to_end(&self) -> Turn<'_> {
        Turn { longest_wait: self.waits.to_end(), ..self.to_begin() }
    }

    /// A turn for an operator, who waits for the users of the tables. Each statement sees the results of the transactions for which the statement
    /// before it has waited.
    pub(crate) fn at_leisure(&self) -> Turn<'_> {
        Turn { isolation: Isolation::ReadCommitted, longest_wait: LEISURE, ..self.to_begin() }
    }
}

const LEISURE: Duration = Duration::from_secs(600);

/// The access that one question has to the database.
#[derive(Clone, Copy)]
pub(crate) struct Turn<'d> {
    database: &'d Database,
    isolation: Isolation,
    longest_wait: Duration,
}

impl<'d> Turn<'d> {
    pub(crate) async fn connection(self) -> Result<Connection, StoreError> {
        let object = self.database.pool.get().await.map_err(StoreError::NoConnection)?;
        Ok(Connection::new(object, self.database.statements))
    }

    pub(crate) async fn begin(self) -> Result<Transaction, StoreError> {
        Transaction::begin(self.connection().await?, self.isolation, self.longest_wait).await
    }

    pub(crate) fn tries(self) -> Tries<'d> {
        Tries { database: self.database, tried: 0 }
    }

    /// Waits for an answer. If there is none in time, the transaction is dropped with its connection.
    pub(crate) async fn in_time<T>(
        self,
        answer: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let too_slow = |_| StoreError::TooSlow { waited: self.longest_wait };
        timeout(self.longest_wait, answer).await.map_err(too_slow)?
    }
}

/// Tries again if a transaction conflicts with another one. The pause is random, because transactions that collided once would collide again after
/// equal pauses.
pub(crate) struct Tries<'d> {
    database: &'d Database,
    tried: u32,
}

impl Tries<'_> {
    /// The answer, or `None` if it must be read again.
    pub(crate) async fn read<T>(
        &mut self,
        connection: Connection,
        answer: Result<T, StoreError>,
    ) -> Option<Result<T, StoreError>> {
        if answer.as_ref().err().is_none_or(StoreError::is_answer) {
            connection.give_back();
        }
        self.or_again(answer).await
    }

    /// The answer when its writes are durable or taken back, or `None` if they must be written again.
    pub(crate) async fn written<T>(
        &mut self,
        transaction: Transaction,
        written: Result<Written<T>, StoreError>,
    ) -> Option<Result<T, StoreError>> {
        let answer = match written {
            Ok(Written::Kept(answer)) => transaction.commit().await.map(|()| answer),
            Ok(Written::TakenBack(answer)) => transaction.roll_back().await.map(|()| answer),
            Err(error) if error.is_answer() => transaction.roll_back().await.and(Err(error)),
            Err(error) => Err(error),
        };
        self.or_again(answer).await
    }

    async fn or_again<T>(&mut self, answer: Result<T, StoreError>) -> Option<Result<T, StoreError>> {
        if !answer.as_ref().is_err_and(StoreError::is_conflict) {
            return Some(answer);
        }
        self.tried += 1;
        if self.tried >= TRIES {
            return Some(Err(StoreError::Contended { tries: TRIES }));
        }
        match self.database.moment() {
            Ok(moment) => {
                let longest = (FIRST_PAUSE << self.tried.min(8)).min(LONGEST_PAUSE);
                sleep(Duration::from_millis(Revision::first(&moment).as_u64() % longest)).await;
                None
            }
            Err(error) => Some(Err(error)),
        }
    }
}

/// Reads on one connection, each statement by itself. (This is a macro because the compiler cannot prove that the future of a closure is `Send`.)
macro_rules! reading {
    ($turn:expr, $connection:ident => $work:expr) => {{
        let turn = $turn;
        turn.in_time(async {
            let mut tries = turn.tries();
            loop {
                let connection = turn.connection().await?;
                let $connection = &connection;
                let answer = $work.await;
                if let Some(answer) = tries.read(connection, answer).await {
                    break answer;
                }
            }
        })
        .await
    }};
}
pub(crate) use reading;

/// Works in one transaction. When it answers, the writes are durable or taken back.
macro_rules! writing {
    ($turn:expr, $transaction:ident => $work:expr) => {{
        let turn = $turn;
        turn.in_time(async {
            let mut tries = turn.tries();
            loop {
                let transaction = turn.begin().await?;
                let $transaction = &transaction;
                let written = $work.await;
                if let Some(answer) = tries.written(transaction, written).await {
                    break answer;
                }
            }
        })
        .await
    }};
}
pub(crate) use writing;
