//! The compact tokens before another verifier. If a token is accepted here, `jsonwebtoken` accepts it under the same key, and
//! reads the same claims.

use crate::{
    edit::Edit,
    id,
    json::{Members, Unread, payload},
    keys::{KEYS, NOW, RINGS, base64url, hmac},
    state,
};
use arbitrary::Arbitrary;
use authflow::testkit::forge::Forge;
use authflow::{
    Audience,
    token::{Issuer, Untrusted},
};
use jsonwebtoken::{
    Algorithm, DecodingKey, TokenData, Validation,
    crypto::{CryptoProvider, JwtVerifier, KeyUtils},
    errors::ErrorKind,
};
use serde_json::Value;
use signature::Verifier;
use std::sync::{LazyLock, Once};

/// The issuer and the audience of the id tokens.
static WORLD: LazyLock<(Issuer, Audience)> = LazyLock::new(|| id::Claims::sample(NOW).world());

/// Claims of either kind, changed a little before they are signed, and after.
#[derive(Arbitrary, Debug)]
pub struct Case {
    key: bool,
    id: id::Claims,
    state: state::Claims,
    payload_edits: Vec<Edit>,
    edit: Option<Edit>,
}

impl Case {
    pub fn check(&self) {
        let key = &KEYS[usize::from(self.key)];
        let edited = |payload: String| {
            self.payload_edits.iter().take(4).fold(payload.into_bytes(), |payload, edit| edit.apply(&payload))
        };
        let finished = |token: String| match &self.edit {
            Some(edit) => edit.apply(token.as_bytes()),
            None => token.into_bytes(),
        };
        let world = self.id.world();
        id_token(&world, &finished(key.id_token(&world.1, &edited(self.id.payload()))));
        state_token(&finished(key.state_token(&edited(self.state.payload()))));
    }
}

/// Presents a text as both kinds of token.
pub fn presented(text: &[u8]) {
    id_token(&WORLD, text);
    state_token(text);
}

/// Presents a payload as an id token of the sample's application.
pub fn signed_id_token(key: usize, payload: &[u8]) {
    id_token(&WORLD, KEYS[key].id_token(&WORLD.1, payload).as_bytes());
}

fn id_token((issuer, audience): &(Issuer, Audience), text: &[u8]) {
    for ring in &*RINGS {
        let Ok(token) = Forge::of(ring).id_tokens(issuer, audience).verify(Untrusted::new(text), NOW) else {
            continue;
        };
        let mut validation = validation();
        validation.set_issuer(&[issuer.as_str()]);
        validation.set_audience(&[audience.client_id.as_str()]);
        validation.sub = Some(token.account().as_str().into());
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp", "nbf"]);
        let keys = KEYS.each_ref().map(|key| key.id_token_key(audience));
        let Some(claims) = accepted(text, keys, &validation) else { continue };
        assert_eq!(claims["sid"], base64url(token.session().as_bytes()));
        assert_eq!(claims["auth_time"].as_u64().unwrap().min(253_402_300_799), token.auth_time().as_unix());
        assert_eq!(claims["exp"].as_u64().unwrap().min(253_402_300_799), token.expires_at().as_unix());
        assert_eq!(claims["tenant"].as_str(), audience.tenant.as_ref().map(|tenant| tenant.as_str()));
        assert!(
            claims["exp"].as_u64() > Some(NOW.as_unix()) && claims["nbf"].as_u64() <= Some(NOW.as_unix())
        );
    }
}

fn state_token(text: &[u8]) {
    for ring in &*RINGS {
        let Ok(token) = Forge::of(ring).state_tokens().verify(Untrusted::new(text), NOW) else { continue };
        let mut validation = validation();
        validation.validate_aud = false;
        validation.set_required_spec_claims(&["exp"]);
        let claims = accepted(text, KEYS.each_ref().map(|key| key.state_key()), &validation)
            .expect("the one spelling is within every reader's limits");
        assert_eq!(claims["exp"], token.claims().expires_at.as_unix());
    }
}

/// The other verifier compares no times, because it has its own clock.
fn validation() -> Validation {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.validate_exp = false;
    validation
}

/// The claims as `jsonwebtoken` reads them under the key that the header names; `None` only for JSON beyond its reader's limits.
fn accepted(text: &[u8], secrets: [[u8; 32]; 2], validation: &Validation) -> Option<Value> {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| PROVIDER.install_default().expect("the first provider"));
    let header = jsonwebtoken::decode_header(text).expect("a header that any reader reads");
    assert_eq!((header.alg, header.typ.as_deref()), (Algorithm::HS256, Some("JWT")));
    let at = KEYS.iter().position(|key| key.id == header.kid.as_deref()).expect("a key of the ring");
    let key = DecodingKey::from_secret(&secrets[at]);
    match jsonwebtoken::decode(text, &key, validation) {
        Ok(TokenData { claims, .. }) => Some(claims),
        Err(error) => {
            let at_a_limit = Members::read(&payload(text)).err() == Some(Unread::AtALimit);
            assert!(at_a_limit && matches!(error.kind(), ErrorKind::Json(_)), "refused: {error:?}");
            None
        }
    }
}

/// `jsonwebtoken` with HMAC-SHA256 and nothing else. The comparison is about its reading, not about its arithmetic.
static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |_, _| Err(ErrorKind::InvalidAlgorithm.into()),
    verifier_factory: |algorithm, key| match algorithm {
        Algorithm::HS256 => Ok(Box::new(Hs256(key.try_get_as_bytes()?.to_vec()))),
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    },
    key_utils: KeyUtils::new_unimplemented(),
};

struct Hs256(Vec<u8>);

impl Verifier<Vec<u8>> for Hs256 {
    fn verify(&self, message: &[u8], tag: &Vec<u8>) -> Result<(), signature::Error> {
        if hmac(&self.0, message)[..] == tag[..] { Ok(()) } else { Err(signature::Error::new()) }
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}
