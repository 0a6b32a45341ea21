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
/// Roll everything back unless the answer is [`Committed::Done`]. Answer `Done` only when it is durable. If there is a write that you do not carry
/// out, answer [`Ask::unavailable`](super::Ask::unavailable). Lock in the order of this list: the claim, the account, the code that is used, and the
/// slots of [`Write::ClearGuesses`] as they come, which is by their bytes. For a code that is sent, lock its recipient's budget, then the budget of
/// the subject who asks, and then the sum. So no two commits wait for each other.
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
/// // The account was disabled a moment ago. Nothing is written, and nobody is signed
/// // in.
/// assert_eq!(world.finish(ask.answer(Committed::Changed)).status, 400);
/// assert!(world.host.sessions.is_empty());
/// ```
///
/// **If you answer wrongly:** if you answer `Done` without the claim, a state token, a ticket or the signature of a call counts twice. If you answer
/// `Done` for another revision or a status that is not active, an account that was disabled or got another password a moment ago gets a session. If
/// you answer `Done` and a write is missing, a skip is not counted, a session cannot be ended, or a one-time password can be used again. If something
/// is kept without `Done`, a claim is used up without effect, and its owner must start again. If you answer `Replayed` or `Changed` where it is not
/// true, nobody gets in.
///
/// `P` is the type that stands for a password in the commit. The question has the password in the clear, as a [`Secret`]. A
/// [`Store`](crate::parts::Store) is given a `Commit<Verifier>`, which has no password ([`hashed`](Self::hashed)).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Commit<P = Secret> {
    /// The claim, which must not have been made before.
    pub claim: Option<Claim>,
    /// The application and tenant.
    pub audience: Audience,
    /// The account; `None` for a code to somebody who has none. An account that is [made](Write::CreateAccount) is named here too, although it does
    /// not exist before.
    pub account: Option<AccountId>,
    /// The revision that the decision was made on; `None` where the state of the account does not matter.
    pub expected: Option<Revision>,
    /// The writes to carry out.
    pub writes: Vec<Write<P>>,
}

impl<P> Commit<P> {
    /// The revision that the account has when this is written. It is the expected one, or the next one if at least one write changes the
    /// account. It is `None` where none is expected, and then nothing changes the account.
    ///
    /// A store writes exactly this. A trigger that raises the revision must do so only if the statement has not set it.
    pub fn revision_after(&self) -> Option<Revision> {
        self.expected.map(|expected| revision_after(expected, &self.writes))
    }
}

impl<P> Commit<P> {
    /// The same, with each password replaced by what `hash` makes of it. There is one at most: a new password, or the present one to hash anew.
    ///
    /// # Errors
    /// The first error of `hash`.
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

/// One write. `P` is the type that stands for a password in it: see [`Commit`].
///
/// Match on all of them: a write that a store does not know must not compile.
///
/// ```
/// use authflow::{password::Verifier, step::Write};
///
/// /// What a store does for each, in the commit's own transaction. A write that changes no row is refused.
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
///         // All but the first have `AND ended_at IS NULL`.
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
    /// Count one skip of the present password. It is refused when `budget` skips have been counted already. It does not
    /// raise the revision.
    ///
    /// **If you answer wrongly:** if the skip is not counted, or the count is not compared in the same statement, an old password is never changed.
    RecordSkip {
        /// The greatest number of skips.
        budget: u32,
    },
    /// Hash and store a new password, clear its skips and what made its change due, and store the revision that the commit
    /// [leaves behind](Commit::revision_after). The tokens that follow carry it.
    ///
    /// **If you answer wrongly:** if the revision stays, anybody who knew the old password keeps every session. If what made the change due stays,
    /// the owner must change the password at every sign-in.
    StorePassword {
        /// The password that the subject chose.
        new_password: P,
        /// When it was changed.
        changed_at: Timestamp,
    },
    /// Hash the present password anew, with today's parameters and a new salt, and store the hash in place of its verifier. The password
    /// has just been found right and its verifier outdated ([`MatchesOutdated`](crate::password::PasswordMatch::MatchesOutdated)).
    ///
    /// It is the same password. So the revision is **not** raised, not even by a trigger on that column. The time when the password was set, its
    /// skips and what made its change due stay unchanged: `UPDATE accounts SET verifier = … WHERE id = …`, and no more. No session ends. The same
    /// commit may open a session of the revision that was expected.
    ///
    /// **If you answer wrongly:** if the revision is raised, the session that this commit opens is over at once, with all others, and so is the
    /// pending login. If nothing is stored, the account keeps its old parameters, and every sign-in costs this hash again. If something else is
    /// hashed, its owner is locked out.
    Rehash {
        /// The password that was found right, in its one spelling.
        password: P,
    },
    /// Keep this in place of the account's sealed secret of a one-time password. It is the same secret, which has just proved its owner. It was
    /// sealed under an earlier key, and is sealed under the [key that seals now](crate::sealing::SealingKeys::sealer).
    ///
    /// So the revision is **not** raised, not even by a trigger on that column, and nothing else of the account changes:
    /// `UPDATE accounts SET totp_sealed = … WHERE id = …`, and no more. No session ends. The same commit uses the step of the one-time
    /// password, and may open a session of the revision that was expected.
    ///
    /// **If you answer wrongly:** if the revision is raised, the session that this commit opens is over at once, with all others. If nothing is
    /// stored, the earlier key is needed for ever, and each use costs this write again. If something else is stored, the factor is unavailable to its
    /// owner until an administrator enrols it anew.
    Reseal {
        /// The secret to keep.
        secret: SealedSecret,
    },
    /// Use a step of a time-based one-time password. It is refused unless it is later than every step used before.
    ///
    /// **If you answer wrongly:** if the step is not compared, anybody who reads a one-time password over a shoulder can use it too (RFC 6238 §5.2).
    UseTotpStep {
        /// The number of the time step (RFC 6238 §4.2).
        step: u64,
    },
    /// Clear the count of a slot that was proved, or whose secret was replaced.
    ClearGuesses(ClearGuesses),
    /// Keep a new session. It is refused when there is a session with that id, even one that has ended, because a session is never
    /// overwritten. In SQL it is a plain `INSERT`, or one with `ON CONFLICT (id) DO NOTHING` that must insert one row. A host that lets the
    /// database fail gives no answer ([`Ask::unavailable`](super::Ask::unavailable)), which is as good.
    ///
    /// Ids are drawn, so two are equal only if a host hands in the same entropy twice. If a session were overwritten, it would be taken for
    /// the other, or a session that was ended would live again.
    OpenSession(SessionRecord),
    /// Count one rotation of a session's token, and bind the session to its device anew. It is refused when the session has ended, or the
    /// stored generation is another one.
    ///
    /// **If you answer wrongly:** if the generation is not compared, a stolen token and its owner's are rotated side by side, and nobody learns of
    /// the copy.
    RotateSession {
        /// The session.
        session: SessionId,
        /// The generation of the token that was presented.
        expected_generation: u32,
        /// The same device, under the key that signs now.
        device: DeviceBinding,
        /// The record's new [`unseen_since`](SessionRecord::unseen_since).
        unseen_since: Option<Timestamp>,
    },
    /// Note that the subject of a session has changed the account on which the session was based, and which proof the session has from now on. Note
    /// also that none of its tokens is [unseen](SessionRecord::unseen_since), so that a token from before the change is not answered with tokens that
    /// are made since. It is refused when the session has ended.
    ///
    /// **If you answer wrongly:** if the revision is not stored, the session in hand is over with its subject's own change. If the time is not
    /// stored, the subject must sign in again for the next change. If the time is stored and the factors stay, a factor that was proved hours ago
    /// counts as proved just now. Then anybody who has the password can move the second factor.
    RenewSession {
        /// The session.
        session: SessionId,
        /// Its new `auth_time`: when the subject proved it.
        auth_time: Timestamp,
        /// Its new `factors`: what the subject proved then.
        factors: FactorSet,
        /// Its new revision: the account's after this commit.
        revision: Revision,
    },
    /// End sessions of the commit's account, and of no other, in every application of the tenant. It is not refused when there is none to
    /// end.
    ///
    /// **If you answer wrongly:** a session that is left stays with a thief after its owner has signed out or changed the password.
    EndSessions(EndSessions),
    /// Keep a code that is about to be sent, in place of an earlier one under the same key, and count it. Put the stored record of the
    /// budget's slot through [`SendBudget::spend`], and store what comes out or answer with its refusal.
    ///
    /// **If you answer wrongly:** if the earlier code stays valid as well, a guess can hit either of two codes. If the budget is not spent, anybody
    /// can have codes sent without limit.
    StoreCode {
        /// The key that it is kept under.
        key: CodeKey,
        /// The code.
        code: StoredCode,
        /// The code's share of the recipient's budget.
        budget: SendBudget,
    },
    /// Use up a code that was found right: keep this among the claims. It is refused when the claim is there already. The commit may also have its
    /// own [`claim`](Commit::claim), that of the state token with which the code was presented. A code of a login is good in the next login of the
    /// same device too, but only in one of them.
    ///
    /// In SQL: `INSERT INTO claims (id, keep_until) VALUES (:id, :keep_until) ON CONFLICT (id) DO NOTHING`, which must insert one row. The row of the
    /// code itself stays until the next code takes its place or it expires.
    ///
    /// **If you answer wrongly:** if nothing is kept, or `Done` is answered although the claim was there, the code counts twice.
    UseCode(Claim),
    /// Count a code of somebody who has proved nothing in the sum of the commit's application. Put the stored record of the commit's
    /// [`audience`](Commit::audience) through [`SendSum::spend`], and store what comes out or answer with its refusal.
    ///
    /// **If you answer wrongly:** see [`SendSum`].
    CountSend(SendSum),
    /// Make an account in the commit's tenant, with everything that this value says. Its id is the commit's [`account`](Commit::account),
    /// and no revision is [expected](Commit::expected). A session that the same commit opens is of the revision that the account is stored
    /// with.
    ///
    /// It is refused with [`AccountExists`](CommitRefusal::AccountExists) where the tenant has an account with that id, which is left unchanged. It
    /// is refused with [`ContactTaken`](CommitRefusal::ContactTaken) where its mobile number or e-mail address belongs to another account, or another
    /// account's user name is one of those that [would lead to it](NewAccount::contact_names). It is refused with
    /// [`UserNameTaken`](CommitRefusal::UserNameTaken) where its user name belongs to another account. Names are compared in their one spelling. In
    /// SQL it is a plain `INSERT` under unique keys of the spellings, so that only one of two simultaneous commits for one contact makes an account.
    /// A conflict with another unique key of yours, which is not about a name, is not a refusal. It shows a column that you must fill differently.
    ///
    /// **If you answer wrongly:** if an account is made for a contact that another account has, the contact leads to two accounts, and neither can
    /// sign in by it. If an existing account is overwritten, somebody else gets it. If another revision is stored, the session of the same commit is
    /// over at once. If an earlier account with that id had that revision, its sessions and codes belong to the new account.
    CreateAccount(Box<NewAccount<P>>),
    /// Count a code that a signed-in subject has sent to a contact that is not theirs yet. Put the stored record of this budget's slot through
    /// [`SendBudget::spend`], and store what comes out or answer with its refusal. It goes with a [`StoreCode`](Self::StoreCode), whose own budget is
    /// that of the recipient.
    ///
    /// **If you answer wrongly:** if it is not counted, one session can have codes sent to as many numbers as it likes, at your cost.
    SpendBudget(SendBudget),
    /// Keep this in place of the account's number or address, whichever it is, or as the first one. Store also the revision that the commit
    /// [leaves behind](Commit::revision_after). The contact is in its [one spelling](Recipient::normalised), and its owner has just proved that they
    /// have it.
    ///
    /// It is refused ([`CommitRefusal::ContactTaken`]) where another account of the tenant has it as its number or address, or has one of the user
    /// names that would lead to it. If two accounts ask for it at once, one gets it. Nothing else of the account changes, not even the time when a
    /// factor was changed, because the session that is [renewed](Self::RenewSession) beside it is from before.
    ///
    /// In SQL, where the keys of names have unique indexes of tenant and key: `UPDATE accounts SET mobile = :contact, mobile_key = :contact,
    /// revision = :after WHERE tenant … AND id = :account AND NOT EXISTS (SELECT 1 FROM accounts WHERE tenant … AND user_name_key IN (:names) AND id
    /// <> :account)`. A conflict with a unique key of the contact, or no row, is the refusal. Without such indexes, let one such write come after the
    /// other.
    ///
    /// **If you answer wrongly:** if a taken contact is stored, a name leads to two accounts, and neither gets in by it. If a free contact is
    /// refused, its owner cannot have it. If the revision stays, logins and codes from before the change still count.
    ReplaceContact {
        /// The new contact.
        contact: Recipient,
        /// The user names that would lead to it.
        names: ContactNames,
    },
    /// Link an identity to the account. It is refused when the identity is linked to another account of the tenant. It is not refused when the
    /// identity is linked to this account already: the proofs of both links are kept together, and the time of the first link stays. A link to an
    /// account that no longer exists does not count, so overwrite it. This write does not raise the revision, because it changes nothing on which a
    /// decision about the account was based.
    ///
    /// In SQL: `INSERT INTO identities (tenant, provider, uid, account, linked_at, linked_by) VALUES (…) ON CONFLICT (tenant, provider, uid) DO NOTHING`, and
    /// where no row was inserted, `SELECT account, linked_by FROM identities WHERE tenant … AND provider = … AND uid = … FOR UPDATE`, whose account must be this one, and
    /// `UPDATE identities SET linked_by = …`, to the [union](LinkedBy::union).
    ///
    /// **If you answer wrongly:** if a link is overwritten, the person who linked the identity loses it to somebody else, who signs in by it from
    /// then on. If nothing is written and `Done` is answered, its owner must prove their account again at every login. If stronger proofs are kept, a
    /// weak link counts in an application that demands more.
    LinkIdentity {
        /// The identity.
        identity: SocialIdentity,
        /// When it was linked.
        linked_at: Timestamp,
        /// The proofs that the link is made by.
        linked_by: LinkedBy,
    },
    /// Remove links of the account to identities, and store the revision that the commit [leaves behind](Commit::revision_after). It is not refused
    /// when there is none to remove. It goes with a password that is set because somebody else may have had the account, so that a link that they
    /// made does not outlive the change.
    ///
    /// In SQL: `DELETE FROM identities WHERE tenant … AND account = :account`, and for one provider `AND provider = …`.
    ///
    /// **If you answer wrongly:** a link that stays signs in the person who made it, whatever password the owner has set.
    EndLinks(EndLinks),
    /// Remove the link of an identity to the account, and store the revision that the commit [leaves behind](Commit::revision_after). It is refused
    /// as [`NotLinked`](CommitRefusal::NotLinked) when the identity is not linked to this account. It is refused as
    /// [`LastWayIn`](CommitRefusal::LastWayIn) when `is_last` says that the account has no other way in, and no other identity is linked to it.
    ///
    /// **If you answer wrongly:** if the link stays, the owner of the identity still signs in. If the last link is removed, the owner of the account
    /// never signs in again.
    UnlinkIdentity {
        /// The identity.
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

    /// Whether the write changes something on which decisions about the account are based.
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

/// The host's answer to a [`Commit`].
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
///     Committed::Changed,                   // the account has another revision
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
        /// The session that the earlier claim [opened](Claim::opens), as it is stored now. The answer to [`FindClaim`](super::FindClaim)
        /// would be the same, and a wrong one does the same harm. It is `None` where the claim opened no session, where that session has
        /// been ended, and in a store that does not keep it. Then a lost answer is not given again.
        opened: Option<Box<SessionRecord>>,
    },
    /// The account has another revision, is gone or is not active. Nothing is written.
    Changed,
    /// A write was refused. Nothing is written.
    Refused(CommitRefusal),
}

/// The reason why a write was refused.
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
        /// The session as it is stored now. The second of two simultaneous refreshes is answered with it.
        now: Box<SessionRecord>,
    },
    /// The session has ended.
    SessionEnded,
    /// There is already a session with the id of the new one.
    SessionExists,
    /// The code was used before.
    CodeUsed,
    /// No code may be sent now, to this recipient or at all.
    Code(SendRefusal),
    /// There is already an account with the id of the new one.
    AccountExists,
    /// The mobile number or e-mail address belongs to another account.
    ContactTaken,
    /// The user name belongs to another account.
    UserNameTaken,
    /// The identity is linked to another account.
    IdentityTaken,
    /// The identity is not linked to this account.
    NotLinked,
    /// The account would have no way left to sign in.
    LastWayIn,
}
