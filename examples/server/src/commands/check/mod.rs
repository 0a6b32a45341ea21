//! The facts that an owner should know about policies, keys and the database.

mod standards;

use super::{CommandError, Site, output::Output};
use crate::cli::Cli;
use authflow::{
    Timestamp,
    factor::FactorSet,
    flow::{self, Finding, Gravity},
};
use authflow_keys::rotation::{KeyRingFile, SealingKeysFile};
use serde::Serialize;
use std::fmt;

#[derive(Debug, clap::Args)]
pub(crate) struct Check {
    /// End with 1 if anything is found. Without it, only an error in a policy ends with 1.
    #[arg(long)]
    strict: bool,

    #[command(flatten)]
    output: Output,
}

pub(super) async fn check(check: &Check, cli: &Cli, site: &Site) -> Result<(), CommandError> {
    let report = Report {
        database: database(site).await?,
        keys: keys(cli, site).await?,
        configuration: standards::of_configuration(&site.deployment.config),
        applications: applications(site),
    };
    check.output.print(&report)?;
    let has_errors = report.applications.iter().any(|application| application.has_errors);
    if has_errors || check.strict && !report.is_clear() { Err(CommandError::Found) } else { Ok(()) }
}

/// The store was opened before. So its tables are of this version, and no sealing key is missing.
async fn database(site: &Site) -> Result<Vec<String>, CommandError> {
    site.store.check().await?;
    Ok(Vec::new())
}

async fn keys(cli: &Cli, site: &Site) -> Result<Vec<String>, CommandError> {
    let (ring, sealing) = (KeyRingFile::read(&cli.keys)?, SealingKeysFile::read(&cli.sealing_keys)?);
    let (now, mut found) = (site.deployment.clock.now(), Vec::new());
    for key in ring.keys() {
        let named = key.id.map_or_else(|| "the key without an id".to_owned(), |id| format!("the key {id}"));
        match key.verifies {
            Some((_, until)) if until <= now => {
                found.push(format!("{named} of the key ring verifies nothing since {until}: retire it"));
            }
            Some((_, Timestamp::MAX)) => {
                found.push(format!("{named} of the key ring verifies for good: rotate to it, or retire it"));
            }
            _ => {}
        }
    }
    let needed = site.store.sealed_secrets().await?;
    let sealer = site.deployment.sealing_keys.sealer().id().as_str();
    for id in sealing.ids().filter(|id| *id != sealer) {
        match needed.iter().find(|(key, _)| key == id) {
            Some((_, count)) => found.push(format!(
                "{count} secrets of authenticators are sealed under the key {id}: start a server, which seals them anew"
            )),
            None => found.push(format!("the sealing key {id} is needed for no secret: rotate to it, or retire it")),
        }
    }
    Ok(found)
}

fn applications(site: &Site) -> Vec<OfApplication> {
    let applications = site.deployment.config.applications.iter().map(|application| {
        let policy = &application.policy;
        let findings = flow::graph(policy).check(FactorSet::EMPTY);
        OfApplication {
            client_id: application.client_id.to_string(),
            has_errors: findings.iter().any(|finding| finding.gravity() == Gravity::Error),
            policy: findings.iter().map(told).collect(),
            standards: standards::of_policy(policy),
        }
    });
    applications.collect()
}

fn told(finding: &Finding) -> String {
    match finding.gravity() {
        Gravity::Warning => finding.to_string(),
        Gravity::Error => format!("error: {finding}"),
    }
}

/// The findings.
#[derive(Serialize)]
struct Report {
    database: Vec<String>,
    keys: Vec<String>,
    configuration: Vec<standards::Shortfall>,
    applications: Vec<OfApplication>,
}

#[derive(Serialize)]
struct OfApplication {
    client_id: String,
    #[serde(skip)]
    has_errors: bool,
    policy: Vec<String>,
    standards: Vec<standards::Shortfall>,
}

impl Report {
    fn is_clear(&self) -> bool {
        let of_applications =
            self.applications.iter().all(|it| it.policy.is_empty() && it.standards.is_empty());
        self.database.is_empty() && self.keys.is_empty() && self.configuration.is_empty() && of_applications
    }
}

fn section<T: fmt::Display>(f: &mut fmt::Formatter<'_>, name: &str, found: &[T]) -> fmt::Result {
    match found {
        [] => write!(f, "{name}: nothing found"),
        _ => {
            write!(f, "{name}:")?;
            found.iter().try_for_each(|finding| write!(f, "\n  - {finding}"))
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        section(f, "database", &self.database)?;
        f.write_str("\n")?;
        section(f, "keys", &self.keys)?;
        f.write_str("\n")?;
        section(f, "configuration", &self.configuration)?;
        for OfApplication { client_id, policy, standards, .. } in &self.applications {
            f.write_str("\n")?;
            section(f, &format!("application {client_id}, its policy"), policy)?;
            f.write_str("\n")?;
            section(f, &format!("application {client_id}, beside standards"), standards)?;
        }
        Ok(())
    }
}
