//! Captcha tokens: a second maker of their layout, and the properties of every accepted one.

use crate::{
    edit::Edit,
    keys::{KEYS, NOW, RINGS},
    values::{Second, judged},
};
use arbitrary::Arbitrary;
use authflow::testkit::forge::{CaptchaClaims, Forge};
use authflow::{
    Timestamp, TokenId,
    token::{AudienceDigest, DeviceDigest, RecipientDigest, Untrusted},
};

/// The claims of a captcha token.
#[derive(Arbitrary, Clone, Debug)]
pub struct Claims {
    id: [u8; 16],
    audience: [u8; 16],
    recipient: [u8; 16],
    device: [u8; 16],
    issued_at: Second,
    expires_at: Second,
}

impl Claims {
    /// The claims of the seeds.
    pub fn sample(now: Timestamp) -> Self {
        Self {
            id: [3; 16],
            audience: [4; 16],
            recipient: [5; 16],
            device: [2; 16],
            issued_at: Second(now),
            expires_at: Second(now.plus_seconds(180)),
        }
    }

    /// The bytes before the tag.
    pub fn signed(&self, key_id: Option<&str>) -> Vec<u8> {
        let key_id = key_id.unwrap_or_default();
        let second = |second: Second| second.0.as_unix().to_be_bytes().to_vec();
        [
            vec![1, u8::try_from(key_id.len()).unwrap()],
            key_id.as_bytes().to_vec(),
            self.id.to_vec(),
            self.audience.to_vec(),
            self.recipient.to_vec(),
            self.device.to_vec(),
            second(self.issued_at),
            second(self.expires_at),
        ]
        .concat()
    }

    fn claims(&self) -> CaptchaClaims {
        CaptchaClaims {
            id: TokenId::from_bytes(self.id),
            audience: AudienceDigest::from_bytes(self.audience),
            recipient: RecipientDigest::from_bytes(self.recipient),
            device: DeviceDigest::from_bytes(self.device),
            issued_at: self.issued_at.0,
            expires_at: self.expires_at.0,
        }
    }
}

/// Real claims, minted by both makers, verified, and changed a little.
#[derive(Arbitrary, Debug)]
pub struct Case {
    key: bool,
    claims: Claims,
    now: Second,
    edit: Edit,
    signed_edit: Edit,
}

impl Case {
    pub fn check(&self) {
        let key = usize::from(self.key);
        let signed = self.claims.signed(KEYS[key].id);
        let token = KEYS[key].captcha_token(&signed);
        let claims = self.claims.claims();
        let minted = Forge::of(&RINGS[key]).captcha_tokens().mint(&claims);
        assert_eq!(minted.expose(), token, "two makers, one token");

        for ring in 0..RINGS.len() {
            let verified =
                Forge::of(&RINGS[ring]).captcha_tokens().verify(Untrusted::new(&token), self.now.0);
            let judged = judged(key, ring, self.claims.issued_at, self.claims.expires_at, self.now);
            assert_eq!(verified.map(|token| *token.claims()), judged.map(|()| claims));
        }

        let edited = self.edit.apply(token.as_bytes());
        let verified = Forge::of(&RINGS[key]).captcha_tokens().verify(Untrusted::new(&edited), NOW);
        assert!(edited == token.as_bytes() || verified.is_err(), "an edited token is refused");
        // It is no ticket, neither as it stands nor under the other prefix.
        for text in [&token, &token.replacen("captcha-", "ssoTicket-", 1)] {
            let as_ticket = Forge::of(&RINGS[key]).tickets().verify(Untrusted::new(text), NOW);
            assert!(as_ticket.is_err(), "no ticket");
        }

        presented(KEYS[key].captcha_token(&self.signed_edit.apply(&signed)).as_bytes());
    }
}

/// Presents any text, now. An accepted text is the one spelling of its claims.
pub fn presented(text: &[u8]) {
    for ring in &*RINGS {
        let Ok(token) = Forge::of(ring).captcha_tokens().verify(Untrusted::new(text), NOW) else { continue };
        let claims = token.claims();
        assert!(claims.expires_at > NOW && claims.issued_at.seconds_since(NOW) <= 30);
        let minted = RINGS.each_ref().map(|ring| Forge::of(ring).captcha_tokens().mint(claims));
        assert!(
            minted.iter().any(|minted| minted.expose().as_bytes() == text),
            "another spelling was accepted"
        );
    }
}
