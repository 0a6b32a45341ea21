//! The next happening, drawn by dice that favour happenings which lead on.

use super::{
    calls::{Act, Call, Caller, F, FIRST, Failing, Happening, How, Human, Purpose, Request, Said, Seal},
    cast::{BROWSER, DEVICES, UNBOUND, reached},
    chance::{Dice, beginning},
    drawn::call,
    life::SERVERS,
    rules::{DAY, RULES},
    state::{Kind, Model, Once, Token},
};
use proptest::prelude::*;
use proptest_state_machine::ReferenceStateMachine;
use std::mem::discriminant;

pub const START: u64 = 1_700_000_000;
const JUMPS: [u64; 8] = [1, 59, 60, 300, 600, 30, 1800, DAY];

/// The flow of the documents.
pub struct Flow;

impl ReferenceStateMachine for Flow {
    type State = Model;
    type Transition = Happening;

    fn init_state() -> BoxedStrategy<Model> {
        any::<[u16; 48]>().prop_map(|words| beginning(&mut Dice { words: &words, at: 0 })).boxed()
    }

    fn transitions(state: &Model) -> BoxedStrategy<Happening> {
        let state = state.clone();
        any::<[u16; 32]>()
            .prop_map(move |words| happening(&state, &mut Dice { words: &words, at: 0 }))
            .boxed()
    }

    fn apply(mut state: Model, happening: &Happening) -> Model {
        state.happen(happening);
        state
    }
}

fn happening(state: &Model, dice: &mut Dice<'_>) -> Happening {
    match dice.roll(100) {
        0..68 => Happening::One(request(state, dice)),
        68..78 => {
            let one = request(state, dice);
            let other = match dice.roll(3) {
                0 => one.clone(),
                1 => sibling(state, dice, &one),
                _ => request(state, dice),
            };
            Happening::Race(one, other)
        }
        78..90 => {
            let jumps = if dice.percent(15) { &JUMPS[..] } else { &JUMPS[..6] };
            Happening::Wait(dice.of(jumps))
        }
        90..96 => Happening::Admin(act(state, dice)),
        96..98 => Happening::RotateKeys,
        _ => Happening::Restart,
    }
}

/// The same request with another token of the same person, for the same purpose.
fn sibling(state: &Model, dice: &mut Dice<'_>, one: &Request) -> Request {
    let same = |number: usize, token: &Token| {
        let of = &state.tokens[number];
        let stage = |kind: &Kind| match kind {
            Kind::State { stage, .. } => Some(*stage),
            _ => None,
        };
        token.who == of.who
            && discriminant(&token.kind) == discriminant(&of.kind)
            && stage(&token.kind) == stage(&of.kind)
    };
    let number = one.call.token().filter(|number| *number < state.tokens.len());
    let fresh = |at: usize| state.good(Some(at)).is_some() && !state.spent.contains_key(&Once::Token(at));
    let others = state.tokens.iter().enumerate().rev().filter(|(at, _)| fresh(*at));
    let others =
        others.filter(|(at, token)| number.is_some_and(|number| *at != number && same(number, token)));
    let others: Vec<_> = others.take(3).collect();
    if others.is_empty() {
        return one.clone();
    }
    let (at, token) = dice.of(&others);
    let server = dice.roll(SERVERS);
    Request { call: one.call.clone().with(at), caller: token.by, failing: None, server, seal: one.seal }
}

fn act(state: &Model, dice: &mut Dice<'_>) -> Act {
    let people = state.people.len();
    let (who, factor) = (dice.roll(people), dice.of(&[F::Sms, F::Email, F::Totp]));
    match dice.roll(23) {
        22 => Act::Strip(who),
        12 => Act::Breach(who),
        13 => Act::Unlock(who),
        14 => Act::Remake(who),
        15 => Act::Sweep,
        0 => Act::Disable(who),
        1 | 2 => Act::Enable(who),
        3 => Act::Reset(who, FIRST),
        4 => Act::ForcePasswordless(who),
        5 => Act::Enrol(who, factor),
        6 | 7 => Act::EnrolSilently(who, factor),
        8 => Act::Remove(who, factor),
        9 => Act::EndSessions(who),
        10 | 11 => Act::Outdate(who),
        16 | 17 => Act::DenyAll(dice.percent(40)),
        18 => Act::CopySecret(dice.roll(people), who),
        19 => Act::RotateSealing,
        20 => Act::LoseSealing(dice.percent(40)),
        _ => Act::LoseSealing(false),
    }
}

/// The latest skip or refresh again. Its client has lost the answer, or an attacker has a copy of its token.
fn again(state: &Model, dice: &mut Dice<'_>) -> Option<Request> {
    let answered = state.answered.as_ref().filter(|_| dice.percent(9))?;
    let (caller, server) = (stray(answered.caller, dice), dice.roll(SERVERS));
    Some(Request { caller, failing: None, server, ..answered.clone() })
}

/// Mostly a fresh seal. Otherwise a seal at the bounds of its window, none although one is needed, or one although none
/// is taken.
fn seal(state: &Model, dice: &mut Dice<'_>, call: &Call) -> Option<Seal> {
    // This call takes only an id token.
    let takes_none = !call.is_of_a_session() || matches!(call, Call::OwnChangeByCode { .. });
    // A sign-out also takes a bare session token.
    let bare = if matches!(call, Call::SignOut { .. }) && state.life.signed { 40 } else { 4 };
    if takes_none || dice.percent(bare) == state.life.signed {
        return None;
    }
    let (now, nonce) = (state.clock, dice.roll(4));
    let edges = [-329, -330, -331, -300, 300, 329, 330, 331];
    let off = if dice.percent(15) { dice.of(&edges) } else { 0 };
    Some(Seal { at: now.saturating_add_signed(off), nonce })
}

fn request(state: &Model, dice: &mut Dice<'_>) -> Request {
    // The same seal comes again, for this call or for another one.
    if let Some(before) = state.sealed.as_ref().filter(|_| dice.percent(7)) {
        let call = call(state, dice);
        let takes_one = call.is_of_a_session() && !matches!(call, Call::OwnChangeByCode { .. });
        let is_another = dice.percent(50) && takes_one;
        let call = match before.call.token().filter(|_| is_another) {
            Some(token) => call.with(token),
            None => before.call.clone(),
        };
        let server = dice.roll(SERVERS);
        return Request { call, failing: None, server, ..before.clone() };
    }
    if let Some(again) = again(state, dice) {
        return again;
    }
    let call = call(state, dice);
    let shown = match &call {
        Call::Solve { picture, .. } => state.pictures.get(*picture).map(|picture| picture.by),
        Call::Send { token: None, human: Human::Solved(number), .. } => {
            state.captchas.get(*number).map(|solution| solution.by)
        }
        _ => None,
    };
    let caller = match state.presented(call.token()) {
        Some(token) => stray(token.by, dice),
        None if shown.is_some() && dice.percent(85) => stray(shown.unwrap(), dice),
        None => {
            let of =
                |said, named| state.people.iter().find(|person| person.is(said, named)).map(|it| it.tenant);
            let anywhere = dice.roll(2);
            let tenant = match &call {
                Call::Register { by, to, code, .. } => {
                    let place = state.stored.iter().find(|(_, number)| *number == code);
                    place.map(|(place, _)| place.tenant).or(of(reached(*by), *to))
                }
                Call::SignIn { who, said, .. } => of(*said, *who),
                Call::SignInByCode { by, to, .. } => of(reached(*by), *to),
                Call::Recover { to, .. } => of(Said::Mobile, *to),
                // A person who registers may have an account at another tenant.
                Call::Send { purpose: Purpose::Register, .. } => None,
                Call::Social { identity, .. } => {
                    let linked = state.linked.keys().find(|(_, linked)| linked == identity);
                    linked.map(|(tenant, _)| *tenant)
                }
                Call::Send { by, to: Some(to), .. } => of(reached(*by), *to),
                _ => None,
            };
            let tenant = tenant.unwrap_or(anywhere);
            let home = state.life.home;
            let (app, device) = match &call {
                Call::SignInByCode { code, .. }
                | Call::Recover { code, .. }
                | Call::Register { code, .. } => {
                    let place = state.stored.iter().find(|(_, number)| *number == code);
                    place.map_or((0, home), |(place, _)| (place.app, place.device))
                }
                // The application in which people register.
                Call::Send { purpose: Purpose::Register, .. } if dice.percent(85) => (0, home),
                Call::Send { purpose: Purpose::Forgotten, .. } if dice.percent(80) => (resetter(state), home),
                // The binding of a code comes only by routes of the host's own.
                Call::Social { bound: true, .. } if dice.percent(50) => (dice.roll(2), BROWSER),
                // The application that lets in callers which show nothing.
                _ if home == UNBOUND && dice.percent(80) => (0, home),
                _ => (dice.roll(2), home),
            };
            stray(Caller { device, app, tenant }, dice)
        }
    };
    let failing = dice.percent(if state.life.signs_outside { 14 } else { 8 }).then(|| failing(&call, dice));
    // A server may name a caller that shows nothing.
    let is_ticket = matches!(call, Call::IssueTicket { .. });
    let caller = if is_ticket && dice.percent(5) { Caller { device: UNBOUND, ..caller } } else { caller };
    let seal = seal(state, dice, &call);
    Request { call, caller, seal, failing, server: dice.roll(SERVERS) }
}

/// A failure at a question that the call may reach.
fn failing(call: &Call, dice: &mut Dice<'_>) -> Failing {
    let [guessed, found, held, granted] = [
        &["ReserveAttempt", "SettleAttempt", "VerifyPassword", "LoadCode", "JudgePassword"][..],
        &["FindApplication", "FindAccount", "DecideAccess", "Commit"],
        &[
            "CheckSession",
            "FindSession",
            "OpenSealed",
            "VerifyBytes",
            "FindAccount",
            "DecideAccess",
            "Commit",
        ],
        &["SignBytes", "SignBytes", "Commit"],
    ];
    let questions = match call {
        Call::SignIn { .. } | Call::SignInByCode { .. } => [guessed, found, granted].concat(),
        Call::Change { .. } | Call::Prove { .. } => [guessed, found, granted].concat(),
        Call::Recover { .. } => [guessed, found].concat(),
        Call::Picture => vec!["FindApplication", "IssueCaptcha"],
        Call::Solve { .. } => vec!["FindApplication", "JudgeCaptchaPoint"],
        Call::Social { .. } => [found, granted, &["ExchangeSocialCode"]].concat(),
        Call::Link { .. } => [guessed, found, granted, &["ExchangeMobileToken"; 4]].concat(),
        Call::RegisterVouched { .. } => [found, &["JudgeProfile", "ExchangeMobileToken"]].concat(),
        Call::RegisterLinked { .. } => {
            [guessed, found, granted, &["JudgeProfile", "JudgeProfile", "JudgeProfile"]].concat()
        }
        Call::Identities { .. } | Call::Unlink { .. } => [held, &["ListIdentities"]].concat(),
        Call::Register { .. } => {
            [guessed, found, granted, &["JudgeProfile", "JudgeProfile", "JudgeProfile"]].concat()
        }
        Call::Send { purpose: Purpose::NewContact, .. } => [held, &["Deliver"]].concat(),
        Call::Send { .. } => [found, &["JudgeCaptcha", "Deliver"]].concat(),
        Call::Skip { .. } => [found, granted, &["FindClaim"]].concat(),
        Call::IsSet { .. } | Call::Authenticate { .. } | Call::SignOut { .. } => held.to_vec(),
        Call::OwnChange { .. } | Call::OwnChangeByCode { .. } | Call::NewContact { .. } => {
            [held, guessed].concat()
        }
        Call::Refresh { .. } => [held, granted].concat(),
        Call::TenantToken { .. } => vec!["VerifyClientSecret"],
        Call::TenantRefresh { .. } => [held, granted, &["VerifyTenantCredential"]].concat(),
        Call::IssueTicket { .. } | Call::Redeem { .. } => [held, &["VerifyTenantCredential"]].concat(),
    };
    let question = dice.of(&questions);
    let ways = [How::Unavailable, How::AnswerLost, How::NoKey, How::NoSignature, How::NoEnd];
    let how = dice.of(if question == "SignBytes" { &ways } else { &ways[..2] });
    Failing { question, how }
}

/// The application that resets passwords, if there is one.
fn resetter(state: &Model) -> usize {
    let resets =
        |app: &usize| RULES[*app].recovers && state.life.dialects[*app].takes(Purpose::Forgotten, F::Sms);
    (0..2).find(resets).unwrap_or(0)
}

/// Mostly the same caller. Otherwise the attacker's device, the other application or the other tenant.
fn stray(caller: Caller, dice: &mut Dice<'_>) -> Caller {
    match dice.roll(20) {
        0..17 => caller,
        17 => Caller { device: (caller.device + 1 + dice.roll(DEVICES.len() - 1)) % DEVICES.len(), ..caller },
        18 => Caller { app: 1 - caller.app, ..caller },
        _ => Caller { tenant: 1 - caller.tenant, ..caller },
    }
}
