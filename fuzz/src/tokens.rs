//! Good tokens of one account at one moment, for targets that test something else.

use crate::keys::{KEYS, RINGS};
use authflow::testkit::forge::{DeviceDigests, Forge, IdClaims, IdentityClaims, StateClaims, TicketClaims};
use authflow::{
    AccountId, Audience, SessionId, Timestamp, TokenId,
    account::{Profile, Revision},
    device::{BindingKind, DeviceBinding},
    factor::{Factor, FactorSet},
    session::SessionRecord,
    token::{DeviceDigest, Issuer, KeyId, SessionClaims, Stage},
};

/// The fingerprint of the device that all tokens are bound to.
pub const FINGERPRINT: &str = "156aysdna213sac";
/// The session of all tokens.
pub const SESSION: SessionId = SessionId::from_bytes([9; 16]);

/// The account and the moment of the tokens. They are good for a second.
#[derive(Clone, Copy)]
pub struct Tokens {
    /// The place of the ring, and of the key that signs.
    pub ring: usize,
    pub audience: Audience,
    pub account: AccountId,
    pub revision: Revision,
    pub now: Timestamp,
}

/// The issuer of id tokens.
pub fn issuer() -> Issuer {
    Issuer::new("https://id.example.com").unwrap()
}

impl Tokens {
    /// The session, as a host keeps it.
    pub fn record(&self) -> SessionRecord {
        SessionRecord {
            session: SESSION,
            audience: self.audience,
            account: self.account,
            revision: self.revision,
            auth_time: self.now,
            factors: FactorSet::EMPTY.with(Factor::Password),
            device: DeviceBinding {
                kind: BindingKind::Fingerprint,
                key: KEYS[self.ring].id.map(|id| KeyId::new(id).unwrap()),
                digest: self.device(),
            },
            generation: 0,
            unseen_since: None,
            used_at: self.now,
            expires_at: self.now.plus_seconds(1),
        }
    }

    /// A state token of a login in which the password has been proved. If the login does not wait for the second factor,
    /// e-mail has been proved as well.
    pub fn state(&self, stage: Stage, id: u8) -> String {
        let password = FactorSet::EMPTY.with(Factor::Password);
        let is_half = stage == Stage::FactorRequired;
        let claims = StateClaims {
            audience: self.audience,
            account: self.account,
            revision: self.revision,
            device: DeviceDigests { fingerprint: self.device(), ip: None, os: None, agent: None },
            link: None,
            stage,
            factors: if is_half { password } else { password.with(Factor::Email) },
            auth_start: self.now,
            id: TokenId::from_bytes([id; 16]),
            issued_at: self.now,
            expires_at: self.now.plus_seconds(1),
        };
        Forge::of(&RINGS[self.ring]).state_tokens().mint(&claims).expose().into()
    }

    pub fn id(&self) -> String {
        let record = self.record();
        let claims = IdClaims {
            account: self.account,
            session: SESSION,
            auth_time: self.now,
            factors: record.factors,
            issued_at: self.now,
            expires_at: record.expires_at,
            identity: IdentityClaims::TopLevel(Profile::default()),
        };
        Forge::of(&RINGS[self.ring]).id_tokens(&issuer(), &self.audience).mint(&claims).expose().into()
    }

    pub fn session(&self) -> String {
        let record = self.record();
        let claims = SessionClaims {
            session: SESSION,
            generation: 0,
            account: self.account,
            audience: self.audience,
            device: self.device(),
            revision: self.revision,
            auth_time: self.now,
            factors: record.factors,
            issued_at: self.now,
            expires_at: record.expires_at,
        };
        Forge::of(&RINGS[self.ring]).session_tokens().mint(&claims).expose().into()
    }

    pub fn ticket(&self) -> String {
        let claims = TicketClaims {
            id: TokenId::from_bytes([8; 16]),
            session: SESSION,
            account: self.account,
            audience: self.audience,
            device: self.device(),
            issued_at: self.now,
            expires_at: self.now.plus_seconds(1),
        };
        Forge::of(&RINGS[self.ring]).tickets().mint(&claims).expose().into()
    }

    fn device(&self) -> DeviceDigest {
        let digest = KEYS[self.ring].device_digest("fingerprint", FINGERPRINT.as_bytes());
        DeviceDigest::from_bytes(digest)
    }
}
