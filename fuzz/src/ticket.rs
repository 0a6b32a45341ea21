//! Tickets: a second maker of their layout, and the properties of every accepted one.

use crate::{
    edit::Edit,
    keys::{KEYS, NOW, RINGS},
    values::{For, Name, Second, judged},
};
use arbitrary::Arbitrary;
use authflow::testkit::forge::{Forge, TicketClaims};
use authflow::{
    AccountId, SessionId, Timestamp, TokenId,
    token::{DeviceDigest, SessionToken, Untrusted},
};

/// The claims of a ticket.
#[derive(Arbitrary, Clone, Debug)]
pub struct Claims {
    id: [u8; 16],
    session: [u8; 16],
    account: Name,
    audience: For,
    device: [u8; 16],
    issued_at: Second,
    expires_at: Second,
}

impl Claims {
    /// The claims of the seeds.
    pub fn sample(now: Timestamp) -> Self {
        Self {
            id: [3; 16],
            session: [1; 16],
            account: Name("erin".into()),
            audience: For { client_id: Name("web".into()), tenant: Some(Name("租户".into())) },
            device: [2; 16],
            issued_at: Second(now),
            expires_at: Second(now.plus_seconds(300)),
        }
    }

    /// The bytes before the tag.
    pub fn signed(&self, key_id: Option<&str>) -> Vec<u8> {
        let text = |text: &str| [&[u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
        let second = |second: Second| second.0.as_unix().to_be_bytes().to_vec();
        [
            vec![1],
            text(key_id.unwrap_or_default()),
            self.id.to_vec(),
            self.session.to_vec(),
            text(&self.account.0),
            text(&self.audience.client_id.0),
            text(self.audience.tenant.as_ref().map_or("", |tenant| &tenant.0)),
            self.device.to_vec(),
            second(self.issued_at),
            second(self.expires_at),
        ]
        .concat()
    }

    fn claims(&self) -> TicketClaims {
        TicketClaims {
            id: TokenId::from_bytes(self.id),
            session: SessionId::from_bytes(self.session),
            account: AccountId::new(&self.account.0).unwrap(),
            audience: self.audience.audience(),
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
        let token = KEYS[key].ticket(&signed);
        let claims = self.claims.claims();
        assert_eq!(Forge::of(&RINGS[key]).tickets().mint(&claims).expose(), token, "two makers, one token");

        for ring in 0..RINGS.len() {
            let verified = Forge::of(&RINGS[ring]).tickets().verify(Untrusted::new(&token), self.now.0);
            let judged = judged(key, ring, self.claims.issued_at, self.claims.expires_at, self.now);
            assert_eq!(verified.map(|token| *token.claims()), judged.map(|()| claims));
        }

        let edited = self.edit.apply(token.as_bytes());
        let verified = Forge::of(&RINGS[key]).tickets().verify(Untrusted::new(&edited), NOW);
        assert!(edited == token.as_bytes() || verified.is_err(), "an edited ticket is refused");
        assert!(
            Forge::of(&RINGS[key]).state_tokens().verify(Untrusted::new(&token), NOW).is_err(),
            "no state token"
        );
        // It is no session token, neither as it stands nor under the other prefix.
        let renamed = token.replacen("ssoTicket-", "LGT", 1);
        let sessions = Forge::of(&RINGS[key]).session_tokens();
        for text in [&token, &renamed] {
            let as_session = Untrusted::<SessionToken>::new(text);
            let session = sessions.for_application(&claims.audience).verify(as_session, NOW);
            assert!(session.is_err(), "no session token");
        }

        presented(KEYS[key].ticket(&self.signed_edit.apply(&signed)).as_bytes());
    }
}

/// Presents any text, now. An accepted text is the one spelling of its claims.
pub fn presented(text: &[u8]) {
    for ring in &*RINGS {
        let Ok(token) = Forge::of(ring).tickets().verify(Untrusted::new(text), NOW) else { continue };
        let claims = token.claims();
        assert!(claims.expires_at > NOW && claims.issued_at.seconds_since(NOW) <= 30);
        let minted = RINGS.each_ref().map(|ring| Forge::of(ring).tickets().mint(claims));
        assert!(
            minted.iter().any(|minted| minted.expose().as_bytes() == text),
            "another spelling was accepted"
        );
    }
}
