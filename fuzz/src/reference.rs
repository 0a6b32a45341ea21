//! References to sessions: what they say, laid out a second time, and what must hold of one that is accepted.

use crate::{
    edit::Edit,
    keys::{KEYS, NOW, RINGS},
    values::{For, Name, Second, judged},
};
use arbitrary::Arbitrary;
use authflow::testkit::forge::Forge;
use authflow::{
    SessionId, Timestamp,
    token::{AudienceDigest, DeviceDigest, ReferenceClaims, SessionReference, TokenError, Untrusted},
};

/// What a reference says, and of which application.
#[derive(Arbitrary, Clone, Debug)]
pub struct Claims {
    session: [u8; 16],
    generation: u32,
    expires_at: Second,
    audience: For,
    device: [u8; 16],
}

impl Claims {
    /// What the seeds are made of.
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

/// Real claims, minted by both makers, verified, and changed by a little.
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
        let signed = self.claims.signed(key);
        let token = KEYS[key].reference(&signed);
        assert_eq!(token.len(), 125);
        let claims = self.claims.claims(key);
        assert_eq!(
            Forge::of(&RINGS[key]).session_references().mint(&claims).expose(),
            token,
            "two makers, one token"
        );
        for ring in 0..RINGS.len() {
            // It does not say when it was minted.
            let always = Second(Timestamp::from_unix(0));
            let judged = judged(key, ring, always, self.claims.expires_at, self.now);
            let verified =
                Forge::of(&RINGS[ring]).session_references().verify(Untrusted::new(&token), self.now.0);
            assert_eq!(verified.map(|reference| *reference.claims()), judged.map(|()| claims));
            let (audience, forge) = (self.claims.audience.audience(), Forge::of(&RINGS[ring]));
            let sessions = forge.session_tokens();
            let wholly = sessions.for_application(&audience).verify(Untrusted::new(&token), NOW).map(|_| ());
            assert_eq!(wholly, Err(TokenError::Malformed), "the other form");
        }
        let edited = self.edit.apply(token.as_bytes());
        assert!(edited == token.as_bytes() || verify(key, &edited).is_err(), "an edited token is refused");
        presented(KEYS[key].reference(&self.signed_edit.apply(&signed)).as_bytes());
    }
}

fn verify(ring: usize, text: &[u8]) -> Result<SessionReference, TokenError> {
    Forge::of(&RINGS[ring]).session_references().verify(Untrusted::new(text), NOW)
}

/// Presents any text, now. One that is accepted has the one spelling of what it says.
pub fn presented(text: &[u8]) {
    for ring in 0..RINGS.len() {
        let Ok(reference) = verify(ring, text) else { continue };
        assert!(reference.claims().expires_at > NOW);
        let minted =
            RINGS.each_ref().map(|ring| Forge::of(ring).session_references().mint(reference.claims()));
        assert!(
            minted.iter().any(|minted| minted.expose().as_bytes() == text),
            "another spelling was accepted"
        );
    }
}
