//! The service's three kinds of tokens. All are JWTs, and each kind has its own key.

use crate::{rows::Id, world};
use authflow_bench::{
    floor::Floor,
    sample::{CLIENT, TENANT},
    skip::ISSUER,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

const STATE_LIFETIME: i64 = 600;
const ID_LIFETIME: i64 = 7_200;
pub(super) const SESSION_LIFETIME: i64 = 43_200;

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct StateClaims {
    pub(super) aud: String,
    pub(super) tid: String,
    pub(super) sub: String,
    pub(super) rev: i64,
    pub(super) dev: String,
    pub(super) step: String,
    pub(super) start: i64,
    pub(super) jti: String,
    pub(super) iat: i64,
    pub(super) exp: i64,
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct SessionClaims {
    pub(super) sid: String,
    pub(super) r#gen: u32,
    pub(super) sub: String,
    pub(super) aud: String,
    pub(super) tid: String,
    pub(super) dev: String,
    pub(super) rev: i64,
    pub(super) auth_time: i64,
    pub(super) iat: i64,
    pub(super) exp: i64,
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct IdClaims {
    pub(super) iss: String,
    pub(super) sub: String,
    pub(super) aud: String,
    pub(super) sid: String,
    pub(super) tenant: String,
    pub(super) auth_time: i64,
    pub(super) amr: Vec<String>,
    pub(super) nbf: i64,
    pub(super) iat: i64,
    pub(super) exp: i64,
    pub(super) name: String,
}

pub(super) struct Tokens {
    pub(super) states: Jwt,
    pub(super) sessions: Jwt,
    pub(super) ids: Jwt,
    devices: Floor,
}

pub(super) struct Jwt {
    header: Header,
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

impl Tokens {
    pub(super) fn new() -> Self {
        let mut ids = Jwt::new(&[3; 32]);
        ids.validation.set_issuer(&[ISSUER]);
        ids.validation.validate_nbf = true;
        Self { states: Jwt::new(&[1; 32]), sessions: Jwt::new(&[2; 32]), ids, devices: Floor::new(&[4; 32]) }
    }

    /// A device's digest as text, which does not show its fingerprint.
    pub(super) fn device(&self, fingerprint: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.device_digest(fingerprint))
    }

    /// A device's digest, as it is stored.
    pub(super) fn device_digest(&self, fingerprint: &str) -> [u8; 16] {
        let mut digest = [0; 16];
        digest.copy_from_slice(&self.devices.tag(fingerprint.as_bytes())[..16]);
        digest
    }

    pub(super) fn state(&self, account: &str, device: String, now: i64) -> String {
        let claims = StateClaims {
            aud: CLIENT.to_owned(),
            tid: TENANT.to_owned(),
            sub: account.to_owned(),
            rev: 1,
            dev: device,
            step: "warn".to_owned(),
            start: now,
            jti: id_text(&world::random_id()),
            iat: now,
            exp: now + STATE_LIFETIME,
        };
        self.states.mint(&claims)
    }

    pub(super) fn id(&self, session: &Id, account: &str, name: String, auth_time: i64, now: i64) -> String {
        self.ids.mint(&IdClaims {
            iss: ISSUER.to_owned(),
            sub: account.to_owned(),
            aud: CLIENT.to_owned(),
            sid: id_text(session),
            tenant: TENANT.to_owned(),
            auth_time,
            amr: vec!["pwd".to_owned()],
            nbf: now - 120,
            iat: now,
            exp: now + ID_LIFETIME,
            name,
        })
    }
}

impl Jwt {
    fn new(secret: &[u8]) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&[CLIENT]);
        validation.leeway = 0;
        Self {
            header: Header::new(Algorithm::HS256),
            encoding: EncodingKey::from_secret(secret),
            decoding: DecodingKey::from_secret(secret),
            validation,
        }
    }

    pub(super) fn mint(&self, claims: &impl Serialize) -> String {
        jsonwebtoken::encode(&self.header, claims, &self.encoding).expect("claims that serialise")
    }

    pub(super) fn verify<C: DeserializeOwned + Clone>(&self, token: &str) -> Option<C> {
        jsonwebtoken::decode(token, &self.decoding, &self.validation).ok().map(|data| data.claims)
    }
}

pub(super) fn id_text(id: &Id) -> String {
    URL_SAFE_NO_PAD.encode(id)
}

pub(super) fn id(text: &str) -> Option<Id> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}
