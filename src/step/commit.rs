//! The one write of a request.

use super::{CodeKey, Question, StoredCode};
use crate::{AccountId, Audience, FactorSet, Revision, Secret, SessionId, Timestamp, TokenId};
use alloc::vec::Vec;

/// Write this, all or nothing.
///
/// In **one transaction**:
/// 1. insert the id of [`claim`](Self::claim), if there is one; if it is there already, answer [`Committed::Replayed`];
/// 2. compare the account's revision with [`expected`](Self::expected), and its status with active; if either differs,
///    answer [`Committed::Changed`];
/// 3. apply every one of [`writes`](Self::writes), in their order; if one is refused, answer [`Committed::Refused`].
///
/// Whatever the answer but [`Committed::Done`], roll everything back. Answer `Done` only when it is durable, and never when
/// there is a write that you do not carry out: that is [`Ask::unavailable`](super::Ask::unavailable).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Commit {
    /// What must not have been claimed before.
    pub claim: Option<Claim>,
    /// The application and tenant.
    pub audience: Audience,
    /// Whose account.
    pub account: AccountId,
    /// The revision that the decision was made on.
    pub expected: Revision,
    /// What to write.
    pub writes: Vec<Write>,
}

impl Question for Commit {
    type Answer = Committed;
    const NAME: &'static str = "Commit";
}

/// A thing that happens once: the use of a state token, a code, a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Unique among claims.
    pub id: TokenId,
    /// The claim may be forgotten from this second on: 5 minutes after the token has expired, so that a database clock
    /// that is fast does not free a claim early.
    pub keep_until: Timestamp,
}

/// One write.
#[derive(Clone, Debug)]
pub enum Write {
    /// Count one skip of the present password; refused when `budget` skips have been counted already. Does not bump the
    /// revision.
    RecordSkip {
        /// How many there may be.
        budget: u32,
    },
    /// Hash and store a new password, clear its skips and what made its change due, and count the revision up by one: the
    /// tokens that follow carry the next revision.
    StorePassword {
        /// What the subject chose.
        new_password: Secret,
        /// When.
        changed_at: Timestamp,
    },
    /// Use a step of a time-based one-time password; refused unless it is later than every step used before.
    UseTotpStep {
        /// The number of the time step (RFC 6238 §4.2).
        step: u64,
    },
    /// Keep a new session.
    OpenSession(SessionRecord),
    /// Count one rotation of a session's token; refused when the stored generation is another one.
    RotateSession {
        /// Which session.
        session: SessionId,
        /// The generation of the token that was presented.
        expected_generation: u32,
    },
    /// End sessions.
    EndSessions(EndSessions),
    /// Keep a code that is about to be sent; refused when one was stored under the same key after `not_before`.
    StoreCode {
        /// Under what.
        key: CodeKey,
        /// What.
        code: StoredCode,
        /// An earlier code may not be younger than this.
        not_before: Timestamp,
    },
}

/// A session as the host keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionRecord {
    /// Its id.
    pub session: SessionId,
    /// When the subject proved who they are.
    pub auth_time: Timestamp,
    /// On what proof.
    pub factors: FactorSet,
    /// The first second in which it is over.
    pub expires_at: Timestamp,
}

/// Which of the account's sessions to end: in every application of the tenant, not only in the commit's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndSessions {
    /// Every one.
    All,
    /// Every one but this.
    AllBut(SessionId),
    /// This one.
    One(SessionId),
}

/// What became of a [`Commit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Committed {
    /// All of it is written, durably.
    Done,
    /// The claim was there already. Nothing is written.
    Replayed,
    /// The account is another revision, gone or not active. Nothing is written.
    Changed,
    /// A write was refused. Nothing is written.
    Refused(CommitRefusal),
}

/// Which write was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitRefusal {
    /// The skips of this password are spent.
    SkipsSpent,
    /// The one-time password's step was used before.
    TotpStepUsed,
    /// The session's token is of another generation.
    SessionRotated,
    /// A code was sent too recently.
    CodeTooSoon,
}
