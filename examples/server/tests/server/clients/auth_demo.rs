//! com.hao.auth_demo, a Spring program that verifies id tokens. It fetches `GET /api/v1/oauth2/keys` without any header, and takes the RSA key whose
//! `kid` is the token's. It reads `name`, `userName`, `mobile`, `email` and `sub` at top level. It decodes both segments with Java's decoder of
//! *standard* base64, which does not accept `-` and `_`, and looks for the literal `"alg":`.
//!
//! It signs in by a mini-program's code. The test signs in by a password, since the program reads the same members of either answer.

use super::service;
use crate::{
    process::{Home, PASSWORD, Server},
    wire::{Call, World},
};
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::{
    Engine as _, alphabet,
    engine::{
        DecodePaddingMode,
        general_purpose::{GeneralPurpose, GeneralPurposeConfig, URL_SAFE_NO_PAD},
    },
};
use serde_json::{Value, json};

#[derive(Debug, PartialEq, Eq)]
struct User {
    sub: String,
    user_name: String,
    name: Option<String>,
    mobile: Option<String>,
    email: Option<String>,
}

/// `java.util.Base64.getDecoder()`: the standard alphabet, and padding if there is some.
fn java(segment: &str) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(&alphabet::STANDARD, config).decode(segment).ok()
}

fn verified(id_token: &str, keys: &Value) -> Option<User> {
    let [header, payload, signature] = id_token.split('.').collect::<Vec<_>>()[..] else { return None };
    let written = String::from_utf8(java(header)?).ok()?;
    let after = written.split_once("\"alg\":")?.1;
    if !after.starts_with("\"RS256\"") {
        return None;
    }
    let kid = serde_json::from_str::<Value>(&written).ok()?["kid"].as_str()?.to_owned();
    let key = keys["keys"].as_array()?.iter().find(|key| key["kid"] == *kid && key["kty"] == "RSA")?;
    let number = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str()?).ok();
    let public = RsaPublicKeyComponents { n: number("n")?, e: number("e")? };
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    let signed = format!("{header}.{payload}");
    public.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature).ok()?;
    let claims: Value = serde_json::from_slice(&java(payload)?).ok()?;
    let text = |name: &str| claims[name].as_str().map(str::to_owned);
    let (name, mobile, email) = (text("name"), text("mobile"), text("email"));
    Some(User { sub: text("sub")?, user_name: text("userName")?, name, mobile, email })
}

/// The keys, fetched without the headers of a device, and so for no application.
fn keys(server: &Server) -> Value {
    let call = Call::login(World::Ordinary, "", "").method("GET").path("/api/v1/oauth2/keys").body("");
    let call = ["X-operating-sys-version", "X-device-fingerprint", "X-agent", "X-client-id", "Content-Type"]
        .into_iter()
        .fold(call, |call, header| call.without(header));
    let reply = call.send(server);
    assert!(reply.status == 200 && reply.has_header("content-type: application/json"), "{reply:?}");
    reply.json()
}

/// An account with a number and an address.
const MONA: &str = "[[accounts]]\nuser_name = 'mona'\nmobile = '+86-13800000000'\nemail = 'mona@example.com'\n\
     password = 'Correct-Horse-7'\npermanent = true\n";

fn signed_in(server: &Server) -> String {
    Call::login(World::Ordinary, "mona", PASSWORD).send(server).text("id_token")
}

#[test]
fn it_finds_the_key_and_reads_who_it_is() {
    let home = Home::new();
    let file = home.path("signing.toml").display().to_string();
    let signing = ["--signing-keys", &file, "--make-signing-key", "RS256"];
    let server = service(&home, "eiam", "flat", MONA, &signing);
    let published = keys(&server);
    assert_eq!(published["keys"].as_array().unwrap().len(), 1);
    let token = signed_in(&server);
    let user = verified(&token, &published).unwrap();
    assert_eq!((user.user_name.as_str(), user.mobile.as_deref()), ("mona", Some("+86-13800000000")));
    assert_eq!(user.email.as_deref(), Some("mona@example.com"));
    assert!(!user.sub.is_empty());
    // Another key of that id, and a changed token.
    let mut stranger = published.clone();
    stranger["keys"][0]["n"] = URL_SAFE_NO_PAD.encode([0xc5; 256]).into();
    assert_eq!(verified(&token, &stranger), None);
    let (signed, _) = token.rsplit_once('.').unwrap();
    assert_eq!(verified(&format!("{signed}.{}", "A".repeat(342)), &published), None);
}

/// The library's own keys are shared secrets, so there is nothing to publish.
#[test]
fn where_the_library_signs_there_are_no_keys_to_find() {
    let home = Home::new();
    let server = service(&home, "eiam", "flat", MONA, &[]);
    assert_eq!(keys(&server), json!({ "keys": [] }));
    assert_eq!(verified(&signed_in(&server), &keys(&server)), None);
}
