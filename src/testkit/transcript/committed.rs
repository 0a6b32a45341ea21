//! The written answer to a commit, with sessions that a person can read.

use super::session::RecordedSession;
use crate::{
    code::SendRefusal,
    step::{CommitRefusal, Committed},
};
use alloc::boxed::Box;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum RecordedCommitted {
    Done,
    Replayed { opened: Option<Box<RecordedSession>> },
    Changed,
    Refused(RecordedRefusal),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum RecordedRefusal {
    SkipsSpent,
    TotpStepUsed,
    SessionRotated { now: Box<RecordedSession> },
    SessionEnded,
    SessionExists,
    CodeUsed,
    Code(SendRefusal),
    AccountExists,
    ContactTaken,
    UserNameTaken,
    IdentityTaken,
    NotLinked,
    LastWayIn,
}

impl From<Committed> for RecordedCommitted {
    fn from(committed: Committed) -> Self {
        match committed {
            Committed::Done => Self::Done,
            Committed::Replayed { opened } => {
                Self::Replayed { opened: opened.map(|record| Box::new((*record).into())) }
            }
            Committed::Changed => Self::Changed,
            Committed::Refused(refusal) => Self::Refused(match refusal {
                CommitRefusal::SkipsSpent => RecordedRefusal::SkipsSpent,
                CommitRefusal::TotpStepUsed => RecordedRefusal::TotpStepUsed,
                CommitRefusal::SessionRotated { now } => {
                    RecordedRefusal::SessionRotated { now: Box::new((*now).into()) }
                }
                CommitRefusal::SessionEnded => RecordedRefusal::SessionEnded,
                CommitRefusal::SessionExists => RecordedRefusal::SessionExists,
                CommitRefusal::CodeUsed => RecordedRefusal::CodeUsed,
                CommitRefusal::Code(refusal) => RecordedRefusal::Code(refusal),
                CommitRefusal::AccountExists => RecordedRefusal::AccountExists,
                CommitRefusal::ContactTaken => RecordedRefusal::ContactTaken,
                CommitRefusal::UserNameTaken => RecordedRefusal::UserNameTaken,
                CommitRefusal::IdentityTaken => RecordedRefusal::IdentityTaken,
                CommitRefusal::NotLinked => RecordedRefusal::NotLinked,
                CommitRefusal::LastWayIn => RecordedRefusal::LastWayIn,
            }),
        }
    }
}

impl From<RecordedCommitted> for Committed {
    fn from(recorded: RecordedCommitted) -> Self {
        match recorded {
            RecordedCommitted::Done => Self::Done,
            RecordedCommitted::Replayed { opened } => {
                Self::Replayed { opened: opened.map(|record| Box::new((*record).into())) }
            }
            RecordedCommitted::Changed => Self::Changed,
            RecordedCommitted::Refused(refusal) => Self::Refused(match refusal {
                RecordedRefusal::SkipsSpent => CommitRefusal::SkipsSpent,
                RecordedRefusal::TotpStepUsed => CommitRefusal::TotpStepUsed,
                RecordedRefusal::SessionRotated { now } => {
                    CommitRefusal::SessionRotated { now: Box::new((*now).into()) }
                }
                RecordedRefusal::SessionEnded => CommitRefusal::SessionEnded,
                RecordedRefusal::SessionExists => CommitRefusal::SessionExists,
                RecordedRefusal::CodeUsed => CommitRefusal::CodeUsed,
                RecordedRefusal::Code(refusal) => CommitRefusal::Code(refusal),
                RecordedRefusal::AccountExists => CommitRefusal::AccountExists,
                RecordedRefusal::ContactTaken => CommitRefusal::ContactTaken,
                RecordedRefusal::UserNameTaken => CommitRefusal::UserNameTaken,
                RecordedRefusal::IdentityTaken => CommitRefusal::IdentityTaken,
                RecordedRefusal::NotLinked => CommitRefusal::NotLinked,
                RecordedRefusal::LastWayIn => CommitRefusal::LastWayIn,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lifetime, testkit::World};

    #[test]
    fn every_answer_is_read_as_it_was_written() {
        let mut world = World::new();
        world.login("alice");
        let session = Box::new(*world.host.sessions.first_key_value().unwrap().1);
        let refusals = [
            CommitRefusal::SkipsSpent,
            CommitRefusal::TotpStepUsed,
            CommitRefusal::SessionRotated { now: session.clone() },
            CommitRefusal::SessionEnded,
            CommitRefusal::SessionExists,
            CommitRefusal::CodeUsed,
            CommitRefusal::ContactTaken,
            CommitRefusal::IdentityTaken,
            CommitRefusal::NotLinked,
            CommitRefusal::LastWayIn,
            CommitRefusal::Code(SendRefusal::TooSoon { wait: Lifetime::of::<60>() }),
            CommitRefusal::AccountExists,
            CommitRefusal::ContactTaken,
            CommitRefusal::UserNameTaken,
        ];
        let others = [
            Committed::Done,
            Committed::Changed,
            Committed::Replayed { opened: None },
            Committed::Replayed { opened: Some(session) },
        ];
        for committed in others.into_iter().chain(refusals.map(Committed::Refused)) {
            let written = serde_json::to_value(RecordedCommitted::from(committed.clone())).unwrap();
            let read: RecordedCommitted = serde_json::from_value(written).unwrap();
            assert_eq!(Committed::from(read), committed);
        }
    }
}
