//! References to sessions: a second maker of their layout, and the properties of every accepted one.

use crate::{
    edit::Edit,
    keys::{KEYS, NOW, RINGS},
    values::{For, Name, Second, judged},
};
use arbitrary::Arbitrary;
use authflow::testkit::forge::Forge;
use authflow::{
    Audience, SessionId, Timestamp,
    token::{AudienceDigest, DeviceDigest, ReferenceClaims, SessionReference, TokenError, Untrusted},
};
use std::sync::LazyLock;

/// The claims of a reference, and its application.
#[derive(Arbitrary, Clone, Debug)]
pub struct Claims {
    session: [u8; 16],
    generation: u32,
    expires_at: Second,
    audience: For,
    device: [u8; 16],
}

impl Claims {
    /// The claims of the seeds.
    pub fn sample(now: Timestamp) -> Self {
        Self {
            session: [1; 16],
            generation: 2,
            expires_at: Second(now.plus_seconds(43_200)),
            audience: For { client_id: Name("web".into()), tenant: Some(Name("租户".into())) },
            device: [3; 16],
        }
    }

    /// The bytes before the tag.
    pub fn signed(&self, key: usize) -> Vec<u8> {
        let seconds = self.expires_at.0.as_unix().to_be_bytes();
        [
            &[2, KEYS[key].mark()][..],
            &self.session,
            &self.generation.to_be_bytes(),
            &seconds[3..],
            &KEYS[key].audience_digest(&self.audience.audience()),
            &self.device,
        ]
        .concat()
    }

    fn claims(&self, key: usize) -> ReferenceClaims {
        ReferenceClaims {
            session: SessionId::from_bytes(self.session),
            generation: self.generation,
            expires_at: self.expires_at.0,
            audience: AudienceDigest::from_bytes(KEYS[key].audience_digest(&self.audience.audience())),
            device: DeviceDigest::from_bytes(self.device),
        }
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
        let signed = self.claims.signed(key);
        let token = KEYS[key].reference(&signed);
        assert_eq!(token.len(), 125);
        let claims = self.claims.claims(key);
        assert_eq!(
            Forge::of(&RINGS[key]).session_references().mint(&claims).expose(),
            token,
            "two makers, one token"
        );
        let (audience, other) = (self.claims.audience.audience(), self.other.audience());
        for ring in 0..RINGS.len() {
            // A reference does not say when it was minted.
            let always = Second(Timestamp::from_unix(0));
            let judged = judged(key, ring, always, self.claims.expires_at, self.now);
            let verified = verify(ring, &audience, token.as_bytes(), self.now.0);
            assert_eq!(verified.map(|reference| *reference.claims()), judged.map(|()| claims));
            if other != audience {
                let verified = verify(ring, &other, token.as_bytes(), self.now.0).map(|_| ());
                assert_eq!(verified, judged.and(Err(TokenError::WrongAudience)));
            }
            let sessions = Forge::of(&RINGS[ring]).session_tokens();
            let wholly = sessions.for_application(&audience).verify(Untrusted::new(&token), NOW).map(|_| ());
            assert_eq!(wholly, Err(TokenError::Malformed), "the other form");
        }
        let edited = self.edit.apply(token.as_bytes());
        let verified = verify(key, &audience, &edited, NOW);
        assert!(edited == token.as_bytes() || verified.is_err(), "an edited token is refused");
        presented_to(&audience, KEYS[key].reference(&self.signed_edit.apply(&signed)).as_bytes());
    }
}

fn verify(
    ring: usize,
    audience: &Audience,
    text: &[u8],
    now: Timestamp,
) -> Result<SessionReference, TokenError> {
    let references = Forge::of(&RINGS[ring]).session_references();
    references.for_application(audience).verify(Untrusted::new(text), now)
}

/// The audience of the seeds, and of every token that is presented as it stands.
static AUDIENCE: LazyLock<Audience> = LazyLock::new(|| Claims::sample(NOW).audience.audience());

/// Presents any text to the sample's application, now.
pub fn presented(text: &[u8]) {
    presented_to(&AUDIENCE, text);
}

/// An accepted text is of this application, and is the one spelling of its claims.
fn presented_to(audience: &Audience, text: &[u8]) {
    for ring in 0..RINGS.len() {
        let Ok(reference) = verify(ring, audience, text, NOW) else { continue };
        assert!(reference.claims().expires_at > NOW);
        let own = KEYS.each_ref().map(|key| AudienceDigest::from_bytes(key.audience_digest(audience)));
        assert!(own.contains(&reference.claims().audience));
        let minted =
            RINGS.each_ref().map(|ring| Forge::of(ring).session_references().mint(reference.claims()));
        assert!(
            minted.iter().any(|minted| minted.expose().as_bytes() == text),
            "another spelling was accepted"
        );
    }
}
