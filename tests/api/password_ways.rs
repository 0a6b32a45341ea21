//! No password is set by a way that the graph of the policy does not show (invariant 11).
//!
//! There are two applications of one tenant with different policies, one account of any kind, and a caller that has everything: the
//! account's password, its authenticator, every sent code and every issued token. If any sequence of calls sets a password, the last
//! call must be an edge of what [`graph_of`] says can happen to that account in that application at that moment.

use authflow::testkit::{
    Answer, Call, MemoryHost, World,
    demo::{self, DAY, PASSWORD, START},
};
use authflow::{
    Application, Applications, ClientId, Config, Dialect, Engine, Lifetime, PasswordReset, Secret,
    account::{Account, UserName},
    code::SendPolicy,
    contact::{Channel, EmailAddress, Mobile, Recipient},
    device::{Caller, Device},
    factor::{Factor, FactorSet},
    flow::{Action, State, graph_of},
    guess::AttemptPolicy,
    password::{Ageing, MustChange, Password},
    policy::{Policy, SecondFactor},
    sdk::Api,
    token::Stage,
};
use proptest::{
    prelude::*,
    test_runner::{Config as Cases, RngSeed, TestRunner},
};
use serde_json::json;
use std::{cell::RefCell, collections::BTreeMap};

const APPLICATIONS: [&str; 2] = [demo::ISV, "AnotherApplicationOfTheTenant000"];
const MOBILE: &str = "+86-13800000009";
const EMAIL: &str = "ann@example.com";

/// One thing to try: the application, the channel, the call and its variant.
type Deed = (usize, Channel, u8, u8);

fn channels() -> impl Strategy<Value = Channel> + Clone {
    prop_oneof![Just(Channel::Sms), Just(Channel::Email)]
}

fn factors(bits: u8) -> FactorSet {
    let all = [Factor::Password, Factor::Sms, Factor::Email, Factor::Totp];
    all.into_iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1).map(|(_, factor)| factor).collect()
}

fn policies() -> impl Strategy<Value = Policy> {
    let second_factor =
        prop_oneof![Just(SecondFactor::Off), Just(SecondFactor::WhenEnrolled), Just(SecondFactor::Always)];
    let recovery = prop::collection::vec(channels(), 0..3);
    let says = (any::<bool>(), any::<bool>());
    (1..8_u8, second_factor, recovery, says).prop_map(
        |(first, second_factor, recovery, (ages, sets_first))| Policy {
            first_factors: factors(first),
            second_factor,
            recovery: recovery.into_iter().collect(),
            session_sets_first_password: sets_first,
            ageing: ages.then(|| Ageing::new(90, 14, 3).unwrap()),
            sending: SendPolicy::new(Lifetime::of::<1>(), 100).unwrap(),
            attempts: AttemptPolicy::new(100, Lifetime::of::<1>(), false, 100).unwrap(),
            ..Policy::default()
        },
    )
}

fn passwords() -> impl Strategy<Value = Option<Password>> {
    let must = prop_oneof![
        4 => Just(None),
        1 => Just(Some(MustChange::AdministratorReset)),
        2 => Just(Some(MustChange::Breached)),
    ];
    let set = (prop_oneof![Just(1), Just(85), Just(100)], must).prop_map(|(days, must_change)| Password {
        must_change,
        ..demo::password(PASSWORD, START.minus_seconds(days * DAY))
    });
    prop::option::weighted(0.8, set)
}

/// Gives an account contacts and an authenticator, and says which of them are second factors.
fn equip(account: &mut Account, held: u8, enrolled: u8) {
    let held = factors(held);
    account.mobile = Mobile::new(MOBILE).ok().filter(|_| held.contains(Factor::Sms));
    account.email = EmailAddress::new(EMAIL).ok().filter(|_| held.contains(Factor::Email));
    account.totp = held.contains(Factor::Totp).then(|| demo::totp(account));
    account.enrolled = factors(enrolled & 0b1110);
}

fn accounts() -> impl Strategy<Value = Account> {
    (passwords(), any::<u8>(), any::<u8>()).prop_map(|(password, held, enrolled)| {
        let mut account = demo::account("ann");
        account.user_name = UserName::new("ann").ok();
        account.password = password;
        equip(&mut account, held, held & enrolled);
        account
    })
}

thread_local! {
    /// How often a password was set by each action.
    static SET: RefCell<BTreeMap<Action, u32>> = RefCell::default();
}

/// A caller that has everything.
struct Somebody {
    world: World,
    policies: [Policy; 2],
    dialect: Dialect,
    /// The latest state token and its application.
    pending: Option<(usize, String)>,
    /// The latest id token and its application.
    bearer: Option<(usize, String)>,
    passwords: u32,
}

impl Somebody {
    fn new(policies: [Policy; 2], dialect: Dialect, account: Account) -> Self {
        let applications: Vec<_> = (0..2)
            .map(|at| {
                let isv = Application::isv(ClientId::new(APPLICATIONS[at]).unwrap(), [demo::tenant()]);
                Application { policy: policies[at], dialect, ..isv }
            })
            .collect();
        let fixed = Applications::Fixed(applications.clone());
        let mut config = Config::new(demo::issuer(), demo::ring(), fixed);
        config.sealing = Some(demo::sealing_keys());
        let engine = Engine::new(config).unwrap();
        let host = MemoryHost { applications, accounts: vec![account], ..MemoryHost::demo() };
        let world = World::of(Api::new(engine), host);
        Self { world, policies, dialect, pending: None, bearer: None, passwords: 0 }
    }

    fn account(&mut self) -> &mut Account {
        self.world.account("ann")
    }

    /// Sends a call. If it sets a password, `action` must lead there from one of `from`.
    fn send(&mut self, at: usize, call: Call, from: &[State], action: Option<Action>) -> Answer {
        let call = call.with_header("X-client-id", APPLICATIONS[at]);
        self.watch(at, from, action, |world| world.send(&call))
    }

    fn watch<T>(
        &mut self,
        at: usize,
        from: &[State],
        action: Option<Action>,
        act: impl FnOnce(&mut World) -> T,
    ) -> T {
        let (policy, now, before) = (self.policies[at], self.world.clock.now, self.account().clone());
        let answer = act(&mut self.world);
        let set =
            |account: &Account| account.password.as_ref().map(|known| known.verifier.expose().to_owned());
        if set(self.account()) != set(&before) {
            let action = action.unwrap_or_else(|| panic!("a call that sets no password has set one"));
            SET.with_borrow_mut(|set| *set.entry(action).or_default() += 1);
            let to = if from == [State::Start] { State::PasswordReset } else { State::PasswordChanged };
            let is_shown = graph_of(&policy, &before, now)
                .edges()
                .any(|edge| from.contains(&edge.from) && edge.action == Some(action) && edge.to == to);
            // This check does not rely on the library's word: nobody sets a password by a second factor without a proof of the present
            // one.
            let by = match action {
                Action::ResetPassword(channel) => Factor::of_channel(channel),
                Action::ChangeOwnPassword(by) => by,
                _ => Factor::Password,
            };
            assert!(!before.enrolled.contains(by), "{action:?} is a second factor: {before:?}");
            assert!(is_shown, "{action:?} from {from:?} is no edge: {policy:?} {before:?}");
        }
        answer
    }

    fn take(&mut self, at: usize, answer: &Answer) {
        if let Some(token) = answer.find("state_token") {
            self.pending = Some((at, token.to_owned()));
        }
        if let Some(token) = answer.find("id_token") {
            self.bearer = Some((at, token.to_owned()));
        }
    }

    /// Asks for a code and returns the latest one, which may be a decoy's.
    fn code(&mut self, at: usize, channel: Channel, of_type: &str, pending: Option<&str>) -> String {
        self.world.clock.pass(1);
        let (path, member, named, ending) = spelling(channel);
        let body = match pending {
            None => json!({ member: named, "type": format!("{of_type}_{ending}") }),
            Some(_) => json!({ "type": format!("{of_type}_{ending}") }),
        };
        let call = Call::post(&format!("/api/v2/sdk/{path}/send"), &body);
        let call = pending.map_or(call.clone(), |token| call.pending(token));
        self.send(at, call, &[], None);
        self.world.host.outbox.last().map_or("000000", |message| message.code.expose()).to_owned()
    }

    fn present(&mut self) -> String {
        self.account().password.as_ref().map_or(PASSWORD.into(), |known| known.verifier.expose().to_owned())
    }

    fn chosen(&mut self) -> String {
        self.passwords += 1;
        format!("Battery-Staple-{}", self.passwords)
    }

    fn act(&mut self, (at, channel, what, how): Deed) {
        let (_, member, named, _) = spelling(channel);
        let by = Factor::of_channel(channel);
        let waits = [Stage::PasswordExpiring, Stage::PasswordExpired].map(State::Pending);
        match what % 18 {
            0..3 => {
                let call = Call::login("ann", &self.present());
                let answer = self.send(at, call, &[], None);
                self.take(at, &answer);
            }
            3 | 4 => {
                let code = self.code(at, channel, "LOGIN", None);
                let body = json!({ member: named, "verify_code": code });
                let call = Call::post(&format!("/api/v2/sdk/login/{member}-verify-code"), &body);
                let answer = self.send(at, call, &[], None);
                self.take(at, &answer);
            }
            5..8 => {
                let Some((at, token)) = self.pending.clone() else { return };
                let path = spelling(channel).0;
                let call = if self.account().totp.is_some() && how < 128 {
                    self.world.clock.pass(30);
                    let password = self.world.totp("ann", 0);
                    Call::prove_totp(&token, &password)
                } else {
                    let code = self.code(at, channel, "MFA_AUTH", Some(&token));
                    let body = json!({ "verify_code": code });
                    Call::post(&format!("/api/v2/sdk/mfa/{path}"), &body).pending(&token)
                };
                let answer = self.send(at, call, &[], None);
                self.take(at, &answer);
            }
            8 => {
                let Some((at, token)) = self.pending.clone() else { return };
                let call = Call::update(&token, &self.present(), &self.chosen());
                let answer = self.send(at, call, &waits, Some(Action::ChangePassword(Factor::Password)));
                self.take(at, &answer);
            }
            9 => {
                let Some((at, token)) = self.pending.clone() else { return };
                let code = self.code(at, channel, "CHANGE_PWD", Some(&token));
                let body = json!({ "verify_code": code, "new_password": self.chosen() });
                let call = Call::post(&format!("/api/v2/sdk/after-login/pwd/update-by-{member}"), &body);
                let answer = self.send(at, call.pending(&token), &waits, Some(Action::ChangePassword(by)));
                self.take(at, &answer);
            }
            10 => {
                let code = self.code(at, Channel::Sms, "FORGET_PWD", None);
                let body = json!({ "mobile": MOBILE, "verify_code": code, "password": self.chosen() });
                let action = match self.dialect {
                    Dialect::Ciam => None,
                    Dialect::Eiam | Dialect::OneAccess => Some(Action::ResetPassword(Channel::Sms)),
                };
                let call = Call::post("/api/v2/sdk/pwd/update-by-mobile", &body);
                self.send(at, call, &[State::Start], action);
            }
            11 => self.reset_by_engine(at, channel),
            12 => {
                let Some((at, token)) = self.bearer.clone() else { return };
                let body = json!({ "old_password": self.present(), "new_password": self.chosen() });
                let call = Call::post("/api/v2/sdk/pwd/change", &body).bearing(&token);
                let action = match self.account().password {
                    None => Action::SetFirstPassword,
                    Some(_) => Action::ChangeOwnPassword(Factor::Password),
                };
                self.send(at, call, &[State::SessionIssued], Some(action));
            }
            13 => {
                let Some((at, token)) = self.bearer.clone() else { return };
                let body = json!({ "new_password": self.chosen() });
                let call = Call::post("/api/v2/sdk/pwd/change", &body).bearing(&token);
                self.send(at, call, &[State::SessionIssued], Some(Action::SetFirstPassword));
            }
            14 => {
                let Some((at, token)) = self.bearer.clone() else { return };
                let code = self.code(at, Channel::Sms, "UPDATE_PWD", None);
                let body = json!({ "verify_code": code, "password": self.chosen() });
                let call = Call::post("/api/v2/sdk/pwd/update-by-mobile", &body).bearing(&token);
                let action = Some(Action::ChangeOwnPassword(Factor::Sms));
                self.send(at, call, &[State::SessionIssued], action);
            }
            15 | 16 => {
                let Some((at, token)) = self.bearer.clone() else { return };
                // This is EIAM's type of code. Without a state token it is the signed-in subject's.
                let code = self.code(at, channel, "CHANGE_PWD", None);
                let body = json!({ "verify_code": code, "password": self.chosen() });
                let call = Call::post(&format!("/api/v2/sdk/pwd/change-by-{member}"), &body).bearing(&token);
                self.send(at, call, &[State::SessionIssued], Some(Action::ChangeOwnPassword(by)));
            }
            _ if how < 128 => self.world.clock.pass(u64::from(how) * 10),
            // An administrator does this.
            _ => self.world.change("ann", |ann| equip(ann, how, how & how >> 3)),
        }
    }

    /// Resets the password by any channel, as a host with its own routes does.
    fn reset_by_engine(&mut self, at: usize, channel: Channel) {
        let named = spelling(channel).2;
        let caller = || Caller {
            device: Device::new("Android 10", "156aysdna213sac", "app/1", None).unwrap(),
            client_id: ClientId::new(APPLICATIONS[at]).unwrap(),
            tenant: Some(demo::tenant()),
            language: None,
        };
        let engine = self.world.api.engine().clone();
        self.world.clock.pass(1);
        let request = authflow::CodeRequest {
            purpose: authflow::code::CodePurpose::ForgottenPassword,
            channel,
            recipient: Some(Secret::new(named)),
            captcha_token: None,
        };
        let moment = self.world.moment();
        let step = engine.send_code(caller(), authflow::token::Untrusted::new(""), request, moment);
        let _ = self.world.run(step);
        let code = self.world.host.outbox.last().map_or("000000", |message| message.code.expose()).to_owned();
        let reset = PasswordReset {
            recipient: Recipient::new(channel, named).unwrap(),
            code: Secret::new(code),
            new_password: Secret::new(self.chosen()),
        };
        self.watch(at, &[State::Start], Some(Action::ResetPassword(channel)), |world| {
            let moment = world.moment();
            let _ = world.run(engine.reset_password(caller(), reset, moment));
        });
    }
}

/// The spellings of a channel: in a path, in a body, as the account's contact, and in the type of a code.
fn spelling(channel: Channel) -> (&'static str, &'static str, &'static str, &'static str) {
    match channel {
        Channel::Sms => ("sms", "mobile", MOBILE, "SMS"),
        Channel::Email => ("email", "email", EMAIL, "EMS"),
    }
}

#[test]
fn invariant_11_no_password_is_set_by_a_way_that_the_graph_does_not_show() {
    let dialects = prop_oneof![Just(Dialect::Ciam), Just(Dialect::Eiam), Just(Dialect::OneAccess)];
    let deeds = prop::collection::vec((0..2_usize, channels(), any::<u8>(), any::<u8>()), 4..40);
    let config =
        Cases { cases: 2_000, rng_seed: RngSeed::Fixed(11), failure_persistence: None, ..Cases::default() };
    let lives = (policies(), policies(), dialects, accounts(), deeds);
    let ran = TestRunner::new(config).run(&lives, |(one, other, dialect, account, deeds)| {
        let mut somebody = Somebody::new([one, other], dialect, account);
        deeds.into_iter().for_each(|deed| somebody.act(deed));
        Ok(())
    });
    ran.unwrap_or_else(|error| panic!("{error}"));
    // Runs that set no password would prove nothing.
    SET.with_borrow(|set| {
        for action in [
            Action::ChangePassword(Factor::Password),
            Action::ChangePassword(Factor::Sms),
            Action::ChangePassword(Factor::Email),
            Action::ResetPassword(Channel::Sms),
            Action::ResetPassword(Channel::Email),
            Action::ChangeOwnPassword(Factor::Password),
            Action::ChangeOwnPassword(Factor::Sms),
            Action::ChangeOwnPassword(Factor::Email),
            Action::SetFirstPassword,
        ] {
            let times = set.get(&action).copied().unwrap_or_default();
            assert!(times >= 20, "{action:?} only {times} times: {set:?}");
        }
    });
}
