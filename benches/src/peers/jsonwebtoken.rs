//! `jsonwebtoken`, with both of its back ends.

use super::{Tokens, claims::StateClaims, of, service};
use crate::{operation::Operation, sample};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation,
    crypto::{CryptoProvider, KeyUtils, aws_lc, rust_crypto},
};
use serde::{Serialize, de::DeserializeOwned};
use std::{cell::Cell, sync::Once};

thread_local! {
    static AWS_LC: Cell<bool> = const { Cell::new(false) };
}

/// A process has only one provider. So this one calls either back end, as the caller says.
static EITHER: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| (provider().signer_factory)(algorithm, key),
    verifier_factory: |algorithm, key| (provider().verifier_factory)(algorithm, key),
    key_utils: KeyUtils::new_unimplemented(),
};

fn provider() -> &'static CryptoProvider {
    if AWS_LC.get() { &aws_lc::DEFAULT_PROVIDER } else { &rust_crypto::DEFAULT_PROVIDER }
}

pub(super) struct JsonWebToken<const WITH_AWS_LC: bool> {
    header: Header,
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

impl<const WITH_AWS_LC: bool> JsonWebToken<WITH_AWS_LC> {
    fn new(secret: &[u8]) -> Self {
        static INSTALLED: Once = Once::new();
        INSTALLED.call_once(|| EITHER.install_default().expect("the first provider"));
        let mut validation = Validation::new(Algorithm::HS256);
        // The audience of a state token is compared afterwards, as with authflow.
        validation.validate_aud = false;
        validation.leeway = 0;
        Self {
            header: Header::new(Algorithm::HS256),
            encoding: EncodingKey::from_secret(secret),
            decoding: DecodingKey::from_secret(secret),
            validation,
        }
    }
}

impl<const WITH_AWS_LC: bool> service::Jwt for JsonWebToken<WITH_AWS_LC> {
    fn encode<C: Serialize>(&self, claims: &C) -> String {
        AWS_LC.set(WITH_AWS_LC);
        jsonwebtoken::encode(&self.header, claims, &self.encoding).expect("claims")
    }
}

impl<const WITH_AWS_LC: bool> service::Verifier for JsonWebToken<WITH_AWS_LC> {
    fn decode(&self, token: &str) -> Option<StateClaims> {
        decode(self, token)
    }
}

fn decode<C: DeserializeOwned + Clone, const WITH_AWS_LC: bool>(
    jwt: &JsonWebToken<WITH_AWS_LC>,
    token: &str,
) -> Option<C> {
    AWS_LC.set(WITH_AWS_LC);
    jsonwebtoken::decode(token, &jwt.decoding, &jwt.validation).ok().map(|data| data.claims)
}

impl<const WITH_AWS_LC: bool> Tokens for JsonWebToken<WITH_AWS_LC> {
    type Claims = StateClaims;

    const WHO: &'static str = if WITH_AWS_LC { "jsonwebtoken aws_lc_rs" } else { "jsonwebtoken rust_crypto" };

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
    let mut all = of_back_end::<false>();
    all.extend(of_back_end::<true>());
    all
}

fn of_back_end<const WITH_AWS_LC: bool>() -> Vec<Operation> {
    let new = JsonWebToken::<WITH_AWS_LC>::new;
    let mut all = of(new(&sample::SECRET));
    all.push(service::skip(JsonWebToken::<WITH_AWS_LC>::WHO, new));
    all
}
