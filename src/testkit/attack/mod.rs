//! The attacks that an attacker can try with the tokens that a client holds.

mod harm;
mod kept;

pub use harm::{Breach, Harm};

use super::{Answer, Call, Login, demo};
use crate::{factor::Totp, outcome::Event};
use alloc::{borrow::ToOwned as _, boxed::Box, string::String, vec::Vec};
use kept::Kept;

/// An attack. It is withstood if all of this is true:
///
/// - Each request is refused. A request that is out of place gets exactly the refusal that nonsense gets there, so that the refusal reveals nothing.
/// - No request writes anything: no session, no claim, no code, no skip, nothing in an account. The only exception is a guess, if the request had
///   one.
/// - That guess is counted, unless the slot was locked. No guess that was counted before is removed.
/// - The victim loses nothing. The login can go on, the session can be renewed, and the ticket is still good.
///
/// (A client that replays a finished step may learn that the step's code has been used. If the policy has a
/// [`retry_grace`](crate::policy::Policy::retry_grace), a replayed skip may be answered with the session that it has opened.)
///
/// ```
/// use authflow::{factor::Factor, testkit::{Attack, Harm, Scenario, demo}, token::Stage};
///
/// let scenario = Scenario::new(demo::policy()).with_second_factor(Factor::Totp);
/// let mut login = scenario.reach(Stage::PasswordExpiring).unwrap();
/// // The right one-time password is presented again: it is refused, and counted as a guess.
/// let withstood = Attack::Replay.mount(&login).unwrap();
/// assert_eq!((withstood.tried, withstood.guesses), (2, 1));
///
/// // A host that has lost its claims.
/// login.skip();
/// login.world.host.claims.clear();
/// let breach = Attack::Replay.mount(&login).unwrap_err();
/// assert_eq!(breach.harm, Harm::NotRefused);
/// assert!(breach.to_string().contains("pwd/skip-update: it was not refused"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attack {
    /// Sends every finished step again. Then sends the next step twice at once, so that both are judged before either is written.
    Replay,
    /// Sends the state tokens of finished steps in a skip, in a change of the password, and in a proof of the second factor. If the login has
    /// proved a second factor, that proof has a new and right code.
    Rewind,
    /// Sends every token to the calls that take another kind.
    CrossPurpose,
    /// Sends every token from a device with another fingerprint. A sign-out is not tried, because a session token signs out from any device.
    WrongDevice,
    /// Sends every token in another application.
    WrongApplication,
    /// Sends every token after its signing key has been retired.
    RetiredKey,
}

/// The result of an attack that was withstood.
///
/// ```
/// use authflow::{
///     flow::State,
///     testkit::{Attack, Scenario, demo},
/// };
///
/// let mut login = Scenario::new(demo::policy()).reach(State::Start).unwrap();
/// assert_eq!(Attack::WrongDevice.mount(&login)?.tried, 0, "nothing was handed out yet");
/// login.sign_in();
/// let withstood = Attack::WrongDevice.mount(&login)?;
/// assert!(withstood.tried > 0);
/// assert_eq!(withstood.guesses, 0, "whoever comes from another device guesses at nothing");
/// # Ok::<(), authflow::testkit::Breach>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Withstood {
    /// The number of requests that were tried. It is 0 if the client holds no token yet.
    pub tried: usize,
    /// The number of these requests whose guess was judged and counted.
    pub guesses: usize,
}

/// The place where a token belongs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    State,
    Session,
    Id,
    Ticket,
}

const PLACES: [Place; 4] = [Place::State, Place::Session, Place::Id, Place::Ticket];

impl Place {
    /// The calls that take a token of this place.
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
    /// Every attack.
    pub const ALL: [Self; 6] = [
        Self::Replay,
        Self::Rewind,
        Self::CrossPurpose,
        Self::WrongDevice,
        Self::WrongApplication,
        Self::RetiredKey,
    ];

    /// Tries the attack on a copy of the login's world.
    ///
    /// # Errors
    /// Returns the first request that did [harm](Harm), with that harm.
    pub fn mount(self, login: &Login) -> Result<Withstood, Breach> {
        let mut attacker = Attacker { attack: self, login: login.clone(), withstood: Withstood::default() };
        attacker.run()?;
        Ok(attacker.withstood)
    }
}

struct Attacker {
    attack: Attack,
    login: Login,
    withstood: Withstood,
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

    /// Sends the right password, and a code that is unused and within every budget. So only the token can be refused.
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

    /// The tokens that the client holds now, and the places where they belong.
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

    /// Sends every call of the place with the token, changed by `change`. Each must be refused as nonsense is.
    fn are_refused(
        &mut self,
        place: Place,
        token: &str,
        change: &dyn Fn(Call) -> Call,
    ) -> Result<(), Breach> {
        let calls = place.calls(token).into_iter().zip(place.calls(NONSENSE));
        // A sign-out is not bound to the device.
        let is_bound = |call: &Call| self.attack != Attack::WrongDevice || !call.path.ends_with("/logout");
        let calls: Vec<_> = calls.filter(|(call, _)| is_bound(call)).collect();
        calls
            .into_iter()
            .try_for_each(|(call, nonsense)| self.is_refused_as_nonsense(&change(call), &change(nonsense)))
    }

    /// Sends a call, which must be refused as `nonsense` is.
    fn is_refused_as_nonsense(&mut self, call: &Call, nonsense: &Call) -> Result<(), Breach> {
        let expected = self.login.world.clone().send(nonsense);
        let answer = self.is_refused(call)?;
        if answer == expected || self.is_answered_again() {
            Ok(())
        } else {
            Err(self.breach(call, Harm::Telling, answer))
        }
    }

    /// Sends a call, which must be refused and do no harm.
    fn is_refused(&mut self, call: &Call) -> Result<Answer, Breach> {
        let (rights, kept) = (self.rights(), Kept::of(&self.login.world));
        let answer = self.login.world.send(call);
        self.withstood.tried += 1;
        self.withstood.guesses += usize::from(kept::judged(&self.login.world));
        // An unanswered request does not count as refused, because a host that is out of order withstands nothing.
        let is_refused = answer.status == 400 || self.is_answered_again();
        let harm = if is_refused { kept.harm(&self.login.world) } else { Some(Harm::NotRefused) };
        match harm.or_else(|| (self.rights() != rights).then_some(Harm::LostRight)) {
            None => Ok(answer),
            Some(harm) => Err(self.breach(call, harm, answer)),
        }
    }

    /// The calls that the victim can make with their tokens, each with its result. Each call is tried in a copy of the world.
    fn rights(&self) -> Vec<(String, u16, String)> {
        let held = self.held().into_iter();
        let calls = held.filter_map(|(place, token)| match place {
            Place::State => None,
            Place::Session => Some(Call::refresh(&token)),
            Place::Id => Some(Call::check_exist(&token)),
            Place::Ticket => Some(Call::redeem_ticket(&token)),
        });
        let of = |mut login: Login, call: Call| {
            let answer = login.world.send(&call);
            let said = answer.find("error_code").or(answer.find("status")).unwrap_or_default().to_owned();
            (call.path, answer.status, said)
        };
        let mut next = self.login.clone();
        // If the keys are gone, the client can ask for no next step, and no right is left.
        let is_known = self.attack != Attack::RetiredKey;
        let goes_on = if is_known { next.next_call() } else { None };
        let goes_on = goes_on.map(|call| of(next, call));
        calls.map(|call| of(self.login.clone(), call)).chain(goes_on).collect()
    }

    /// Whether the latest request was a repeated one that was answered as before.
    fn is_answered_again(&self) -> bool {
        let is_repetition = matches!(self.attack, Attack::Replay | Attack::Rewind);
        let events = self.login.world.outcome.iter().flat_map(|outcome| &outcome.events);
        is_repetition && events.into_iter().any(|event| matches!(event, Event::AnsweredAgain { .. }))
    }

    /// Sends the next step, or a ticket, twice at once. One of the two may succeed.
    fn race(&mut self, held: &[(Place, String)]) -> Result<(), Breach> {
        let ticket = held.iter().find(|(place, _)| *place == Place::Ticket);
        let next = ticket.map(|(_, ticket)| Call::redeem_ticket(ticket)).or(self.login.next_call());
        let Some(call) = next else { return Ok(()) };
        let world = &mut self.login.world;
        let (one, other) = (world.begin(&call), world.begin(&call));
        let [one, other] = [one, other].map(|step| world.until_commit(step));
        let [one, other] = [one, other].map(|step| world.finish(step));
        self.withstood.tried += 1;
        match (one.status, other.status) {
            (200, 400) => Ok(()),
            (200, 200) if self.is_answered_again() => Ok(()),
            (200, _) => Err(self.breach(&call, Harm::NotRefused, other)),
            // This request is the victim's own.
            _ => Err(self.breach(&call, Harm::LostRight, one)),
        }
    }

    fn breach(&self, call: &Call, harm: Harm, answer: Answer) -> Breach {
        Breach { attack: self.attack, path: call.path.clone(), harm, answer: Box::new(answer) }
    }
}

const NONSENSE: &str = "nonsense";

/// The same call by the ordinary application, or by its server.
fn of_another(call: Call) -> Call {
    match call.headers.text("X-client-id") {
        Some(_) => call.with_header("X-client-id", demo::ORDINARY),
        None => call.bearing(demo::ORDINARY_CREDENTIAL),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Scenario, *};
    use crate::token::Stage;

    /// A lost right need not show as a write, so each right is tried.
    #[test]
    fn what_the_victim_can_do_is_tried() {
        let attacker = |state: crate::flow::State| Attacker {
            attack: Attack::WrongDevice,
            login: Scenario::new(demo::policy()).reach(state).unwrap(),
            withstood: Withstood::default(),
        };
        let mut pending = attacker(Stage::PasswordExpired.into());
        let ends = |attacker: &Attacker| {
            attacker.rights().into_iter().map(|(_, status, _)| status).collect::<Vec<_>>()
        };
        assert_eq!(ends(&pending), [200]);
        for _ in 0..5 {
            pending.login.world.send(&Call::login(Login::SUBJECT, "wrong"));
        }
        assert_eq!(ends(&pending), [400], "the old password proves the change, and its slot is locked");
        let mut open = attacker(crate::flow::State::SessionIssued);
        assert_eq!(ends(&open), [200; 3]);
        open.login.world.host.denied = true;
        assert_eq!(ends(&open), [400, 200], "no refresh, and no ticket to use");
    }
}
