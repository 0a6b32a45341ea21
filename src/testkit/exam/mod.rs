//! An exam for hosts. It examines whether a host keeps the duties that every proof of this library rests on.

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

/// The number of requests that come at once.
const AT_ONCE: usize = 8;

/// An exam for a host of your own, on two accounts that the host keeps for it.
///
/// Every promise of this library rests on two things that no type can enforce. A commit keeps what it promises: claims that count once, compared
/// revisions, all or nothing. Guesses, skips, steps, rotations and codes are counted one by one, however many come at once. The exam asks the
/// questions that the library would ask, several at once if a race is the point, and judges the answers.
///
/// One account must be active, and must have a password if [`passwords`](Self::passwords) are examined. The exam leaves it with a password that
/// anybody can read in this library's source, a number and an address that belong to nobody, and no sessions. If it has an authenticator, its latest
/// steps are used up. The other account must be locked or disabled, and is left as it is. Give both accounts as they *should* be read. The test must
/// make them, not the examined host. Every field of every answer is compared with them. A column shows a fault only if it has a value. So the two
/// accounts together should have everything that the host's accounts can have, including an authenticator, a reason to change the password and a
/// profile.
///
/// [`StoreExam`] examines a store alone, and brings its own accounts.
///
/// # What it does not see
/// - Faults that need several threads. The questions of a race are asked from one task, each as soon as the others wait. A host whose answers block
///   the thread is asked one question after the other.
/// - Whether `Done` is durable, and how long claims are kept.
/// - How accounts are found by an identifier that was typed in another spelling, how long answers take, and the contents of messages and signatures.
/// - Whether only one of two accounts gets a number that both want at once: only one account is active.
/// - Whether the host opens the signatures of calls. [Another exam](Self::take_sealed) covers this, because it needs a sealed text.
/// - The tasks of an administrator, and accounts that are deleted and made again. [Another exam](Self::take_administered) covers these.
///
/// If the database reports a conflict to the host, for example that it could not serialise a transaction, the host must try again. If the host
/// reports the conflict in this exam, the question counts as unanswered.
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
    /// The active account, as it should be read.
    pub expected: Account,
    /// Whether to store a password and count skips.
    pub passwords: bool,
    /// Whether to open, check, rotate and end sessions.
    pub sessions: bool,
    /// Whether to find sessions by their id alone, for a policy whose session tokens are
    /// [references](crate::policy::SessionTokenForm::Reference). It has an effect only if [`sessions`](Self::sessions) are examined.
    pub references: bool,
    /// Whether to ask which session a claim has opened, for a policy with a [`retry_grace`](crate::policy::Policy::retry_grace).
    pub retries: bool,
    /// Whether to store and load codes and, if the host shows pictures of a captcha, to try one.
    pub codes: bool,
    /// Whether to replace the account's number and address. Set it to `false` for a host whose accounts cannot have both.
    pub contacts: bool,
    /// Whether to make accounts, for a policy that [registers people](crate::policy::Policy::registration). The new accounts are left behind. Each
    /// has a UUID as its id, a user name, and a number or an address.
    pub registration: bool,
    /// Whether to link identities, for a policy with [`Factor::Federated`](crate::factor::Factor::Federated) among its first factors. The other
    /// account is left with one or two identities that belong to nobody.
    pub identities: bool,
    /// Another account of the tenant, as it should be read. It must be locked or disabled, so that the exam sees whether the host reads the status.
    /// The host must not end the sessions of this account.
    pub other_account: Account,
    /// Another application of the tenant, where the account's sessions must end as well. If the host cannot have a second application, set
    /// `exam.other_application = None` after [`on`](Self::on). The exam then does not examine whether sessions end there.
    pub other_application: Option<ClientId>,
}

/// A duty that a host neglects.
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
/// // The host forgets to read one column.
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
    /// No duty is neglected: the exam itself was set up wrongly.
    #[error("this exam cannot be taken: {0}")]
    UnfitExam(&'static str),
    /// The host could not answer.
    #[error("{0} was not answered")]
    Unanswered(&'static str),
    /// The host does not find the account by its id, in its tenant.
    #[error("the account is not found by its id, in its tenant and in no other")]
    FindAccount,
    /// The host does not find an account by one of its names or contacts.
    #[error("an account is not found by its {0}")]
    FindAccountBy(&'static str),
    /// The host does not read an account as it is. Secrets are not printed.
    #[error("of an account that is found by its {by}, {field} must be {expected}, not {found}")]
    ReadAccount {
        /// The name or contact by which the account was found.
        by: &'static str,
        /// The field of [`Account`].
        field: &'static str,
        /// The value that the field should have.
        expected: String,
        /// The value that the answer had.
        found: String,
    },
    /// A commit for an account that is not active is not answered with `Changed`.
    #[error("a commit does not compare the status of the account")]
    CompareStatus,
    /// If several commits have one claim at once, not exactly one is `Done` and the others `Replayed`.
    #[error("one claim counts as often as it is made, or never")]
    ClaimOnce,
    /// A commit is not answered with `Changed` although it expects another revision than the account's.
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
    /// A rehashed verifier raises the revision, changes more than itself, or is not stored.
    #[error(
        "a password that is hashed anew is not stored, or counts the revision up, or changes its time, reason or skips"
    )]
    Rehash,
    /// The stored password does not match, another password matches, or a question without a verifier is not answered.
    #[error("the password that was stored is not told from another one")]
    VerifyPassword,
    /// A step of a one-time password counts twice, or not at all.
    #[error("a step of a one-time password counts twice, or not at all")]
    UseTotpStep,
    /// A resealed secret raises the revision, changes more than itself, or is not stored.
    #[error(
        "a secret that is sealed anew is not stored, or counts the revision up, or changes more than itself"
    )]
    Reseal,
    /// An opened session is not kept as it was written, or another session was written over it.
    #[error("a session is not kept as it was written")]
    KeepSession,
    /// A session is not found by its id alone as it was kept. Or a session is found that has ended or never existed.
    #[error("by its id alone a session is not found as it is kept, or is though it has ended, or never was")]
    FindSession,
    /// A session that was ended still lives, or another session was ended.
    #[error("a session that was ended lives on, or another one does not")]
    EndSession,
    /// A rotation does not compare the generation, or does not raise it.
    #[error("a rotation does not compare the generation, or does not count it up")]
    RotateSession,
    /// A renewal does not set the time and the revision of a session.
    #[error("a renewal does not set the time and the revision of a session")]
    RenewSession,
    /// The latest use of a session is not noted. Or a use is noted by another device, another application or another generation.
    #[error("the use of a session is not noted, or one by somebody whom it is not open to is")]
    NoteUse,
    /// A session is not bound to its device again when its token is rotated or a use is noted.
    #[error("a session is not bound to its device anew with a noted use, or with a rotation")]
    BindAnew,
    /// A claim does not say which session it has opened. Or it names a session that has ended, or names one although it opened none.
    #[error("a claim does not say which session it has opened, or names one that has ended")]
    NoteClaim,
    /// The first sight of a new generation's token is not noted, or the sight of another token is noted instead.
    #[error("the first sight of a session's new token is not noted, or that of another one is")]
    NoteFirstSight,
    /// An account that a commit makes is not made as the commit says, or is made although it must not be.
    #[error("an account that a commit makes must {0}")]
    CreateAccount(&'static str),
    /// A code is not found again, or the next code does not replace it.
    #[error("a code is not found again under its key alone")]
    KeepCode,
    /// A code is used twice, or is used up by a commit that is not done.
    #[error("a code is used as often as it is presented, or is used up by a commit that is not done")]
    UseCode,
    /// A budget of codes is not spent.
    #[error("the budget of codes is not kept")]
    KeepBudget,
    /// A contact is not replaced: the new one is not stored, the account is not found by it, or it is still found by the earlier one. Or the revision
    /// is not raised.
    #[error(
        "a contact is not replaced, or without the revision, or the account is still found by the one of before"
    )]
    ReplaceContact,
    /// A second account gets a contact, or another account's user name as a contact.
    #[error("a contact that another account is known by is not refused")]
    RefuseTaken,
    /// The sum of sends is not counted, or is counted for another application, or a code that the sum refuses is kept.
    #[error("what an application sends in all is not counted one by one, for itself alone")]
    KeepSum,
    /// A send to a recipient that no account has does not make its claim, so its captcha token counts twice. Or a refused send has made its claim.
    #[error("a send to nobody does not claim its captcha token, or claims it though it is refused")]
    ClaimCaptcha,
    /// A picture of a captcha passes at a wrong point, can be tried again, or passes although it was not shown.
    #[error("a picture of a captcha is tried more than once, or passes wherever its piece is")]
    JudgePicture,
    /// An account is not found by an identity that is linked to it. Or it is found by an unlinked identity, or in another tenant.
    #[error("an account is not found by the identities that are linked to it, in its tenant and in no other")]
    FindIdentity,
    /// A link is not written, or is refused although the identity is linked to the same account already.
    #[error("an identity is not linked, or is refused where it is linked to the same account already")]
    LinkIdentity,
    /// A link is written over, or is not refused although the identity is another account's.
    #[error("an identity is linked to two accounts, or taken from one")]
    LinkOnce,
    /// The identities of an account are not those that are linked to it.
    #[error("the identities of an account are not listed as they were linked")]
    ListIdentities,
    /// A link is not removed, another account's link is removed, or the revision is not raised.
    #[error("a link is not taken away, or another account's is, or the revision is not counted up")]
    UnlinkIdentity,
    /// The last identity is removed although it is the only remaining way to sign in.
    #[error("the last identity is taken away though it is the last way in")]
    KeepLastWayIn,
    /// The proofs of a link are not kept, or are lost when the identity is linked to the same account again.
    #[error("what a link was proved by is not kept together with what it was proved by before")]
    KeepLinkProofs,
    /// Links that must end stay, links of others end, or the revision is not raised. Or the write is refused if the account has no links.
    #[error("links of an account do not end when they must, others end, or the revision is not counted up")]
    EndLinks,
    /// Guesses that come at once are counted as fewer.
    #[error("guesses that come at once are not counted one by one")]
    CountGuesses,
    /// The settlement of a guess changes other guesses, or is lost.
    #[error("a guess that is given back or told to be wrong changes the count of others, or nothing")]
    SettleGuess,
    /// A commit does not clear the count of guesses up to the guess that it names.
    #[error("a commit does not clear the count of guesses, or clears more than it says")]
    ClearGuesses,
    /// A record of guesses was deleted, so receipts start again.
    #[error("a record of guesses was deleted instead of cleared")]
    KeepReceipts,
    /// The host does not open what is sealed for it, or opens something else.
    #[error("what is sealed under a key must open to its text, and nothing else to any")]
    OpenSealed,
    /// An operation of an administrator does not say whether the account exists.
    #[error("{0} must answer Done for an account that is there, and Nobody for one that is not")]
    AnswerNobody(&'static str),
    /// An unlock leaves a factor locked, unlocks another account, or raises the revision.
    #[error("to unlock an account must clear every count of its guesses, and nothing else")]
    Unlock,
    /// A status is not set, or is set without a new revision.
    #[error("to set a status must set it and count the revision up, of this account alone")]
    SetStatus,
    /// A change of password is not required, or is required without a new revision.
    #[error("to require a change must mark the password and count the revision up")]
    RequireChange,
    /// A password is not stored or not marked, keeps the skips of the earlier one, or is set without a new revision.
    #[error(
        "to set a password must store it, clear its skips, mark it as it is said and count the revision up"
    )]
    SetPassword,
    /// An authenticator is not stored or not asked for, keeps the step of the earlier one, or is enrolled without a new revision.
    #[error(
        "to enrol an authenticator must store it, ask for it, say when the factors changed and count the revision up"
    )]
    EnrolAuthenticator,
    /// A deleted account has left rows.
    #[error("of an account that was deleted, {0} must be gone")]
    Delete(&'static str),
    /// A deletion has removed something of another account.
    #[error("to delete an account must leave every other one as it is")]
    DeleteNoOther,
    /// A new account has a revision that the earlier account of that id had.
    #[error("the first revision of an account must be drawn, also where an id was used before")]
    DrawRevision,
    /// A sweep leaves a record that is over.
    #[error("a sweep must forget {0} that are over")]
    Sweep(&'static str),
    /// A sweep forgets a record that is still needed.
    #[error("a sweep must keep {0} that a clock which is behind may still need")]
    KeepNeeded(&'static str),
}

impl HostExam {
    /// An exam of everything, on an active account and on one that is not active.
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

    /// Examines a host. The exam makes the ids that it claims from the moment's entropy, so the entropy must be fresh if the host keeps its records.
    /// If the host forgets records by its own clock, the moment's time must come from that clock.
    ///
    /// # Errors
    /// Returns the first duty that the host neglects.
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
        // From here on, the account changes, one column after the other.
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

    /// Sends a commit without claim or revision, which must be done.
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

    /// Sends several commits of the same writes at once, each with its own claim. One must be done, and the others must get the answer `others`.
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

    /// Sends a commit of these writes that expects another revision, so it must write nothing.
    async fn rolled_back(&self, label: &str, writes: Vec<Write>) -> Result<(), NeglectedDuty> {
        let mut commit = self.commit_of(label, writes).await?;
        commit.expected = commit.expected.map(|revision| revision.next());
        let answer = answered::<Commit, _>(self.host.commit(&commit).await)?;
        holds(answer == Committed::Changed, NeglectedDuty::CompareRevision)
    }

    /// Sends a commit that must be refused with `refusal` and must leave its claim free.
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
