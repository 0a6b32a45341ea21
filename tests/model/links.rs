//! Assertions about identities and accounts, over the onlooker's notes: what must never happen between them.

use super::{
    calls::{Call, F, IDENTITIES, Identity, LinkProof},
    cast::{binds, factor, identity},
    host::Host,
    ledger::Ledger,
    life::Life,
    observed::Observed,
    rules::{RECENT, RULES, SKEW},
    trust::{self, Brought, Making},
};
use authflow::{AccountId, session::EndSessions, social::SocialIdentity, step::Write};
use std::collections::BTreeSet;

/// A link as an onlooker knows it.
#[derive(Clone)]
pub struct Seen {
    pub account: AccountId,
    /// The factors that made it, and the application of each. Nobody has seen the applications of earlier links.
    pub made: BTreeSet<(Making, Option<usize>)>,
}

impl Seen {
    /// A link from before the life.
    pub fn before(account: AccountId, made: &BTreeSet<Making>) -> Self {
        Self { account, made: made.iter().map(|making| (*making, None)).collect() }
    }

    /// Whether it was made by a factor that an application demands, in a way that the application accepts.
    pub fn counts(&self, life: &Life, app: usize) -> bool {
        self.made.iter().any(|(making, _)| counts(life, app, *making))
    }
}

pub fn counts(life: &Life, app: usize, making: Making) -> bool {
    let Making { by, is_bound, is_vouched } = making;
    let taken = life.trust[app];
    let is_sure = (is_bound || taken.unbound_codes) && (!is_vouched || taken.vouched_mobiles);
    RULES[app].links_by.contains(&by) && is_sure
}

/// The identity that a request is about, on its way to an account.
pub fn brought(ledger: &Ledger, seen: &Observed) -> Option<Brought> {
    let borne = seen.token.as_ref().and_then(|text| ledger.tokens.get(text)).and_then(|token| token.link);
    match seen.request.call {
        Call::Social { identity, bound, .. } => {
            let is_bound = binds(seen.request.caller.device, bound);
            Some(Brought { identity, is_bound, is_vouched: false })
        }
        Call::Link { proof: LinkProof::Vouched(..), .. } | Call::RegisterVouched { .. } => {
            borne.map(|brought| Brought { is_vouched: true, ..brought })
        }
        _ => borne,
    }
}

pub fn check(host: &Host, seen: &Observed) {
    an_identity_is_linked_with_the_session_and_to_one_account(host, seen);
    no_link_is_taken_away_by_a_session_alone_or_as_the_last_way_in(host, seen);
    whoever_signs_in_by_an_identity_has_it(host, seen);
}

fn number(of: &SocialIdentity) -> Identity {
    (0..IDENTITIES).find(|number| identity(*number) == *of).expect("an identity that somebody brought")
}

fn an_identity_is_linked_with_the_session_and_to_one_account(host: &Host, seen: &Observed) {
    for (commit, before) in &seen.commits {
        for write in &commit.writes {
            let Write::LinkIdentity { identity, linked_by, .. } = write else { continue };
            let brought = brought(&host.ledger, seen).expect("linked without a token");
            assert_eq!(brought.identity, number(identity), "another identity than was brought");
            let made = brought.made_by(&host.ledger.proved(seen));
            assert!(trust::read(linked_by.to_bits()).is_subset(&made), "a link that is surer than its login");
            let opens = commit.writes.iter().any(|write| matches!(write, Write::OpenSession(_)));
            assert!(opens, "linked before everything was proved");
            let key = (seen.request.caller.tenant, number(identity));
            let owner = host.ledger.links.get(&key);
            assert!(owner.is_none_or(|it| Some(it.account) == commit.account), "taken from another account");
            let by = match &seen.request.call {
                Call::Link { proof: LinkProof::Code(by, ..), .. } => Some(*by),
                Call::Link { proof: LinkProof::Vouched(..), .. } => Some(F::Sms),
                _ => None,
            };
            let is_second = before.as_ref().zip(by).is_some_and(|(it, by)| it.enrolled.contains(factor(by)));
            assert!(!is_second, "linked by a second factor");
        }
    }
}

fn no_link_is_taken_away_by_a_session_alone_or_as_the_last_way_in(host: &Host, seen: &Observed) {
    for (commit, before) in &seen.commits {
        for write in &commit.writes {
            let Write::UnlinkIdentity { identity, .. } = write else { continue };
            assert!(matches!(seen.request.call, Call::Unlink { .. }), "{:?} unlinks", seen.request.call);
            let (handed, account) =
                (seen.held.as_ref().expect("a session"), before.as_ref().expect("an account"));
            let is_recent = handed.auth_time <= seen.now + SKEW && seen.now < handed.auth_time + RECENT;
            assert!(is_recent, "unlinked by an old session");
            let key = (seen.request.caller.tenant, number(identity));
            let gone = host.ledger.links.get(&key);
            assert_eq!(gone.map(|link| link.account), Some(account.id), "another account's link");
            let has_more = account.password.is_some() || account.mobile.is_some() || account.email.is_some();
            let is_another = |(it, link): &(&_, &Seen)| **it != key && link.account == account.id;
            let others: Vec<_> = host.ledger.links.iter().filter(is_another).map(|(_, link)| link).collect();
            assert!(has_more || !others.is_empty(), "the last way in is gone");
            // A link that does not count here is no way in here.
            let is_way_in = |link: &Seen| link.counts(&host.life, seen.request.caller.app);
            let was_none = gone.is_some_and(|link| !is_way_in(link));
            assert!(
                has_more || was_none || others.into_iter().any(is_way_in),
                "the last way in here is gone"
            );
            assert_eq!(
                commit.revision_after(),
                Some(account.revision.next()),
                "unlinked, and nothing is over"
            );
            let ends = |write: &Write| matches!(write, Write::EndSessions(EndSessions::AllBut(_)));
            assert!(commit.writes.iter().any(ends), "unlinked, and who came in by it stays");
        }
    }
}

/// The login must be of the account that the identity is linked to.
fn whoever_signs_in_by_an_identity_has_it(host: &Host, seen: &Observed) {
    let Call::Social { identity, good, bound } = seen.request.call else { return };
    if seen.goes_on() {
        let caller = seen.request.caller;
        assert!(good, "in by a code of nobody's");
        let is_taken = binds(caller.device, bound) || host.life.trust[caller.app].unbound_codes;
        assert!(is_taken, "in by a code of anybody's client");
        let link = host.ledger.links.get(&(caller.tenant, identity)).expect("in by what nobody has linked");
        assert!(link.counts(&host.life, caller.app), "in by a link of less than is demanded");
        for (commit, _) in &seen.commits {
            assert_eq!(Some(link.account), commit.account, "in as somebody else");
        }
    }
}

/// Notes new links, and links that are gone.
pub fn note(ledger: &mut Ledger, seen: &Observed) {
    let tenant = seen.request.caller.tenant;
    let brought = brought(ledger, seen);
    let proved = ledger.proved(seen);
    for (commit, _) in &seen.commits {
        for write in &commit.writes {
            match write {
                // The note rests on the facts that were seen, not on the written ones.
                Write::LinkIdentity { identity, .. } => {
                    let account = commit.account.expect("linked to somebody");
                    let made = brought.expect("an identity").made_by(&proved);
                    let key = (tenant, number(identity));
                    let link = ledger.links.entry(key).or_insert(Seen::before(account, &BTreeSet::new()));
                    let app = seen.request.caller.app;
                    link.made.extend(made.into_iter().map(|making| (making, Some(app))));
                }
                Write::EndLinks(_) => ledger.links.retain(|_, link| Some(link.account) != commit.account),
                Write::UnlinkIdentity { identity, .. } => {
                    ledger.links.remove(&(tenant, number(identity)));
                }
                _ => {}
            }
        }
    }
}

/// The reasons why a link from the other application counts there and not here. Each reason is one that alone makes the
/// difference.
pub fn refused_here(host: &Host, seen: &Observed) -> Vec<&'static str> {
    let Call::Social { identity, good: true, .. } = seen.request.call else { return Vec::new() };
    let (life, app) = (&host.life, seen.request.caller.app);
    let link = host.ledger.links.get(&(seen.request.caller.tenant, identity));
    let is_refused = seen.says("SOCIAL_BIND") || seen.says("USER_REGISTER");
    let Some(link) = link.filter(|link| is_refused && !link.counts(life, app)) else { return Vec::new() };
    let there = link
        .made
        .iter()
        .filter(|(making, made_in)| *made_in == Some(1 - app) && counts(life, 1 - app, *making));
    let why = there.filter_map(|(making, _)| {
        let would_count = |sure: Making| counts(life, app, sure);
        match making {
            _ if would_count(Making { is_bound: true, ..*making }) => Some("by an unbound code"),
            _ if would_count(Making { is_vouched: false, ..*making }) => Some("by a vouched mobile"),
            _ => None,
        }
    });
    why.collect()
}
