//! The data of a host, before and after an attacker's request.

use super::{
    super::{MemoryHost, World, exam::Column},
    harm::Harm,
};
use crate::{
    guess::{AttemptRecord, ReserveAttempt},
    outcome::{Event, ProofRefusal, TokenRefusal},
    step::Question,
};

/// A copy of a host before the request.
pub(super) struct Kept(MemoryHost);

impl Kept {
    pub(super) fn of(world: &World) -> Self {
        Self(world.host.clone())
    }

    /// The harm that the latest request has done. The request was refused, so it may leave nothing but a counted guess.
    pub(super) fn harm(&self, world: &World) -> Option<Harm> {
        self.written(&world.host).map(Harm::Wrote).or_else(|| self.miscounted(world))
    }

    /// The kind of thing that has changed.
    fn written(&self, now: &MemoryHost) -> Option<&'static str> {
        let Self(before) = self;
        let accounts =
            |host: &MemoryHost| host.accounts.iter().map(Column::all_of).collect::<alloc::vec::Vec<_>>();
        let codes = |host: &MemoryHost| {
            let of =
                |(key, code): (&_, &crate::code::StoredCode)| (*key, code.expires_at, code.digest.to_bytes());
            host.codes.iter().map(of).collect::<alloc::vec::Vec<_>>()
        };
        let kinds = [
            ("accounts", accounts(before) == accounts(now)),
            ("sessions", before.sessions == now.sessions && before.ended == now.ended),
            ("claims", before.claims == now.claims),
            ("codes", codes(before) == codes(now)),
            ("counts of sends", before.sends == now.sends && before.sums == now.sums),
            ("messages", before.outbox.len() == now.outbox.len()),
        ];
        kinds.into_iter().find_map(|(kind, is_same)| (!is_same).then_some(kind))
    }

    fn miscounted(&self, world: &World) -> Option<Harm> {
        let (mut fewer, mut more) = (false, 0_usize);
        for slot in self.0.attempts.keys().chain(world.host.attempts.keys()) {
            let count = |host: &MemoryHost| host.attempts.get(slot).map_or(0_usize, AttemptRecord::count);
            let (before, now) = (count(&self.0), count(&world.host));
            fewer |= now < before;
            more = more.max(now.saturating_sub(before));
        }
        if fewer {
            Some(Harm::ForgottenGuesses)
        } else if judged(world) && more == 0 {
            Some(Harm::UncountedGuess)
        } else {
            None
        }
    }
}

/// Whether a guess of the latest request was judged and must stay counted: it was wrong, or its proof had been used before.
pub(super) fn judged(world: &World) -> bool {
    let is_judged = |event: &Event| match event {
        Event::ProofRefused { reason, .. } => !matches!(
            reason,
            ProofRefusal::Locked | ProofRefusal::AccountChanged | ProofRefusal::NoRecovery(_)
        ),
        Event::TokenRefused { reason: TokenRefusal::Replayed, .. } => true,
        _ => false,
    };
    let events = world.outcome.iter().flat_map(|outcome| &outcome.events);
    let looks = ["VerifyPassword", "LoadCode", ReserveAttempt::NAME];
    world.host.asked.iter().any(|asked| looks.contains(asked)) && events.into_iter().any(is_judged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        SessionId,
        testkit::{Call, demo},
    };

    type Change = fn(&mut MemoryHost);

    #[test]
    fn every_kind_of_what_is_kept_is_looked_at() {
        let mut world = World::new();
        let warned = world.login("erin");
        let asked = serde_json::json!({ "mobile": demo::MOBILE, "type": "LOGIN_SMS" });
        assert_eq!(world.send(&Call::post("/api/v2/sdk/sms/send", &asked)).status, 200);
        world.skip(warned.state_token());
        let kept = Kept::of(&world);
        assert_eq!(kept.written(&world.host), None);
        let changes: [(&str, Change); 10] = [
            ("accounts", |host| host.accounts.truncate(1)),
            ("accounts", |host| host.account("erin").password = None),
            ("accounts", |host| demo::enrol(crate::factor::Factor::Sms, host.account("erin"))),
            ("sessions", |host| host.sessions.clear()),
            ("sessions", |host| host.ended.extend([SessionId::from_bytes([1; 16])])),
            ("claims", |host| host.claims.clear()),
            ("codes", |host| host.codes.clear()),
            ("codes", |host| {
                let later =
                    |code: &mut crate::code::StoredCode| code.expires_at = code.expires_at.plus_seconds(1);
                host.codes.values_mut().for_each(later);
            }),
            ("counts of sends", |host| host.sends.clear()),
            ("messages", |host| host.outbox.clear()),
        ];
        for (kind, change) in changes {
            let mut changed = world.clone();
            change(&mut changed.host);
            assert_eq!(kept.harm(&changed), Some(Harm::Wrote(kind)));
        }
    }

    /// This was finding 1. A used code cleared the count of guesses, although the reply was an ordinary refusal.
    #[test]
    fn a_guess_is_counted_and_takes_none_off() {
        let mut world = World::new();
        let kept = Kept::of(&world);
        assert_eq!(world.send(&Call::login("alice", "wrong")).status, 400);
        assert_eq!((kept.harm(&world), judged(&world)), (None, true));
        let mut uncounted = world.clone();
        uncounted.host.attempts.clear();
        assert_eq!(kept.harm(&uncounted), Some(Harm::UncountedGuess));

        let kept = Kept::of(&world);
        assert_eq!(world.send(&Call::login("alice", "wrong again")).status, 400);
        let mut cleared = world.clone();
        cleared.host.attempts.clear();
        assert_eq!((kept.harm(&world), kept.harm(&cleared)), (None, Some(Harm::ForgottenGuesses)));
    }

    /// A locked slot refuses without counting a guess.
    #[test]
    fn a_locked_slot_counts_nothing_more() {
        let mut world = World::new();
        for _ in 0..5 {
            world.send(&Call::login("alice", "wrong"));
        }
        let kept = Kept::of(&world);
        assert_eq!(world.login("alice").status, 400);
        assert_eq!((kept.harm(&world), judged(&world)), (None, false));
    }
}
