//! From a command line to a server that listens.

use crate::{
    banner::{self, Kind},
    call_keys::CallKeysError,
    cli::Cli,
    config::ServerConfigError,
    database_url::DatabaseUrl,
    demo::DemoError,
    deployment::{Deployment, Makes},
    dev::{Double, DoubleError},
    http,
    operations::{
        AuditTo, Current, Management, Watch, clean_up,
        reload::{Hangups, with_each},
        service_manager,
    },
    outbox::OutboxFileError,
    reread::reread,
    seeds::SeedError,
    serve,
    served::{Served, served},
    signing_keys::SigningKeysError,
    store::StoreError,
    tenants::SharedCredential,
};
use authflow::{ClientId, ConfigError, token::IssuerError};
use authflow_argon2::HasherError;
use authflow_keys::{key_ring::KeyRingFileError, sealing_keys::SealingKeysFileError};
use authflow_sqlite::Settings;
use std::{io, net::SocketAddr, num::NonZeroU32, path::PathBuf, sync::Arc};
use tokio::task::JoinError;

#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    #[error("cannot start its threads: {0}")]
    Runtime(io::Error),
    #[error(
        "a demonstration has passwords that everybody knows and stays on loopback: give --config, or --demo-on-network"
    )]
    DemoExposed,
    #[error(
        "--admin-listen must be on loopback, not {0}: give --admin-on-network where only those who run the server reach it"
    )]
    ManagementExposed(SocketAddr),
    #[error("{0} holds demo accounts, whose password everybody knows: give another --database")]
    DemoAccounts(DatabaseUrl),
    #[error("{0} holds accounts, and none of the demonstration's: give --config, or another --database")]
    OthersAccounts(DatabaseUrl),
    #[error("most_of_nobody must be at least {fewest} but in a demonstration, and is {0}", fewest = Settings::FEWEST_OF_NOBODY)]
    FewOfNobody(NonZeroU32),
    #[error("there is no {0}: a server that starts makes it, and so does `authflow-server migrate`")]
    NoDatabase(DatabaseUrl),
    #[error("a database in memory is its server's alone: say --database as the server does")]
    InMemory,
    #[error(
        "every server of one database must have the same keys, and here is no {0}: copy the one that `migrate` has made, or was run beside"
    )]
    NoSharedKeys(PathBuf),
    #[error("configuration {0}: {1}")]
    ConfigFile(PathBuf, ServerConfigError),
    #[error("keys {0}: {1}")]
    KeyRingFile(PathBuf, KeyRingFileError),
    #[error("sealing keys {0}: {1}")]
    SealingKeysFile(PathBuf, SealingKeysFileError),
    #[error("accounts {0}: {1}")]
    Accounts(PathBuf, SeedError),
    #[error("outbox {0}: {1}")]
    Outbox(PathBuf, OutboxFileError),
    #[error("signing keys {0}: {1}")]
    SigningKeys(PathBuf, SigningKeysError),
    #[error("reading anew ended early: {0}")]
    ReloadEnded(JoinError),
    #[error("audit stream {0}: {1}")]
    Audit(AuditTo, io::Error),
    #[error(
        "application {0}: anybody has text messages sent until half of daily_in_all is spent, and then a captcha is demanded that nobody judges here: captcha must be \"picture\""
    )]
    NoCaptchaJudge(ClientId),
    #[error("call_keys: {0}")]
    CallKeys(#[from] CallKeysError),
    #[error("database {0}: {1}")]
    Database(DatabaseUrl, StoreError),
    #[error("hasher: {0}")]
    Hasher(#[from] HasherError),
    #[error("tenant_credentials: {0}")]
    Credentials(#[from] SharedCredential),
    #[error("demonstration: {0}")]
    Demo(#[from] DemoError),
    #[error(transparent)]
    Double(#[from] DoubleError),
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
    // From now on SIGHUP no longer ends the process, even while the server starts.
    let hangups = Hangups::listen().map_err(StartError::Signals)?;
    let watch = Watch::start(cli.audit.clone()).map_err(|(to, error)| StartError::Audit(to, error))?;
    let management = Management::new(watch.metrics.clone());
    let management_address = match cli.admin_listen {
        None => None,
        Some(address) if !address.ip().is_loopback() && !cli.admin_on_network => {
            return Err(StartError::ManagementExposed(address));
        }
        Some(address) => {
            Some(management.listen(address).map_err(|error| StartError::Listen(address, error))?)
        }
    };
    // The server listens first, so that a demonstration makes no accounts in the database of a server that has the
    // port.
    let failed = |error| StartError::Listen(cli.listen, error);
    let listener = serve::listen(cli.listen).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let cli = Arc::new(cli);
    let (current, router, kept) = match Kind::of(&cli) {
        Kind::TestDouble => {
            let (current, router) = Double::begin(Arc::clone(&cli), watch.clone()).await?;
            (current, router, None)
        }
        Kind::Service | Kind::Demonstration => {
            let Served { service, besides, kept } = served(&cli, deployment(&cli)?, &watch, None).await?;
            let current = Current::new(service);
            let router = http::router(Arc::clone(&current), watch.metrics.clone(), besides);
            (current, router, Some(kept))
        }
    };
    let stop = serve::stop_signal().map_err(StartError::Signals)?;
    management.serves(Arc::clone(&current));
    banner::print(address, management_address, &cli);
    tokio::spawn(clean_up::once_a_minute(Arc::clone(&current), watch.metrics.clone()));
    // A test double has no files to read again.
    if let Some(kept) = kept {
        let (cli, current) = (Arc::clone(&cli), Arc::clone(&current));
        let again = move || reread(Arc::clone(&cli), Arc::clone(&kept), Arc::clone(&current));
        tokio::spawn(with_each(hangups, watch.metrics.clone(), again));
    }
    service_manager::ready();
    let stop = async {
        stop.await;
        management.stops();
        service_manager::stopping();
    };
    serve::serve(listener, router, stop).await;
    if let Some(audit) = watch.audit {
        audit.flush();
    }
    let closed = current.service().host.store.close();
    closed.map_err(|error| StartError::Database(cli.database.clone(), error))
}

/// Servers of one PostgreSQL share their keys, so none of them makes its own.
fn deployment(cli: &Cli) -> Result<Deployment, StartError> {
    let makes = match cli.database {
        DatabaseUrl::Sqlite(_) => Makes::All,
        DatabaseUrl::Postgres(_) => Makes::Nothing,
    };
    Deployment::read(cli, makes)
}
