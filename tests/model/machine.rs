//! What may happen next, drawn by dice that lean towards what leads on.

use super::{
    calls::{
        Act, Call, Caller, F, FIRST, FORGED, Failing, Happening, How, NOBODY, PEOPLE, Presented, Proof,
        Purpose, Request, Response, SHORT, Said, USED, WRONG,
    },
    cast::{DEVICES, UNBOUND},
    chance::{Dice, beginning},
    life::SERVERS,
    rules::{DAY, RULES},
    state::{Kind, Model, Once, Place, Stage, Token},
};
use proptest::prelude::*;
use proptest_state_machine::ReferenceStateMachine;
use std::{collections::BTreeSet, mem::discriminant};

pub const START: u64 = 1_700_000_000;
const JUMPS: [u64; 8] = [1, 59, 60, 300, 600, 30, 1800, DAY];

/// The flow as the documents have it.
pub struct Flow;

impl ReferenceStateMachine for Flow {
    type State = Model;
    type Transition = Happening;

    fn init_state() -> BoxedStrategy<Model> {
        any::<[u16; 24]>().prop_map(|words| beginning(&mut Dice { words: &words, at: 0 })).boxed()
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
        90..96 => Happening::Admin(act(dice)),
        96..98 => Happening::RotateKeys,
        _ => Happening::Restart,
    }
}

/// The same request with another token of the same person's, for the same.
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
    Request { call: one.call.clone().with(at), caller: token.by, failing: None, server }
}

fn act(dice: &mut Dice<'_>) -> Act {
    let (who, factor) = (dice.roll(PEOPLE), dice.of(&[F::Sms, F::Email, F::Totp]));
    match dice.roll(22) {
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
        18 => Act::CopySecret(dice.roll(PEOPLE), who),
        19 => Act::RotateSealing,
        20 => Act::LoseSealing(dice.percent(40)),
        _ => Act::LoseSealing(false),
    }
}

/// The latest skip or refresh again, as a client sends it whose answer got lost, or somebody who has a copy of its token.
fn again(state: &Model, dice: &mut Dice<'_>) -> Option<Request> {
    let answered = state.answered.as_ref().filter(|_| dice.percent(9))?;
    let (caller, server) = (stray(answered.caller, dice), dice.roll(SERVERS));
    Some(Request { caller, failing: None, server, ..answered.clone() })
}

fn request(state: &Model, dice: &mut Dice<'_>) -> Request {
    if let Some(again) = again(state, dice) {
        return again;
    }
    let call = call(state, dice);
    let caller = match state.presented(call.token()) {
        Some(token) => stray(token.by, dice),
        None => {
            let of = |who: usize| state.people.get(who).map_or(0, |person| person.tenant);
            let tenant = match &call {
                Call::SignIn { who, .. }
                | Call::SignInByCode { to: who, .. }
                | Call::Recover { to: who, .. } => of(*who),
                Call::Send { to: Some(who), .. } => of(*who),
                _ => dice.roll(2),
            };
            let home = state.life.home;
            let (app, device) = match &call {
                Call::SignInByCode { code, .. } | Call::Recover { code, .. } => {
                    let place = state.stored.iter().find(|(_, number)| *number == code);
                    place.map_or((0, home), |(place, _)| (place.app, place.device))
                }
                Call::Send { purpose: Purpose::Forgotten, .. } if dice.percent(80) => (resetter(state), home),
                // Where whoever shows nothing gets in.
                _ if home == UNBOUND && dice.percent(80) => (0, home),
                _ => (dice.roll(2), home),
            };
            stray(Caller { device, app, tenant }, dice)
        }
    };
    let failing = dice.percent(if state.life.signs_outside { 14 } else { 8 }).then(|| failing(&call, dice));
    Request { call, caller, failing, server: dice.roll(SERVERS) }
}

/// At a question that the call may come to.
fn failing(call: &Call, dice: &mut Dice<'_>) -> Failing {
    let [guessed, found, held, granted] = [
        &["ReserveAttempt", "SettleAttempt", "VerifyPassword", "LoadCode", "JudgePassword"][..],
        &["FindApplication", "FindAccount", "DecideAccess", "Commit"],
        &["CheckSession", "FindSession", "VerifyBytes", "FindAccount", "DecideAccess", "Commit"],
        &["SignBytes", "SignBytes", "Commit"],
    ];
    let questions = match call {
        Call::SignIn { .. } | Call::SignInByCode { .. } => [guessed, found, granted].concat(),
        Call::Change { .. } | Call::Prove { .. } => [guessed, found, granted].concat(),
        Call::Recover { .. } => [guessed, found].concat(),
        Call::Send { .. } => [found, &["JudgeCaptcha", "Deliver"]].concat(),
        Call::Skip { .. } => [found, granted, &["FindClaim"]].concat(),
        Call::IsSet { .. } | Call::Authenticate { .. } | Call::SignOut { .. } => held.to_vec(),
        Call::OwnChange { .. } | Call::OwnChangeByCode { .. } => [held, guessed].concat(),
        Call::Refresh { .. } => [held, granted].concat(),
        Call::IssueTicket { .. } | Call::Redeem { .. } => [held, &["VerifyTenantCredential"]].concat(),
    };
    let question = dice.of(&questions);
    let ways = [How::Unavailable, How::AnswerLost, How::NoKey, How::NoSignature, How::NoEnd];
    let how = dice.of(if question == "SignBytes" { &ways } else { &ways[..2] });
    Failing { question, how }
}

/// The application that resets passwords, if one does.
fn resetter(state: &Model) -> usize {
    let resets =
        |app: &usize| RULES[*app].recovers && state.life.dialects[*app].takes(Purpose::Forgotten, F::Sms);
    (0..2).find(resets).unwrap_or(0)
}

/// The same caller mostly; else the attacker's device, the other application or the other tenant.
fn stray(caller: Caller, dice: &mut Dice<'_>) -> Caller {
    match dice.roll(20) {
        0..17 => caller,
        17 => Caller { device: (caller.device + 1 + dice.roll(DEVICES.len() - 1)) % DEVICES.len(), ..caller },
        18 => Caller { app: 1 - caller.app, ..caller },
        _ => Caller { tenant: 1 - caller.tenant, ..caller },
    }
}

/// A token of a kind: the latest mostly, or an earlier one; else any token at all, nonsense or none.
fn token(state: &Model, dice: &mut Dice<'_>, wanted: fn(&Kind) -> bool) -> Presented {
    let of_kind = state.tokens.iter().enumerate().rev().filter(|(_, token)| wanted(&token.kind));
    let of_kind: Vec<_> = of_kind.map(|(number, _)| number).collect();
    match dice.roll(40) {
        0..28 => of_kind.first().copied().or(Some(WRONG)),
        28..36 if !of_kind.is_empty() => Some(dice.of(&of_kind)),
        36 => None,
        37 => Some(if dice.percent(50) { FORGED } else { WRONG }),
        _ => Some(dice.roll(state.tokens.len() + 1)),
    }
}

/// The code of a place mostly; else any other, or a wrong one.
fn code(state: &Model, dice: &mut Dice<'_>, place: &Place) -> usize {
    match (dice.roll(20), state.stored.get(place)) {
        (0..14, Some(number)) => *number,
        (0..17, _) if !state.codes.is_empty() => dice.roll(state.codes.len()),
        _ => WRONG,
    }
}

fn new_password(dice: &mut Dice<'_>) -> usize {
    dice.of(&[1, 2, 3, 1, 2, 3, FIRST, USED, SHORT])
}

fn typed_password(state: &Model, dice: &mut Dice<'_>, who: usize) -> usize {
    let known = state.people.get(who).and_then(|person| person.password.as_ref());
    if dice.percent(25) { dice.of(&[0, 1, 2]) } else { known.map_or(0, |known| known.number) }
}

fn call(state: &Model, dice: &mut Dice<'_>) -> Call {
    let sessions =
        state.sessions.iter().filter(|session| !session.ended && state.now < session.expires).count();
    if state.tokens.is_empty() || dice.roll(10) < 3 {
        return first_factor(state, dice);
    }
    if dice.roll(20) < if sessions == 0 { 18 } else { 8 }
        && let state_token @ Some(number) = token(state, dice, |kind| matches!(kind, Kind::State { .. }))
        && let Some(Kind::State { stage, .. }) = state.tokens.get(number).map(|token| &token.kind)
    {
        return carry_on(state, dice, state_token, number, *stage);
    }
    let session = |dice: &mut Dice<'_>| token(state, dice, |kind| matches!(kind, Kind::Session { .. }));
    let id = |dice: &mut Dice<'_>| token(state, dice, |kind| matches!(kind, Kind::Id { .. }));
    let bearer = id(dice);
    let who = bearer.and_then(|number| state.tokens.get(number)).map_or(NOBODY, |token| token.who);
    let app = bearer.and_then(|number| state.tokens.get(number)).map_or(0, |token| token.by.app);
    let has_none = state.people.get(who).is_some_and(|person| person.password.is_none());
    if has_none && dice.percent(40) {
        return if dice.percent(25) {
            Call::IsSet { token: bearer }
        } else {
            Call::OwnChange { token: bearer, old: None, new: new_password(dice) }
        };
    }
    let updates = state.life.dialects[app].takes(Purpose::Update, F::Sms) || dice.percent(10);
    match dice.roll(16) {
        0..3 => Call::Refresh { token: session(dice) },
        3 => Call::SignOut { token: session(dice) },
        4 => Call::IsSet { token: bearer },
        5 => {
            let by_session = dice.percent(60);
            Call::Authenticate { token: if by_session { session(dice) } else { bearer }, by_session }
        }
        6 | 7 => {
            let old = (!dice.percent(20)).then(|| typed_password(state, dice, who));
            Call::OwnChange { token: bearer, old, new: new_password(dice) }
        }
        9 | 10 => Call::IssueTicket { token: session(dice), credential: credential(state, dice, bearer) },
        11..14 => {
            let token = token(state, dice, |kind| matches!(kind, Kind::Ticket { .. }));
            Call::Redeem { token, credential: credential(state, dice, token) }
        }
        14 if dice.percent(15) => Call::Skip { token: session(dice) },
        8 | 14 if updates && state.stored.contains_key(&update_place(state, bearer)) => {
            Call::OwnChangeByCode {
                token: bearer,
                code: code(state, dice, &update_place(state, bearer)),
                new: new_password(dice),
            }
        }
        15 if dice.percent(20) => {
            Call::OwnChangeByCode { token: bearer, code: WRONG, new: new_password(dice) }
        }
        _ if updates => {
            let human = !dice.percent(20);
            Call::Send { token: None, purpose: Purpose::Update, by: F::Sms, to: Some(who), human }
        }
        _ => Call::IsSet { token: bearer },
    }
}

/// Where the code is that the bearer of a token changes their password with.
fn update_place(state: &Model, bearer: Presented) -> Place {
    let token = bearer.and_then(|number| state.tokens.get(number));
    let nobodys = (Caller { device: 0, app: 0, tenant: 0 }, NOBODY);
    let (by, to) = token.map_or(nobodys, |token| (token.by, token.who));
    Place::outside(by, Purpose::Update, F::Sms, to)
}

fn credential(state: &Model, dice: &mut Dice<'_>, token: Presented) -> usize {
    let own = token.and_then(|number| state.tokens.get(number)).map_or(0, |token| token.by.tenant);
    if dice.percent(15) { dice.roll(3) } else { own }
}

/// Whoever has forgotten their password asks for a code, and sets a new one by it.
fn recovery(state: &Model, dice: &mut Dice<'_>, who: usize) -> Call {
    let mut sent = state.stored.iter().filter(|(place, _)| place.purpose == Purpose::Forgotten);
    match sent.next_back().filter(|_| dice.percent(75)) {
        Some((place, _)) => {
            Call::Recover { to: place.to, code: code(state, dice, place), new: new_password(dice) }
        }
        None if dice.percent(20) => Call::Recover { to: who, code: WRONG, new: new_password(dice) },
        None => {
            let (by, human) = (if dice.percent(10) { F::Email } else { F::Sms }, !dice.percent(20));
            Call::Send { token: None, purpose: Purpose::Forgotten, by, to: Some(who), human }
        }
    }
}

fn first_factor(state: &Model, dice: &mut Dice<'_>) -> Call {
    let (who, by) = (dice.roll(PEOPLE * 4 + 1) / 4, dice.of(&[F::Sms, F::Email]));
    match dice.roll(12) {
        10 | 11 => recovery(state, dice, who),
        0..6 => {
            let said = dice.of(&[
                Said::Name,
                Said::Name,
                Said::AnyName,
                Said::AnyMobile,
                Said::AnyEmail,
                Said::Mobile,
            ]);
            Call::SignIn { who, said, password: typed_password(state, dice, who) }
        }
        6 | 7 => {
            let human = !dice.percent(20);
            Call::Send { token: None, purpose: Purpose::SignIn, by, to: Some(who), human }
        }
        _ => {
            let sent = state.stored.iter().filter(|(place, _)| place.purpose == Purpose::SignIn);
            match sent.max_by_key(|(_, number)| **number) {
                Some((place, _)) => {
                    Call::SignInByCode { by: place.by, to: place.to, code: code(state, dice, place) }
                }
                None => Call::SignInByCode { by, to: who, code: WRONG },
            }
        }
    }
}

fn carry_on(state: &Model, dice: &mut Dice<'_>, token: Presented, number: usize, stage: Stage) -> Call {
    let (who, caller) = (state.tokens[number].who, state.tokens[number].by);
    let purpose = if stage == Stage::Factor { Purpose::Second } else { Purpose::Change };
    let place = |by| Place::in_login(number, caller, purpose, by, who);
    let sent: BTreeSet<F> =
        [F::Sms, F::Email].into_iter().filter(|by| state.stored.contains_key(&place(*by))).collect();
    let enrolled: Vec<F> = state.people[who].enrolled.iter().copied().collect();
    let by = if enrolled.is_empty() || dice.percent(10) {
        dice.of(&[F::Sms, F::Email, F::Totp])
    } else {
        dice.of(&enrolled)
    };
    let channel = if by == F::Email { F::Email } else { F::Sms };
    let named = dice.percent(30).then(|| if dice.percent(30) { dice.roll(PEOPLE + 1) } else { who });
    let purpose = if dice.percent(3) { Purpose::SignIn } else { purpose };
    let send = Call::Send { token, purpose, by: channel, to: named, human: false };
    let totp = |dice: &mut Dice<'_>| {
        let of = if dice.percent(10) { dice.roll(PEOPLE) } else { who };
        Response::Totp { of, steps: dice.of(&[0, 0, 0, -1, 1, -2, 2]) }
    };
    let stage =
        if dice.percent(8) { dice.of(&[Stage::Factor, Stage::Warned, Stage::Expired]) } else { stage };
    match (stage, by) {
        (Stage::Factor, F::Totp) => Call::Prove { token, response: totp(dice) },
        (Stage::Factor, _) if !sent.contains(&channel) && dice.percent(85) => send,
        (Stage::Factor, _) => {
            let code = code(state, dice, &place(channel));
            Call::Prove { token, response: Response::Code { by: channel, named, code } }
        }
        (Stage::Warned, _) if dice.percent(60) => Call::Skip { token },
        _ if dice.percent(20) && !sent.contains(&channel) => send,
        _ => {
            let proof = if sent.contains(&channel) {
                Proof::Code(channel, code(state, dice, &place(channel)))
            } else {
                Proof::Old(typed_password(state, dice, who))
            };
            Call::Change { token, proof, new: new_password(dice) }
        }
    }
}
