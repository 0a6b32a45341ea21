//! An onlooker's notes about sessions: the opener of each, its latest tokens, and whether a client has presented one of them.

use super::{
    calls::{Call, F},
    ledger::{Ledger, Sort},
    observed::Observed,
};
use authflow::{SessionId, outcome::Event, session::EndSessions, step::Write};

#[derive(Clone, Debug)]
pub struct Handed {
    pub who: usize,
    /// The state token of the skip that opened it.
    pub opened_by: Option<String>,
    pub generation: u32,
    /// The key under which its device was last written down.
    pub key: usize,
    /// The time at which the tokens of this generation went out.
    pub at: u64,
    /// A client has presented one of them.
    pub shown: bool,
    /// The client was served.
    pub used: bool,
    pub revision: u64,
    /// The latest sign-in, by the clock of the server where it happened.
    pub auth_time: u64,
    /// Whether the password was changed in this session, and by which factor's code.
    pub renewed: Option<Option<F>>,
    pub ends: u64,
    pub lives: bool,
}

impl Observed {
    /// Whether the request got the answer of an earlier request again.
    pub fn is_again(&self) -> bool {
        self.events.iter().any(|event| matches!(event, Event::AnsweredAgain { .. }))
    }
}

impl Ledger {
    /// The session that a skip or a refresh has led to before, if the same request has come before.
    pub fn led_to(&self, call: &Call, text: Option<&String>) -> Option<(SessionId, &Handed)> {
        let text = text?;
        match call {
            Call::Skip { .. } => {
                let mut all = self.sessions.iter();
                let (session, handed) = all.find(|(_, it)| it.opened_by.as_ref() == Some(text))?;
                Some((*session, handed))
            }
            Call::Refresh { .. } | Call::TenantRefresh { .. } => {
                let token = self.tokens.get(text).filter(|token| token.sort == Sort::Session)?;
                let session = token.session?;
                let handed = self.sessions.get(&session)?;
                (token.generation < handed.generation).then_some((session, handed))
            }
            _ => None,
        }
    }

    /// Notes the request's writes about sessions, and which of their tokens it bore.
    pub fn note_sessions(&mut self, who: Option<usize>, key: usize, seen: &Observed) {
        self.note_use(seen);
        let writes = || seen.commits.iter().flat_map(|(commit, _)| &commit.writes);
        let sets_password = writes().any(|write| matches!(write, Write::StorePassword { .. }));
        for write in writes() {
            match write {
                Write::OpenSession(record) => {
                    let is_skip = matches!(seen.request.call, Call::Skip { .. });
                    let handed = Handed {
                        who: who.unwrap_or(usize::MAX),
                        opened_by: seen.token.clone().filter(|_| is_skip),
                        generation: 0,
                        key,
                        at: seen.now,
                        shown: false,
                        used: false,
                        revision: record.revision.as_u64(),
                        auth_time: record.auth_time.as_unix(),
                        renewed: None,
                        ends: record.expires_at.as_unix(),
                        lives: true,
                    };
                    self.sessions.insert(record.session, handed);
                }
                Write::RotateSession { session, .. } => {
                    let handed = self.sessions.get_mut(session).expect("a session that was opened");
                    handed.generation += 1;
                    handed.key = key;
                    (handed.at, handed.shown, handed.used) = (seen.now, false, false);
                }
                Write::RenewSession { session, revision, auth_time, .. } => {
                    let handed = self.sessions.get_mut(session).expect("a session that was opened");
                    (handed.revision, handed.auth_time) = (revision.as_u64(), auth_time.as_unix());
                    // Replacing a contact or removing a link proves nothing new.
                    if sets_password {
                        handed.renewed = Some(seen.truth);
                    }
                    // The client that made the change bore a token of the answer, or one that is as good. Earlier tokens are older than the
                    // change.
                    (handed.shown, handed.used) = (true, true);
                }
                Write::EndSessions(which) => self.end_sessions(who, *which),
                _ => {}
            }
        }
    }

    /// An id token or a ticket may be of an earlier generation than the present one, unless the present one is the first.
    fn note_use(&mut self, seen: &Observed) {
        let Some(token) = seen.token.as_ref().and_then(|text| self.tokens.get(text)) else { return };
        let generation = if token.sort == Sort::Session { token.generation } else { 0 };
        let handed = token.session.and_then(|session| self.sessions.get_mut(&session));
        if let Some(handed) = handed.filter(|it| it.generation == generation)
            && seen.asked.contains(&"CheckSession")
        {
            handed.shown = true;
            handed.used |= seen.reply.0 == 200;
        }
    }

    pub fn end_sessions(&mut self, who: Option<usize>, which: EndSessions) {
        for (session, handed) in self.sessions.iter_mut().filter(|(_, it)| Some(it.who) == who) {
            handed.lives &= match which {
                EndSessions::All => false,
                EndSessions::AllBut(kept) => *session == kept,
                EndSessions::One(one) => *session != one,
            };
        }
    }
}
