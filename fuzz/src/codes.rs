//! Codes that are sent, with a second record of which of them are good: for which purpose, for which recipient, until when and how often.

use crate::{
    cast,
    code_kinds::{KINDS, Kind, Spoilt, audience, client_id, key, recipient},
    host::{Heard, Host, Manner},
    keys::{KEYS, NOW, RINGS, WINDOW_ENDS},
    tokens::{FINGERPRINT, SESSION, Tokens, issuer},
};
use arbitrary::Arbitrary;
use authflow::testkit::demo;
use authflow::{
    Application, Applications, Config, Dialect, Engine, Entropy, Moment, Timestamp, TokenId,
    account::{Revision, UserName},
    code::CodeDigest,
    contact::{Channel, EmailAddress, Mobile},
    facade::Request,
    factor::{Factor, FactorSet},
    password::Ageing,
    policy::Policy,
    sdk::Api,
    step::{Step, Write},
    token::Stage,
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::LazyLock};

const PASSWORD: &str = "Correct-Horse-7";
/// The seconds for which a code is good.
const LIFETIME: u64 = 300;

/// One deed.
#[derive(Arbitrary, Debug)]
pub enum Deed {
    Send {
        kind: u8,
        to_nobody: bool,
    },
    Present {
        kind: u8,
        code_of: u8,
        spoilt: Spoilt,
        as_nobody: u8,
        elsewhere: u8,
    },
    Later {
        seconds: u16,
    },
    /// An administrator changes the account.
    Change,
    /// The other key signs.
    Rotate,
    /// A bit of a stored value flips.
    Tamper {
        kind: u8,
        at: u8,
        bit: u8,
    },
}

/// The last code of its kind that was sent to its recipient.
struct Sent {
    code: String,
    key: usize,
    revision: Revision,
    expires_at: Timestamp,
    digest: Vec<u8>,
    /// The digest as the host has it. Bits of it may have flipped.
    stored: Vec<u8>,
}

struct World {
    now: Timestamp,
    ring: usize,
    requests: u8,
    host: Host,
    /// The kind that was sent last.
    last: usize,
    /// The codes, by the key under which they are stored.
    sent: BTreeMap<[u8; 32], Sent>,
}

/// Two applications in two dialects, in which the same path has two meanings. Any first factor signs in, and SMS resets passwords.
static APIS: LazyLock<[Api; 2]> = LazyLock::new(|| {
    let first_factors = [Factor::Password, Factor::Sms, Factor::Email].into_iter().collect();
    let recovery = [Channel::Sms].into_iter().collect();
    let policy = Policy { first_factors, recovery, ageing: Ageing::new(90, 14, 2).ok(), ..Policy::default() };
    let applications = [(0, Dialect::Ciam), (1, Dialect::Eiam)].map(|(at, dialect)| Application {
        policy,
        dialect,
        ..Application::new(client_id(at))
    });
    RINGS.each_ref().map(|ring| {
        let applications = Applications::Fixed(applications.to_vec());
        Api::new(Engine::new(Config::new(issuer(), ring.clone(), applications)).unwrap())
    })
});

/// Does the deeds.
pub fn run(deeds: &[Deed]) {
    let mut account = cast::bare("id-mona");
    account.user_name = UserName::new("mona").ok();
    account.mobile = Mobile::new("+86-13800000000").ok();
    account.email = EmailAddress::new("Mona@example.com").ok();
    account.enrolled = FactorSet::EMPTY.with(Factor::Email);
    let host = Host::new(account, client_id(0));
    let mut world = World { now: NOW, ring: 0, requests: 0, host, last: 0, sent: BTreeMap::new() };
    for deed in deeds.iter().take(16) {
        world.apply(deed);
    }
}

impl World {
    fn apply(&mut self, deed: &Deed) {
        // Half of the time, the deed is about the code that was sent last. Of ten kinds, two that are chosen by chance are seldom the same.
        let last = self.last;
        let place = |kind: &u8| if *kind < 128 { usize::from(*kind) % KINDS.len() } else { last };
        let seldom = |chance: &u8| chance % 4 == 3;
        match deed {
            Deed::Send { kind, to_nobody } => self.send(place(kind), *to_nobody),
            Deed::Present { kind, code_of, spoilt, as_nobody, elsewhere } => {
                let of = if *code_of < 128 { place(code_of) } else { place(kind) };
                let code = self.sent.get(&key(&KINDS[of], !seldom(as_nobody))).map(|sent| sent.code.clone());
                let code = spoilt.apply(code.as_deref().unwrap_or("012345"));
                self.present(place(kind), &code, seldom(as_nobody), seldom(elsewhere));
            }
            // Often the time is the very second in which a code, or the other key, is no longer good.
            Deed::Later { seconds } => {
                let seconds = match seconds % 4 {
                    0 => LIFETIME,
                    1 => WINDOW_ENDS.seconds_since(self.now),
                    2 => LIFETIME - 1,
                    _ => u64::from(seconds % 400),
                };
                self.now = self.now.plus_seconds(seconds);
            }
            Deed::Change => self.host.account.revision = self.host.account.revision.next(),
            Deed::Rotate => self.ring = 1 - self.ring,
            Deed::Tamper { kind, at, bit } => {
                let key = key(&KINDS[place(kind)], true);
                if let Some(sent) = self.sent.get_mut(&key) {
                    let at = usize::from(*at) % sent.stored.len();
                    sent.stored[at] ^= 1 << (bit % 8);
                    let stored = self.host.codes.iter_mut().find(|(other, _)| *other.as_bytes() == key);
                    stored.unwrap().1.digest = CodeDigest::from_bytes(&sent.stored).unwrap();
                }
            }
        }
    }

    /// The code is stored and sent as the second maker makes it, and to the same recipient.
    fn send(&mut self, at: usize, to_nobody: bool) {
        let kind = &KINDS[at];
        let to_nobody = to_nobody && kind.login.is_none();
        let path = if kind.is_sms() { "/api/v2/sdk/sms/send" } else { "/api/v2/sdk/email/send" };
        let mut body = json!({ "type": kind.of_type });
        if kind.login.is_none() {
            let (member, value) = recipient(kind, to_nobody);
            body[member] = value.into();
        }
        let reply = self.call(kind, path, &body, false);
        assert_eq!(reply, 200, "sent");

        let key = key(kind, !to_nobody);
        let revision = self.host.account.revision;
        let owner = (self.host.account.id, revision.as_u64().to_be_bytes());
        let (account, owner_revision) =
            if to_nobody { ("", &[][..]) } else { (owner.0.as_str(), &owner.1[..]) };
        let bound = [&key[..], account.as_bytes(), owner_revision];
        let sent = self.host.heard.sent.take().expect("a message");
        let code = KEYS[self.ring].draw_code(self.now, &[self.requests; 32], &bound);
        assert_eq!((sent.code.expose(), sent.decoy), (code.as_str(), to_nobody));
        let digest = KEYS[self.ring].code_digest(&bound, &code);
        let Some([Write::StoreCode { key: stored_under, code: stored, .. }]) =
            self.host.heard.committed.as_deref()
        else {
            panic!("nothing else is written: {:?}", self.host.heard.committed)
        };
        assert_eq!((*stored_under.as_bytes(), stored.digest.to_bytes()[..].to_vec()), (key, digest.clone()));
        let expires_at = self.now.plus_seconds(LIFETIME);
        assert_eq!(stored.expires_at, expires_at);
        let stored = digest.clone();
        let sent = Sent { code, key: self.ring, revision, expires_at, digest, stored };
        self.last = at;
        self.sent.insert(key, sent);
    }

    /// A code proves something if and only if it is the last one that was sent for exactly this purpose, and nothing has changed since.
    fn present(&mut self, at: usize, code: &str, as_nobody: bool, elsewhere: bool) {
        let kind = &KINDS[at];
        let as_nobody = as_nobody && kind.login.is_none() && kind.label != "update password";
        let good = self.sent.get(&key(kind, true)).filter(|sent| {
            let in_window = sent.key == self.ring || self.now < WINDOW_ENDS;
            let is_same = crate::bodies::code(code).as_deref() == Some(&*sent.code)
                && self.host.account.revision == sent.revision;
            is_same
                && sent.stored == sent.digest
                && in_window
                && self.now < sent.expires_at
                && !as_nobody
                && !elsewhere
        });
        let is_claimed = |id| self.host.claims.contains_key(&TokenId::from_bytes(id));
        let is_spent = kind.login.is_some_and(|login| is_claimed([login; 16]));
        let is_used = good.is_some_and(|sent| is_claimed(*sent.digest.first_chunk().unwrap()));
        let is_good = good.is_some();

        let mut body = json!({ "verify_code": code });
        if kind.login.is_none() && kind.label != "update password" {
            let (member, value) = recipient(kind, as_nobody);
            body[member] = value.into();
        }
        if let Some(member) = kind.new_password {
            body[member] = format!("Battery-Staple-{}", self.requests).into();
        }
        let status = self.call(kind, kind.path, &body, elsewhere);
        let heard = &self.host.heard;
        let context = || format!("{} {:?} {:?}", kind.of_type, heard.asked, heard.committed);
        assert_eq!(heard.asked.contains(&"Commit"), is_good, "a proof or not: {}", context());
        assert_eq!(heard.replayed, is_good && is_spent, "once: {}", context());
        let is_done = is_good && !is_spent && !is_used;
        assert_eq!(heard.committed.is_some(), is_done, "{}", context());
        assert_eq!(status == 200, is_done, "{}", context());
    }

    /// One call of a client on its device, in which only the code may be wrong.
    fn call(&mut self, kind: &Kind, path: &str, body: &Value, elsewhere: bool) -> u16 {
        self.put_in_order(kind);
        self.requests += 1;
        let fingerprint = if elsewhere { "156aysdna213sac50" } else { FINGERPRINT };
        let mut headers = vec![
            ("X-operating-sys-version", "Android 10".into()),
            ("X-device-fingerprint", fingerprint.into()),
            ("X-agent", "fuzz".into()),
            ("X-client-id", client_id(kind.application).as_str().to_string()),
            ("Content-Type", "application/json".into()),
        ];
        if let Some(login) = kind.login {
            let waits = kind.label == "second factor";
            let stage = if waits { Stage::FactorRequired } else { Stage::PasswordExpired };
            headers.push(("X-state-token", self.tokens(kind).state(stage, login)));
        }
        if kind.label == "update password" {
            headers.push(("Authorization", format!("Bearer {}", self.tokens(kind).id())));
        }
        let api = &APIS[self.ring];
        let body = body.to_string();
        let request = Request { method: "POST", path, headers: &headers, body: body.as_bytes(), peer: None };
        let moment = Moment::new(self.now, Entropy::from_bytes([self.requests; 32]));
        let mut step = api.handle(&request, moment);
        loop {
            step = match step {
                Step::Done(outcome) => return api.reply(&outcome).status(),
                step => self.host.answer(step, Manner::Honestly),
            }
        }
    }

    fn tokens(&self, kind: &Kind) -> Tokens {
        Tokens {
            ring: self.ring,
            audience: audience(kind.application),
            account: self.host.account.id,
            revision: self.host.account.revision,
            now: self.now,
        }
    }

    /// Resets the state: no guess or message has been counted, the password is old, and a session has just been opened.
    fn put_in_order(&mut self, kind: &Kind) {
        let record = self.tokens(kind).record();
        let host = &mut self.host;
        (host.heard, host.attempts, host.sends) = (Heard::default(), BTreeMap::new(), BTreeMap::new());
        host.ended.clear();
        let set_at = self.now.minus_seconds(100 * 86_400);
        host.account.password = Some(demo::password(PASSWORD, set_at));
        host.sessions = BTreeMap::from([(SESSION, record)]);
    }
}
