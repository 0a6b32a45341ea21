//! Compares what the host has stored with what the model has stored.

use super::{
    calls::{F, Identity, Said},
    cast::{TENANTS, contact_of, factor, identity, is_known_by, password, sealing_key},
    host::{Host, OUTDATED},
    state::{Kind, Known, Model, Session},
    trust::{self, Making},
};
use authflow::{TenantId, factor::FactorSet, guess::AttemptRecord, social::SocialIdentity};
use std::collections::BTreeSet;

fn spelt((tenant, number): (usize, Identity)) -> (Option<TenantId>, SocialIdentity) {
    (TenantId::new(TENANTS[tenant]).ok(), identity(number))
}

impl Host {
    /// The number of guesses that the host has counted, without those that were refused because none was left. A record's entries have 24
    /// bytes each after the first 9 bytes, and the first bit of the last 8 bytes marks the refused ones.
    pub fn guesses(&self) -> usize {
        let records = self.world.host.attempts.values().map(AttemptRecord::to_bytes);
        records.map(|bytes| bytes[9..].chunks(24).filter(|entry| entry[16] >> 7 == 0).count()).sum()
    }

    /// The size of the host's records of guesses.
    fn counted(&self) -> usize {
        self.world.host.attempts.values().map(|record| record.to_bytes().len()).sum()
    }

    /// Asserts that the host has stored the same as the model.
    pub fn is_as(&self, model: &Model) {
        let kept = &self.world.host;
        assert_eq!(self.texts.len(), model.tokens.len(), "the host keeps other tokens");
        let session_tokens = model.tokens.iter().zip(&self.texts);
        let mut session_tokens =
            session_tokens.filter(|(token, _)| matches!(token.kind, Kind::Session { .. }));
        let is_in_form = |text: &str| (text.len() == 125) == model.life.refers;
        assert!(session_tokens.all(|(_, text)| is_in_form(text)), "a session token of the other form");
        assert_eq!(self.codes.len(), model.codes.len(), "the host keeps other codes");
        assert_eq!(kept.claims.len() + self.swept, model.spent.len(), "the host keeps other claims");
        let linked = |(tenant, identity): (usize, Identity)| self.linked(tenant, identity);
        assert!(
            model.linked.iter().all(|(key, link)| linked(*key) == Some(link.who)),
            "the host keeps other links"
        );
        type Made = BTreeSet<Making>;
        let mut known: Vec<(_, Made)> =
            model.linked.iter().map(|(key, link)| (spelt(*key), link.made.clone())).collect();
        known.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        let has =
            kept.identities.iter().map(|(key, link)| (key.clone(), trust::read(link.linked_by.to_bits())));
        assert!(known.into_iter().eq(has), "the host keeps links that are made by something else");
        assert_eq!(kept.identities.len(), model.linked.len(), "the host keeps more links");
        let sessions = || model.sessions.iter().filter(|session| !session.gone);
        assert_eq!(kept.sessions.len(), sessions().count(), "the host keeps other sessions");
        let ended = sessions().filter(|session| session.ended).count();
        assert_eq!(kept.ended.len(), ended, "the host keeps other ended sessions");
        let proved =
            |session: &Session| -> FactorSet { session.proved.iter().copied().map(factor).collect() };
        let mut used: Vec<_> =
            kept.sessions.values().map(|session| (session.used_at.as_unix(), session.factors)).collect();
        let mut noted: Vec<_> = sessions().map(|session| (session.used, proved(session))).collect();
        used.sort_unstable();
        noted.sort_unstable();
        assert_eq!(used, noted, "the host keeps other uses or proofs of sessions");
        assert_eq!(kept.accounts.len(), model.people.len(), "the host keeps other accounts");
        for ((person, account), drawn) in model.people.iter().zip(&kept.accounts).zip(&self.drawn) {
            let revision = account.revision.as_u64() - drawn;
            assert_eq!(person.revision, revision, "the host keeps other revision");
            for by in [F::Sms, F::Email] {
                let kept = contact_of(account, by);
                assert_eq!(person.contact(by), kept, "the host keeps another contact");
            }
            let is_named = person.name.is_none_or(|name| is_known_by(account, Said::Name, name));
            assert!(is_named, "the host keeps another name");
            let under = account.totp.as_ref().map(|totp| totp.secret().key_id().as_str());
            let expected = person.has_totp.then(|| sealing_key(person.sealed.under));
            assert_eq!(under, expected.as_deref(), "the host keeps another seal");
            let kept = account.password.as_ref();
            let known = person.password.as_ref();
            assert_eq!(
                known.map(|known| known.skips),
                kept.map(|kept| kept.skips_used),
                "the host keeps other skips"
            );
            let verifier = |known: &Known| {
                format!("{}{}", if known.outdated { OUTDATED } else { "" }, password(known.number))
            };
            assert_eq!(known.map(verifier).as_deref(), kept.map(|kept| kept.verifier.expose()));
        }
        let guesses: usize = model.guesses.values().chain(model.refused.values()).map(Vec::len).sum();
        assert_eq!(self.counted(), 9 * kept.attempts.len() + 24 * guesses, "the host keeps other guesses");
    }
}
