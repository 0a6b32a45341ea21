//! The sessions of an account.

use super::{CommandError, Site, output::Output, whom::Whom};
use authflow::{
    SessionId,
    account::Account,
    administration::{Administer as _, Administered, EndSessionsOf},
    factor::Factor,
    session::{EndSessions, SessionRecord},
};
use clap::Subcommand;
use serde::Serialize;
use std::{fmt, num::NonZeroU32};

#[derive(Debug, Subcommand)]
pub(crate) enum SessionsCommand {
    /// List the live sessions of an account, the one that was used last first.
    List {
        #[command(flatten)]
        whom: Whom,
        /// The most sessions that are listed.
        #[arg(long, value_name = "NUMBER", default_value = "100")]
        at_most: NonZeroU32,
        #[command(flatten)]
        output: Output,
    },
    /// End the sessions of an account, in every application.
    End {
        #[command(flatten)]
        whom: Whom,
        /// End this session alone.
        #[arg(long, value_name = "ID")]
        session: Option<SessionId>,
        #[command(flatten)]
        output: Output,
    },
}

/// More sessions than any account has. All are ended in any case.
const MOST: NonZeroU32 = NonZeroU32::MAX;

pub(super) async fn run(command: SessionsCommand, site: &Site) -> Result<(), CommandError> {
    match command {
        SessionsCommand::List { whom, at_most, output } => {
            let account = whom.find(site).await?;
            let sessions = live(site, &account, at_most).await?;
            Ok(output.print(&Sessions { sessions: sessions.iter().map(Shown::of).collect() })?)
        }
        SessionsCommand::End { whom, session, output } => {
            let account = whom.find(site).await?;
            let (tenant, id) = (account.tenant, account.id);
            let sessions = live(site, &account, MOST).await?;
            let which = match session {
                None => EndSessions::All,
                Some(one) if sessions.iter().any(|record| record.session == one) => EndSessions::One(one),
                Some(one) => return Err(CommandError::NoSuchSession(one)),
            };
            let ended = if session.is_some() { 1 } else { sessions.len() };
            match site.store.end_sessions_of(&EndSessionsOf { tenant, account: id, which }).await? {
                Administered::Done => Ok(output.print(&Ended { ended })?),
                Administered::Nobody => Err(CommandError::nobody(id, tenant)),
            }
        }
    }
}

/// The live sessions of an account. Sessions of another revision are over, whatever their rows say.
async fn live(
    site: &Site,
    account: &Account,
    at_most: NonZeroU32,
) -> Result<Vec<SessionRecord>, CommandError> {
    let mut sessions = site.store.sessions_of(account.tenant, account.id, at_most).await?;
    sessions.retain(|record| record.revision == account.revision);
    Ok(sessions)
}

#[derive(Serialize)]
struct Sessions {
    sessions: Vec<Shown>,
}

#[derive(Serialize)]
struct Shown {
    session: String,
    client_id: String,
    signed_in_at: String,
    used_at: String,
    expires_at: String,
    factors: Vec<&'static str>,
    bound_to: &'static str,
}

#[derive(Serialize)]
struct Ended {
    ended: usize,
}

impl Shown {
    fn of(record: &SessionRecord) -> Self {
        Self {
            session: record.session.to_string(),
            client_id: record.audience.client_id.to_string(),
            signed_in_at: record.auth_time.to_string(),
            used_at: record.used_at.to_string(),
            expires_at: record.expires_at.to_string(),
            factors: record.factors.iter().map(Factor::amr).collect(),
            bound_to: record.device.kind.as_str(),
        }
    }
}

impl fmt::Display for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<22} {:<20} {:<20} {:<20} application", "session", "signed in", "used", "until")?;
        for Shown { session, client_id, signed_in_at, used_at, expires_at, .. } in &self.sessions {
            write!(f, "\n{session:<22} {signed_in_at:<20} {used_at:<20} {expires_at:<20} {client_id}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ended {
            1 => f.write_str("1 session ended"),
            more => write!(f, "{more} sessions ended"),
        }
    }
}
