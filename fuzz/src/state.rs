//! State tokens: what they say, spelled a second time, and what must hold of one that is accepted.

use crate::{
    edit::Edit,
    keys::{KEYS, NOW, RINGS, base64url},
    values::{Bits63, For, Name, Second, factors, judged},
};
use arbitrary::Arbitrary;
use authflow::{
    AccountId, Timestamp, TokenId,
    token::{Stage, StateClaims, Untrusted},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::Value;

/// What a state token says.
#[derive(Arbitrary, Clone, Debug)]
pub struct Claims {
    audience: For,
    account: Name,
    revision: Bits63,
    fingerprint: [u8; 16],
    ip: Option<[u8; 16]>,
    os: Option<[u8; 16]>,
    agent: Option<[u8; 16]>,
    stage: u8,
    factors: u8,
    auth_start: Second,
    id: [u8; 16],
    issued_at: Second,
    expires_at: Second,
}

const STAGES: [(Stage, &str); 3] = [
    (Stage::PasswordExpiring, "warn"),
    (Stage::PasswordExpired, "expired"),
    (Stage::FactorRequired, "factor"),
];

impl Claims {
    /// What the seeds are made of.
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
            stage: 0,
            factors: 1,
            auth_start: Second(now),
            id: [4; 16],
            issued_at: Second(now),
            expires_at: Second(now.plus_seconds(600)),
        }
    }

    fn stage(&self) -> (Stage, &'static str) {
        STAGES[usize::from(self.stage) % STAGES.len()]
    }

    /// The one spelling.
    pub fn payload(&self) -> String {
        let text = |text: &Name| Value::from(text.0.as_str()).to_string();
        let binary = |name: &str, bytes: &Option<[u8; 16]>| match bytes {
            Some(bytes) => format!(r#","{name}":"{}""#, base64url(bytes)),
            None => String::new(),
        };
        [
            format!(r#"{{"aud":{}"#, text(&self.audience.client_id)),
            self.audience
                .tenant
                .as_ref()
                .map(|tenant| format!(r#","tid":{}"#, text(tenant)))
                .unwrap_or_default(),
            format!(r#","sub":{},"rev":{}"#, text(&self.account), self.revision.0),
            binary("dev", &Some(self.fingerprint)),
            binary("ip", &self.ip),
            binary("os", &self.os),
            binary("ua", &self.agent),
            format!(r#","step":"{}","done":{}"#, self.stage().1, self.factors % 16),
            format!(r#","start":{}"#, self.auth_start.0.as_unix()),
            binary("jti", &Some(self.id)),
            format!(r#","iat":{},"exp":{}}}"#, self.issued_at.0.as_unix(), self.expires_at.0.as_unix()),
        ]
        .concat()
    }

    /// The library's own claims. A digest comes out of verified tokens alone, so the device is taken from one that says
    /// the same and is good now.
    fn claims(&self) -> StateClaims {
        let (issued_at, expires_at) = (Second(NOW), Second(NOW.plus_seconds(1)));
        let donor = KEYS[0].state_token(Self { issued_at, expires_at, ..self.clone() }.payload().as_bytes());
        let donor = RINGS[0].state_tokens().verify(Untrusted::new(&donor), NOW).expect("the donor is good");
        StateClaims {
            audience: self.audience.audience(),
            account: AccountId::new(&self.account.0).unwrap(),
            revision: self.revision.revision(),
            device: donor.claims().device,
            stage: self.stage().0,
            factors: factors(self.factors),
            auth_start: self.auth_start.0,
            id: TokenId::from_bytes(self.id),
            issued_at: self.issued_at.0,
            expires_at: self.expires_at.0,
        }
    }
}

/// Real claims, minted by both makers, verified, and changed by a little.
#[derive(Arbitrary, Debug)]
pub struct Case {
    key: bool,
    claims: Claims,
    now: Second,
    edit: Edit,
    payload_edit: Edit,
}

impl Case {
    pub fn check(&self) {
        let key = usize::from(self.key);
        let payload = self.claims.payload();
        let token = KEYS[key].state_token(payload.as_bytes());
        let claims = self.claims.claims();
        assert!(token.len() <= 1024, "real claims fit");

        assert_eq!(RINGS[key].state_tokens().mint(&claims).expose(), token, "two makers, one token");
        let mut appended = String::from("x");
        RINGS[key].state_tokens().mint_into(&claims, &mut appended);
        assert_eq!(appended.strip_prefix('x'), Some(&*token));

        for ring in 0..RINGS.len() {
            let verified = RINGS[ring].state_tokens().verify(Untrusted::new(&token), self.now.0);
            let expected = judged(key, ring, self.claims.issued_at, self.claims.expires_at, self.now);
            assert_eq!(verified.map(|token| *token.claims()), expected.map(|()| claims));
        }

        let edited = self.edit.apply(token.as_bytes());
        let verified = RINGS[key].state_tokens().verify(Untrusted::new(&edited), NOW);
        assert!(edited == token.as_bytes() || verified.is_err(), "an edited token is refused");
        let audience = self.claims.audience.audience();
        let session =
            RINGS[key].session_tokens().for_application(&audience).verify(Untrusted::new(&token), NOW);
        assert!(session.is_err(), "a state token is no session token");

        presented(KEYS[key].state_token(&self.payload_edit.apply(payload.as_bytes())).as_bytes());
    }
}

/// Presents any text, now. One that is accepted has the one spelling of what it says, and every reader of JSON reads it
/// the same way.
pub fn presented(text: &[u8]) {
    for ring in &*RINGS {
        let Ok(token) = ring.state_tokens().verify(Untrusted::new(text), NOW) else { continue };
        let claims = token.claims();
        assert!(text.len() <= 1024);
        assert!(claims.expires_at > NOW && claims.issued_at.seconds_since(NOW) <= 30);
        let minted = RINGS.each_ref().map(|ring| ring.state_tokens().mint(claims));
        assert!(
            minted.iter().any(|minted| minted.expose().as_bytes() == text),
            "another spelling was accepted"
        );

        let payload = text.split(|byte| *byte == b'.').nth(1).unwrap();
        let json: Value = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
        assert_eq!(json["aud"], claims.audience.client_id.as_str());
        assert_eq!(
            json.get("tid").and_then(Value::as_str),
            claims.audience.tenant.as_ref().map(|it| it.as_str())
        );
        assert_eq!(json["sub"], claims.account.as_str());
        assert_eq!(json["rev"], claims.revision.as_u64());
        assert_eq!(json["jti"], base64url(claims.id.as_bytes()));
        assert_eq!(json["exp"], claims.expires_at.as_unix());
        assert_eq!(STAGES.iter().find(|(stage, _)| *stage == claims.stage).unwrap().1, json["step"]);
        assert_eq!(factors(u8::try_from(json["done"].as_u64().unwrap()).unwrap()), claims.factors);
    }
}
