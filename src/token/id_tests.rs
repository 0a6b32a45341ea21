use super::*;
use crate::{
    ClientId, IdentityPlace, TenantId,
    account::{Account, UserName},
    contact::{EmailAddress, Mobile},
    factor::Factor,
    token::{Key, OutsideKey, OutsideKeys, SignatureAlgorithm, StateToken, mac::MacKey},
};
use alloc::{format, string::ToString};
use proptest::prelude::*;
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp::from_unix(1_700_000_000);

fn ring() -> KeyRing {
    KeyRing::new(Key::new("2026-11", crate::token::known_secret(7)).unwrap())
}

fn issuer() -> Issuer {
    Issuer::new("https://id.example.com").unwrap()
}

fn audience(client: &str, tenant: Option<&str>) -> Audience {
    Audience {
        client_id: ClientId::new(client).unwrap(),
        tenant: tenant.map(|tenant| TenantId::new(tenant).unwrap()),
    }
}

fn claims() -> IdClaims {
    IdClaims {
        account: AccountId::new("erin").unwrap(),
        session: SessionId::from_bytes([1; 16]),
        auth_time: NOW.minus_seconds(5),
        factors: FactorSet::EMPTY.with(Factor::Password).with(Factor::Totp),
        issued_at: NOW,
        expires_at: NOW.plus_seconds(7200),
        identity: IdentityClaims::TopLevel(Profile::new(&json!({ "name": "Erin" })).unwrap()),
    }
}

fn payload_text(text: &TokenText<IdToken>) -> String {
    let middle = text.expose().split('.').nth(1).unwrap();
    let mut buffer = [0; MAX_TEXT];
    String::from_utf8(base64url::decode(middle.as_bytes(), &mut buffer).unwrap().to_vec()).unwrap()
}

fn payload(text: &TokenText<IdToken>) -> Value {
    serde_json::from_str(&payload_text(text)).unwrap()
}

/// A token of this application over any payload, with a right tag.
fn sealed(payload: &[u8]) -> String {
    let (ring, audience) = (ring(), audience("web", Some("acme")));
    let keys = ring.signer();
    jwt::sealed(&keys.header, &keys.id_token_mac(&audience), payload)
}

fn verify(text: &str, now: Timestamp) -> Result<IdToken, TokenError> {
    let (issuer, audience) = (issuer(), audience("web", Some("acme")));
    ring().id_tokens(&issuer, &audience).verify(Untrusted::new(text), now)
}

#[test]
fn the_claims_on_the_wire() {
    let (ring, issuer, audience) = (ring(), issuer(), audience("web", Some("acme")));
    let claims = claims();
    let text = ring.id_tokens(&issuer, &audience).mint(&claims);
    assert_eq!(
        payload(&text),
        json!({
            "iss": "https://id.example.com", "sub": "erin", "aud": "web", "exp": 1_700_007_200, "iat": 1_700_000_000,
            "nbf": 1_699_999_880, "auth_time": 1_699_999_995, "amr": ["pwd", "otp", "mfa"],
            "sid": "AQEBAQEBAQEBAQEBAQEBAQ", "tenant": "acme", "name": "Erin"
        })
    );
    let verified = ring.id_tokens(&issuer, &audience).verify(text.presented(), NOW).unwrap();
    assert_eq!((verified.account(), verified.session()), (claims.account, claims.session));
    assert_eq!((verified.auth_time(), verified.expires_at()), (claims.auth_time, claims.expires_at));
}

/// The id token is the same whatever the length of its beginning, and whether or not the beginning was prepared.
#[test]
fn a_token_says_first_who_issues_it_and_for_whom_and_a_known_audience_makes_no_difference() {
    for issuer in ["i", "ii", "\"i\""].map(|issuer| Issuer::new(issuer).unwrap()) {
        for client in ["c", "cc", "ccc", "c\"c\\c"] {
            for tenant in [None, Some("t"), Some("租户")] {
                let audience = audience(client, tenant);
                let known = ring().with_audiences(&issuer, [audience]);
                let text = known.id_tokens(&issuer, &audience).mint(&claims());
                assert_eq!(text.expose(), ring().id_tokens(&issuer, &audience).mint(&claims()).expose());
                assert!(known.id_tokens(&issuer, &audience).verify(text.presented(), NOW).is_ok());
                let quoted = |text: &str| serde_json::to_string(text).unwrap();
                let tenant =
                    tenant.map_or_else(String::new, |tenant| format!(",\"tenant\":{}", quoted(tenant)));
                let expected = format!(
                    r#"{{"iss":{},"aud":{}{tenant},"sub":"erin","exp":1700007200,"iat":1700000000,"nbf":1699999880,"auth_time":1699999995,"amr":["pwd","otp","mfa"],"sid":"AQEBAQEBAQEBAQEBAQEBAQ","name":"Erin"}}"#,
                    quoted(issuer.as_str()),
                    quoted(client)
                );
                assert_eq!(payload_text(&text), expected);
            }
        }
    }
}

#[test]
fn the_claim_api_is_a_text_that_holds_an_object() {
    let (ring, issuer, audience) = (ring(), issuer(), audience("web", None));
    let mut account = Account::bare("erin");
    account.user_name = UserName::new("e\"r\\in").ok();
    account.profile = Profile::new(&json!({ "name": "\u{1}Erin", "locale": "zh" })).unwrap();
    let claims = IdClaims { identity: IdentityClaims::Api(Subject::of(&account)), ..claims() };
    let payload = payload(&ring.id_tokens(&issuer, &audience).mint(&claims));
    assert_eq!((&payload["name"], &payload["locale"]), (&Value::Null, &Value::Null));
    let api: Value = serde_json::from_str(payload["api"].as_str().unwrap()).unwrap();
    assert_eq!(api, json!({ "id": "erin", "userName": "e\"r\\in", "name": "\u{1}Erin" }));
}

#[test]
fn a_relying_party_verifies_with_the_exported_key() {
    let (ring, issuer, audience) = (ring(), issuer(), audience("web", None));
    let text = ring.id_tokens(&issuer, &audience).mint(&claims());
    let (signed, tag) = text.expose().rsplit_once('.').unwrap();
    let window = crate::token::VerifyWindow { from: NOW, until: Timestamp::MAX };
    let rotating =
        ring.with_verifier(Key::new("2026-12", crate::token::known_secret(8)).unwrap(), window).unwrap();
    let tags: alloc::vec::Vec<_> = rotating
        .export_id_token_keys(&audience)
        .map(|key| {
            let expected = base64url::text(&MacKey::new(key.expose()).tag(&[signed.as_bytes()]));
            (key.id().unwrap().as_str().to_string(), expected == tag)
        })
        .collect();
    assert_eq!(tags, [("2026-11".to_string(), true), ("2026-12".to_string(), false)]);
    let windows = rotating.export_id_token_keys(&audience).map(|key| key.window());
    assert!(windows.eq([None, Some(window)]), "the signer has none");
}

#[test]
fn another_application_tenant_or_issuer_is_refused() {
    let (ring, issuer, ours) = (ring(), issuer(), audience("web", Some("acme")));
    let text = ring.id_tokens(&issuer, &ours).mint(&claims());
    for other in [audience("web", None), audience("web", Some("acme2")), audience("app", Some("acme"))] {
        let refused = ring.id_tokens(&issuer, &other).verify(text.presented(), NOW);
        assert_eq!(refused.unwrap_err(), TokenError::Forged, "another key");
    }
    let other = Issuer::new("https://other.example.com").unwrap();
    let refused = ring.id_tokens(&other, &ours).verify(text.presented(), NOW);
    assert_eq!(refused.unwrap_err(), TokenError::WrongAudience);
}

#[test]
fn times_are_checked_to_the_second() {
    let (ring, issuer, ours) = (ring(), issuer(), audience("web", Some("acme")));
    let text = ring.id_tokens(&issuer, &ours).mint(&claims());
    let at = |now| verify(text.expose(), now).map(|_| ());
    assert_eq!(at(NOW.plus_seconds(7199)), Ok(()));
    assert_eq!(at(NOW.plus_seconds(7200)), Err(TokenError::Expired));
    assert_eq!(at(NOW.minus_seconds(30)), Ok(()));
    assert_eq!(at(NOW.minus_seconds(31)), Err(TokenError::NotYetValid));
}

#[test]
fn a_claim_missing_mistyped_doubled_or_of_another_world_is_refused_under_a_right_tag() {
    let good = json!({
        "iss": "https://id.example.com", "sub": "erin", "aud": "web", "exp": 1_700_007_200, "iat": 1_700_000_000,
        "nbf": 1_699_999_880, "auth_time": 1_699_999_995, "sid": "AQEBAQEBAQEBAQEBAQEBAQ", "tenant": "acme"
    });
    assert!(verify(&sealed(good.to_string().as_bytes()), NOW).is_ok(), "the control");
    for name in good.as_object().unwrap().keys() {
        let mut without = good.clone();
        without.as_object_mut().unwrap().remove(name);
        assert!(verify(&sealed(without.to_string().as_bytes()), NOW).is_err(), "without {name}");
        let text = good.to_string();
        let of_number =
            ["null", "-1", "1.7e9", "1700000000.0", "18446744073709551616", r#""1700000000""#, r#""""#];
        let of_text = ["0", "1700000000", r#""\ud800""#];
        let of_either = ["true", "[]", "{}", &alloc::format!("[{}]", good[name]), r#"{"":1}"#];
        let others = if good[name].is_number() { &of_number[..] } else { &of_text[..] };
        for other in others.iter().chain(&of_either) {
            let said = alloc::format!("\"{name}\":{}", good[name]);
            let mistyped = text.replace(&said, &alloc::format!("\"{name}\":{other}"));
            assert_ne!(mistyped, text);
            let refused = verify(&sealed(mistyped.as_bytes()), NOW).unwrap_err();
            assert_eq!(refused, TokenError::Malformed, "{mistyped}");
        }
        let doubled = text.replacen('{', &alloc::format!("{{\"{name}\":{},", good[name]), 1);
        assert_eq!(
            verify(&sealed(doubled.as_bytes()), NOW).unwrap_err(),
            TokenError::Malformed,
            "twice {name}"
        );
    }
    let mut late = good.clone();
    late["nbf"] = json!(1_700_000_000);
    assert!(verify(&sealed(late.to_string().as_bytes()), NOW).is_ok(), "it counts from that very second");
    late["nbf"] = json!(1_700_000_001);
    assert_eq!(verify(&sealed(late.to_string().as_bytes()), NOW).unwrap_err(), TokenError::NotYetValid);
}

/// This library refuses claims that another JSON reader refuses or reads differently.
#[test]
fn claims_are_an_object_in_utf_8() {
    let values =
        r#"["https://id.example.com","web","erin","AQEBAQEBAQEBAQEBAQEBAQ","acme",1800000000,1,1,1]"#;
    let (ring, issuer, ours) = (ring(), issuer(), audience("web", Some("acme")));
    let good = payload(&ring.id_tokens(&issuer, &ours).mint(&claims())).to_string();
    let with = |bytes: &[u8]| [b"{\"x\":\"", bytes, b"\",", &good.as_bytes()[1..]].concat();
    assert!(verify(&sealed(&with("é".as_bytes())), NOW).is_ok(), "the control");
    let space = alloc::format!(" {good}");
    for payload in [values.as_bytes(), space.as_bytes(), &with(b"\xFF"), &with(b"\xED\xA0\x80")] {
        assert_eq!(verify(&sealed(payload), NOW).unwrap_err(), TokenError::Malformed);
    }
}

#[test]
fn a_token_of_another_kind_and_a_text_over_the_cap_are_no_id_tokens() {
    let (ring, issuer, ours) = (ring(), issuer(), audience("web", Some("acme")));
    let id = ring.id_tokens(&issuer, &ours).mint(&claims());
    let as_state = Untrusted::<StateToken>::new(id.expose());
    assert_eq!(ring.state_tokens().verify(as_state, NOW).unwrap_err(), TokenError::Forged);

    // This is the payload of an id token, sealed as a state token: the right ring, header and claims under the wrong key.
    let payload = id.expose().split('.').nth(1).unwrap();
    let mut buffer = [0; MAX_TEXT];
    let payload = base64url::decode(payload.as_bytes(), &mut buffer).unwrap();
    let as_id = jwt::sealed(&ring.signer().header, &ring.signer().state, payload);
    assert_eq!(verify(&as_id, NOW).unwrap_err(), TokenError::Forged);

    // A text that is one byte too long is refused even with a right tag.
    let good = core::str::from_utf8(payload).unwrap();
    let longest = (MAX_TEXT / 2..)
        .map(|spaces| sealed(alloc::format!("{good}{}", " ".repeat(spaces)).as_bytes()))
        .take_while(|text| text.len() <= MAX_TEXT)
        .last()
        .unwrap();
    assert!(longest.len() > MAX_TEXT - 2 && verify(&longest, NOW).is_ok());
    let longer = sealed(alloc::format!("{good}{}", " ".repeat(MAX_TEXT)).as_bytes());
    assert_eq!(verify(&longer, NOW).unwrap_err(), TokenError::Malformed);
}

#[test]
fn an_issuer_in_a_configuration_is_held_to_the_same_rule() {
    let read = |text: &str| serde_json::from_value::<Issuer>(json!(text));
    assert_eq!(read("https://id.example.com").unwrap(), issuer());
    assert_eq!(serde_json::to_value(issuer()).unwrap(), json!("https://id.example.com"));
    assert!(read(&"i".repeat(255)).is_ok());
    for text in ["", "https://id\n", &"i".repeat(256)] {
        assert!(read(text).is_err(), "{text}");
    }
}

/// The longest claims, with the identity in either place. Every character that can need an escape needs one.
fn longest(place: IdentityPlace) -> (Issuer, Audience, IdClaims) {
    let quotes = |count| "\"".repeat(count);
    let mut account = Account::bare(&quotes(64));
    account.user_name = UserName::new(&quotes(256)).ok();
    account.mobile = Mobile::new(&alloc::format!("+{}12345{}", "-".repeat(45), "-".repeat(45))).ok();
    account.email = EmailAddress::new(&alloc::format!("{}@{}", quotes(126), quotes(127))).ok();
    account.profile = Profile::new(&json!({ "name": quotes(506) })).unwrap();
    assert!(account.user_name.is_some() && account.mobile.is_some() && account.email.is_some());
    let claims = IdClaims {
        account: account.id,
        factors: Factor::ALL.into_iter().collect(),
        identity: match place {
            IdentityPlace::TopLevel => IdentityClaims::TopLevel(account.profile),
            IdentityPlace::Flat => IdentityClaims::Flat(Subject::of(&account)),
            IdentityPlace::Api => IdentityClaims::Api(Subject::of(&account)),
        },
        ..claims()
    };
    (Issuer::new(&quotes(255)).unwrap(), audience(&quotes(64), Some(&quotes(64))), claims)
}

#[test]
fn the_longest_token_fits() {
    let ring = KeyRing::new(Key::new(&"k".repeat(20), crate::token::known_secret(7)).unwrap());
    for place in [IdentityPlace::TopLevel, IdentityPlace::Flat, IdentityPlace::Api] {
        let (issuer, audience, longest) = longest(place);
        let text = ring.id_tokens(&issuer, &audience).mint(&longest);
        assert!(text.expose().len() <= MAX_TEXT, "{place:?} {}", text.expose().len());
        assert!(ring.id_tokens(&issuer, &audience).verify(text.presented(), NOW).is_ok());
    }
}

#[test]
fn the_longest_token_fits_with_the_longest_signature_from_outside() {
    let key = OutsideKey::new(&"k".repeat(20), SignatureAlgorithm::Rs256).unwrap();
    let (ring, keys) = (ring(), OutsideKeys::new(key));
    for place in [IdentityPlace::TopLevel, IdentityPlace::Flat, IdentityPlace::Api] {
        let (issuer, audience, longest) = longest(place);
        let tokens = keys.id_tokens(&ring, &issuer, &audience);
        let text = tokens.prepare(&longest).signed(&[0; 1024]).expect("it fits");
        assert!(tokens.accept(tokens.open(text.presented(), NOW).unwrap(), NOW).is_ok());
    }
}

proptest! {
    #[test]
    fn no_bytes_are_a_token(bytes: alloc::vec::Vec<u8>, payload in "[A-Za-z0-9_-]{0,400}", tag in "[A-Za-z0-9_-]{43}") {
        let (issuer, audience) = (issuer(), audience("web", None));
        prop_assert!(ring().id_tokens(&issuer, &audience).verify(Untrusted::new(&bytes), NOW).is_err());
        let shaped = alloc::format!("{}{payload}.{tag}", ring().signer().header);
        prop_assert_eq!(verify(&shaped, NOW).unwrap_err(), TokenError::Forged);
        prop_assert_eq!(verify(&sealed(&bytes), NOW).unwrap_err(), TokenError::Malformed);
    }
}
