//! The store of rows, on SQLite or on PostgreSQL, as in the reference server.

use crate::{
    postgres::Postgres,
    rows::{Account, Id, Session, Skip},
    sqlite::Sqlite,
    world::{Place, World},
};

/// Both databases fail with this. The client is told only that the server is busy.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

pub(crate) enum Store {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Store {
    /// Opens the world's database, which was made before.
    pub(crate) fn open(world: &World) -> Result<Self, Failure> {
        Ok(match world.place() {
            Place::Sqlite => Self::Sqlite(Sqlite::open(&world.file())?),
            Place::Postgres(sockets) => Self::Postgres(Postgres::open(sockets)?),
        })
    }

    pub(crate) async fn find_session(&self, id: Id) -> Result<Option<Session>, Failure> {
        match self {
            Self::Sqlite(store) => Ok(store.find_session(id).await?),
            Self::Postgres(store) => store.find_session(id).await,
        }
    }

    pub(crate) async fn find_account(&self, tenant: String, id: String) -> Result<Option<Account>, Failure> {
        match self {
            Self::Sqlite(store) => Ok(store.find_account(tenant, id).await?),
            Self::Postgres(store) => store.find_account(&tenant, &id).await,
        }
    }

    /// Says whether the skip was written.
    pub(crate) async fn commit(&self, skip: Skip) -> Result<bool, Failure> {
        match self {
            Self::Sqlite(store) => Ok(store.commit(skip).await?),
            Self::Postgres(store) => store.commit(&skip).await,
        }
    }
}
