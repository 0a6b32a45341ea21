//! The library on the tests' host, called as the happenings say.

use super::{
    calls::USED,
    calls::{Act, Call, F, Failing, Happening, How, PEOPLE, Request},
    cast::{
        NAMES, TENANTS, account, applications, authenticator, factor, is_of_the_family, numbering, password,
        sealing_key, sealing_keys,
    },
    ledger::Ledger,
    life::Life,
    observed::Observed,
    own_routes,
    rules::RETIRING,
    state::{Kind, Known, Model, REMADE},
    wire::{self, Spelt},
};
use authflow::{
    AccountId, Application, Applications, Audience, Config, Engine, Secret, TenantId, Timestamp,
    account::Revision,
    administration::{DeletePerson, RequireChange, SetStatus, Sweep, Unlock},
    factor::{Factor, FactorSet},
    guess::{AttemptRecord, AttemptSlot},
    outcome::{Outcome, Verdict},
    password::{MustChange, Permit},
    sdk::Api,
    sealing::Owner,
    session::EndSessions,
    step::{Commit, Committed, CredentialOwner, Step, Write},
    testkit::{self, HostFault, World, demo},
    token::{IdTokenSigning, Key, KeyRing, OutsideKey, OutsideKeys, SignatureAlgorithm, VerifyWindow},
};
use std::{num::NonZeroU32, sync::Arc};

/// What stands before the password in an outdated verifier of the tests' host.
pub const OUTDATED: &str = "outdated:";

#[derive(Clone)]
pub struct Host {
    pub world: World,
    pub texts: Vec<String>,
    /// The codes in the order of sending; `None` for one that did not get out.
    pub codes: Vec<Option<String>>,
    applications: [Arc<Application>; 2],
    keys: Vec<Option<u64>>,
    used_steps: [Option<u64>; PEOPLE],
    sealing: usize,
    sealing_lost: bool,
    pub ledger: Ledger,
    /// How many claims were forgotten because they were over.
    swept: usize,
    pub life: Life,
}

/// A key that has been retired.
fn window(until: u64) -> VerifyWindow {
    VerifyWindow { from: Timestamp::from_unix(0), until: Timestamp::from_unix(until) }
}

fn kind_of(write: &Write) -> &'static str {
    match write {
        Write::RecordSkip { .. } => "a skip",
        Write::StorePassword { .. } => "a password",
        Write::Rehash { .. } => "a hash",
        Write::UseTotpStep { .. } => "a step",
        Write::Reseal { .. } => "a seal",
        Write::OpenSession(_) => "a session",
        Write::RotateSession { .. } => "a rotation",
        Write::RenewSession { .. } => "a renewal",
        Write::EndSessions(_) => "an end",
        Write::StoreCode { .. } => "a code",
        Write::ClearGuesses(_) => "a clearing",
        Write::CountSend(_) => "a sum",
        Write::UseCode(_) => "a use of a code",
    }
}

/// A request that waits for its write, or is done.
struct Waiting {
    step: Result<Step, Box<Outcome>>,
    seen: Observed,
}

impl Host {
    pub fn new(model: &Model) -> Self {
        let mut world = World::new();
        world.host.used_passwords = vec![Secret::new(password(USED))];
        world.host.accounts = (0..PEOPLE).map(|who| account(model, who)).collect();
        let other_tenant = CredentialOwner::Tenant(TenantId::new(TENANTS[1]).unwrap());
        world.host.credentials.push((Secret::new("another"), other_tenant));
        let (texts, codes, keys) = (Vec::new(), Vec::new(), vec![None]);
        let (applications, ledger) = (applications(&model.life), Ledger::default());
        let (used_steps, sealing, sealing_lost, swept) = ([None; PEOPLE], 0, false, 0);
        let mut host = Self {
            world,
            texts,
            codes,
            applications,
            keys,
            used_steps,
            sealing,
            sealing_lost,
            ledger,
            swept,
            life: model.life,
        };
        host.restart();
        host
    }

    /// Keys outside are rotated when those of the ring are.
    fn signing(&self) -> IdTokenSigning {
        if !self.life.signs_outside {
            return IdTokenSigning::ApplicationKey;
        }
        let key =
            |number: usize| OutsideKey::new(&format!("outside{number}"), SignatureAlgorithm::Es256).unwrap();
        let signer = OutsideKeys::new(key(self.keys.len() - 1));
        let retired = self.keys.iter().enumerate().filter_map(|(number, until)| Some((number, (*until)?)));
        IdTokenSigning::Outside(
            retired.fold(signer, |keys, (number, until)| {
                keys.with_verifier(key(number), window(until)).unwrap()
            }),
        )
    }

    fn restart(&mut self) {
        let key = |number: usize| match number {
            0 => Key::without_id(authflow::testkit::demo::secret(7)).unwrap(),
            // Each has a secret of its own.
            _ => Key::new(&format!("k{number}"), authflow::testkit::demo::secret(7 + number as u8)).unwrap(),
        };
        let mut ring = KeyRing::new(key(self.keys.len() - 1));
        for (number, until) in self.keys.iter().enumerate() {
            if let Some(until) = until {
                ring = ring.with_verifier(key(number), window(*until)).unwrap();
            }
        }
        let mut config = Config::new(demo::issuer(), ring, Applications::Asked);
        config.numbering = numbering();
        config.id_token_signing = self.signing();
        config.sealing = Some(sealing_keys(self.sealing, self.sealing_lost));
        self.world = self.world.clone();
        self.world.api = Api::new(Engine::new(config).unwrap());
    }

    pub fn happen(&mut self, happening: &Happening) -> Vec<Observed> {
        match happening {
            Happening::Wait(seconds) => self.world.clock.pass(*seconds),
            Happening::Admin(act) => self.act(act),
            Happening::Restart => self.restart(),
            Happening::RotateKeys => {
                *self.keys.last_mut().unwrap() = Some(self.world.clock.now.as_unix() + RETIRING);
                self.keys.push(None);
                self.restart();
            }
            Happening::One(request) => {
                let waiting = self.begin(request);
                return vec![self.finish(waiting)];
            }
            Happening::Race(one, other) => {
                let waiting = [self.begin(one), self.begin(other)];
                return waiting.into_iter().map(|waiting| self.finish(waiting)).collect();
            }
        }
        Vec::new()
    }

    /// Takes a request to where it wants to write.
    fn begin(&mut self, request: &Request) -> Waiting {
        let now = self.world.clock.now;
        let there = self.life.clock(request.server, now.as_unix());
        self.world.clock.now = Timestamp::from_unix(there);
        let sent = wire::spell(self, request);
        let mut seen = Observed::new(self, request, &sent, now.as_unix());
        let is_of_the_family = is_of_the_family(request.caller.device);
        let mut step = Ok(match request.call {
            Call::Authenticate { .. } => self.begin_at_own_route(request, &sent),
            _ if !is_of_the_family => self.begin_at_own_route(request, &sent),
            _ => {
                let call = testkit::Call::new(sent.method, sent.path).with_body(sent.body);
                let headers = sent.headers.into_iter().collect();
                self.world.begin(&testkit::Call { headers, ..call })
            }
        });
        self.world.clock.now = now;
        while let Ok(asked) = step {
            if matches!(asked, Step::Commit(_)) {
                return Waiting { step: Ok(asked), seen };
            }
            step = self.answer(asked, &mut seen);
        }
        Waiting { step, seen }
    }

    fn begin_at_own_route(&mut self, request: &Request, sent: &Spelt) -> Step {
        let moment = self.world.moment();
        self.world.host.asked.clear();
        own_routes::begin(&self.world.api, request, sent, moment)
    }

    fn finish(&mut self, waiting: Waiting) -> Observed {
        let Waiting { mut step, mut seen } = waiting;
        let outcome = loop {
            match step {
                Ok(asked) => step = self.answer(asked, &mut seen),
                Err(outcome) => break *outcome,
            }
        };
        seen.printed = format!("{outcome:?}");
        seen.events = outcome.events.clone();
        seen.session = match &outcome.verdict {
            Verdict::SignedIn(grant) | Verdict::Refreshed(grant) => Some(grant.session),
            _ => None,
        };
        seen.authenticated = match &outcome.verdict {
            Verdict::Authenticated(who) => Some((**who).clone()),
            _ => None,
        };
        let answer = self.world.answer(outcome);
        wire::read(&answer, &mut seen);
        if let Some(who) = &seen.authenticated {
            seen.reply.1 = who.subject.id.as_str().into();
        }
        self.texts.extend(seen.minted.iter().cloned());
        if seen
            .commits
            .iter()
            .any(|(commit, _)| commit.writes.iter().any(|it| matches!(it, Write::StoreCode { .. })))
        {
            self.codes.push(seen.message.as_ref().map(|(code, _)| code.clone()));
        }
        seen
    }

    fn answer(&mut self, step: Step, seen: &mut Observed) -> Result<Step, Box<Outcome>> {
        let failure = seen.request.failing;
        self.world.host.fault = failure.map(|it| match it.how {
            How::AnswerLost => HostFault::AnswerLost(it.question),
            How::Unavailable | How::NoKey | How::NoSignature | How::NoEnd => {
                HostFault::Unavailable(it.question)
            }
        });
        let failing = |question| failure.is_some_and(|it| it.question == question);
        let is_lost = |question| failure == Some(Failing { question, how: How::AnswerLost });
        match step {
            Step::FindApplication(ask) => {
                seen.asked.push("FindApplication");
                if failing("FindApplication") {
                    return Ok(ask.unavailable());
                }
                let found = self.applications.iter().find(|known| known.client_id == ask.client_id);
                let found = found.cloned();
                Ok(ask.answer(found))
            }
            Step::Commit(ask) if !failing("Commit") || is_lost("Commit") => {
                seen.asked.push("Commit");
                let commit: Commit = (*ask).clone();
                let before =
                    self.world.host.accounts.iter().find(|it| Some(it.id) == commit.account).cloned();
                let committed = self.world.commit(&commit);
                if committed == Committed::Done {
                    seen.wrote.extend(commit.writes.iter().map(kind_of));
                    seen.commits.push((commit, before));
                }
                Ok(if failing("Commit") { ask.unavailable() } else { ask.answer(committed) })
            }
            Step::ReserveAttempt(ask) if !failing("ReserveAttempt") || is_lost("ReserveAttempt") => {
                seen.asked.push("ReserveAttempt");
                seen.slot = Some(ask.slot);
                let guesses = self.guesses();
                let attempts = &mut self.world.host.attempts;
                let reservation = ask.reserve(attempts.get(&ask.slot).cloned());
                let before = attempts.insert(ask.slot, reservation.record());
                let is_written = before.as_ref() != Some(&reservation.record());
                seen.wrote.extend(is_written.then_some("a guess"));
                seen.counted |= self.guesses() > guesses;
                if failing("ReserveAttempt") {
                    return Ok(ask.unavailable());
                }
                // A password is slow to judge: the host has taken a place for it.
                Ok(match ask.factor {
                    Factor::Password => {
                        let place = Permit::new(ask.slot);
                        ask.answer(reservation.holding(place))
                    }
                    _ => ask.answer(reservation),
                })
            }
            Step::SignBytes(ask) if failing("SignBytes") => {
                seen.asked.push("SignBytes");
                Ok(match failure.map(|it| it.how) {
                    Some(How::NoKey) => ask.answer(None),
                    Some(How::NoSignature) => ask.answer(Some(Vec::new())),
                    Some(How::NoEnd) => ask.answer(Some(vec![7; 1025])),
                    Some(How::Unavailable | How::AnswerLost) | None => ask.unavailable(),
                })
            }
            step => {
                if let Step::ReserveAttempt(ask) = &step {
                    seen.slot = Some(ask.slot);
                }
                if let Step::VerifyPassword(ask) = &step {
                    let held = ask.permit.as_ref().and_then(Permit::get).map(|slot| *slot);
                    assert_eq!(
                        held, seen.slot,
                        "a password is judged without the place that was taken for it"
                    );
                }
                if let Step::JudgePassword(ask) = &step {
                    let whose = self.world.host.accounts.iter().find(|it| it.id == ask.account).unwrap();
                    let known = (&whose.user_name, &whose.email);
                    assert_eq!(
                        (&ask.user_name, &ask.email),
                        known,
                        "a new password is judged without its owner's names"
                    );
                }
                self.world.host.asked.clear();
                let (guesses, sent) = (self.guesses(), self.world.host.outbox.len());
                let kept = matches!(step, Step::SettleAttempt(_)).then(|| self.world.host.attempts.clone());
                let next = self.world.host.answer(step);
                seen.asked.append(&mut self.world.host.asked);
                seen.counted |= self.guesses() > guesses;
                let is_settled = kept.is_some_and(|kept| kept != self.world.host.attempts);
                seen.wrote.extend(is_settled.then_some("a guess settled"));
                let message = self.world.host.outbox.get(sent);
                seen.message = message.map(|it| (it.code.expose().into(), it.decoy)).or(seen.message.take());
                next
            }
        }
    }

    /// How many guesses the host has counted, without those that there were none for: a record's entries have 24 bytes behind the first 9, and
    /// the first bit of the last 8 marks those.
    fn guesses(&self) -> usize {
        let records = self.world.host.attempts.values().map(AttemptRecord::to_bytes);
        records.map(|bytes| bytes[9..].chunks(24).filter(|entry| entry[16] >> 7 == 0).count()).sum()
    }

    /// How much the host keeps about guesses.
    fn counted(&self) -> usize {
        self.world.host.attempts.values().map(|record| record.to_bytes().len()).sum()
    }

    /// What the sealing key that seals is called.
    pub fn sealing_key(&self) -> String {
        sealing_key(self.sealing)
    }

    pub fn signer(&self) -> usize {
        self.keys.len() - 1
    }

    pub fn verifies(&self, key: usize, now: u64) -> bool {
        self.keys[key].is_none_or(|until| now < until)
    }

    fn act(&mut self, act: &Act) {
        let now = self.world.clock.now;
        let (used, sealing) = (&mut self.used_steps, self.sealing);
        match *act {
            Act::EndSessions(who) => {
                let (tenant, id) = self.named(who);
                let audience = Audience { client_id: self.applications[0].client_id, tenant };
                let step = self.world.api.engine().end_sessions(audience, id, None);
                self.world.host.fault = None;
                let _ = self.world.run(step);
                self.ledger.end_sessions(Some(who), EndSessions::All);
            }
            Act::CopySecret(from, to) => {
                let copied = self.world.account(NAMES[from]).totp.as_ref().map(|totp| totp.secret().clone());
                let account = self.world.account(NAMES[to]);
                if let Some(copied) = copied {
                    account.totp = account.totp.take().map(|totp| totp.with_secret(copied));
                }
            }
            Act::RotateSealing => {
                self.sealing += 1;
                self.restart();
            }
            Act::LoseSealing(lost) => {
                self.sealing_lost = lost;
                self.restart();
            }
            Act::DenyAll(denies) => self.world.host.denied = denies,
            Act::Outdate(who) => {
                let known = self.world.account(NAMES[who]).password.as_ref();
                if known.is_some_and(|known| !known.verifier.expose().starts_with(OUTDATED)) {
                    self.world.host.outdate(NAMES[who]);
                }
            }
            Act::Disable(who) => {
                let (tenant, account) = self.named(who);
                self.world.host.set_status(&SetStatus::disable(tenant, account));
            }
            Act::Enable(who) => {
                let (tenant, account) = self.named(who);
                self.world.host.set_status(&SetStatus::enable(tenant, account));
            }
            Act::Unlock(who) => {
                let (tenant, account) = self.named(who);
                self.world.host.unlock(&Unlock { tenant, account });
                self.ledger.cleared(AttemptSlot::every(tenant, account));
            }
            Act::Remake(who) => self.remake(who),
            Act::Sweep => {
                let swept = self.world.host.sweep(&Sweep::new(now, NonZeroU32::MAX));
                self.swept += swept.claims as usize;
            }
            Act::Reset(who, number) => self.world.change(NAMES[who], |it| {
                let mut set = demo::password(password(number), now);
                set.must_change = Some(MustChange::AdministratorReset);
                it.password = Some(set);
            }),
            Act::Breach(who) => {
                let ((tenant, account), reason) = (self.named(who), MustChange::Breached);
                self.world.host.require_change(&RequireChange { tenant, account, reason });
            }
            Act::ForcePasswordless(who) => self.world.change(NAMES[who], |it| it.password = None),
            Act::Enrol(who, added) => self.world.change(NAMES[who], |it| {
                it.enrolled = it.enrolled.with(factor(added));
                if added == F::Totp && it.totp.is_none() {
                    let owner = Owner { tenant: it.tenant, account: it.id };
                    it.totp = Some(authenticator(who, owner, sealing).with_last_used_step(used[who]));
                }
            }),
            Act::EnrolSilently(who, added) => {
                let account = self.world.account(NAMES[who]);
                account.enrolled = account.enrolled.with(factor(added));
            }
            Act::Remove(who, removed) => self.world.change(NAMES[who], |it| {
                it.enrolled = it.enrolled.without(FactorSet::EMPTY.with(factor(removed)));
                it.factors_changed_at = now;
                if removed == F::Totp
                    && let Some(totp) = it.totp.take()
                {
                    used[who] = totp.last_used_step();
                }
            }),
        }
    }
}

impl Host {
    fn named(&mut self, who: usize) -> (Option<TenantId>, AccountId) {
        let account = self.world.account(NAMES[who]);
        (account.tenant, account.id)
    }

    /// A first revision is drawn; here it is one that the model knows.
    fn remake(&mut self, who: usize) {
        let (tenant, account) = self.named(who);
        let mut anew = self.world.account(NAMES[who]).clone();
        anew.revision = Revision::new(anew.revision.as_u64() + REMADE).unwrap();
        self.world.host.delete_person(&DeletePerson { tenant, account });
        self.world.host.accounts.insert(who, anew);
        self.ledger.deleted(who, AttemptSlot::every(tenant, account));
    }

    /// Whether the host keeps what the model keeps.
    pub fn is_as(&self, model: &Model) {
        let kept = &self.world.host;
        assert_eq!(self.texts.len(), model.tokens.len(), "the host keeps other tokens");
        let session_tokens = model.tokens.iter().zip(&self.texts);
        let mut session_tokens =
            session_tokens.filter(|(token, _)| matches!(token.kind, Kind::Session { .. }));
        let is_in_form = |text: &str| (text.len() == 125) == model.life.refers;
        assert!(session_tokens.all(|(_, text)| is_in_form(text)), "a session token of the other form");
        assert_eq!(self.codes.len(), model.codes.len(), "the host keeps other codes");
        assert_eq!(kept.claims.len() + self.swept, model.spent.len(), "the host keeps other claims");
        let sessions = || model.sessions.iter().filter(|session| !session.gone);
        assert_eq!(kept.sessions.len(), sessions().count(), "the host keeps other sessions");
        let ended = sessions().filter(|session| session.ended).count();
        assert_eq!(kept.ended.len(), ended, "the host keeps other ended sessions");
        let mut used: Vec<_> = kept.sessions.values().map(|session| session.used_at.as_unix()).collect();
        let mut noted: Vec<_> = sessions().map(|session| session.used).collect();
        used.sort_unstable();
        noted.sort_unstable();
        assert_eq!(used, noted, "the host keeps other uses");
        for (person, account) in model.people.iter().zip(&kept.accounts) {
            assert_eq!(person.revision, account.revision.as_u64(), "the host keeps other revision");
            let under = account.totp.as_ref().map(|totp| totp.secret().key_id().as_str());
            let expected = person.has_totp.then(|| sealing_key(person.sealed.under));
            assert_eq!(under, expected.as_deref(), "the host keeps another seal");
            let kept = account.password.as_ref();
            let known = person.password.as_ref();
            assert_eq!(
                known.map(|known| known.skips),
                kept.map(|kept| kept.skips_used),
                "the host keeps other skips"
            );
            let verifier = |known: &Known| {
                format!("{}{}", if known.outdated { OUTDATED } else { "" }, password(known.number))
            };
            assert_eq!(known.map(verifier).as_deref(), kept.map(|kept| kept.verifier.expose()));
        }
        let guesses: usize = model.guesses.values().chain(model.refused.values()).map(Vec::len).sum();
        assert_eq!(self.counted(), 9 * kept.attempts.len() + 24 * guesses, "the host keeps other guesses");
    }
}
