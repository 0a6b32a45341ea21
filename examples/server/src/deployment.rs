//! The parts of a deployment, for a server or for a command: configuration, keys and database.

use crate::{
    cli::Cli,
    clock::Clock,
    config::{self, Hashing, ServerConfig},
    database_url::DatabaseUrl,
    demo,
    start::StartError,
    store::Store,
};
use authflow::{
    Dialect,
    device::Language,
    sealing::SealingKeys,
    token::{Issuer, KeyRing},
};
use authflow_keys::{key_ring, sealing_keys};
use authflow_sqlite::{Place, Settings, Upkeep};
use std::path::Path;

pub(crate) struct Deployment {
    pub(crate) config: ServerConfig,
    pub(crate) ring: KeyRing,
    pub(crate) sealing_keys: SealingKeys,
    pub(crate) clock: Clock,
    pub(crate) database: DatabaseUrl,
}

/// The files that are made if they do not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Makes {
    /// Keys, and a database of SQLite: for the start of a single server, and for a migration.
    All,
    /// Nothing: for commands on the files of a server, and for servers that share their keys.
    Nothing,
}

impl Deployment {
    pub(crate) fn read(cli: &Cli, makes: Makes) -> Result<Self, StartError> {
        let config = match &cli.config {
            Some(path) => file(path)?,
            None => configuration(None)?,
        };
        if !cli.is_demo() && config.most_of_nobody.get() < Settings::FEWEST_OF_NOBODY {
            return Err(StartError::FewOfNobody(config.most_of_nobody));
        }
        if makes != Makes::All {
            refuse_missing_database(&cli.database)?;
            // Another server would take no tokens under keys that this one made. It would also keep its own counts for names that no account has,
            // which tells them from accounts.
            for path in [&cli.keys, &cli.sealing_keys] {
                if !path.exists() {
                    return Err(StartError::NoSharedKeys(path.clone()));
                }
            }
        }
        let (ring, made) = key_ring::load_or_make(&cli.keys)
            .map_err(|error| StartError::KeyRingFile(cli.keys.clone(), error))?;
        if made {
            tracing::info!(event = "key_made", file = %cli.keys.display(), "made a new key");
        }
        let (sealing_keys, made) = sealing_keys::load_or_make(&cli.sealing_keys)
            .map_err(|error| StartError::SealingKeysFile(cli.sealing_keys.clone(), error))?;
        if made {
            tracing::info!(event = "key_made", file = %cli.sealing_keys.display(), "made a new sealing key");
        }
        let (clock, database) = (Clock::system(), cli.database.clone());
        Ok(Self { config, ring, sealing_keys, clock, database })
    }

    pub(crate) async fn store(&self, upkeep: Upkeep) -> Result<Store, StartError> {
        let Self { config, sealing_keys, clock, database, .. } = self;
        let store = Store::open(database, sealing_keys, config, upkeep, *clock).await;
        store.map_err(|error| StartError::Database(database.clone(), error))
    }

    /// Makes the tables, or brings them to this version, as their owner.
    pub(crate) async fn migrate(&self) -> Result<(), StartError> {
        match &self.database {
            DatabaseUrl::Postgres(url) => Store::migrate(url, &self.sealing_keys, self.clock)
                .await
                .map_err(|error| StartError::Database(self.database.clone(), error)),
            DatabaseUrl::Sqlite(Place::Memory) => Err(StartError::InMemory),
            DatabaseUrl::Sqlite(Place::File(_)) => self.store(Upkeep::Tables).await.map(drop),
        }
    }
}

fn refuse_missing_database(database: &DatabaseUrl) -> Result<(), StartError> {
    match database {
        DatabaseUrl::Sqlite(Place::File(path)) if !path.exists() => {
            Err(StartError::NoDatabase(database.clone()))
        }
        DatabaseUrl::Sqlite(_) | DatabaseUrl::Postgres(_) => Ok(()),
    }
}

/// The configuration of a demonstration: the file's, if there is one, and the demo applications that it does not name.
pub(crate) fn configuration(path: Option<&Path>) -> Result<ServerConfig, StartError> {
    let mut config = match path {
        Some(path) => file(path)?,
        None => ServerConfig {
            issuer: Issuer::new("https://authflow.example")?,
            names: Vec::new(),
            language: Language::En,
            dialect: Dialect::Ciam,
            numbering: Vec::new(),
            applications: Vec::new(),
            call_keys: Vec::new(),
            tenant_credentials: Vec::new(),
            most_of_nobody: config::most_of_nobody(),
            statements: config::Statements::default(),
            hashing: Hashing::default(),
        },
    };
    for application in demo::applications()? {
        if config.applications.iter().all(|named| named.client_id != application.client_id) {
            config.applications.push(application);
        }
    }
    config.tenant_credentials.extend(demo::tenant_credentials()?);
    Ok(config)
}

fn file(path: &Path) -> Result<ServerConfig, StartError> {
    config::read(path).map_err(|error| StartError::ConfigFile(path.to_owned(), error))
}
