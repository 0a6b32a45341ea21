//! The parts of a test double: its own applications, keys and database.

use super::DevFlags;
use crate::{
    clock::Clock,
    database_url::DatabaseUrl,
    deployment::{Deployment, configuration},
    entropy::draw,
    start::StartError,
};
use authflow::{
    OsEntropyUnavailable,
    sealing::{SealingKey, SealingKeys, SealingKeysError},
    token::{Key, KeyError, KeyRing},
};
use authflow_keys::{key_ring, sealing_keys};
use authflow_sqlite::Place;
use data_encoding::HEXLOWER;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// No other server has files of these names, and no flag names other ones for a test double.
const DATABASE: &str = "authflow-dev.db";
const KEYS: &str = "authflow-dev-keys.toml";
const SEALING_KEYS: &str = "authflow-dev-sealing-keys.toml";

#[derive(Debug, thiserror::Error)]
pub(crate) enum DoubleError {
    #[error("a key was drawn, and is none: {0}")]
    Key(#[from] KeyError),
    #[error("a sealing key was drawn, and is none: {0}")]
    SealingKeys(#[from] SealingKeysError),
    #[error(transparent)]
    Entropy(#[from] OsEntropyUnavailable),
    #[error("--dev-keep {0}: {1}")]
    Folder(PathBuf, io::Error),
}

/// A deployment that shares nothing with a service's.
pub(super) fn deployment(flags: &DevFlags, clock: Clock) -> Result<Deployment, StartError> {
    let config = configuration(flags.config())?;
    let Some(folder) = flags.kept_in() else {
        let (ring, sealing_keys) = drawn()?;
        return Ok(Deployment {
            config,
            ring,
            sealing_keys,
            clock,
            database: DatabaseUrl::Sqlite(Place::Memory),
        });
    };
    fs::create_dir_all(folder).map_err(|error| DoubleError::Folder(folder.to_owned(), error))?;
    let (keys, sealing) = (folder.join(KEYS), folder.join(SEALING_KEYS));
    let (ring, _) = key_ring::load_or_make(&keys).map_err(|error| StartError::KeyRingFile(keys, error))?;
    let (sealing_keys, _) =
        sealing_keys::load_or_make(&sealing).map_err(|error| StartError::SealingKeysFile(sealing, error))?;
    let database = DatabaseUrl::Sqlite(Place::File(folder.join(DATABASE)));
    Ok(Deployment { config, ring, sealing_keys, clock, database })
}

/// Deletes the data in a folder, but not the keys. If there is none, there is nothing to do.
pub(super) fn forget(folder: &Path) -> Result<(), DoubleError> {
    for suffix in ["", "-wal", "-shm"] {
        match fs::remove_file(folder.join(format!("{DATABASE}{suffix}"))) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(DoubleError::Folder(folder.to_owned(), error));
            }
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

/// Keys that are in no file.
fn drawn() -> Result<(KeyRing, SealingKeys), DoubleError> {
    let [ring, sealing] = [draw::<32>()?, draw::<32>()?];
    let sealer = SealingKey::new(&HEXLOWER.encode(&*draw::<8>()?), *sealing)?;
    Ok((KeyRing::new(Key::without_id(*ring)?), SealingKeys::new(sealer)))
}
