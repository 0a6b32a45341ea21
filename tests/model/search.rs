//! Every sequence of a small alphabet, breadth first. States are kept apart only by the facts that matter: one application,
//! one tenant, a person with a second factor, a person without, an attacker's device, clock jumps and replays.
//!
//! Two lives that lead to the same abstract state have the same future, so only the first of them is carried on. By
//! default the search goes to depth 6; `AUTHFLOW_MODEL_DEPTH=8` goes further.

use super::{
    Library,
    calls::{Call, Caller, F, FIRST, Happening, Human, Purpose, Request, Response, Said, WRONG},
    host::Host,
    life::Life,
    machine::{Flow, START},
    number,
    rules::DAY,
    state::{Guess, Kind, Known, Model, Once, Person, Sealed, Stage},
};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};
use std::collections::{BTreeMap, BTreeSet};

const ANN: usize = 0;
const BOB: usize = 1;

fn beginning() -> Model {
    let person = |who, tenant, enrolled: &[F]| Person {
        tenant,
        name: Some(who),
        mobile: Some(who),
        email: Some(who),
        active: true,
        revision: 1,
        password: Some(Known {
            number: FIRST,
            set_at: START + 300 - 90 * DAY,
            must_change: None,
            skips: 0,
            outdated: false,
        }),
        has_totp: false,
        totp_used: 0,
        sealed: Sealed { of: 0, under: 0 },
        enrolled: enrolled.iter().copied().collect(),
        factors_changed_at: 0,
    };
    Model::new(START, Life::PLAIN, vec![person(0, 0, &[F::Sms]), person(1, 0, &[]), person(2, 1, &[])])
}

fn seconds_left(model: &Model, until: u64) -> u64 {
    until.saturating_sub(model.now)
}

/// The facts of a state that matter. Times count as the time that is left, and dead things only by their sort.
fn abstracted(model: &Model) -> String {
    let mut tokens = BTreeMap::<String, usize>::new();
    for (at, token) in model.tokens.iter().enumerate() {
        let left = seconds_left(model, token.expires);
        let spent = model.spent.contains_key(&Once::Token(at));
        let name = match &token.kind {
            Kind::State { stage, proved, start, revision, .. } => {
                let current = *revision == model.people[token.who].revision;
                let codes = model.stored.iter().filter(|(place, _)| place.in_login && place.to == token.who);
                let codes: Vec<_> =
                    codes.map(|(_, code)| seconds_left(model, model.codes[*code].expires)).collect();
                if left > 0 && !spent && current {
                    format!("{stage:?} of {} {left} {proved:?} {} {codes:?}", token.who, model.now - start)
                } else {
                    format!("dead {stage:?} of {}", token.who)
                }
            }
            Kind::Session { session, .. } => {
                let ended = model.sessions[*session].ended || left == 0;
                format!("session of {} {ended}", token.who)
            }
            Kind::Id { .. } | Kind::Ticket { .. } | Kind::Link { .. } => continue,
        };
        // More than two of a sort count as two.
        let count = tokens.entry(name).or_default();
        *count = (*count + 1).min(2);
    }
    let failures = model.guesses.iter().map(|(slot, guesses)| {
        let since = |guess: &Guess| ((model.now - guess.at).min(DAY), guess.in_flight(model.now));
        let since: Vec<_> = guesses.iter().map(since).collect();
        (*slot, since)
    });
    let failures: Vec<_> = failures.filter(|(_, since)| !since.is_empty()).collect();
    let people = model.people.iter().map(|person| {
        let known = person.password.as_ref().unwrap();
        (known.number, (model.now - known.set_at).min(90 * DAY), known.skips)
    });
    let sends = model.sends.iter().map(|(to, sends)| (*to, (model.now - sends.latest).min(60), sends.count));
    let (people, sends): (Vec<_>, Vec<_>) = (people.collect(), sends.collect());
    format!("{people:?} {tokens:?} {failures:?} {sends:?}")
}

/// The acts that may be tried: with the two latest state tokens and the first one, by their device and the attacker's.
fn alphabet(model: &Model) -> Vec<Happening> {
    let caller = Caller { device: 0, app: 0, tenant: 0 };
    let one = |call, device| {
        Happening::One(Request {
            call,
            caller: Caller { device, ..caller },
            failing: None,
            seal: None,
            server: 0,
        })
    };
    let mut all = vec![Happening::Wait(300), Happening::Wait(60)];
    for (who, password) in [(ANN, FIRST), (BOB, FIRST), (ANN, 1)] {
        all.push(one(Call::SignIn { who, said: Said::Name, password }, 0));
    }
    let states: Vec<_> = (0..model.tokens.len())
        .rev()
        .filter(|at| matches!(model.tokens[*at].kind, Kind::State { .. }))
        .collect();
    let skip =
        |at| Request { call: Call::Skip { token: Some(at) }, caller, failing: None, seal: None, server: 0 };
    if let [latest, before, ..] = states[..] {
        all.push(Happening::Race(skip(before), skip(latest)));
    }
    let tried: BTreeSet<_> = states.iter().take(2).chain(states.last()).copied().collect();
    for at in tried {
        let token = Some(at);
        let Kind::State { stage, .. } = &model.tokens[at].kind else { continue };
        all.extend([0, 1].map(|device| one(Call::Skip { token }, device)));
        all.push(Happening::Race(skip(at), skip(at)));
        if *stage == Stage::Factor {
            all.push(one(send(token), 0));
            let latest = model.codes.len().checked_sub(1);
            for code in latest.into_iter().chain([WRONG]) {
                let response = Response::Code { by: F::Sms, named: None, code };
                all.push(one(Call::Prove { token, response }, 0));
            }
        }
    }
    let sessions =
        (0..model.tokens.len()).rev().find(|at| matches!(model.tokens[*at].kind, Kind::Session { .. }));
    if let Some(at) = sessions {
        all.push(one(Call::Refresh { token: Some(at) }, 0));
        all.push(one(Call::Refresh { token: Some(at) }, 1));
        all.push(one(Call::SignOut { token: Some(at) }, 0));
    }
    all
}

fn send(token: Option<usize>) -> Call {
    Call::Send { token, purpose: Purpose::Second, by: F::Sms, to: None, human: Human::No }
}

#[test]
fn breadth_first() {
    let depth = number("AUTHFLOW_MODEL_DEPTH", 6);
    let first = beginning();
    let mut seen = BTreeSet::from([abstracted(&first)]);
    let mut frontier = vec![(Host::new(&first), first)];
    let mut tried = 0;
    for level in 1..=depth {
        let (mut next, mut new) = (Vec::new(), 0);
        for (host, model) in frontier {
            for happening in alphabet(&model) {
                let after = Flow::apply(model.clone(), &happening);
                let host = Library::apply(host.clone(), &after, happening);
                Library::check_invariants(&host, &after);
                tried += 1;
                if seen.insert(abstracted(&after)) {
                    new += 1;
                    // The last ones do not go on.
                    next.extend((level < depth).then_some((host, after)));
                }
            }
        }
        println!("depth {level}: {new} new states, {} in all, {tried} steps", seen.len());
        frontier = next;
        if new == 0 {
            println!("closed");
            return;
        }
    }
    assert!(seen.len() > 500, "a search that finds nothing shows nothing: {}", seen.len());
}
