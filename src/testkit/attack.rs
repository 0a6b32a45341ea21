//! What an attacker tries with the tokens that a client holds.

use super::{Answer, Call, Login, MemoryHost, World, demo};
use crate::{
    SessionId, TokenId,
    account::{Account, Revision},
    factor::Totp,
    outcome::Event,
    session::SessionRecord,
    step::Claim,
};
use alloc::{
    borrow::ToOwned as _,
    boxed::Box,
    collections::{BTreeMap, BTreeSet},
    string::String,
    vec::Vec,
};
use core::fmt;

/// What an attacker tries. All of it must be refused, and write nothing. What is out of place must also get the very reply that nonsense
/// gets there, so that it teaches nothing. (Who replays a finished step may learn that the code in it has been used. Where the policy has a
/// [`retry_grace`](crate::policy::Policy::retry_grace), a skip that is replayed may be answered with the session that it has opened.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attack {
    /// Every finished step again; and the next step twice at once, both judged before either is written.
    Replay,
    /// The state tokens of finished steps, in a skip, a change of the password, and a proof of the second factor: with a code that is
    /// new and right, where the login has proved one.
    Rewind,
    /// Every token where another kind belongs.
    CrossPurpose,
    /// Every token, from a device with another fingerprint. A sign-out is not tried: it gives a right up, from any device.
    WrongDevice,
    /// Every token, in another application.
    WrongApplication,
    /// Every token, after the key it was signed with has been retired.
    RetiredKey,
}

/// How many requests were refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Withstood {
    /// None where the client holds nothing yet.
    pub tried: usize,
}

/// A request of an attacker's that was not refused, or not like nonsense.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{attack:?} of {path}: {answer:?}")]
pub struct Breach {
    /// The attack.
    pub attack: Attack,
    /// What was called.
    pub path: String,
    /// The answer.
    pub answer: Box<Answer>,
}

impl fmt::Debug for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Where a token belongs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    State,
    Session,
    Id,
    Ticket,
}

const PLACES: [Place; 4] = [Place::State, Place::Session, Place::Id, Place::Ticket];

impl Place {
    /// The calls that take a token there.
    fn calls(self, token: &str) -> Vec<Call> {
        match self {
            Self::State => {
                let shown = Call::get("/api/v2/sdk/mobile-by-token").pending(token);
                steps(token).into_iter().chain([shown]).collect()
            }
            Self::Session => {
                Vec::from([Call::refresh(token), Call::issue_ticket(token), Call::sign_out(token)])
            }
            Self::Id => Vec::from([Call::check_exist(token)]),
            Self::Ticket => Vec::from([Call::redeem_ticket(token)]),
        }
    }
}

/// The calls that finish a step.
fn steps(token: &str) -> [Call; 3] {
    [
        Call::skip(token),
        Call::update(token, demo::PASSWORD, Login::NEW_PASSWORD),
        Call::prove_totp(token, "000000"),
    ]
}

impl Attack {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Replay,
        Self::Rewind,
        Self::CrossPurpose,
        Self::WrongDevice,
        Self::WrongApplication,
        Self::RetiredKey,
    ];

    /// Tries it on a copy of the world that the login happens in.
    ///
    /// # Errors
    /// With the first request that was not refused as nonsense is.
    pub fn mount(self, login: &Login) -> Result<Withstood, Breach> {
        let mut attacker = Attacker { attack: self, login: login.clone(), tried: 0 };
        attacker.run()?;
        Ok(Withstood { tried: attacker.tried })
    }
}

struct Attacker {
    attack: Attack,
    login: Login,
    tried: usize,
}

impl Attacker {
    fn run(&mut self) -> Result<(), Breach> {
        let held = self.held();
        match self.attack {
            Attack::Replay => {
                for call in self.login.finished.clone() {
                    self.is_refused(&call)?;
                }
                self.race(&held)
            }
            Attack::Rewind => {
                let spent = |call: &Call| call.headers.text("X-state-token").map(str::to_owned);
                let spent: Vec<_> = self.login.finished.iter().filter_map(spent).collect();
                spent.iter().try_for_each(|token| self.rewind(token))
            }
            Attack::CrossPurpose => held.iter().try_for_each(|(own, token)| {
                let others = PLACES.into_iter().filter(|place| place != own);
                others.into_iter().try_for_each(|place| self.are_refused(place, token, &|call| call))
            }),
            Attack::WrongDevice => held.iter().try_for_each(|(place, token)| {
                self.are_refused(*place, token, &|call| call.with_fingerprint("another"))
            }),
            Attack::WrongApplication => {
                held.iter().try_for_each(|(place, token)| self.are_refused(*place, token, &of_another))
            }
            Attack::RetiredKey => {
                self.login.world.api = self.login.setup.api_with_other_keys();
                held.iter().try_for_each(|(place, token)| self.are_refused(*place, token, &|call| call))
            }
        }
    }

    /// With the right password, and with a code that was not used yet (nor held back by a budget), so that the token is all there is
    /// to refuse.
    fn rewind(&mut self, token: &str) -> Result<(), Breach> {
        let [skip, change, guess] = steps(token);
        self.is_refused_as_nonsense(&skip, &skip.clone().pending(NONSENSE))?;
        self.is_refused_as_nonsense(&change, &change.clone().pending(NONSENSE))?;
        self.login.world.clock.pass(Totp::STEP_SECONDS);
        self.login.world.host.sends.clear();
        let has_proved = self.login.finished.iter().any(|call| call.path.contains("/mfa/"));
        let proof = if has_proved { self.login.proof(token) } else { guess };
        self.is_refused_as_nonsense(&proof, &proof.clone().pending(NONSENSE))
    }

    /// The tokens that the client holds now, and where they belong.
    fn held(&self) -> Vec<(Place, String)> {
        let Some(answer) = self.login.latest() else { return Vec::new() };
        let mut held = Vec::new();
        for (place, member) in
            [(Place::State, "state_token"), (Place::Session, "session_token"), (Place::Id, "id_token")]
        {
            held.extend(answer.find(member).map(|token| (place, token.to_owned())));
        }
        if let Some(session_token) = answer.find("session_token") {
            let issued = self.login.world.clone().send(&Call::issue_ticket(session_token));
            held.extend(issued.find("sso_ticket").map(|ticket| (Place::Ticket, ticket.to_owned())));
        }
        held
    }

    /// Sends every call that takes a token there, changed by `change`: each must be refused as nonsense is.
    fn are_refused(
        &mut self,
        place: Place,
        token: &str,
        change: &dyn Fn(Call) -> Call,
    ) -> Result<(), Breach> {
        let calls = place.calls(token).into_iter().zip(place.calls(NONSENSE));
        // Whoever holds a session token may sign out with it.
        let is_bound = |call: &Call| self.attack != Attack::WrongDevice || !call.path.ends_with("/logout");
        let calls: Vec<_> = calls.filter(|(call, _)| is_bound(call)).collect();
        calls
            .into_iter()
            .try_for_each(|(call, nonsense)| self.is_refused_as_nonsense(&change(call), &change(nonsense)))
    }

    /// Sends a call, which must be refused as another one is.
    fn is_refused_as_nonsense(&mut self, call: &Call, nonsense: &Call) -> Result<(), Breach> {
        let expected = self.login.world.clone().send(nonsense);
        let answer = self.is_refused(call)?;
        if answer == expected || self.is_answered_again() { Ok(()) } else { Err(self.breach(call, answer)) }
    }

    /// Sends a call, which must be refused and write nothing.
    fn is_refused(&mut self, call: &Call) -> Result<Answer, Breach> {
        let world = &mut self.login.world;
        let before = written(world);
        let answer = world.send(call);
        self.tried += 1;
        // Not merely unanswered: a host that is out of order withstands nothing.
        let is_unwritten = written(world) == before;
        let is_refused = (answer.status == 400 || self.is_answered_again()) && is_unwritten;
        if is_refused { Ok(answer) } else { Err(self.breach(call, answer)) }
    }

    /// The latest request came once more, and was answered as before.
    fn is_answered_again(&self) -> bool {
        let is_repetition = matches!(self.attack, Attack::Replay | Attack::Rewind);
        let events = self.login.world.outcome.iter().flat_map(|outcome| &outcome.events);
        is_repetition && events.into_iter().any(|event| matches!(event, Event::AnsweredAgain { .. }))
    }

    /// The next step twice at once, or a ticket: one of the two may succeed.
    fn race(&mut self, held: &[(Place, String)]) -> Result<(), Breach> {
        let ticket = held.iter().find(|(place, _)| *place == Place::Ticket);
        let next = ticket.map(|(_, ticket)| Call::redeem_ticket(ticket)).or(self.login.next_call());
        let Some(call) = next else { return Ok(()) };
        let world = &mut self.login.world;
        let (one, other) = (world.begin(&call), world.begin(&call));
        let [one, other] = [one, other].map(|step| world.until_commit(step));
        let [one, other] = [one, other].map(|step| world.finish(step));
        self.tried += 1;
        match (one.status, other.status) {
            (200, 400) => Ok(()),
            (200, 200) if self.is_answered_again() => Ok(()),
            (200, _) => Err(self.breach(&call, other)),
            _ => Err(self.breach(&call, one)),
        }
    }

    fn breach(&self, call: &Call, answer: Answer) -> Breach {
        Breach { attack: self.attack, path: call.path.clone(), answer: Box::new(answer) }
    }
}

const NONSENSE: &str = "nonsense";

/// The same call of the ordinary application, or of its server.
fn of_another(call: Call) -> Call {
    match call.headers.text("X-client-id") {
        Some(_) => call.with_header("X-client-id", demo::ORDINARY),
        None => call.bearing(demo::ORDINARY_CREDENTIAL),
    }
}

/// What an attacker must neither add to nor change. (Guesses are counted, and codes are sent, for anybody who asks.)
#[derive(PartialEq)]
struct Kept {
    sessions: BTreeMap<SessionId, SessionRecord>,
    ended: BTreeSet<SessionId>,
    claims: BTreeMap<TokenId, Claim>,
    accounts: Vec<(Revision, Option<u32>, Option<u64>)>,
}

fn written(world: &World) -> Kept {
    let MemoryHost { sessions, ended, claims, accounts, .. } = &world.host;
    let of = |account: &Account| {
        let skips_used = account.password.as_ref().map(|password| password.skips_used);
        (account.revision, skips_used, account.totp.as_ref().and_then(Totp::last_used_step))
    };
    let accounts = accounts.iter().map(of).collect();
    Kept { sessions: sessions.clone(), ended: ended.clone(), claims: claims.clone(), accounts }
}
