//! The one write of a request.

use super::Claim;
use crate::{
    AccountId, Audience, Secret, SessionId, Timestamp,
    account::Revision,
    code::{CodeKey, SendBudget, SendRefusal, SendSum, StoredCode},
    device::DeviceBinding,
    guess::ClearGuesses,
    sealing::SealedSecret,
    session::{EndSessions, SessionRecord},
};
use alloc::{boxed::Box, vec::Vec};

/// Write this, all or nothing.
///
/// In **one transaction**:
/// 1. insert the id of [`claim`](Self::claim), if there is one; if it is there already, answer [`Committed::Replayed`];
/// 2. where a revision is [`expected`](Self::expected), compare the account's with it, and its status with active; if either
///    differs, answer [`Committed::Changed`];
/// 3. apply every one of [`writes`](Self::writes), in their order; if one is refused, answer [`Committed::Refused`];
/// 4. where a write changes the account, store the revision that this commit [leaves behind](Self::revision_after).
///
/// Whatever the answer but [`Committed::Done`], roll everything back. Answer `Done` only when it is durable, and never when
/// there is a write that you do not carry out: that is [`Ask::unavailable`](super::Ask::unavailable). Lock in the order of this list: the claim,
/// the account, the code that is used, and the slots of [`Write::ClearGuesses`] as they come, which is by their bytes; of a code that is sent, its
/// recipient's budget and then the sum. Then no two commits wait for each other.
///
/// ```sql
/// BEGIN;
/// INSERT INTO claims (id, session, keep_until) VALUES (:id, :opens, :keep_until)
///     ON CONFLICT (id) DO NOTHING;                                                           -- 0 rows: ROLLBACK, Replayed
/// SELECT 1 FROM accounts WHERE tenant IS NOT DISTINCT FROM :tenant AND id = :account
///     AND revision = :expected AND status = 'active' FOR UPDATE;                             -- 0 rows: ROLLBACK, Changed
/// -- Each write: its condition in the statement. Where a write can be refused,                  0 rows: ROLLBACK, Refused
/// COMMIT;
/// ```
///
/// **If you answer wrongly:** `Done` without the claim: a state token or a ticket counts twice. `Done` for another revision or
/// a status that is not active: a session for an account that was disabled or got another password a moment ago. `Done` and something
/// left out: a skip that is not counted, a session that cannot be ended, a one-time password that can be used again. Something
/// kept of what was not `Done`: a claim that is used up without effect, so that its owner must begin anew. `Replayed` or `Changed`
/// where it is not so: nobody gets in.
///
/// `P` is what stands for a password in it. The question has it in the clear, as a [`Secret`]; a [`Store`](crate::parts::Store) is given a
/// `Commit<Verifier>`, which has none ([`hashed`](Self::hashed)).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Commit<P = Secret> {
    /// What must not have been claimed before.
    pub claim: Option<Claim>,
    /// The application and tenant.
    pub audience: Audience,
    /// Whose account; `None` for a code to someone who has none.
    pub account: Option<AccountId>,
    /// The revision that the decision was made on; `None` where the state of the account does not matter.
    pub expected: Option<Revision>,
    /// What to write.
    pub writes: Vec<Write<P>>,
}

impl<P> Commit<P> {
    /// The revision that the account has when this is written: the expected one, or the next where a write changes the account, however
    /// many do. `None` where none is expected; nothing changes the account then.
    ///
    /// A store writes exactly this. A trigger that counts a revision up counts only where the statement has set none.
    pub fn revision_after(&self) -> Option<Revision> {
        self.expected.map(|expected| revision_after(expected, &self.writes))
    }
}

impl<P> Commit<P> {
    /// The same, with what `hash` makes of each password in its place. There is one at most: a new one, or the present one to be hashed anew.
    ///
    /// # Errors
    /// The first of `hash`.
    pub async fn hashed<'a, Q, E, F>(&'a self, hash: impl Fn(&'a P) -> F) -> Result<Commit<Q>, E>
    where
        F: Future<Output = Result<Q, E>>,
    {
        let Self { claim, audience, account, expected, writes: clear } = self;
        let mut writes = Vec::with_capacity(clear.len());
        for write in clear {
            writes.push(write.hashed(&hash).await?);
        }
        Ok(Commit { claim: *claim, audience: *audience, account: *account, expected: *expected, writes })
    }
}

/// Each commit that changes the account makes its revision the next one.
pub(crate) fn revision_after<P>(expected: Revision, writes: &[Write<P>]) -> Revision {
    if writes.iter().any(Write::changes_account) { expected.next() } else { expected }
}

/// One write. `P` is what stands for a password in it: see [`Commit`].
#[derive(Clone, Debug)]
pub enum Write<P = Secret> {
    /// Count one skip of the present password; refused when `budget` skips have been counted already. Does not bump the
    /// revision.
    RecordSkip {
        /// How many there may be.
        budget: u32,
    },
    /// Hash and store a new password, clear its skips and what made its change due, and store the revision that the commit
    /// [leaves behind](Commit::revision_after): the tokens that follow carry it.
    StorePassword {
        /// What the subject chose.
        new_password: P,
        /// When.
        changed_at: Timestamp,
    },
    /// Hash the present password anew, with today's parameters and a salt of its own, and store that in the place of its verifier. The
    /// password has just been found right and its verifier outdated
    /// ([`MatchesOutdated`](crate::password::PasswordMatch::MatchesOutdated)).
    ///
    /// It is the same password. So the revision is **not** counted up, also not by a trigger on that column, and when it was set, its skips
    /// and what made its change due stay as they are: `UPDATE accounts SET verifier = … WHERE id = …`, and no more. No session ends.
    /// In the same commit there may be a session of the revision that was expected.
    ///
    /// **If you answer wrongly:** where the revision is counted up, the session that this commit opens is over at once, with all others, and
    /// so is the pending login. Where nothing is stored, the account keeps its old parameters, and every sign-in costs this hash again.
    /// Where something else is hashed, its owner is locked out.
    Rehash {
        /// The password, as it was typed and found right.
        password: P,
    },
    /// Keep this in the place of the account's sealed secret of a one-time password. It is the same secret, which has just proved its owner,
    /// under the [key that seals now](crate::sealing::SealingKeys::sealer); an earlier one had sealed it.
    ///
    /// So the revision is **not** counted up, also not by a trigger on that column, and nothing else of the account changes:
    /// `UPDATE accounts SET totp_sealed = … WHERE id = …`, and no more. No session ends. In the same commit there is the step that is used,
    /// and there may be a session of the revision that was expected.
    ///
    /// **If you answer wrongly:** where the revision is counted up, the session that this commit opens is over at once, with all others.
    /// Where nothing is stored, the earlier key is needed for ever, and each use costs this write again. Where something else is stored, the
    /// factor is unavailable to its owner until an administrator enrols it anew.
    Reseal {
        /// The secret, as it is to be kept.
        secret: SealedSecret,
    },
    /// Use a step of a time-based one-time password; refused unless it is later than every step used before.
    UseTotpStep {
        /// The number of the time step (RFC 6238 §4.2).
        step: u64,
    },
    /// Clear the count of a slot that was proved, or whose secret was replaced.
    ClearGuesses(ClearGuesses),
    /// Keep a new session; refused when there is a session of that id, also one that has ended: it is never written over. In SQL a plain
    /// `INSERT`, or one `ON CONFLICT (id) DO NOTHING` that must insert one row; a host that lets the database fail answers nothing
    /// ([`Ask::unavailable`](super::Ask::unavailable)), which is as good.
    ///
    /// Ids are drawn, so two are one only where a host hands in the same entropy twice. Written over, one session would be taken for
    /// the other, or one that was ended would live again.
    OpenSession(SessionRecord),
    /// Count one rotation of a session's token, and bind the session to its device anew; refused when the session has ended, or the stored
    /// generation is another one.
    RotateSession {
        /// Which session.
        session: SessionId,
        /// The generation of the token that was presented.
        expected_generation: u32,
        /// The same device, under the key that signs now.
        device: DeviceBinding,
        /// The record's new [`unseen_since`](SessionRecord::unseen_since).
        unseen_since: Option<Timestamp>,
    },
    /// Note that the subject of a session has just proved who they are and changed what it was judged on, and that none of its tokens is
    /// [unseen](SessionRecord::unseen_since) any more: one of before the change brings none of those that are made since. Refused when the
    /// session has ended.
    RenewSession {
        /// Which session.
        session: SessionId,
        /// Its new `auth_time`.
        auth_time: Timestamp,
        /// Its new revision: the account's after this commit.
        revision: Revision,
    },
    /// End sessions: those of the commit's account and no other's, in every application of the tenant. That there is none to end is no
    /// refusal.
    EndSessions(EndSessions),
    /// Keep a code that is about to be sent, in the place of an earlier one under the same key, and count it: put the stored
    /// record of the budget's slot through [`SendBudget::spend`], store what comes out, or answer with what it refuses.
    StoreCode {
        /// Under what.
        key: CodeKey,
        /// What.
        code: StoredCode,
        /// What it takes of the recipient's budget.
        budget: SendBudget,
    },
    /// Use up a code that was found right: keep this among the claims; refused when it is there already. Beside it the commit may have a
    /// [`claim`](Commit::claim) of its own, that of the state token with which the code was presented: a code of a login is good in the next
    /// one of the same device, and in one of them only.
    ///
    /// In SQL: `INSERT INTO claims (id, keep_until) VALUES (:id, :keep_until) ON CONFLICT (id) DO NOTHING`, which must insert one row. The row
    /// of the code itself stays, until the next code takes its place or it is over.
    ///
    /// **If you answer wrongly:** where nothing is kept, or `Done` is answered though it was there, the code counts twice.
    UseCode(Claim),
    /// Count a code of somebody who has proved nothing in the sum of the commit's application: put the stored record of the commit's
    /// [`audience`](Commit::audience) through [`SendSum::spend`], store what comes out, or answer with what it refuses.
    CountSend(SendSum),
}

impl<P> Write<P> {
    async fn hashed<'a, Q, E, F>(&'a self, hash: impl FnOnce(&'a P) -> F) -> Result<Write<Q>, E>
    where
        F: Future<Output = Result<Q, E>>,
    {
        Ok(match self {
            Self::StorePassword { new_password, changed_at } => {
                Write::StorePassword { new_password: hash(new_password).await?, changed_at: *changed_at }
            }
            Self::Rehash { password } => Write::Rehash { password: hash(password).await? },
            Self::Reseal { secret } => Write::Reseal { secret: secret.clone() },
            Self::UseCode(claim) => Write::UseCode(*claim),
            Self::CountSend(sum) => Write::CountSend(sum.clone()),
            Self::RecordSkip { budget } => Write::RecordSkip { budget: *budget },
            Self::UseTotpStep { step } => Write::UseTotpStep { step: *step },
            Self::ClearGuesses(cleared) => Write::ClearGuesses(cleared.clone()),
            Self::OpenSession(record) => Write::OpenSession(*record),
            Self::RotateSession { session, expected_generation, device, unseen_since } => {
                Write::RotateSession {
                    session: *session,
                    expected_generation: *expected_generation,
                    device: *device,
                    unseen_since: *unseen_since,
                }
            }
            Self::RenewSession { session, auth_time, revision } => {
                Write::RenewSession { session: *session, auth_time: *auth_time, revision: *revision }
            }
            Self::EndSessions(which) => Write::EndSessions(*which),
            Self::StoreCode { key, code, budget } => {
                Write::StoreCode { key: *key, code: code.clone(), budget: budget.clone() }
            }
        })
    }

    /// Whether what was judged before is over with it.
    fn changes_account(&self) -> bool {
        match self {
            Self::StorePassword { .. } => true,
            Self::RecordSkip { .. }
            | Self::UseTotpStep { .. }
            | Self::Rehash { .. }
            | Self::Reseal { .. }
            | Self::ClearGuesses(_)
            | Self::OpenSession(_)
            | Self::RotateSession { .. }
            | Self::RenewSession { .. }
            | Self::EndSessions(_)
            | Self::StoreCode { .. }
            | Self::UseCode(_)
            | Self::CountSend(_) => false,
        }
    }
}

/// What became of a [`Commit`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Committed {
    /// All of it is written, durably.
    Done,
    /// The claim was there already. Nothing is written.
    Replayed {
        /// The session that the earlier claim [opened](Claim::opens), as it is stored now: what [`FindClaim`](super::FindClaim) would be
        /// answered with, and as wrong where it is another one. `None` where it opened none, or that has been ended, and from a store that
        /// keeps no note of it: then nobody whose answer got lost is answered again.
        opened: Option<Box<SessionRecord>>,
    },
    /// The account is another revision, gone or not active. Nothing is written.
    Changed,
    /// A write was refused. Nothing is written.
    Refused(CommitRefusal),
}

/// Which write was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommitRefusal {
    /// The skips of this password are spent.
    SkipsSpent,
    /// The one-time password's step was used before.
    TotpStepUsed,
    /// The session's token is of another generation.
    SessionRotated {
        /// The session as it is stored now. Of two refreshes at once the second one is answered with it.
        now: Box<SessionRecord>,
    },
    /// The session has ended.
    SessionEnded,
    /// There is a session of the id that was to be opened.
    SessionExists,
    /// The code was used before.
    CodeUsed,
    /// No code may be sent now, to this recipient or at all.
    Code(SendRefusal),
}
