//! Assertions about registrations, over the onlooker's notes: what must never happen there.

use super::{
    calls::{Call, Caller, F},
    cast::{NAMES, contact_of, is_known_by, password, reached},
    host::Host,
    observed::Observed,
    rules::RULES,
};
use authflow::{
    account::{Account, NewAccount},
    outcome::Event,
    step::Write,
};

pub fn check(host: &Host, seen: &Observed) {
    nobody_is_made_without_a_proof(host, seen);
    nobody_is_told_who_has_it_before_the_proof(seen);
    one_contact_leads_to_one_account(host);
}

/// One commit makes the account, only from proved and chosen values, and opens its one session.
fn nobody_is_made_without_a_proof(host: &Host, seen: &Observed) {
    for (commit, before) in &seen.commits {
        let Some(new) = seen.made() else { continue };
        assert!(before.is_none() && commit.expected.is_none(), "somebody who was there");
        let (by, to, name, chosen) = match &seen.request.call {
            Call::Register { by, to, name, password, .. } => (by, to, *name, *password),
            Call::RegisterLinked { by, to, .. } => {
                assert!(RULES[seen.request.caller.app].registers_linked, "linked to nobody who may register");
                (by, to, None, None)
            }
            Call::RegisterVouched { to, .. } => {
                let Caller { app, .. } = seen.request.caller;
                assert!(RULES[app].registers_linked, "linked to nobody who may register");
                assert!(host.life.trust[app].vouched_mobiles, "by a word that is not taken");
                (&F::Sms, to, None, None)
            }
            other => panic!("{other:?} makes an account"),
        };
        assert!(RULES[seen.request.caller.app].takes_new(), "an account that the policy does not have");
        assert_eq!(seen.truth, Some(*by), "an account without a code to its contact");
        let made = new_account(host, new);
        let own = [F::Sms, F::Email].map(|by| contact_of(made, by));
        let proved = [F::Sms, F::Email].map(|channel| Some(*to).filter(|_| channel == *by));
        assert_eq!(own, proved, "another contact than was proved");
        assert!(made.enrolled.is_empty() && made.totp.is_none(), "a factor that nobody has enrolled");
        assert_eq!(made.user_name.as_ref().map(|it| it.as_str()), name.map(|name| NAMES[name]));
        let verifier = made.password.as_ref().map(|known| known.verifier.expose());
        assert_eq!(verifier, chosen.map(password), "another password than was chosen");
        let count = |is_one: fn(&Write) -> bool| commit.writes.iter().filter(|write| is_one(write)).count();
        assert_eq!(count(|it| matches!(it, Write::CreateAccount(_))), 1);
        assert_eq!(count(|it| matches!(it, Write::OpenSession(_))), 1, "an account without its session");
        let codes = usize::from(!matches!(seen.request.call, Call::RegisterVouched { .. }));
        assert_eq!(count(|it| matches!(it, Write::UseCode(_))), codes, "a code that is good once more");
    }
}

fn new_account<'a>(host: &'a Host, new: &NewAccount) -> &'a Account {
    let found = host.world.host.accounts.iter().find(|account| account.id == new.id);
    found.expect("the account that was made")
}

/// Only a person who has proved the contact learns whether somebody has the contact or the name.
fn nobody_is_told_who_has_it_before_the_proof(seen: &Observed) {
    let is_told = seen.events.iter().any(|event| matches!(event, Event::RegistrationRefused { .. }));
    assert!(!is_told || seen.truth.is_some(), "told before the proof");
}

fn one_contact_leads_to_one_account(host: &Host) {
    let accounts = &host.world.host.accounts;
    for (at, one) in accounts.iter().enumerate() {
        for by in [F::Sms, F::Email] {
            let Some(own) = contact_of(one, by) else { continue };
            let others = accounts[at + 1..].iter().filter(|other| other.tenant == one.tenant);
            let shares = |other: &Account| is_known_by(other, reached(by), own);
            assert!(!others.into_iter().any(shares), "two accounts of one contact");
        }
    }
}
