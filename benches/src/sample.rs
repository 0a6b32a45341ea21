//! The sample that is measured: the ids, headers and lengths of the first seed's example.

use authflow::testkit::demo;
use authflow::testkit::forge::{DeviceDigests, Forge, IdClaims, IdentityClaims, StateClaims, TicketClaims};
use authflow::{
    AccountId, Audience, ClientId, SessionId, TenantId, Timestamp, TokenId,
    account::{Account, Profile, Revision},
    factor::{Factor, FactorSet},
    token::{DeviceDigest, Key, KeyRing, ReferenceClaims, SessionClaims, Stage, VerifyWindow},
};

pub const CLIENT: &str = "DRrYIqauawN0I8myTMoDTPys6ezGZxnm";
pub const TENANT: &str = "08f770f51f80d2f40f38c00cb199fd21";
pub const ACCOUNT: &str = "20231114161254318-A0F7-1F8A52C44";
pub const SECRET: [u8; 32] = *b"q8Wz1fT0pL6sXn4Vb9Rk3Jd7Hc2Gm5Ya";

/// The length of the longest state token. Longer text is refused unread.
pub const LONGEST: usize = 982;

/// The time at which tokens are issued and read. Peers read the system's clock, which is later than this and earlier than the
/// expiry.
pub const NOW: Timestamp = Timestamp::from_unix(1_700_000_000);
pub const EXPIRES_AT: Timestamp = Timestamp::from_unix(4_000_000_000);

/// The headers of the first seed's example, without its state token.
pub const HEADERS: [(&str, &str); 7] = [
    ("X-operating-sys-version", "Android 10"),
    ("X-device-fingerprint", "156aysdna213sac"),
    ("X-device-ip", "10.10.10.1"),
    (
        "X-agent",
        "Mozilla/5.0 (Linux; Android 10; Redmi K30 Build/QKQ1.190825.002; wv) AppleWebKit/537.36 (KHTML, like Gecko) \
         Version/4.0 Chrome/80.0.3987.99 Mobile Safari/537.36",
    ),
    ("X-L", "en"),
    ("X-client-id", CLIENT),
    ("X-tenant-id", TENANT),
];

/// A ring of one key, whose tokens have the same header as the seed's.
pub fn ring() -> KeyRing {
    KeyRing::new(key())
}

fn key() -> Key {
    Key::without_id(SECRET).expect("32 bytes")
}

/// A ring of this many keys, each good for now. The key of [`ring`] signs only if it is alone. The signing key is tried first, so
/// a token of another key costs more.
pub fn ring_of(keys: u8) -> KeyRing {
    let window = VerifyWindow { from: Timestamp::from_unix(0), until: EXPIRES_AT };
    let mut others = (1..keys).map(|number| {
        Key::new(&format!("key-{number}"), authflow::testkit::demo::secret(number))
            .expect("an id and 32 bytes")
    });
    let Some(signer) = others.next() else { return ring() };
    others
        .chain([key()])
        .fold(KeyRing::new(signer), |ring, key| ring.with_verifier(key, window).expect("ids differ"))
}

pub fn audience() -> Audience {
    Audience { client_id: id(CLIENT, ClientId::new), tenant: Some(id(TENANT, TenantId::new)) }
}

fn id<T, E: std::fmt::Debug>(text: &str, new: impl FnOnce(&str) -> Result<T, E>) -> T {
    new(text).expect("an id")
}

/// The claims of a pending login, bound to the fingerprint and nothing else, as by default.
pub fn state_claims() -> StateClaims {
    let device =
        DeviceDigests { fingerprint: DeviceDigest::from_bytes([0xD5; 16]), ip: None, os: None, agent: None };
    StateClaims {
        audience: audience(),
        account: id(ACCOUNT, AccountId::new),
        revision: Revision::new(12).expect("63 bits"),
        device,
        link: None,
        stage: Stage::PasswordExpiring,
        factors: FactorSet::EMPTY.with(Factor::Password),
        auth_start: NOW,
        id: TokenId::from_bytes([0x9C; 16]),
        issued_at: NOW,
        expires_at: EXPIRES_AT,
    }
}

/// Claims in which every text has another length, and optional members come and go.
pub fn varied_state_claims(count: usize) -> Vec<StateClaims> {
    let mut random = Xorshift::default();
    let mut text = |most: u64| {
        let length = 1 + random.below(most);
        (0..length).map(|_| char::from(b'a' + random.below(26) as u8)).collect::<String>()
    };
    let texts: Vec<_> = (0..count).map(|_| [text(64), text(64), text(64)]).collect();
    let mut claims: Vec<_> = texts
        .iter()
        .map(|[client, tenant, account]| StateClaims {
            audience: Audience {
                client_id: id(client, ClientId::new),
                tenant: Some(id(tenant, TenantId::new)),
            },
            account: id(account, AccountId::new),
            ..state_claims()
        })
        .collect();
    for claims in &mut claims {
        let mut digest = || {
            let bytes = [random.below(256) as u8; 16];
            (random.below(2) == 0).then_some(DeviceDigest::from_bytes(bytes))
        };
        (claims.device.ip, claims.device.os, claims.device.agent) = (digest(), digest(), digest());
        if random.below(4) == 0 {
            claims.audience.tenant = None;
        }
        let digits = random.below(16) as u32;
        claims.revision = Revision::new(random.below(10_u64.pow(digits))).expect("63 bits");
        claims.stage = Stage::ALL[random.below(3) as usize];
    }
    claims
}

/// An active account, and nothing else.
pub fn account(id: &str) -> Account {
    Account {
        id: AccountId::new(id).expect("an id"),
        tenant: None,
        revision: Revision::new(12).expect("63 bits"),
        user_name: None,
        ..demo::account("any")
    }
}

/// The claims of a session.
pub fn session_claims() -> SessionClaims {
    SessionClaims {
        session: SessionId::from_bytes([0x5E; 16]),
        generation: 0,
        account: id(ACCOUNT, AccountId::new),
        audience: audience(),
        device: DeviceDigest::from_bytes([0xD5; 16]),
        revision: Revision::new(12).expect("63 bits"),
        auth_time: NOW,
        factors: FactorSet::EMPTY.with(Factor::Password),
        issued_at: NOW,
        expires_at: EXPIRES_AT,
    }
}

/// The claims of a reference to the same session.
pub fn reference_claims(ring: &KeyRing) -> ReferenceClaims {
    ReferenceClaims {
        session: SessionId::from_bytes([0x5E; 16]),
        generation: 0,
        expires_at: EXPIRES_AT,
        audience: Forge::of(ring).session_references().digest(&audience()),
        device: DeviceDigest::from_bytes([0xD5; 16]),
    }
}

/// The claims of a ticket.
pub fn ticket_claims() -> TicketClaims {
    TicketClaims {
        id: TokenId::from_bytes([0x9C; 16]),
        session: SessionId::from_bytes([0x5E; 16]),
        account: id(ACCOUNT, AccountId::new),
        audience: audience(),
        device: DeviceDigest::from_bytes([0xD5; 16]),
        issued_at: NOW,
        expires_at: EXPIRES_AT,
    }
}

/// The claims of an id token about a subject with a name.
pub fn id_claims() -> IdClaims {
    let profile = Profile::new(&serde_json::json!({ "name": "Erin" })).expect("a profile");
    IdClaims {
        account: id(ACCOUNT, AccountId::new),
        session: SessionId::from_bytes([0x5E; 16]),
        auth_time: NOW,
        factors: FactorSet::EMPTY.with(Factor::Password),
        issued_at: NOW,
        expires_at: EXPIRES_AT,
        identity: IdentityClaims::TopLevel(profile),
    }
}

/// The same token with a character near the end of its tag changed to another that a decoder accepts.
pub fn with_bad_tag(token: &str) -> String {
    let (rest, last) = token.split_at(token.len() - 5);
    let changed = if last.starts_with('A') { "B" } else { "A" };
    format!("{rest}{changed}{}", &last[1..])
}

/// Text without a dot.
pub fn junk(length: usize) -> String {
    "A".repeat(length)
}

/// The header of a real token, then nonsense up to the cap, of which the last part is as long as a tag.
pub fn forged(token: &str, cap: usize) -> String {
    let header = token.split('.').next().expect("a header");
    let payload = "A".repeat(cap - header.len() - 2 - 43);
    format!("{header}.{payload}.{}", "A".repeat(43))
}

/// Pseudo-random numbers, which are the same in every run.
pub struct Xorshift(u64);

impl Default for Xorshift {
    fn default() -> Self {
        Self(0x9E37_79B9_7F4A_7C15)
    }
}

impl Xorshift {
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound
    }
}
