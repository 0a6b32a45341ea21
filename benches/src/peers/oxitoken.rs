//! `oxitoken`. As published, it does not compile with its own back end against today's `aws-lc-rs`. Its traits for a back
//! end take the same few lines over the same crate.

use super::{Tokens, claims::StateClaims, of, service};
use crate::{operation::Operation, sample};
use aws_lc_rs::{error::Unspecified, hmac};
use oxitoken::{
    Algorithm,
    claims::{Exp, Iat},
    encoding::{JwtEncodingError, Signer, encode},
    error::JwtError,
    header::Alg,
    validation::{StaticKeyProvider, ValidationPipeline, VerificationKey},
};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Header {
    alg: Algorithm,
    typ: String,
}

impl Alg for Header {
    fn alg(&self) -> Algorithm {
        self.alg
    }
}

impl Exp for StateClaims {
    fn exp(&self) -> i64 {
        self.exp.cast_signed()
    }
}

impl Iat for StateClaims {
    fn iat(&self) -> i64 {
        self.iat.cast_signed()
    }
}

#[derive(Clone)]
struct Key(hmac::Key);

impl VerificationKey for Key {
    fn alg(&self) -> Option<Algorithm> {
        Some(Algorithm::HS256)
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), JwtError> {
        hmac::verify(&self.0, message, signature).map_err(|Unspecified| JwtError::InvalidSignature)
    }
}

impl Signer for Key {
    type Error = Unspecified;

    fn check_alg(&self, algorithm: Algorithm) -> Result<(), JwtEncodingError<Unspecified>> {
        if algorithm == Algorithm::HS256 { Ok(()) } else { Err(JwtEncodingError::WrongAlgorithm) }
    }

    fn sign_jwt(&self, _: Algorithm, jwt: &mut String) -> Result<(), JwtEncodingError<Unspecified>> {
        let tag = hmac::sign(&self.0, jwt.as_bytes());
        self.append_sig(tag, jwt);
        Ok(())
    }

    fn siglen(&self) -> usize {
        32
    }
}

struct OxiToken {
    header: Header,
    key: Key,
    pipeline: ValidationPipeline<Header, StateClaims, StaticKeyProvider<Key>>,
}

impl OxiToken {
    fn new(secret: &[u8]) -> Self {
        let key = Key(hmac::Key::new(hmac::HMAC_SHA256, secret));
        let pipeline = ValidationPipeline::builder(StaticKeyProvider::new(key.clone()))
            .with_max_size(1024)
            .with_expiration_validator()
            .with_issued_at_validator()
            .build();
        Self { header: Header { alg: Algorithm::HS256, typ: "JWT".into() }, key, pipeline }
    }
}

impl service::Jwt for OxiToken {
    fn encode<C: Serialize>(&self, claims: &C) -> String {
        encode(&self.key, &self.header, claims).expect("claims")
    }
}

impl service::Verifier for OxiToken {
    fn decode(&self, token: &str) -> Option<StateClaims> {
        self.pipeline.verify(token.as_bytes()).ok().map(|(_, claims)| claims)
    }
}

impl Tokens for OxiToken {
    type Claims = StateClaims;

    const WHO: &'static str = "oxitoken";

    fn claims(&self, claims: &StateClaims) -> StateClaims {
        claims.clone()
    }

    fn mint(&self, claims: StateClaims) -> String {
        service::Jwt::encode(self, &claims)
    }

    fn verify(&self, token: &str) -> bool {
        service::Verifier::decode(self, token).is_some()
    }
}

pub(super) fn operations() -> Vec<Operation> {
    let mut all = of(OxiToken::new(&sample::SECRET));
    all.push(service::skip(OxiToken::WHO, OxiToken::new));
    all
}
