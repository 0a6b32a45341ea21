//! The one write of a request.

use super::Claim;
use crate::{
    AccountId, Audience, Secret, SessionId, Timestamp,
    account::{ContactNames, NewAccount, Revision},
    code::{CodeKey, SendBudget, SendRefusal, SendSum, StoredCode},
    contact::Recipient,
    device::DeviceBinding,
    factor::FactorSet,
    guess::ClearGuesses,
    sealing::SealedSecret,
    session::{EndSessions, SessionRecord},
    social::{EndLinks, LinkedBy, SocialIdentity},
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
/// recipient's budget, that of whoever asks, and then the sum. Then no two commits wait for each other.
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
/// ```
/// use authflow::{
///     step::{Commit, Committed, Write},
///     testkit::{Call, World},
/// };
///
/// let mut world = World::new();
/// let warned = world.login("erin");
/// let step = world.begin(&Call::skip(warned.state_token()));
/// let ask = world.until::<Commit>(step);
///
/// // One transaction: the token is spent, the skip counted, the session opened.
/// assert!(ask.claim.is_some());
/// assert_eq!(ask.expected, Some(world.account("erin").revision));
/// assert!(matches!(ask.writes[..], [Write::RecordSkip { budget: 3 }, Write::OpenSession(_)]));
///
/// // Somebody has disabled the account a moment ago: nothing is written, and nobody is signed
/// // in.
/// assert_eq!(world.finish(ask.answer(Committed::Changed)).status, 400);
/// assert!(world.host.sessions.is_empty());
/// ```
///
/// **If you answer wrongly:** `Done` without the claim: a state token, a ticket or the signature of a call counts twice. `Done` for another revision or
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
    /// Whose account; `None` for a code to someone who has none. One that is [made](Write::CreateAccount) is named here, though it is not there before.
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
///
/// Match on all of them: a write that a store does not know must not compile.
///
/// ```
/// use authflow::{password::Verifier, step::Write};
///
/// /// What a store does for each, in the commit's own transaction. No row changed: refused.
/// fn statement(write: &Write<Verifier>) -> &'static str {
///     match write {
///         // Each has `WHERE tenant … AND id = :account`.
///         Write::RecordSkip { .. } => {
///             "UPDATE accounts SET skips_used = … AND skips_used < :budget"
///         }
///         Write::StorePassword { .. } => "UPDATE accounts SET verifier = …, revision = :after",
///         Write::Rehash { .. } => "UPDATE accounts SET verifier = …",
///         Write::Reseal { .. } => "UPDATE accounts SET totp_sealed = …",
///         Write::UseTotpStep { .. } => {
///             "UPDATE accounts SET totp_step = … AND totp_step < :step"
///         }
///         Write::ReplaceContact { .. } => "UPDATE accounts SET mobile = …, revision = :after",
///         Write::CreateAccount(_) => "INSERT INTO accounts …",
///         Write::ClearGuesses(_) => "UPDATE attempts SET record = …",
///         // Each has `AND ended_at IS NULL`, but the first.
///         Write::OpenSession(_) => "INSERT INTO sessions …",
///         Write::RotateSession { .. } => "UPDATE sessions SET … AND generation = :expected",
///         Write::RenewSession { .. } => "UPDATE sessions SET auth_time, factors, revision = …",
///         Write::EndSessions(_) => "UPDATE sessions SET ended_at = …",
///         Write::StoreCode { .. } => "INSERT INTO codes … ON CONFLICT …; UPDATE sends …",
///         Write::UseCode(_) => "INSERT INTO claims … ON CONFLICT DO NOTHING",
///         Write::CountSend(_) => "UPDATE send_sums SET record = …",
///         Write::SpendBudget(_) => "UPDATE sends SET record = …",
///         Write::LinkIdentity { .. } => "INSERT INTO identities … ON CONFLICT … linked_by = …",
///         Write::UnlinkIdentity { .. } => "DELETE FROM identities …; UPDATE accounts …",
///         Write::EndLinks(_) => "DELETE FROM identities …",
///     }
/// }
/// ```
#[derive(Clone, Debug)]
pub enum Write<P = Secret> {
    /// Count one skip of the present password; refused when `budget` skips have been counted already. Does not bump the
    /// revision.
    ///
    /// **If you answer wrongly:** where it is not counted, or not compared in the same statement, an old password is never changed.
    RecordSkip {
        /// How many there may be.
        budget: u32,
    },
    /// Hash and store a new password, clear its skips and what made its change due, and store the revision that the commit
    /// [leaves behind](Commit::revision_after): the tokens that follow carry it.
    ///
    /// **If you answer wrongly:** where the revision stays, whoever knew the old password keeps every session. Where what made the change due stays, its
    /// owner changes it with every sign-in.
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
    ///
    /// **If you answer wrongly:** where it is not compared, whoever reads a one-time password over a shoulder uses it too (RFC 6238 §5.2).
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
    ///
    /// **If you answer wrongly:** where the generation is not compared, a token that was stolen and its owner's are rotated side by side, and nobody learns
    /// of the copy.
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
    /// Note that the subject of a session has changed what it was judged on, and on what proof it is from now on, and that none of its tokens is
    /// [unseen](SessionRecord::unseen_since) any more: one of before the change brings none of those that are made since. Refused when the
    /// session has ended.
    ///
    /// **If you answer wrongly:** where the revision is not stored, the session in hand is over with its subject's own change. Where the time is not,
    /// they must sign in again for the next one.
    /// Where the time is stored and the factors stay, a factor that was proved hours ago counts as proved just now: whoever has the password moves
    /// the second factor.
    RenewSession {
        /// Which session.
        session: SessionId,
        /// Its new `auth_time`: when they proved it.
        auth_time: Timestamp,
        /// Its new `factors`: what they proved then.
        factors: FactorSet,
        /// Its new revision: the account's after this commit.
        revision: Revision,
    },
    /// End sessions: those of the commit's account and no other's, in every application of the tenant. That there is none to end is no
    /// refusal.
    ///
    /// **If you answer wrongly:** a session that is left is a thief's, after its owner has signed out or changed the password.
    EndSessions(EndSessions),
    /// Keep a code that is about to be sent, in the place of an earlier one under the same key, and count it: put the stored
    /// record of the budget's slot through [`SendBudget::spend`], store what comes out, or answer with what it refuses.
    ///
    /// **If you answer wrongly:** where the earlier code stays beside it, a guess has two to hit. Where the budget is not spent, whoever asks has codes sent
    /// as often as they like.
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
    ///
    /// **If you answer wrongly:** [`SendSum`] says it.
    CountSend(SendSum),
    /// Make an account of the commit's tenant, with all that it says: its id is the commit's [`account`](Commit::account), no revision is
    /// [expected](Commit::expected), and a session that the same commit opens is of the revision that it is stored with.
    ///
    /// Refused with [`AccountExists`](CommitRefusal::AccountExists) where the tenant has an account of that id, which is left as it is; with
    /// [`ContactTaken`](CommitRefusal::ContactTaken) where its mobile number or e-mail address is another account's, or another account's user name is one of
    /// those that [would lead to it](NewAccount::contact_names); with [`UserNameTaken`](CommitRefusal::UserNameTaken) where its user name is. Names are
    /// compared in their one spelling. In SQL a plain `INSERT` under unique keys of the spellings: of two commits for one contact at once, one makes an
    /// account. A unique key of yours that is of no name is no refusal: that is a column which you must fill otherwise.
    ///
    /// **If you answer wrongly:** where an account is made for a contact that another one has, whoever has that contact finds two accounts, and neither
    /// can sign in by it. Where one that is there is written over, somebody else has it. Where another revision is stored, the session of the same
    /// commit is over at once; where it is one that an earlier account of the id had, sessions and codes of that one are the new one's.
    CreateAccount(Box<NewAccount<P>>),
    /// Count a code that somebody signed in has sent to what is not theirs yet: put the stored record of this budget's slot through
    /// [`SendBudget::spend`], store what comes out, or answer with what it refuses. It goes with a [`StoreCode`](Self::StoreCode), whose own budget is
    /// that of the recipient.
    ///
    /// **If you answer wrongly:** where it is not counted, one session has codes sent to as many numbers as it likes, at your cost.
    SpendBudget(SendBudget),
    /// Keep this in the place of the account's number or address, whichever it is, or as the first one; and store the revision that the commit
    /// [leaves behind](Commit::revision_after). It is in its [one spelling](Recipient::normalised), and its owner has just proved to have it.
    ///
    /// Refused ([`CommitRefusal::ContactTaken`]) where another account of the tenant is known by it: as its number or address, or by a user name that is
    /// one of those that would lead to it. Of two accounts at once, one has it. Nothing else of the account changes, also not when a factor was changed: the
    /// session that is [renewed](Self::RenewSession) beside it is from before.
    ///
    /// In SQL, where the keys of names have unique indexes of tenant and key: `UPDATE accounts SET mobile = :contact, mobile_key = :contact,
    /// revision = :after WHERE tenant … AND id = :account AND NOT EXISTS (SELECT 1 FROM accounts WHERE tenant … AND user_name_key IN (:names) AND id
    /// <> :account)`; a unique key of the contact in the way, or no row, is the refusal. Where there are no such indexes, let one such write come after the other.
    ///
    /// **If you answer wrongly:** where a taken contact is stored, a name leads to two accounts, and neither gets in by it. Where it is refused though
    /// it is free, its owner cannot have it. Where the revision stays, logins and codes of before the change still count.
    ReplaceContact {
        /// The new one.
        contact: Recipient,
        /// The user names that would lead to it.
        names: ContactNames,
    },
    /// Link an identity to the account; refused when it is linked to another account of the tenant. That it is linked to this one already is no
    /// refusal: what the two were made by is kept together, and since when it is linked stays. A link to an account that is not there any more is none: write over it. It does not
    /// bump the revision: what was judged of the account is as it was.
    ///
    /// In SQL: `INSERT INTO identities (tenant, provider, uid, account, linked_at, linked_by) VALUES (…) ON CONFLICT (tenant, provider, uid) DO NOTHING`, and
    /// where no row was inserted, `SELECT account, linked_by FROM identities WHERE tenant … AND provider = … AND uid = … FOR UPDATE`, whose account must be this one, and
    /// `UPDATE identities SET linked_by = …`, to the [union](LinkedBy::union).
    ///
    /// **If you answer wrongly:** where a link is written over, whoever has linked an identity of theirs loses it to somebody else, who signs in by it
    /// from then on. Where nothing is written and `Done` is answered, its owner proves their account anew with every login. Where something else is kept, a
    /// link that was made where little is demanded counts where more is.
    LinkIdentity {
        /// Which.
        identity: SocialIdentity,
        /// When.
        linked_at: Timestamp,
        /// What they are linked by.
        linked_by: LinkedBy,
    },
    /// Take links of the account to identities away, and store the revision that the commit [leaves behind](Commit::revision_after). That there is none to
    /// take away is no refusal. It goes with a password that is set because somebody else may have had the account, so that a link which they have made does not
    /// outlive that.
    ///
    /// In SQL: `DELETE FROM identities WHERE tenant … AND account = :account`, and of one provider `AND provider = …`.
    ///
    /// **If you answer wrongly:** a link that stays signs in whoever has made it, whatever password its owner has set.
    EndLinks(EndLinks),
    /// Take the link of an identity to the account away, and store the revision that the commit [leaves behind](Commit::revision_after). Refused as
    /// [`NotLinked`](CommitRefusal::NotLinked) when it is not linked to this account; and, where `is_last` says that the account has no other way in,
    /// as [`LastWayIn`](CommitRefusal::LastWayIn) when no other identity is left that is.
    ///
    /// **If you answer wrongly:** where the link stays, whoever has the identity still signs in. Where the last one goes, its owner never signs in
    /// again.
    UnlinkIdentity {
        /// Which.
        identity: SocialIdentity,
        /// Whether identities are all that the account has to sign in with.
        is_last: bool,
    },
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
            Self::CreateAccount(new) => Write::CreateAccount(Box::new(new.hashed(hash).await?)),
            Self::Reseal { secret } => Write::Reseal { secret: secret.clone() },
            Self::LinkIdentity { identity, linked_at, linked_by } => Write::LinkIdentity {
                identity: identity.clone(),
                linked_at: *linked_at,
                linked_by: *linked_by,
            },
            Self::EndLinks(which) => Write::EndLinks(*which),
            Self::UnlinkIdentity { identity, is_last } => {
                Write::UnlinkIdentity { identity: identity.clone(), is_last: *is_last }
            }
            Self::UseCode(claim) => Write::UseCode(*claim),
            Self::CountSend(sum) => Write::CountSend(sum.clone()),
            Self::SpendBudget(budget) => Write::SpendBudget(budget.clone()),
            Self::ReplaceContact { contact, names } => {
                Write::ReplaceContact { contact: contact.clone(), names: names.clone() }
            }
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
            Self::RenewSession { session, auth_time, factors, revision } => Write::RenewSession {
                session: *session,
                auth_time: *auth_time,
                factors: *factors,
                revision: *revision,
            },
            Self::EndSessions(which) => Write::EndSessions(*which),
            Self::StoreCode { key, code, budget } => {
                Write::StoreCode { key: *key, code: code.clone(), budget: budget.clone() }
            }
        })
    }

    /// Whether what was judged before is over with it.
    fn changes_account(&self) -> bool {
        match self {
            Self::StorePassword { .. }
            | Self::ReplaceContact { .. }
            | Self::UnlinkIdentity { .. }
            | Self::EndLinks(_) => true,
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
            | Self::CountSend(_)
            | Self::SpendBudget(_)
            | Self::CreateAccount(_)
            | Self::LinkIdentity { .. } => false,
        }
    }
}

/// What became of a [`Commit`].
///
/// ```
/// use authflow::{
///     step::{Commit, CommitRefusal, Committed},
///     testkit::{Call, World, invalid_state_token},
/// };
///
/// let mut world = World::new();
/// for refused in [
///     Committed::Replayed { opened: None }, // the state token was used
///     Committed::Changed,                   // the account is another revision
///     Committed::Refused(CommitRefusal::SkipsSpent), // the third skip was counted meanwhile
/// ] {
///     let warned = world.login("erin");
///     let step = world.begin(&Call::skip(warned.state_token()));
///     let ask = world.until::<Commit>(step);
///     // The client is told one thing for all of them; an event says which.
///     assert_eq!(world.finish(ask.answer(refused)).parts(), invalid_state_token());
/// }
/// ```
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
///
/// ```
/// use authflow::{
///     outcome::{Event, ProofRefusal},
///     step::{Commit, CommitRefusal, Committed, Write},
///     testkit::{Call, World},
/// };
///
/// let mut world = World::new();
/// let pending = world.login("tom");
/// let code = world.totp("tom", 0);
/// let step = world.begin(&Call::prove_totp(pending.state_token(), &code));
/// let ask = world.until::<Commit>(step);
/// assert!(ask.writes.iter().any(|write| matches!(write, Write::UseTotpStep { .. })));
/// // UPDATE accounts SET totp_step = … AND totp_step < :step: no row. Roll back.
/// let refused = Committed::Refused(CommitRefusal::TotpStepUsed);
/// assert_eq!(world.finish(ask.answer(refused)).status, 400);
/// let used = |event: &Event| {
///     matches!(event, Event::ProofRefused { reason: ProofRefusal::Replayed, .. })
/// };
/// assert!(world.outcome.unwrap().events.iter().any(used));
/// ```
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
    /// There is an account of the id that was to be made.
    AccountExists,
    /// The mobile number or e-mail address is another account's.
    ContactTaken,
    /// The user name is another account's.
    UserNameTaken,
    /// The identity is linked to another account.
    IdentityTaken,
    /// The identity is not linked to this account.
    NotLinked,
    /// The account would have no way left to sign in.
    LastWayIn,
}
