//! The next call, drawn by dice that favour calls which lead on.

use super::{
    calls::{
        Call, Caller, F, FIRST, FORGED, Human, IDENTITIES, LinkProof, MOST, NAMED, NOBODY, Named, Presented,
        Proof, Purpose, Response, SHORT, Said, USED, WRONG,
    },
    cast::{is_of_the_family, reached},
    chance::Dice,
    state::{Kind, Model, Once, Place, Stage},
};
use std::collections::BTreeSet;

pub fn call(state: &Model, dice: &mut Dice<'_>) -> Call {
    if dice.percent(if state.life.pictures { 9 } else { 1 }) {
        return picture(state, dice);
    }
    if let Some((number, solution)) =
        state.captchas.iter().enumerate().next_back().filter(|_| dice.percent(6))
    {
        let (by, to, human) = (solution.channel, Some(solution.to), Human::Solved(number));
        let to = if dice.percent(15) { Some(dice.roll(NAMED)) } else { to };
        let purpose = dice.of(&[Purpose::SignIn, Purpose::Register, Purpose::Forgotten, Purpose::Link]);
        return Call::Send { token: None, purpose, by, to, human };
    }
    if let Some(identity) = state.linked_last.filter(|_| dice.percent(15)) {
        return Call::Social { identity, good: !dice.percent(8), bound: dice.percent(60) };
    }
    if let Some(link_token) = open_link(state)
        && dice.percent(25)
    {
        let tenant = state.tokens[link_token].by.tenant;
        let own: Vec<_> = (0..state.people.len()).filter(|who| state.people[*who].tenant == tenant).collect();
        let (who, by) = (dice.of(&own), dice.of(&[F::Sms, F::Email]));
        return bind(state, dice, Some(link_token), by, state.people[who].contact(by).unwrap_or(NOBODY));
    }
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
    let wanted: fn(&Kind) -> bool = if state.life.signed && dice.percent(95) {
        |kind| matches!(kind, Kind::Session { .. })
    } else {
        |kind| matches!(kind, Kind::Id { .. })
    };
    let id = |dice: &mut Dice<'_>| token(state, dice, wanted);
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
    match dice.roll(25) {
        23 => Call::TenantToken { client: usize::from(dice.percent(15)), secret: dice.roll(5) / 2 },
        24 => Call::TenantRefresh { token: session(dice), credential: credential(state, dice, bearer) },
        20 => Call::Identities { token: bearer },
        21 | 22 => {
            let mut own =
                state.linked.iter().filter(|(_, link)| link.who == who).map(|((_, linked), _)| *linked);
            let identity = own.next_back().unwrap_or(dice.roll(IDENTITIES));
            Call::Unlink { token: bearer, identity }
        }
        16..20 => new_contact(state, dice, bearer),
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
            let human = human(state, dice);
            let to = state.people.get(who).and_then(|person| person.mobile).or(Some(NOBODY));
            Call::Send { token: None, purpose: Purpose::Update, by: F::Sms, to, human }
        }
        _ => Call::IsSet { token: bearer },
    }
}

fn first_factor(state: &Model, dice: &mut Dice<'_>) -> Call {
    // Mostly a person, and now and then nobody.
    let who = dice.roll(state.people.len() * 4 + 1) / 4;
    let person = state.people.get(who);
    let ways: Vec<F> = [F::Sms, F::Email]
        .into_iter()
        .filter(|by| person.is_none_or(|person| person.contact(*by).is_some()))
        .collect();
    let by = if ways.is_empty() { F::Sms } else { dice.of(&ways) };
    let to = person.and_then(|person| person.contact(by)).unwrap_or(NOBODY);
    match dice.roll(18) {
        14..18 => social(state, dice, by, to),
        12 | 13 => registration(state, dice),
        10 | 11 => recovery(state, dice, person.and_then(|person| person.mobile).unwrap_or(to)),
        0..6 => {
            let said = dice.of(&[
                Said::Name,
                Said::Name,
                Said::AnyName,
                Said::AnyMobile,
                Said::AnyEmail,
                Said::Mobile,
            ]);
            let has = |said| (0..NAMED).find(|named| person.is_some_and(|person| person.is(said, *named)));
            let (said, named) = match has(said) {
                Some(named) => (said, named),
                None if person.is_some() => (reached(by), to),
                None => (said, NOBODY),
            };
            Call::SignIn { who: named, said, password: typed_password(state, dice, who) }
        }
        6 | 7 => {
            let human = human(state, dice);
            Call::Send { token: None, purpose: Purpose::SignIn, by, to: Some(to), human }
        }
        _ => {
            let sent = state.stored.iter().filter(|(place, _)| place.purpose == Purpose::SignIn);
            match sent.max_by_key(|(_, number)| **number) {
                Some((place, _)) => {
                    Call::SignInByCode { by: place.by, to: place.to, code: code(state, dice, place) }
                }
                None => Call::SignInByCode { by, to, code: WRONG },
            }
        }
    }
}

/// A person, mostly one without an account, asks for a code and makes an account by it.
fn registration(state: &Model, dice: &mut Dice<'_>) -> Call {
    let sent = state.stored.iter().filter(|(place, _)| place.purpose == Purpose::Register);
    let is_room = state.people.len() < MOST - 1;
    match sent.max_by_key(|(_, number)| **number).filter(|_| is_room && dice.percent(75)) {
        Some((place, _)) => Call::Register {
            by: place.by,
            to: if dice.percent(10) { dice.roll(NAMED) } else { place.to },
            code: code(state, dice, place),
            name: dice.percent(50).then(|| dice.roll(NAMED)),
            password: dice.percent(50).then(|| new_password(dice)),
            fit: !dice.percent(8),
        },
        None => {
            let (by, human) = (dice.of(&[F::Sms, F::Email]), human(state, dice));
            let to = dice.of(&[NOBODY, NOBODY + 1, NOBODY + 2, NOBODY, NOBODY + 1, 0, 1, 2]);
            Call::Send { token: None, purpose: Purpose::Register, by, to: Some(to), human }
        }
    }
}

/// A person comes in by an identity, asks for a code to link it with, or links it.
fn social(state: &Model, dice: &mut Dice<'_>, by: F, to: Named) -> Call {
    let links = |kind: &Kind| matches!(kind, Kind::Link { .. });
    let is_there = state.tokens.iter().any(|token| links(&token.kind));
    if !is_there || dice.percent(40) {
        let linked: Vec<_> = state.linked.keys().map(|(_, identity)| *identity).collect();
        let is_known = !linked.is_empty() && dice.percent(65);
        let identity = if is_known { dice.of(&linked) } else { dice.roll(IDENTITIES) };
        return Call::Social { identity, good: !dice.percent(8), bound: dice.percent(50) };
    }
    let token = token(state, dice, links);
    bind(state, dice, token, by, to)
}

/// The latest token of an unlinked identity that is still good for something.
fn open_link(state: &Model) -> Option<usize> {
    let is_open = |number: &usize| {
        matches!(state.tokens[*number].kind, Kind::Link { .. })
            && state.good(Some(*number)).is_some()
            && !state.spent.contains_key(&Once::Token(*number))
    };
    (0..state.tokens.len()).rev().find(is_open)
}

/// A person who brings an unlinked identity proves an account, or gets one.
fn bind(state: &Model, dice: &mut Dice<'_>, token: Presented, by: F, to: Named) -> Call {
    let sent =
        state.stored.iter().filter(|(place, _)| matches!(place.purpose, Purpose::Link | Purpose::Register));
    match (sent.max_by_key(|(_, number)| **number), dice.roll(10)) {
        (Some((place, _)), 0..5) if place.purpose == Purpose::Link => {
            let proof = LinkProof::Code(place.by, place.to, code(state, dice, place));
            Call::Link { token, proof }
        }
        (Some((place, _)), 0..5) => {
            let (by, to) = (place.by, place.to);
            Call::RegisterLinked { token, by, to, code: code(state, dice, place) }
        }
        (_, 5) => Call::Link { token, proof: LinkProof::Vouched(to, !dice.percent(10)) },
        (_, 6) => {
            let nobodys = dice.of(&[NOBODY, NOBODY + 1, NOBODY + 2, to]);
            let is_room = state.people.len() < MOST - 1;
            let good = !dice.percent(10);
            if is_room && dice.percent(50) {
                Call::RegisterVouched { token, to: nobodys, good }
            } else {
                Call::Link { token, proof: LinkProof::Vouched(to, good) }
            }
        }
        (_, 0 | 7) => {
            let (purpose, human) = (Purpose::Link, human(state, dice));
            Call::Send { token: None, purpose, by, to: Some(to), human }
        }
        _ => {
            let who = state.people.iter().position(|person| person.contact(by) == Some(to)).unwrap_or(0);
            let named = state.people[who].name.unwrap_or(NOBODY);
            Call::Link { token, proof: LinkProof::Password(named, typed_password(state, dice, who)) }
        }
    }
}

/// A person who has forgotten their password asks for a code, and sets a new password by it.
fn recovery(state: &Model, dice: &mut Dice<'_>, who: usize) -> Call {
    let mut sent = state.stored.iter().filter(|(place, _)| place.purpose == Purpose::Forgotten);
    match sent.next_back().filter(|_| dice.percent(75)) {
        Some((place, _)) => {
            Call::Recover { to: place.to, code: code(state, dice, place), new: new_password(dice) }
        }
        None if dice.percent(20) => Call::Recover { to: who, code: WRONG, new: new_password(dice) },
        None => {
            let (by, human) = (if dice.percent(10) { F::Email } else { F::Sms }, human(state, dice));
            Call::Send { token: None, purpose: Purpose::Forgotten, by, to: Some(who), human }
        }
    }
}

fn carry_on(state: &Model, dice: &mut Dice<'_>, token: Presented, number: usize, stage: Stage) -> Call {
    let (who, caller) = (state.tokens[number].who, state.tokens[number].by);
    let purpose = if stage == Stage::Factor { Purpose::Second } else { Purpose::Change };
    let contact = |by| state.people[who].contact(by).unwrap_or(NOBODY);
    let place = |by| Place::in_login(number, caller, purpose, by, contact(by));
    let sent: BTreeSet<F> =
        [F::Sms, F::Email].into_iter().filter(|by| state.stored.contains_key(&place(*by))).collect();
    let enrolled: Vec<F> = state.people[who].enrolled.iter().copied().collect();
    let by = if enrolled.is_empty() || dice.percent(10) {
        dice.of(&[F::Sms, F::Email, F::Totp])
    } else {
        dice.of(&enrolled)
    };
    let channel = if by == F::Email { F::Email } else { F::Sms };
    let named = dice.percent(30).then(|| if dice.percent(30) { dice.roll(NAMED) } else { contact(channel) });
    let purpose = if dice.percent(3) { Purpose::SignIn } else { purpose };
    let send = Call::Send { token, purpose, by: channel, to: named, human: Human::No };
    let totp = |dice: &mut Dice<'_>| {
        let of = if dice.percent(10) { dice.roll(state.people.len()) } else { who };
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

/// A person asks for a code to a mobile or an address that is not theirs yet, and presents it.
fn new_contact(state: &Model, dice: &mut Dice<'_>, bearer: Presented) -> Call {
    let by_whom = bearer.and_then(|number| state.tokens.get(number)).map(|token| token.by);
    let sent = state.stored.iter().filter(|(place, _)| {
        let Place { device, app, tenant, .. } = **place;
        place.purpose == Purpose::NewContact && by_whom == Some(Caller { device, app, tenant })
    });
    match sent.max_by_key(|(_, number)| **number).filter(|_| dice.percent(75)) {
        Some((place, _)) => {
            let to = if dice.percent(8) { dice.roll(NAMED) } else { place.to };
            Call::NewContact { token: bearer, by: place.by, to, code: code(state, dice, place) }
        }
        None if dice.percent(8) => {
            Call::NewContact { token: bearer, by: F::Sms, to: dice.roll(NAMED), code: WRONG }
        }
        None => {
            let of_the_family = by_whom.is_some_and(|by| is_of_the_family(by.device));
            let by = if of_the_family && dice.percent(90) { F::Sms } else { dice.of(&[F::Sms, F::Email]) };
            let human = human(state, dice);
            let purpose = Purpose::NewContact;
            // Mostly it goes to the recipient that the picture was solved for.
            let solved = match human {
                Human::Solved(number) if dice.percent(90) => state.captchas.get(number),
                _ => None,
            };
            let by = solved.map_or(by, |solution| solution.channel);
            let to = solved.map_or(dice.roll(NAMED), |solution| solution.to);
            Call::Send { token: bearer, purpose, by, to: Some(to), human }
        }
    }
}

/// The place of the code with which the bearer of a token changes their password.
fn update_place(state: &Model, bearer: Presented) -> Place {
    let token = bearer.and_then(|number| state.tokens.get(number));
    let nobodys = (Caller { device: 0, app: 0, tenant: 0 }, NOBODY);
    let mobile = |who: usize| state.people.get(who).and_then(|person| person.mobile).unwrap_or(NOBODY);
    let (by, to) = token.map_or(nobodys, |token| (token.by, mobile(token.who)));
    Place::outside(by, Purpose::Update, F::Sms, to)
}

/// A person asks for a picture, or solves one for a recipient that a code may go to next.
fn picture(state: &Model, dice: &mut Dice<'_>) -> Call {
    let open = (0..state.pictures.len()).rev().find(|number| !state.pictures[*number].tried);
    match open {
        None if dice.percent(90) => Call::Picture,
        Some(_) if dice.percent(20) => Call::Picture,
        _ => {
            let any = dice.roll(state.pictures.len() + 1);
            let picture = open.filter(|_| dice.percent(85)).unwrap_or(any);
            let (right, by) = (!dice.percent(15), dice.of(&[F::Sms, F::Email]));
            Call::Solve { picture, right, by, to: dice.roll(NAMED) }
        }
    }
}

/// A person's proof of being no robot.
fn human(state: &Model, dice: &mut Dice<'_>) -> Human {
    let is_one = !dice.percent(20);
    match state.captchas.len() {
        _ if !is_one => Human::No,
        0 => Human::Yes,
        solved if state.life.pictures => {
            Human::Solved(if dice.percent(80) { solved - 1 } else { dice.roll(solved) })
        }
        _ => Human::Yes,
    }
}

fn credential(state: &Model, dice: &mut Dice<'_>, token: Presented) -> usize {
    let own = token.and_then(|number| state.tokens.get(number)).map_or(0, |token| token.by.tenant);
    match dice.roll(100) {
        0..15 => dice.roll(3),
        15..40 if !state.servers.is_empty() => 3 + dice.roll(state.servers.len() + 1),
        40..65 => state.servers.iter().rposition(|(tenant, ..)| *tenant == own).map_or(own, |at| 3 + at),
        _ => own,
    }
}

/// A token of a kind, mostly the latest and sometimes an earlier one. Otherwise any token at all, nonsense or none.
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

/// Mostly the code of a place. Otherwise any other code, or a wrong one.
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
