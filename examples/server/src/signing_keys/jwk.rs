//! A public key as JSON (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2).

use super::key::{Numbers, PublicKey};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

pub(super) fn of(id: &str, key: &PublicKey) -> Value {
    let alg = key.algorithm().as_str();
    let text = |number: &[u8]| URL_SAFE_NO_PAD.encode(number);
    match key.numbers() {
        Numbers::Rsa { modulus, exponent } => json!({
            "kty": "RSA", "use": "sig", "alg": alg, "kid": id, "n": text(modulus), "e": text(exponent),
        }),
        Numbers::P256 { x, y } => json!({
            "kty": "EC", "use": "sig", "alg": alg, "kid": id, "crv": "P-256", "x": text(x), "y": text(y),
        }),
        Numbers::Ed25519 { x } => json!({
            "kty": "OKP", "use": "sig", "alg": alg, "kid": id, "crv": "Ed25519", "x": text(x),
        }),
    }
}
