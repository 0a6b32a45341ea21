//! An exam for hosts: whether one does what every proof of this library rests on.

mod account;
mod administration;
mod codes;
mod column;
mod commits;
mod contacts;
mod guesses;
mod identities;
mod pictures;
mod registration;
mod rehash;
mod reseal;
mod retries;
mod sealed;
mod sessions;
mod store;
mod together;
mod uses;

pub use store::StoreExam;

use crate::{
    AccountId, Audience, ClientId, Host, Moment, SessionId, Timestamp, TokenId,
    account::{Account, AccountKey, FindAccount},
    step::{Claim, Commit, CommitRefusal, Committed, Question, Write},
};
use alloc::{format, string::String, vec::Vec};
pub(super) use column::Column;
use sha2::{Digest as _, Sha256};
use together::together;

/// How many come at once.
const AT_ONCE: usize = 8;

/// An exam for a host of one's own, on two accounts that it keeps for that.
///
/// What a commit promises – claims that count once, revisions compared, all or nothing – and that guesses, skips, steps, rotations
/// and codes are counted one by one, however many come at once: every promise of this library rests on it, and no type can enforce
/// it. The exam asks the questions that the library would ask, several at once where a race is the point, and judges the answers.
///
/// One account must be active, and have a password where [`passwords`](Self::passwords) are examined. It is left with a password that
/// stands in this library's source, a number and an address that are nobody's, no sessions, and, where it has an authenticator, the latest steps used up. The other one must be locked
/// or disabled, and is left as it is. Both are given as they *should* be read – made by the test, not by the host that is examined – and
/// every field of every answer is compared with that. Columns are seen where they say something: between them the accounts best have
/// all that the host's accounts can have, an authenticator, a reason to change the password and a profile included.
///
/// A store alone is examined by [`StoreExam`], which brings the accounts along.
///
/// # What it does not see
/// - What happens on several threads. The questions of a race are asked from one task, each as soon as the others wait: a host whose
///   answers block the thread is asked one after the other.
/// - Whether `Done` is durable, and how long claims are kept.
/// - How accounts are found by what was typed in another spelling, how long answers take, and what is sent or signed.
/// - Whether one of two accounts that want one number at once has it: only one account is active.
/// - What signatures of calls open to: that is [an exam of its own](Self::take_sealed), because it takes something that is sealed.
/// - What an administrator does, and what becomes of accounts that are deleted and made anew: that is
///   [an exam of its own](Self::take_administered).
///
/// A conflict that the database reports to the host – that a transaction could not be serialised, say – is the host's to try again:
/// here it counts as no answer.
///
/// ```
/// use authflow::{ClientId, testkit::{Clock, HostExam, MemoryHost, demo}};
/// use std::sync::Mutex;
///
/// # fn block_on<F: core::future::Future>(future: F) -> F::Output {
/// #     let mut context = core::task::Context::from_waker(core::task::Waker::noop());
/// #     match core::pin::pin!(future).poll(&mut context) { core::task::Poll::Ready(it) => it, _ => panic!() }
/// # }
/// let mut demo = MemoryHost::demo(); // yours, on a database for tests
/// let (erin, dora) = (demo.account("erin").clone(), demo.account("dora").clone());
/// let host = Mutex::new(demo);
/// let exam = HostExam::on(demo::audience(), erin, dora, ClientId::new(demo::ORDINARY).unwrap());
/// let moment = Clock::at(demo::START).moment(); // on a database: Moment::now()
/// block_on(exam.take(&host, moment)).unwrap(); // in your runtime: .await
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HostExam {
    /// The application and tenant that the accounts are of.
    pub audience: Audience,
    /// The account, as it should be read.
    pub expected: Account,
    /// Whether to store a password and count skips.
    pub passwords: bool,
    /// Whether to open, check, rotate and end sessions.
    pub sessions: bool,
    /// Whether to find sessions by their id alone, for a policy whose session tokens are
    /// [references](crate::policy::SessionTokenForm::Reference). Only where [`sessions`](Self::sessions) are examined.
    pub references: bool,
    /// Whether to say which session a claim has opened, for a policy with a [`retry_grace`](crate::policy::Policy::retry_grace).
    pub retries: bool,
    /// Whether to store and load codes; and, where the host shows pictures of a captcha, to try one.
    pub codes: bool,
    /// Whether to replace the account's number and address. A host whose accounts cannot have both says no.
    pub contacts: bool,
    /// Whether to make accounts, for a policy that [registers people](crate::policy::Policy::registration). They are left behind, with ids that are UUIDs, a user
    /// name, and a number or an address each.
    pub registration: bool,
    /// Whether to link identities, for a policy with [`Factor::Federated`](crate::factor::Factor::Federated) among its first factors. The other
    /// account is left with one or two that are nobody's.
    pub identities: bool,
    /// Another account of the tenant, as it should be read: locked or disabled, so that it shows whether the status is read. Its sessions
    /// must be left alone.
    pub other_account: Account,
    /// Another application of the tenant, where the account's sessions end as well. A host that can have no second one says so after
    /// [`on`](Self::on), with `exam.other_application = None`: then whether they do is not examined.
    pub other_application: Option<ClientId>,
}

/// What a host does not do.
///
/// ```
/// use authflow::{
///     ClientId,
///     account::Account,
///     password::{MustChange, Password},
///     testkit::{Clock, HostExam, MemoryHost, NeglectedDuty, demo},
/// };
/// use std::sync::Mutex;
///
/// # fn block_on<F: core::future::Future>(future: F) -> F::Output {
/// #     let mut context = core::task::Context::from_waker(core::task::Waker::noop());
/// #     match core::pin::pin!(future).poll(&mut context) { core::task::Poll::Ready(it) => it, _ => panic!() }
/// # }
/// let mut demo = MemoryHost::demo();
/// let (erin, dora) = (demo.account("erin").clone(), demo.account("dora").clone());
/// // The host has a column that it forgets to read.
/// let must_change = Some(MustChange::FirstLogin);
/// let password = Password { must_change, ..erin.password.clone().unwrap() };
/// let erin = Account { password: Some(password), ..erin };
/// let exam = HostExam::on(demo::audience(), erin, dora, ClientId::new(demo::ORDINARY).unwrap());
/// let moment = Clock::at(demo::START).moment();
/// let neglected = block_on(exam.take(&Mutex::new(demo), moment)).unwrap_err(); // yours: .await
/// assert!(matches!(neglected, NeglectedDuty::ReadAccount { .. }));
/// assert_eq!(
///     neglected.to_string(),
///     r#"of an account that is found by its id, password.must_change must be "first_login", not none"#
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NeglectedDuty {
    /// None: the exam itself was given wrongly.
    #[error("this exam cannot be taken: {0}")]
    UnfitExam(&'static str),
    /// It could not answer.
    #[error("{0} was not answered")]
    Unanswered(&'static str),
    /// It does not find the account by its id, in its tenant.
    #[error("the account is not found by its id, in its tenant and in no other")]
    FindAccount,
    /// It does not find an account by what that is known by.
    #[error("an account is not found by its {0}")]
    FindAccountBy(&'static str),
    /// It does not read an account as it is. Secrets are not printed.
    #[error("of an account that is found by its {by}, {field} must be {expected}, not {found}")]
    ReadAccount {
        /// What it was found by.
        by: &'static str,
        /// The field of [`Account`].
        field: &'static str,
        /// What it should be.
        expected: String,
        /// What it was in the answer.
        found: String,
    },
    /// A commit for an account that is not active is not `Changed`.
    #[error("a commit does not compare the status of the account")]
    CompareStatus,
    /// Of claims of one id at once, not exactly one is `Done` and the others `Replayed`.
    #[error("one claim counts as often as it is made, or never")]
    ClaimOnce,
    /// An expected revision that is not the account's is not `Changed`.
    #[error("the expected revision is not compared")]
    CompareRevision,
    /// A commit that was not `Done` has written something, or has used up its claim.
    #[error("a commit that is not done has written something")]
    RollBack,
    /// A budget of skips is not compared and counted in one step.
    #[error("skips are not counted within their budget")]
    CountSkips,
    /// A new password is not stored.
    #[error("a new password is not stored")]
    StorePassword,
    /// A verifier that is made anew counts the revision up, or changes more than itself, or is not stored.
    #[error(
        "a password that is hashed anew is not stored, or counts the revision up, or changes its time, reason or skips"
    )]
    Rehash,
    /// The password that was stored is not found right, or another one is, or there is no answer where there is no verifier.
    #[error("the password that was stored is not told from another one")]
    VerifyPassword,
    /// A step of a one-time password counts twice.
    #[error("a step of a one-time password counts twice, or not at all")]
    UseTotpStep,
    /// A secret that is sealed anew counts the revision up, or changes more than itself, or is not stored.
    #[error(
        "a secret that is sealed anew is not stored, or counts the revision up, or changes more than itself"
    )]
    Reseal,
    /// A session that was opened is not kept as it was written, or was written over by another one.
    #[error("a session is not kept as it was written")]
    KeepSession,
    /// By its id alone, a session is not found as it is kept, or is where it has ended or there is none.
    #[error("by its id alone a session is not found as it is kept, or is though it has ended, or never was")]
    FindSession,
    /// A session that was ended is still there, or another one was ended.
    #[error("a session that was ended lives on, or another one does not")]
    EndSession,
    /// A rotation does not compare the generation and count it up.
    #[error("a rotation does not compare the generation, or does not count it up")]
    RotateSession,
    /// A renewal does not set when the subject has proved who they are.
    #[error("a renewal does not set the time and the revision of a session")]
    RenewSession,
    /// When a session was last used is not noted, or a use is that is not this device's, this application's or this generation's.
    #[error("the use of a session is not noted, or one by somebody whom it is not open to is")]
    NoteUse,
    /// A session is not bound to its device anew where its token is rotated, or a use of it is noted.
    #[error("a session is not bound to its device anew with a noted use, or with a rotation")]
    BindAnew,
    /// A claim does not say which session it has opened, or names one that has ended, or where it has opened none.
    #[error("a claim does not say which session it has opened, or names one that has ended")]
    NoteClaim,
    /// That a token of a new generation is seen for the first time is not noted, or is where another one is seen.
    #[error("the first sight of a session's new token is not noted, or that of another one is")]
    NoteFirstSight,
    /// An account that a commit makes is not made as it says, or is though it must not be.
    #[error("an account that a commit makes must {0}")]
    CreateAccount(&'static str),
    /// A code is not found again, or not replaced by the next.
    #[error("a code is not found again under its key alone")]
    KeepCode,
    /// A code is used twice, or is used up by a commit that is not done.
    #[error("a code is used as often as it is presented, or is used up by a commit that is not done")]
    UseCode,
    /// A budget of codes is not spent.
    #[error("the budget of codes is not kept")]
    KeepBudget,
    /// A contact is not replaced: it is not stored or not found by, or the one of before still is, or the revision is not counted up.
    #[error(
        "a contact is not replaced, or without the revision, or the account is still found by the one of before"
    )]
    ReplaceContact,
    /// A contact, or what is another account's user name, is given to a second account.
    #[error("a contact that another account is known by is not refused")]
    RefuseTaken,
    /// What is sent in all is not counted, or for another application, or a code that it refuses is kept.
    #[error("what an application sends in all is not counted one by one, for itself alone")]
    KeepSum,
    /// A send to somebody whom no account has does not make its claim: its captcha counts twice. Or one that was refused has made it.
    #[error("a send to nobody does not claim its captcha token, or claims it though it is refused")]
    ClaimCaptcha,
    /// A picture of a captcha passes at a wrong point, or can be tried again; or a picture that was not shown passes.
    #[error("a picture of a captcha is tried more than once, or passes wherever its piece is")]
    JudgePicture,
    /// An account is not found by an identity that is linked to it, or is by one that is not, or in another tenant.
    #[error("an account is not found by the identities that are linked to it, in its tenant and in no other")]
    FindIdentity,
    /// A link is not written, or refused where the identity is linked to the same account already.
    #[error("an identity is not linked, or is refused where it is linked to the same account already")]
    LinkIdentity,
    /// A link is written over, or not refused where the identity is another account's.
    #[error("an identity is linked to two accounts, or taken from one")]
    LinkOnce,
    /// The identities of an account are not those that are linked to it.
    #[error("the identities of an account are not listed as they were linked")]
    ListIdentities,
    /// A link is not taken away, or another account's is, or the revision is not counted up.
    #[error("a link is not taken away, or another account's is, or the revision is not counted up")]
    UnlinkIdentity,
    /// The last way in is taken away.
    #[error("the last identity is taken away though it is the last way in")]
    KeepLastWayIn,
    /// What a link was proved by is not kept, or lost when the identity is linked to the same account once more.
    #[error("what a link was proved by is not kept together with what it was proved by before")]
    KeepLinkProofs,
    /// Links that end stay, others' end, or the revision is not counted up; or the end of none is refused.
    #[error("links of an account do not end when they must, others end, or the revision is not counted up")]
    EndLinks,
    /// Guesses at once are counted as fewer.
    #[error("guesses that come at once are not counted one by one")]
    CountGuesses,
    /// A guess that is settled is not the only one that is, or its settlement is lost.
    #[error("a guess that is given back or told to be wrong changes the count of others, or nothing")]
    SettleGuess,
    /// A commit does not clear the count of guesses as far as it says.
    #[error("a commit does not clear the count of guesses, or clears more than it says")]
    ClearGuesses,
    /// A record was deleted: receipts begin anew.
    #[error("a record of guesses was deleted instead of cleared")]
    KeepReceipts,
    /// It does not open what is sealed for it, or something else.
    #[error("what is sealed under a key must open to its text, and nothing else to any")]
    OpenSealed,
    /// Whether there is such an account is not answered.
    #[error("{0} must answer Done for an account that is there, and Nobody for one that is not")]
    AnswerNobody(&'static str),
    /// To unlock an account leaves a factor locked, unlocks another account, or counts the revision up.
    #[error("to unlock an account must clear every count of its guesses, and nothing else")]
    Unlock,
    /// A status is not set, or without the revision.
    #[error("to set a status must set it and count the revision up, of this account alone")]
    SetStatus,
    /// A change of password is not required, or without the revision.
    #[error("to require a change must mark the password and count the revision up")]
    RequireChange,
    /// A password is not stored, or not marked, or without the revision, or with the skips of the one before.
    #[error(
        "to set a password must store it, clear its skips, mark it as it is said and count the revision up"
    )]
    SetPassword,
    /// An authenticator is not stored, or not asked for, or without the revision, or with the step of the one before.
    #[error(
        "to enrol an authenticator must store it, ask for it, say when the factors changed and count the revision up"
    )]
    EnrolAuthenticator,
    /// Rows of somebody who was deleted are left.
    #[error("of an account that was deleted, {0} must be gone")]
    Delete(&'static str),
    /// Something of another account went as well.
    #[error("to delete an account must leave every other one as it is")]
    DeleteNoOther,
    /// An account that was made anew is of a revision that the earlier one had.
    #[error("the first revision of an account must be drawn, also where an id was used before")]
    DrawRevision,
    /// A sweep leaves what is over.
    #[error("a sweep must forget {0} that are over")]
    Sweep(&'static str),
    /// A sweep forgets what is still needed.
    #[error("a sweep must keep {0} that a clock which is behind may still need")]
    KeepNeeded(&'static str),
}

impl HostExam {
    /// Everything, on an active account and one that is not.
    pub const fn on(
        audience: Audience,
        expected: Account,
        other_account: Account,
        other_application: ClientId,
    ) -> Self {
        Self {
            audience,
            expected,
            passwords: true,
            sessions: true,
            references: true,
            retries: true,
            codes: true,
            contacts: true,
            registration: true,
            identities: true,
            other_account,
            other_application: Some(other_application),
        }
    }

    /// Examines a host. The moment's entropy makes the ids that are claimed, so it must be fresh where the host keeps what it is told;
    /// and the time must be the host's own, where that forgets by its clock what is over.
    ///
    /// # Errors
    /// With the first duty that it neglects.
    pub async fn take<H: Host>(&self, host: &H, moment: Moment) -> Result<(), NeglectedDuty> {
        let sitting = Sitting { exam: self, host, moment };
        sitting.is_fit()?;
        sitting.accounts().await?;
        sitting.guesses().await?;
        sitting.claims().await?;
        sitting.roll_back().await?;
        sitting.status().await?;
        if self.sessions {
            sitting.sessions().await?;
        }
        if self.retries {
            sitting.retries().await?;
        }
        if self.codes {
            sitting.codes().await?;
            sitting.pictures().await?;
        }
        if self.registration {
            sitting.registration().await?;
        }
        // From here on the account is changed, by one column after the other.
        let mut expected = self.expected.clone();
        if self.identities {
            expected = sitting.identities(expected).await?;
        }
        let expected = sitting.one_time_password(expected).await?;
        let expected = sitting.reseal(expected).await?;
        if self.passwords {
            let expected = sitting.skips(expected).await?;
            sitting.password(expected).await?;
            sitting.rehash().await?;
        }
        if self.contacts {
            sitting.contacts().await?;
        }
        if self.registration {
            sitting.numbered().await?;
        }
        Ok(())
    }
}

/// One exam of one host.
struct Sitting<'h, H> {
    exam: &'h HostExam,
    host: &'h H,
    moment: Moment,
}

impl<H: Host> Sitting<'_, H> {
    fn now(&self) -> Timestamp {
        self.moment.timestamp()
    }

    /// 16 bytes that no other label of this exam has.
    fn id(&self, label: &str) -> [u8; 16] {
        let hash =
            Sha256::new().chain_update(self.moment.entropy().as_bytes()).chain_update(label).finalize();
        let (id, _) = hash.split_first_chunk().unwrap_or((&[0; 16], &[]));
        *id
    }

    fn claim(&self, label: &str) -> Claim {
        let id = TokenId::from_bytes(self.id(label));
        Claim { id, opens: None, keep_until: self.now().plus_seconds(900) }
    }

    fn session(&self, label: &str) -> SessionId {
        SessionId::from_bytes(self.id(label))
    }

    async fn found(&self) -> Result<Account, NeglectedDuty> {
        let ask = FindAccount { audience: self.exam.audience, key: AccountKey::Id(self.exam.expected.id) };
        answered::<FindAccount, _>(self.host.find_account(&ask).await)?.ok_or(NeglectedDuty::FindAccount)
    }

    /// A commit on the account as it is now.
    async fn commit_of(&self, label: &str, writes: Vec<Write>) -> Result<Commit, NeglectedDuty> {
        Ok(Commit {
            claim: Some(self.claim(label)),
            audience: self.exam.audience,
            account: Some(self.exam.expected.id),
            expected: Some(self.found().await?.revision),
            writes,
        })
    }

    async fn commit(&self, label: &str, writes: Vec<Write>) -> Result<Committed, NeglectedDuty> {
        let commit = self.commit_of(label, writes).await?;
        answered::<Commit, _>(self.host.commit(&commit).await)
    }

    /// A commit that must be done.
    async fn done(&self, label: &str, writes: Vec<Write>, duty: NeglectedDuty) -> Result<(), NeglectedDuty> {
        holds(self.commit(label, writes).await? == Committed::Done, duty)
    }

    /// A commit without claim or revision, which must be done.
    async fn done_for(
        &self,
        audience: Audience,
        account: Option<AccountId>,
        write: Write,
        duty: NeglectedDuty,
    ) -> Result<(), NeglectedDuty> {
        let commit = Commit { claim: None, audience, account, expected: None, writes: Vec::from([write]) };
        holds(answered::<Commit, _>(self.host.commit(&commit).await)? == Committed::Done, duty)
    }

    /// Commits of the same writes, with a claim each, at once: one must be done, and the others answered like this.
    async fn race(
        &self,
        label: &str,
        at_once: usize,
        write: Write,
        others: Committed,
        duty: NeglectedDuty,
    ) -> Result<(), NeglectedDuty> {
        let commit = self.commit_of(label, Vec::from([write])).await?;
        let claims = (0..at_once).map(|number| Some(self.claim(&format!("{label} {number}"))));
        let commits: Vec<_> = claims.map(|claim| Commit { claim, ..commit.clone() }).collect();
        one_is_done(together(commits.iter().map(|commit| self.host.commit(commit))).await, others, duty)
    }

    /// A commit of these writes that expects another revision, and so must write nothing.
    async fn rolled_back(&self, label: &str, writes: Vec<Write>) -> Result<(), NeglectedDuty> {
        let mut commit = self.commit_of(label, writes).await?;
        commit.expected = commit.expected.map(|revision| revision.next());
        let answer = answered::<Commit, _>(self.host.commit(&commit).await)?;
        holds(answer == Committed::Changed, NeglectedDuty::CompareRevision)
    }

    /// A commit that must be refused like this, and leave its claim free.
    async fn refused(
        &self,
        label: &str,
        writes: Vec<Write>,
        refusal: CommitRefusal,
        duty: NeglectedDuty,
    ) -> Result<(), NeglectedDuty> {
        holds(self.commit(label, writes).await? == Committed::Refused(refusal), duty)?;
        self.done(label, Vec::new(), NeglectedDuty::RollBack).await
    }
}

fn answered<Q: Question, E>(answer: Result<Q::Answer, E>) -> Result<Q::Answer, NeglectedDuty> {
    answer.map_err(|_| NeglectedDuty::Unanswered(Q::NAME))
}

fn one_is_done<E>(
    outcomes: Vec<Result<Committed, E>>,
    others: Committed,
    duty: NeglectedDuty,
) -> Result<(), NeglectedDuty> {
    let mut done = 0_usize;
    for outcome in outcomes {
        let outcome = answered::<Commit, _>(outcome)?;
        holds(outcome == Committed::Done || outcome == others, duty.clone())?;
        done += usize::from(outcome == Committed::Done);
    }
    holds(done == 1, duty)
}

fn holds(it_does: bool, duty: NeglectedDuty) -> Result<(), NeglectedDuty> {
    if it_does { Ok(()) } else { Err(duty) }
}
