//! From a command line to a server that listens.

use crate::{
    banner,
    calls::Calls,
    cli::Cli,
    clock::Clock,
    config::{self, Hashing, ServerConfig, ServerConfigError},
    database_url::DatabaseUrl,
    demo::{self, DemoError},
    host::{ServerHost, ServerRules},
    http::{self, Service},
    outbox::{self, Outbox, OutboxFileError},
    serve,
    signing_keys::{self, SigningKeys, SigningKeysError},
    store::{Store, StoreError},
    tenants::{SharedCredential, TenantCredentials},
};
use authflow::{
    Applications, Config, ConfigError, Dialect, Engine,
    device::Language,
    parts::Blocklist,
    sdk::Api,
    token::{IdTokenSigning, Issuer, IssuerError},
};
use authflow_argon2::HasherError;
use authflow_keys::{
    key_ring::{self, KeyRingFileError},
    sealing_keys::{self, SealingKeysFileError},
};
use authflow_sqlite::Settings;
use authflow_tracing::TracingLog;
use std::{io, net::SocketAddr, num::NonZeroU32, path::PathBuf};

#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    #[error("cannot start its threads: {0}")]
    Runtime(io::Error),
    #[error(
        "a demonstration has passwords that everybody knows and stays on loopback: give --config, or --demo-on-network"
    )]
    DemoExposed,
    #[error("{0} holds demo accounts, whose password everybody knows: give another --database, or --demo")]
    DemoAccounts(DatabaseUrl),
    #[error("--now-offset must stay 0 but in a demonstration: what it signs would be of another time")]
    MovedClock,
    #[error("most_of_nobody must be at least {fewest} but in a demonstration, and is {0}", fewest = Settings::FEWEST_OF_NOBODY)]
    FewOfNobody(NonZeroU32),
    #[error(
        "--migrate must be said of postgres://…, and was said of {0}, which is made and brought to this version by every start"
    )]
    NothingToMigrate(DatabaseUrl),
    #[error(
        "every server of one database must have the same keys, and here is no {0}: copy the one that --migrate has made, or was run beside"
    )]
    NoSharedKeys(PathBuf),
    #[error("configuration {0}: {1}")]
    ConfigFile(PathBuf, ServerConfigError),
    #[error("keys {0}: {1}")]
    KeyRingFile(PathBuf, KeyRingFileError),
    #[error("sealing keys {0}: {1}")]
    SealingKeysFile(PathBuf, SealingKeysFileError),
    #[error("outbox {0}: {1}")]
    Outbox(PathBuf, OutboxFileError),
    #[error("signing keys {0}: {1}")]
    SigningKeys(PathBuf, SigningKeysError),
    #[error("database {0}: {1}")]
    Database(DatabaseUrl, StoreError),
    #[error("hasher: {0}")]
    Hasher(#[from] HasherError),
    #[error("tenant_credentials: {0}")]
    Credentials(#[from] SharedCredential),
    #[error("demonstration: {0}")]
    Demo(#[from] DemoError),
    #[error("issuer: {0}")]
    Issuer(#[from] IssuerError),
    #[error("configuration: {0}")]
    Engine(#[from] ConfigError),
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, io::Error),
    #[error("cannot wait for signals: {0}")]
    Signals(io::Error),
}

pub(crate) async fn run(cli: Cli) -> Result<(), StartError> {
    if cli.exposes_demo() {
        return Err(StartError::DemoExposed);
    }
    if !cli.is_demo() && cli.now_offset != 0 {
        return Err(StartError::MovedClock);
    }
    let ServerConfig {
        issuer,
        names,
        language,
        dialect,
        numbering,
        applications,
        tenant_credentials,
        most_of_nobody,
        hashing,
    } = configuration(&cli)?;
    if !cli.is_demo() && most_of_nobody.get() < Settings::FEWEST_OF_NOBODY {
        return Err(StartError::FewOfNobody(most_of_nobody));
    }
    for application in applications.iter().filter(|it| it.policy.sending.daily_in_all().is_some()) {
        tracing::warn!(
            client_id = %application.client_id,
            "daily_in_all: nobody judges captchas here, so all are refused when half of it has been asked for"
        );
    }
    let migrates = match &cli.database {
        DatabaseUrl::Postgres(url) => cli.migrate.then_some(url),
        DatabaseUrl::Sqlite(_) if cli.migrate => return Err(StartError::NothingToMigrate(cli.database)),
        DatabaseUrl::Sqlite(_) => None,
    };
    if matches!(cli.database, DatabaseUrl::Postgres(_)) && migrates.is_none() {
        // No other server takes tokens under keys of its own; and names that nobody has would be counted apart, which tells them from accounts.
        for path in [&cli.keys, &cli.sealing_keys] {
            if !path.exists() {
                return Err(StartError::NoSharedKeys(path.clone()));
            }
        }
    }
    let (ring, made) = key_ring::load_or_make(&cli.keys)
        .map_err(|error| StartError::KeyRingFile(cli.keys.clone(), error))?;
    if made {
        tracing::info!(file = %cli.keys.display(), "made a new key");
    }
    let (sealing_keys, made) = sealing_keys::load_or_make(&cli.sealing_keys)
        .map_err(|error| StartError::SealingKeysFile(cli.sealing_keys.clone(), error))?;
    if made {
        tracing::info!(file = %cli.sealing_keys.display(), "made a new sealing key");
    }
    let clock = Clock::moved(cli.now_offset);
    let database = |error| StartError::Database(cli.database.clone(), error);
    if let Some(url) = migrates {
        return Store::migrate(url, &sealing_keys, clock).await.map_err(database);
    }
    let store = Store::open(&cli.database, &sealing_keys, most_of_nobody, clock).await.map_err(database)?;
    if !cli.is_demo() && demo::is_in(&store).await? {
        return Err(StartError::DemoAccounts(cli.database.clone()));
    }
    let mut config = Config::new(issuer, ring, Applications::Fixed(applications));
    config.language = language;
    config.dialect = dialect;
    config.sealing = Some(sealing_keys.clone());
    config.numbering = numbering.into_iter().map(|named| (named.tenant, named.plan)).collect();
    let signing_keys = signing_keys(&cli)?;
    if let Some(keys) = &signing_keys {
        config.id_token_signing = IdTokenSigning::Outside(keys.outside());
    }
    let api = Api::new(Engine::new(config)?);
    let rules = ServerRules { credentials: TenantCredentials::new(tenant_credentials)? };
    let host = ServerHost {
        store: store.clone(),
        hasher: hashing.hasher()?,
        rules: Blocklist::new(names, rules),
        courier: outbox(&cli)?,
        signer: signing_keys,
        log: TracingLog,
    };

    let stop = serve::stop_signal().map_err(StartError::Signals)?;
    let listen = |error| StartError::Listen(cli.listen, error);
    let listener = serve::listen(cli.listen).map_err(listen)?;
    let address = listener.local_addr().map_err(listen)?;
    if cli.is_demo() {
        demo::seed(&store, &host.hasher, &sealing_keys, clock).await?;
    }
    banner::print(address, cli.is_demo());
    serve::serve(listener, http::router(Service { api, host, clock, calls: Calls::new() }), stop).await;
    store.close().map_err(database)
}

/// Where codes go out, if they do.
fn outbox(cli: &Cli) -> Result<Option<Outbox>, StartError> {
    match &cli.outbox {
        Some(path) => outbox::read(path).map(Some).map_err(|error| StartError::Outbox(path.clone(), error)),
        None => Ok(cli.is_demo().then_some(Outbox::Log)),
    }
}

/// The keys outside, if there are any.
fn signing_keys(cli: &Cli) -> Result<Option<SigningKeys>, StartError> {
    let Some(path) = &cli.signing_keys else { return Ok(None) };
    let failed = |error| StartError::SigningKeys(path.clone(), error);
    let keys = match cli.make_signing_key {
        Some(algorithm) => {
            let (keys, made) = signing_keys::load_or_make(path, algorithm).map_err(failed)?;
            if made {
                tracing::info!(file = %path.display(), "made a new signing key");
            }
            keys
        }
        None => signing_keys::load(path).map_err(failed)?,
    };
    Ok(Some(keys))
}

/// The file's configuration, if there is one; with `--demo`, and the demo applications it does not name.
fn configuration(cli: &Cli) -> Result<ServerConfig, StartError> {
    let mut config = match &cli.config {
        Some(path) => config::read(path).map_err(|error| StartError::ConfigFile(path.clone(), error))?,
        None => ServerConfig {
            issuer: Issuer::new("https://authflow.example")?,
            names: Vec::new(),
            language: Language::En,
            dialect: Dialect::Ciam,
            numbering: Vec::new(),
            applications: Vec::new(),
            tenant_credentials: Vec::new(),
            most_of_nobody: config::most_of_nobody(),
            hashing: Hashing::default(),
        },
    };
    if cli.is_demo() {
        for application in demo::applications()? {
            if config.applications.iter().all(|named| named.client_id != application.client_id) {
                config.applications.push(application);
            }
        }
        config.tenant_credentials.extend(demo::tenant_credentials()?);
    }
    Ok(config)
}
