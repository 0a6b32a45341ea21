//! State tokens: a second maker of their spelling, and the properties of every accepted one.

use crate::{
    edit::Edit,
    keys::{KEYS, NOW, RINGS, base64url},
    values::{Bits63, For, Name, Second, factors, judged},
};
use arbitrary::Arbitrary;
use authflow::testkit::forge::{DeviceDigests, Forge, PendingIdentity, StateClaims};
use authflow::{
    AccountId, Timestamp, TokenId,
    social::{Provider, SocialIdentity},
    token::{DeviceDigest, Stage, Untrusted},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::Value;

/// The claims of a state token.
#[derive(Arbitrary, Clone, Debug)]
pub struct Claims {
    audience: For,
    account: Name,
    revision: Bits63,
    fingerprint: [u8; 16],
    ip: Option<[u8; 16]>,
    os: Option<[u8; 16]>,
    agent: Option<[u8; 16]>,
    link: Option<Name>,
    trust: u8,
    stage: u8,
    factors: u8,
    auth_start: Second,
    id: [u8; 16],
    issued_at: Second,
    expires_at: Second,
}

const STAGES: [(Stage, u8); 3] =
    [(Stage::PasswordExpiring, 1), (Stage::PasswordExpired, 2), (Stage::FactorRequired, 3)];

/// The length of the longest token: every field at its longest, base64url twice, after the header with a key id of 20
/// characters.
const LONGEST: usize = 982;

impl Claims {
    /// The claims of the seeds.
    pub fn sample(now: Timestamp) -> Self {
        let name = |text: &str| Name(text.into());
        let audience = For { client_id: name("web"), tenant: Some(name("08f770f51f80d2f40f38c00cb199fd21")) };
        Self {
            audience,
            account: name("er\"in\\租"),
            revision: Bits63(7),
            fingerprint: [1; 16],
            ip: Some([2; 16]),
            os: None,
            agent: Some([3; 16]),
            link: Some(name("uid")),
            trust: 1,
            stage: 0,
            factors: 1,
            auth_start: Second(now),
            id: [4; 16],
            issued_at: Second(now),
            expires_at: Second(now.plus_seconds(600)),
        }
    }

    fn stage(&self) -> (Stage, u8) {
        STAGES[usize::from(self.stage) % STAGES.len()]
    }

    /// The fields that only the library reads.
    pub fn fields(&self) -> Vec<u8> {
        let text = |text: &str| [&[u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
        let second = |second: Second| second.0.as_unix().to_be_bytes().to_vec();
        let bound = [(1, self.ip), (2, self.os), (4, self.agent)];
        let there = || bound.iter().filter_map(|(bit, digest)| Some((*bit, (*digest)?)));
        [
            text(&self.account.0),
            text(&self.audience.client_id.0),
            text(self.audience.tenant.as_ref().map_or("", |tenant| &tenant.0)),
            self.revision.0.to_be_bytes().to_vec(),
            self.fingerprint.to_vec(),
            vec![
                there().map(|(bit, _)| bit).sum::<u8>()
                    + self.link.as_ref().map_or(0, |_| 8 | ((self.trust % 4) << 4)),
            ],
            there().flat_map(|(_, digest)| digest).collect(),
            self.link.as_ref().map_or_else(Vec::new, |uid| [text("weixin"), text(&uid.0)].concat()),
            vec![self.stage().1, self.factors % 32],
            second(self.auth_start),
            self.id.to_vec(),
            second(self.issued_at),
        ]
        .concat()
    }

    /// The one spelling.
    pub fn payload(&self) -> String {
        payload(self.expires_at.0, &self.fields())
    }

    /// The library's own claims.
    fn claims(&self) -> StateClaims {
        let optional = |digest: Option<[u8; 16]>| digest.map(DeviceDigest::from_bytes);
        StateClaims {
            audience: self.audience.audience(),
            account: AccountId::new(&self.account.0).unwrap(),
            revision: self.revision.revision(),
            device: DeviceDigests {
                fingerprint: DeviceDigest::from_bytes(self.fingerprint),
                ip: optional(self.ip),
                os: optional(self.os),
                agent: optional(self.agent),
            },
            link: self
                .link
                .as_ref()
                .map(|uid| SocialIdentity::new(Provider::new("weixin").unwrap(), &uid.0).unwrap())
                .map(|identity| {
                    let (is_bound, is_vouched) = (self.trust & 1 != 0, self.trust & 2 == 0);
                    Box::new(PendingIdentity { identity, is_bound, is_vouched })
                }),
            stage: self.stage().0,
            factors: factors(self.factors),
            auth_start: self.auth_start.0,
            id: TokenId::from_bytes(self.id),
            issued_at: self.issued_at.0,
            expires_at: self.expires_at.0,
        }
    }
}

/// A payload with this expiry, over any fields.
pub fn payload(expires_at: Timestamp, fields: &[u8]) -> String {
    format!(r#"{{"exp":{},"s":"{}"}}"#, expires_at.as_unix(), base64url(fields))
}

/// Real claims, minted by both makers, verified, and changed a little.
#[derive(Arbitrary, Debug)]
pub struct Case {
    key: bool,
    claims: Claims,
    now: Second,
    edit: Edit,
    payload_edit: Edit,
    field_edit: Edit,
}

impl Case {
    pub fn check(&self) {
        let key = usize::from(self.key);
        let payload = self.claims.payload();
        let token = KEYS[key].state_token(payload.as_bytes());
        let claims = self.claims.claims();
        assert!(token.len() <= LONGEST, "real claims fit");

        assert_eq!(
            Forge::of(&RINGS[key]).state_tokens().mint(&claims).expose(),
            token,
            "two makers, one token"
        );
        let mut appended = Vec::from(*b"x");
        Forge::of(&RINGS[key]).state_tokens().mint_into(&claims, &mut appended);
        assert_eq!(appended.strip_prefix(b"x"), Some(token.as_bytes()));

        for ring in 0..RINGS.len() {
            let verified = Forge::of(&RINGS[ring]).state_tokens().verify(Untrusted::new(&token), self.now.0);
            let expected = judged(key, ring, self.claims.issued_at, self.claims.expires_at, self.now);
            assert_eq!(verified.map(|token| token.claims().clone()), expected.map(|()| claims.clone()));
        }

        let edited = self.edit.apply(token.as_bytes());
        let verified = Forge::of(&RINGS[key]).state_tokens().verify(Untrusted::new(&edited), NOW);
        assert!(edited == token.as_bytes() || verified.is_err(), "an edited token is refused");
        let audience = self.claims.audience.audience();
        let session = Forge::of(&RINGS[key])
            .session_tokens()
            .for_application(&audience)
            .verify(Untrusted::new(&token), NOW);
        assert!(session.is_err(), "a state token is no session token");

        presented(KEYS[key].state_token(&self.payload_edit.apply(payload.as_bytes())).as_bytes());
        let fields = self.field_edit.apply(&self.claims.fields());
        presented_fields(key, &fields);
    }
}

/// Presents any fields, signed and good for now.
pub fn presented_fields(key: usize, fields: &[u8]) {
    let payload = payload(NOW.plus_seconds(1), fields);
    presented(KEYS[key].state_token(payload.as_bytes()).as_bytes());
}

/// Presents any text, now. An accepted text is the one spelling of its claims, and every reader of JSON reads the same
/// claims.
pub fn presented(text: &[u8]) {
    for ring in &*RINGS {
        let Ok(token) = Forge::of(ring).state_tokens().verify(Untrusted::new(text), NOW) else { continue };
        let claims = token.claims();
        assert!(text.len() <= LONGEST);
        assert!(claims.expires_at > NOW && claims.issued_at.seconds_since(NOW) <= 30);
        let minted = RINGS.each_ref().map(|ring| Forge::of(ring).state_tokens().mint(claims));
        assert!(
            minted.iter().any(|minted| minted.expose().as_bytes() == text),
            "another spelling was accepted"
        );

        let payload = text.split(|byte| *byte == b'.').nth(1).unwrap();
        let json: Value = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
        assert_eq!(json.as_object().unwrap().len(), 2);
        assert_eq!(json["exp"], claims.expires_at.as_unix());
        let fields = BASE64_URL_SAFE_NO_PAD.decode(json["s"].as_str().unwrap()).unwrap();
        let names = [
            claims.account.as_str(),
            claims.audience.client_id.as_str(),
            claims.audience.tenant.as_ref().map_or("", |tenant| tenant.as_str()),
        ];
        let names = names.map(|name| [&[u8::try_from(name.len()).unwrap()], name.as_bytes()].concat());
        assert!(
            fields.starts_with(&names.concat())
                && fields.ends_with(&claims.issued_at.as_unix().to_be_bytes())
        );
    }
}
