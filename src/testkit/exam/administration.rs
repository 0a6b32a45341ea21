//! The tasks of an administrator.

use super::{HostExam, NeglectedDuty, Sitting, answered, holds};
use crate::{
    AccountId, Host, Moment, Timestamp,
    account::{Account, AccountStatus},
    administration::{
        Administer, Administered, DeletePerson, EndLinksOf, EndSessionsOf, EnrolAuthenticator, RequireChange,
        SetPassword, SetStatus, Sweep, Unlock,
    },
    code::{
        CodeDigest, CodeKey, CodeOwner, CodePurpose, LoadCode, SendBudget, SendPolicy, SendSlot, StoredCode,
    },
    contact::{EmailAddress, Recipient},
    device::Device,
    factor::{Factor, Totp, TotpAlgorithm},
    guess::{Aim, Attempt, AttemptPolicy, AttemptSlot, Receipt, ReserveAttempt, SettleAttempt, Settlement},
    moment::Skew,
    password::{MustChange, Password, PasswordForm, Verifier},
    sealing::SealedSecret,
    session::{EndSessions, SessionRecord},
    social::{EndLinks, Provider},
    step::{Claim, Commit, Committed, Write},
    testkit::demo,
};
use alloc::{format, vec::Vec};
use core::num::NonZeroU32;

/// A record that ended this many seconds ago may still be needed by a clock that is behind.
const MAYBE_NEEDED: u64 = 120;
/// A record that ended this many seconds ago is needed by no clock.
const OVER: u64 = 600;

impl HostExam {
    /// Examines the tasks of an administrator on a host's store, with the account of this exam. `make` must make the given account as an
    /// administrator does. It keeps everything except the revision, which is drawn.
    ///
    /// The account is deleted with every row and made again, and the new account stays. The exam also sweeps everything else in the store that is
    /// over by the moment's clock. This exam can be taken before or after the [other](Self::take).
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
    /// let mut clock = Clock::at(demo::START);
    /// let (moment, drawn) = (clock.moment(), clock.moment()); // on a database: Moment::now()
    /// let make = async |account| host.lock().unwrap().create_account(account, &drawn);
    /// block_on(exam.take_administered(&host, moment, make)).unwrap(); // in your runtime: .await
    /// ```
    ///
    /// # Errors
    /// Returns the first duty that the host neglects.
    pub async fn take_administered<H: Host + Administer>(
        &self,
        host: &H,
        moment: Moment,
        make: impl AsyncFn(Account),
    ) -> Result<(), NeglectedDuty> {
        let sitting = Sitting { exam: self, host, moment };
        sitting.is_fit()?;
        sitting.unlock().await?;
        sitting.statuses().await?;
        sitting.required_change().await?;
        sitting.given_password().await?;
        sitting.ended_links_of().await?;
        sitting.ended_sessions().await?;
        sitting.nobody().await?;
        sitting.sweeps().await?;
        let left = sitting.found().await?;
        sitting.enrolled_authenticator().await?;
        sitting.deletion(left, make).await
    }
}

fn done<E>(answer: Result<Administered, E>, operation: &'static str) -> Result<(), NeglectedDuty> {
    let answer = answer.map_err(|_| NeglectedDuty::Unanswered(operation))?;
    holds(answer == Administered::Done, NeglectedDuty::AnswerNobody(operation))
}

impl<H: Host + Administer> Sitting<'_, H> {
    /// Locks every slot, and then unlocks it. Receipts must go on, and the other account must stay locked.
    async fn unlock(&self) -> Result<(), NeglectedDuty> {
        let (tenant, account) = (self.exam.audience.tenant, self.exam.expected.id);
        let other = AttemptSlot::of_account(tenant, self.exam.other_account.id, Factor::Password);
        let before = self.found().await?.revision;
        let mut latest = Vec::new();
        for slot in AttemptSlot::every(tenant, account) {
            latest.push((slot, self.lock(slot, self.now()).await?));
        }
        self.lock(other, self.now()).await?;
        done(self.host.unlock(&Unlock { tenant, account }).await, "unlock")?;
        for (slot, latest) in latest {
            let next = self.guess(slot, self.now()).await?.ok_or(NeglectedDuty::Unlock)?;
            holds(next.number() > latest.number(), NeglectedDuty::KeepReceipts)?;
        }
        holds(self.guess(other, self.now()).await?.is_none(), NeglectedDuty::Unlock)?;
        holds(self.found().await?.revision == before, NeglectedDuty::Unlock)?;
        // The other account is left as it was.
        let account = self.exam.other_account.id;
        done(self.host.unlock(&Unlock { tenant, account }).await, "unlock")
    }

    /// Guesses wrongly until no guess is left, and returns the latest receipt.
    async fn lock(&self, slot: AttemptSlot, now: Timestamp) -> Result<Receipt, NeglectedDuty> {
        let mut latest = None;
        for _ in 0..=AttemptPolicy::default().threshold() {
            match self.guess(slot, now).await? {
                Some(receipt) => latest = Some(receipt),
                None => break,
            }
        }
        latest.ok_or(NeglectedDuty::CountGuesses)
    }

    /// Makes one wrong guess. Returns `None` if no guess was left.
    async fn guess(&self, slot: AttemptSlot, now: Timestamp) -> Result<Option<Receipt>, NeglectedDuty> {
        let ask = ReserveAttempt::new(
            Aim::at(slot, Factor::Totp),
            AttemptPolicy::default(),
            now,
            Skew::of_seconds(0),
        );
        let reservation = answered::<ReserveAttempt, _>(self.host.reserve_attempt(&ask).await)?;
        let (told, guess) = match reservation.attempt() {
            Attempt::Reserved { receipt, .. } => (receipt, Some(receipt)),
            Attempt::Locked { receipt, .. } => (receipt, None),
            Attempt::Contended => return Ok(None),
        };
        let settle = SettleAttempt::new(slot, told, Settlement::Wrong);
        answered::<SettleAttempt, _>(self.host.settle_attempt(&settle).await)?;
        Ok(guess)
    }

    async fn statuses(&self) -> Result<(), NeglectedDuty> {
        let (tenant, account) = (self.exam.audience.tenant, self.exam.expected.id);
        let before = self.commit_of("judged before", Vec::new()).await?;
        let mut expected = self.found().await?;
        for (ask, status) in [
            (SetStatus::disable(tenant, account), AccountStatus::Disabled),
            (SetStatus::enable(tenant, account), AccountStatus::Active),
        ] {
            done(self.host.set_status(&ask).await, "set_status")?;
            (expected.status, expected.revision) = (status, expected.revision.next());
            self.is_read(&expected).await.map_err(|_| NeglectedDuty::SetStatus)?;
            let answer = answered::<Commit, _>(self.host.commit(&before).await)?;
            holds(answer == Committed::Changed, NeglectedDuty::SetStatus)?;
        }
        self.is_read(&self.exam.other_account).await.map_err(|_| NeglectedDuty::SetStatus)
    }

    async fn required_change(&self) -> Result<(), NeglectedDuty> {
        let (tenant, account) = (self.exam.audience.tenant, self.exam.expected.id);
        let mut expected = self.found().await?;
        for reason in [MustChange::AdministratorReset, MustChange::Breached, MustChange::AdministratorReset] {
            let ask = RequireChange { tenant, account, reason };
            ask.apply(&mut expected);
            done(self.host.require_change(&ask).await, "require_change")?;
            self.is_read(&expected).await.map_err(|_| NeglectedDuty::RequireChange)?;
        }
        Ok(())
    }

    /// Sets a new password with a mark. Then sets the account's own password again, if it had one.
    async fn given_password(&self) -> Result<(), NeglectedDuty> {
        let (tenant, account) = (self.exam.audience.tenant, self.exam.expected.id);
        let earlier = self.found().await?;
        let known = earlier.password.as_ref();
        let asks = [
            (Verifier::new("given by an administrator"), self.now(), Some(MustChange::FirstLogin)),
            match known {
                Some(known) => (known.verifier.clone(), known.changed_at, known.must_change),
                None => (Verifier::new("given again"), self.now(), None),
            },
        ];
        for (verifier, changed_at, must_change) in asks {
            let before = self.commit_of("judged before", Vec::new()).await?;
            let mut expected = self.found().await?;
            let earlier = expected.revision;
            let ask = SetPassword { tenant, account, verifier, changed_at, must_change };
            done(self.host.set_password(&ask).await, "set_password")?;
            let form = PasswordForm::Canonical;
            expected.password =
                Some(Password { verifier: ask.verifier, changed_at, must_change, skips_used: 0, form });
            // The revision may rise once or twice, because the mark may count as a separate change.
            expected.revision = self.found().await?.revision;
            holds(expected.revision != earlier, NeglectedDuty::SetPassword)?;
            self.is_read(&expected).await.map_err(|_| NeglectedDuty::SetPassword)?;
            let answer = answered::<Commit, _>(self.host.commit(&before).await)?;
            holds(answer == Committed::Changed, NeglectedDuty::SetPassword)?;
        }
        self.is_read(&self.exam.other_account).await.map_err(|_| NeglectedDuty::SetPassword)
    }

    /// Ends the links of one provider. Then all links end when a password is breached and when an administrator sets one. The account's own
    /// password is set again at the end.
    async fn ended_links_of(&self) -> Result<(), NeglectedDuty> {
        if !self.exam.identities {
            return Ok(());
        }
        let (tenant, account) = (self.exam.audience.tenant, self.exam.expected.id);
        let (known, identity) = (self.found().await?.password, self.identity("administered link")?);
        let elsewhere = Provider::new("exam-elsewhere").map_err(|_| NeglectedDuty::EndLinks)?;
        self.link(&identity, "administered link").await?;
        for (which, left) in
            [(EndLinks::Of(elsewhere), Some(account)), (EndLinks::Of(identity.provider()), None)]
        {
            let before = self.commit_of("judged before", Vec::new()).await?;
            done(self.host.end_links_of(&EndLinksOf { tenant, account, which }).await, "end_links_of")?;
            self.is_linked(&identity, left).await.map_err(|_| NeglectedDuty::EndLinks)?;
            let answer = answered::<Commit, _>(self.host.commit(&before).await)?;
            holds(answer == Committed::Changed, NeglectedDuty::EndLinks)?;
        }
        // The second time there is nothing to mark. The links must end nevertheless, because somebody may have signed in by the new link.
        for label in ["link of a breached account", "link of an account that is breached again"] {
            self.link(&identity, label).await?;
            let before = self.commit_of(&format!("{label}, judged before"), Vec::new()).await?;
            let ask = RequireChange { tenant, account, reason: MustChange::Breached };
            done(self.host.require_change(&ask).await, "require_change")?;
            self.is_linked(&identity, None).await.map_err(|_| NeglectedDuty::RequireChange)?;
            let answer = answered::<Commit, _>(self.host.commit(&before).await)?;
            holds(answer == Committed::Changed, NeglectedDuty::RequireChange)?;
        }
        self.link(&identity, "link before a password is given").await?;
        let (verifier, changed_at, must_change) = match known {
            Some(known) => (known.verifier, known.changed_at, known.must_change),
            None => (Verifier::new("given again"), self.now(), None),
        };
        let ask = SetPassword { tenant, account, verifier, changed_at, must_change };
        done(self.host.set_password(&ask).await, "set_password")?;
        self.is_linked(&identity, None).await.map_err(|_| NeglectedDuty::SetPassword)
    }

    /// Checks that a new authenticator replaces the one before, and has no used step.
    async fn enrolled_authenticator(&self) -> Result<(), NeglectedDuty> {
        let duty = NeglectedDuty::EnrolAuthenticator;
        let (tenant, account) = (self.exam.audience.tenant, self.exam.expected.id);
        for (label, digits) in [("the first one", 8), ("the next one", 6)] {
            let before = self.commit_of("judged before", Vec::new()).await?;
            let mut expected = self.found().await?;
            let earlier = expected.revision;
            let sealed = SealedSecret::of_nothing();
            let totp = Totp::new(sealed, TotpAlgorithm::Sha256, digits, None).map_err(|_| duty.clone())?;
            let totp = totp.with_steps_of_a_minute();
            let ask = EnrolAuthenticator { tenant, account, totp: totp.clone(), changed_at: self.now() };
            done(self.host.enrol_authenticator(&ask).await, "enrol_authenticator")?;
            expected.enrolled = expected.enrolled.with(Factor::Totp);
            (expected.totp, expected.factors_changed_at) = (Some(totp), self.now());
            expected.revision = self.found().await?.revision;
            holds(expected.revision != earlier, duty.clone())?;
            self.is_read(&expected).await.map_err(|_| duty.clone())?;
            let answer = answered::<Commit, _>(self.host.commit(&before).await)?;
            holds(answer == Committed::Changed, duty.clone())?;
            // No step of the authenticator before counts for the next one.
            self.done(label, Vec::from([Write::UseTotpStep { step: 7 }]), duty.clone()).await?;
        }
        self.is_read(&self.exam.other_account).await.map_err(|_| duty)
    }

    async fn ended_sessions(&self) -> Result<(), NeglectedDuty> {
        let (tenant, account) = (self.exam.audience.tenant, self.exam.expected.id);
        let [one, two] = ["administered one", "administered two"];
        let (one, two) = (self.record(one).await?, self.record(two).await?);
        let other =
            SessionRecord { account: self.exam.other_account.id, ..self.record("administered other").await? };
        for record in [&one, &two, &other] {
            self.opened(record).await?;
        }
        let live = [(one, [true, false, false]), (two, [true, true, false]), (other, [true, true, true])];
        let ends = [EndSessions::One(other.session), EndSessions::One(one.session), EndSessions::All];
        for (at, which) in ends.into_iter().enumerate() {
            let ask = EndSessionsOf { tenant, account, which };
            done(self.host.end_sessions_of(&ask).await, "end_sessions_of")?;
            for (record, lives) in &live {
                let kept = self.check(record).await?.is_some();
                holds(Some(&kept) == lives.get(at), NeglectedDuty::EndSession)?;
            }
        }
        let end = Write::EndSessions(EndSessions::All);
        self.done_for(self.exam.audience, Some(other.account), end, NeglectedDuty::EndSession).await
    }

    /// Checks that each operation answers `Nobody` for an account that does not exist, and makes nothing.
    async fn nobody(&self) -> Result<(), NeglectedDuty> {
        let tenant = self.exam.audience.tenant;
        let name = u128::from_be_bytes(self.id("nobody"));
        let account = AccountId::new(&format!("nobody-{name}")).map_err(|_| NeglectedDuty::FindAccount)?;
        let (reason, which) = (MustChange::Breached, EndSessions::All);
        let links = EndLinksOf { tenant, account, which: EndLinks::All };
        let password = SetPassword {
            tenant,
            account,
            verifier: Verifier::new("of nobody"),
            changed_at: self.now(),
            must_change: None,
        };
        let totp = Totp::new(SealedSecret::of_nothing(), TotpAlgorithm::default(), 6, None);
        let totp = totp.map_err(|_| NeglectedDuty::EnrolAuthenticator)?;
        let authenticator = EnrolAuthenticator { tenant, account, totp, changed_at: self.now() };
        let answers = [
            ("unlock", self.host.unlock(&Unlock { tenant, account }).await),
            ("set_status", self.host.set_status(&SetStatus::enable(tenant, account)).await),
            ("require_change", self.host.require_change(&RequireChange { tenant, account, reason }).await),
            ("set_password", self.host.set_password(&password).await),
            ("enrol_authenticator", self.host.enrol_authenticator(&authenticator).await),
            ("end_sessions_of", self.host.end_sessions_of(&EndSessionsOf { tenant, account, which }).await),
            ("end_links_of", self.host.end_links_of(&links).await),
            ("delete_person", self.host.delete_person(&DeletePerson { tenant, account }).await),
        ];
        for (operation, answer) in answers {
            let answer = answer.map_err(|_| NeglectedDuty::Unanswered(operation))?;
            holds(answer == Administered::Nobody, NeglectedDuty::AnswerNobody(operation))?;
        }
        Ok(())
    }

    /// Checks that a sweep keeps a record that ended a moment ago, by whatever clock, and forgets one that ended long ago. Guesses of accounts must
    /// stay.
    async fn sweeps(&self) -> Result<(), NeglectedDuty> {
        let (tenant, account) = (self.exam.audience.tenant, self.exam.expected.id);
        let ended = |ago| self.now().minus_seconds(ago);
        let locked = AttemptSlot::of_known_subject(tenant, account, Factor::Email);
        let long_ago = self.lock(locked, ended(30 * 86_400)).await?;
        let mut left = Vec::new();
        for (label, ago) in [("maybe needed", MAYBE_NEEDED), ("over", OVER)] {
            let claim = Claim { id: self.claim(label).id, keep_until: ended(ago), opens: None };
            let commit = Commit { claim: Some(claim), ..self.commit_of(label, Vec::new()).await? };
            let answer = answered::<Commit, _>(self.host.commit(&commit).await)?;
            holds(answer == Committed::Done, NeglectedDuty::ClaimOnce)?;
            let record = SessionRecord { expires_at: ended(ago), ..self.record(label).await? };
            // A host may forget rows that are over at every commit.
            let open = Write::OpenSession(record);
            self.done_for(self.exam.audience, Some(account), open, NeglectedDuty::KeepSession).await?;
            let key = self.code(label, ended(ago)).await?;
            left.push((commit, record, key));
        }
        let at_most = NonZeroU32::MIN.saturating_add(99);
        let sweep = Sweep::new(self.now(), at_most);
        loop {
            let swept = self.host.sweep(&sweep).await.map_err(|_| NeglectedDuty::Unanswered("sweep"))?;
            if sweep.is_done(&swept) {
                break;
            }
        }
        let [needed, over] = &left[..] else { return Err(NeglectedDuty::Sweep("claims")) };
        for ((commit, record, key), is_kept) in [(needed, true), (over, false)] {
            let duty =
                |rows| if is_kept { NeglectedDuty::KeepNeeded(rows) } else { NeglectedDuty::Sweep(rows) };
            let session = self.check(record).await?;
            holds(session.is_some() == is_kept, duty("sessions"))?;
            let code = answered::<LoadCode, _>(self.host.load_code(&LoadCode { key: *key }).await)?;
            holds(code.is_some() == is_kept, duty("codes"))?;
            let again = answered::<Commit, _>(self.host.commit(commit).await)?;
            holds(matches!(again, Committed::Replayed { .. }) == is_kept, duty("claims"))?;
        }
        let next = self.guess(locked, self.now()).await?.ok_or(NeglectedDuty::CountGuesses)?;
        holds(next.number() > long_ago.number(), NeglectedDuty::KeepNeeded("guesses of accounts"))
    }

    /// A code of the account, valid until `expires_at`.
    async fn code(&self, label: &str, expires_at: Timestamp) -> Result<CodeKey, NeglectedDuty> {
        let Self { exam, .. } = self;
        let (tenant, account) = (exam.audience.tenant, exam.expected.id);
        let name = u128::from_be_bytes(self.id(label));
        let email = EmailAddress::new(&format!("exam-{name}@example.com"));
        let recipient = email.map(Recipient::Email).map_err(|_| NeglectedDuty::KeepCode)?;
        let device = Device::new("exam", "exam", "exam", None).map_err(|_| NeglectedDuty::KeepCode)?;
        let key = CodeKey::new(&exam.audience, CodePurpose::SignIn, &recipient, &device, None);
        let slot = SendSlot::of_recipient(&demo::ring(), tenant, &recipient);
        let owner = CodeOwner::account(tenant, account);
        let budget = SendBudget::of(slot, owner, SendPolicy::default(), self.now());
        let digest = CodeDigest::from_bytes(&[7; 32]).map_err(|_| NeglectedDuty::KeepCode)?;
        let write = Write::StoreCode { key, code: StoredCode { digest, expires_at }, budget };
        self.done_for(exam.audience, Some(account), write, NeglectedDuty::KeepCode).await?;
        Ok(key)
    }

    /// Checks that every row of the account is gone, and no row of another account. A new account of the same id must have nothing of the old
    /// account.
    async fn deletion(&self, left: Account, make: impl AsyncFn(Account)) -> Result<(), NeglectedDuty> {
        let (tenant, account) = (self.exam.audience.tenant, self.exam.expected.id);
        let old = self.found().await?;
        let session = self.record("deleted").await?;
        let other =
            SessionRecord { account: self.exam.other_account.id, ..self.record("not deleted").await? };
        self.opened(&session).await?;
        self.opened(&other).await?;
        let key = self.code("deleted", self.now().plus_seconds(300)).await?;
        let slot = AttemptSlot::of_account(tenant, account, Factor::Password);
        let earlier = self.lock(slot, self.now()).await?;
        let judged = self.commit_of("judged on the deleted", Vec::new()).await?;
        let identity = self.identity("of the deleted")?;
        if self.exam.identities {
            self.link(&identity, "link of the deleted").await?;
        }

        done(self.host.delete_person(&DeletePerson { tenant, account }).await, "delete_person")?;
        holds(self.found().await.is_err(), NeglectedDuty::Delete("account"))?;
        self.are_deleted(&session, key).await?;
        let first = self.guess(slot, self.now()).await?;
        holds(
            first.is_some_and(|first| first.number() < earlier.number()),
            NeglectedDuty::Delete("guesses"),
        )?;
        holds(self.check(&other).await?.is_some(), NeglectedDuty::DeleteNoOther)?;
        self.is_read(&self.exam.other_account).await.map_err(|_| NeglectedDuty::DeleteNoOther)?;
        let end = Write::EndSessions(EndSessions::All);
        self.done_for(self.exam.audience, Some(other.account), end, NeglectedDuty::EndSession).await?;
        let again = self.host.delete_person(&DeletePerson { tenant, account }).await;
        holds(
            again.is_ok_and(|again| again == Administered::Nobody),
            NeglectedDuty::AnswerNobody("delete_person"),
        )?;
        // The second deletion also removed the guesses that were counted after the first one.
        let after = self.guess(slot, self.now()).await?;
        let is_fresh = after.zip(first).is_some_and(|(after, first)| after.number() <= first.number());
        holds(is_fresh, NeglectedDuty::Delete("guesses"))?;

        if self.exam.identities {
            self.is_linked(&identity, None).await.map_err(|_| NeglectedDuty::Delete("identities"))?;
        }
        make(Account { revision: old.revision, ..left }).await;
        if self.exam.identities {
            self.is_linked(&identity, None).await.map_err(|_| NeglectedDuty::Delete("identities"))?;
        }
        let new = self.found().await?;
        let mut earlier =
            [self.exam.expected.revision, old.revision].into_iter().flat_map(|of| [of, of.next()]);
        holds(earlier.all(|earlier| earlier != new.revision), NeglectedDuty::DrawRevision)?;
        self.are_deleted(&session, key).await?;
        // The next code is accepted at once only if no earlier send is counted.
        self.code("deleted", self.now().plus_seconds(300))
            .await
            .map_err(|_| NeglectedDuty::Delete("sends"))?;
        let answer = answered::<Commit, _>(self.host.commit(&judged).await)?;
        holds(answer == Committed::Changed, NeglectedDuty::DrawRevision)
    }

    async fn are_deleted(&self, session: &SessionRecord, key: CodeKey) -> Result<(), NeglectedDuty> {
        let kept = self.check(session).await?;
        holds(kept.is_none(), NeglectedDuty::Delete("sessions"))?;
        let code = answered::<LoadCode, _>(self.host.load_code(&LoadCode { key }).await)?;
        holds(code.is_none(), NeglectedDuty::Delete("codes"))
    }

    async fn opened(&self, record: &SessionRecord) -> Result<(), NeglectedDuty> {
        let open = Write::OpenSession(*record);
        self.done_for(self.exam.audience, Some(record.account), open, NeglectedDuty::KeepSession).await?;
        let kept = self.check(record).await?;
        holds(kept == Some(*record), NeglectedDuty::KeepSession)
    }
}
