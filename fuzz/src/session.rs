//! Session tokens: a second maker of their layout, and the properties of every accepted one.

use crate::{
    edit::Edit,
    keys::{KEYS, NOW, RINGS},
    values::{Bits63, For, Name, Second, factors, judged},
};
use arbitrary::Arbitrary;
use authflow::testkit::forge::Forge;
use authflow::{
    AccountId, Audience, SessionId, Timestamp,
    token::{DeviceDigest, SessionClaims, TokenError, Untrusted},
};
use std::sync::LazyLock;

/// The claims of a session token.
#[derive(Arbitrary, Clone, Debug)]
pub struct Claims {
    session: [u8; 16],
    generation: u32,
    account: Name,
    audience: For,
    device: [u8; 16],
    revision: Bits63,
    auth_time: Second,
    factors: u8,
    issued_at: Second,
    expires_at: Second,
}

/// The audience of the seeds, and of every token that is presented as it stands.
static AUDIENCE: LazyLock<Audience> = LazyLock::new(|| Claims::sample(NOW).audience.audience());

impl Claims {
    /// The claims of the seeds.
    pub fn sample(now: Timestamp) -> Self {
        Self {
            session: [1; 16],
            generation: 2,
            account: Name("erin".into()),
            audience: For { client_id: Name("web".into()), tenant: Some(Name("租户".into())) },
            device: [3; 16],
            revision: Bits63(7),
            auth_time: Second(now),
            factors: 1,
            issued_at: Second(now),
            expires_at: Second(now.plus_seconds(43_200)),
        }
    }

    /// The bytes before the tag.
    pub fn signed(&self, key_id: Option<&str>) -> Vec<u8> {
        let text = |text: &str| [&[u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
        let second = |second: Second| second.0.as_unix().to_be_bytes().to_vec();
        [
            vec![1],
            text(key_id.unwrap_or_default()),
            self.session.to_vec(),
            self.generation.to_be_bytes().to_vec(),
            text(&self.account.0),
            text(&self.audience.client_id.0),
            text(self.audience.tenant.as_ref().map_or("", |tenant| &tenant.0)),
            self.device.to_vec(),
            self.revision.0.to_be_bytes().to_vec(),
            second(self.auth_time),
            vec![self.factors % 32],
            second(self.issued_at),
            second(self.expires_at),
        ]
        .concat()
    }

    /// The library's own claims. The digest comes from a token that has the same claims and is good now.
    fn claims(&self) -> SessionClaims {
        SessionClaims {
            session: SessionId::from_bytes(self.session),
            generation: self.generation,
            account: AccountId::new(&self.account.0).unwrap(),
            audience: self.audience.audience(),
            device: self.device(),
            revision: self.revision.revision(),
            auth_time: self.auth_time.0,
            factors: factors(self.factors),
            issued_at: self.issued_at.0,
            expires_at: self.expires_at.0,
        }
    }

    fn device(&self) -> DeviceDigest {
        let (issued_at, expires_at) = (Second(NOW), Second(NOW.plus_seconds(1)));
        let donor = Self { issued_at, expires_at, ..self.clone() };
        let donor = KEYS[0].session_token(&donor.signed(KEYS[0].id));
        let audience = self.audience.audience();
        let sessions = Forge::of(&RINGS[0]).session_tokens();
        sessions
            .for_application(&audience)
            .verify(Untrusted::new(&donor), NOW)
            .expect("the donor is good")
            .claims()
            .device
    }
}

/// Real claims, minted by both makers, verified, and changed a little.
#[derive(Arbitrary, Debug)]
pub struct Case {
    key: bool,
    claims: Claims,
    now: Second,
    other: For,
    edit: Edit,
    signed_edit: Edit,
}

impl Case {
    pub fn check(&self) {
        let key = usize::from(self.key);
        let signed = self.claims.signed(KEYS[key].id);
        let token = KEYS[key].session_token(&signed);
        let (claims, other) = (self.claims.claims(), self.other.audience());

        assert_eq!(
            Forge::of(&RINGS[key]).session_tokens().mint(&claims).expose(),
            token,
            "two makers, one token"
        );

        for ring in 0..RINGS.len() {
            let sessions = Forge::of(&RINGS[ring]).session_tokens();
            let verify = |audience: &Audience, now| {
                let verified = sessions.for_application(audience).verify(Untrusted::new(&token), now);
                verified.map(|token| *token.claims())
            };
            let judged = judged(key, ring, self.claims.issued_at, self.claims.expires_at, self.now);
            assert_eq!(verify(&claims.audience, self.now.0), judged.map(|()| claims));
            if other != claims.audience {
                assert_eq!(verify(&other, self.now.0), judged.and(Err(TokenError::WrongAudience)));
            }
        }

        let edited = self.edit.apply(token.as_bytes());
        let verified = Forge::of(&RINGS[key])
            .session_tokens()
            .for_application(&claims.audience)
            .verify(Untrusted::new(&edited), NOW);
        assert!(edited == token.as_bytes() || verified.is_err(), "an edited token is refused");
        let references = Forge::of(&RINGS[key]).session_references();
        let reference = references.for_application(&claims.audience).verify(Untrusted::new(&token), NOW);
        assert_eq!(reference.map(|_| ()), Err(TokenError::Malformed), "the other form");
        let state = Forge::of(&RINGS[key]).state_tokens().verify(Untrusted::new(&token), NOW);
        assert!(state.is_err(), "a session token is no state token");

        let edited = KEYS[key].session_token(&self.signed_edit.apply(&signed));
        presented_to(&claims.audience, edited.as_bytes());
    }
}

/// Presents any text to the sample's application, now.
pub fn presented(text: &[u8]) {
    presented_to(&AUDIENCE, text);
}

/// An accepted text is of this application, and is the one spelling of its claims.
fn presented_to(audience: &Audience, text: &[u8]) {
    for ring in &*RINGS {
        let Ok(token) =
            Forge::of(ring).session_tokens().for_application(audience).verify(Untrusted::new(text), NOW)
        else {
            continue;
        };
        let claims = token.claims();
        assert_eq!(claims.audience, *audience);
        assert!(claims.expires_at > NOW && claims.issued_at.seconds_since(NOW) <= 30);
        let minted = RINGS.each_ref().map(|ring| Forge::of(ring).session_tokens().mint(claims));
        assert!(
            minted.iter().any(|minted| minted.expose().as_bytes() == text),
            "another spelling was accepted"
        );
    }
}
