//! Importing accounts from elsewhere: all of a file, or nothing.

mod csv_file;
mod json_file;
mod rows;

use super::super::{CommandError, Site, output::Output};
use crate::{
    added_account::{AddedAccount, Brought, Names, Unfit, draw_id},
    new_password,
    store::Created,
    times,
};
use authflow::{
    TenantId, Timestamp,
    account::{Account, AccountStatus, Profile, Revision},
};
use authflow_argon2::Argon2Hasher;
use rows::{LineError, Row, Rows, Wrong};
use serde::Serialize;
use std::{collections::HashMap, fmt, fs, path::PathBuf};

/// More rows would fill the memory: each account takes about a kibibyte until all are made.
const MOST_ROWS: usize = 1_000_000;
const MOST_BYTES: u64 = 1 << 30;

#[derive(Debug, clap::Args)]
pub(crate) struct Import {
    /// A file of CSV with a header, or of JSON (an array of objects). Its ending says which. Columns: user_name, mobile, email, verifier,
    /// status, password_set_at.
    file: PathBuf,

    /// The tenant of the accounts. Without it, they are of ordinary applications.
    #[arg(long, value_name = "ID")]
    tenant: Option<TenantId>,

    /// The time at which passwords were set whose row does not say it.
    #[arg(long, value_name = "TIME", value_parser = times::time)]
    password_set_at: Option<Timestamp>,

    /// Read and judge the file, and make nothing.
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    output: Output,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ImportError {
    #[error("{0}: {1}: nothing was imported")]
    Unreadable(PathBuf, std::io::Error),
    #[error("{0} must be a file .csv or .json: nothing was imported")]
    Ending(PathBuf),
    #[error("{0} must be of at most {MOST_BYTES} bytes: nothing was imported")]
    TooLong(PathBuf),
    #[error("{0}")]
    Lines(Wrong),
}

pub(super) async fn import(import: &Import, site: &Site) -> Result<(), CommandError> {
    let tenant = import.tenant;
    new_password::refuse_unserved(&site.deployment.config, tenant)?;
    let (accounts, lines) = judged(import, read(&import.file)?, site)?;
    let answer = Imported { accounts: accounts.len(), dry_run: import.dry_run };
    if !import.dry_run {
        let taken = site.store.create_accounts(accounts).await?;
        let mut wrong = Wrong::default();
        for (place, created) in taken {
            let line = lines.get(place).copied().unwrap_or_default();
            wrong.add(line, if created == Created::IdTaken { LineError::Id } else { LineError::Known });
        }
        wrong.refuse().map_err(ImportError::Lines)?;
    }
    Ok(import.output.print(&answer)?)
}

fn read(file: &PathBuf) -> Result<Rows, ImportError> {
    let unreadable = |error| ImportError::Unreadable(file.clone(), error);
    let is_csv = match file.extension().and_then(|ending| ending.to_str()) {
        Some("csv") => true,
        Some("json") => false,
        _ => return Err(ImportError::Ending(file.clone())),
    };
    if fs::metadata(file).map_err(unreadable)?.len() > MOST_BYTES {
        return Err(ImportError::TooLong(file.clone()));
    }
    let text = fs::read_to_string(file).map_err(unreadable)?;
    Ok(if is_csv { csv_file::rows(&text) } else { json_file::rows(&text) })
}

/// The accounts, and the line of each.
fn judged(import: &Import, rows: Rows, site: &Site) -> Result<(Vec<Account>, Vec<u64>), CommandError> {
    let hasher = site.deployment.config.hashing.hasher()?;
    let clock = site.deployment.clock;
    let (now, first) = (clock.now(), Revision::first(&clock.moment()?));
    let (mut accounts, mut lines, mut wrong) = (Vec::new(), Vec::new(), Wrong::default());
    let mut known: HashMap<(&'static str, String), u64> = HashMap::new();
    if rows.len() > MOST_ROWS {
        wrong.add(0, LineError::TooMany(MOST_ROWS));
        return Err(ImportError::Lines(wrong).into());
    }
    for (line, row) in rows {
        let new = match row.and_then(|row| Ok(new(import, &row, &hasher, now)?)) {
            Ok(new) => new,
            Err(error) => {
                wrong.add(line, error);
                continue;
            }
        };
        for (what, key) in new.names.keys() {
            if let Some(earlier) = known.insert((what, key.to_owned()), line) {
                wrong.add(line, LineError::Twice { what, earlier });
            }
        }
        accounts.push(new.account(first));
        lines.push(line);
    }
    wrong.refuse().map_err(ImportError::Lines)?;
    Ok((accounts, lines))
}

fn new(import: &Import, row: &Row, hasher: &Argon2Hasher, now: Timestamp) -> Result<AddedAccount, Unfit> {
    let names = Names::of(row.user_name.as_deref(), row.mobile.as_deref(), row.email.as_deref())?;
    let set_at = row.password_set_at.as_deref();
    let brought = row.verifier.as_deref().map(|verifier| Brought { verifier, set_at });
    Ok(AddedAccount {
        id: draw_id()?,
        tenant: import.tenant,
        names,
        status: row.status.as_deref().map_or(Ok(AccountStatus::Active), str::parse)?,
        password: brought.map(|it| it.password(hasher, import.password_set_at, now)).transpose()?,
        profile: Profile::default(),
    })
}

#[derive(Serialize)]
struct Imported {
    accounts: usize,
    dry_run: bool,
}

impl fmt::Display for Imported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.dry_run {
            true => write!(f, "{} accounts could be imported", self.accounts),
            false => write!(f, "{} accounts imported", self.accounts),
        }
    }
}
