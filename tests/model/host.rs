//! The library on the tests' host, called as the happenings demand.

use super::{
    browser,
    calls::USED,
    calls::{
        Call, F, Failing, Happening, How, Identity, LinkProof, MOST, Named, PEOPLE, Purpose, Reply, Request,
        Said,
    },
    cast::{
        NAMES, TENANTS, account, applications, email, identity, is_known_by, is_of_the_family, mobile,
        numbering, password, sealing_key, sealing_keys,
    },
    ledger::Ledger,
    life::Life,
    links::Seen,
    observed::{Message, Observed},
    own_routes,
    rules::RETIRING,
    state::Model,
    trust,
    wire::{self, Spelt},
};
use authflow::{
    Application, Applications, Config, Engine, Secret, TenantId, Timestamp,
    account::{Account, MemberName, ProfileFlaw, ProfileRefusal, UserName},
    contact::{EmailAddress, Mobile},
    factor::Factor,
    outcome::{Outcome, Verdict},
    password::Permit,
    sdk::Api,
    social::{LinkedBy, MobileSource, SocialSource},
    step::{Commit, Committed, CredentialOwner, Step, Write},
    testkit::{self, HostFault, Link, World, demo},
    token::{IdTokenSigning, Key, KeyRing, OutsideKey, OutsideKeys, SignatureAlgorithm, VerifyWindow},
};
use std::sync::Arc;

/// The text before the password in an outdated verifier of the tests' host.
pub const OUTDATED: &str = "outdated:";

#[derive(Clone)]
pub struct Host {
    pub world: World,
    pub texts: Vec<String>,
    /// The codes in the order of sending, with `None` for a code that did not get out.
    pub codes: Vec<Option<String>>,
    /// The pictures in the order of showing, and the captcha tokens of the solved ones.
    pub pictures: Vec<String>,
    pub captchas: Vec<String>,
    pub servers: Vec<String>,
    pub applications: [Arc<Application>; 2],
    keys: Vec<Option<u64>>,
    pub used_steps: Vec<Option<u64>>,
    /// The distance of each account's revisions from those that the model counts.
    pub drawn: Vec<u64>,
    pub sealing: usize,
    pub sealing_lost: bool,
    pub ledger: Ledger,
    /// The number of claims that were forgotten because they were over.
    pub swept: usize,
    /// The number of requests that were spelt. Each is typed in another way than the one before.
    pub spelt: usize,
    pub life: Life,
}

/// The window of a key that has been retired.
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
        Write::CreateAccount(_) => "an account",
        Write::SpendBudget(_) => "a budget",
        Write::ReplaceContact { .. } => "a contact",
        Write::LinkIdentity { .. } => "a link",
        Write::UnlinkIdentity { .. } => "an end of a link",
        Write::EndLinks(_) => "an end of links",
    }
}

/// The names that a person who registers will have.
fn new_names(call: &Call) -> (Option<UserName>, Option<EmailAddress>) {
    match call {
        Call::Register { by, to, name, .. } => {
            let name = name.and_then(|name| UserName::new(NAMES[name]).ok());
            (name, EmailAddress::new(&email(*to)).ok().filter(|_| *by == F::Email))
        }
        _ => (None, None),
    }
}

/// A sealed token is used up before anything is guessed with it.
fn is_claim_of_a_guess(call: &Call, commit: &Commit) -> bool {
    let sends = matches!(call, Call::Send { purpose: Purpose::NewContact, .. });
    let guesses = matches!(call, Call::OwnChange { .. } | Call::NewContact { .. });
    (guesses || sends) && commit.writes.is_empty()
}

/// A request that waits for its write, or has ended.
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
        let (used_steps, drawn) = (vec![None; MOST], vec![0; PEOPLE]);
        let (sealing, sealing_lost, swept) = (0, false, 0);
        let mut ledger = ledger;
        for ((tenant, number), linked) in &model.linked {
            let (account, linked_at) = (world.host.accounts[linked.who].id, world.clock.now);
            let linked_by = LinkedBy::from_bits(trust::written(&linked.made)).unwrap();
            let link = Link { account, linked_at, linked_by };
            world.host.identities.insert((TenantId::new(TENANTS[*tenant]).ok(), identity(*number)), link);
            ledger.links.insert((*tenant, *number), Seen::before(account, &linked.made));
        }
        let mut host = Self {
            world,
            texts,
            codes,
            pictures: Vec::new(),
            captchas: Vec::new(),
            servers: Vec::new(),
            applications,
            keys,
            used_steps,
            drawn,
            sealing,
            sealing_lost,
            ledger,
            swept,
            spelt: 0,
            life: model.life,
        };
        host.restart();
        host
    }

    /// The outside keys are rotated together with the keys of the ring.
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

    pub fn restart(&mut self) {
        let key = |number: usize| match number {
            0 => Key::without_id(authflow::testkit::demo::secret(7)).unwrap(),
            // Each key has its own secret.
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

    /// Takes a request up to its write.
    fn begin(&mut self, request: &Request) -> Waiting {
        let now = self.world.clock.now;
        let there = self.life.clock(request.server, now.as_unix());
        self.world.clock.now = Timestamp::from_unix(there);
        self.spelt += 1;
        let sent = wire::spell(self, request);
        self.vouch(&request.call, &sent);
        let mut seen = Observed::new(self, request, &sent, now.as_unix());
        let is_of_the_family = is_of_the_family(request.caller.device);
        let mut step = Ok(match request.call {
            Call::Authenticate { .. } => self.begin_at_own_route(request, &sent),
            // This client has no device.
            Call::TenantToken { .. } => self.begin_at_a_path(sent),
            _ if !is_of_the_family => self.begin_at_own_route(request, &sent),
            _ => self.begin_at_a_path(sent),
        });
        self.world.clock.now = now;
        while let Ok(asked) = step {
            if matches!(&asked, Step::Commit(commit) if !is_claim_of_a_guess(&request.call, commit)) {
                return Waiting { step: Ok(asked), seen };
            }
            step = self.answer(asked, &mut seen);
        }
        Waiting { step, seen }
    }

    fn begin_at_a_path(&mut self, sent: Spelt) -> Step {
        let call = testkit::Call::new(sent.method, sent.path).with_body(sent.body);
        let headers = sent.headers.into_iter().collect();
        self.world.begin(&testkit::Call { headers, ..call })
    }

    fn begin_at_own_route(&mut self, request: &Request, sent: &Spelt) -> Step {
        let moment = self.world.moment();
        self.world.host.asked.clear();
        match browser::begin(&self.world.api, request, sent, moment) {
            Ok(step) => step,
            Err(moment) => own_routes::begin(&self.world.api, request, sent, moment),
        }
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
        self.pictures.extend(seen.picture.clone());
        self.captchas.extend(seen.solved.clone());
        self.servers.extend(seen.server.clone());
        if let Some(who) = &seen.authenticated {
            seen.reply.1 = who.subject.id.as_str().into();
        }
        self.number_whoever_registered(&mut seen);
        self.texts.extend(seen.minted.iter().cloned());
        if seen
            .commits
            .iter()
            .any(|(commit, _)| commit.writes.iter().any(|it| matches!(it, Write::StoreCode { .. })))
        {
            self.codes.push(seen.message.as_ref().map(|it| it.code.clone()));
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
                // A password is slow to judge, so the host has taken a place for it.
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
                    let whose = self.world.host.accounts.iter().find(|it| it.id == ask.account);
                    let new = new_names(&seen.request.call);
                    let (user_name, email) = &new;
                    let known = whose.map_or((user_name, email), |whose| (&whose.user_name, &whose.email));
                    assert_eq!(
                        (&ask.user_name, &ask.email),
                        known,
                        "a new password is judged without its owner's names"
                    );
                }
                self.world.host.unfit_profile = self.unfit(&seen.request.call);
                self.world.host.asked.clear();
                let (guesses, sent) = (self.guesses(), self.world.host.outbox.len());
                let kept = matches!(step, Step::SettleAttempt(_)).then(|| self.world.host.attempts.clone());
                let next = self.world.host.answer(step);
                seen.asked.append(&mut self.world.host.asked);
                seen.counted |= self.guesses() > guesses;
                let is_settled = kept.is_some_and(|kept| kept != self.world.host.attempts);
                seen.wrote.extend(is_settled.then_some("a guess settled"));
                let message = self.world.host.outbox.get(sent).map(Message::read);
                seen.message = message.or(seen.message.take());
                next
            }
        }
    }

    /// The id of the sealing key that seals.
    pub fn sealing_key(&self) -> String {
        sealing_key(self.sealing)
    }

    pub fn signer(&self) -> usize {
        self.keys.len() - 1
    }

    pub fn verifies(&self, key: usize, now: u64) -> bool {
        self.keys[key].is_none_or(|until| now < until)
    }
}

impl Host {
    /// The person of a tenant who is known by this name.
    pub fn holder(&self, tenant: usize, said: Said, named: Named) -> Option<usize> {
        let tenant = TenantId::new(TENANTS[tenant]).ok();
        let is_it = |account: &Account| account.tenant == tenant && is_known_by(account, said, named);
        self.world.host.accounts.iter().position(is_it)
    }

    /// Sets the provider's answer for the code of a request.
    fn vouch(&mut self, call: &Call, sent: &Spelt) {
        let host = &mut self.world.host;
        let word = || Secret::new(wire::word(sent));
        match call {
            Call::Social { identity: number, good: true, .. } => {
                host.social_codes.push((SocialSource::Wechat, word(), identity(*number)));
            }
            Call::Link { proof: LinkProof::Vouched(to, true), .. }
            | Call::RegisterVouched { to, good: true, .. } => {
                host.mobile_tokens.push((MobileSource::Wechat, word(), Mobile::new(&mobile(*to)).unwrap()));
            }
            _ => {}
        }
    }

    /// The person that an identity is linked to.
    pub fn linked(&self, tenant: usize, number: Identity) -> Option<usize> {
        let key = (TenantId::new(TENANTS[tenant]).ok(), identity(number));
        let link = self.world.host.identities.get(&key)?;
        self.world.host.accounts.iter().position(|account| account.id == link.account)
    }

    /// The place of a picture's piece.
    pub fn place(&self, picture: usize) -> u8 {
        let id = self.pictures.get(picture).and_then(|text| wire::picture_id(text));
        id.and_then(|id| self.world.host.pictures.get(&id)).map_or(0, |shown| shown.x)
    }

    /// The host's judgement of a person who registers.
    fn unfit(&self, call: &Call) -> Option<ProfileRefusal> {
        let member = MemberName::new("extension.age").unwrap();
        let refused = ProfileRefusal { member, flaw: ProfileFlaw::Missing };
        matches!(call, Call::Register { fit: false, .. }).then_some(refused)
    }

    /// The ids and first revisions of new people are drawn. The host translates both to numbers.
    fn number_whoever_registered(&mut self, seen: &mut Observed) {
        let accounts = &self.world.host.accounts;
        self.drawn.extend(accounts[self.drawn.len()..].iter().map(|new| new.revision.as_u64() - 1));
        let number = accounts.iter().position(|account| account.id.as_str() == seen.reply.1);
        if let Some(number) = number {
            seen.reply.1 = Reply::SUBJECTS[number].1.into();
        }
        let written = seen.commits.iter().find_map(|(commit, _)| commit.account);
        let written = written.and_then(|id| accounts.iter().position(|account| account.id == id));
        seen.about = written.or(seen.about);
    }
}
