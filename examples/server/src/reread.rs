//! Reads keys and configuration again while the server serves.

use crate::{
    cli::Cli,
    deployment::{Deployment, Makes},
    kept::Kept,
    operations::Current,
    served::{service, signing_keys},
    start::StartError,
};
use authflow_sqlite::Upkeep;
use std::sync::Arc;
use tokio::{runtime::Handle, task::spawn_blocking};

/// Reads again everything that has a file, and serves it from now on. Calls in progress end with the old service.
pub(crate) async fn reread(cli: Arc<Cli>, kept: Arc<Kept>, current: Arc<Current>) -> Result<(), StartError> {
    let runtime = Handle::current();
    // This reads files, and may seal all secrets of authenticators again. So it must not run on a thread that others
    // wait for.
    let reloading = spawn_blocking(move || runtime.block_on(read_anew(&cli, &kept, &current)));
    reloading.await.map_err(StartError::ReloadEnded)?
}

async fn read_anew(cli: &Cli, kept: &Kept, current: &Current) -> Result<(), StartError> {
    if let Some(audit) = &kept.watch.audit {
        audit.reopen();
    }
    let deployment = Deployment::read(cli, Makes::Nothing)?;
    // The store is opened again, which shows whether a sealing key is missing.
    let store = match cli.database.is_in_memory() {
        true => current.service().host.store.clone(),
        false => deployment.store(Upkeep::All).await?,
    };
    let Deployment { config, ring, sealing_keys, .. } = deployment;
    let hasher = config.hashing.hasher()?;
    let signing_keys = signing_keys(cli, Makes::Nothing)?;
    current.replace(service(cli, config, (ring, sealing_keys), store, hasher, signing_keys, kept)?);
    Ok(())
}
