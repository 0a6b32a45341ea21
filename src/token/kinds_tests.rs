//! Every kind of token is shown to every verifier. Every small change of a token is shown to the verifier of its kind.

use super::{
    keys::jwt_header,
    mac::MacKey,
    opaque::sealed_bytes,
    outside::{OutsideKey, OutsideKeys, SignatureAlgorithm},
    *,
};
use crate::{
    AccountId, Audience, ClientId, SessionId, TenantId, Timestamp, TokenId,
    account::{Profile, Revision},
    factor::{Factor, FactorSet},
    social::{Provider, SocialIdentity},
    text::base64url,
};
use alloc::{format, string::String, vec::Vec};
use std::sync::LazyLock;

const NOW: Timestamp = Timestamp::from_unix(1_700_000_000);
/// The signature that the host accepts. It stands in for a signature from outside.
const SIGNATURE: &[u8] = b"a signature of the host's";

/// The kinds of tokens, each with a verifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    State,
    Link,
    Session,
    Reference,
    Ticket,
    Tenant,
    Captcha,
    Id,
    OutsideId,
}

const KINDS: [Kind; 9] = [
    Kind::State,
    Kind::Link,
    Kind::Session,
    Kind::Reference,
    Kind::Ticket,
    Kind::Tenant,
    Kind::Captcha,
    Kind::Id,
    Kind::OutsideId,
];

static RING: LazyLock<KeyRing> =
    LazyLock::new(|| KeyRing::new(Key::new("2026-11", crate::token::known_secret(7)).unwrap()));

fn issuer() -> Issuer {
    Issuer::new("https://id.example.com").unwrap()
}

fn audience() -> Audience {
    Audience { client_id: ClientId::new("web").unwrap(), tenant: TenantId::new("acme").ok() }
}

/// A key outside that has the same id as the ring's key.
fn outside() -> OutsideKeys {
    OutsideKeys::new(OutsideKey::new("2026-11", SignatureAlgorithm::Rs256).unwrap())
}

/// A good token of a kind. All kinds are of one account and session.
fn token(kind: Kind) -> String {
    let (ring, issuer, audience, outside) = (&*RING, issuer(), audience(), outside());
    let (account, session) = (AccountId::new("erin").unwrap(), SessionId::from_bytes([1; 16]));
    let (device, factors) = (DeviceDigest::from_bytes([2; 16]), FactorSet::EMPTY.with(Factor::Password));
    let (revision, issued_at, expires_at) = (Revision::new(3).unwrap(), NOW, NOW.plus_seconds(60));
    let id = IdClaims {
        account,
        session,
        auth_time: NOW,
        factors,
        issued_at,
        expires_at,
        identity: IdentityClaims::TopLevel(Profile::default()),
    };
    match kind {
        Kind::State => {
            let device = DeviceDigests { fingerprint: device, ip: None, os: Some(device), agent: None };
            let (stage, auth_start, id) = (Stage::PasswordExpiring, NOW, TokenId::from_bytes([9; 16]));
            let claims = StateClaims {
                audience,
                account,
                revision,
                device,
                link: None,
                stage,
                factors,
                auth_start,
                id,
                issued_at,
                expires_at,
            };
            ring.state_tokens().mint(&claims).expose().into()
        }
        Kind::Link => {
            let device = DeviceDigests { fingerprint: device, ip: None, os: Some(device), agent: None };
            let identity = SocialIdentity::new(Provider::new("weixin").unwrap(), "erin").unwrap();
            let id = TokenId::from_bytes([9; 16]);
            let claims = LinkClaims { audience, identity, is_bound: true, device, id, issued_at, expires_at };
            ring.link_tokens().mint(&claims).expose().into()
        }
        Kind::Session => {
            let (generation, auth_time) = (4, NOW);
            let claims = SessionClaims {
                session,
                generation,
                account,
                audience,
                device,
                revision,
                auth_time,
                factors,
                issued_at,
                expires_at,
            };
            ring.session_tokens().mint(&claims).expose().into()
        }
        Kind::Reference => {
            let audience = ring.session_references().digest(&audience);
            let claims = ReferenceClaims { session, generation: 4, expires_at, audience, device };
            ring.session_references().mint(&claims).expose().into()
        }
        Kind::Ticket => {
            let id = TokenId::from_bytes([9; 16]);
            let claims = TicketClaims { id, session, account, audience, device, issued_at, expires_at };
            ring.tickets().mint(&claims).expose().into()
        }
        Kind::Tenant => {
            let server = TenantServer::Application(audience.client_id);
            let claims = TenantClaims { server, issued_at, expires_at };
            ring.tenant_tokens().mint(&claims).expose().into()
        }
        Kind::Captcha => {
            let (id, recipient) = (TokenId::from_bytes([9; 16]), RecipientDigest::from_bytes([5; 16]));
            let audience = ring.session_references().digest(&audience);
            let claims = CaptchaClaims { id, audience, recipient, device, issued_at, expires_at };
            ring.captcha_tokens().mint(&claims).expose().into()
        }
        Kind::Id => ring.id_tokens(&issuer, &audience).mint(&id).expose().into(),
        Kind::OutsideId => {
            let unsigned = outside.id_tokens(ring, &issuer, &audience).prepare(&id);
            unsigned.signed(SIGNATURE).unwrap().expose().into()
        }
    }
}

/// The answer of a kind's verifier. For tokens signed outside, the host accepts the signature of what it has signed, and nothing else.
fn verify(kind: Kind, text: &[u8]) -> Result<(), TokenError> {
    let (ring, issuer, audience, outside) = (&*RING, issuer(), audience(), outside());
    match kind {
        Kind::State => ring.state_tokens().verify(Untrusted::new(text), NOW).map(|_| ()),
        Kind::Link => ring.link_tokens().verify(Untrusted::new(text), NOW).map(|_| ()),
        Kind::Session => {
            ring.session_tokens().for_application(&audience).verify(Untrusted::new(text), NOW).map(|_| ())
        }
        Kind::Reference => ring.session_references().verify(Untrusted::new(text), NOW).map(|_| ()),
        Kind::Ticket => ring.tickets().verify(Untrusted::new(text), NOW).map(|_| ()),
        Kind::Tenant => ring.tenant_tokens().verify(Untrusted::new(text), NOW).map(|_| ()),
        Kind::Captcha => ring.captcha_tokens().verify(Untrusted::new(text), NOW).map(|_| ()),
        Kind::Id => ring.id_tokens(&issuer, &audience).verify(Untrusted::new(text), NOW).map(|_| ()),
        Kind::OutsideId => {
            let tokens = outside.id_tokens(ring, &issuer, &audience);
            let opened = tokens.open(Untrusted::new(text), NOW)?;
            let good = token(Kind::OutsideId);
            let is_good = opened.signature() == SIGNATURE && good.as_bytes().starts_with(opened.bytes());
            if is_good { tokens.accept(opened, NOW).map(|_| ()) } else { Err(TokenError::Forged) }
        }
    }
}

#[test]
fn a_verifier_takes_its_own_kind_and_no_other() {
    for kind in KINDS {
        for verifier in KINDS {
            let verified = verify(verifier, token(kind).as_bytes());
            assert_eq!(verified.is_ok(), kind == verifier, "{kind:?} before {verifier:?}: {verified:?}");
        }
    }
}

/// Replies rely on this: they do not look for characters to escape in a token.
#[test]
fn a_token_has_no_character_that_json_escapes() {
    for kind in KINDS {
        let token = token(kind);
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        assert!(token.bytes().all(is_plain), "{kind:?}: {token}");
    }
}

/// Each token has the payload of one kind, the form of a second and the key of a third. It is accepted only if all three are the same kind.
#[test]
fn the_key_tells_kinds_apart_whatever_the_form_and_the_payload() {
    let (keys, audience) = (RING.signer(), audience());
    let id_key = MacKey::new(keys.id_token_key(&audience).expose());
    let derived = [
        (Some(Kind::State), &keys.state),
        (Some(Kind::Link), &keys.link),
        (Some(Kind::Session), &keys.session),
        (Some(Kind::Reference), &keys.reference),
        (Some(Kind::Ticket), &keys.ticket),
        (Some(Kind::Tenant), &keys.tenant),
        (Some(Kind::Captcha), &keys.captcha),
        (Some(Kind::Id), &id_key),
        (None, &keys.device),
    ];
    for (of_key, key) in derived {
        let kinds = KINDS.into_iter().filter(|kind| *kind != Kind::OutsideId);
        for form in kinds.clone() {
            for payload in kinds.clone() {
                let bytes = body(payload);
                let text = match form {
                    Kind::Session | Kind::Reference => {
                        sealed_bytes::<SessionClaims>(&bytes, key.tag(&[&bytes]))
                    }
                    Kind::Ticket => sealed_bytes::<TicketClaims>(&bytes, key.tag(&[&bytes])),
                    Kind::Tenant => sealed_bytes::<TenantClaims>(&bytes, key.tag(&[&bytes])),
                    Kind::Captcha => sealed_bytes::<CaptchaClaims>(&bytes, key.tag(&[&bytes])),
                    _ => jwt::sealed(&keys.header, key, &bytes),
                };
                let is_own = of_key == Some(form) && payload == form;
                let verified = verify(form, text.as_bytes());
                assert_eq!(
                    verified.is_ok(),
                    is_own,
                    "{payload:?} as {form:?} under {of_key:?}: {verified:?}"
                );
            }
        }
    }
}

/// The signed bytes of a token, decoded.
fn body(kind: Kind) -> Vec<u8> {
    let text = token(kind);
    let mut buffer = [0; 1024];
    let is_compact = matches!(kind, Kind::State | Kind::Link | Kind::Id);
    let encoded = match kind {
        _ if is_compact => text.split('.').nth(1).unwrap(),
        Kind::Session | Kind::Reference => text.strip_prefix("LGT").unwrap(),
        Kind::Tenant => text.strip_prefix("tenantToken-").unwrap(),
        Kind::Captcha => text.strip_prefix("captcha-").unwrap(),
        _ => text.strip_prefix("ssoTicket-").unwrap(),
    };
    let decoded = base64url::decode(encoded.as_bytes(), &mut buffer).unwrap();
    decoded[..decoded.len() - if is_compact { 0 } else { 32 }].to_vec()
}

/// The test tries the headers of other algorithms and of other keys, headers in another case, and an empty algorithm.
#[test]
fn a_compact_token_has_its_own_keys_header() {
    for kind in [Kind::State, Kind::Link, Kind::Id, Kind::OutsideId] {
        let text = token(kind);
        let (header, rest) = text.split_once('.').unwrap();
        let id = KeyId::new("2026-11").unwrap();
        for algorithm in
            ["none", "None", "HS256", "HS384", "HS512", "RS256", "PS256", "ES256", "EdDSA", "hs256", ""]
        {
            for id in [None, Some(&id), KeyId::new("2026-12").ok().as_ref()] {
                let other = jwt_header(algorithm, id);
                let verified = verify(kind, format!("{other}{rest}").as_bytes());
                assert_eq!(
                    verified.is_ok(),
                    other.trim_end_matches('.') == header,
                    "{kind:?} {algorithm} {id:?}"
                );
            }
        }
    }
}

/// Every character of the alphabet is tried in every place. (In the last places of a segment, some differ only in bits that decode to nothing.)
/// Characters that decoders like to skip are tried too, as are a missing, a doubled and a swapped character.
#[test]
fn every_change_of_one_character_is_another_text() {
    const OTHERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n\0\xC3";
    for kind in KINDS {
        let text = token(kind).into_bytes();
        assert_eq!(verify(kind, &text), Ok(()), "{kind:?}");
        let refused = |changed: &[u8], what: &str, at: usize| {
            assert!(changed == text || verify(kind, changed).is_err(), "{kind:?}: {what} {at}");
        };
        for at in 0..text.len() {
            for other in OTHERS {
                let mut changed = text.clone();
                changed[at] = *other;
                refused(&changed, "replaced", at);
            }
            for bit in 0..8 {
                let mut changed = text.clone();
                changed[at] ^= 1 << bit;
                refused(&changed, "a bit of", at);
            }
            refused(&text[..at], "a prefix of", at);
            refused(&text[at + 1..], "a suffix after", at);
            refused(&[&text[..at], &text[at + 1..]].concat(), "without", at);
            refused(&[&text[..=at], &text[at..]].concat(), "twice", at);
            let mut changed = text.clone();
            changed.swap(at, (at + 1) % text.len());
            refused(&changed, "changed round", at);
        }
        for other in OTHERS {
            refused(&[&text[..], &[*other]].concat(), "longer", text.len());
            refused(&[&[*other], &text[..]].concat(), "before", 0);
        }
    }
}
