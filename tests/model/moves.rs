//! Assertions about contacts that are replaced, over the onlooker's notes: what must never happen, and what must not follow.
//!
//! The law: an attacker who holds only a session ends with no password and no second factor of their own.

use super::{
    calls::{Call, F, Proof, Purpose, Response},
    cast::{contact_of, email, factor, mobile},
    handed::Handed,
    host::Host,
    observed::Observed,
    rules::{RECENT, RULES, SKEW},
};
use authflow::{
    account::Account,
    contact::{Channel, Recipient},
    outcome::Event,
    session::EndSessions,
    step::Write,
};

pub fn check(host: &Host, seen: &Observed) {
    a_contact_moves_by_its_new_owner_and_a_second_factor_by_its_old_one(host, seen);
    that_it_is_taken_is_told_to_whoever_has_it(seen);
    a_session_alone_gets_no_password_and_no_way_in(host, seen);
}

/// Whether the sender of a new contact's code has more than a session: they have signed in since the code was asked for, and to another
/// session.
fn holds_more_than_a_session(host: &Host, seen: &Observed) -> bool {
    let Call::NewContact { code, .. } = seen.request.call else { return false };
    let text = host.codes.get(code).and_then(Option::as_deref);
    let own = seen.token.as_ref().and_then(|token| host.ledger.tokens.get(token)?.session);
    let auth_time = seen.held.as_ref().map(|handed| handed.auth_time);
    text.zip(own).zip(auth_time).is_some_and(|((text, own), at)| host.ledger.signed_in_since(text, own, at))
}

fn is_recent(handed: &Handed, now: u64) -> bool {
    handed.auth_time <= now + SKEW && now < handed.auth_time + RECENT
}

fn a_contact_moves_by_its_new_owner_and_a_second_factor_by_its_old_one(host: &Host, seen: &Observed) {
    for (commit, before) in &seen.commits {
        let moved = commit.writes.iter().find_map(|write| match write {
            Write::ReplaceContact { contact, .. } => Some(contact),
            _ => None,
        });
        let Some(moved) = moved else { continue };
        let Call::NewContact { by, to, .. } = &seen.request.call else {
            panic!("{:?} moves a contact", seen.request.call)
        };
        let typed = if *by == F::Email { email(*to) } else { mobile(*to) };
        let channel = if *by == F::Email { Channel::Email } else { Channel::Sms };
        assert_eq!(Some(moved), Recipient::new(channel, &typed).ok().as_ref(), "another contact");
        assert_eq!(seen.truth, Some(*by), "moved without a code to it that this session asked for");
        let before = before.as_ref().expect("a contact is somebody's");
        let token = &host.ledger.tokens[seen.token.as_ref().expect("moved without a token")];
        let handed = seen.held.as_ref().expect("moved without a session");
        assert!(
            is_recent(handed, seen.now) && holds_more_than_a_session(host, seen),
            "moved by a session alone"
        );
        let is_second = |by: &F| matches!(by, F::Sms | F::Email) && before.enrolled.contains(factor(*by));
        assert!(!is_second(by) || token.proved.contains(by), "a second factor moves without its proof");
        assert!(!token.proved.iter().all(is_second), "moved by second factors alone");
        let own = token.session.expect("a session");
        let ends =
            |write: &Write| matches!(write, Write::EndSessions(which) if *which == EndSessions::AllBut(own));
        assert!(commit.writes.iter().any(ends), "moved, and other sessions go on");
        assert_eq!(commit.expected, Some(before.revision), "moved, whatever has changed");
        assert_eq!(commit.revision_after(), Some(before.revision.next()), "moved, and nothing is over");
        for write in &commit.writes {
            if let Write::RenewSession { auth_time, .. } = write {
                assert_eq!(
                    auth_time.as_unix(),
                    handed.auth_time,
                    "a code to a phone of one's own is no sign-in"
                );
            }
        }
        let is_told = seen.events.iter().any(|event| match event {
            Event::ContactReplaced { before: told, .. } => *told == stored(before, *by),
            _ => false,
        });
        assert!(is_told || seen.reply.0 != 200, "the old contact is not told");
    }
    if let (Call::Send { purpose: Purpose::NewContact, to, .. }, Some(message)) =
        (&seen.request.call, &seen.message)
    {
        assert_eq!((message.to, message.decoy), (*to, false), "sent elsewhere, or not at all");
    }
}

fn stored(account: &Account, by: F) -> Option<Recipient> {
    match by {
        F::Email => account.email.clone().map(Recipient::Email),
        _ => account.mobile.clone().map(Recipient::Mobile),
    }
}

fn that_it_is_taken_is_told_to_whoever_has_it(seen: &Observed) {
    let is_told = seen.events.iter().any(|event| matches!(event, Event::ContactTaken { .. }));
    assert!(!is_told || seen.truth.is_some(), "told before the proof");
}

/// Neither the session itself gets them, nor a contact that its holder has moved to themselves.
fn a_session_alone_gets_no_password_and_no_way_in(host: &Host, seen: &Observed) {
    let is_bearer = matches!(seen.request.call, Call::OwnChange { .. } | Call::OwnChangeByCode { .. });
    for (commit, before) in &seen.commits {
        let has = |is_it: fn(&Write) -> bool| commit.writes.iter().any(is_it);
        let sets = has(|write| matches!(write, Write::StorePassword { .. }));
        let opens = has(|write| matches!(write, Write::OpenSession(_)));
        let Some(account) = before.as_ref().filter(|_| sets || opens) else { continue };
        // A person who proves the old password has more than a session.
        let by_old = matches!(seen.request.call, Call::OwnChange { old: Some(_), .. });
        if is_bearer && !by_old {
            let handed = seen.held.as_ref().expect("set without a session");
            assert!(is_recent(handed, seen.now), "an old session sets a password");
            let is_by_code = matches!(seen.request.call, Call::OwnChangeByCode { .. });
            let sets = RULES[seen.request.caller.app].session_sets;
            assert!(is_by_code || sets, "a session alone sets a password");
        }
        let shown = match &seen.request.call {
            Call::Recover { .. } | Call::OwnChangeByCode { .. } => Some(F::Sms),
            Call::SignInByCode { by, .. }
            | Call::Change { proof: Proof::Code(by, _), .. }
            | Call::Prove { response: Response::Code { by, .. }, .. } => Some(*by),
            _ => None,
        };
        let contact = shown.and_then(|by| Some((by, contact_of(account, by)?)));
        let is_stolen =
            contact.is_some_and(|(by, named)| host.ledger.stolen.contains(&(account.id, by, named)));
        assert!(!is_stolen, "in by a contact that a session alone has moved");
    }
}

/// The contact that a request has moved, if the caller had only a session.
pub fn stolen(host: &Host, seen: &Observed) -> Option<(authflow::AccountId, F, usize)> {
    let (commit, _) = seen.commits.first()?;
    let Call::NewContact { by, to, .. } = seen.request.call else { return None };
    let moves = commit.writes.iter().any(|write| matches!(write, Write::ReplaceContact { .. }));
    (moves && !holds_more_than_a_session(host, seen)).then_some((commit.account?, by, to))
}
